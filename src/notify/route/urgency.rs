//! When an urgent mail goes out: a story's first item now, what follows gathered.
//!
//! A story that forty outlets repeat must not ring forty times. Its first item goes out at once;
//! later items wait for one follow-up, an hour after the first mail and then every four hours,
//! unless one of them brings the story something that changes what to do about it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::super::reader::Reader;
use crate::model::{Judgement, Mark, PendingNotice, Severity, StoryId, Timestamp, Urgency};

/// After a story's first urgent mail.
const FIRST_FOLLOW_UP: Duration = Duration::from_secs(3600);
/// After every later one.
const LATER_FOLLOW_UP: Duration = Duration::from_secs(4 * 3600);
/// Quiet hours end within a day, and so does the one that autumn adds.
const LONGEST_QUIET: Duration = Duration::from_secs(25 * 3600);
/// In which so many urgent mails go out at most.
const HOUR: Duration = Duration::from_secs(3600);

/// What a story has brought so far, over all its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorySoFar {
    companies: BTreeSet<String>,
    topics: BTreeSet<String>,
    severity: Option<Severity>,
    official: bool,
    items: usize,
}

impl StorySoFar {
    /// Adds an item: ids of its companies and topics, the severity of its alert if it alerted, and
    /// whether an authority said it.
    pub fn add<'a>(
        &mut self,
        companies: impl IntoIterator<Item = &'a str>,
        topics: impl IntoIterator<Item = &'a str>,
        severity: Option<Severity>,
        official: bool,
    ) {
        self.companies.extend(companies.into_iter().map(str::to_owned));
        self.topics.extend(topics.into_iter().map(str::to_owned));
        self.severity = self.severity.max(severity);
        self.official |= official;
        self.items += 1;
    }
}

/// What to mark an alert with, given what its story had brought before: nothing for a story's first
/// item, [`Mark::NowOfficial`] for its first official source, [`Mark::BringsMore`] for a new
/// company, topic or higher severity.
#[must_use]
pub fn marks_in_story(
    judgement: &Judgement,
    severity: Severity,
    official: bool,
    so_far: &StorySoFar,
) -> Vec<Mark> {
    if so_far.items == 0 {
        return Vec::new();
    }
    let new_company = judgement.companies.iter().any(|one| !so_far.companies.contains(&*one.id));
    let new_topic = judgement.topics.iter().any(|one| !so_far.topics.contains(&*one.id));
    let graver = so_far.severity.is_none_or(|before| severity > before);
    let mut marks = Vec::new();
    if official && !so_far.official {
        marks.push(Mark::NowOfficial);
    }
    if new_company || new_topic || graver {
        marks.push(Mark::BringsMore);
    }
    marks
}

/// Urgent mails on one story that a reader had before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How many.
    pub count: u32,
    /// When the last was sealed.
    pub last: Option<Timestamp>,
}

/// An urgent mail that is due now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrgentMail {
    /// Its story; of a folded mail the gravest.
    pub story: StoryId,
    /// Its number among this reader's mails on the story, from 1.
    pub n: u32,
    /// Which of the pending notices it tells, by position.
    pub notices: Vec<usize>,
    /// Several stories in one, because the hour's mails were used up.
    pub folded: bool,
}

/// What to do about a reader's urgent notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrgentPlan {
    /// Mails due now, gravest first.
    pub mails: Vec<UrgentMail>,
    /// When to look again, if something waits.
    pub wake: Option<Timestamp>,
    /// What is due and waits, if the hour's mails are used up.
    pub full: Option<Full>,
}

/// What waits because the hour's mails are used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    /// Which of the pending notices, by position.
    pub notices: Vec<usize>,
    /// When the next mail may go out.
    pub until: Timestamp,
}

impl UrgentPlan {
    /// The same with all that is due in one mail: after an outage of mail nobody gets a volley.
    #[must_use]
    pub fn in_one(mut self) -> Self {
        fold(&mut self.mails, 1);
        self
    }
}

