//! What publishers changed in items that the reader was told of: old → new, a line each.
//!
//! Only the words that differ are shown, with a little of what stands before them.

use unicode_segmentation::UnicodeSegmentation;

use super::super::civil::number;
use super::super::outlets::Outlets;
use super::super::outside::{isolate, line, link};
use super::super::page::{Entry, Href, Section};
use crate::model::mail::Changed;

/// Changes named one by one before the rest is counted.
const NAMED: usize = 10;
/// Longest stretch of words shown of either side, in characters.
const SHOWN: usize = 120;
/// Words shown before the first that differs, and after the last.
const AROUND: usize = 3;

/// The changes, if there are any.
pub(super) fn section(changed: &[Changed], outlets: &Outlets) -> Option<Section> {
    let mut lines: Vec<Entry> = changed.iter().take(NAMED).map(|one| entry(one, outlets)).collect();
    if changed.len() > NAMED {
        let rest = number((changed.len() - NAMED) as u64);
        lines.push(format!("and {rest} more items that you were told of.").into());
    }
    (!lines.is_empty()).then(|| Section::of("Changed since you were told", lines))
}

fn entry(one: &Changed, outlets: &Outlets) -> Entry {
    let (old, new) = (&one.old, &one.new);
    let what = if old.title != new.title {
        format!("headline changed: {}", arrow(&old.title, &new.title))
    } else {
        let headline = isolate(&line(&new.title, 90));
        let (old, new) = match old.summary != new.summary {
            true => (&old.summary, &new.summary),
            false => (&old.content, &new.content),
        };
        match old == new {
            true => format!("“{headline}”: its categories changed"),
            false => format!("“{headline}” changed: {}", arrow(old, new)),
        }
    };
    let link = link(one.link.as_deref()).ok().map(Href::from);
    Entry { text: format!("{}: {what}", outlets.name(&one.source)), link }
}

/// `“…trade in July” → “…trade in June”`; a side without words says so.
fn arrow(old: &str, new: &str) -> String {
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
