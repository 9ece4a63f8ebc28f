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
use super::page::Note;
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
/// of it was read, but for its size or a full mailbox (RFC 3463 §3.3: 5.2.2).
#[must_use]
pub fn is_about_content(words: &str) -> bool {
    let Some((stage, reply)) = words.split_once(": ") else { return false };
    let full = ["5.2.2", "quota", "mailbox full", "mailbox is full"];
    stage == Stage::Dot.as_str()
        && reply.starts_with('5')
        && !is_too_large(words)
        && !full.iter().any(|some| reply.to_ascii_lowercase().contains(some))
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

fn leave_out(one: &mut PendingNotice) {
    let host = one.item.link.as_deref().and_then(|link| Url::parse(link).ok());
    let host = host.as_ref().and_then(|link| link.host_str());
    // Written so that neither filters nor mail programs take it for an address.
    let leads = host.map(|host| format!(" It lies at {}.", host.replace('.', "[.]")));
    let words = ItemText {
        title: LEFT_OUT.to_owned(),
        summary: format!(
            "An earlier mail with them was refused.{} `watchlistd show {}` shows it whole.",
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
/// notices that could come back. Of a mail that quotes nothing, what servers said of troubles and what the watchlist calls things as well.
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
    let items = stories.iter().flat_map(|story| &story.notices);
    let items = items.filter(|one| one.withheld).count();
    let lines = vec![format!(
        "The publishers' words of {} are left out: an earlier mail with them was refused by the mail server, as \
         filters do. The rest of what that mail told stands here, too.",
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
