//! What two watchlists say differently, as words: an item that holds none of them means the same to both.
//!
//! A decision can differ only where an entry takes part that stands in one of the two watchlists and not
//! the other, and no company or topic takes part that is not named by its own words. So the names, terms
//! and necessary words of the entries that differ are looked for alone, which is quick where an edit is
//! small. What cannot be told by words counts as touching every item: rules that differ or mean
//! otherwise, defaults, two entries with one id. In doubt an item is touched; that only costs time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::detect::find::{Occ, find_into};
use crate::detect::phrases::Phrases;
use crate::detect::query::{self, Atom, Expr};
use crate::detect::stem::Lang;
use crate::detect::text::Text;
use crate::model::watchlist::{CompanyEntry, Remarks, RuleEntry, TopicEntry, WatchlistEntries};

use super::necessary::anchors;
use super::shared::lists_of;
use super::{Making, Watchlist, id_of, id_of_company};

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
    /// Only items with such words may.
    Words {
        /// Also what guards of the entries ask for, which touches nothing by itself.
        phrases: Box<Phrases>,
        /// By phrase: whether an item with it is touched.
        touching: Vec<bool>,
    },
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
        Self(words_of(old, new).unwrap_or(Touching::Everything))
    }

    /// Whether an item may mean something else to one of the two than to the other.
    pub(crate) fn touches(&self, text: &Text, lang: Option<Lang>, room: &mut Room) -> bool {
        match &self.0 {
            Touching::Everything => true,
            Touching::Words { touching, .. } if touching.is_empty() => false,
            Touching::Words { phrases, touching } => {
                let Room { found, asked } = room;
                find_into(phrases, text, lang, found, asked);
                found.iter().chain(&*asked).any(|occ| touching[occ.phrase as usize])
            }
        }
    }
}

/// Room for what is found of an edit, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Room {
    found: Vec<Occ>,
    asked: Vec<Occ>,
}

/// The words of what differs; `None` where words do not tell.
fn words_of(before: Version<'_>, after: Version<'_>) -> Option<Touching> {
    let (old, new) = (before.entries, after.entries);
    let companies = differing(&old.companies, &new.companies, company_id, same_company)?;
    let companies = with_parts(companies, old, new);
    let topics = differing(&old.topics, &new.topics, topic_id, same_topic)?;
    let topics = with_lists(topics, old, new);
    let rules = differing(&old.rules, &new.rules, rule_id, same_rule)?;
    let alike = before.watchlist.defaults() == after.watchlist.defaults();
    if !alike || !rules.is_empty() || resolved(before) != resolved(after) {
        return None;
    }
    if companies.is_empty() && topics.is_empty() {
        return Some(Touching::Words { phrases: Box::default(), touching: Vec::new() });
    }
    let mut making = Making::default();
    for entries in [old, new] {
        making.asked_for(entries);
        let of = |one: &&CompanyEntry| companies.contains(&company_id(one));
        let some: Vec<CompanyEntry> = entries.companies.iter().filter(of).cloned().collect();
        making.companies(&some);
        let of = |one: &&TopicEntry| topics.contains(&topic_id(one));
        let some: Vec<TopicEntry> = entries.topics.iter().filter(of).cloned().collect();
        making.topics(&some);
        // What follows is the other version of the same entries.
        making.company_by_id.clear();
        making.topic_by_id.clear();
    }
    let phrases = making.phrases.finish();
    let mut touching = vec![false; phrases.all.len()];
    let named = making.uses.iter().map(|(phrase, _)| *phrase);
    let lists = &making.lists;
    let weight = |phrase| lists.weight(phrase);
    let searched = making.searches.iter().flat_map(|search| anchors(&search.ask, &weight));
    let listed = lists.words();
    named.chain(searched).chain(listed).for_each(|phrase| touching[phrase as usize] = true);
    Some(Touching::Words { phrases: Box::new(phrases), touching })
}

