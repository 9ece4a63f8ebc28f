//! Urgent mail: one story, now. Several only when the reader's hourly limit folds them into one.

use std::borrow::Cow;

use super::civil::{count, iso_day, moment};
use super::excerpt;
use super::frame::{cut, delay, dismiss, fit, made_by, restored, stands_in};
use super::outlets::Outlets;
use super::outside::line;
use super::page::{Note, Page, render};
use super::reader::Reader;
use super::room::{self, Room, Short};
use super::stories::{self, Story, View, Whose};
use super::withheld::{self, Quoting};
use super::{Content, Subjects, by_id as ids};
use crate::model::mail::StoryTold;
use crate::model::record::Restore;
use crate::model::{Mark, PendingNotice, Severity, Timestamp};

/// Items that an urgent mail lists; with more the whole list is attached.
const MOST: usize = 45;

/// What an urgent mail is made of.
#[derive(Clone, Copy, Debug)]
pub struct UrgentInput<'a> {
    /// Whom it is for.
    pub reader: &'a Reader,
    /// All readers: for some of them this one may stand in.
    pub readers: &'a [Reader],
    /// What it tells, at least one notice.
    pub notices: &'a [&'a PendingNotice],
    /// Its number among this reader's mails on the story, from 1: later ones are follow-ups.
    pub n: u32,
    /// What the mails before it told of the story, where all of this one is of that story.
    pub told: Option<&'a StoryTold>,
    /// The present.
    pub now: Timestamp,
    /// Which version of the watchlist is in force.
    pub watchlist: u64,
    /// The address that answers for the mail.
    pub desk: &'a str,
    /// How much the subject gives away.
    pub subjects: Subjects,
    /// What readers call the sources.
    pub outlets: &'a Outlets,
    /// Since when mails could not be sent, if this one comes late for that reason.
    pub delayed_since: Option<Timestamp>,
    /// The restore from a backup that may make this mail a repeat.
    pub restored: Option<&'a Restore>,
    /// Whether it is the last that the reader's limit allows within an hour: what is urgent then waits.
    pub last_of_hour: bool,
    /// What is not among `notices`, because the mail would grow too large for its server.
    pub short: Option<Short>,
    /// How much of others' words it may bear; [`by_id`] is for what may quote nothing.
    pub quoting: Quoting,
}

/// Writes the mail where those before it were refused for what they say, and answers what it names: by ids alone.
#[must_use]
pub fn by_id(input: &UrgentInput<'_>) -> (Content, Vec<PendingNotice>) {
    let owed: Vec<PendingNotice> = input.notices.iter().map(|one| (*one).clone()).collect();
    let named = ids::named(&owed);
    let stories = stories::group(&owed, Whose::default());
    let subject = subject(&UrgentInput { subjects: Subjects::Discreet, ..*input }, &stories);
    let zone = input.reader.zone;
    let notes = [
        Some(ids::note(owed.len() - named.len())),
        input.restored.map(|one| restored(one, input.now, zone)),
        input.delayed_since.map(|since| delay(since, input.now, zone)),
        input.last_of_hour.then(|| full(input.reader.urgent_per_hour)),
    ];
    let page = Page {
        subject: subject.clone(),
        heading: heading(input),
        sentence: count(stories.len(), "urgent story", "urgent stories"),
        basis: moment(input.now, input.now, zone),
        notes: notes.into_iter().flatten().collect(),
        sections: vec![ids::section(&named)],
        small: vec![made_by(input.watchlist, &stories)],
        ..Page::default()
    };
    let (text, html) = render(&page);
    (Content { subject, text, html, attachments: Vec::new() }, named)
}

fn heading(input: &UrgentInput<'_>) -> String {
    let kind = if input.n > 1 { "Follow-up" } else { "Urgent" };
    format!("Watchlist · {kind} · for {}", line(&input.reader.name, 60))
}

/// Writes the mail with as much of it as there is room for, the gravest first, and answers what it tells.
#[must_use]
pub fn within(input: &UrgentInput<'_>, room: Room) -> (Content, Vec<PendingNotice>) {
    let owed: Vec<PendingNotice> = input.notices.iter().map(|one| (*one).clone()).collect();
    room::within(&owed, MOST, room, |told, short| {
        let notices: Vec<&PendingNotice> = told.iter().collect();
        urgent(&UrgentInput { notices: &notices, short, ..*input })
    })
}

/// Writes the mail.
#[must_use]
pub fn urgent(input: &UrgentInput<'_>) -> Content {
    let mut owned: Vec<PendingNotice> = input.notices.iter().map(|one| (*one).clone()).collect();
    let one_story = input.notices.windows(2).all(|two| two[0].alert.story == two[1].alert.story);
    if input.n == 1 && one_story {
        // To who hears of a story for the first time all of it is new.
        for one in &mut owned {
            one.alert.marks.retain(|mark| *mark != Mark::BringsMore);
        }
    }
    let told = input.told.filter(|_| input.n > 1);
    let stories = stories::group(&owned, Whose { told, ..Whose::of(input.reader) });
    let subject = subject(input, &stories);
    let day = iso_day(input.now, input.reader.zone);
    fit(subject, &stories, MOST, day, |subject, most| page(input, subject, &stories, most))
}

