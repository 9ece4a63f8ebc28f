//! Hits become a judgement: mention or alert, how grave, and why.
//!
//! The default: company and topic in one item, and in a round-up in one piece; a topic alone as
//! its `without_company` says. Rules link likewise; they add severity and readers, and `hold` is the
//! one way to lower.

mod adds;
mod back;
mod bystander;
mod defaults;
#[cfg(test)]
mod every;
mod holding;
mod renamed;
mod rules;
mod standing;
mod verdict;
mod words;
mod yes;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use crate::model::{EntityKind, Item, ItemText, Judgement, Timestamp};

use super::manner::Manner;
use super::matching::{By, Found, Occ, Reading, Scene};
use super::pieces::Pieces;
use super::talk::talk;
use super::watchlist::Watchlist;
use standing::Standing;

pub use adds::{adds, still_adds};
pub use renamed::under_ids_of;
pub(crate) use yes::Yes;

/// Who says it: what rules and official-only topics look at beside the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The source's id.
    pub source: &'a str,
    /// Whether it is an authority speaking for itself.
    pub official: bool,
    /// When it was first seen: what is muted until a later day is held back. Without it nothing is.
    pub seen: Option<Timestamp>,
}

impl<'a> Origin<'a> {
    /// Where an item came from, and when.
    #[must_use]
    pub fn of(item: &'a Item) -> Self {
        let seen = Some(item.first_seen);
        Self { source: item.source.as_str(), official: item.official, seen }
    }
}

/// What the watchlist makes of an item's words.
#[must_use]
pub fn judge(watchlist: &Watchlist, text: &ItemText, origin: Origin<'_>) -> Judgement {
    judge_read(watchlist, &Reading::of(watchlist, text, origin.seen), text, origin)
}

/// What the watchlist makes of an item that it has read.
pub(crate) fn judge_read(
    watchlist: &Watchlist,
    reading: &Reading,
    item: &ItemText,
    origin: Origin<'_>,
) -> Judgement {
    if reading.found.is_empty() && watchlist.conditions.is_empty() {
        return Judgement::default();
    }
    Case::new(watchlist, reading, item, origin).judgement()
}

/// What shows an item to be talk without an act.
#[derive(Clone, Copy, Debug)]
struct Talk {
    words: Occ,
    /// They are of nothing else than the item as a whole, wherever they stand.
    whole: bool,
}

