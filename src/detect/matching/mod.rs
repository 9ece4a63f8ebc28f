//! An item's words against the watchlist: hits, and hits that a guard holds back.
//!
//! Phrases are found first, all in one walk; then names, terms and searches are read off them, the
//! longest name wins, and guards are asked in a fixed order. What a guard holds back is kept with
//! the guard's own words; nothing is dropped silently but a part of a longer hit of the same thing.

mod alike;
mod asked;
mod eval;
mod evidence;
mod finder;
mod foreign;
mod guard;
mod index;
mod person;
mod shared;
mod spelled;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{EntityKind, Guard, HeldBack, Hit, ItemText, Timestamp};

pub(crate) use super::find::Occ;
use super::manner::Manner;
use super::pieces::Pieces;
use super::text::Text;
use super::watchlist::{Reach, Seen, Use, Watchlist};

use asked::{Asked, Cues};
use eval::Present;
pub(crate) use eval::{Scene, Stretch};
pub(crate) use finder::Words;
pub use finder::{Finder, Place};
use index::Index;

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
        let cues = std::mem::take(&mut self.asked.cues);
        let index = std::mem::take(&mut self.index);
        let present = std::mem::take(&mut self.present);
        let searches = std::mem::take(&mut self.searches);
        Words { text, phrases, index, present, cues, searches, lang: None }.give_back();
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

/// Companies that are compared to tell whether an item is of several.
const COMPANIES: usize = 8;
/// Tokens for which room is kept: of nearly all items.
const KEPT: usize = 1 << 14;

/// An item as the watchlist sees it.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its words.
    pub(crate) text: Text,
    /// All phrases found, sorted, but for those that only rules ask for.
    pub(crate) phrases: Vec<Occ>,
    index: Index,
    /// Those that only rules ask for.
    asked: Asked,
    present: Present,
    searches: Seen,
    manner: OnceCell<Manner>,
    pieces: OnceCell<Option<Pieces>>,
    /// Hits, counting and held back, in text order.
    pub(crate) found: Vec<Found>,
}

impl Reading {
    /// Reads an item.
    pub(crate) fn of(watchlist: &Watchlist, item: &ItemText, seen: Option<Timestamp>) -> Self {
        let mut words = Words::spare();
        words.read(watchlist, item);
        Self::of_words(watchlist, words, item, seen)
    }

    /// Reads an item whose words and phrases are found.
    pub(crate) fn of_words(
        watchlist: &Watchlist,
        words: Words,
        item: &ItemText,
        seen: Option<Timestamp>,
    ) -> Self {
        let Words { text, phrases, mut index, present, cues, searches, lang } = words;
        index.fill(&phrases);
        let asked = Asked::of(&watchlist.phrases, cues, lang);
        let (manner, pieces, found) = (OnceCell::new(), OnceCell::new(), Vec::new());
        let mut reading =
            Self { text, phrases, index, asked, present, searches, manner, pieces, found };
        reading.collect(watchlist);
        alike::settle(watchlist, &mut reading);
        guard::ask(watchlist, &mut reading);
        guard::mute(watchlist, &mut reading, seen);
        guard::inside(watchlist, &mut reading);
        foreign::symbols(watchlist, &mut reading);
        spelled::out(watchlist, item, &mut reading);
        person::possessives(watchlist, &mut reading);
        guard::weak(watchlist, &mut reading);
        evidence::boilerplate(&mut reading);
        evidence::related(&mut reading);
        evidence::everyday(watchlist, &mut reading);
        evidence::wide(watchlist, &mut reading);
        reading.settle();
        reading
    }

    /// Holds back the hits of some companies, before anything is asked of the item.
    pub(crate) fn hold_back(&mut self, why: &BTreeMap<u32, String>) {
        let counting = self.found.iter_mut().filter(|found| found.held.is_none());
        for found in counting.filter(|found| found.kind() == EntityKind::Company) {
            found.held = why.get(&found.entity).map(|reason| Guard::Hold(reason.clone()));
        }
    }