/// Ids of entries that stand in one of the two only, or otherwise, or in another order; `None` where
/// two entries of one side have the same id.
fn differing<T>(
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> Arc<str>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<HashSet<Arc<str>>> {
    let mut places: HashMap<Arc<str>, usize> = HashMap::with_capacity(old.len());
    for (at, one) in old.iter().enumerate() {
        if places.insert(id(one), at).is_some() {
            return None;
        }
    }
    let mut ids: HashSet<Arc<str>> = HashSet::with_capacity(new.len());
    let mut equal: Vec<(usize, Arc<str>)> = Vec::with_capacity(new.len());
    for one in new {
        let id = id(one);
        if !ids.insert(Arc::clone(&id)) {
            return None;
        }
        if let Some(at) = places.get(&id).filter(|at| same(&old[**at], one)) {
            equal.push((*at, id));
        }
    }
    ids.extend(places.into_keys());
    let order: Vec<usize> = equal.iter().map(|one| one.0).collect();
    for at in in_order(&order) {
        ids.remove(&equal[at].1);
    }
    Some(ids)
}

/// The places of as many numbers as grow from each to the next.
fn in_order(numbers: &[usize]) -> Vec<usize> {
    // The last of the best chain of each length, and what stood before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        chain.push(at);
        next = before[at];
    }
    chain
}

/// Companies that differ, and all that are part of them before or after: a hit of a part names the whole.
fn with_parts(
    mut differing: HashSet<Arc<str>>,
    old: &WatchlistEntries,
    new: &WatchlistEntries,
) -> HashSet<Arc<str>> {
    if differing.is_empty() {
        return differing;
    }
    let mut parts: HashMap<&str, Vec<Arc<str>>> = HashMap::new();
    for one in old.companies.iter().chain(&new.companies) {
        if let Some(parent) = &one.part_of {
            parts.entry(parent.value.trim()).or_default().push(company_id(one));
        }
    }
    let mut new: Vec<Arc<str>> = differing.iter().cloned().collect();
    while let Some(whole) = new.pop() {
        for part in parts.get(&*whole).into_iter().flatten() {
            if differing.insert(Arc::clone(part)) {
                new.push(Arc::clone(part));
            }
        }
    }
    differing
}

/// Topics that differ, those whose searches ask for their words, and the lists whose words all these ask
/// for. A list holds no searches, so that nothing leads further.
fn with_lists(
    mut differing: HashSet<Arc<str>>,
    old: &WatchlistEntries,
    new: &WatchlistEntries,
) -> HashSet<Arc<str>> {
    if differing.is_empty() {
        return differing;
    }
    let asking: Vec<(Arc<str>, Vec<String>)> = old
        .topics
        .iter()
        .chain(&new.topics)
        .map(|one| (topic_id(one), lists_of(one)))
        .filter(|(_, lists)| !lists.is_empty())
        .collect();
    let differs = |lists: &[String]| lists.iter().any(|list| differing.contains(list.as_str()));
    let leaning: Vec<Arc<str>> =
        asking.iter().filter(|(_, lists)| differs(lists)).map(|(id, _)| Arc::clone(id)).collect();
    differing.extend(leaning);
    let asked = asking.into_iter().filter(|(id, _)| differing.contains(id));
    let asked: Vec<Arc<str>> =
        asked.flat_map(|(_, lists)| lists).map(|list| Arc::from(&*list)).collect();
    differing.extend(asked);
    differing
}

/// What the rules name that there is: a rule that names something else is left out.
fn resolved(version: Version<'_>) -> BTreeSet<(u8, Arc<str>)> {
    let mut named = BTreeSet::new();
    for rule in &version.entries.rules {
        if let Ok(parsed) = query::parse(&rule.when.value, true) {
            names(&parsed.expr, &mut named);
        }
    }
    if named.is_empty() {
        return named;
    }
    let mut there: HashSet<(u8, &str)> = HashSet::new();
    for one in version.watchlist.companies() {
        there.insert((COMPANY, &one.named.id));
        there.extend(one.groups.iter().map(|group| (GROUP, &**group)));
    }
    there.extend(version.watchlist.topics().map(|one| (TOPIC, &*one.named.id)));
    named.retain(|(kind, id)| there.contains(&(*kind, id)));
    named
}

