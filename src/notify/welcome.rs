//! The first mail to a new reader: what they will get, in words, how well we look, and the last days as
//! a start.
//!
//! It tells alerts that were never owed to this reader, and settles none. Pure: the caller gathers what
//! passes the reader's filters.

use super::civil::{count, iso_day, moment};
use super::digest::{CoverageFacts, counts, coverage_sections};
use super::frame::{WHAT_IS_JUDGED, cut, dismiss, fit, made_by, shortened};
use super::outlets::Outlets;
use super::outside::line;
use super::page::{Page, Section};
use super::reader::{Reader, Vocabulary};
use super::room::{self, Room, Short};
use super::stories::{self, Story, View, Whose};
use super::withheld::{self, Quoting};
use super::{Content, Subjects};
use crate::model::reader::{UrgentFrom, WhenEmpty};
use crate::model::{Coverage, PendingNotice, Severity, Timestamp};

/// Items that a welcome lists; with more the whole list is attached.
const MOST: usize = 25;

/// What a welcome is made of.
#[derive(Clone, Copy, Debug)]
pub struct WelcomeInput<'a> {
    /// Whom it is for.
    pub reader: &'a Reader,
    /// What companies and topics are called; one that it does not know is shown by its id.
    pub vocabulary: &'a Vocabulary,
    /// How well we looked since `recap_from`.
    pub coverage: &'a Coverage,
    /// Alerts since `recap_from` that pass the reader's filters, oldest first.
    pub recap: &'a [PendingNotice],
    /// Where the recap begins: seven days ago or, if that is later, when the service began to look.
    pub recap_from: Timestamp,
    /// Since when the reader is known: what is found from then on is owed.
    pub since: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Which version of the watchlist is in force.
    pub watchlist: u64,
    /// The address that answers for the mail.
    pub desk: &'a str,
    /// How much the subject gives away.
    pub subjects: Subjects,
    /// What is not in `recap`, because the mail would grow too large for its server.
    pub short: Option<Short>,
    /// How many lines of each section there is room for, if not for all.
    pub lines: Option<usize>,
    /// How much of others' words it may bear; of one that quotes nothing `recap` is empty.
    pub quoting: Quoting,
}

/// Writes the mail with as much of the recap as there is room for, the gravest first.
#[must_use]
pub fn within(input: &WelcomeInput<'_>, room: Room) -> Content {
    let (content, _) =
        room::within_with_sections(input.recap, MOST, room, |recap, short, lines| {
            let short = short.map(|short| Short { owed: false, ..short });
            welcome(&WelcomeInput { recap, short, lines, ..*input })
        });
    content
}

/// Writes the mail.
#[must_use]
pub fn welcome(input: &WelcomeInput<'_>) -> Content {
    let stories = stories::group(input.recap, Whose::of(input.reader));
    let retired = input.coverage.retired.iter().map(|(one, _)| one);
    let outlets = match input.quoting {
        Quoting::Freely => Outlets::of(input.coverage.sources.iter().chain(retired)),
        Quoting::NoNames | Quoting::Nothing => Outlets::default(),
    };
    let subject = match input.subjects {
        Subjects::Full => {
            format!("Watchlist: welcome, {}", line(&input.reader.name, 60))
        }
        Subjects::Discreet => "Watchlist: welcome".to_owned(),
    };
    let day = iso_day(input.now, input.reader.zone);
    fit(subject, &stories, MOST, day, |subject, most| {
        page(input, subject, &stories, &outlets, most)
    })
}

/// Where the recap would stand in a mail that may quote nothing.
const UNTOLD: &str = "The last days are left out here, and so are the names of what you asked for: welcomes with them \
                      were refused by the mail server, as filters do. The operator of this service can show them.";