/// Decides over all pending notices of a reader. `told` says what went out on each story before,
/// `last_hour` when the reader had urgent mails within the last hour, oldest first. Of several stories due at
/// once, what exceeds the hourly limit is folded into the last mail that the limit allows.
#[must_use]
pub fn plan_urgent(
    reader: &Reader,
    pending: &[PendingNotice],
    told: &HashMap<StoryId, Told>,
    last_hour: &[Timestamp],
    now: Timestamp,
) -> UrgentPlan {
    let mut due = Vec::new();
    let mut wake: Option<Timestamp> = None;
    for (story, notices) in by_story(pending) {
        let told = told.get(story).copied().unwrap_or_default();
        let Some(at) = due_at(reader, pending, &notices, told, now) else { continue };
        if at <= now {
            let n = told.count + 1;
            due.push(UrgentMail { story: story.clone(), n, notices, folded: false });
        } else {
            wake = Some(wake.map_or(at, |earlier| earlier.min(at)));
        }
    }
    let gravest =
        |mail: &UrgentMail| mail.notices.iter().map(|at| pending[*at].alert.severity).max();
    due.sort_by_key(|mail| std::cmp::Reverse(gravest(mail)));
    let limit = reader.urgent_per_hour as usize;
    let allowed = limit.saturating_sub(last_hour.len());
    if allowed == 0 && !due.is_empty() {
        // So many must have left the hour that one more fits in.
        let leaves = last_hour.get(last_hour.len() - limit).copied();
        let until = leaves.unwrap_or(now).plus(HOUR);
        let wake = Some(wake.map_or(until, |earlier| earlier.min(until)));
        let notices = due.into_iter().flat_map(|mail| mail.notices).collect();
        return UrgentPlan { mails: Vec::new(), wake, full: Some(Full { notices, until }) };
    }
    fold(&mut due, allowed);
    UrgentPlan { mails: due, wake, full: None }
}

fn fold(due: &mut Vec<UrgentMail>, allowed: usize) {
    if due.len() > allowed {
        let rest = due.split_off(allowed);
        if let Some(last) = due.last_mut() {
            last.folded = true;
            last.notices.extend(rest.into_iter().flat_map(|mail| mail.notices));
        }
    }
}

/// Positions of what an urgent mail on a story would tell: all but what belongs to the digest.
fn by_story(pending: &[PendingNotice]) -> BTreeMap<&StoryId, Vec<usize>> {
    let mut stories: BTreeMap<&StoryId, Vec<usize>> = BTreeMap::new();
    for (at, one) in pending.iter().enumerate() {
        if !one.alert.marks.iter().any(|mark| mark.is_quiet()) {
            stories.entry(&one.alert.story).or_default().push(at);
        }
    }
    stories
}

/// When a story's next urgent mail is due; `None` when nothing in it is urgent.
fn due_at(
    reader: &Reader,
    pending: &[PendingNotice],
    notices: &[usize],
    told: Told,
    now: Timestamp,
) -> Option<Timestamp> {
    let urgent = || {
        notices.iter().map(|at| &pending[*at]).filter(|one| one.notice.urgency == Urgency::Urgent)
    };
    let not_before = |one: &PendingNotice| match one.notice.not_before {
        // No quiet hours are that long: a wrong clock wrote it.
        at if at > now.plus(LONGEST_QUIET) => now,
        at => at,
    };
    let first = urgent().map(not_before).min()?;
    // A mail of the future was sealed under a wrong clock, and nobody waits for that day.
    let last = told.last.filter(|last| told.count > 0 && *last <= now);
    let matters = |mark: &Mark| matches!(mark, Mark::BringsMore | Mark::NowOfficial);
    let news = urgent().filter(|one| one.alert.marks.iter().any(matters)).map(not_before).min();
    let wait = if told.count == 1 { FIRST_FOLLOW_UP } else { LATER_FOLLOW_UP };
    let follow_up = last.map_or(first, |last| first.max(last.plus(wait)));
    let at = news.map_or(follow_up, |news| news.min(follow_up));
    // A follow-up, and what waited for the mail server, for the hour or for a corrected address, may come due in quiet
    // hours that had not begun when its alert was routed.
    let high = urgent().any(|one| one.alert.severity >= Severity::High);
    let quiet = reader.quiet_until(now).filter(|_| !high && at <= now);
    Some(quiet.unwrap_or(at))
}
