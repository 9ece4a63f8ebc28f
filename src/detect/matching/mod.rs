//! An item's words against the watchlist: hits, and hits that a guard holds back.
//!
//! Phrases are found first, all in one walk; then names, terms and searches are read off them, the
//! longest name wins, and guards are asked in a fixed order. What a guard holds back is kept with
//! the guard's own words; nothing is dropped silently but a part of a longer hit of the same thing.

mod eval;
mod evidence;
mod finder;
mod guard;
mod shared;

use std::cell::RefCell;
use std::sync::Arc;

use crate::model::{EntityKind, Guard, HeldBack, Hit, ItemText, Timestamp};

pub(crate) use super::find::Occ;
use super::manner::Manner;
use super::text::Text;
use super::watchlist::{Reach, Use, Watchlist};

use eval::Asked;
pub(crate) use eval::{Present, Scene};
pub(crate) use finder::Words;
pub use finder::{Finder, Place};

/// What found a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// A name or ticker, by number.
    Name(u32),
    /// A term, by number.
    Term(u32),
    /// A search, by number.
    Search(u32),
}

/// A hit before it is put into words.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// First token.
    pub(crate) first: u32,
    /// Last token.
    pub(crate) last: u32,
    /// What found it.
    pub(crate) by: By,
    /// Company or topic, by number.
    pub(crate) entity: u32,
    /// What holds it back.
    pub(crate) held: Option<Guard>,
}

impl Found {
    /// Company or topic.
    pub(crate) fn kind(&self) -> EntityKind {
        if matches!(self.by, By::Name(_)) { EntityKind::Company } else { EntityKind::Topic }
    }

    /// Whether it is a name, a term or an everyday word, and not put together by a search.
    pub(crate) fn is_plain(&self, watchlist: &Watchlist) -> bool {
        match self.by {
            By::Search(search) => watchlist.searches[search as usize].reach == Reach::Everyday,
            By::Name(_) | By::Term(_) => true,
        }
    }
}

thread_local! {
    /// Room for an item's words, used again and again by a thread: large pieces of memory are what an
    /// allocator is slow with.
    static SPARE: RefCell<Words> = RefCell::default();
}

/// Gives the room back.
impl Drop for Reading {
    fn drop(&mut self) {
        let (text, phrases) = (std::mem::take(&mut self.text), std::mem::take(&mut self.phrases));
        let asked = std::mem::take(&mut self.asked.found);
        Words { text, phrases, asked }.give_back();
    }
}

impl Words {
    /// Room that this thread used before.
    pub(crate) fn spare() -> Self {
        SPARE.take()
    }

    /// Gives the room back. A giant item must not hold its room for ever.
    pub(crate) fn give_back(self) {
        if self.text.tokens.len() <= KEPT {
            SPARE.set(self);
        }
    }
}

/// Tokens for which room is kept: of nearly all items.
const KEPT: usize = 1 << 14;

/// An item as the watchlist sees it.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its words.
    pub(crate) text: Text,
    /// All phrases found, sorted, but for those that only rules ask for.
    pub(crate) phrases: Vec<Occ>,
    /// These.
    asked: Asked,
    present: Present,
    /// Hits, counting and held back, in text order.
    pub(crate) found: Vec<Found>,
}

impl Reading {
    /// Reads an item.
    pub(crate) fn of(watchlist: &Watchlist, item: &ItemText, seen: Option<Timestamp>) -> Self {
        let mut words = Words::spare();
        words.read(watchlist, item);
        Self::of_words(watchlist, words, seen)
    }

    /// Reads an item whose words and phrases are found.
    pub(crate) fn of_words(watchlist: &Watchlist, words: Words, seen: Option<Timestamp>) -> Self {
        let Words { text, phrases, asked } = words;
        let present = Present::of(phrases.iter().chain(&asked));
        let asked = Asked::of(watchlist.phrases.asked_from, asked);
        let mut reading = Self { text, phrases, asked, present, found: Vec::new() };
        reading.collect(watchlist);
        guard::inside(watchlist, &mut reading);
        guard::ask(watchlist, &mut reading);
        guard::mute(watchlist, &mut reading, seen);
        guard::foreign_symbols(watchlist, &mut reading);
        guard::weak(watchlist, &mut reading);
        evidence::everyday(watchlist, &mut reading);
        evidence::wide(watchlist, &mut reading);
        reading.settle();
        reading
    }

