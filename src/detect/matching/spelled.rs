//! An abbreviation that the item itself spells out as something else: `Port and Logistics Authority (PLA)` is no
//! army, in the whole of that item.
//!
//! What an abbreviation means is known of an entry that has the words themselves among its names or terms
//! (`People's Liberation Army`), or in quotes in its searches; of others nothing is held back. The item spells it out
//! where words with its initials stand directly before it in brackets, or in brackets behind it. Words that are found
//! for the same entry, or most of whose words are the entry's own (`Export Administration Rules`), say the same thing;
//! and where an item spells it both ways, or names the company otherwise, it counts. Each hit is asked about a few words
//! beside it: linear in the item.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::text::{CLOSE, COLON, Gap, OPEN, SEMICOLON, Shape, Text, Token};
use crate::detect::watchlist::Watchlist;
use crate::model::{EntityKind, Guard, ItemText};

use super::{By, Found, Reading};

/// Letters of an abbreviation.
const LETTERS: std::ops::RangeInclusive<u32> = 2..=8;
/// Letters from which on words in small letters may spell one: of two, any two words do.
const SMALL_FROM: usize = 3;
/// Letters of the longest word in small letters that need not show in an abbreviation: `of`, `und`, `della`.
const CONNECTING: u32 = 5;
/// More words than this beside each letter spell nothing out.
const WORDS: usize = 2;

/// Whose abbreviation: kind, entity, and the letters' hash.
type Of = (EntityKind, u32, u64);

/// Holds back abbreviations that the item spells out as something else.
pub(super) fn out(watchlist: &Watchlist, item: &ItemText, reading: &mut Reading) {
    // What other words each abbreviation is spelt out by; `None` once they are the entry's own.
    let mut others: BTreeMap<Of, Option<String>> = BTreeMap::new();
    let mut known: BTreeMap<Of, Vec<Vec<String>>> = BTreeMap::new();
    for found in &reading.found {
        for (token, of) in abbreviations(reading, found) {
            let Some((first, last)) = spelt(&reading.text, token as usize) else { continue };
            let own = known.entry(of).or_insert_with(|| own_words(watchlist, reading, token, of));
            if own.is_empty() {
                continue;
            }
            let words = content(&reading.text, &reading.text.tokens[first..=last]);
            if is_found(reading, (token, of), first, last)
                || own.iter().any(|own| alike(own, &words))
            {
                others.insert(of, None);
            } else {
                others.entry(of).or_insert_with(|| Some(shown(&reading.text, item, (first, last))));
            }
        }
    }
    if others.values().all(Option::is_none) {
        return;
    }
    let other = |found: &Found| {
        let mut all = abbreviations(reading, found).into_iter();
        all.find_map(|(token, of)| Some((token, others.get(&of)?.as_ref()?)))
    };
    let companies = reading.counting().filter(|found| found.kind() == EntityKind::Company);
    let named = companies.filter(|found| other(found).is_none()).map(|found| found.entity);
    let named: BTreeSet<u32> = named.collect();
    let why = |found: &Found| {
        let (token, words) = other(found)?;
        let otherwise = found.kind() == EntityKind::Company && named.contains(&found.entity);
        let short = reading.text.word(&reading.text.tokens[token as usize]).to_uppercase();
        let why = || Guard::Other(format!("this item spells {short} out as \"{words}\""));
        (!otherwise).then(why)
    };
    let held: Vec<Option<Guard>> = reading.found.iter().map(why).collect();
    for (found, held) in reading.found.iter_mut().zip(held) {
        found.held = found.held.take().or(held);
    }
}

/// The abbreviations on which a hit rests, if it counts: its word, or one with which a search's place begins or ends.
fn abbreviations(reading: &Reading, found: &Found) -> Vec<(u32, Of)> {
    let text = &reading.text;
    let is = |at: &u32| {
        let token = &text.tokens[*at as usize];
        token.shape == Shape::Caps
            && LETTERS.contains(&token.chars)
            && text.word(token).bytes().all(|one| one.is_ascii_lowercase())
    };
    let ends = match found.by {
        _ if found.held.is_some() => [None, None],
        _ if found.first == found.last => [Some(found.first), None],
        By::Search(_) => [Some(found.first), Some(found.last)],
        By::Name(_) | By::Term(_) => [None, None],
    };
    let of = |at: u32| (at, (found.kind(), found.entity, text.tokens[at as usize].hash));
    ends.into_iter().flatten().filter(is).map(of).collect()
}

/// The content words of each of the entry's names, terms or searched phrases that spell the abbreviation out.
fn own_words(watchlist: &Watchlist, reading: &Reading, token: u32, of: Of) -> Vec<Vec<String>> {
    let letters = reading.text.word(&reading.text.tokens[token as usize]).as_bytes();
    let spells = |name: &str| {
        let text = Text::of_term(name);
        let all = text.tokens.len();
        let first = begin_of(&text, letters, all).filter(|_| all > 1)?;
        Some(content(&text, &text.tokens[first..]))
    };
    let (kind, entity, _) = of;
    match kind {
        EntityKind::Company => {
            let names = watchlist.names_of(entity).iter().filter(|name| !name.ticker);
            names.filter_map(|name| spells(&name.text)).collect()
        }
        EntityKind::Topic => {
            let terms = watchlist.terms_of(entity).iter().map(|term| &*term.text);
            let searches = watchlist.searches_of(entity).iter();
            terms.chain(searches.flat_map(|one| quoted(&one.text))).filter_map(spells).collect()
        }
    }
}

