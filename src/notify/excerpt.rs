//! The matched words in their context: pieces of an item's text, cut to what a reader needs.
//!
//! Hits carry byte spans of the original text. A span that does not fit the text (it never should)
//! is left out rather than trusted.

use std::ops::Range;

use super::outside;
use super::page::{Marked, Segment};
use crate::model::{Field, Hit, Item};

/// Longest headline, in characters.
const HEADLINE: usize = 200;
/// Longest excerpt, in bytes of the original.
const EXCERPT: usize = 420;
/// Context before and after a match, in bytes.
const BEFORE: usize = 110;
const AFTER: usize = 170;
/// The beginning of a text without a match, in bytes.
const OPENING: usize = 300;

/// An item's headline with its matched words; of one without, the beginning of its text.
pub(super) fn headline(item: &Item, hits: &[Hit]) -> Marked {
    let title = &item.text.title;
    if outside::clean(title).trim().is_empty() {
        let body = [&item.text.summary, &item.text.content];
        let start = body.iter().map(|text| outside::line(text, 90)).find(|text| !text.is_empty());
        let text = start
            .map_or_else(|| "(no headline)".to_owned(), |text| format!("(no headline) {text}"));
        return Marked::of(vec![Segment { text, hit: false }], lang(item));
    }
    let end = cut_at(title, HEADLINE);
    let mut segments = pieces(title, 0..end, &spans(title, hits, Field::Title));
    if end < title.len() {
        segments.push(plain(outside::CUT));
    }
    Marked::of(trimmed(segments), lang(item))
}

/// The words around the matches of the summary or, failing that, the content; without a match there
/// the beginning of either.
pub(super) fn excerpt(item: &Item, hits: &[Hit]) -> Marked {
    let fields = [(Field::Summary, &item.text.summary), (Field::Content, &item.text.content)];
    let of = |(field, text): &(Field, &String)| spans(text, hits, *field);
    let found = fields
        .iter()
        .find(|field| !of(field).is_empty())
        .or_else(|| fields.iter().find(|(_, text)| !text.trim().is_empty()));
    let Some(field) = found else { return Marked::default() };
    let (text, spans) = (field.1.as_str(), of(field));
    if outside::clean(text).trim() == outside::clean(&item.text.title).trim() {
        return Marked::default();
    }
    let mut segments = Vec::new();
    let windows = windows(text, &spans);
    for (at, window) in windows.iter().enumerate() {
        let begins_later = at > 0 || window.start > 0;
        if begins_later {
            segments.push(plain(if at > 0 { " … " } else { "… " }));
        }
        segments.extend(pieces(text, window.clone(), &spans));
    }
    if windows.last().is_some_and(|last| last.end < text.trim_end().len()) {
        segments.push(plain(" …"));
    }
    Marked::of(trimmed(segments), lang(item))
}

/// The item's language, if it can be one: a screen reader speaks it, and Chinese characters take
/// their regional shape from it.
fn lang(item: &Item) -> Option<String> {
    let lang = item.text.lang.as_deref()?;
    let sane = |one: u8| one.is_ascii_alphanumeric() || one == b'-';
    ((2..=35).contains(&lang.len()) && lang.bytes().all(sane)).then(|| lang.to_owned())
}

fn plain(text: &str) -> Segment {
    Segment { text: text.to_owned(), hit: false }
}

/// Where `most` characters end, at a character's border.
fn cut_at(text: &str, most: usize) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    text.grapheme_indices(true).nth(most).map_or(text.len(), |(at, _)| at)
}

/// The spans of a field's hits, in order, overlapping ones joined.
fn spans(text: &str, hits: &[Hit], field: Field) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = hits
        .iter()
        .filter(|hit| {
            hit.field == field && hit.start < hit.end && text.get(hit.start..hit.end).is_some()
        })
        .map(|hit| hit.start..hit.end)
        .collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Stretches of the text around its matches, at most `EXCERPT` bytes together.
fn windows(text: &str, spans: &[Range<usize>]) -> Vec<Range<usize>> {
    if spans.is_empty() {
        return std::iter::once(0..word_end(text, OPENING)).collect();
    }
    let mut windows: Vec<Range<usize>> = Vec::new();
    let mut room = EXCERPT;
    for span in spans {
        let start = word_start(text, span.start.saturating_sub(BEFORE), span.start);
        let end = word_end(text, span.end.saturating_add(AFTER)).max(span.end);
        match windows.last_mut() {
            Some(last) if start <= last.end => {
                let more = end.saturating_sub(last.end);
                if more > room {
                    break;
                }
                last.end = last.end.max(end);
                room -= more;
            }
            last if last.is_none() || end - start <= room => {
                room = room.saturating_sub(end - start);
                windows.push(start..end);
            }
            _ => break,
        }
    }
    windows
}

/// A character's border at or after `at` and, if a space is near, after it.
fn word_start(text: &str, at: usize, latest: usize) -> usize {
    let mut at = at;
    while !text.is_char_boundary(at) {
        at += 1;
    }
    if at == 0 {
        return 0;
    }
    let near = text[at..latest].char_indices().take(24);
    near.filter(|(_, one)| one.is_whitespace())
        .map(|(offset, one)| at + offset + one.len_utf8())
        .next()
        .unwrap_or(at)
}

/// A character's border at or before `at` and, if a space is near, before it.
fn word_end(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let mut at = at;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let near = text[..at].char_indices().rev().take(24);
    near.filter(|(_, one)| one.is_whitespace()).map(|(offset, _)| offset).next().unwrap_or(at)
}

/// A stretch of the text as pieces, matched and not, each clean.
fn pieces(text: &str, window: Range<usize>, spans: &[Range<usize>]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = window.start;
    for span in spans.iter().filter(|span| span.start < window.end && span.end > window.start) {
        let (start, end) = (span.start.max(at), span.end.min(window.end));
        segments.push(plain(&outside::clean(&text[at..start])));
        segments.push(Segment { text: outside::clean(&text[start..end]), hit: true });
        at = end;
    }
    segments.push(plain(&outside::clean(&text[at..window.end])));
    segments.retain(|one| !one.text.is_empty());
    segments
}

/// Without space at either end.
fn trimmed(mut segments: Vec<Segment>) -> Vec<Segment> {
    if let Some(first) = segments.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = segments.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
    segments.retain(|one| !one.text.is_empty());
    segments
}
