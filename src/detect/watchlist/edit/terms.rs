//! Topics of which only words differ, and which those are.
//!
//! What a topic finds, each of its terms and searches finds by itself: in an item that holds none of those
//! that differ, it is the same topic.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::differing::differing;
use super::same::{same_topic, topic_id};
use crate::detect::watchlist::shared::{is_list, lists_of};
use crate::model::Located;
use crate::model::watchlist::{TopicEntry, WatchlistEntries};

/// The words of a topic that stand in one of two versions only, or in another order.
#[derive(Debug, Default)]
pub(super) struct Words {
    terms: HashSet<Arc<str>>,
    exact: HashSet<Arc<str>>,
    search: HashSet<Arc<str>>,
}

impl Words {
    /// What differs; `None` where it is more than words.
    fn between(old: &TopicEntry, new: &TopicEntry) -> Option<Self> {
        if same_topic(old, new) {
            return Some(Self::default());
        }
        let (terms, exact, search) = (new.terms.clone(), new.exact.clone(), new.search.clone());
        let worded = TopicEntry { terms, exact, search, ..old.clone() };
        if !same_topic(&worded, new) || is_list(old) != is_list(new) {
            return None;
        }
        let words = Self {
            terms: texts(&old.terms, &new.terms)?,
            exact: texts(&old.exact, &new.exact)?,
            search: texts(&old.search, &new.search)?,
        };
        // What else such a search asks for may begin or cease to be a list.
        let leans = [old, new].iter().any(|one| !lists_of(&words.alone(one)).is_empty());
        (!leans).then_some(words)
    }

    /// The topic with these words alone.
    fn alone(&self, topic: &TopicEntry) -> TopicEntry {
        let some = |all: &[Located<String>], differing: &HashSet<Arc<str>>| {
            all.iter().filter(|one| differing.contains(&*one.value)).cloned().collect()
        };
        TopicEntry {
            terms: some(&topic.terms, &self.terms),
            exact: some(&topic.exact, &self.exact),
            search: some(&topic.search, &self.search),
            everyday: Vec::new(),
            ..topic.clone()
        }
    }
}

/// Texts that stand in one of two lists only, or in another order, or more often. One that stands in a list
/// twice is found as often as if it stood there once, where it stands first.
fn texts(old: &[Located<String>], new: &[Located<String>]) -> Option<HashSet<Arc<str>>> {
    let (old, new) = (counted(old), counted(new));
    differing(&old, &new, |one| Arc::from(one.0), |one, other| one == other)
}

/// Each text where it stands first, and how often it stands there.
fn counted(all: &[Located<String>]) -> Vec<(&str, usize)> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(all.len());
    let mut found: Vec<(&str, usize)> = Vec::with_capacity(all.len());
    for one in all {
        let at = *places.entry(&one.value).or_insert(found.len());
        match found.get_mut(at) {
            Some(known) => known.1 += 1,
            None => found.push((&one.value, 1)),
        }
    }
    found
}

/// Topics that differ.
#[derive(Debug)]
pub(super) struct Topics {
    /// In more than words.
    pub(super) whole: HashSet<Arc<str>>,
    /// In words alone.
    worded: HashMap<Arc<str>, Words>,
}

impl Topics {
    /// Whether none differs.
    pub(super) fn are_none(&self) -> bool {
        self.whole.is_empty() && self.worded.is_empty()
    }

    /// What of a topic differs, as a topic.
    pub(super) fn part_of(&self, topic: &TopicEntry) -> Option<TopicEntry> {
        let id = topic_id(topic);
        match self.whole.contains(&id) {
            true => Some(topic.clone()),
            false => self.worded.get(&id).map(|words| words.alone(topic)),
        }
    }
}

/// Topics that differ; `None` where two of one side have the same id.
pub(super) fn topics(old: &WatchlistEntries, new: &WatchlistEntries) -> Option<Topics> {
    let same = |one: &TopicEntry, other: &TopicEntry| Words::between(one, other).is_some();
    let whole = differing(&old.topics, &new.topics, topic_id, same)?;
    let before: HashMap<Arc<str>, &TopicEntry> =
        old.topics.iter().map(|one| (topic_id(one), one)).collect();
    let pairs = new.topics.iter().filter_map(|one| {
        let id = topic_id(one);
        let other = *before.get(&id).filter(|_| !whole.contains(&id))?;
        (!same_topic(other, one)).then_some((id, other, one))
    });
    let worded = pairs.filter_map(|(id, old, new)| Some((id, Words::between(old, new)?))).collect();
    Some(Topics { whole, worded })
}
