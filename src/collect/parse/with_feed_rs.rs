//! feed-rs, kept in bounds: it sees only documents that were surveyed (or small JSON), its panics
//! are caught, and what it makes up (ids, a copied date) is taken out again.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::time::Duration;

use feed_rs::model;

use super::Kind;
use super::dates::{self, Region};
use super::fields::{Link, MAX_CATEGORIES, MAX_LINKS, Raw, Text};
use super::html::Markup;
use super::tolerant::Reading;
use crate::model::Timestamp;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` when it panics. Nothing of the panic is printed.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(outer);
    done.ok()
}

/// Reads a document with feed-rs: `None` when it cannot, by error or by panic.
pub(super) fn read(text: &str, region: Region) -> Option<Reading> {
    let feed = guarded(|| {
        feed_rs::parser::Builder::new()
            .sanitize_content(false)
            // A missing id is evidence of its own; made-up ones would be new at every poll.
            .id_generator(|_, _, _| String::new())
            .timestamp_parser(move |text| dates::parse(text, region).map(Timestamp::to_chrono))
            .build()
            .parse(without_declaration(text).as_bytes())
            .ok()
    })??;
    let kind = match feed.feed_type {
        model::FeedType::Atom => Kind::Atom,
        model::FeedType::JSON => Kind::Json,
        model::FeedType::RSS0 | model::FeedType::RSS1 | model::FeedType::RSS2 => Kind::Rss,
    };
    let mut reading = Reading {
        entries: feed.entries.into_iter().map(|entry| raw(entry, kind)).collect(),
        kind: Some(kind),
        title: feed.title.map(|text| super::html::to_line(&text.content, Markup::Perhaps)),
        lang: feed.language.map(|lang| lang.trim().to_owned()).filter(|lang| !lang.is_empty()),
        ttl: feed.ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        ..Reading::default()
    };
    for link in feed.links {
        reading.offer_own(&link.href, link.rel.as_deref());
    }
    Some(reading)
}

/// The declaration names the encoding of the bytes that came; this text is UTF-8 by now.
fn without_declaration(text: &str) -> &str {
    match text.strip_prefix("<?xml") {
        Some(rest) => rest.find("?>").map_or(text, |end| &rest[end + 2..]),
        None => text,
    }
}

fn raw(entry: model::Entry, kind: Kind) -> Raw {
    let mut raw = Raw { lang: entry.language, ..Raw::default() };
    if !entry.id.trim().is_empty() {
        raw.guid.offer(0, entry.id.trim().to_owned());
    }
    let text = |text: model::Text| {
        // The type that RSS gives to everything says nothing.
        let html = text.content_type.subty() == "html" || kind == Kind::Rss;
        let markup = if html { Markup::Html } else { Markup::Perhaps };
        Text { body: text.content, markup }
    };
    let told = |body: &Text| !body.body.trim().is_empty();
    if let Some(title) = entry.title.map(text).filter(told) {
        raw.title.offer(0, title);
    }
    if let Some(summary) = entry.summary.map(text).filter(told) {
        raw.summary.offer(0, summary);
    }
    if let Some(content) = entry.content.and_then(content).filter(told) {
        raw.content.offer(0, content);
    }
    raw.capped = entry.links.len() > MAX_LINKS || entry.categories.len() > MAX_CATEGORIES;
    raw.links = entry.links.into_iter().take(MAX_LINKS).map(link).collect();
    raw.categories = entry
        .categories
        .into_iter()
        .take(MAX_CATEGORIES)
        .map(|one| one.label.unwrap_or(one.term))
        .collect();
    if let Some(at) = entry.published {
        raw.published.offer(0, Timestamp::from_chrono(&at));
    }
    // RSS has no such field: feed-rs copies the other one.
    if let Some(at) = entry.updated.filter(|_| kind != Kind::Rss) {
        raw.updated.offer(0, Timestamp::from_chrono(&at));
    }
    raw
}

fn content(content: model::Content) -> Option<Text> {
    let html = content.content_type.subty() == "html";
    let markup = if html { Markup::Html } else { Markup::Perhaps };
    Some(Text { body: content.body?, markup })
}

fn link(link: model::Link) -> Link {
    Link { href: link.href, rel: link.rel, kind: link.media_type }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing() {
        assert_eq!(guarded(|| -> u8 { panic!("this must not be printed") }), None);
        assert_eq!(guarded(|| 1), Some(1));
    }
}
