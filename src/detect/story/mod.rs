//! Copies and stories: which items repeat each other, and which tell of the same event.
//!
//! A copy is a near-identical text of another source about the same companies and topics, within
//! three days. A story is wider: a company in common within 48 hours, if the wording also speaks of the
//! same event (for which less is needed where they share a topic too); an item that names no company may belong to one that does, if their words are clearly
//! of one event. Both are judged from earlier items only. Grouping never hides an item.

mod copies;
mod later;
mod wording;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::detect::digest::Digest;
use crate::model::{ItemText, Named, Timestamp};

pub use copies::{CopyBook, Imprint};
use later::Later;
use wording::{Matter, Wording};

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
/// And fewer where only a company is shared: a large one is in many items that have nothing to do
/// with each other.
const HEARD_OF_COMPANY: usize = 60;

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
    /// Whether it alerts: then a company in common says more.
    pub alert: bool,
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
    alert: bool,
    /// Keys under which it is found: of its matter as a whole first.
    keys: Vec<Key>,
    wording: Later,
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
    /// A company, whatever the topic: of what alerts or names a topic.
    Company(Arc<str>),
    /// A topic, and no company.
    Topic(Arc<str>),
    /// A topic beside a company.
    Named(Arc<str>),
}

/// The items of the last days, by which later ones are placed.
#[derive(Debug)]
pub struct StoryBook {
    capacity: usize,
    /// Number of the oldest remembered item.
    oldest: u64,
    items: VecDeque<Remembered>,
    by_key: HashMap<Key, VecDeque<u64>, Digest>,
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
            // By ids of the watchlist; which of them come together texts have a hand in.
            by_key: HashMap::with_hasher(Digest::unforeseen()),
            stories: HashMap::new(),
            read: None,
        }
    }

    /// Where the item belongs, judged by what was added before. Adds nothing.
    #[must_use]
    pub fn place(&mut self, candidate: &Candidate<'_>) -> Placement {
        let keys = keys(candidate);
        let (copies, others) = (self.alike(candidate, &keys), self.near(candidate, &keys));
        if copies.is_empty() && others.is_empty() {
            self.read = None;
            return Placement::default();
        }
        let wording = Wording::of(candidate.text, candidate.companies);
        copies.iter().for_each(|at| self.items[*at].wording.read());
        let placement = match self.original(&wording, &copies) {
            // A copy of a copy is a copy of the first.
            Some(original) => Placement {
                story: Some(Arc::clone(&original.story)),
                copy_of: Some(Arc::clone(&original.id)),
            },
            None => {
                others.iter().for_each(|at| self.items[*at].wording.read());
                Placement { story: self.story(candidate, &wording, &keys, &others), copy_of: None }
            }
        };
        self.read = Some((Arc::from(candidate.id), wording));
        placement
    }

    /// Remembered items that the candidate may repeat, newest first.
    fn alike(&self, candidate: &Candidate<'_>, keys: &[Key]) -> Vec<usize> {
        let same = keys.first().into_iter().flat_map(|key| self.under(key));
        same.filter(|at| {
            let one = &self.items[*at];
            !one.copy
                && *one.source != *candidate.source
                && apart(one.published, candidate.published) <= COPY_WITHIN
        })
        .collect()
    }

    /// Remembered items whose story the candidate may join, each once.
    fn near(&self, candidate: &Candidate<'_>, keys: &[Key]) -> Vec<usize> {
        let others = across(candidate);
        let mut seen: HashSet<usize, Digest> = HashSet::default();
        let keys_of_story = keys.iter().skip(1).filter(|key| !matches!(key, Key::Named(_)));
        let heard =
            |key: &Key| if matches!(key, Key::Company(_)) { HEARD_OF_COMPANY } else { HEARD };
        let all = keys_of_story.chain(&others).flat_map(|key| self.under(key).take(heard(key)));
        all.filter(|at| {
            let one = &self.items[*at];
            apart(one.published, candidate.published) <= SILENCE
                && seen.insert(*at)
                && self.goes_on(&one.story, candidate.published)
        })
        .collect()
    }

    fn original(&self, wording: &Wording, copies: &[usize]) -> Option<&Remembered> {
        let repeated =
            |one: &&Remembered| one.wording.get().is_some_and(|one| wording.repeats(one));
        copies.iter().map(|at| &self.items[*at]).rfind(repeated)
    }

    /// The story whose items speak most alike, if they speak of the same event. Where a story has
    /// items in the candidate's language, those decide.
    fn story(
        &self,
        candidate: &Candidate<'_>,
        wording: &Wording,
        keys: &[Key],
        others: &[usize],
    ) -> Option<Arc<str>> {
        let mut stories: Vec<(&Arc<str>, bool, f32)> = Vec::new();
        let mut places: HashMap<*const u8, usize, Digest> = HashMap::default();
        for one in others.iter().map(|at| &self.items[*at]) {
            let Some(other) = one.wording.get() else { continue };
            let apart = apart(one.published, candidate.published);
            let hours = apart.as_secs_f32() / 3600.0;
            let likeness = if candidate.companies.is_empty() == one.nameless() {
                let alerts = candidate.alert && one.alert;
                let matter = matter(keys.first(), one.keys.first(), alerts);
                wording.likeness(other, matter, hours)
            } else {
                wording.likeness_alone(other, hours)
            };
            let native = !wording.foreign(other);
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

    /// Where the remembered items under a key stand, newest first.
    fn under(&self, key: &Key) -> impl Iterator<Item = usize> + '_ {
        let numbers = self.by_key.get(key).into_iter().flat_map(|numbers| numbers.iter().rev());
        numbers
            .take(COMPARED)
            .filter_map(|number| usize::try_from(number.checked_sub(self.oldest)?).ok())
            .filter(|at| *at < self.items.len())
    }

    /// Remembers an item as part of `story`; `copy_of` as [`StoryBook::place`] said.
    pub fn add(&mut self, candidate: &Candidate<'_>, story: &str, copy_of: Option<&str>) {
        let number = self.oldest + self.items.len() as u64;
        let wording = match self.read.take() {
            Some((id, wording)) if *id == *candidate.id => Later::read_already(wording),
            _ => Later::of(candidate),
        };
        let mut keys = keys(candidate);
        // A mere mention may join what alerted; nobody looks for it by its company, of which there may be
        // thousands.
        if !candidate.alert && candidate.topics.is_empty() {
            keys.retain(|key| !matches!(key, Key::Company(_)));
        }
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
            alert: candidate.alert,
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

impl Remembered {
    /// Whether it names no company.
    fn nameless(&self) -> bool {
        matches!(self.keys.first(), Some(Key::Matter(companies, _)) if companies.is_empty())
    }
}

/// Where the items stand that name a company when the candidate names none, and the other way round:
/// an authority's notice and the report of whom it hits.
fn across(candidate: &Candidate<'_>) -> Vec<Key> {
    let topics = candidate.topics.iter().map(|topic| Arc::clone(&topic.id));
    if candidate.companies.is_empty() {
        topics.map(Key::Named).collect()
    } else {
        topics.map(Key::Topic).collect()
    }
}

/// What two items that both name companies, or both none, have in common.
fn matter(one: Option<&Key>, other: Option<&Key>, alerts: bool) -> Matter {
    let (Some(Key::Matter(companies, topics)), Some(Key::Matter(others, other_topics))) =
        (one, other)
    else {
        return Matter::default();
    };
    let common =
        |one: &[Arc<str>], other: &[Arc<str>]| one.iter().filter(|id| other.contains(id)).count();
    let (same, both) = (common(companies, others), common(topics, other_topics));
    let shared = same + both;
    let all = companies.len() + topics.len() + others.len() + other_topics.len() - shared;
    Matter {
        alike: if all == 0 { 0.0 } else { shared as f32 / all as f32 },
        topic: both > 0,
        companies: (same == companies.len() && same == others.len()).then_some(same),
        alerts,
        open: topics.is_empty() || other_topics.is_empty(),
    }
}

fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

fn keys(candidate: &Candidate<'_>) -> Vec<Key> {
    let ids = |all: &[Named]| all.iter().map(|one| Arc::clone(&one.id)).collect::<Vec<_>>();
    let (companies, topics) = (ids(candidate.companies), ids(candidate.topics));
    let mut keys = vec![Key::Matter(companies.clone(), topics.clone())];
    for topic in &topics {
        keys.push(if companies.is_empty() {
            Key::Topic(Arc::clone(topic))
        } else {
            Key::Named(Arc::clone(topic))
        });
        for company in &companies {
            keys.push(Key::Both(Arc::clone(company), Arc::clone(topic)));
        }
    }
    // Last, so that what shares a topic is looked at first.
    keys.extend(companies.into_iter().map(Key::Company));
    keys
}
