//! The digest: all that a reader is owed since the last one, on one page.
//!
//! Invariants: counts are exact whatever is cut; what is cut is said and attached; missing coverage
//! stands at the top and in the subject; nothing to tell is told too. The caller decides when, and
//! whether an empty one goes out.

mod by_id;
mod changes;
mod coverage;
mod past;
mod subject;
mod watchlist;
mod within;

use std::collections::BTreeSet;

use super::civil::{count, day, full_day, iso_day, moment, near, number};
use super::frame::{
    cut, delay, dismiss, first_lines, fit, made_by, restored, shortened, stands_in,
};
use super::outlets::Outlets;
use super::outside::line;
use super::page::{Note, Page};
use super::reader::Reader;
use super::room::Short;
use super::stories::{self, Story, View, Whose};
use super::withheld::{self, Quoting};
use super::{Content, Subjects};
use crate::model::mail::Changed;
use crate::model::record::{self, Restore};
use crate::model::{Coverage, LeftOut, PendingNotice, Timestamp};
pub use by_id::by_id;
use coverage::Facts;
pub(super) use coverage::{Facts as CoverageFacts, health_words, sections as coverage_sections};
pub(super) use subject::counts;
pub use watchlist::{id_changed, reader_removed, watchlist_changes};
pub use within::within;

/// What occasions a digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigestKind {
    /// The reader's schedule.
    #[default]
    Scheduled,
    /// Somebody asked for what is owed by now.
    OnDemand,
    /// The same, looked at and not sent: no entry of the record tells of it.
    DryRun,
    /// Somebody asked for what a stretch of time brought, told before or not; nothing counts as
    /// told by it.
    Recap,
}

/// An edit so large that somebody must say that it is meant.
#[derive(Clone, Copy, Debug)]
pub struct LargeEdit<'a> {
    /// The version that it put in force.
    pub version: u64,
    /// The version that it was held against.
    pub base: u64,
    /// Why it is large, in words.
    pub why: &'a str,
}

/// What a digest is made of.
#[derive(Clone, Copy, Debug)]
pub struct DigestInput<'a> {
    /// Whom it is for.
    pub reader: &'a Reader,
    /// All readers: for some of them this one may stand in.
    pub readers: &'a [Reader],
    /// Where the last one ended.
    pub from: Timestamp,
    /// It is the reader's first digest, so nothing ended at `from`.
    pub first: bool,
    /// Where this one ends: the present.
    pub until: Timestamp,
    /// What occasions it.
    pub kind: DigestKind,
    /// What it tells, oldest alert first: what is owed or, in a recap, what the window brought.
    pub notices: &'a [PendingNotice],
    /// Items told earlier that their publishers changed in this window.
    pub changed: &'a [Changed],
    /// What was changed in the watchlist in this window, and who is told nothing any more, a line each (see
    /// [`watchlist_changes`] and [`reader_removed`]).
    pub watchlist_changes: &'a [String],
    /// How well we looked in this window.
    pub coverage: &'a Coverage,
    /// The problems of an edit that was refused and is not mended yet.
    pub rejected_edit: Option<&'a str>,
    /// What of the version in force this program cannot use.
    pub left_out: &'a [LeftOut],
    /// A large edit that nobody said is meant.
    pub large_edit: Option<LargeEdit<'a>>,
    /// Since when mails could not be sent, if this one comes late for that reason.
    pub delayed_since: Option<Timestamp>,
    /// Stretches of this window in which the reader took no digests, oldest first.
    pub untaken: &'a [(Timestamp, Timestamp)],
    /// The restore from a backup since the reader's last digest, if there was one.
    pub restored: Option<&'a Restore>,
    /// Which version of the watchlist is in force.
    pub watchlist: u64,
    /// Where the append-only record stands, if one is kept.
    pub record: Option<&'a record::Head>,
    /// The address that answers for the mail: "Not relevant?" goes there.
    pub desk: &'a str,
    /// How much the subject gives away.
    pub subjects: Subjects,
    /// What is owed and not among `notices`, because the mail would grow too large for its server.
    pub short: Option<Short>,
    /// How many lines of each section there is room for, if not for all.
    pub lines: Option<usize>,
    /// How much of others' words it may bear; [`by_id`] is for what may quote nothing.
    pub quoting: Quoting,
}

/// Whether a digest has nothing to tell: no notices, no change of what was told, no missing coverage, no
/// source taken out, no rejected edit, nothing left out of the version in force. A reader who wants no empty digests is
/// spared this one only.
#[must_use]
pub fn is_empty(input: &DigestInput<'_>) -> bool {
    input.notices.is_empty()
        && input.changed.is_empty()
        && input.rejected_edit.is_none()
        && input.left_out.is_empty()
        && input.large_edit.is_none()
        && input.delayed_since.is_none()
        && input.untaken.is_empty()
        && coverage::taken_out(input.coverage).next().is_none()
        && Facts::of(input.coverage, input.until).missing.is_empty()
}

