//! Guards: why a hit does not count.

use std::collections::BTreeSet;

use crate::detect::hash::push;
use crate::detect::legal;
use crate::detect::text::{COLON, Gap, Shape, Text, Token};
use crate::detect::watchlist::{Guarding, Name, Spoken, Watchlist};
use crate::model::{Guard, Timestamp};

use super::{By, Found, Reading, Scene, term};

/// Names inside a longer name of another company, and terms inside a longer term of another topic.
/// A term that is held back already hides nothing, nor does a name that is none by its capitals; any other name
/// that a guard holds back is still no shorter one. Hits are in text order, longer before shorter.
pub(super) fn inside(watchlist: &Watchlist, reading: &mut Reading) {
    let hides = |found: &Found| match found.by {
        By::Name(_) => found.held != Some(Guard::Case),
        By::Term(_) => found.held.is_none() && !watchlist.topic(found.entity).hidden,
        By::Search(_) => false,
    };
    // The hit that reaches farthest so far, of companies and of topics.
    let mut farthest: [Option<usize>; 2] = [None, None];
    for at in 0..reading.found.len() {
        if !hides(&reading.found[at]) {
            continue;
        }
        let found = &reading.found[at];
        let kind = found.kind() as usize;
        if let Some(longer) = farthest[kind].map(|longer| &reading.found[longer])
            && longer.last >= found.last
        {
            let longer_span = longer.last - longer.first > found.last - found.first;
            if longer_span && longer.entity != found.entity && found.held.is_none() {
                let words = term(watchlist, longer.by).to_string();
                reading.found[at].held = Some(Guard::Inside(words));
            }
        } else {
            farthest[kind] = Some(at);
        }
    }
}

/// Asks each hit's guards: case, never_in_item, not_with, only_with.
pub(super) fn ask(watchlist: &Watchlist, reading: &mut Reading) {
    for at in 0..reading.found.len() {
        if reading.found[at].held.is_some() {
            continue;
        }
        let verdict = verdict(watchlist, reading, &reading.found[at]);
        reading.found[at].held = verdict;
    }
}

/// Holds back what is muted on the day on which the item was seen. A ticker is muted with its company
/// only: it is no name that is found too often.
pub(super) fn mute(watchlist: &Watchlist, reading: &mut Reading, seen: Option<Timestamp>) {
    let Some(seen) = seen.filter(|_| watchlist.has_mutes()) else { return };
    let day = seen.to_chrono().date_naive();
    for found in reading.found.iter_mut().filter(|found| found.held.is_none()) {
        let (own, all) = match found.by {
            By::Name(name) => (
                watchlist.names[name as usize].guards.as_deref(),
                watchlist.company_guards.get(&found.entity),
            ),
            By::Term(_) | By::Search(_) => (None, watchlist.topic_guards.get(&found.entity)),
        };
        let guards = own.into_iter().chain(all.map(AsRef::as_ref));
        let until = guards.filter_map(|one| one.muted_until).max();
        if let Some(until) = until.filter(|until| day <= *until) {
            found.held = Some(Guard::Other(format!("muted until {until}")));
        }
    }
}

fn verdict(watchlist: &Watchlist, reading: &Reading, found: &Found) -> Option<Guard> {
    let scene = reading.scene();
    match found.by {
        By::Name(name) => {
            let name = &watchlist.names[name as usize];
            let company = watchlist.company_guards.get(&found.entity).map(AsRef::as_ref);
            // A ticker says which company is meant; only words that forbid are asked.
            if name.ticker {
                return company.and_then(|guards| forbidden(&scene, guards, found));
            }
            [name.guards.as_deref(), company].into_iter().flatten().find_map(|guards| {
                let wrong_case = guards.exact_case && !cased(reading, found, &name.text);
                wrong_case
                    .then_some(Guard::Case)
                    .or_else(|| forbidden(&scene, guards, found))
                    .or_else(|| lacking(&scene, guards, found))
            })
        }
        By::Term(_) | By::Search(_) => {
            let guards = watchlist.topic_guards.get(&found.entity)?;
            let wrong_case = match found.by {
                By::Term(term) if guards.exact_case => {
                    !cased_as_term(reading, found, &watchlist.terms[term as usize].text)
                }
                _ => false,
            };
            wrong_case
                .then_some(Guard::Case)
                .or_else(|| forbidden(&scene, guards, found))
                .or_else(|| lacking(&scene, guards, found))
        }
    }
}

/// Whether the text is written as the term is; in a text of capitals, case is no evidence.
pub(super) fn cased(reading: &Reading, found: &Found, term: &str) -> bool {
    let term: Vec<u64> = Text::of_term(term).tokens.iter().map(|token| token.cased).collect();
    let tokens = &reading.text.tokens[found.first as usize..=found.last as usize];
    reading.text.field_of(found.first).shouting
        || tokens.iter().map(|token| token.cased).eq(term.iter().copied())
        // A genitive: the name with an `s`.
        || (tokens.len() == term.len()
            && tokens.iter().zip(&term).all(|(token, term)| {
                token.cased == *term || token.cased == push(*term, 's')
            }))
        // Divided otherwise than the term, or inflected: then the first word's hash cannot be equal.
        || (tokens.len() != term.len() && tokens[0].shape != Shape::Lower)
}