    /// The scene of the whole item.
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene::whole(&self.text, (&self.phrases, &self.asked), &self.present)
    }

    /// The manner of the text, by the lists' phrases, which a watchlist with topics or rules finds
    /// with its own.
    pub(crate) fn manner(&self) -> Manner {
        Manner::among(&self.text, &self.phrases)
    }

    /// Phrases found that only rules ask for, in any order.
    pub(crate) fn asked(&self) -> &[Occ] {
        &self.asked.found
    }

    /// Whether a phrase may be in the item; rarely also of one that is not.
    pub(crate) fn may_have(&self, phrase: u32) -> bool {
        self.present.may_have(phrase)
    }

    /// Hits that count.
    pub(crate) fn counting(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.held.is_none())
    }

    fn collect(&mut self, watchlist: &Watchlist) {
        let mut searches: Vec<u32> = Vec::new();
        for same in self.phrases.chunk_by(|one, next| one.phrase == next.phrase) {
            for one in watchlist.uses(same[0].phrase) {
                let (by, entity) = match one {
                    Use::Name(name) => (By::Name(name), watchlist.names[name as usize].company),
                    // What sets the scene is looked for only where it is asked.
                    Use::Term(term) if watchlist.sets(term) => continue,
                    Use::Term(term) => (By::Term(term), watchlist.terms[term as usize].topic),
                    Use::Search(search) => {
                        searches.push(search);
                        continue;
                    }
                };
                let found =
                    |occ: &Occ| Found { first: occ.first, last: occ.last, by, entity, held: None };
                self.found.extend(same.iter().map(found));
            }
        }
        searches.sort_unstable();
        searches.dedup();
        // Of nearly all of them something else is missing.
        searches.retain(|search| self.present.may_hold(&watchlist.searches[*search as usize].expr));
        for search in searches {
            let compiled = &watchlist.searches[search as usize];
            for (first, last) in self.scene().places(&compiled.expr) {
                let by = By::Search(search);
                self.found.push(Found { first, last, by, entity: compiled.topic, held: None });
            }
        }
        self.order();
    }

    /// Text order, longer before shorter.
    fn order(&mut self) {
        self.found.sort_by_key(|found| {
            (found.first, std::cmp::Reverse(found.last), found.kind(), found.entity, found.by)
        });
    }

    /// Leaves one hit where the same thing was found by several terms at one place or inside another.
    fn settle(&mut self) {
        self.found.sort_by_key(|found| {
            (
                found.kind(),
                found.entity,
                found.held.is_some(),
                found.first,
                std::cmp::Reverse(found.last),
                found.by,
            )
        });
        let mut kept: Vec<Found> = Vec::with_capacity(self.found.len());
        // Of the thing at hand: its counting hits, in which first and last both grow, and how far
        // its held-back ones reach.
        let mut of = None;
        let mut counting: Vec<(u32, u32)> = Vec::new();
        let mut held: Option<u32> = None;
        for found in self.found.drain(..) {
            if of != Some((found.kind(), found.entity)) {
                of = Some((found.kind(), found.entity));
                counting.clear();
                held = None;
            }
            let before = counting.partition_point(|(first, _)| *first <= found.first);
            let mut inside = before > 0 && counting[before - 1].1 >= found.last;
            if found.held.is_some() {
                inside |= held.is_some_and(|last| last >= found.last);
                held = held.max(Some(found.last));
            } else if !inside {
                counting.push((found.first, found.last));
            }
            if !inside {
                kept.push(found);
            }
        }
        self.found = kept;
        self.order();
    }

    /// A hit in words.
    pub(crate) fn hit(&self, watchlist: &Watchlist, found: &Found) -> Hit {
        let (first, last) =
            (&self.text.tokens[found.first as usize], &self.text.tokens[found.last as usize]);
        Hit {
            kind: found.kind(),
            entity: entity_id(watchlist, found),
            term: term(watchlist, found.by),
            field: self.text.field_of(found.first).field,
            start: first.start as usize,
            end: last.end as usize,
        }
    }

    /// These words in their normal form.
    pub(crate) fn words(&self, first: u32, last: u32) -> String {
        let mut all = String::new();
        for token in &self.text.tokens[first as usize..=last as usize] {
            if !all.is_empty() && token.gap > super::text::Gap::None {
                all.push(' ');
            }
            all.push_str(self.text.word(token));
        }
        all
    }

    /// A held-back hit in words.
    pub(crate) fn held_back(&self, watchlist: &Watchlist, found: &Found) -> Option<HeldBack> {
        Some(HeldBack { hit: self.hit(watchlist, found), guard: found.held.clone()? })
    }
}

fn entity_id(watchlist: &Watchlist, found: &Found) -> Arc<str> {
    let named = match found.kind() {
        EntityKind::Company => &watchlist.company(found.entity).named,
        EntityKind::Topic => &watchlist.topic(found.entity).named,
    };
    Arc::clone(&named.id)
}

/// The term as written.
pub(crate) fn term(watchlist: &Watchlist, by: By) -> Arc<str> {
    Arc::clone(match by {
        By::Name(n) => &watchlist.names[n as usize].text,
        By::Term(n) => &watchlist.terms[n as usize].text,
        By::Search(n) => &watchlist.searches[n as usize].text,
    })
}
