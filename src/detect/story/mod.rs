//! Copies and stories: which items repeat each other, and which tell of the same event.
//!
//! A copy is a near-identical text of another source about the same companies and topics, within
//! three days. A story is wider: the same matter within 48 hours, if the wording also speaks of the
//! same event. Both are judged from earlier items only. Grouping never hides an item.

mod wording;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{ItemText, Named, Timestamp};

use wording::Wording;

/// A copy follows its original within this time.
const COPY_WITHIN: Duration = Duration::from_secs(3 * 24 * 3600);
/// A story ends after this time without an item.
const SILENCE: Duration = Duration::from_secs(48 * 3600);
/// No story lasts longer.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Of one matter, this many of the newest items are compared: more in three days is a flood, in
/// which a copy of something older may stand alone.
const COMPARED: usize = 400;
/// For stories fewer will do: within 48 hours the newest items of a story speak for it.
const HEARD: usize = 120;

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

/// A remembered item.
#[derive(Debug)]
struct Remembered {
    id: Arc<str>,
    source: Arc<str>,
    story: Arc<str>,
    published: Timestamp,
    copy: bool,
    /// Keys under which it is found: of its matter as a whole first.
    keys: Vec<Key>,
    wording: Wording,
}

/// How long a story has been going.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: Timestamp,
    /// Copies do not prolong it.
    last: Timestamp,
    items: u32,
}

/// What two items must share to be compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// The same companies and topics.
    Matter(Vec<Arc<str>>, Vec<Arc<str>>),
    /// A company and a topic.
    Both(Arc<str>, Arc<str>),
    /// A topic, and no company.
    Topic(Arc<str>),
}

/// The items of the last days, by which later ones are placed.
#[derive(Debug)]
pub struct StoryBook {
    capacity: usize,
    /// Number of the oldest remembered item.
    oldest: u64,
    items: VecDeque<Remembered>,
    by_key: HashMap<Key, VecDeque<u64>>,
    stories: HashMap<Arc<str>, Span>,
    /// What was last placed and how it is worded: as a rule it is added next.
    read: Option<(Arc<str>, Wording)>,
}

