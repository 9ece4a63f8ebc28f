//! Which entries of a document are items that are known, and what such an item learns from it.
//!
//! Invariant: what is certain is settled first, and no known item is claimed by two entries. Words
//! under keys that nobody knows are a new item, unless their address is the old one but for its
//! scheme or host, their instant of publication can be no other's, or most of the document is so; an
//! item that is recognised by its words learns its new keys at once, so that neither its next edit
//! nor a document half full of news has to prove that again.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::model::item::{Identity, KnownItem, Rekeyed, page_of};
use crate::model::{Entry, Timestamp};

/// Below this many entries a document is too small for its majority to mean much.
const CHURN_FROM: usize = 3;

/// In so small a document, words that were first seen this lately are the same item under new keys.
/// Less than a day, so that a daily notice in the same words is news every day.
const TINY_CHURN: Duration = Duration::from_secs(20 * 60 * 60);

/// An item learns new keys once in such a time, and a few times sooner: a feed may well move twice in a
/// day, but one that makes up keys for each request must not cost a write for each item at every poll.
const LEARNING: Duration = TINY_CHURN;

/// So far ahead learning may be used up, and new keys are learnt all the same.
const SOONER: Duration = Duration::from_secs(2 * LEARNING.as_secs());

/// Dates without a time of day lie at midnight somewhere, which is a multiple of this in all zones.
const QUARTER: i64 = 15 * 60 * 1000;

/// What becomes of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    /// Index into the known items.
    Same(usize),
    Edit(usize),
    /// An entry that the same document shows twice, word for word.
    Repeated,
}

fn page(identity: &Identity) -> Option<&str> {
    identity.link.as_deref().map(page_of)
}

/// Whether no known item has this key.
fn unknown(key: &Option<String>, map: &HashMap<&str, Vec<usize>>) -> bool {
    key.as_deref().is_none_or(|key| !map.contains_key(key))
}

/// An address without its scheme and `www.`: host and the rest, with its slash.
fn place(link: &str) -> Option<(&str, &str)> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    Some(rest.split_at(rest.find('/').unwrap_or(rest.len())))
}

/// Entries and known items, looked up by each kind of key.
pub(super) struct Evidence<'a> {
    entries: &'a [Entry],
    identities: &'a [Identity],
    known: &'a [KnownItem],
    now: Timestamp,
    by_guid: HashMap<&'a str, Vec<usize>>,
    by_link: HashMap<&'a str, Vec<usize>>,
    by_text: HashMap<&'a str, Vec<usize>>,
    /// Guids and links that several different entries of this document carry: they identify none.
    shared: HashSet<&'a str>,
    /// How many entries say these words, and how many bear this date, once somebody asked.
    shown: OnceCell<Shown<'a>>,
}

#[derive(Default)]
struct Shown<'a> {
    texts: HashMap<&'a str, usize>,
    dates: HashMap<Timestamp, usize>,
}

impl<'a> Evidence<'a> {
    pub(super) fn gather(
        identities: &'a [Identity],
        entries: &'a [Entry],
        known: &'a [KnownItem],
        now: Timestamp,
    ) -> Self {
        let mut found = Self {
            entries,
            identities,
            known,
            now,
            by_guid: HashMap::new(),
            by_link: HashMap::new(),
            by_text: HashMap::new(),
            shared: HashSet::new(),
            shown: OnceCell::new(),
        };
        for (at, one) in known.iter().enumerate() {
            if let Some(guid) = &one.identity.guid {
                found.by_guid.entry(guid).or_default().push(at);
            }
            if let Some(link) = &one.identity.link {
                found.by_link.entry(link).or_default().push(at);
            }
            found.by_text.entry(&one.identity.text_hash).or_default().push(at);
        }
        let mut texts: HashMap<&str, &str> = HashMap::new();
        for one in identities {
            for key in [&one.guid, &one.link].into_iter().flatten() {
                if texts.insert(key, &one.text_hash).is_some_and(|text| text != one.text_hash) {
                    found.shared.insert(key);
                }
            }
        }
        found
    }