    /// The scene of the whole item.
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene::whole(&self.text, (&self.phrases, &self.index), &self.asked, &self.present)
    }

    /// The manner of the text, by the lists' phrases, which a watchlist with topics or rules finds
    /// with its own.
    pub(crate) fn manner(&self) -> &Manner {
        self.manner.get_or_init(|| Manner::among(&self.text, &self.phrases))
    }

    /// The pieces of an item that tells of several matters, by the hits that count when it is first asked.
    pub(crate) fn pieces(&self, watchlist: &Watchlist) -> Option<&Pieces> {
        let title = self.text.title_end();
        let shown = |found: &Found| {
            found.kind() == EntityKind::Company || !watchlist.topic(found.entity).hidden
        };
        let in_title = || self.counting().filter(|found| found.first < title && shown(found));
        let company = |found: &Found| found.kind() == EntityKind::Company;
        let named = || (in_title().any(company), in_title().next().is_some());
        let several = |parts: &[u32]| self.names_several(parts);
        let of_item = || Pieces::of_item(&self.text, self.manner(), named, several);
        let all = self.pieces.get_or_init(of_item);
        all.as_ref()
    }

    /// Whether a hit is written as this, capitals and all.
    fn spells(&self, found: &Found, name: &str) -> bool {
        let words = &self.text.tokens[found.first as usize..=found.last as usize];
        let name = Text::of_term(name);
        words.iter().map(|one| one.cased).eq(name.tokens.iter().map(|one| one.cased))
    }

    /// Whether two of these parts name companies of which neither stands in the other's.
    fn names_several(&self, parts: &[u32]) -> bool {
        let companies = self.counting().filter(|found| found.kind() == EntityKind::Company);
        let mut places: Vec<(u32, usize)> = companies
            .map(|found| (found.entity, parts.partition_point(|part| *part <= found.first)))
            .filter(|(_, part)| *part > 0)
            .collect();
        places.sort_unstable();
        places.dedup();
        let parts_of: Vec<Vec<usize>> = places
            .chunk_by(|one, next| one.0 == next.0)
            .map(|same| same.iter().map(|one| one.1).collect())
            .take(COMPANIES)
            .collect();
        let beyond = |one: &[usize], other: &[usize]| {
            one.iter().any(|part| other.binary_search(part).is_err())
        };
        let apart = |one: &[usize], other: &[usize]| beyond(one, other) && beyond(other, one);
        parts_of
            .iter()
            .enumerate()
            .any(|(n, one)| parts_of[..n].iter().any(|other| apart(one, other)))
    }

    /// Which phrases that only rules ask for the item's words may begin.
    pub(crate) fn cues(&self) -> &Cues {
        &self.asked.cues
    }

    /// Whether a phrase may be in the item; rarely also of one that is not.
    pub(crate) fn may_have(&self, phrase: u32) -> bool {
        self.present.may_have(phrase)
    }

    /// Hits that count.
    pub(crate) fn counting(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.held.is_none())
    }

    /// Hits that count and begin in a stretch of tokens, or anywhere.
    pub(crate) fn counting_in(&self, within: Option<Stretch>) -> impl Iterator<Item = &Found> {
        let (first, last) = within.unwrap_or((0, u32::MAX));
        let begin = self.found.partition_point(|found| found.first < first);
        let there = self.found[begin..].iter().take_while(move |found| found.first <= last);
        there.filter(|found| found.held.is_none())
    }

    fn collect(&mut self, watchlist: &Watchlist) {
        let mut searches = std::mem::take(&mut self.searches);
        searches.start(&watchlist.searched);
        let title = self.text.title_end();
        for same in self.phrases.chunk_by(|one, next| one.phrase == next.phrase) {
            for one in watchlist.uses(same[0].phrase) {
                let (by, entity) = match one {
                    Use::Name(name) => (By::Name(name), watchlist.names[name as usize].company),
                    // What sets the scene is looked for only where it is asked.
                    Use::Term(term) if watchlist.sets(term) => continue,
                    Use::Term(term) => (By::Term(term), watchlist.terms[term as usize].topic),
                    Use::Searches(list) => {
                        searches.see(&watchlist.searched, list, same[0].first < title);
                        continue;
                    }
                };
                let found =
                    |occ: &Occ| Found { first: occ.first, last: occ.last, by, entity, held: None };
                self.found.extend(same.iter().map(found));
            }
        }
        let mut places = Vec::new();
        for search in &searches.whole {
            let compiled = &watchlist.searches[*search as usize];
            places.clear();
            self.scene().add_search(&compiled.ask, compiled.sure, &mut places);
            let (by, entity) = (By::Search(*search), compiled.topic);
            let found = |(first, last)| Found { first, last, by, entity, held: None };
            self.found.extend(places.iter().copied().map(found));
        }
        self.searches = searches;
        self.order();
    }

    /// Text order, longer before shorter.
    fn order(&mut self) {
        self.found
            .sort_unstable_by_key(|found| (place(found), found.kind(), found.entity, found.by));
    }

    /// Leaves one hit where the same thing was found by several terms at one place or inside another.
    fn settle(&mut self) {
        self.found.sort_unstable_by_key(|found| {
            (found.kind(), found.entity, found.held.is_some(), place(found), found.by)
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
            term: Arc::clone(term(watchlist, found.by)),
            field: self.text.field_of(found.first).field,
            start: first.start as usize,
            end: last.end as usize,
        }
    }

    /// A held-back hit in words.
    pub(crate) fn held_back(&self, watchlist: &Watchlist, found: &Found) -> Option<HeldBack> {
        Some(HeldBack { hit: Some(self.hit(watchlist, found)), guard: found.held.clone()? })
    }
}

/// Where a hit stands, as a number: in text order, longer before shorter.
fn place(found: &Found) -> u64 {
    u64::from(found.first) << 32 | u64::from(u32::MAX - found.last)
}

fn entity_id(watchlist: &Watchlist, found: &Found) -> Arc<str> {
    let named = match found.kind() {
        EntityKind::Company => &watchlist.company(found.entity).named,
        EntityKind::Topic => &watchlist.topic(found.entity).named,
    };
    Arc::clone(&named.id)
}

/// The term as written.
pub(crate) fn term(watchlist: &Watchlist, by: By) -> &Arc<str> {
    match by {
        By::Name(n) => &watchlist.names[n as usize].text,
        By::Term(n) => &watchlist.terms[n as usize].text,
        By::Search(n) => &watchlist.searches[n as usize].text,
    }
}