impl StoryBook {
    /// An empty book that remembers the newest `capacity` items (50,000 unless there is a reason).
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            oldest: 0,
            items: VecDeque::new(),
            by_key: HashMap::new(),
            stories: HashMap::new(),
            read: None,
        }
    }

    /// Where the item belongs, judged by what was added before. Adds nothing.
    #[must_use]
    pub fn place(&mut self, candidate: &Candidate<'_>) -> Placement {
        let wording = Wording::of(candidate.text, candidate.companies);
        let keys = keys(candidate);
        let placement = match self.original(candidate, &wording, &keys) {
            // A copy of a copy is a copy of the first.
            Some(original) => Placement {
                story: Some(Arc::clone(&original.story)),
                copy_of: Some(Arc::clone(&original.id)),
            },
            None => Placement { story: self.story(candidate, &wording, &keys), copy_of: None },
        };
        self.read = Some((Arc::from(candidate.id), wording));
        placement
    }

    fn original(
        &self,
        candidate: &Candidate<'_>,
        wording: &Wording,
        keys: &[Key],
    ) -> Option<&Remembered> {
        self.under(keys.first()?)
            .filter(|one| !one.copy && *one.source != *candidate.source)
            .filter(|one| apart(one.published, candidate.published) <= COPY_WITHIN)
            .filter(|one| wording.repeats(&one.wording))
            .last()
    }

    /// The story whose items speak most alike, if they speak of the same event. Where a story has
    /// items in the candidate's language, those decide.
    fn story(
        &self,
        candidate: &Candidate<'_>,
        wording: &Wording,
        keys: &[Key],
    ) -> Option<Arc<str>> {
        let mut seen = HashSet::new();
        let mut stories: Vec<(&Arc<str>, bool, f32)> = Vec::new();
        let mut places: HashMap<*const u8, usize> = HashMap::new();
        for one in keys.iter().skip(1).flat_map(|key| self.under(key).take(HEARD)) {
            let apart = apart(one.published, candidate.published);
            if apart > SILENCE
                || !seen.insert(Arc::as_ptr(&one.id))
                || !self.goes_on(&one.story, candidate.published)
            {
                continue;
            }
            let alike = alike(keys.first(), one.keys.first());
            let likeness = wording.likeness(&one.wording, alike, apart.as_secs_f32() / 3600.0);
            let native = !wording.foreign(&one.wording);
            // All items of a story share one name in memory.
            let next = stories.len();
            let place = *places.entry(one.story.as_ptr()).or_insert(next);
            match stories.get_mut(place) {
                Some((_, known, _)) if *known && !native => {}
                Some((_, known, best)) if native && !*known => (*known, *best) = (true, likeness),
                Some((.., best)) => *best = best.max(likeness),
                None => stories.push((&one.story, native, likeness)),
            }
        }
        // The first of equals is the story of the newest item.
        let best = stories.into_iter().filter(|(.., likeness)| *likeness > 0.0);
        best.rev().max_by(|a, b| a.2.total_cmp(&b.2)).map(|(story, ..)| Arc::clone(story))
    }

    /// Whether a story is neither over nor too old for an item of this time.
    fn goes_on(&self, story: &str, at: Timestamp) -> bool {
        self.stories.get(story).is_some_and(|span| {
            at.since(span.last) <= SILENCE
                && at.since(span.first) <= LONGEST
                && span.last.since(at) <= LONGEST
        })
    }

    /// Remembered items under a key, newest first.
    fn under(&self, key: &Key) -> impl Iterator<Item = &Remembered> {
        let numbers = self.by_key.get(key).into_iter().flat_map(|numbers| numbers.iter().rev());
        numbers.take(COMPARED).filter_map(|number| {
            self.items.get(usize::try_from(number.checked_sub(self.oldest)?).ok()?)
        })
    }

    /// Remembers an item as part of `story`; `copy_of` as [`StoryBook::place`] said.
    pub fn add(&mut self, candidate: &Candidate<'_>, story: &str, copy_of: Option<&str>) {
        let number = self.oldest + self.items.len() as u64;
        let wording = match self.read.take() {
            Some((id, wording)) if *id == *candidate.id => wording,
            _ => Wording::of(candidate.text, candidate.companies),
        };
        let keys = keys(candidate);
        for key in &keys {
            let numbers = self.by_key.entry(key.clone()).or_default();
            numbers.push_back(number);
            if numbers.len() > COMPARED {
                numbers.pop_front();
            }
        }
        let story: Arc<str> = match self.stories.get_key_value(story) {
            Some((known, _)) => Arc::clone(known),
            None => Arc::from(story),
        };
        let at = candidate.published;
        let span = self.stories.entry(Arc::clone(&story)).or_insert(Span {
            first: at,
            last: at,
            items: 0,
        });
        span.items += 1;
        span.first = span.first.min(at);
        if copy_of.is_none() {
            span.last = span.last.max(at);
        }
        self.items.push_back(Remembered {
            id: Arc::from(candidate.id),
            source: Arc::from(candidate.source),
            story,
            published: at,
            copy: copy_of.is_some(),
            keys,
            wording,
        });
        while self.items.len() > self.capacity {
            self.forget();
        }
    }

    fn forget(&mut self) {
        let Some(old) = self.items.pop_front() else { return };
        for key in &old.keys {
            if let Some(numbers) = self.by_key.get_mut(key) {
                if numbers.front() == Some(&self.oldest) {
                    numbers.pop_front();
                }
                if numbers.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        if let Some(span) = self.stories.get_mut(&old.story) {
            span.items -= 1;
            if span.items == 0 {
                self.stories.remove(&old.story);
            }
        }
        self.oldest += 1;
    }
}

/// The share of companies and topics that two items have in common.
fn alike(one: Option<&Key>, other: Option<&Key>) -> f32 {
    let (Some(Key::Matter(companies, topics)), Some(Key::Matter(others, other_topics))) =
        (one, other)
    else {
        return 0.0;
    };
    let common =
        |one: &[Arc<str>], other: &[Arc<str>]| one.iter().filter(|id| other.contains(id)).count();
    let shared = common(companies, others) + common(topics, other_topics);
    let all = companies.len() + topics.len() + others.len() + other_topics.len() - shared;
    if all == 0 { 0.0 } else { shared as f32 / all as f32 }
}

fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

fn keys(candidate: &Candidate<'_>) -> Vec<Key> {
    let ids = |all: &[Named]| all.iter().map(|one| Arc::clone(&one.id)).collect::<Vec<_>>();
    let (companies, topics) = (ids(candidate.companies), ids(candidate.topics));
    let mut keys = vec![Key::Matter(companies.clone(), topics.clone())];
    for topic in &topics {
        if companies.is_empty() {
            keys.push(Key::Topic(Arc::clone(topic)));
        }
        for company in &companies {
            keys.push(Key::Both(Arc::clone(company), Arc::clone(topic)));
        }
    }
    keys
}