    /// What becomes of each entry, and whether most of the document is churn.
    pub(super) fn verdicts(&self) -> (Vec<Verdict>, bool) {
        let mut verdicts = vec![Verdict::New; self.identities.len()];
        let mut claimed = HashSet::new();
        let mut shown = HashSet::new();
        // What is certain comes first, so that an edit cannot be laid on an item that is still
        // shown as it was.
        for (at, identity) in self.identities.iter().enumerate() {
            if !shown.insert(identity) {
                verdicts[at] = Verdict::Repeated;
            } else if let Some(same) = self.same(identity, &claimed) {
                claimed.insert(same);
                verdicts[at] = Verdict::Same(same);
            }
        }
        let mut moved = 0;
        for (at, verdict) in verdicts.iter_mut().enumerate() {
            if *verdict == Verdict::New
                && let Some(same) = self.moved(at, &claimed)
            {
                claimed.insert(same);
                moved += 1;
                *verdict = Verdict::Same(same);
            }
        }
        let tiny = self.identities.len() < CHURN_FROM;
        let churned: Vec<(usize, Verdict)> = (0..verdicts.len())
            .filter(|at| verdicts[*at] == Verdict::New)
            .filter_map(|at| {
                let verdict = self.churned(at, &claimed)?;
                Some((at, if tiny { self.churned_alone(at, verdict)? } else { verdict }))
            })
            .collect();
        let churn = (moved + churned.len()) * 2 > self.identities.len();
        if churn {
            for (at, verdict) in churned {
                let (Verdict::Same(known) | Verdict::Edit(known)) = verdict else { continue };
                if claimed.insert(known) {
                    verdicts[at] = verdict;
                }
            }
        }
        for (at, verdict) in verdicts.iter_mut().enumerate() {
            if *verdict == Verdict::New
                && let Some(known) = self.edit(at, &claimed)
            {
                claimed.insert(known);
                *verdict = Verdict::Edit(known);
            }
        }
        (verdicts, churn)
    }

    /// Known words under a known guid or link (or with neither on both sides).
    fn same(&self, identity: &Identity, claimed: &HashSet<usize>) -> Option<usize> {
        let bare = identity.guid.is_none() && identity.link.is_none();
        let candidates = self.by_text.get(identity.text_hash.as_str())?;
        let fits = |at: &&usize| {
            let other = &self.known[**at].identity;
            bare && other.guid.is_none() && other.link.is_none()
                || identity.guid.is_some() && identity.guid == other.guid
                || identity.link.is_some() && page(identity) == page(other)
        };
        let both = |at: &&usize| {
            let other = &self.known[**at].identity;
            identity.guid == other.guid && identity.link == other.link
        };
        let free = || candidates.iter().filter(|at| !claimed.contains(*at));
        free().find(both).or_else(|| free().find(fits)).copied()
    }

    /// Known words under keys that are all unknown, where that is certain to be the known item: its
    /// address is the old one but for scheme and `www.`; or the host differs too and the date is the
    /// same; or words and date are those of nothing else, here or ever. In doubt it is a new item: a
    /// publisher of notices in set words may well say the same twice on one day.
    fn moved(&self, at: usize, claimed: &HashSet<usize>) -> Option<usize> {
        let identity = &self.identities[at];
        if !self.is_unknown(identity) {
            return None;
        }
        let candidates = self.by_text.get(identity.text_hash.as_str())?;
        let free = || candidates.iter().copied().filter(|at| !claimed.contains(at));
        let link = identity.link.as_deref().and_then(place);
        let theirs = |known: usize| self.known[known].identity.link.as_deref().and_then(place);
        if link.is_some()
            && let Some(same) = free().find(|known| theirs(*known) == link)
        {
            return Some(same);
        }
        let published = self.entries[at].published.or(self.entries[at].updated)?;
        let dated = |known: &usize| self.known[*known].published == Some(published);
        let path = link.map(|(_, path)| path).filter(|path| path.len() > 1);
        let there = |known: &usize| theirs(*known).map(|(_, path)| path) == path;
        if path.is_some()
            && let Some(same) = free().filter(dated).find(there)
        {
            return Some(same);
        }
        let [only] = candidates.as_slice() else { return None };
        let one = published.millis() % QUARTER != 0 && self.is_alone(identity, published);
        Some(*only).filter(|only| one && dated(only) && !claimed.contains(only))
    }

    /// Whether no known item has any key of these.
    fn is_unknown(&self, identity: &Identity) -> bool {
        unknown(&identity.guid, &self.by_guid) && unknown(&identity.link, &self.by_link)
    }

    /// Whether no other entry of the document says these words or bears this date.
    fn is_alone(&self, identity: &Identity, published: Timestamp) -> bool {
        let shown = self.shown.get_or_init(|| {
            let mut shown = Shown::default();
            for (entry, identity) in self.entries.iter().zip(self.identities) {
                *shown.texts.entry(&identity.text_hash).or_default() += 1;
                if let Some(at) = entry.published.or(entry.updated) {
                    *shown.dates.entry(at).or_default() += 1;
                }
            }
            shown
        });
        shown.texts.get(identity.text_hash.as_str()) == Some(&1)
            && shown.dates.get(&published) == Some(&1)
    }