/// Writes the digest.
#[must_use]
pub fn digest(input: &DigestInput<'_>) -> Content {
    let stories = stories::group(input.notices, Whose::of(input.reader));
    let facts = Facts::of(input.coverage, input.until);
    let outlets = outlets(input);
    let subject = subject::subject(input, &stories, &facts);
    let most = input.reader.max_items as usize;
    let zone = input.reader.zone;
    fit(subject, &stories, most, iso_day(input.until, zone), |subject, most| {
        page(input, subject, &stories, &facts, &outlets, most)
    })
}

/// What sources are called: where feeds' own names may have been refused, their ids.
fn outlets(input: &DigestInput<'_>) -> Outlets {
    let retired = input.coverage.retired.iter().map(|(one, _)| one);
    match input.quoting {
        Quoting::Freely => Outlets::of(input.coverage.sources.iter().chain(retired)),
        Quoting::NoNames | Quoting::Nothing => Outlets::default(),
    }
}

fn page(
    input: &DigestInput<'_>,
    subject: &str,
    stories: &[Story<'_>],
    facts: &Facts<'_>,
    outlets: &Outlets,
    most: usize,
) -> Page {
    let zone = input.reader.zone;
    let allotted = stories::allot(stories, most);
    let view = View { now: input.until, zone, outlets };
    let shown = stories::show_all(stories, &allotted, view);
    Page {
        subject: subject.to_owned(),
        heading: heading(input),
        sentence: sentence(input, stories, facts, view),
        basis: basis(input, stories, facts, view),
        notes: notes(input, stories, facts, outlets),
        index: stories::index(stories, &allotted, view),
        cut: cut(stories, &allotted),
        sections: changes::sections(input.changed, outlets)
            .into_iter()
            .chain(coverage::sections(input.coverage, input.reader, facts, input.from, view))
            .chain(watchlist::section(input.watchlist_changes))
            .map(|section| shortened(section, input.lines))
            .collect(),
        small: small(input, stories),
        dismiss: shown.iter().map(|one| dismiss(&stories[one.n - 1], one.n, input.desk)).collect(),
        desk: (!shown.is_empty()).then(|| input.desk.to_owned()),
        stories: shown,
        ..Page::default()
    }
}

fn heading(input: &DigestInput<'_>) -> String {
    let kind = match input.kind {
        DigestKind::Scheduled => "",
        DigestKind::OnDemand => " · on demand",
        DigestKind::DryRun => " · dry run",
        DigestKind::Recap => " · recap",
    };
    let day = full_day(input.until, input.reader.zone);
    format!("Watchlist · {day} · for {}{kind}", line(&input.reader.name, 60))
}

fn sentence(
    input: &DigestInput<'_>,
    stories: &[Story<'_>],
    facts: &Facts<'_>,
    view: View<'_>,
) -> String {
    let (now, zone) = (input.until, input.reader.zone);
    let counts = counts(stories);
    match (stories.is_empty(), input.first) {
        (true, _) => format!("{counts}; {}", facts.sentence(view)),
        (false, true) => format!("{counts} so far"),
        (false, false) => format!("{counts} since {}", moment(input.from, now, zone)),
    }
}

fn basis(
    input: &DigestInput<'_>,
    stories: &[Story<'_>],
    facts: &Facts<'_>,
    view: View<'_>,
) -> String {
    let (now, zone) = (input.until, input.reader.zone);
    if stories.is_empty() {
        return match input.first {
            true => "The first digest.".to_owned(),
            false => format!("Since {}.", moment(input.from, now, zone)),
        };
    }
    let items = stories.iter().map(|story| story.notices.len()).sum();
    let sources: BTreeSet<_> =
        stories.iter().flat_map(|story| &story.notices).map(|one| &one.item.source).collect();
    let edited = stories.iter().flat_map(|story| &story.notices).filter(|one| one.before.is_some());
    let edited = match edited.count() {
        0 => String::new(),
        n => format!(" ({} of them edited)", number(n as u64)),
    };
    format!(
        "{}{edited} in {} from {}. {}.",
        count(items, "item", "items"),
        count(stories.len(), "story", "stories"),
        count(sources.len(), "source", "sources"),
        facts.sentence(view),
    )
}

/// What of the version in force is not used, this reader's own first.
fn in_part(input: &DigestInput<'_>) -> Option<Note> {
    const MOST: usize = 3;
    if input.left_out.is_empty() {
        return None;
    }
    let (own, others): (Vec<&LeftOut>, Vec<&LeftOut>) =
        input.left_out.iter().partition(|one| one.readers.contains(&input.reader.name));
    let listed = |all: &[&LeftOut], most| {
        let all: Vec<String> = all.iter().map(|one| one.to_string().replace('\n', " ")).collect();
        first_lines(&all.join("\n"), most)
    };
    let mut lines = vec![format!(
        "Version {} of the watchlist's files is in force without what this version of the program cannot use.",
        input.watchlist
    )];
    lines.extend(listed(&own, own.len().min(MANY_OWN)));
    lines.extend(listed(&others, MOST));
    Some(Note { label: "IN FORCE ONLY IN PART".to_owned(), grave: true, lines })
}

/// Of what is left out, so much of a reader's own is named: all of it, but for a slip in every line.
const MANY_OWN: usize = 20;

/// What must be known before anything else.
fn notes(
    input: &DigestInput<'_>,
    stories: &[Story<'_>],
    facts: &Facts<'_>,
    outlets: &Outlets,
) -> Vec<Note> {
    let zone = input.reader.zone;
    let mut notes = Vec::new();
    notes.extend(input.restored.map(|one| restored(one, input.until, zone)));
    notes.extend(input.delayed_since.map(|since| delay(since, input.until, zone)));
    notes.extend(input.short.map(Short::note));
    notes.extend(withheld::note(stories));
    notes.extend(facts.missing_note(input.until, zone, outlets));
    if let Some(problems) = input.rejected_edit {
        let mut lines = vec![format!(
            "The last edit of the watchlist's files was refused; version {} stays in force.",
            input.watchlist
        )];
        lines.extend(first_lines(problems, 3));
        notes.push(Note { label: "EDIT REFUSED".to_owned(), grave: true, lines });
    }
    notes.extend(in_part(input));
    if let Some(edit) = &input.large_edit {
        let lines = vec![
            format!(
                "Version {} of the files is not as version {} was, held against the last 30 days: {}.",
                edit.version,
                edit.base,
                line(edit.why, 300)
            ),
            format!(
                "Whoever edits says that this is meant by `watchlistd watch accept`, or goes back by \
                 `watchlistd watch restore {}` (with --all also in what is not the watchlist).",
                edit.base
            ),
        ];
        notes.push(Note { label: "LARGE EDIT".to_owned(), grave: true, lines });
    }
    notes.extend(untaken(input));
    notes.extend(away(input));
    notes.extend(stands_in(input.reader, input.readers, stories, input.until));
    if input.kind == DigestKind::Recap {
        let lines = vec![
            "Somebody asked for this recap. It lists what passed your filters in these days, told before \
             or not, and the next digest is not changed by it."
                .to_owned(),
        ];
        notes.push(Note { label: "RECAP".to_owned(), grave: false, lines });
    }
    notes
}

/// Time in which alerts went to others, and that this mail does not catch up on.
fn untaken(input: &DigestInput<'_>) -> Option<Note> {
    let (now, zone) = (input.until, input.reader.zone);
    let stretch = |(from, until): &(Timestamp, Timestamp)| {
        format!("from {} to {}", moment(*from, now, zone), moment(*until, now, zone))
    };
    let stretches: Vec<String> = input.untaken.iter().map(stretch).collect();
    let lines = vec![format!(
        "You took no digests {}. What waited for you then, and what came meanwhile and was not sent to you \
         at once, went to the operator and is not listed here.",
        stretches.join(" and ")
    )];
    (!stretches.is_empty()).then(|| Note { label: "NO DIGESTS".to_owned(), grave: false, lines })
}

/// Days away that this mail catches up on.
fn away(input: &DigestInput<'_>) -> Option<Note> {
    let reader = input.reader;
    let away = reader.away.as_ref()?;
    let day_of = |at: Timestamp| at.to_chrono().with_timezone(&reader.zone).date_naive();
    let within = day_of(input.from) <= away.until && away.until < day_of(input.until);
    if !within || input.kind == DigestKind::Recap {
        return None;
    }
    let days = match away.from == away.until {
        true => format!("on {}", away.from.format("%a %-d %b")),
        false => {
            format!("from {} to {}", away.from.format("%a %-d %b"), away.until.format("%a %-d %b"))
        }
    };
    let deputy = away
        .deputy
        .as_deref()
        .map(|name| format!(" {} was told in your place while you were away.", line(name, 60)));
    let lines = vec![format!(
        "You were away {days}. This one mail catches up on all of it.{}",
        deputy.unwrap_or_default()
    )];
    Some(Note { label: "WHILE YOU WERE AWAY".to_owned(), grave: false, lines })
}

fn small(input: &DigestInput<'_>, stories: &[Story<'_>]) -> Vec<String> {
    let zone = input.reader.zone;
    let mut small = Vec::new();
    match input.kind {
        DigestKind::OnDemand => {
            small.push("Somebody asked for this mail; the schedule goes on as it is.".to_owned());
        }
        DigestKind::DryRun => {
            small.push(
                "This is a dry run: nothing was stored, and this mail is not sent.".to_owned(),
            );
        }
        DigestKind::Scheduled | DigestKind::Recap => {}
    }
    if input.first {
        let until = moment(input.until, input.until, zone);
        small.push(format!("This first mail covers what the sources showed until {until}."));
    }
    small.push(super::frame::WHAT_IS_JUDGED.to_owned());
    small.push(made_by(input.watchlist, stories));
    // What a dry run would enter is nowhere, and a head that fits nothing would look like a rewritten record.
    if let Some(record) = input.record.filter(|_| input.kind != DigestKind::DryRun) {
        small.push(format!("Record {}, chain head {}.", record.number, line(&record.hash, 80)));
    }
    if let Some(next) = input.reader.next_digest(input.until) {
        small.push(format!("Next digest: {} {}.", day(next, zone), near(next, next, zone)));
    }
    small.extend(withheld::by_their_ids(input.quoting));
    small
}