/// The phrases in quotes of a search, but for those that it excludes.
fn quoted(search: &str) -> impl Iterator<Item = &str> {
    let wanted = search.split(" NOT ").next().unwrap_or(search);
    wanted.split('"').skip(1).step_by(2)
}

/// The words, first and last, by which an abbreviation is spelt out beside it.
fn spelt(text: &Text, at: usize) -> Option<(usize, usize)> {
    let tokens = &text.tokens;
    let letters = text.word(&tokens[at]).as_bytes();
    let next = tokens.get(at + 1);
    let ends = next.is_none_or(|next| next.gap >= Gap::Quote);
    if at > 0 && tokens[at].marks & OPEN != 0 && ends && tokens[at].gap != Gap::Break {
        return begin_of(text, letters, at).map(|first| (first, at - 1));
    }
    let next = next.filter(|next| next.marks & OPEN != 0 && next.gap != Gap::Break)?;
    let most = WORDS * letters.len();
    let inside = tokens[at + 1..].iter().take(most);
    let end = inside.enumerate().find_map(|(n, token)| {
        let after = tokens.get(at + 2 + n).is_none_or(|after| after.gap > Gap::Inner);
        (token.marks & CLOSE != 0 || after).then_some(at + 1 + n)
    })?;
    let first = begin_of(text, letters, end + 1)?;
    // An article may stand before them.
    let whole = first == at + 1 || first == at + 2 && next.chars <= CONNECTING;
    whole.then_some((first, end))
}

/// Where words begin that end before `end` and have these initials; small words between them may have none.
fn begin_of(text: &Text, letters: &[u8], end: usize) -> Option<usize> {
    // `Department of Defense`: DoD or DD.
    let ways = [false, true].into_iter();
    ways.filter_map(|small| begin_with(text, letters, end, small)).next()
}

fn begin_with(text: &Text, letters: &[u8], end: usize, small_count: bool) -> Option<usize> {
    let mut left = letters;
    for (n, at) in (0..end).rev().enumerate() {
        let token = &text.tokens[at];
        let (letter, before) = left.split_last()?;
        let lower = token.shape == Shape::Lower && token.cased == token.hash;
        let latin = !matches!(token.shape, Shape::Cjk | Shape::Digit);
        if n >= WORDS * letters.len() || !latin || lower && letters.len() < SMALL_FROM {
            return None;
        }
        let connecting = lower && token.chars <= CONNECTING;
        let same = text.word(token).as_bytes().first() == Some(letter);
        if same && (small_count || !connecting) {
            left = before;
            if left.is_empty() {
                return Some(at);
            }
        } else if !connecting {
            return None;
        }
        if token.gap == Gap::Break || token.marks & (COLON | SEMICOLON | OPEN) != 0 {
            return None;
        }
    }
    None
}

/// Words that are not only between others.
fn content(text: &Text, tokens: &[Token]) -> Vec<String> {
    let says = |token: &&Token| token.shape != Shape::Lower || token.chars > CONNECTING;
    tokens.iter().filter(says).map(|token| text.word(token).to_owned()).collect()
}

/// Whether most words of one are the other's, inflected or not.
fn alike(own: &[String], words: &[String]) -> bool {
    let same = |one: &str, other: &str| {
        let begins = |long: &str, short: &str| short.len() > 3 && long.starts_with(short);
        one == other || begins(one, other) || begins(other, one)
    };
    let shared = words.iter().filter(|word| own.iter().any(|own| same(own, word))).count();
    2 * shared > words.len()
}

/// Whether these words are found for the same entry as an abbreviation.
fn is_found(reading: &Reading, (short, of): (u32, Of), first: usize, last: usize) -> bool {
    let all = &reading.found;
    let touches = |other: &Found| {
        (other.kind(), other.entity) == (of.0, of.1)
            && other.first as usize <= last
            && other.last as usize >= first
            && (other.last < short || other.first > short)
    };
    // What is found begins at most a long name before.
    let from = all.partition_point(|other| (other.first as usize) + LONG < first);
    all[from..].iter().take_while(|other| other.first as usize <= last).any(touches)
}

/// Words of a long name.
const LONG: usize = 16;

/// Characters of the words that are shown; between two words there may be any number of marks.
const SHOWN: usize = 120;

/// The words as they stand in the item.
fn shown(text: &Text, item: &ItemText, (first, last): (usize, usize)) -> String {
    let token = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut words = String::new();
    text.write(item, (token(first), token(last)), &mut words);
    if let Some((end, _)) = words.char_indices().nth(SHOWN) {
        words.truncate(end);
        words.push('…');
    }
    words
}