/// The same of a term of a topic, whose inflections are written as it is where each word has capitals where its word has.
fn cased_as_term(reading: &Reading, found: &Found, term: &str) -> bool {
    let term = Text::of_term(term);
    let tokens = &reading.text.tokens[found.first as usize..=found.last as usize];
    let alike = |token: &Token, word: &Token| match token.hash == word.hash {
        true => token.cased == word.cased,
        false => token.shape == word.shape,
    };
    reading.text.field_of(found.first).shouting
        || if tokens.len() == term.tokens.len() {
            tokens.iter().zip(&term.tokens).all(|(token, word)| alike(token, word))
        } else {
            tokens[0].shape == term.tokens[0].shape
        }
}

fn forbidden(scene: &Scene<'_>, guards: &Guarding, found: &Found) -> Option<Guard> {
    let never = guards.never_in_item.iter().find(|word| scene.has(word.phrase));
    if let Some(word) = never {
        return Some(Guard::NeverInItem(word.text.clone()));
    }
    let beside = guards.not_with.iter().find(|word| in_sentence(scene, word, found))?;
    Some(Guard::NotWith(beside.text.clone()))
}

/// Whether a guard's word stands in the sentence of a hit (and so wherever it overlaps it).
fn in_sentence(scene: &Scene<'_>, word: &Spoken, found: &Found) -> bool {
    let sentence = |token: u32| scene.text.tokens[token as usize].sentence;
    let all = scene.all_of(word.phrase);
    let at = all.partition_point(|occ| sentence(occ.first) < sentence(found.first));
    all.get(at).is_some_and(|occ| sentence(occ.first) == sentence(found.first))
}

/// `only_with`: a word inside the hit itself proves nothing.
fn lacking(scene: &Scene<'_>, guards: &Guarding, found: &Found) -> Option<Guard> {
    let there = |word: &Spoken| {
        scene.all_of(word.phrase).iter().any(|occ| occ.last < found.first || occ.first > found.last)
    };
    if guards.only_with.is_empty() || guards.only_with.iter().any(there) {
        return None;
    }
    Some(Guard::OnlyWith(guards.only_with.iter().map(|word| word.text.clone()).collect()))
}

/// The legal form behind a word, written as one: `Gap As Banks Exit` has none, nor has `Target Co-Operation`.
fn form_behind(reading: &Reading, last: u32) -> Option<&Token> {
    let at = last as usize + 1;
    let next = reading.text.tokens.get(at)?;
    let tied = reading.text.tokens.get(at + 1).is_some_and(|after| after.gap == Gap::Hyphen);
    let apart = match next.gap {
        Gap::None | Gap::Space | Gap::Inner | Gap::Quote => true,
        Gap::Comma => next.marks & COLON == 0 && legal::behind_a_comma(next),
        Gap::Hyphen | Gap::Break => false,
    };
    // In a text of capitals `SE` and `AS` may be small words, and in a title `As` is one.
    let written = match (next.chars, next.shape) {
        (_, Shape::Lower | Shape::Cjk) => false,
        (..=2, Shape::Caps) => !reading.text.field_of(last).shouting,
        (..=2, _) => legal::has_a_small_letter(next),
        _ => true,
    };
    (apart && written && !tied && legal::of_one(next)).then_some(next)
}

/// Whether one of the company's own names ends in such a form: `Visa Group` is not Visa Inc.
fn bears(watchlist: &Watchlist, found: &Found, form: &Token) -> bool {
    let By::Name(name) = found.by else { return false };
    let own = |one: &&Name| one.company == found.entity;
    let (before, after) = watchlist.names.split_at(name as usize);
    let all = before.iter().rev().take_while(own).chain(after.iter().take_while(own));
    let has = |name: &Name| {
        Text::of_term(&name.text).tokens.iter().skip(1).any(|token| legal::same_form(token, form))
    };
    all.filter(|name| !name.ticker).any(has)
}

/// Weak names count only beside a strong name or ticker of their company, or before a legal form.
pub(super) fn weak(watchlist: &Watchlist, reading: &mut Reading) {
    let name = |found: &Found| match found.by {
        By::Name(name) => Some(&watchlist.names[name as usize]),
        _ => None,
    };
    let formal = |found: &Found, name: &Name| {
        !name.ticker
            && reading.text.tokens[found.first as usize].shape != Shape::Lower
            && form_behind(reading, found.last)
                .is_some_and(|form| !legal::describes(form) || bears(watchlist, found, form))
    };
    let strong: BTreeSet<u32> = reading
        .found
        .iter()
        .filter(|found| found.held.is_none())
        .filter(|found| name(found).is_some_and(|name| !name.weak || formal(found, name)))
        .map(|found| found.entity)
        .collect();
    let alone: Vec<bool> = reading
        .found
        .iter()
        .map(|found| {
            found.held.is_none()
                && name(found).is_some_and(|name| name.weak)
                && !strong.contains(&found.entity)
        })
        .collect();
    for (found, alone) in reading.found.iter_mut().zip(alone) {
        if alone {
            found.held = Some(Guard::Weak);
        }
    }
    // What the program itself derived from a full name is worth a line where it is written as a name: `Shell`, no shell.
    let text = &reading.text;
    let worth = |found: &Found, name: &Name| {
        let capital = text.tokens[found.first as usize].shape != Shape::Lower;
        !name.quiet && (!(name.derived && name.weak) || found.held == Some(Guard::Weak) && capital)
    };
    reading
        .found
        .retain(|found| found.held.is_none() || name(found).is_none_or(|name| worth(found, name)));
}
