//! Evidence: whether what was found of a topic is enough for it.
//!
//! Two things make too little of it. A word with an everyday sense (`everyday`) counts only where the
//! item shows otherwise that it speaks of the watched world: it names a watched company, holds a word
//! of a topic that sets the scene (`setting`), or says the topic in other words. And where a topic
//! with `akin` was only put together from words that stand apart, or said in everyday words, it gives way
//! to one that the item calls by its own name: such words mostly belong to that matter. Not so in a
//! headline that names a watched company and an act: what it says is what the item is about.
//!
//! And a link to another article (`Also read: …`) links what it names with nothing that the item tells.
//!
//! And a statement that every filing makes (`forward-looking statements … tariffs, export rules`) is no evidence of
//! any matter.
//! Nothing here knows a topic; a held-back hit says why.

use std::collections::BTreeSet;

use crate::detect::lexicon;
use crate::detect::manner::Says;
use crate::detect::text::{COLON, LINE, Text, Token};
use crate::detect::watchlist::{Reach, Use, Watchlist};
use crate::model::{EntityKind, Guard};

use super::{By, Found, Occ, Reading};

const EVERYDAY: &str =
    "an everyday word, and nothing else in the item speaks of an authority, a market or a company";

const RELATED: &str = "said in a link to another article";

const BOILERPLATE: &str =
    "said in a statement of risks or a disclaimer, as every filing makes them";

/// What stands in a sentence that every filing makes.
pub(super) fn boilerplate(reading: &mut Reading) {
    let topic = |found: &Found| found.kind() == EntityKind::Topic && found.held.is_none();
    if !reading.found.iter().any(topic) {
        return;
    }
    let sentence = |text: &Text, token: u32| text.tokens[token as usize].sentence;
    let (manner, title) = (reading.manner(), reading.text.title_end());
    // A headline is no such statement, nor is what names one and reports an act (`fined over its risk factors`).
    let places = manner.places(Says::Boilerplate).filter(|occ| occ.first >= title);
    let said: Vec<u32> = places.map(|occ| sentence(&reading.text, occ.first)).collect();
    let same = said.chunk_by(|one, next| one == next);
    let statements = same.filter(|same| same.len() > 1 || !manner.reports(same[0]));
    let sentences: Vec<u32> = statements.map(|same| same[0]).collect();
    if sentences.is_empty() {
        return;
    }
    let Reading { found, text, .. } = reading;
    for found in found.iter_mut().filter(|found| topic(found)) {
        // In text order, as the places are.
        if sentences.binary_search(&sentence(text, found.first)).is_ok() {
            found.held = Some(Guard::Other(BOILERPLATE.to_owned()));
        }
    }
}

/// Companies or topics that stand in a link to another article. A link that names both is told like anything else, and
/// one that refers back speaks of what the item tells.
pub(super) fn related(reading: &mut Reading) {
    if reading.found.is_empty() {
        return;
    }
    let (text, found) = (&reading.text, &reading.found);
    let starts = |token: &Token| token.marks & LINE != 0;
    let line = |occ: &Occ| {
        let field = text.field_of(occ.first);
        let rest = &text.tokens[occ.last as usize + 1..field.end as usize];
        let colon = rest.first().is_some_and(|next| next.marks & COLON != 0 && !starts(next));
        // Only of one that begins a line is the line read.
        if !starts(&text.tokens[occ.first as usize]) || !colon {
            return None;
        }
        let words = rest.iter().take_while(|token| !starts(token)).count();
        let refers = |token: &Token| lexicon::refers().contains(&token.hash);
        let refers_back = rest[..words].iter().any(refers);
        (!refers_back).then(|| (occ.first, occ.last + u32::try_from(words).unwrap_or(u32::MAX)))
    };
    let mut held: Vec<usize> = Vec::new();
    for (first, last) in reading.manner().places(Says::Related).filter_map(line) {
        let from = found.partition_point(|found| found.first < first);
        let many = found[from..].partition_point(|found| found.first <= last);
        let there = || (from..from + many).filter(|at| found[*at].held.is_none());
        let kinds: BTreeSet<EntityKind> = there().map(|at| found[at].kind()).collect();
        if kinds.len() == 1 {
            held.extend(there());
        }
    }
    for at in held {
        reading.found[at].held = Some(Guard::Other(RELATED.to_owned()));
    }
}

