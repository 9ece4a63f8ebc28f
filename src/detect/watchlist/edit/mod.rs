//! What two watchlists say differently, as words: an item that holds none of them means the same to both.
//!
//! A decision can differ only where an entry takes part that stands in one of the two watchlists and not
//! the other, and no company or topic takes part that is not named by its own words. So the names, terms
//! and necessary words of the entries that differ are looked for alone, which is quick where an edit is
//! small: of a topic whose words alone differ, only those that do. A rule that differs takes part only
//! where what it cannot do without is there; that may be words, the source, or a company or topic, which
//! the rest of the edit does not touch and both watchlists find alike. What cannot be told so counts as
//! touching every item: a rule that needs nothing in particular, rules that mean otherwise, defaults, two
//! entries with one id. In doubt an item is touched; that only costs time.

mod differing;
mod leaning;
mod rules;
mod same;
mod terms;

use std::collections::HashSet;
use std::sync::Arc;

use crate::detect::find::{Occ, find_into};
use crate::detect::phrases::Phrases;
use crate::detect::phrases::cue::Calls;
use crate::detect::stem::Lang;
use crate::detect::text::Text;
use crate::model::watchlist::{CompanyEntry, TopicEntry, WatchlistEntries};

use super::necessary::anchors;
use super::{Making, Watchlist};
use differing::differing;
use leaning::{resolved, with_lists, with_parts};
use rules::{Beside, Needed, needed};
pub(super) use same::{company_id, topic_id};
use same::{rule_id, same_company, same_rule};
use terms::Topics;

/// What differs between two watchlists, findable.
#[derive(Debug)]
pub struct Edit(Touching);

/// A watchlist as people wrote it, and as that was compiled.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// As written.
    pub entries: &'a WatchlistEntries,
    /// As compiled.
    pub watchlist: &'a Watchlist,
}

#[derive(Debug)]
enum Touching {
    /// Any item may mean something else.
    Everything,
    /// Only items with such words, of such sources, or in which such things are found, may.
    Some(Box<Touched>),
}

#[derive(Debug, Default)]
struct Touched {
    /// Also what guards of the entries ask for, which touches nothing by itself.
    phrases: Phrases,
    /// By phrase: whether an item with it is touched.
    touching: Vec<bool>,
    beside: Beside,
}

impl Edit {
    /// Nothing is known: any item may mean something else.
    #[must_use]
    pub fn unknown() -> Self {
        Self(Touching::Everything)
    }

    /// What differs between two watchlists, each given as people wrote it and as that was compiled.
    #[must_use]
    pub fn between(old: Version<'_>, new: Version<'_>) -> Self {
        Self(touched(old, new).map_or(Touching::Everything, |some| Touching::Some(Box::new(some))))
    }

    /// Whether an item may mean something else to one of the two than to the other, by its words and its
    /// source: its id, and whether it is official.
    pub(crate) fn touches(
        &self,
        text: &Text,
        lang: Option<Lang>,
        (source, official): (&str, bool),
        room: &mut Room,
    ) -> bool {
        let Touching::Some(some) = &self.0 else { return true };
        if some.beside.of_source(source, official) {
            return true;
        }
        if some.touching.is_empty() {
            return false;
        }
        let Room { found, calls } = room;
        find_into(&some.phrases, text, lang, found, calls);
        found.iter().any(|occ| some.touching[occ.phrase as usize])
    }

    /// Whether an item whose words do not touch it may, by the companies and topics that the later
    /// watchlist finds in it.
    pub(crate) fn touches_found(
        &self,
        watchlist: &Watchlist,
        companies: &[u32],
        topics: impl Iterator<Item = u32>,
    ) -> bool {
        match &self.0 {
            Touching::Everything => true,
            Touching::Some(some) => some.beside.of_found(watchlist, companies, topics),
        }
    }
}

/// Room for what is found of an edit, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Room {
    found: Vec<Occ>,
    /// No rule takes part.
    calls: Calls,
}

/// By what an item is touched; `None` where that cannot be told.
fn touched(before: Version<'_>, after: Version<'_>) -> Option<Touched> {
    let (old, new) = (before.entries, after.entries);
    let rules = differing(&old.rules, &new.rules, rule_id, same_rule)?;
    let alike = before.watchlist.defaults() == after.watchlist.defaults();
    if !alike || resolved(before, &rules) != resolved(after, &rules) {
        return None;
    }
    let needed = needed(before, after, &rules)?;
    let companies = differing(&old.companies, &new.companies, company_id, same_company)?;
    let companies = with_parts(companies, old, new);
    let mut topics = terms::topics(old, new)?;
    topics.whole.extend(needed.topics.iter().cloned());
    topics.whole = with_lists(topics.whole, old, new);
    if companies.is_empty() && topics.are_none() && needed.words.is_empty() {
        return Some(Touched { beside: needed.beside, ..Touched::default() });
    }
    let mut making = Making::default();
    for entries in [old, new] {
        making.differing(entries, &companies, &topics);
    }
    touched_by(making, needed)
}

/// The phrases of what was made of entries that differ, and of what rules ask beside.
fn touched_by(mut making: Making, needed: Needed<'_>) -> Option<Touched> {
    let Needed { words, beside, topics: _ } = needed;
    let asks = words.iter().map(|(expr, when)| making.ask(expr, when));
    let asks: Vec<_> = asks.collect::<Option<_>>()?;
    let phrases = making.phrases.finish();
    let lists = &making.lists;
    let weight = |phrase| lists.weight(phrase);
    let mut touching = vec![false; phrases.all.len()];
    for ask in making.searches.iter().map(|search| &search.ask).chain(&asks) {
        let necessary = anchors(ask, &weight);
        if necessary.is_empty() {
            return None;
        }
        necessary.into_iter().for_each(|phrase| touching[phrase as usize] = true);
    }
    let named = making.uses.iter().map(|(phrase, _)| *phrase);
    named.chain(lists.words()).for_each(|phrase| touching[phrase as usize] = true);
    Some(Touched { phrases, touching, beside })
}

impl Making {
    /// Compiles what differs of one of two versions.
    fn differing(
        &mut self,
        entries: &WatchlistEntries,
        companies: &HashSet<Arc<str>>,
        topics: &Topics,
    ) {
        self.asked_for(entries);
        let of = |one: &&CompanyEntry| companies.contains(&company_id(one));
        let some: Vec<CompanyEntry> = entries.companies.iter().filter(of).cloned().collect();
        self.companies(&some);
        let some: Vec<TopicEntry> =
            entries.topics.iter().filter_map(|one| topics.part_of(one)).collect();
        self.topics(&some);
        // What follows is the other version of the same entries.
        self.company_by_id.clear();
        self.topic_by_id.clear();
    }
}
