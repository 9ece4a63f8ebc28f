//! Bytes to entries, with recovery.
//!
//! A plain document is read by feed-rs; the tolerant reader fills what feed-rs leaves out, and reads
//! alone what is not plain. Both end in the same rules for fields, so that a document's entries do
//! not depend on which of them read it. Invariants: nothing here panics outwards, overflows the
//! stack or grows beyond its caps; `lost` is true whenever an entry may be missing; no date is made
//! up. What a link may be used for is not decided here.

use std::time::Duration;

use url::Url;

use crate::model::Entry;

mod charset;
mod dates;
mod entities;
mod fields;
mod html;
mod json;
mod names;
mod page;
mod survey;
mod tokens;
mod tolerant;
mod with_feed_rs;

use dates::Region;
use tolerant::Reading;

/// Most entries of one document; what follows is not read, and said to be lost.
pub const MAX_ENTRIES: usize = 10_000;

/// What is known of a document beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The address that it came from, against which relative links are resolved; else they are
    /// resolved against the feed's own link, if it gives a whole one.
    pub url: Option<&'a str>,
}

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RSS of any version, RDF included.
    Rss,
    /// Atom of any version.
    Atom,
    /// JSON Feed.
    Json,
}

/// A feed document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its entries, in document order.
    pub entries: Vec<Entry>,
    /// What was wrong with it, in words; what was lost comes last.
    pub complaints: Vec<String>,
    /// Whether items may be missing: it ended early, an entry was dropped, a cap was hit.
    pub lost: bool,
    /// It ended within the last of its entries.
    pub cut_off: bool,
    /// The least time between polls that it asks for.
    pub ttl: Option<Duration>,
    /// The name of the feed.
    pub title: Option<String>,
    /// Its language, as a BCP 47 tag.
    pub lang: Option<String>,
    /// What kind of document it is.
    pub kind: Kind,
}

/// A document that is no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}", hint(.feed.as_deref()))]
pub struct NotAFeed {
    /// What it is instead, in words.
    pub what: String,
    /// The feed that a web page names as its own.
    pub feed: Option<String>,
}

fn hint(feed: Option<&str>) -> String {
    feed.map(|feed| format!("; it names {feed} as its feed")).unwrap_or_default()
}

/// Reads a feed document.
///
/// # Errors
/// When it is none. A feed without items is fine.
pub fn parse(bytes: &[u8], hints: &Hints<'_>) -> Result<Document, NotAFeed> {
    with_feed_rs::guarded(|| read(bytes, hints)).unwrap_or_else(|| {
        let what = "a document that this program fails on; please report it".to_owned();
        Err(NotAFeed { what, feed: None })
    })
}

fn read(bytes: &[u8], hints: &Hints<'_>) -> Result<Document, NotAFeed> {
    let bytes = &bytes[..bytes.len().min(super::decode::MAX_BODY)];
    let base = hints.url.and_then(|url| Url::parse(url).ok());
    let decoded = charset::decode(bytes, hints.content_type);
    let mut complaints = decoded.complaints;
    let text = decoded.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let region = region(text, base.as_ref());
    let reading = read_text(text, base.as_ref(), region, &mut complaints)
        .ok_or_else(|| page::describe(text, base.as_ref()))?;
    Ok(finish(reading, base, complaints))
}

/// Finds the reader for a text; `None` when it is no feed.
fn read_text(
    text: &str,
    base: Option<&Url>,
    region: Region,
    complaints: &mut Vec<String>,
) -> Option<Reading> {
    if text.starts_with('{') {
        return json::read(text, region);
    }
    if page::is_page(text) {
        return None;
    }
    let tolerant = || tolerant::read(text, base, region);
    let Some(items) = survey::plain(text) else {
        let reading = tolerant()?;
        complaints.push("the document is not plain; it was read with repairs".to_owned());
        return Some(reading);
    };
    let Some(mut reading) = with_feed_rs::read(text, region) else {
        complaints.push("feed-rs cannot read the document; it was read without".to_owned());
        return tolerant();
    };
    if reading.entries.len() == items && !reading.entries.iter().any(fields::Raw::has_gaps) {
        return Some(reading);
    }
    // Something is missing: the other reader may have it.
    let Some(other) = tolerant() else { return Some(reading) };
    if other.entries.len() == reading.entries.len() {
        for (entry, other) in reading.entries.iter_mut().zip(other.entries) {
            entry.fill(other);
        }
        return Some(reading);
    }
    Some(other)
}

fn finish(reading: Reading, base: Option<Url>, mut complaints: Vec<String>) -> Document {
    // Where nobody says where a document came from, it may say so itself.
    let base = base.or(reading.own.take());
    let mut capped = 0_usize;
    let finish = |raw: fields::Raw| {
        let (entry, cut) = raw.finish(base.as_ref());
        capped += usize::from(cut);
        entry
    };
    let entries = reading.entries.into_iter().map(finish).collect();
    let mut lost = !reading.lost.is_empty();
    complaints.extend(reading.lost);
    if capped > 0 {
        lost = true;
        complaints.push(match capped {
            1 => "an entry is longer than is kept and was cut".to_owned(),
            n => format!("{n} entries are longer than is kept and were cut"),
        });
    }
    Document {
        entries,
        complaints,
        lost,
        cut_off: reading.cut_off,
        ttl: reading.ttl,
        title: reading.title.filter(|title| !title.is_empty()),
        lang: reading.lang.filter(|lang| !lang.is_empty()),
        kind: reading.kind.unwrap_or(Kind::Rss),
    }
}

/// Where a feed speaks from: by its address, or by the language that it declares.
fn region(text: &str, base: Option<&Url>) -> Region {
    let host = base.and_then(Url::host_str).unwrap_or("");
    let chinese_host = [".cn", ".tw", ".hk", ".mo"].iter().any(|end| host.ends_with(end));
    let head = &text[..text.floor_char_boundary(4096)];
    let chinese_text = ["<language>zh", "xml:lang=\"zh", "<language><![CDATA[zh"];
    if chinese_host || chinese_text.iter().any(|one| head.contains(one)) {
        return Region::China;
    }
    Region::Elsewhere
}
