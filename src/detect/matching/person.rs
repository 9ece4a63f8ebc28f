//! A name that ends in a possessive, where it is a person's: `Helmut Kohl's widow` speaks of no Kohl's.
//!
//! Written alone both are the same letters, so only a given name or a title directly before shows a person
//! (`words/given_names.txt`); then the name is that person's throughout the item, unless the company is also named
//! otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::hash::hash;
use crate::detect::legal;
use crate::detect::lexicon;
use crate::detect::text::{Gap, Shape, Text};
use crate::detect::watchlist::Watchlist;
use crate::model::Guard;

use super::{By, Found, Reading};

/// Holds back possessives of persons.
pub(super) fn possessives(watchlist: &Watchlist, reading: &mut Reading) {
    let text = &reading.text;
    // Before a legal form it is the company's: `Kohl's Corp`.
    let formal = |found: &Found| {
        let next = text.tokens.get(found.last as usize + 1);
        next.is_some_and(|next| next.gap == Gap::Space && legal::of_one(next))
    };
    let owned = |found: &Found| {
        let By::Name(name) = found.by else { return false };
        let name = &watchlist.names[name as usize];
        let one = found.held.is_none() && found.first == found.last && !name.ticker;
        one && ends_in_one(&name.text) && !formal(found)
    };
    let mut persons: BTreeMap<u32, String> = BTreeMap::new();
    for found in reading.found.iter().filter(|found| owned(found)) {
        if let Some(person) = person_before(text, found.first as usize) {
            persons.entry(found.entity).or_insert(person);
        }
    }
    if persons.is_empty() {
        return;
    }
    let counting = reading.found.iter().filter(|found| found.held.is_none() && !owned(found));
    let named = counting.filter(|found| matches!(found.by, By::Name(_))).map(|found| found.entity);
    let named: BTreeSet<u32> = named.collect();
    let mut hold: Vec<(usize, Guard)> = Vec::new();
    for (at, found) in reading.found.iter().enumerate().filter(|(_, found)| owned(found)) {
        let Some(person) = persons.get(&found.entity) else { continue };
        let here = person_before(text, found.first as usize);
        let said = here.as_ref().or(Some(person).filter(|_| !named.contains(&found.entity)));
        let guard = said.map(|person| Guard::Other(format!("a person is meant: {person}")));
        hold.extend(guard.map(|guard| (at, guard)));
    }
    for (at, guard) in hold {
        reading.found[at].held = Some(guard);
    }
}

/// `Kohl's`, `McDonald’s`.
fn ends_in_one(name: &str) -> bool {
    let before = name.strip_suffix(['s', 'S']);
    before.is_some_and(|before| before.ends_with(['\'', '’', '‘', 'ʼ', '＇']))
}

/// Behind these a given name is a place's: `a San Antonio Kohl's`, `the Fort Wayne Macy's`.
const OF_PLACES: [&str; 11] =
    ["san", "santa", "santo", "sao", "saint", "st", "fort", "ft", "lake", "port", "mount"];

/// The person whose surname stands here, with the given name or title before it: `Helmut Kohl`, `John F. Kohl`.
fn person_before(text: &Text, at: usize) -> Option<String> {
    let before = |at: usize| {
        let beside = matches!(text.tokens[at].gap, Gap::Space | Gap::Inner);
        at.checked_sub(1).filter(|_| beside).map(|before| (before, &text.tokens[before]))
    };
    let (mut place, mut first) = before(at)?;
    if first.chars == 1 && first.shape == Shape::Caps {
        (place, first) = before(place)?;
    }
    let capital = first.shape == Shape::Capital || first.shape == Shape::Caps;
    let of_place =
        |before: usize| OF_PLACES.iter().any(|one| hash(one) == text.tokens[before].hash);
    let in_place = first.gap != Gap::Break && place.checked_sub(1).is_some_and(of_place);
    let given = capital && !in_place && lexicon::given_names().contains(&first.hash);
    given.then(|| {
        let words = text.tokens[place..=at].iter().map(|token| capitalised(text.word(token)));
        words.collect::<Vec<_>>().join(" ")
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
