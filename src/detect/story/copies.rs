//! Copies alone, without stories: what looking back over history asks of each alert.
//!
//! Invariant: an item is a copy here exactly where [`super::StoryBook::place`] names an original. Of a
//! remembered item only what repeats of its text is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::detect::text::Text;
use crate::model::{ItemText, Named, Timestamp};

use super::wording::Repeating;
use super::{COMPARED, COPY_WITHIN, Candidate, apart};

/// What another text must share to be a copy of this one.
#[derive(Clone, Debug)]
pub struct Imprint(Arc<Repeating>);

impl Imprint {
    /// Of a text.
    #[must_use]
    pub fn of(text: &ItemText) -> Self {
        Self(Arc::new(Repeating::of(&Text::of(text))))
    }
}

/// The same companies and topics.
type Matter = (Vec<Arc<str>>, Vec<Arc<str>>);

#[derive(Debug)]
struct Remembered {
    source: Arc<str>,
    published: Timestamp,
    copy: bool,
    matter: Arc<Matter>,
    imprint: Imprint,
}

/// The newest items, by which copies are recognised.
#[derive(Debug)]
pub struct CopyBook {
    capacity: usize,
    /// Number of the oldest remembered item.
    oldest: u64,
    items: VecDeque<Remembered>,
    by_matter: HashMap<Arc<Matter>, VecDeque<u64>>,
}

impl CopyBook {
    /// An empty book that remembers the newest `capacity` items.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            oldest: 0,
            items: VecDeque::new(),
            by_matter: HashMap::new(),
        }
    }

    /// Remembers an item, and answers whether it repeats one that was remembered before.
    pub fn add(&mut self, candidate: &Candidate<'_>, imprint: &Imprint) -> bool {
        let ids = |all: &[Named]| all.iter().map(|one| Arc::clone(&one.id)).collect::<Vec<_>>();
        let matter = Arc::new((ids(candidate.companies), ids(candidate.topics)));
        let copy = self.repeats(candidate, &matter, imprint);
        let number = self.oldest + self.items.len() as u64;
        let numbers = self.by_matter.entry(Arc::clone(&matter)).or_default();
        numbers.push_back(number);
        if numbers.len() > COMPARED {
            numbers.pop_front();
        }
        self.items.push_back(Remembered {
            source: Arc::from(candidate.source),
            published: candidate.published,
            copy,
            matter,
            imprint: imprint.clone(),
        });
        while self.items.len() > self.capacity {
            self.forget();
        }
        copy
    }

    fn repeats(&self, candidate: &Candidate<'_>, matter: &Matter, imprint: &Imprint) -> bool {
        let numbers = self.by_matter.get(matter).into_iter().flatten();
        let same = numbers.filter_map(|number| {
            self.items.get(usize::try_from(number.checked_sub(self.oldest)?).ok()?)
        });
        let mut originals = same.filter(|one| {
            !one.copy
                && *one.source != *candidate.source
                && apart(one.published, candidate.published) <= COPY_WITHIN
        });
        originals.any(|one| imprint.0.repeats(&one.imprint.0))
    }

    fn forget(&mut self) {
        let Some(old) = self.items.pop_front() else { return };
        if let Some(numbers) = self.by_matter.get_mut(&old.matter) {
            if numbers.front() == Some(&self.oldest) {
                numbers.pop_front();
            }
            if numbers.is_empty() {
                self.by_matter.remove(&old.matter);
            }
        }
        self.oldest += 1;
    }
}
