//! Entries to items: identity, revisions, canonical links, the first read.
//!
//! Invariant: identity is evidence, not one key, and whatever cannot be told apart from something
//! known with certainty is a new item. A duplicate guid, a shared link or a missing date hides
//! nothing. Pure.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::{blanks, plain};
use crate::model::item::{Arrival, Identity, KnownItem, page_of};
use crate::model::{Entry, FirstRun, Item, ItemId, Source, Timestamp, id};

/// Below this many entries a document is too small for its majority to mean much.
const CHURN_FROM: usize = 3;

/// In so small a document, words that were first seen this lately are the same item under new keys.
/// Less than a day, so that a daily notice in the same words is news every day.
const TINY_CHURN: Duration = Duration::from_secs(20 * 60 * 60);

/// Query parameters that say where a reader came from and nothing about what the article is.
const TRACKING: &[&str] = &["fbclid", "gclid", "mc_cid", "mc_eid", "xtor"];

/// What a document came to once it is known what was known.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// Items not known before, oldest first.
    pub new: Vec<Item>,
    /// New revisions of known items.
    pub edited: Vec<Item>,
    /// Known items that the document still shows unchanged.
    pub seen: Vec<ItemId>,
    /// Most of the document shows known words under new ids or addresses.
    pub churn: bool,
}

impl Sorted {
    /// Whether the document shows anything that was known: if not, items may have come and gone
    /// between two polls.
    #[must_use]
    pub fn overlaps(&self) -> bool {
        !self.seen.is_empty() || !self.edited.is_empty()
    }
}

/// The keys by which an entry is found again.
#[must_use]
pub fn identity(entry: &Entry) -> Identity {
    Identity {
        guid: entry.guid.clone().filter(|guid| !guid.trim().is_empty()),
        link: entry.link.as_deref().map(canonical).filter(|link| !link.is_empty()),
        text_hash: text_hash(entry),
    }
}

