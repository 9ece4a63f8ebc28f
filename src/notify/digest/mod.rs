//! The digest: all that a reader is owed since the last one, on one page.
//!
//! Invariants: counts are exact whatever is cut; what is cut is said and attached; missing coverage
//! stands at the top and in the subject; nothing to tell is told too. The caller decides when, and
//! whether an empty one goes out.

mod coverage;
mod listing;

use std::collections::BTreeSet;

use super::civil::{count, day, full_day, iso_day, moment, near, number};
use super::outside::line;
use super::page::{Dismiss, Note, Page, render};
use super::reader::Reader;
use super::stories::{self, Story};
use super::{Attachment, Content, Subjects};
use crate::model::{Coverage, PendingNotice, Severity, Timestamp};
use coverage::Facts;
pub(super) use coverage::health_words;

/// Largest HTML part, in bytes: mail programs clip at about 102 KB of the encoded message.
const LARGEST_HTML: usize = 80_000;

/// What a digest is made of.
#[derive(Clone, Copy, Debug)]
pub struct DigestInput<'a> {
    /// Whom it is for.
    pub reader: &'a Reader,
    /// Where the last one ended.
    pub from: Timestamp,
    /// It is the reader's first digest, so nothing ended at `from`.
    pub first: bool,
    /// Where this one ends: the present.
    pub until: Timestamp,
    /// Somebody asked for it, outside the schedule.
    pub on_demand: bool,
    /// What is owed, oldest alert first.
    pub notices: &'a [PendingNotice],
    /// How well we looked in this window.
    pub coverage: &'a Coverage,
    /// The problems of an edit that was refused and is not mended yet.
    pub rejected_edit: Option<&'a str>,
    /// Since when mails could not be sent, if this one comes late for that reason.
    pub delayed_since: Option<Timestamp>,
    /// Which version of the watchlist is in force.
    pub watchlist: u64,
    /// The address that answers for the mail: "Not relevant?" goes there.
    pub desk: &'a str,
    /// How much the subject gives away.
    pub subjects: Subjects,
}

/// Whether a digest has nothing to tell: no notices, no missing coverage, no rejected edit. A reader
/// who wants no empty digests is spared this one only.
#[must_use]
pub fn is_empty(input: &DigestInput<'_>) -> bool {
    input.notices.is_empty()
        && input.rejected_edit.is_none()
        && input.delayed_since.is_none()
        && Facts::of(input.coverage, input.until).missing.is_empty()
}

/// Writes the digest.
#[must_use]
pub fn digest(input: &DigestInput<'_>) -> Content {
    let stories = stories::group(input.notices);
    let facts = Facts::of(input.coverage, input.until);
    let subject = subject(input, &stories, &facts);
    let most = input.reader.max_items as usize;
    let zone = input.reader.zone;
    fit(subject, &stories, most, iso_day(input.until, zone), |subject, most| {
        page(input, subject, &stories, &facts, most)
    })
}

