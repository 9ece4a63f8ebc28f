//! What all mails share: the size they keep to, what they leave to the attached list, "Not relevant?",
//! and the words for a delay and a restore.
//!
//! Invariant: what a page does not list is counted exactly, said, and attached.

use std::collections::BTreeSet;

use super::civil::{count, moment, number};
use super::listing;
use super::outside::{isolate, line};
use super::page::{Dismiss, Note, Page, Section, render};
use super::reader::Reader;
use super::route;
use super::stories::{self, Story};
use super::{Attachment, Content};
use crate::model::record::Restore;
use crate::model::{Timestamp, Tz};

/// What "a source said it" means.
pub(super) const WHAT_IS_JUDGED: &str = "This service judges titles, summaries, contents and categories as the \
     feeds deliver them, not the linked pages.";

/// Largest HTML part, in bytes: mail programs clip at about 102 KB of the encoded message.
const LARGEST_HTML: usize = 80_000;

/// Since when mails could not be sent, for the one that comes late.
pub(super) fn delay(since: Timestamp, now: Timestamp, zone: Tz) -> Note {
    let lines = vec![format!(
        "Mail could not be sent since {}. This one tells what waited.",
        moment(since, now, zone)
    )];
    Note { label: "DELAYED BY A MAIL OUTAGE".to_owned(), grave: true, lines }
}

/// That the mail may tell again what was told before: what went out since a backup is not in it.
pub(super) fn restored(restore: &Restore, now: Timestamp, zone: Tz) -> Note {
    let (at, made) = (moment(restore.at, now, zone), moment(restore.made, now, zone));
    let lines = vec![format!(
        "This service was restored on {at} from a backup of {made}. What was told between the two is not \
         known any more, so this mail may tell some of it again."
    )];
    Note { label: "AFTER A RESTORE".to_owned(), grave: true, lines }
}

/// Headlines that are named as told in somebody's place.
const IN_PLACE: usize = 3;

/// What a mail tells its reader in the place of others who are away, or were when it was found, and would not have told
/// otherwise.
pub(super) fn stands_in(
    reader: &Reader,
    readers: &[Reader],
    stories: &[Story<'_>],
    now: Timestamp,
) -> Option<Note> {
    let mut lines = Vec::new();
    for other in readers.iter().filter(|other| other.name != reader.name) {
        let Some(away) = &other.away else { continue };
        let notices = stories.iter().flat_map(|story| &story.notices);
        let its: Vec<String> = notices
            .filter(|one| route::stands_in(reader, other, &one.alert, readers))
            .map(|one| format!("“{}”", isolate(&line(&one.item.text.title, 90))))
            .collect();
        if its.is_empty() {
            continue;
        }
        let more = match its.len().saturating_sub(IN_PLACE) {
            0 => String::new(),
            n => format!(" and {}", count(n, "more item", "more items")),
        };
        let is = if other.is_away(now) { "is" } else { "was" };
        lines.push(format!(
            "For {}, who {is} away until {}: {}{more}.",
            line(&other.name, 60),
            away.until.format("%-d %b"),
            its[..its.len().min(IN_PLACE)].join(", ")
        ));
    }
    (!lines.is_empty()).then(|| Note {
        label: "IN SOMEBODY'S PLACE".to_owned(),
        grave: false,
        lines,
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

/// A section with its first lines only, where the mail has room for no more.
pub(super) fn shortened(mut section: Section, most: Option<usize>) -> Section {
    let Some(most) = most.filter(|most| *most < section.lines.len()) else { return section };
    let left_out = count(section.lines.len() - most, "line more", "lines more");
    section.lines.truncate(most);
    section.lines.push(format!("({left_out}; this mail server takes no larger mail)").into());
    section
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
    let told: usize = allotted.iter().sum();
    let untold = allotted.iter().filter(|most| **most == 0).count();
    let unseen = stories.len().saturating_sub(stories::INDEXED);
    let in_list = match untold.saturating_sub(unseen) {
        0 => String::new(),
        n => format!("; {} only in the list above", stand(n)),
    };
    let nowhere = match unseen {
        0 => String::new(),
        n => format!("; {} only in the attached one", stand(n)),
    };
    (told < items).then(|| {
        format!(
            "{} of {} are told below{in_list}{nowhere}. The attached CSV lists all {}.",
            number(told as u64),
            count(items, "item", "items"),
            number(items as u64)
        )
    })
}

fn stand(n: usize) -> String {
    format!("{} {}", count(n, "story", "stories"), if n == 1 { "stands" } else { "stand" })
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

/// Alerts of a story whose ids stand beside the first one's; the attached list has all.
const OTHERS: usize = 6;

/// A mail to the desk that names the alert.
pub(super) fn dismiss(story: &Story<'_>, n: usize, desk: &str) -> Dismiss {
    let id = story.lead().alert.id.as_str().to_owned();
    let headline = line(&story.lead().item.text.title, 120);
    let subject = percent(&format!("Not relevant: {id}"));
    let body = percent(&format!(
        "Not relevant because:\r\n\r\n\r\n{}: {headline}\r\nAlert {id}\r\n",
        story.who()
    ));
    let others = story.notices.iter().skip(1).map(|one| one.alert.id.as_str());
    Dismiss {
        n,
        others: others.take(OTHERS).collect::<Vec<_>>().join(", "),
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
