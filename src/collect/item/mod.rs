//! Entries to items: identity, revisions, canonical links, the first read.
//!
//! Invariant: identity is evidence, not one key, and whatever cannot be told apart from something
//! known with certainty is a new item. A duplicate guid, a shared link or a missing date hides
//! nothing. Pure.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{blanks, plain};
use crate::model::item::{Arrival, Identity, KnownItem, Rekeyed};
use crate::model::{Entry, Item, ItemId, Source, Timestamp, id};

mod cut;
mod evidence;
mod reading;

pub use cut::leave_cut_off;
use evidence::{Evidence, Verdict};
pub use reading::Reading;

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
    /// Those of them that stand there under keys that were not theirs, which they have from now on.
    pub rekeyed: Vec<Rekeyed>,
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

/// What a document is held against.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// At least every known item of its source that shares a key with an entry.
    pub known: &'a [KnownItem],
    /// The same of what was read at its address under ids that are gone.
    pub elsewhere: &'a [KnownItem],
    /// Which reading it is.
    pub reading: Reading,
}

/// Sorts the entries of a document by what is known of its source: at least every known item that
/// shares a key with an entry.
#[must_use]
pub fn sort_out(
    source: &Source,
    document_lang: Option<&str>,
    entries: Vec<Entry>,
    known: &[KnownItem],
    reading: Reading,
    now: Timestamp,
) -> Sorted {
    let identified = entries.into_iter().map(|entry| {
        let identity = identity(&entry);
        (entry, identity)
    });
    let past = Past { known, elsewhere: &[], reading };
    sort_out_known(source, document_lang, identified.collect(), past, now)
}

/// The same for entries whose [`identity`] is at hand.
#[must_use]
pub fn sort_out_known(
    source: &Source,
    document_lang: Option<&str>,
    entries: Vec<(Entry, Identity)>,
    past: Past<'_>,
    now: Timestamp,
) -> Sorted {
    let Past { known, elsewhere, reading } = past;
    let (entries, identities): (Vec<Entry>, Vec<Identity>) = entries.into_iter().unzip();
    let evidence = Evidence::gather(&identities, &entries, known, now);
    let (verdicts, churn) = evidence.verdicts();
    let rekeyed = evidence.rekeyed(&verdicts);
    let archive = holds_archive(source, &entries, &verdicts, past, now);
    let elsewhere = known_in(elsewhere, &identities, &entries, now);
    let mut sorted = Sorted { rekeyed, churn, ..Sorted::default() };
    let mut taken: HashSet<ItemId> = known.iter().map(|one| one.id.clone()).collect();
    let all = entries.into_iter().zip(identities).zip(verdicts).enumerate();
    for (at, ((entry, identity), verdict)) in all {
        let (id, revision, arrival) = match verdict {
            Verdict::Repeated => continue,
            Verdict::Same(one) => {
                sorted.seen.push(known[one].id.clone());
                continue;
            }
            Verdict::Edit(one) => (known[one].id.clone(), known[one].revision + 1, Arrival::Edited),
            Verdict::New => {
                let id = fresh_id(source, &identity, &taken);
                taken.insert(id.clone());
                let arrival = match elsewhere.contains(&at) {
                    true => Arrival::Elsewhere,
                    false => reading.arrival(source, &entry, archive, now),
                };
                (id, 1, arrival)
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

/// Whether what is new in a usual reading holds an archive.
fn holds_archive(
    source: &Source,
    entries: &[Entry],
    verdicts: &[Verdict],
    past: Past<'_>,
    now: Timestamp,
) -> bool {
    let new = entries.iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::New);
    let shown = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Same(one) => Some(&past.known[*one]),
        _ => None,
    });
    past.reading == Reading::Usual
        && reading::is_archive(source, new.map(|(entry, _)| entry), shown, now)
}

/// Which entries are items that these know already, unchanged.
fn known_in(
    known: &[KnownItem],
    identities: &[Identity],
    entries: &[Entry],
    now: Timestamp,
) -> HashSet<usize> {
    if known.is_empty() {
        return HashSet::new();
    }
    let (verdicts, _) = Evidence::gather(identities, entries, known, now).verdicts();
    let same = |verdict: &Verdict| matches!(verdict, Verdict::Same(_));
    verdicts.iter().enumerate().filter(|(_, one)| same(one)).map(|(at, _)| at).collect()
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