/// The address of an article without tracking parameters. Its section stays: a page may hold several
/// items, or route to them by it. Addresses that are not http(s) stay as they are.
#[must_use]
pub fn canonical(link: &str) -> String {
    let link = link.trim();
    if plain::is_address(link) {
        return link.to_owned();
    }
    let Ok(mut url) = url::Url::parse(link) else { return link.to_owned() };
    if !matches!(url.scheme(), "http" | "https") {
        return link.to_owned();
    }
    if url.fragment().is_some_and(|section| section.is_empty() || is_tracking(section)) {
        url.set_fragment(None);
    }
    if let Some(query) = url.query() {
        // Split by hand: decoding and encoding again would change how publishers write parameters.
        let kept: Vec<&str> = query.split('&').filter(|pair| !is_tracking(pair)).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    url.to_string()
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
    name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

/// Hash over the words; blanks are not words.
fn text_hash(entry: &Entry) -> String {
    let text = &entry.text;
    let mut parts = vec![squeezed(&text.title), squeezed(&text.summary), squeezed(&text.content)];
    parts.extend(text.categories.iter().map(|one| squeezed(one)));
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    // 80 bits: enough to tell the texts of one source apart, and short in the store.
    id::base32(&id::digest(&parts)[..10])
}

/// The words with one space between them. Most texts stand so already.
fn squeezed(text: &str) -> Cow<'_, str> {
    if blanks::are_single(text) {
        return Cow::Borrowed(text);
    }
    if blanks::are_single_or_lines(text) {
        return Cow::Owned(text.replace('\n', " "));
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// What becomes of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    New,
    /// Index into the known items.
    Same(usize),
    Edit(usize),
    /// An entry that the same document shows twice, word for word.
    Repeated,
}

/// Sorts the entries of a document by what is known of its source. `known` holds at least every
/// known item that shares a key with an entry; `first_read` is the first successful read.
#[must_use]
pub fn sort_out(
    source: &Source,
    document_lang: Option<&str>,
    entries: Vec<Entry>,
    known: &[KnownItem],
    first_read: bool,
    now: Timestamp,
) -> Sorted {
    let identified = entries.into_iter().map(|entry| {
        let identity = identity(&entry);
        (entry, identity)
    });
    sort_out_known(source, document_lang, identified.collect(), known, first_read, now)
}

/// The same for entries whose [`identity`] is at hand.
#[must_use]
pub fn sort_out_known(
    source: &Source,
    document_lang: Option<&str>,
    entries: Vec<(Entry, Identity)>,
    known: &[KnownItem],
    first_read: bool,
    now: Timestamp,
) -> Sorted {
    let (entries, identities): (Vec<Entry>, Vec<Identity>) = entries.into_iter().unzip();
    let (verdicts, churn) = Evidence::gather(&identities, &entries, known, now).verdicts();
    let mut sorted = Sorted { churn, ..Sorted::default() };
    let mut taken: HashSet<ItemId> = known.iter().map(|one| one.id.clone()).collect();
    for ((entry, identity), verdict) in entries.into_iter().zip(identities).zip(verdicts) {
        let (id, revision, arrival) = match verdict {
            Verdict::Repeated => continue,
            Verdict::Same(at) => {
                sorted.seen.push(known[at].id.clone());
                continue;
            }
            Verdict::Edit(at) => (known[at].id.clone(), known[at].revision + 1, Arrival::Edited),
            Verdict::New => {
                let id = fresh_id(source, &identity, &taken);
                taken.insert(id.clone());
                (id, 1, arrival(source, &entry, first_read, now))
            }
        };
        let item = build(source, document_lang, entry, identity, (id, revision, arrival), now);
        if arrival == Arrival::Edited { &mut sorted.edited } else { &mut sorted.new }.push(item);
    }
    // Feeds list newest first; stories begin with what came first.
    sorted.new.reverse();
    sorted.new.sort_by_key(|item| item.published.unwrap_or(now).min(now));
    sorted
}

fn build(
    source: &Source,
    document_lang: Option<&str>,
    entry: Entry,
    identity: Identity,
    (id, revision, arrival): (ItemId, u32, Arrival),
    now: Timestamp,
) -> Item {
    let mut text = entry.text;
    text.lang = source.lang.clone().or(text.lang).or_else(|| document_lang.map(ToOwned::to_owned));
    Item {
        id,
        revision,
        source: source.id.clone(),
        official: source.official,
        guid: identity.guid,
        link: identity.link,
        text,
        text_hash: identity.text_hash,
        published: entry.published.or(entry.updated),
        first_seen: now,
        arrival,
    }
}

fn arrival(source: &Source, entry: &Entry, first_read: bool, now: Timestamp) -> Arrival {
    if !first_read {
        return Arrival::New;
    }
    match source.first_run {
        FirstRun::All => Arrival::New,
        FirstRun::None => Arrival::Baseline,
        FirstRun::Within(span) => match entry.published.or(entry.updated) {
            Some(at) if at < now.minus(span) => Arrival::Baseline,
            _ => Arrival::AlreadyThere,
        },
    }
}

/// The id of a new item: from guid and link; where those are taken or missing, from the words too.
fn fresh_id(source: &Source, identity: &Identity, taken: &HashSet<ItemId>) -> ItemId {
    let mut parts = vec![
        source.id.as_str(),
        identity.guid.as_deref().unwrap_or(""),
        identity.link.as_deref().unwrap_or(""),
    ];
    if identity.guid.is_none() && identity.link.is_none() {
        parts.push(&identity.text_hash);
    }
    let mut id = ItemId::of(&parts);
    while taken.contains(&id) {
        parts.push(&identity.text_hash);
        id = ItemId::of(&parts);
    }
    id
}

fn page(identity: &Identity) -> Option<&str> {
    identity.link.as_deref().map(page_of)
}

/// Entries and known items, looked up by each kind of key.
struct Evidence<'a> {
    entries: &'a [Entry],
    identities: &'a [Identity],
    known: &'a [KnownItem],
    now: Timestamp,
    by_guid: HashMap<&'a str, Vec<usize>>,
    by_link: HashMap<&'a str, Vec<usize>>,
    by_text: HashMap<&'a str, Vec<usize>>,
    /// Guids and links that several different entries of this document carry: they identify none.
    shared: HashSet<&'a str>,
}

impl<'a> Evidence<'a> {
    fn gather(
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

    fn verdicts(&self) -> (Vec<Verdict>, bool) {
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
        let tiny = self.identities.len() < CHURN_FROM;
        let churned: Vec<(usize, Verdict)> = (0..verdicts.len())
            .filter(|at| verdicts[*at] == Verdict::New)
            .filter_map(|at| {
                let verdict = self.churned(at, &claimed)?;
                Some((at, if tiny { self.churned_alone(at, verdict)? } else { verdict }))
            })
            .collect();
        let churn = churned.len() * 2 > self.identities.len();
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

    /// What an entry would be if the document's ids or addresses had changed as a whole: known
    /// words under unknown keys, or a known address and title under an unknown guid.
    fn churned(&self, at: usize, claimed: &HashSet<usize>) -> Option<Verdict> {
        let identity = &self.identities[at];
        let unknown = |key: &Option<String>, map: &HashMap<&str, Vec<usize>>| {
            key.as_deref().is_none_or(|key| !map.contains_key(key))
        };
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
