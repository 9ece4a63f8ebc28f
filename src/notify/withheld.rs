//! Words that a mail filter will not have: what comes back from a mail that was refused for what it says is told
//! without its publisher's words, and what is refused without them, too, by its id alone (pure).
//!
//! One hostile item would take away every mail that quotes it, and with each all that is told beside it: so of all
//! that comes back only what we know ourselves is told (which company, which topic, how grave, where and when), and
//! that the words were refused. Whose words those were is not searched for: every try would be another refused mail,
//! and servers block senders of many. Invariant: no mail quotes twice what a server refused.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::civil::count;
use super::outside::line;
use super::page::{Marked, Note, Segment};
use super::room::is_too_large;
use super::smtp::Stage;
use super::stories::Story;
use crate::model::alert::Words;
use crate::model::item::ItemText;
use crate::model::mail::{Changed, Refusal};
use crate::model::{Coverage, ItemId, PendingNotice, Timestamp};

/// How long after a mail was refused for what it says feeds' own names stay out of the next ones: as long as they are
/// called so, each would be refused again.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Mails refused in a row for what they say, after which the next one names alerts by their ids alone: the first told
/// all, the second did without the publishers' words, so what is minded are words that we cannot do without.
const IN_VAIN: usize = 2;

/// How much of others' words a mail may bear, by what became of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quoting {
    /// All that there is to tell.
    #[default]
    Freely,
    /// Not what feeds call themselves: sources stand by their ids.
    NoNames,
    /// Nothing but ids, counts and times.
    Nothing,
}

/// What the next mail to a reader may bear. `in_vain` is what was said of the last ones of its kind as far back as none
/// reached anybody, newest first, and `refused` what was said of any within [`REMEMBERED`].
#[must_use]
pub fn quoting<'a>(in_vain: &[Vec<String>], refused: impl IntoIterator<Item = &'a str>) -> Quoting {
    let about = |said: &&Vec<String>| said.iter().any(|one| is_about_content(one));
    match in_vain.iter().filter(about).count() {
        n if n >= IN_VAIN => Quoting::Nothing,
        n if n > 0 || refused.into_iter().any(is_about_content) => Quoting::NoNames,
        _ => Quoting::Freely,
    }
}

/// What stands where words were.
pub(super) const LEFT_OUT: &str = "(words left out)";

/// Whether a message was refused for what it says, by the words of the attempt (`STAGE: reply`): for good, and after all
/// of it was read, but for its size, a full mailbox, an address, a route or who sends it.
#[must_use]
pub fn is_about_content(words: &str) -> bool {
    let Some((stage, reply)) = words.split_once(": ") else { return false };
    let reply = reply.to_ascii_lowercase();
    let full = ["quota", "mailbox full", "mailbox is full"];
    stage == Stage::Dot.as_str()
        && reply.starts_with('5')
        && !is_too_large(words)
        && !full.iter().any(|some| reply.contains(some))
        && (may_mean_content(&reply) || CONTENT.iter().any(|some| reply.contains(some)))
}

/// Words of servers that refuse a message for what is in it, whatever code stands before them.
const CONTENT: [&str; 7] =
    ["spam", "content", "virus", "malware", "phish", "banned word", "blocked url"];

/// Words of servers that refuse a message for who sends it, though the code before them is a general one.
const SENDER: [&str; 5] = ["spf", "dkim", "dmarc", "unauthenticated", "not authenticated"];

/// Whether the enhanced status of a reply may be one of the message's words (RFC 3463 §3.7 and §3.8: 5.6.x is of the
/// message itself, 5.7.0 and 5.7.1 of policy, whichever) or there is none. Others are of addresses (5.1.x), mailboxes
/// (5.2.x), systems (5.3.x), routes (5.4.x), the protocol (5.5.x) and of who sends it (5.7.2 on, RFC 7372: 5.7.20 to
/// 5.7.25 are of signatures and SPF).
fn may_mean_content(reply: &str) -> bool {
    let sender = SENDER.iter().any(|some| reply.contains(some));
    match enhanced(reply) {
        None => !sender,
        // 5.0.x says no more than the code does.
        Some((0, _) | (7, 0 | 1)) => !sender,
        Some((subject, _)) => subject == 6,
    }
}

