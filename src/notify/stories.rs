//! Notices grouped into the stories that readers see.
//!
//! Grouping never hides an item: what the page cannot hold is counted exactly, and the caller
//! attaches the whole list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::civil::{count, near};
use super::merge::merge;
use super::outlets::Outlets;
use super::outside::link;
use super::page::{self, Article, Href, Line};
use super::reader::Reader;
use super::times::{said_at, times};
use super::{edited, excerpt, outside::line, withheld};
use crate::model::mail::StoryTold;
use crate::model::{Hit, Mark, Named, PendingNotice, Severity, StoryId, Timestamp, Tz};

/// Stories that the list at the top can hold.
pub(super) const INDEXED: usize = 100;
/// Write-ups told with their words: the lead and two others.
const WRITE_UPS: usize = 3;
/// Longest name of a company, topic or source, in characters.
const NAME: usize = 80;
/// Longest note or reason, in characters.
const SENTENCE: usize = 400;

/// Why a mail names one company before another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Whose<'a> {
    /// Companies that the reader asked for, by id; `None` or empty for all.
    pub(super) watched: Option<&'a BTreeSet<String>>,
    /// Companies that earlier mails on the story named, by id; `None` for a story's first.
    pub(super) told: Option<&'a StoryTold>,
}

impl<'a> Whose<'a> {
    /// What a reader asked for.
    pub(super) fn of(reader: &'a Reader) -> Self {
        Self { watched: Some(&reader.watched), told: None }
    }

    fn watches(&self, one: &Named) -> bool {
        self.watched.is_some_and(|ids| ids.contains(&*one.id))
    }

    fn is_new(&self, one: &Named) -> bool {
        self.told.is_some_and(|told| !told.companies.contains(&*one.id))
    }
}

/// A story's notices, the lead first.
pub(super) struct Story<'a> {
    pub(super) severity: Severity,
    /// One for each item, the newest revision: official first, then earliest. No copy of what stands in another mail
    /// leads over what was not told yet.
    pub(super) notices: Vec<Cow<'a, PendingNotice>>,
    /// For whom.
    pub(super) whose: Whose<'a>,
    companies: Vec<Named>,
    topics: Vec<Named>,
}

/// Stories, the gravest first, then the newest.
pub(super) fn group<'a>(notices: &'a [PendingNotice], whose: Whose<'a>) -> Vec<Story<'a>> {
    let mut by_story: BTreeMap<&StoryId, BTreeMap<&str, Cow<'a, PendingNotice>>> = BTreeMap::new();
    for one in notices {
        let items = by_story.entry(&one.alert.story).or_default();
        match items.get_mut(one.item.id.as_str()) {
            Some(known) => merge(known, one),
            None => {
                items.insert(one.item.id.as_str(), Cow::Borrowed(one));
            }
        }
    }
    let mut stories: Vec<Story<'_>> =
        by_story.into_values().map(|items| story(items, whose)).collect();
    stories.sort_by_key(|story| {
        let newest = story.notices.iter().map(|one| said_at(one)).max();
        std::cmp::Reverse((story.severity, newest))
    });
    stories
}

fn story<'a>(items: BTreeMap<&str, Cow<'a, PendingNotice>>, whose: Whose<'a>) -> Story<'a> {
    let mut notices: Vec<Cow<'a, PendingNotice>> = items.into_values().collect();
    notices.sort_by_key(|one| (!one.item.official, said_at(one), one.item.id.clone()));
    // What a copy repeats was told by another mail: what was not yet leads.
    let here: HashSet<&str> = notices.iter().map(|one| one.item.id.as_str()).collect();
    let repeats = |one: &PendingNotice| {
        let of = one.alert.copy_of.as_ref().filter(|_| !one.item.official);
        of.is_some_and(|of| !here.contains(of.as_str()))
    };
    let lead = notices.iter().position(|one| !repeats(one));
    if let Some(lead) = lead {
        notices[..=lead].rotate_right(1);
    }
    let severity = notices
        .iter()
        .flat_map(|one| one.earlier.iter().map(|was| was.severity).chain([one.alert.severity]));
    let severity = severity.max();
    let severity = severity.unwrap_or(Severity::Medium);
    let topics = topics(&notices);
    let companies = companies(&notices, &topics, whose);
    // Kept, for a page asks for them many times and may be laid out anew until it fits.
    let owned = |names: Vec<&Named>| names.into_iter().cloned().collect();
    let (companies, topics) = (owned(companies), owned(topics));
    Story { severity, notices, whose, companies, topics }
}

