//! What says yes to an alert: a default or a rule, how grave it is and what it names.

use crate::model::{EntityKind, Severity};

use crate::detect::matching::Found;

/// A default or rule that said yes, before it is put into words.
#[derive(Debug)]
pub(crate) struct Yes {
    /// The rule's number; `None` for the defaults.
    pub(crate) rule: Option<usize>,
    pub(crate) severity: Option<Severity>,
    pub(super) said: Said,
    /// The companies and topics that its words name, hidden topics left out.
    pub(super) names: Names,
}

/// What is known of the words of a yes.
#[derive(Debug)]
pub(super) enum Said {
    /// All.
    Words(String),
    /// In which piece a rule holds. Most rules that hold repeat others, and their words are not told.
    In(Option<u32>),
    /// A company with a topic, by number, in this piece.
    Both(u32, u32, Option<u32>),
}

impl Yes {
    /// A rule without a severity makes an alert of medium weight where there is none.
    pub(super) fn weight(&self) -> Severity {
        self.severity.unwrap_or(Severity::Medium)
    }
}

/// A company or topic, its number above its kind; none where it is zero. Rules are compared by what they
/// name again and again, so it is one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Name(u64);

impl Name {
    const NONE: Self = Self(0);

    #[inline]
    fn of((kind, number): (EntityKind, u32)) -> Self {
        let kind = if kind == EntityKind::Company { 1 } else { 2 };
        Self(u64::from(number) << 2 | kind)
    }

    #[cfg(test)]
    fn get(self) -> Option<(EntityKind, u32)> {
        let kind = if self.0 & 1 == 1 { EntityKind::Company } else { EntityKind::Topic };
        (self != Self::NONE).then_some((kind, (self.0 >> 2) as u32))
    }
}

/// Companies and topics, by number: a few, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of most rules, which need no more room.
    pair: [Name; 2],
    /// The others, sorted.
    more: Vec<Name>,
}

impl Names {
    pub(super) fn of(found: &[&Found]) -> Self {
        let mut names = Self::default();
        found.iter().for_each(|found| names.add((found.kind(), found.entity)));
        names
    }

    /// A company and perhaps a topic.
    #[inline]
    pub(super) fn pair(company: u32, topic: Option<u32>) -> Self {
        let topic = topic.map_or(Name::NONE, |topic| Name::of((EntityKind::Topic, topic)));
        Self { pair: [Name::of((EntityKind::Company, company)), topic], more: Vec::new() }
    }

    pub(super) fn add(&mut self, name: (EntityKind, u32)) {
        self.put(Name::of(name));
    }

    /// Adds those of others.
    pub(super) fn add_all(&mut self, others: &Self) {
        others.all().for_each(|name| self.put(name));
    }

    fn put(&mut self, name: Name) {
        if self.pair.contains(&name) {
            return;
        }
        if let Some(free) = self.pair.iter_mut().find(|one| **one == Name::NONE) {
            *free = name;
        } else if let Err(at) = self.more.binary_search(&name) {
            self.more.insert(at, name);
        }
    }

    fn all(&self) -> impl Iterator<Item = Name> + '_ {
        self.pair.iter().chain(&self.more).copied().filter(|name| *name != Name::NONE)
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (EntityKind, u32)> + '_ {
        self.all().filter_map(Name::get)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.pair == [Name::NONE; 2]
    }

    #[inline]
    pub(super) fn all_in(&self, others: &Self) -> bool {
        let there = |name: &Name| {
            *name == Name::NONE
                || others.pair.contains(name)
                || others.more.binary_search(name).is_ok()
        };
        self.pair.iter().all(there) && self.more.iter().all(there)
    }
}