    /// What known items learn from a document: the keys under which it shows them, where these were
    /// nobody's.
    pub(super) fn rekeyed(&self, verdicts: &[Verdict]) -> Vec<Rekeyed> {
        let same = verdicts.iter().enumerate().filter_map(|(at, verdict)| match verdict {
            Verdict::Same(known) => Some((at, *known)),
            _ => None,
        });
        same.filter_map(|(at, known)| self.learnt(&self.identities[at], &self.known[known]))
            .collect()
    }

    fn learnt(&self, shown: &Identity, known: &KnownItem) -> Option<Rekeyed> {
        let old = &known.identity;
        if (&shown.guid, page(shown)) == (&old.guid, page(old)) {
            return None;
        }
        // What lies further ahead than it ever can was written under a wrong clock.
        let most = self.now.plus(SOONER);
        let used = known.learnt.filter(|at| *at <= most.plus(LEARNING)).unwrap_or(self.now);
        if used > most {
            return None;
        }
        let free = |key: &&String, map: &HashMap<&str, Vec<usize>>| {
            !map.contains_key(key.as_str()) && !self.shared.contains(key.as_str())
        };
        let guid = shown.guid.as_ref().filter(|guid| free(guid, &self.by_guid));
        let moved = page(shown) != page(old);
        let link = shown.link.as_ref().filter(|link| moved && free(link, &self.by_link));
        if guid.is_none() && link.is_none() {
            return None;
        }
        Some(Rekeyed {
            item: known.id.clone(),
            guid: guid.or(old.guid.as_ref()).cloned(),
            link: link.or(old.link.as_ref()).cloned(),
            learnt: used.max(self.now).plus(LEARNING),
        })
    }

    /// What an entry would be if the document's ids or addresses had changed as a whole: known
    /// words under unknown keys, or a known address and title under an unknown guid.
    fn churned(&self, at: usize, claimed: &HashSet<usize>) -> Option<Verdict> {
        let identity = &self.identities[at];
        if !unknown(&identity.guid, &self.by_guid) {
            return None;
        }
        let free = |found: Option<&Vec<usize>>| {
            found.and_then(|found| found.iter().find(|one| !claimed.contains(*one)).copied())
        };
        if unknown(&identity.link, &self.by_link) {
            return free(self.by_text.get(identity.text_hash.as_str())).map(Verdict::Same);
        }
        let known = free(self.by_link.get(identity.link.as_deref()?))?;
        (self.known[known].title == self.entries[at].text.title).then_some(Verdict::Edit(known))
    }

    /// The same where there is no majority to show it: known words under new keys are the same item
    /// if they bear the same date, and a revision of it (recorded, and told only for what it adds) if
    /// they were seen a short while ago. A feed of one entry may well say the same again next week.
    fn churned_alone(&self, at: usize, verdict: Verdict) -> Option<Verdict> {
        let Verdict::Same(index) = verdict else { return None };
        let (entry, known) = (&self.entries[at], &self.known[index]);
        let published = entry.published.or(entry.updated);
        if published.is_some() && published == known.published {
            return Some(verdict);
        }
        (self.now.since(known.first_seen) < TINY_CHURN).then_some(Verdict::Edit(index))
    }

    /// The known item of which this entry is a new revision.
    fn edit(&self, at: usize, claimed: &HashSet<usize>) -> Option<usize> {
        let identity = &self.identities[at];
        let title = &self.entries[at].text.title;
        let guid = self.only(identity.guid.as_deref(), &self.by_guid);
        let link = self.only(identity.link.as_deref(), &self.by_link);
        let known = match (guid, link) {
            (Some(guid), Some(link)) if guid == link => Some(guid),
            // A known guid under a new address: the same item only if its title stayed.
            (Some(guid), _) => {
                let other = &self.known[guid];
                let one_key = identity.link.is_none() || other.identity.link.is_none();
                let moved = page(identity) != page(&other.identity);
                (one_key || !moved || other.title == *title).then_some(guid)
            }
            // A known address under a new guid is somebody else's; without a guid it is the item.
            (None, Some(link)) => {
                let one_key = identity.guid.is_none() || self.known[link].identity.guid.is_none();
                one_key.then_some(link)
            }
            (None, None) => None,
        }?;
        (!claimed.contains(&known)).then_some(known)
    }

    /// The one known item with this key; a key that several share identifies none of them.
    fn only(&self, key: Option<&str>, map: &HashMap<&str, Vec<usize>>) -> Option<usize> {
        let key = key.filter(|key| !self.shared.contains(key))?;
        match map.get(key)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}