/// The companies that a story names, as [`Story::companies`] says.
fn companies<'n>(
    notices: &'n [Cow<'_, PendingNotice>],
    topics: &[&Named],
    whose: Whose<'_>,
) -> Vec<&'n Named> {
    let Some(lead) = notices.first() else { return Vec::new() };
    let withdrawn = edited::withdrawn(lead);
    let mut named = distinct(notices.iter().flat_map(|one| {
        let judgement = &one.alert.judgement;
        let copies = one.alert.copy_of.as_ref() == Some(&lead.item.id);
        let mut named = in_text_order(&judgement.companies, &judgement.hits);
        // Copies repeat what an edit has taken out of what they are copies of.
        named.retain(|one| !copies || !withdrawn.contains(&&*one.id));
        named
    }));
    let mut known: HashSet<&str> = named.iter().chain(topics).map(|one| &*one.id).collect();
    let earlier = notices.iter().flat_map(|one| &one.earlier).flat_map(|was| &was.named);
    named.extend(earlier.filter(|one| known.insert(&one.id)));
    named.sort_by_key(|one| (!whose.watches(one), !whose.is_new(one)));
    named
}

fn topics<'n>(notices: &'n [Cow<'_, PendingNotice>]) -> Vec<&'n Named> {
    distinct(notices.iter().flat_map(|one| {
        let judgement = &one.alert.judgement;
        in_text_order(&judgement.topics, &judgement.hits)
    }))
}

impl Story<'_> {
    pub(super) fn lead(&self) -> &PendingNotice {
        self.notices.first().expect("a story has an item")
    }

    /// The companies it names: first those that the reader asked for, then those that are new to the
    /// reader, then the lead's, in the order in which the text names them.
    pub(super) fn companies(&self) -> &[Named] {
        &self.companies
    }

    /// What earlier mails on the story did not say, a sentence each: companies, topics, that it is graver now.
    pub(super) fn news(&self) -> Vec<String> {
        let Some(told) = self.whose.told else { return Vec::new() };
        let names = |new: Vec<&Named>| {
            let names: Vec<String> = new.iter().map(|one| line(&one.name, NAME)).collect();
            names.join(" · ")
        };
        let new = self.companies.iter().filter(|one| self.whose.is_new(one));
        let companies: Vec<&Named> = new.collect();
        let new = self.topics.iter().filter(|one| !told.topics.contains(&*one.id));
        let topics: Vec<&Named> = new.collect();
        let mut news = Vec::new();
        if !companies.is_empty() {
            news.push(format!(" New in it: {}.", names(companies)));
        }
        if !topics.is_empty() {
            let topic = if topics.len() == 1 { "topic" } else { "topics" };
            news.push(format!(" New {topic}: {}.", names(topics)));
        }
        if self.severity > told.severity {
            let (is, was) = (self.severity.as_str(), told.severity.as_str());
            news.push(format!(" Now {is}, {was} before."));
        }
        news
    }

    /// The company that it is about or, without one, the topic.
    pub(super) fn who(&self) -> String {
        let named = self.companies.first().or_else(|| self.topics.first());
        named.map_or_else(|| "Watchlist".to_owned(), |one| line(&one.name, NAME))
    }

    /// `SCMP +39`: the lead's source and how many other items there are.
    pub(super) fn outlets(&self, outlets: &Outlets) -> String {
        let lead = outlets.name(&self.lead().item.source);
        match self.notices.len() - 1 {
            0 => lead,
            more => format!("{lead} +{more}"),
        }
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a Named>) -> Vec<&'a Named> {
    let mut known: HashSet<&str> = HashSet::new();
    names.filter(|name| known.insert(&name.id)).collect()
}

