//! Words that searches share: a hidden topic of plain words, asked for by `topic:ID` in a search.
//!
//! All governments of the world, or all ways to say that something is forbidden, are written once and
//! stand in many searches. Such a list has a number among the phrases; wherever one of its words is
//! found, the list is found there as well, so that a search of many lists costs what a search of a few
//! words does.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::model::Located;
use crate::model::watchlist::{TopicEntry, WatchlistEntries};

use super::guard::speaks;
use super::{Making, Use, id_of, nearest};

/// The lists in the making.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Ids that searches name, as far as plain reading tells.
    searched: HashSet<String>,
    /// Ids that rules name.
    ruled: HashSet<String>,
    /// The list's number among the phrases, by topic id.
    by_id: HashMap<Arc<str>, u32>,
    /// How many words each has.
    sizes: HashMap<u32, usize>,
    /// Word and list.
    members: Vec<(u32, u32)>,
}

impl Lists {
    /// The words of all lists.
    pub(super) fn words(&self) -> impl Iterator<Item = u32> + '_ {
        self.members.iter().map(|member| member.0)
    }

    /// How many words a phrase stands for.
    pub(super) fn weight(&self, phrase: u32) -> usize {
        self.sizes.get(&phrase).copied().unwrap_or(1)
    }

    pub(super) fn finish(mut self) -> Shared {
        self.members.sort_unstable();
        self.members.dedup();
        let words = self.members.last().map_or(0, |last| last.0 as usize / 64 + 1);
        let mut bits = vec![0u64; words];
        for (word, _) in &self.members {
            bits[*word as usize / 64] |= 1 << (word % 64);
        }
        Shared { members: self.members.into(), bits: bits.into() }
    }
}

/// Which phrases are words of which lists.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Word and list, sorted.
    members: Box<[(u32, u32)]>,
    /// A bit for each phrase that is a word of a list.
    bits: Box<[u64]>,
}

impl Shared {
    /// Whether there are no lists.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The lists that a phrase is a word of.
    pub(crate) fn lists_of(&self, phrase: u32) -> impl Iterator<Item = u32> + '_ {
        let word = self.bits.get(phrase as usize / 64).copied().unwrap_or(0);
        let is_member = word >> (phrase % 64) & 1 == 1;
        let from = if is_member { self.members.partition_point(|one| one.0 < phrase) } else { 0 };
        let members = if is_member { &self.members[from..] } else { &[] };
        members.iter().take_while(move |one| one.0 == phrase).map(|one| one.1)
    }
}

impl Making {
    /// Notes which topics searches and rules name.
    pub(super) fn asked_for(&mut self, entries: &WatchlistEntries) {
        self.lists.searched.extend(entries.topics.iter().flat_map(lists_of));
        for rule in &entries.rules {
            let ids: Vec<String> = named(&rule.when.value).collect();
            // NEAR in a rule asks for places, as a search does.
            if rule.when.value.contains("NEAR/") {
                self.lists.searched.extend(ids.iter().cloned());
            }
            self.lists.ruled.extend(ids);
        }
    }

    /// Gives each hidden topic of plain words that a search names its number, side by side.
    pub(super) fn share(&mut self, entries: &[TopicEntry]) {
        for entry in entries.iter().filter(|entry| is_list(entry)) {
            let id = id_of(entry.id.as_ref(), &entry.name.value);
            if self.lists.searched.contains(&*id) && !self.lists.by_id.contains_key(&id) {
                let list = self.phrases.list();
                self.lists.sizes.insert(list, entry.terms.len() + entry.exact.len());
                self.lists.by_id.insert(id, list);
            }
        }
    }

    /// Makes the words of a topic that was just compiled those of its list. Where only searches ask
    /// for them, they are looked for as the list's alone.
    pub(super) fn lend(&mut self, id: &str, topic: u32) {
        let Some(list) = self.lists.by_id.get(id).copied() else { return };
        let terms = &self.terms;
        let of_topic = |one: &(u32, Use)| match one.1 {
            Use::Term(term) => terms[term as usize].topic == topic,
            Use::Name(_) | Use::Searches(_) => false,
        };
        // Its terms were compiled last.
        let from = self.uses.iter().rposition(|one| !of_topic(one)).map_or(0, |at| at + 1);
        self.lists.members.extend(self.uses[from..].iter().map(|one| (one.0, list)));
        if !self.lists.ruled.contains(id) {
            self.uses.truncate(from);
        }
    }

    /// The list that a search names.
    pub(super) fn borrowed(
        &mut self,
        id: &str,
        span: &Range<usize>,
        search: &Located<String>,
    ) -> Option<u32> {
        if let Some(list) = self.lists.by_id.get(id) {
            return Some(*list);
        }
        let hint = nearest(id, self.lists.by_id.keys().map(AsRef::as_ref)).unwrap_or_else(|| {
            "a search knows hidden topics that hold terms and exact only, without guards".to_owned()
        });
        let place = search.place.as_ref().map(|place| place.within(span.clone()));
        self.nowhere(place, format!("there is no hidden topic '{id}' of plain words"), hint);
        None
    }
}

/// Whether a topic is only words.
pub(super) fn is_list(entry: &TopicEntry) -> bool {
    entry.hidden
        && !entry.setting
        && entry.search.is_empty()
        && entry.everyday.is_empty()
        && !speaks(&entry.guards)
}

/// Ids that a topic's searches name.
pub(super) fn lists_of(topic: &TopicEntry) -> Vec<String> {
    let all = topic.search.iter().chain(&topic.everyday);
    all.flat_map(|search| named(&search.value)).collect()
}

/// What stands behind each `topic:`.
fn named(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("topic:").skip(1).map(|rest| {
        let rest = rest.trim_start_matches('"');
        let end = rest.find(|one: char| one.is_whitespace() || "()\"".contains(one));
        rest[..end.unwrap_or(rest.len())].to_owned()
    })
}