/// Everyday words where nothing sets the scene.
pub(super) fn everyday(watchlist: &Watchlist, reading: &mut Reading) {
    let reach = |found: &Found| reach(watchlist, found);
    if !reading.counting().any(|found| reach(found) == Some(Reach::Everyday)) {
        return;
    }
    let company = reading.counting().any(|found| found.kind() == EntityKind::Company);
    let sets = |occ: &Occ| {
        let mut uses = watchlist.uses(occ.phrase);
        uses.any(|one| matches!(one, Use::Term(term) if watchlist.sets(term)))
    };
    if company || reading.phrases.iter().any(sets) {
        return;
    }
    let told: BTreeSet<u32> = reading
        .counting()
        .filter(|found| reach(found) != Some(Reach::Everyday))
        .map(|found| found.entity)
        .collect();
    for found in &mut reading.found {
        if found.held.is_none()
            && reach(found) == Some(Reach::Everyday)
            && !told.contains(&found.entity)
        {
            found.held = Some(Guard::Other(EVERYDAY.to_owned()));
        }
    }
}

/// Topics that only wide searches and everyday words found, beside one that is named; of an item that tells of several
/// matters, in the same piece.
pub(super) fn wide(watchlist: &Watchlist, reading: &mut Reading) {
    let loose =
        |found: &Found| matches!(reach(watchlist, found), Some(Reach::Wide | Reach::Everyday));
    let topics = |wide: bool| -> BTreeSet<u32> {
        let shown = reading.counting().filter(|found| is_shown_topic(watchlist, found));
        shown.filter(|found| loose(found) == wide).map(|found| found.entity).collect()
    };
    let (put_together, named) = (topics(true), topics(false));
    let gives_way = |topic: u32, other: u32| {
        let akin = watchlist.topic(topic).akin.as_ref();
        akin.is_some_and(|akin| !akin.contains(&watchlist.topic(other).named.id))
    };
    let given: Vec<u32> = put_together
        .difference(&named)
        .filter(|topic| named.iter().any(|other| gives_way(**topic, *other)))
        .copied()
        .collect();
    // A round-up's headline is as short as a search is wide.
    if given.is_empty() || reading.manner().round_up() {
        return;
    }
    let headline = headline(reading);
    let pieces = reading.pieces(watchlist);
    let piece = |found: &Found| pieces.map_or(0, |pieces| pieces.of_token(found.first));
    let mut named_in: Vec<(u32, u32)> = reading
        .counting()
        .filter(|found| is_shown_topic(watchlist, found) && !loose(found))
        .map(|found| (piece(found), found.entity))
        .collect();
    named_in.sort_unstable();
    named_in.dedup();
    let beside = |found: &Found| {
        let here = piece(found);
        let from = named_in.partition_point(|one| one.0 < here);
        let mut all = named_in[from..].iter().take_while(|one| one.0 == here).map(|one| one.1);
        all.find(|other| gives_way(found.entity, *other))
    };
    let title = reading.text.title_end();
    let held: Vec<(usize, u32)> = (0..)
        .zip(&reading.found)
        .filter(|(_, found)| found.held.is_none() && matches!(found.by, By::Search(_)))
        .filter(|(_, found)| given.binary_search(&found.entity).is_ok())
        .filter(|(_, found)| !(headline && found.last < title))
        .filter_map(|(at, found)| Some((at, beside(found)?)))
        .collect();
    for (at, other) in held {
        let name = &watchlist.topic(other).named.name;
        reading.found[at].held = Some(Guard::Other(format!(
            "said in passing, or in words that stand apart, of an item that names {name}"
        )));
    }
}

/// Whether a hit is of a topic that is shown.
fn is_shown_topic(watchlist: &Watchlist, found: &Found) -> bool {
    found.kind() == EntityKind::Topic && !watchlist.topic(found.entity).hidden
}

/// Whether the title names a watched company and says what is done: what it says of a matter beside them is
/// not said in passing.
fn headline(reading: &Reading) -> bool {
    let (text, manner) = (&reading.text, reading.manner());
    let in_title = |token: u32| token < text.title_end();
    let act = manner.places(Says::Act).any(|act| in_title(act.first));
    let company = |found: &Found| found.kind() == EntityKind::Company && in_title(found.first);
    act && reading.counting().any(company)
}

/// How much a search's find says; `None` for names and terms, which say what they are.
fn reach(watchlist: &Watchlist, found: &Found) -> Option<Reach> {
    match found.by {
        By::Search(search) => Some(watchlist.searches[search as usize].reach),
        By::Name(_) | By::Term(_) => None,
    }
}