/// Companies or topics in the order of their first hit; those without one (a parent) last.
fn in_text_order<'a>(list: &'a [Named], hits: &[Hit]) -> Vec<&'a Named> {
    let mut named: Vec<&Named> = list.iter().collect();
    let first = |one: &&Named| {
        let hits = hits.iter().filter(|hit| hit.entity == one.id);
        hits.map(|hit| (hit.field, hit.start)).min()
    };
    named.sort_by_cached_key(|one| first(one).map_or((1, None), |at| (0, Some(at))));
    named
}

fn names(list: &[Named]) -> Option<String> {
    let names: Vec<String> = list.iter().take(12).map(|one| line(&one.name, NAME)).collect();
    let more = list.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    // A topic's name may hold commas.
    (!names.is_empty()).then(|| names.join(" · ") + &more)
}

/// How many items of each story the page tells, given how many it may tell in all: first the lead and
/// different write-ups of high stories, then the leads of the others and their write-ups, then the rest.
pub(super) fn allot(stories: &[Story<'_>], most: usize) -> Vec<usize> {
    let mut left = most;
    let mut allotted = vec![0; stories.len()];
    let steps = [(true, 1), (true, WRITE_UPS), (false, 1), (false, WRITE_UPS), (false, usize::MAX)];
    for (only_high, step) in steps {
        for (given, story) in allotted.iter_mut().zip(stories) {
            if only_high && story.severity < Severity::High {
                continue;
            }
            let wanted = story.notices.len().min(step).saturating_sub(*given).min(left);
            *given += wanted;
            left -= wanted;
        }
    }
    allotted
}

/// What a story is shown with.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The present.
    pub(super) now: Timestamp,
    /// In which all times are shown.
    pub(super) zone: Tz,
    /// What sources are called.
    pub(super) outlets: &'a Outlets,
}