/// Subject and detail of the enhanced status behind the code of a reply: `550 5.7.1 …` is (7, 1).
fn enhanced(reply: &str) -> Option<(u16, u16)> {
    let behind = reply.get(3..)?.trim_start_matches([' ', '-']);
    let status = behind.split(|one: char| !one.is_ascii_digit() && one != '.').next()?;
    let mut parts = status.trim_end_matches('.').split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let (subject, detail) = (subject.parse().ok()?, detail.parse().ok()?);
    (class == "5" && parts.next().is_none()).then_some((subject, detail))
}

/// Leaves out the words of all that a filter may have refused: of items that come back from such a mail, whatever the
/// revision, and of copies of these.
#[must_use]
pub fn withhold(mut notices: Vec<PendingNotice>) -> Vec<PendingNotice> {
    let back = notices.iter().filter(|one| one.refusals.iter().any(|said| is_about_content(said)));
    let refused: BTreeSet<ItemId> = back.map(|one| one.item.id.clone()).collect();
    for one in &mut notices {
        let copies = one.alert.copy_of.as_ref().is_some_and(|of| refused.contains(of));
        if copies || refused.contains(&one.item.id) {
            leave_out(one);
        }
    }
    notices
}

/// Longest line about an item without its words, in characters: a host's name may have 253.
const LINE: usize = 400;

/// Why words are left out, before where the item lies and what shows it.
const REFUSED: &str = "An earlier mail with them was refused.";

/// What an item whose words are left out is told by where it has one line: where it lies, and its id.
pub(super) fn in_a_line(text: &ItemText) -> Marked {
    let leads = text.summary.strip_prefix(REFUSED).unwrap_or(&text.summary);
    let text = line(&format!("{LEFT_OUT}{leads}"), LINE);
    Marked::of(vec![Segment { text, hit: false }], None)
}

/// Leaves out the words of all of them, as where each may be what a filter minds.
#[must_use]
pub fn withhold_all(mut notices: Vec<PendingNotice>) -> Vec<PendingNotice> {
    notices.iter_mut().filter(|one| !one.withheld).for_each(leave_out);
    notices
}

fn leave_out(one: &mut PendingNotice) {
    let host = one.item.link.as_deref().and_then(|link| Url::parse(link).ok());
    let host = host.as_ref().and_then(|link| link.host_str());
    // Written so that neither filters nor mail programs take it for an address.
    let leads = host.map(|host| format!(" It lies at {}.", host.replace('.', "[.]")));
    let words = ItemText {
        title: LEFT_OUT.to_owned(),
        summary: format!(
            "{REFUSED}{} `watchlistd show {}` shows it whole.",
            leads.unwrap_or_default(),
            one.alert.id
        ),
        ..ItemText::default()
    };
    if let Some(before) = &mut one.before {
        before.words = Words::Whole(words.clone());
    }
    one.item.text = words;
    one.item.link = None;
    one.alert.judgement.hits.clear();
    one.alert.judgement.reasons.clear();
    one.withheld = true;
}

/// Leaves out the words of edits that a mail refused since `from` may have quoted, and those of items that the same
/// mail tells without theirs: edits have no rows that say which mail told them.
#[must_use]
pub fn withhold_edits(
    mut changed: Vec<Changed>,
    refusals: &[Refusal],
    from: Timestamp,
    notices: &[PendingNotice],
) -> Vec<Changed> {
    let content = refusals.iter().filter(|one| one.at > from && is_about_content(&one.reply));
    let until = content.map(|one| one.at).max();
    for one in &mut changed {
        let told = notices.iter().any(|other| other.withheld && other.item.id == one.item);
        if told || until.is_some_and(|until| one.at <= until) {
            let words = ItemText { title: LEFT_OUT.to_owned(), ..ItemText::default() };
            (one.old, one.new, one.link) = (words.clone(), words, None);
        }
    }
    changed
}

