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

/// Companies and topics, by number: a few, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of most rules, which need no more room.
    pair: [Option<(EntityKind, u32)>; 2],
    /// The others, sorted.
    more: Vec<(EntityKind, u32)>,
}

impl Names {
    pub(super) fn of(found: &[&Found]) -> Self {
        let mut names = Self::default();
        found.iter().for_each(|found| names.add((found.kind(), found.entity)));
        names
    }

    /// A company and perhaps a topic.
    pub(super) fn pair(company: u32, topic: Option<u32>) -> Self {
        let topic = topic.map(|topic| (EntityKind::Topic, topic));
        Self { pair: [Some((EntityKind::Company, company)), topic], more: Vec::new() }
    }

    pub(super) fn add(&mut self, name: (EntityKind, u32)) {
        if self.pair.contains(&Some(name)) {
            return;
        }
        if let Some(free) = self.pair.iter_mut().find(|one| one.is_none()) {
            *free = Some(name);
        } else if let Err(at) = self.more.binary_search(&name) {
            self.more.insert(at, name);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (EntityKind, u32)> + '_ {
        self.pair.iter().flatten().chain(&self.more).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(super) fn all_in(&self, others: &Self) -> bool {
        self.iter().all(|name| {
            others.pair.contains(&Some(name)) || others.more.binary_search(&name).is_ok()
        })
    }
}
