//! Bytes to entries.
use std::time::Duration;

use crate::model::{Entry, ItemText, Timestamp};

/// What is known of a document beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The address that it came from, against which relative links are resolved.
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
    let feed = feed_rs::parser::Builder::new()
        .base_uri(hints.url)
        .build()
        .parse(bytes)
        .map_err(|why| NotAFeed { what: why.to_string(), feed: None })?;
    let kind = match feed.feed_type {
        feed_rs::model::FeedType::Atom => Kind::Atom,
        feed_rs::model::FeedType::JSON => Kind::Json,
        _ => Kind::Rss,
    };
    let entries = feed
        .entries
        .into_iter()
        .map(|entry| Entry {
            guid: Some(entry.id),
            link: entry.links.first().map(|link| link.href.clone()),
            text: ItemText {
                title: entry.title.map(|text| text.content).unwrap_or_default(),
                summary: entry.summary.map(|text| text.content).unwrap_or_default(),
                content: entry.content.and_then(|text| text.body).unwrap_or_default(),
                categories: entry.categories.into_iter().map(|one| one.term).collect(),
                lang: entry.language,
            },
            published: entry.published.as_ref().map(Timestamp::from_chrono),
            updated: entry.updated.as_ref().map(Timestamp::from_chrono),
        })
        .collect();
    Ok(Document {
        entries,
        complaints: Vec::new(),
        lost: false,
        ttl: feed.ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        title: feed.title.map(|text| text.content),
        lang: feed.language,
        kind,
    })
}