/// The finished content: the page with at most `most` items, fewer when its HTML would grow too
/// large, and the whole list attached when any are left out. `make` draws the page for a subject
/// and a number of items.
pub(super) fn fit(
    subject: String,
    stories: &[Story<'_>],
    most: usize,
    day: String,
    make: impl Fn(&str, usize) -> Page,
) -> Content {
    let items: usize = stories.iter().map(|story| story.notices.len()).sum();
    let mut most = most.min(items);
    let (text, html) = loop {
        let (text, html) = render(&make(&subject, most));
        if html.len() <= LARGEST_HTML || most == 0 {
            break (text, html);
        }
        // What was too much, in proportion: near the goal at once, and one less in any case.
        most = (most * LARGEST_HTML / html.len()).min(most - 1);
    };
    let attachments = (most < items).then(|| whole_list(stories, day));
    Content { subject, text, html, attachments: attachments.into_iter().collect() }
}

/// All items of these stories as a file.
pub(super) fn whole_list(stories: &[Story<'_>], day: String) -> Attachment {
    Attachment {
        name: format!("watchlist-{day}.csv"),
        media_type: "text/csv; charset=utf-8".to_owned(),
        bytes: listing::csv(stories),
    }
}

/// `2 high, 5 medium` stories.
fn counts(stories: &[Story<'_>]) -> String {
    let of = |severity| stories.iter().filter(|story| story.severity == severity).count();
    let counts = [
        (of(Severity::High), "high"),
        (of(Severity::Medium), "medium"),
        (of(Severity::Low), "low"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{} {name}", number(*n as u64)))
        .collect();
    if counts.is_empty() { "no matches".to_owned() } else { counts.join(", ") }
}

/// `Watchlist Mon 23 Nov: 2 high, 5 medium – Alibaba, SMIC – COVERAGE GAP`.
fn subject(input: &DigestInput<'_>, stories: &[Story<'_>], facts: &Facts) -> String {
    let mut subject =
        format!("Watchlist {}: {}", day(input.until, input.reader.zone), counts(stories));
    if stories.is_empty() {
        subject += &format!(" – {}", facts.sources_read());
    } else if input.subjects == Subjects::Full {
        subject += &format!(" – {}", names(stories));
    }
    if !facts.missing.is_empty() {
        subject += " – COVERAGE GAP";
    }
    subject
}

/// The first few names, gravest first, as far as a subject has room.
fn names(stories: &[Story<'_>]) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for name in stories.iter().map(Story::who) {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    let mut shown = String::new();
    for (at, name) in distinct.iter().enumerate() {
        let name = line(name, 40);
        if at > 0 && shown.chars().count() + name.chars().count() > 48 {
            return format!("{shown} +{}", distinct.len() - at);
        }
        shown += if at == 0 { "" } else { ", " };
        shown += &name;
    }
    shown
}

fn page(
    input: &DigestInput<'_>,
    subject: &str,
    stories: &[Story<'_>],
    facts: &Facts,
    most: usize,
) -> Page {
    let zone = input.reader.zone;
    let allotted = stories::allot(stories, most);
    let shown = stories.iter().zip(&allotted).enumerate().filter(|(_, (_, most))| **most > 0);
    let shown: Vec<_> = shown
        .map(|(at, (story, most))| stories::show(story, at + 1, *most, input.until, zone))
        .collect();
    let since = match input.first {
        true => "so far".to_owned(),
        false => format!("since {}", moment(input.from, input.until, zone)),
    };
    Page {
        subject: subject.to_owned(),
        heading: format!(
            "Watchlist · {} · {}",
            full_day(input.until, zone),
            line(&input.reader.name, 60)
        ),
        sentence: match stories.is_empty() {
            true => format!("{}; {}", counts(stories), facts.sentence(input.until, zone)),
            false => format!("{} {since}", counts(stories)),
        },
        basis: match stories.is_empty() {
            true if input.first => "The first digest.".to_owned(),
            true => format!("Since {}.", moment(input.from, input.until, zone)),
            false => basis(stories, facts, input),
        },
        notes: notes(input, facts),
        index: true,
        cut: cut(stories, &allotted),
        sections: coverage::sections(input, facts),
        small: small(input, stories),
        dismiss: shown.iter().map(|one| dismiss(&stories[one.n - 1], one.n, input.desk)).collect(),
        desk: (!shown.is_empty()).then(|| input.desk.to_owned()),
        stories: shown,
    }
}

fn basis(stories: &[Story<'_>], facts: &Facts, input: &DigestInput<'_>) -> String {
    let items = stories.iter().map(|story| story.notices.len()).sum();
    let outlets: BTreeSet<_> =
        stories.iter().flat_map(|story| &story.notices).map(|one| &one.item.source).collect();
    format!(
        "{} in {} from {}. {}.",
        count(items, "item", "items"),
        count(stories.len(), "story", "stories"),
        count(outlets.len(), "source", "sources"),
        facts.sentence(input.until, input.reader.zone),
    )
}

/// What must be known before anything else.
fn notes(input: &DigestInput<'_>, facts: &Facts) -> Vec<Note> {
    let zone = input.reader.zone;
    let mut notes = Vec::new();
    if let Some(since) = input.delayed_since {
        let lines = vec![format!(
            "Mail could not be sent since {}. This one tells what waited.",
            moment(since, input.until, zone)
        )];
        notes.push(Note { label: "DELAYED BY A MAIL OUTAGE".to_owned(), grave: true, lines });
    }
    if !facts.missing.is_empty() {
        let lines = facts.missing_lines(input.until, zone);
        notes.push(Note { label: "COVERAGE GAP".to_owned(), grave: true, lines });
    }
    if let Some(problems) = input.rejected_edit {
        let mut lines = vec![format!(
            "The last edit of the watchlist's files was refused; version {} stays in force.",
            input.watchlist
        )];
        lines.extend(first_lines(problems, 5));
        notes.push(Note { label: "EDIT REFUSED".to_owned(), grave: true, lines });
    }
    if input.on_demand {
        let lines = vec!["Somebody asked for this mail; the schedule goes on as it is.".to_owned()];
        notes.push(Note { label: "ON DEMAND".to_owned(), grave: false, lines });
    }
    notes
}

/// The first lines of a list of problems, and how many follow.
pub(super) fn first_lines(text: &str, most: usize) -> Vec<String> {
    let all: Vec<&str> = text.lines().filter(|one| !one.trim().is_empty()).collect();
    let mut lines: Vec<String> = all.iter().take(most).map(|one| line(one, 400)).collect();
    if all.len() > most {
        lines.push(format!("and {}", count(all.len() - most, "more problem", "more problems")));
    }
    lines
}

/// What the page leaves to the attached list, in exact numbers.
pub(super) fn cut(stories: &[Story<'_>], allotted: &[usize]) -> Option<String> {
    let items: usize = stories.iter().map(|story| story.notices.len()).sum();
    let listed: usize = allotted.iter().sum();
    let unlisted = allotted.iter().filter(|most| **most == 0).count();
    let whole = match unlisted {
        0 => String::new(),
        n => format!(", {} not shown at all", count(n, "story", "stories")),
    };
    (listed < items).then(|| {
        format!(
            "{} of {} are listed here{whole}. The attached CSV lists all {}.",
            number(listed as u64),
            count(items, "item", "items"),
            number(items as u64)
        )
    })
}

fn small(input: &DigestInput<'_>, stories: &[Story<'_>]) -> Vec<String> {
    let zone = input.reader.zone;
    let until = moment(input.until, input.until, zone);
    let covers = match input.first {
        true => format!("This first mail covers what the sources showed until {until}."),
        false => {
            format!("This mail covers {} to {until}.", moment(input.from, input.until, zone))
        }
    };
    let mut small = vec![format!(
        "{covers} It judges titles, summaries, contents and categories as the feeds deliver them, \
         not the linked pages."
    )];
    small.push(made_by(input.watchlist, stories));
    let next = input.reader.schedule.next_after(input.until);
    if let Some(next) = next.filter(|next| !input.reader.is_away(*next)) {
        small.push(format!("Next digest: {}.", near(next, input.until, zone)));
    }
    small
}

/// Which watchlist decided, with which program.
pub(super) fn made_by(in_force: u64, stories: &[Story<'_>]) -> String {
    let versions: BTreeSet<u64> = stories
        .iter()
        .flat_map(|story| &story.notices)
        .map(|one| one.alert.watchlist)
        .filter(|version| *version != in_force)
        .collect();
    let earlier: Vec<String> = versions.iter().map(u64::to_string).collect();
    let earlier = match earlier.as_slice() {
        [] => String::new(),
        some => format!(" (some alerts were decided by version {})", some.join(", ")),
    };
    format!("Watchlist version {in_force}{earlier}. watchlistd {}.", env!("CARGO_PKG_VERSION"))
}

/// A mail to the desk that names the alert.
pub(super) fn dismiss(story: &Story<'_>, n: usize, desk: &str) -> Dismiss {
    let id = story.lead().alert.id.as_str().to_owned();
    let headline = line(&story.lead().item.text.title, 120);
    let subject = percent(&format!("Not relevant: {id}"));
    let body = percent(&format!(
        "Not relevant because:\r\n\r\n\r\n{}: {headline}\r\nAlert {id}\r\n",
        story.who()
    ));
    Dismiss {
        n,
        href: format!("mailto:{}?subject={subject}&body={body}", percent_address(desk)),
        id,
    }
}

/// Every byte but letters, digits and -._~ as %XX (RFC 6068 asks no less of `&`, `?` and `%`).
fn percent(text: &str) -> String {
    percent_but(text, b"-._~")
}

fn percent_address(text: &str) -> String {
    percent_but(text, b"-._~@+!$'*")
}

fn percent_but(text: &str, kept: &[u8]) -> String {
    text.bytes()
        .map(|byte| match byte {
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
