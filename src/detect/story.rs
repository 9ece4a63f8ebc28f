//! Copies and stories: which items repeat each other, and which tell of the same event.

use std::sync::Arc;

use crate::model::{ItemText, Named, Timestamp};

/// An item that may join a story.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The item's id.
    pub id: &'a str,
    /// Its source's id: copies exist only between different sources.
    pub source: &'a str,
    /// When it was published (else first seen).
    pub published: Timestamp,
    /// Its words.
    pub text: &'a ItemText,
    /// Companies that count.
    pub companies: &'a [Named],
    /// Topics that count.
    pub topics: &'a [Named],
}

/// Where an item belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The story it joins; `None` when it starts one.
    pub story: Option<Arc<str>>,
    /// The item whose text it repeats.
    pub copy_of: Option<Arc<str>>,
}

/// The items of the last days, by which later ones are placed.
#[derive(Debug)]
pub struct StoryBook {
    capacity: usize,
}

impl StoryBook {
    /// An empty book that remembers the newest `capacity` items (50,000 unless there is a reason).
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity }
    }

    /// Where the item belongs, judged by what was added before. Remembers nothing.
    #[must_use]
    pub fn place(&self, _candidate: &Candidate<'_>) -> Placement {
        Placement::default()
    }

    /// Remembers an item as part of `story`; `copy_of` as [`StoryBook::place`] said.
    pub fn add(&mut self, _candidate: &Candidate<'_>, _story: &str, _copy_of: Option<&str>) {
        let _ = self.capacity;
    }
}