/// One item on the table.
pub(crate) struct Case<'a> {
    pub(crate) watchlist: &'a Watchlist,
    pub(crate) reading: &'a Reading,
    pub(crate) origin: Origin<'a>,
    /// The words as they are written, which reasons quote.
    item: &'a ItemText,
    manner: Option<&'a Manner>,
    /// Companies and topics that count, by number: sorted, each once.
    companies: Vec<u32>,
    topics: Vec<u32>,
    /// The pieces of a round-up; of other items nobody asks.
    pieces: Option<&'a Pieces>,
    /// The first company of each piece, by piece; of an item that is no round-up only the first.
    company_in: Vec<(u32, &'a Found)>,
    /// What shows the item to be talk without an act, once somebody asked.
    talk: OnceCell<Option<Talk>>,
    /// In which pieces what is named stands, once somebody asked.
    standing: OnceCell<Standing>,
    /// Whether searches hold in single pieces, as far as somebody asked.
    wholes: RefCell<BTreeMap<(u32, u32), bool>>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        watchlist: &'a Watchlist,
        reading: &'a Reading,
        item: &'a ItemText,
        origin: Origin<'a>,
    ) -> Self {
        let of = |kind: EntityKind| -> Vec<u32> {
            let counting = reading.counting().filter(|found| found.kind() == kind);
            let mut all: Vec<u32> = counting.map(|found| found.entity).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (companies, topics) = (of(EntityKind::Company), of(EntityKind::Topic));
        // Manner matters only where a topic is at hand, or a rule may ask for a round-up's segments.
        let asked =
            !topics.is_empty() || (!watchlist.conditions.is_empty() && !companies.is_empty());
        let manner = asked.then(|| reading.manner());
        let pieces = manner.and_then(|_| pieces_of(watchlist, reading, origin));
        // Hits are in text order, and so are pieces.
        let mut company_in: Vec<(u32, &Found)> = Vec::new();
        for found in reading.counting().filter(|found| found.kind() == EntityKind::Company) {
            let piece = pieces.map_or(0, |pieces| pieces.of_token(found.first));
            if company_in.last().is_none_or(|last| last.0 != piece) {
                company_in.push((piece, found));
            }
        }
        Self {
            watchlist,
            reading,
            origin,
            item,
            manner,
            companies,
            topics,
            pieces,
            company_in,
            talk: OnceCell::new(),
            standing: OnceCell::new(),
            wholes: RefCell::default(),
        }
    }

    /// The pieces of the item, whether or not anything in it counts.
    fn pieces_of_item(&self) -> Option<&'a Pieces> {
        pieces_of(self.watchlist, self.reading, self.origin)
    }

    pub(crate) fn round_up(&self) -> bool {
        self.pieces.is_some()
    }

    /// What shows the item to be talk without an act.
    fn talk(&self) -> Option<Talk> {
        // Where names and terms end. A search may be found by the very words that threaten.
        let ends = OnceCell::new();
        let subject = |token: u32| {
            let ends: &Vec<u32> = ends.get_or_init(|| {
                let plain = self.reading.counting().filter(|found| found.is_plain(self.watchlist));
                let mut ends: Vec<u32> = plain.map(|found| found.last).collect();
                ends.sort_unstable();
                ends
            });
            ends.binary_search(&token).is_ok()
        };
        *self.talk.get_or_init(|| {
            // Rules ask of items, too, in which nothing counts.
            let manner = self.reading.manner();
            let talk = talk(&self.reading.text, manner, self.origin.official, subject);
            let talk = talk.map(|words| Talk { words, whole: false });
            let back = || Some(Talk { words: self.looks_back(manner)?, whole: true });
            talk.or_else(back)
        })
    }

    fn hits(&self, kind: EntityKind, entity: u32) -> impl Iterator<Item = &Found> {
        self.reading.counting().filter(move |found| found.kind() == kind && found.entity == entity)
    }

    /// The piece of a round-up that a hit stands in.
    fn piece(&self, found: &Found) -> u32 {
        self.pieces.map_or(0, |pieces| pieces.of_token(found.first))
    }

    /// Whether a hit belongs to its piece as a whole: what a search puts together from several matters is said of
    /// none of them.
    fn whole(&self, found: &Found) -> bool {
        let (Some(pieces), By::Search(search)) = (self.pieces, found.by) else { return true };
        let piece = pieces.of_token(found.first);
        // Asked once: a piece may be a whole text of nothing but such hits.
        *self.wholes.borrow_mut().entry((search, piece)).or_insert_with(|| {
            let within = Some(pieces.stretch(piece));
            let scene = Scene { within, ..self.reading.scene() };
            scene.holds(&self.watchlist.searches[search as usize].ask)
        })
    }

    fn sentence(&self, found: &Found) -> u32 {
        self.sentence_of(found.first)
    }

    fn sentence_of(&self, token: u32) -> u32 {
        self.reading.text.tokens[token as usize].sentence
    }

    /// Companies and visible topics that count, by number.
    pub(crate) fn counting(&self) -> (Vec<u32>, Vec<u32>) {
        let topics = self.topics.iter().copied();
        let shown = topics.filter(|topic| !self.watchlist.topic(*topic).hidden);
        (self.companies.clone(), shown.collect())
    }

    /// Everything that says yes.
    pub(crate) fn yes(&self) -> Vec<Yes> {
        let mut said = self.defaults();
        self.add_rules(&mut said);
        said
    }
}

/// The pieces of an item that tells of several matters.
fn pieces_of<'a>(
    watchlist: &Watchlist,
    reading: &'a Reading,
    origin: Origin<'_>,
) -> Option<&'a Pieces> {
    // An authority's notice is of one matter, however it is written.
    reading.pieces(watchlist).filter(|pieces| !(pieces.guessed && origin.official))
}
