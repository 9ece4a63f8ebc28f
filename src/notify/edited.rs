//! What an edit changed in an item, old → new, and in what is made of it.
//!
//! Only the words that differ are shown, with a little of what stands around them.

use unicode_segmentation::UnicodeSegmentation;

use super::civil::near;
use super::outside::{isolate, line};
use crate::model::alert::{Earlier, Words};
use crate::model::{ItemText, Named, PendingNotice, Timestamp, Tz};

/// Longest stretch of words shown of either side, in characters.
const SHOWN: usize = 120;
/// Words shown before the first that differs, and after the last.
const AROUND: usize = 3;
/// Longest name of a company or topic, in characters.
const NAME: usize = 80;

/// What the edit changed that makes an item told: a line for its words, and one for each way in which it
/// means something else. None for an item that is as it was first seen.
pub(super) fn lines(one: &PendingNotice) -> Vec<String> {
    let Some(before) = &one.before else { return Vec::new() };
    let mut lines = words(&before.words, &one.item.text);
    let Some(told) = &before.alert else { return lines };
    let (was, is) = (&told.judgement, &one.alert.judgement);
    let without = |some: &[Named], others: &[Named]| -> Option<String> {
        let rest = some.iter().filter(|one| !others.iter().any(|other| other.id == one.id));
        let names: Vec<String> = rest.map(|one| line(&one.name, NAME)).collect();
        (!names.is_empty()).then(|| names.join(" · "))
    };
    let differs = [
        ("now names", without(&is.companies, &was.companies)),
        ("no longer names", without(&was.companies, &is.companies)),
        ("now on", without(&is.topics, &was.topics)),
        ("no longer on", without(&was.topics, &is.topics)),
    ];
    lines.extend(differs.into_iter().filter_map(|(how, names)| Some(format!("{how} {}", names?))));
    if told.severity != one.alert.severity {
        let (was, is) = (told.severity.as_str(), one.alert.severity.as_str());
        lines.push(format!("was {was}, is {is}"));
    }
    lines
}

/// What the edit changed in its words, as far as the old ones are kept.
fn words(old: &Words, new: &ItemText) -> Vec<String> {
    let old_title = match old {
        Words::Whole(old) => &old.title,
        Words::Title(old) => old,
        Words::Gone => return Vec::new(),
    };
    let mut lines = Vec::new();
    if *old_title != new.title {
        lines.push(format!("headline {}", arrow(old_title, &new.title)));
    }
    let Words::Whole(old) = old else { return lines };
    if old.summary != new.summary {
        lines.push(format!("summary {}", arrow(&old.summary, &new.summary)));
    } else if old.content != new.content {
        lines.push(format!("text {}", arrow(&old.content, &new.content)));
    }
    if lines.is_empty() && old.categories != new.categories {
        let [old, new] = [old, new].map(|text| text.categories.join(", "));
        lines.push(format!("categories {}", arrow(&old, &new)));
    }
    lines
}

/// What earlier revisions alerted on, told by this mail for the first time, and what of it the newest does not say:
/// whom that one does not name, and what was graver.
pub(super) fn earlier(one: &PendingNotice) -> impl Iterator<Item = &Earlier> {
    let now = &one.alert.judgement;
    one.earlier.iter().filter(|was| {
        let known =
            |named: &Named| now.companies.iter().chain(&now.topics).any(|is| is.id == named.id);
        was.severity > one.alert.severity || !was.named.iter().all(known)
    })
}

/// `SMIC, high`.
pub(super) fn alerted(was: &Earlier) -> String {
    let names: Vec<String> = was.named.iter().take(6).map(|one| line(&one.name, NAME)).collect();
    let more = if was.named.len() > names.len() { " and more" } else { "" };
    format!("{}{more}, {}", names.join(" · "), was.severity.as_str())
}

/// `at 05:33 it named SMIC, high; edited 06:04`, a line each.
pub(super) fn settled(one: &PendingNotice, now: Timestamp, zone: Tz) -> Vec<String> {
    let line = |was: &Earlier| {
        let (from, until) = (near(was.from, now, zone), near(was.until, now, zone));
        format!("at {from} it named {}; edited {until}", alerted(was))
    };
    earlier(one).map(line).collect()
}

/// The companies that an edit took out of an item, by id.
pub(super) fn withdrawn(one: &PendingNotice) -> Vec<&str> {
    let told = one.before.as_ref().and_then(|before| before.alert.as_ref());
    let named = told.into_iter().flat_map(|told| &told.judgement.companies);
    let gone = named.filter(|was| !one.alert.judgement.companies.iter().any(|is| is.id == was.id));
    gone.map(|was| &*was.id).collect()
}

/// `“…trade in July” → “…trade in June”`; a side without words says so.
pub(super) fn arrow(old: &str, new: &str) -> String {
    let (old, new) = (line(old, 20_000), line(new, 20_000));
    let old: Vec<&str> = old.split_word_bounds().collect();
    let new: Vec<&str> = new.split_word_bounds().collect();
    let same = |(one, other): &(&&str, &&str)| one == other;
    let start = old.iter().zip(&new).take_while(same).count();
    let room = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(room).take_while(same).count();
    let from = back_by_words(&old, start);
    let kept = end - forth_by_words(&old[old.len() - end..]);
    let side = |words: &[&str]| {
        let middle = words[from..words.len() - kept].concat();
        let shown = line(&middle, SHOWN);
        let (before, after) = (if from > 0 { "…" } else { "" }, if kept > 0 { "…" } else { "" });
        match words[start..words.len() - end].concat().trim().is_empty() {
            true if shown.is_empty() => "(nothing)".to_owned(),
            _ => isolate(&format!("“{before}{shown}{after}”")),
        }
    };
    format!("{} → {}", side(&old), side(&new))
}

/// Where the few words before `start` begin.
fn back_by_words(words: &[&str], start: usize) -> usize {
    let is_word = |word: &str| word.chars().any(char::is_alphanumeric);
    let mut before = (0..start).rev().filter(|at| is_word(words[*at]));
    before.nth(AROUND - 1).unwrap_or(0)
}

/// How many of these pieces hold the first few words.
fn forth_by_words(words: &[&str]) -> usize {
    let is_word = |at: &usize| words[*at].chars().any(char::is_alphanumeric);
    (0..words.len()).filter(is_word).nth(AROUND - 1).map_or(words.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let check = |old: &str, new: &str, expected: &str| assert_eq!(arrow(old, new), expected);
        check(
            "The SEC will halt trade in July, it said on Monday.",
            "The SEC will halt trade in June, it said on Monday.",
            "“…halt trade in July, it said on…” → “…halt trade in June, it said on…”",
        );
        check("", "Now with words", "(nothing) → “Now with words”");
        check("Gone", "", "“Gone” → (nothing)");
        check("美国将阿里巴巴除名", "美国将阿里巴巴列名", "“…里巴巴除名” → “…里巴巴列名”");
        check("One", "One and more", "“One” → “One and more”");
    }
}
