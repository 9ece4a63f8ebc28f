//! How large a mail to an address may be, as far as its server's refusals tell, and what of an occasion
//! is told where that is not enough for all (pure).
//!
//! A mail that is too large is refused for good, and the next would be larger still: so it is made to fit, the
//! gravest first, and says how much waits for the one after it. Invariant: what a mail does not show, it does
//! not settle. The limit is read from the outbox, since no server tells one limit for all its recipients.

use std::collections::BTreeMap;
use std::time::Duration;

use super::civil::count;
use super::page::Note;
use super::{Content, message, stories};
use crate::model::PendingNotice;
use crate::model::mail::Refusal;

/// How long a refusal is remembered. Then a whole mail is tried again: limits are raised, too.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Where nothing is announced, no mail is made smaller than this for having been refused: RFC 5321 §4.5.3.1.7 asks
/// every server to take 64 kB, and words that speak of size may mean something else.
const SMALLEST: usize = 20_000;

/// What stands before the number of bytes in the words for a mail larger than what EHLO announced.
pub(super) const TAKES_AT_MOST: &str = "the server takes at most ";

/// What is known of a server's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// It announces this one, in bytes (RFC 1870).
    Announced(usize),
    /// It refused a mail of so many bytes.
    Refused(usize),
}

/// How much room a mail has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// At most so many bytes, the message as a whole.
    pub bytes: usize,
    /// Why.
    pub limit: Limit,
}

/// What a mail does not tell for want of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// Alerts that it leaves out.
    pub alerts: usize,
    /// Whether they are owed, and so wait for the next mail.
    pub owed: bool,
    /// Why they do.
    pub room: Room,
}

/// Whether a mail was refused for its size, by the words of the attempt (`STAGE: reply`). RFC 3463 §3.3 and §3.4
/// know 5.2.3, over the recipient's limit, and 5.3.4, over the server's; a 552 without such a number says the
/// same (RFC 1870 §6.1), but where it speaks of a full mailbox, as it does at RCPT TO.
#[must_use]
pub fn is_too_large(words: &str) -> bool {
    let Some((stage, reply)) = words.split_once(": ") else { return false };
    let mut parts = reply.split_whitespace();
    let (code, next) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_no = code.len() == 3 && code.starts_with('5');
    let is_status =
        next.starts_with("5.") && next.bytes().all(|one| one.is_ascii_digit() || one == b'.');
    match is_status {
        _ if reply.starts_with(TAKES_AT_MOST) => true,
        true => is_no && matches!(next, "5.3.4" | "5.2.3"),
        false => code == "552" && stage != "RCPT TO" && !speaks_of_a_mailbox(reply),
    }
}

fn speaks_of_a_mailbox(reply: &str) -> bool {
    let reply = reply.to_ascii_lowercase();
    ["quota", "mailbox full", "mailbox is full"].iter().any(|words| reply.contains(words))
}

/// How much room refusals of mails to an address, or to several, leave: nine tenths of the smallest limit
/// that was announced, since relays add lines, or half of the smallest mail that was refused. `None` where
/// none was refused for its size.
#[must_use]
pub fn room(refusals: &[Refusal]) -> Option<Room> {
    let too_large = refusals.iter().filter(|one| is_too_large(&one.reply));
    let rooms = too_large.map(|one| match announced(&one.reply) {
        Some(limit) => Room { bytes: limit / 10 * 9, limit: Limit::Announced(limit) },
        None => Room { bytes: (one.bytes / 2).max(SMALLEST), limit: Limit::Refused(one.bytes) },
    });
    rooms.min_by_key(|room| room.bytes)
}

fn announced(words: &str) -> Option<usize> {
    let (_, rest) = words.split_once(TAKES_AT_MOST)?;
    rest.split_whitespace().next()?.parse().ok()
}

impl Short {
    /// Said at the top of the mail.
    pub(super) fn note(self) -> Note {
        let label = if self.owed { "MORE WAITS" } else { "NOT ALL" };
        Note { label: label.to_owned(), grave: true, lines: vec![self.sentence()] }
    }

    pub(super) fn sentence(self) -> String {
        let alerts = match self.owed {
            true => {
                count(self.alerts, "more alert waits", "more alerts wait") + " for the next mail"
            }
            false => count(self.alerts, "more alert is", "more alerts are") + " left out",
        };
        let server = match self.room.limit {
            Limit::Announced(bytes) => format!("refuses mails above {}", size(bytes)),
            Limit::Refused(bytes) => format!("refused one of {}", size(bytes)),
        };
        format!("{alerts}: this mail server {server}. The gravest are told here.")
    }
}

/// In kB of 1,000 bytes.
fn size(bytes: usize) -> String {
    if bytes < 1_000 { format!("{bytes} bytes") } else { format!("{} kB", bytes / 1_000) }
}

/// The largest number up to `most` that fits, where less fits whenever more does; 0 if not even one does.
#[must_use]
pub fn most_that_fit(most: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut fit, mut not) = (0, most + 1);
    while not - fit > 1 {
        let middle = fit + (not - fit) / 2;
        if fits(middle) {
            fit = middle;
        } else {
            not = middle;
        }
    }
    fit
}