const COMPANY: u8 = 0;
const TOPIC: u8 = 1;
const GROUP: u8 = 2;

fn names(expr: &Expr, into: &mut BTreeSet<(u8, Arc<str>)>) {
    match expr {
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|one| names(one, into)),
        Expr::Not(one) | Expr::In(_, one) => names(one, into),
        Expr::Near(_, one, other) => [one, other].into_iter().for_each(|one| names(one, into)),
        Expr::Atom(Atom::Company(Some(id)), _) => into.extend([(COMPANY, Arc::from(&**id))]),
        Expr::Atom(Atom::Topic(Some(id)), _) => into.extend([(TOPIC, Arc::from(&**id))]),
        Expr::Atom(Atom::Group(Some(id)), _) => into.extend([(GROUP, Arc::from(&**id))]),
        Expr::Atom(..) | Expr::Words(_) => {}
    }
}

fn company_id(one: &CompanyEntry) -> Arc<str> {
    match &one.id {
        Some(id) if !id.value.trim().is_empty() => Arc::from(id.value.trim()),
        _ => id_of_company(&one.name.value).into(),
    }
}

fn topic_id(one: &TopicEntry) -> Arc<str> {
    id_of(one.id.as_ref(), &one.name.value)
}

fn rule_id(one: &RuleEntry) -> Arc<str> {
    id_of(one.id.as_ref(), &one.name.value)
}

// Each takes its entry apart, so that a new key must be thought of here. Where an entry stands, and
// what people note for themselves, means nothing to a text.

fn same_company(one: &CompanyEntry, other: &CompanyEntry) -> bool {
    let CompanyEntry { place: _, id, name, aliases, tickers, groups, part_of, guards, remarks } =
        one;
    *id == other.id
        && *name == other.name
        && *aliases == other.aliases
        && *tickers == other.tickers
        && *groups == other.groups
        && *part_of == other.part_of
        && *guards == other.guards
        && same_note(remarks, &other.remarks)
}

fn same_topic(one: &TopicEntry, other: &TopicEntry) -> bool {
    let TopicEntry {
        place: _,
        id,
        name,
        terms,
        exact,
        search,
        everyday,
        akin,
        setting,
        guards,
        severity,
        without_company,
        hidden,
        remarks,
    } = one;
    *id == other.id
        && *name == other.name
        && *terms == other.terms
        && *exact == other.exact
        && *search == other.search
        && *everyday == other.everyday
        && *akin == other.akin
        && *setting == other.setting
        && *guards == other.guards
        && *severity == other.severity
        && *without_company == other.without_company
        && *hidden == other.hidden
        && same_note(remarks, &other.remarks)
}

fn same_rule(one: &RuleEntry, other: &RuleEntry) -> bool {
    let RuleEntry { place: _, id, name, when, severity, readers, hold, remarks: _ } = one;
    *id == other.id
        && *name == other.name
        && *when == other.when
        && *severity == other.severity
        && *readers == other.readers
        && *hold == other.hold
}

fn same_note(one: &Remarks, other: &Remarks) -> bool {
    let Remarks { note, why: _, owner: _, added: _, review_by: _ } = one;
    *note == other.note
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_can_stay_in_order() {
        for (numbers, longest) in [
            (&[][..], 0),
            (&[0, 1, 2], 3),
            (&[1, 2, 0], 2),
            (&[2, 0, 1], 2),
            (&[3, 2, 1, 0], 1),
            (&[5, 0, 6, 1, 7, 2, 3], 4),
        ] {
            let chain = in_order(numbers);
            assert_eq!(chain.len(), longest, "{numbers:?}");
            assert!(
                chain.windows(2).all(|two| two[0] > two[1] && numbers[two[0]] > numbers[two[1]])
            );
        }
    }
}