/// Leaves out the headlines of what was held back, where a mail refused since `from` may have quoted them: they have no
/// notices that could come back. Of a mail that quotes nothing, what servers said of troubles and what the watchlist
/// calls things as well.
pub fn withhold_coverage(
    coverage: &mut Coverage,
    quoting: Quoting,
    refusals: &[Refusal],
    from: Timestamp,
) {
    if refusals.iter().any(|one| one.at > from && is_about_content(&one.reply)) {
        for one in &mut coverage.held_high {
            (one.title, one.link) = (LEFT_OUT.to_owned(), None);
        }
    }
    if quoting == Quoting::Nothing {
        coverage.sources.iter_mut().for_each(|one| one.state.error = None);
        coverage.held_high.iter_mut().for_each(|one| one.guards.clear());
        coverage.mentions.clear();
        coverage.held_back.clear();
    }
}

/// Said in the small print of a mail in which sources stand by their ids.
pub(super) fn by_their_ids(quoting: Quoting) -> Option<String> {
    let why = "Sources stand by their ids: a mail to you was refused for what it says within the last 30 days, and \
               what feeds call themselves may be what the mail server's filter minds.";
    (quoting == Quoting::NoNames).then(|| why.to_owned())
}

/// Says at the top of a mail that words are missing in it, and why.
pub(super) fn note(stories: &[Story<'_>]) -> Option<Note> {
    note_and(stories, " The rest of what that mail told stands here, too.")
}

/// The same of a mail that tells what others told before.
pub(super) fn note_of_recap(stories: &[Story<'_>]) -> Option<Note> {
    note_and(stories, "")
}

fn note_and(stories: &[Story<'_>], and: &str) -> Option<Note> {
    let items = stories.iter().flat_map(|story| &story.notices);
    let items = items.filter(|one| one.withheld).count();
    let lines = vec![format!(
        "The publishers' words of {} are left out: an earlier mail with them was refused by the mail server, as \
         filters do.{and}",
        count(items, "item", "items")
    )];
    (items > 0).then(|| Note { label: "WORDS LEFT OUT".to_owned(), grave: true, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_words_are_told_from_others() {
        for (words, expected) in [
            ("end of message: 554 5.7.1 message rejected as spam", true),
            ("end of message: 550 no", true),
            ("end of message: 552 5.7.0 blocked content", true),
            ("end of message: 552 5.3.4 too big", false),
            ("end of message: 552 5.2.2 mailbox full", false),
            ("end of message: 550 Over quota", false),
            ("end of message: 451 4.7.1 greylisted", false),
            ("RCPT TO: 550 5.7.1 no", false),
            ("end of message: 554 5.6.0 message content rejected", true),
            ("end of message: 550 5.7.350 message detected as spam", true),
            ("end of message: 550 5.7.1 [C09] message blocked due to policy", true),
            ("end of message: 554 transaction failed", true),
            ("end of message: 550-5.7.26 This mail is unauthenticated", false),
            ("end of message: 550 5.7.26 This mail is unauthenticated", false),
            ("end of message: 550 5.7.1 SPF check failed", false),
            ("end of message: 550 message fails DMARC", false),
            ("end of message: 550 5.7.20 No passing DKIM signature found", false),
            ("end of message: 550 5.7.25 reverse DNS does not exist", false),
            ("end of message: 550 5.1.10 RESOLVER.ADR.RecipientNotFound", false),
            ("end of message: 550 5.2.1 mailbox disabled", false),
            ("end of message: 550 5.4.1 recipient address rejected", false),
            ("given up by hand", false),
        ] {
            assert_eq!(is_about_content(words), expected, "{words}");
        }
    }

    #[test]
    fn two_mails_refused_in_a_row_for_their_words_end_all_quoting() {
        let spam = || vec!["end of message: 550 spam".to_owned()];
        let gone = || vec!["RCPT TO: 550 5.1.1 no such user".to_owned()];
        for (in_vain, refused, expected) in [
            (vec![], None, Quoting::Freely),
            (vec![gone(), gone(), gone()], None, Quoting::Freely),
            (vec![], Some("end of message: 550 spam"), Quoting::NoNames),
            (vec![gone(), spam()], None, Quoting::NoNames),
            (vec![spam(), gone(), spam()], None, Quoting::Nothing),
        ] {
            assert_eq!(quoting(&in_vain, refused), expected, "{in_vain:?}");
        }
    }
}