/// All stories in a line each, as many as a list can hold. One that is not told below says so.
pub(super) fn index(
    stories: &[Story<'_>],
    allotted: &[usize],
    view: View<'_>,
) -> Vec<page::IndexLine> {
    let lines = stories.iter().zip(allotted).enumerate().take(INDEXED);
    lines.map(|(at, (story, most))| index_line(story, at + 1, *most > 0, view)).collect()
}

fn index_line(story: &Story<'_>, n: usize, told: bool, view: View<'_>) -> page::IndexLine {
    let lead = story.lead();
    let mut marks = story_marks(story);
    if !told {
        marks.push("told in the attached list".to_owned());
    }
    page::IndexLine {
        n,
        severity: story.severity.as_str(),
        who: story.who(),
        headline: excerpt::headline(&lead.item, &[]),
        outlets: story.outlets(view.outlets),
        time: near(said_at(lead), view.now, view.zone),
        marks,
        link: link(lead.item.link.as_deref()).ok().filter(|_| !told).map(Href::from),
    }
}

/// The stories that the page tells, with at most so many items of each; one that is allotted none
/// stands in the attached list only.
pub(super) fn show_all(
    stories: &[Story<'_>],
    allotted: &[usize],
    view: View<'_>,
) -> Vec<page::Story> {
    let listed = stories.iter().zip(allotted).enumerate().filter(|(_, (_, most))| **most > 0);
    listed.map(|(at, (story, most))| show(story, at + 1, *most, view)).collect()
}

/// A story as the page shows it, with at most `most` of its items.
fn show(story: &Story<'_>, n: usize, most: usize, view: View<'_>) -> page::Story {
    let lead = story.lead();
    let told = write_ups(story).into_iter().take(most).collect::<Vec<_>>();
    let headlines: Vec<String> = told.iter().filter_map(|one| headline(one)).collect();
    let rest =
        story.notices.iter().filter(|one| !told.iter().any(|other| other.item.id == one.item.id));
    let lines: Vec<Line> =
        rest.take(most - told.len()).map(|one| one_line(one, &headlines, view)).collect();
    let spoke = |outlet: &str| told.iter().any(|one| view.outlets.name(&one.item.source) == outlet);
    let again = lines.iter().all(|line| spoke(&line.outlet));
    let left_out = story.notices.len() - told.len() - lines.len();
    let companies = story.companies();
    page::Story {
        n,
        severity: story.severity.as_str(),
        who: story.who(),
        also: names(companies.get(1..).unwrap_or_default()),
        topics: names(&story.topics),
        headline: excerpt::headline(&lead.item, &lead.alert.judgement.hits),
        notes: notes(companies),
        articles: told
            .iter()
            .enumerate()
            .map(|(at, one)| article(one, at == 0, story, view))
            .collect(),
        // Who has spoken above reports nothing besides.
        others: if again { "More from there" } else { "Also reported by" },
        lines,
        cut: (left_out > 0).then(|| {
            format!(
                "{} of this story in the attached list only",
                count(left_out, "more item", "more items")
            )
        }),
    }
}

/// The lead and those whose words differ: no copies, other outlets first.
fn write_ups<'s>(story: &'s Story<'_>) -> Vec<&'s PendingNotice> {
    let mut told = vec![story.lead()];
    let different = |told: &[&PendingNotice], one: &PendingNotice| {
        let mine = headline(one);
        one.alert.copy_of.is_none()
            && (mine.is_none() || told.iter().all(|other| headline(other) != mine))
    };
    for other_outlet in [true, false] {
        for one in &story.notices {
            let known = told.iter().any(|other| other.item.source == one.item.source);
            let new_item = told.iter().all(|other| other.item.id != one.item.id);
            if told.len() < WRITE_UPS && new_item && known != other_outlet && different(&told, one)
            {
                told.push(one);
            }
        }
    }
    told
}

/// What an item's headline is compared by; `None` where its words are left out, for nobody can say what is the same.
fn headline(one: &PendingNotice) -> Option<String> {
    (!one.withheld).then(|| folded(&one.item.text.title))
}

/// A headline's letters and digits: two that differ in nothing else are the same to a reader.
fn folded(title: &str) -> String {
    title.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn notes(companies: &[Named]) -> Vec<String> {
    companies
        .iter()
        .filter_map(|one| Some((one, one.note.as_ref()?)))
        .take(5)
        .map(|(one, note)| format!("{}: {}", line(&one.name, NAME), line(note, SENTENCE)))
        .collect()
}

/// What a mark is called.
pub(super) fn mark_words(mark: Mark) -> &'static str {
    match mark {
        Mark::AlreadyThere => "already there when you added the source",
        Mark::Late => "late: found by a newer term",
        Mark::Updated => "updated",
        Mark::NowOfficial => "now official",
        Mark::BringsMore => "brings something new",
        Mark::UndeliveredEarlier => "undelivered earlier",
        Mark::SentEarlier => "already sent",
        Mark::Old => "published long before we saw it",
    }
}

/// What is said beside an item, and what it alerted on before it was edited.
pub(super) fn marks(one: &PendingNotice) -> Vec<String> {
    let earlier = edited::earlier(one).map(|was| format!("before: {}", edited::alerted(was)));
    own_marks(one).into_iter().chain(earlier).collect()
}

/// What is said beside an item.
fn own_marks(one: &PendingNotice) -> Vec<String> {
    let mut marks = one.alert.marks.clone();
    if one.undelivered {
        marks.push(Mark::UndeliveredEarlier);
    }
    marks.sort_unstable();
    marks.dedup();
    marks.into_iter().map(|mark| mark_words(mark).to_owned()).collect()
}

/// What is said in the list: that it became official, and what holds for all of its items.
fn story_marks(story: &Story<'_>) -> Vec<String> {
    let official = mark_words(Mark::NowOfficial);
    let any_official = story.notices.iter().any(|one| one.alert.marks.contains(&Mark::NowOfficial));
    let mut shared = marks(story.lead());
    let copy = story.lead().alert.copy_of.is_some();
    for one in &story.notices {
        let here = marks(one);
        shared.retain(|mark| here.contains(mark));
    }
    shared.retain(|mark| mark != official && mark != mark_words(Mark::BringsMore));
    if copy {
        shared.insert(0, "same text as an earlier item".to_owned());
    }
    if any_official {
        shared.insert(0, official.to_owned());
    }
    shared
}

/// Companies that no reason names and for which the reader is told all the same.
const UNNAMED: usize = 3;

/// Why an item is told, in words: first the companies for which this reader is told it, where the reasons
/// are in the name of others.
pub(super) fn why(one: &PendingNotice, whose: Whose<'_>) -> Vec<String> {
    let judgement = &one.alert.judgement;
    let named = |name: &str| judgement.reasons.iter().any(|reason| reason.words.contains(name));
    let reader_s = judgement.companies.iter().filter(|one| !named(&one.name)).filter_map(|one| {
        let what = match (whose.watches(one), whose.is_new(one)) {
            (true, _) => "you asked for",
            (false, true) => "new in this story:",
            (false, false) => return None,
        };
        let hit = judgement.hits.iter().find(|hit| hit.entity == one.id)?;
        let (name, term) = (line(&one.name, NAME), line(&hit.term, NAME));
        Some(format!("{what} {name} (\"{term}\", {})", hit.field))
    });
    let mut distinct: Vec<String> = reader_s.take(UNNAMED).collect();
    let reasons = one.alert.judgement.reasons.iter().map(|reason| match &reason.rule {
        Some(rule) => format!("{} (rule “{}”)", line(&reason.words, SENTENCE), line(rule, NAME)),
        None => line(&reason.words, SENTENCE),
    });
    for reason in reasons {
        if !distinct.contains(&reason) {
            distinct.push(reason);
        }
    }
    distinct
}

fn article(one: &PendingNotice, lead: bool, story: &Story<'_>, view: View<'_>) -> Article {
    let hits = &one.alert.judgement.hits;
    let (href, no_link) = match link(one.item.link.as_deref()) {
        Ok(link) => (Some(Href::from(link)), None),
        Err(_) if one.withheld => (None, Some("its link is left out as well".to_owned())),
        Err(why) => (None, Some(why.to_owned())),
    };
    Article {
        outlet: view.outlets.name(&one.item.source),
        official: one.item.official,
        headline: (!lead).then(|| excerpt::headline(&one.item, hits)),
        excerpt: excerpt::excerpt(&one.item, hits),
        why: why(one, story.whose).into_iter().take(4).collect(),
        times: times(one, view.now, view.zone),
        marks: same_text(one, story, view).into_iter().chain(own_marks(one)).collect(),
        edits: [edited::settled(one, view.now, view.zone), edited::lines(one)].concat(),
        link: href,
        no_link,
    }
}

/// `same text as Reuters`, of a copy; as an earlier item where that is not in this mail.
fn same_text(one: &PendingNotice, story: &Story<'_>, view: View<'_>) -> Option<String> {
    let of = one.alert.copy_of.as_ref()?;
    let first = story.notices.iter().find(|other| other.item.id == *of);
    let whose = first.map(|first| view.outlets.name(&first.item.source));
    Some(format!("same text as {}", whose.as_deref().unwrap_or("an earlier item")))
}

/// An outlet in one line: its headline only where it says what those told above do not.
fn one_line(one: &PendingNotice, told: &[String], view: View<'_>) -> Line {
    let mut marks = marks(one);
    let same = headline(one).is_some_and(|headline| told.contains(&headline));
    let words = || match one.withheld {
        true => withheld::in_a_line(&one.item.text),
        false => excerpt::headline(&one.item, &[]),
    };
    if one.alert.copy_of.is_some() {
        marks.insert(0, "same text".to_owned());
    } else if same {
        marks.insert(0, "same headline".to_owned());
    }
    Line {
        outlet: view.outlets.name(&one.item.source),
        official: one.item.official,
        headline: (!same).then(words),
        time: near(said_at(one), view.now, view.zone),
        marks,
        link: link(one.item.link.as_deref()).ok().map(Href::from),
    }
}