fn badge(stories: &[Story<'_>]) -> &'static str {
    match stories.iter().map(|story| story.severity).max() {
        Some(Severity::High) => "[HIGH]",
        _ => "[MEDIUM]",
    }
}

/// `[HIGH] Alibaba: White House memo alleges help to PLA (scmp +39)`.
fn subject(input: &UrgentInput<'_>, stories: &[Story<'_>]) -> String {
    let badge = badge(stories);
    let more = if input.n > 1 { "follow-up, " } else { "" };
    match (stories, input.subjects) {
        (_, Subjects::Discreet) | ([], _) => {
            format!("{badge} Watchlist: {more}{}", count(stories.len(), "story", "stories"))
        }
        ([story], Subjects::Full) => {
            let lead = story.lead();
            let headline = excerpt::headline(&lead.item, &[]).plain;
            format!(
                "{badge} {}: {} ({more}{})",
                story.who(),
                line(&headline, 90),
                story.outlets(input.outlets)
            )
        }
        (several, Subjects::Full) => {
            let who: Vec<String> = several.iter().take(4).map(Story::who).collect();
            let rest = several.len().saturating_sub(who.len());
            let rest = if rest == 0 { String::new() } else { format!(" +{rest}") };
            format!(
                "{badge} {}: {}{rest}",
                count(several.len(), "story", "stories"),
                who.join(", ")
            )
        }
    }
}

fn page(input: &UrgentInput<'_>, subject: &str, stories: &[Story<'_>], most: usize) -> Page {
    let zone = input.reader.zone;
    let allotted = stories::allot(stories, most);
    let view = View { now: input.now, zone, outlets: input.outlets };
    let shown = stories::show_all(stories, &allotted, view);
    Page {
        subject: subject.to_owned(),
        heading: heading(input),
        sentence: match stories {
            [story] => format!("{} – {}", story.severity.as_str().to_uppercase(), story.who()),
            several => count(several.len(), "urgent story", "urgent stories"),
        },
        basis: basis(input, stories),
        notes: [
            input.restored.map(|one| restored(one, input.now, zone)),
            input.delayed_since.map(|since| delay(since, input.now, zone)),
            input.short.map(Short::note),
            withheld::note(stories),
            stands_in(input.reader, input.readers, stories, input.now),
            input.last_of_hour.then(|| full(input.reader.urgent_per_hour)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        index: if stories.len() > 1 {
            stories::index(stories, &allotted, view)
        } else {
            Vec::new()
        },
        cut: cut(stories, &allotted),
        small: std::iter::once(made_by(input.watchlist, stories))
            .chain(withheld::by_their_ids(input.quoting))
            .collect(),
        dismiss: shown.iter().map(|one| dismiss(&stories[one.n - 1], one.n, input.desk)).collect(),
        desk: Some(input.desk.to_owned()),
        stories: shown,
        ..Page::default()
    }
}

/// That urgent mails rest for a while: who is used to being told at once must not take silence for quiet.
fn full(limit: u32) -> Note {
    let lines = vec![format!(
        "{} within an hour is this reader's limit (urgent_per_hour), and this is the last. What is urgent \
         meanwhile comes in one mail as soon as the first of them is an hour old.",
        count(limit as usize, "urgent mail", "urgent mails")
    )];
    Note { label: "THE LIMIT IS REACHED".to_owned(), grave: false, lines }
}

/// How many items, and why they come together or again.
fn basis(input: &UrgentInput<'_>, stories: &[Story<'_>]) -> String {
    let items: usize = stories.iter().map(|story| story.notices.len()).sum();
    let now = moment(input.now, input.now, input.reader.zone);
    match stories.len() {
        1 if input.n > 1 => {
            let is_told = |one: &&Cow<'_, PendingNotice>| {
                one.before.as_ref().is_some_and(|before| before.alert.is_some())
            };
            let edited = stories.iter().flat_map(|story| &story.notices).filter(is_told).count();
            let more = count(items - edited, "more item", "more items");
            let again = count(edited, "item edited", "items edited");
            let what = match (items - edited, edited) {
                (_, 0) => more,
                (0, _) => again,
                _ => format!("{more} and {again}"),
            };
            let new = stories.iter().flat_map(Story::news).collect::<String>();
            format!("{what} since the last mail on this story, {now}.{new}")
        }
        several if several > 1 && input.notices.iter().any(|one| one.undelivered) => {
            format!("Together with what an earlier mail could not deliver, {now}.")
        }
        several if several > 1 && input.delayed_since.is_none() => {
            let limit = input.reader.urgent_per_hour;
            format!("Together in one mail, because {limit} an hour is this reader's limit.")
        }
        _ => format!("{}, {now}.", count(items, "item", "items")),
    }
}
