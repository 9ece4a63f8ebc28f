//! Entries that stand in a newer version of the files under another id.
//!
//! By what they say, not by what they found: an entry whose id is gone, and one whose id is new, are the
//! same when they share their name or any name, ticker or term. Everything that goes by id (history,
//! filters, reports) parts there, which whoever edits must be told. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::edit::{company_id, topic_id};
use crate::model::EntityKind;
use crate::model::watchlist::{CompanyEntry, Renamed, TopicEntry, WatchlistEntries, one_line};
use crate::model::{Located, Place};

/// What of `old` has another id in `new`: companies first, in the order of the newer files.
#[must_use]
pub fn renamed_entries(old: &WatchlistEntries, new: &WatchlistEntries) -> Vec<Renamed> {
    let companies = of_kind(EntityKind::Company, (&old.companies, &new.companies), company);
    let topics = of_kind(EntityKind::Topic, (&old.topics, &new.topics), topic);
    companies.into_iter().chain(topics).collect()
}

/// An entry as far as it is compared.
struct Entry<'a> {
    id: Arc<str>,
    name: &'a str,
    /// Names, tickers and terms.
    words: Vec<String>,
    place: Option<&'a Place>,
}

fn company(one: &CompanyEntry) -> Entry<'_> {
    let aliases = one.aliases.iter().map(|alias| alias.name.value.clone());
    let tickers = one.tickers.iter().map(|ticker| ticker.value.clone());
    let name = &one.name.value;
    let words = std::iter::once(name.clone()).chain(aliases).chain(tickers).collect();
    Entry { id: company_id(one), name, words, place: place(one.id.as_ref(), &one.name) }
}

fn topic(one: &TopicEntry) -> Entry<'_> {
    let terms = one.terms.iter().chain(&one.exact).map(|term| term.value.clone());
    let searches = one.search.iter().chain(&one.everyday).map(|search| one_line(&search.value));
    let (name, words) = (&one.name.value, terms.chain(searches).collect());
    Entry { id: topic_id(one), name, words, place: place(one.id.as_ref(), &one.name) }
}

fn place<'a>(id: Option<&'a Located<String>>, name: &'a Located<String>) -> Option<&'a Place> {
    id.unwrap_or(name).place.as_ref()
}

fn of_kind<'a, T>(
    kind: EntityKind,
    (old, new): (&'a [T], &'a [T]),
    entry: impl Fn(&'a T) -> Entry<'a>,
) -> Vec<Renamed> {
    let ids = |all: &'a [T]| -> HashSet<Arc<str>> { all.iter().map(|one| entry(one).id).collect() };
    let apart = |these: &'a [T], those: &HashSet<Arc<str>>| -> Vec<Entry<'a>> {
        these.iter().map(&entry).filter(|one| !those.contains(&one.id)).collect()
    };
    let gone = apart(old, &ids(new));
    if gone.is_empty() {
        return Vec::new();
    }
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    let mut by_word: HashMap<&str, usize> = HashMap::new();
    for (at, one) in gone.iter().enumerate() {
        by_name.entry(one.name).or_insert(at);
        for word in &one.words {
            by_word.entry(word).or_insert(at);
        }
    }
    let come = apart(new, &ids(old));
    let same = |one: &Entry<'_>| {
        let by_word = || one.words.iter().find_map(|word| by_word.get(word.as_str()));
        by_name.get(one.name).or_else(by_word).map(|at| &gone[*at])
    };
    come.iter()
        .filter_map(|one| {
            let was = same(one)?;
            Some(Renamed {
                kind,
                was: was.name.to_owned(),
                name: one.name.to_owned(),
                from: was.id.to_string(),
                to: one.id.to_string(),
                place: one.place.cloned(),
            })
        })
        .collect()
}