fn page(
    input: &WelcomeInput<'_>,
    subject: &str,
    stories: &[Story<'_>],
    outlets: &Outlets,
    most: usize,
) -> Page {
    let zone = input.reader.zone;
    let view = View { now: input.now, zone, outlets };
    let allotted = stories::allot(stories, most);
    let shown = stories::show_all(stories, &allotted, view);
    let facts = CoverageFacts::of(input.coverage, input.now);
    let since = moment(input.recap_from, input.now, zone);
    Page {
        subject: subject.to_owned(),
        heading: format!("Watchlist · welcome · for {}", line(&input.reader.name, 60)),
        sentence: "Welcome. From now on this service reads for you.".to_owned(),
        basis: format!("{}.", facts.sentence(view)),
        notes: input
            .short
            .map(Short::note)
            .into_iter()
            .chain(withheld::note_of_recap(stories))
            .chain(facts.missing_note(input.now, zone, outlets))
            .collect(),
        opening: vec![Section::of("What you will get", promises(input))],
        before_index: Some(match input.quoting {
            Quoting::Nothing => UNTOLD.to_owned(),
            _ => format!("As a start, since {since}: {}.", counts(stories)),
        }),
        index: stories::index(stories, &allotted, view),
        cut: cut(stories, &allotted),
        sections: coverage_sections(input.coverage, input.reader, &facts, input.recap_from, view)
            .into_iter()
            .map(|section| shortened(section, input.lines))
            .collect(),
        small: vec![
            format!("{} {WHAT_IS_JUDGED}", settles_nothing(input)),
            made_by(input.watchlist, stories),
        ]
        .into_iter()
        .chain(withheld::by_their_ids(input.quoting))
        .collect(),
        dismiss: shown.iter().map(|one| dismiss(&stories[one.n - 1], one.n, input.desk)).collect(),
        desk: (!shown.is_empty()).then(|| input.desk.to_owned()),
        stories: shown,
    }
}

/// That the recap counts as no telling, and what is owed beside it.
fn settles_nothing(input: &WelcomeInput<'_>) -> String {
    let since = moment(input.since, input.now, input.reader.zone);
    let owed = match input.reader.schedule.is_never() {
        true => format!("you are told at once what is urgent of what was found since {since}"),
        false => {
            format!("your first digest lists what was found since {since}, this once more")
        }
    };
    format!("The recap is for information and counts as no telling: {owed}.")
}

/// What a reader's entry means, a sentence each.
fn promises(input: &WelcomeInput<'_>) -> Vec<String> {
    let reader = input.reader;
    let about = (input.quoting != Quoting::Nothing).then(|| about(reader, input.vocabulary));
    let mut said: Vec<String> = about.into_iter().collect();
    said.push(digests(reader, input.now));
    said.push(at_once(reader));
    if let Some(quiet) = reader.quiet {
        said.push(format!("Between {quiet} medium alerts wait; high ones do not."));
    }
    if let Some(away) = &reader.away {
        let deputy = away.deputy.as_deref().map(|name| format!("; {} stands in", line(name, 60)));
        said.push(format!(
            "From {} to {} you get nothing, and one mail on your return{}.",
            away.from.format("%-d %b %Y"),
            away.until.format("%-d %b %Y"),
            deputy.unwrap_or_default()
        ));
    }
    said.push(format!(
        "Every mail says why an item is in it, how well we looked, and what we missed. Wrong, too much \
         or too little? Answer this mail: {} reads it.",
        line(input.desk, 120)
    ));
    said
}

fn about(reader: &Reader, vocabulary: &Vocabulary) -> String {
    let companies = reader.companies.iter().map(|id| {
        let word = vocabulary.companies.iter().find(|one| one.id == *id);
        line(word.map_or(id.as_str(), |one| &one.name), 80)
    });
    let groups = reader.groups.iter().map(|group| format!("the group {}", line(group, 80)));
    let who: Vec<String> = companies.chain(groups).collect();
    let topics: Vec<String> = reader
        .topics
        .iter()
        .map(|id| {
            let word = vocabulary.topics.iter().find(|one| one.id == *id);
            line(word.map_or(id.as_str(), |one| &one.name), 80)
        })
        .collect();
    // Without digests only what comes at once comes at all.
    let least = match (reader.schedule.is_never(), reader.urgent) {
        (true, UrgentFrom::High) => Severity::High,
        (true, UrgentFrom::Medium) => Severity::Medium,
        _ => Severity::Low,
    };
    let severity = match reader.min_severity.max(least) {
        Severity::High => "High alerts",
        Severity::Medium => "High and medium alerts",
        Severity::Low => "All alerts",
    };
    let who = match who.is_empty() {
        true => "any watched company, or none".to_owned(),
        false => listed(&who),
    };
    let topics = match topics.is_empty() {
        true => "any topic".to_owned(),
        false => listed(&topics),
    };
    format!("{severity} that name {who}, on {topics}; and what a rule sends you by name.")
}

/// All of a list, up to a dozen; of a longer one how many more.
fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    match names {
        [all @ .., last] if !all.is_empty() && names.len() <= MOST => {
            format!("{} or {last}", all.join(", "))
        }
        few if few.len() <= MOST => few.join(", "),
        many => format!("{} or {} more", many[..MOST].join(", "), many.len() - MOST),
    }
}

fn digests(reader: &Reader, now: Timestamp) -> String {
    if reader.schedule.is_never() {
        return "No digests: what does not come at once does not come.".to_owned();
    }
    let next = reader
        .next_digest(now)
        .map(|next| format!("; the next on {}", moment(next, now, reader.zone)));
    let empty = match reader.when_empty {
        WhenEmpty::Send => "It comes without matches too, and says so",
        WhenEmpty::Skip => "Without matches and without anything missing it does not come",
    };
    format!(
        "A digest: {} ({}){}. {empty}. It lists up to {} in full and attaches the rest.",
        reader.schedule,
        reader.zone,
        next.unwrap_or_default(),
        count(reader.max_items as usize, "item", "items")
    )
}

fn at_once(reader: &Reader) -> String {
    let which = match reader.urgent {
        UrgentFrom::Never => return "Nothing at once: all of it waits for the digest.".to_owned(),
        UrgentFrom::High => "high",
        UrgentFrom::Medium => "high and medium",
    };
    format!(
        "At once, in a mail of its own: a story's first {which} alert, and what changes it. At most {} \
         an hour; more are gathered in one.",
        count(reader.urgent_per_hour as usize, "such mail", "such mails")
    )
}
