//! JSON Feed as it is written: feed-rs first, then item by item, so that one wrong value or a cut
//! end costs at most one item.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::charset;
use super::dates::{self, Region};
use super::fields::{Link, MAX_CATEGORIES, Raw, Text};
use super::html::Markup;
use super::tolerant::Reading;
use super::{Kind, MAX_ENTRIES, with_feed_rs};

/// More commas than this and a tree of the values is too big: what follows is not read.
const MAX_VALUES: usize = 400_000;

/// Reads a document that begins with a brace; `None` when it is no feed.
pub(super) fn read(text: &str, region: Region) -> Option<Reading> {
    let end = text.match_indices(',').nth(MAX_VALUES).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let (head, items) = text.split_at(items_at(text)?);
    let mut reading = Reading { kind: Some(Kind::Json), ..Reading::default() };
    let known = head.contains("jsonfeed.org") || text.contains("jsonfeed.org/version");
    each_item(items, region, &mut reading);
    if !known && reading.entries.is_empty() {
        return None;
    }
    // A document that is not whole is no longer for a parser that builds all of it.
    let whole = reading.lost.is_empty();
    let mut reading = match whole.then(|| with_feed_rs::read(text, region)).flatten() {
        Some(mut own) if own.entries.len() == reading.entries.len() => {
            for (entry, other) in own.entries.iter_mut().zip(reading.entries) {
                entry.fill(other);
            }
            own
        }
        _ => {
            frame(text, &mut reading);
            reading
        }
    };
    // They may stand in escapes, which nobody has looked into before.
    reading.entries.iter_mut().for_each(Raw::clean);
    for said in [&mut reading.title, &mut reading.lang].into_iter().flatten() {
        if let Some(clean) = charset::cleaned(said) {
            *said = clean;
        }
    }
    Some(reading)
}

/// Title, language and addresses of the feed, if the whole of it can be read.
fn frame(text: &str, reading: &mut Reading) {
    #[derive(Deserialize)]
    struct Frame {
        title: Option<String>,
        language: Option<String>,
        feed_url: Option<String>,
        home_page_url: Option<String>,
    }
    if let Ok(frame) = serde_json::from_str::<Frame>(text) {
        reading.title = frame.title;
        reading.lang = frame.language;
        for (address, rel) in [(frame.feed_url, "self"), (frame.home_page_url, "alternate")] {
            if let Some(address) = address {
                reading.offer_own(&address, Some(rel));
            }
        }
    }
}

/// Where the first item of the items begins.
fn items_at(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("\"items\"") {
        let after = from + found + 7;
        let rest = text[after..].trim_start();
        if let Some(rest) = rest.strip_prefix(':').map(str::trim_start)
            && let Some(inner) = rest.strip_prefix('[')
        {
            return Some(text.len() - inner.len());
        }
        from = after;
    }
    None
}

fn each_item(text: &str, region: Region, reading: &mut Reading) {
    let mut rest = text.trim_start();
    let mut seen = 0;
    loop {
        rest = rest.trim_start_matches(|one: char| one == ',' || one.is_whitespace());
        if rest.starts_with(']') {
            return;
        }
        if seen == MAX_ENTRIES {
            let what = format!("more than {MAX_ENTRIES} entries; the rest was not read");
            reading.lost.push(what);
            return;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(Value::Object(item))) => reading.entries.extend(entry(&item, region)),
            Some(Ok(_)) => {}
            Some(Err(why)) => {
                reading.lost.push(format!("the document ends early or is damaged: {why}"));
                return;
            }
            None => {
                reading.lost.push("the document ends early".to_owned());
                return;
            }
        }
        seen += 1;
        rest = &rest[values.byte_offset()..];
    }
}

fn entry(item: &Map<String, Value>, region: Region) -> Option<Raw> {
    let text = |name: &str| match item.get(name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let said = |name: &str, markup| text(name).map(|body| Text { body, markup });
    let mut raw = Raw::default();
    if let Some(id) = text("id") {
        raw.guid.offer(0, id.trim().to_owned());
    }
    if let Some(title) = said("title", Markup::Perhaps) {
        raw.title.offer(0, title);
    }
    if let Some(summary) = said("summary", Markup::Perhaps) {
        raw.summary.offer(0, summary);
    }
    if let Some(content) =
        said("content_html", Markup::Html).or_else(|| said("content_text", Markup::Perhaps))
    {
        raw.content.offer(0, content);
    }
    for name in ["url", "external_url"] {
        raw.links.extend(text(name).map(|href| Link { href, ..Link::default() }));
    }
    let at = |name: &str| text(name).and_then(|date| dates::parse(&date, region));
    if let Some(at) = at("date_published") {
        raw.published.offer(0, at);
    }
    if let Some(at) = at("date_modified") {
        raw.updated.offer(0, at);
    }
    if let Some(Value::Array(tags)) = item.get("tags") {
        let tags = tags.iter().filter_map(Value::as_str).take(MAX_CATEGORIES);
        raw.categories = tags.map(ToOwned::to_owned).collect();
    }
    (!raw.is_blank()).then_some(raw)
}