/// Makes a mail of what is owed that keeps to its room: without an attachment, the gravest first, and nothing that
/// it only counts. Answers what it tells, which is one item at least, or what is owed would never come to an
/// end. `most` items are told at most; `make` draws the mail.
pub(super) fn within(
    owed: &[PendingNotice],
    most: usize,
    room: Room,
    make: impl Fn(&[PendingNotice], Option<Short>) -> Content,
) -> (Content, Vec<PendingNotice>) {
    let items = by_gravity(owed);
    let draw = |n: usize| {
        let told: Vec<PendingNotice> = items[..n].iter().flatten().copied().cloned().collect();
        let alerts = owed.len() - told.len();
        let content = make(&told, (alerts > 0).then_some(Short { alerts, owed: true, room }));
        (content, told)
    };
    let most = most.min(items.len());
    let fits = |n: usize| {
        let (content, _) = draw(n);
        content.attachments.is_empty() && message::size(&content) <= room.bytes
    };
    draw(most_that_fit(most, fits).max(most.min(1)))
}

/// Lines of each section that are tried where not all of them have room: what a page can show of a list that is long.
const LINES: usize = 64;

/// The same of a mail that says more than what is owed. Where all that leaves no room for a single item, or none is owed
/// and it is too large, its sections are cut to as many lines as fit: `make` takes how many.
pub(super) fn within_with_sections(
    owed: &[PendingNotice],
    most: usize,
    room: Room,
    make: impl Fn(&[PendingNotice], Option<Short>, Option<usize>) -> Content,
) -> (Content, Vec<PendingNotice>) {
    let too_large =
        |content: &Content| !content.attachments.is_empty() || message::size(content) > room.bytes;
    let (content, told) = within(owed, most, room, |told, short| make(told, short, None));
    if !too_large(&content) {
        return (content, told);
    }
    let (_, told) = within(owed, most, room, |told, short| make(told, short, Some(0)));
    let alerts = owed.len() - told.len();
    let short = (alerts > 0).then_some(Short { alerts, owed: true, room });
    let draw = |lines| make(&told, short, Some(lines));
    let content = draw(most_that_fit(LINES, |lines| !too_large(&draw(lines))));
    (content, told)
}

/// What is owed by item, the gravest first, and those alike in the order of their stories. Several revisions of an
/// item go together.
pub(super) fn by_gravity(owed: &[PendingNotice]) -> Vec<Vec<&PendingNotice>> {
    let key = |one: &PendingNotice| (one.alert.story.clone(), one.item.id.clone());
    let mut of_item: BTreeMap<_, Vec<&PendingNotice>> = BTreeMap::new();
    for one in owed {
        of_item.entry(key(one)).or_default().push(one);
    }
    let stories = stories::group(owed, stories::Whose::default());
    let items = stories.iter().flat_map(|story| &story.notices);
    let mut items: Vec<_> = items.filter_map(|one| of_item.remove(&key(one))).collect();
    items.sort_by_key(|of| std::cmp::Reverse(of.iter().map(|one| one.alert.severity).max()));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn refusals_for_size_are_told_from_others() {
        for (words, expected) in [
            ("MAIL FROM: 552 5.3.4 Message size exceeds fixed limit", true),
            ("end of message: 552 5.3.4 too big", true),
            ("end of message: 554 5.3.4 too big", true),
            ("end of message: 550 5.2.3 over this recipient's limit", true),
            ("RCPT TO: 552 5.2.3 over this recipient's limit", true),
            ("end of message: 552 Message size exceeds maximum permitted", true),
            ("MAIL FROM: the server takes at most 40000 bytes", true),
            ("RCPT TO: 552 mailbox full", false),
            ("end of message: 552 5.2.2 mailbox full", false),
            ("end of message: 552 Over quota", false),
            ("end of message: 552 5.7.0 blocked content", false),
            ("end of message: 550 5.7.1 no", false),
            ("end of message: 452 4.3.4 too big today", false),
            ("given up by hand", false),
        ] {
            assert_eq!(is_too_large(words), expected, "{words}");
        }
    }

    fn refusal(bytes: usize, reply: &str) -> Refusal {
        Refusal { at: Timestamp::from_millis(0), bytes, reply: reply.to_owned() }
    }

    #[test]
    fn the_smallest_limit_counts() {
        let large = refusal(90_000, "end of message: 552 5.3.4 too big; it has 90000 bytes");
        let small = refusal(70_000, "end of message: 552 5.3.4 too big");
        let full = refusal(10, "RCPT TO: 552 5.2.2 mailbox full");
        let tiny = refusal(9_000, "end of message: 552 no");
        let floor = Room { bytes: SMALLEST, limit: Limit::Refused(9_000) };
        assert_eq!(room(&[tiny]), Some(floor), "one such word does not end all mails");
        let said = refusal(70_000, "MAIL FROM: the server takes at most 30000 bytes; it has");
        assert_eq!(room(std::slice::from_ref(&full)), None);
        let half = Room { bytes: 35_000, limit: Limit::Refused(70_000) };
        assert_eq!(room(&[large.clone(), small.clone(), full]), Some(half));
        let most = Room { bytes: 27_000, limit: Limit::Announced(30_000) };
        assert_eq!(room(&[large, said, small]), Some(most));
    }

    #[test]
    fn the_most_that_fits_is_found() {
        for limit in 0..12 {
            assert_eq!(most_that_fit(9, |n| n <= limit), limit.min(9));
        }
        assert_eq!(most_that_fit(0, |_| true), 0);
    }
}
