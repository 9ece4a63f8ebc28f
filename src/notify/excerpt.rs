//! The matched words in their context: pieces of an item's text, cut to what a reader needs.
//!
//! Hits carry byte spans of the original text. A span that does not fit the text (it never should)
//! is left out rather than trusted.

use std::collections::BTreeSet;
use std::ops::Range;

use super::outside;
use super::page::{Marked, Segment};
use crate::model::{Field, Hit, Item};

/// Longest headline, in characters.
const HEADLINE: usize = 200;
/// Longest excerpt, in bytes of the original.
const EXCERPT: usize = 420;
/// The same for matches in a second text.
const MORE: usize = 200;
/// Categories looked at, and their longest, in characters.
const CATEGORIES: usize = 20;
const CATEGORY: usize = 60;
/// Context before and after a match, in bytes.
const BEFORE: usize = 110;
const AFTER: usize = 170;
/// The beginning of a text without a match, in bytes.
const OPENING: usize = 300;
/// Things whose first match is shown in any case.
const THINGS: usize = 4;
/// Longest stretch in one piece, in bytes: a match may be a whole text.
const LONGEST: usize = 600;

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
    let spans = spans(title, hits, Field::Title);
    let mut start = 0;
    let mut end = cut_at(title, HEADLINE);
    if let Some(first) = spans.first().filter(|first| first.start >= end) {
        // Nothing that matched would be seen of it.
        start = word_start(title, first.start.saturating_sub(BEFORE), first.start);
        end = start + cut_at(&title[start..], HEADLINE);
    }
    let mut segments = pieces(title, start..end, &spans);
    if start > 0 {
        segments.insert(0, plain("… "));
    }
    if end < title.len() {
        segments.push(plain(outside::CUT));
    }
    Marked::of(trimmed(segments), lang(item))
}

/// The words around the matches: of the summary or, where nothing matched there, the content; then of
/// whatever holds the first match of something that was not shown yet, categories too. Without a match
/// the beginning of the text.
pub(super) fn excerpt(item: &Item, hits: &[Hit]) -> Marked {
    let told = hits.iter().filter(|hit| hit.field == Field::Title);
    let mut shown: BTreeSet<&str> = told.map(|hit| &*hit.entity).collect();
    let mut segments = Vec::new();
    for (field, text) in
        [(Field::Summary, &item.text.summary), (Field::Content, &item.text.content)]
    {
        let first = segments.is_empty();
        let found: Vec<&Hit> = hits
            .iter()
            .filter(|hit| hit.field == field && (first || !shown.contains(&*hit.entity)))
            .collect();
        let (wanted, firsts) = by_news(text, &found, &shown);
        if wanted.is_empty() || says_the_same(text, &item.text.title) {
            continue;
        }
        let around = windows(text, (&wanted, firsts), if first { EXCERPT } else { MORE });
        let within = |hit: &&&Hit| {
            around.iter().any(|window| window.start <= hit.start && hit.end <= window.end)
        };
        shown.extend(found.iter().filter(within).map(|hit| &*hit.entity));
        segments.extend((!first).then(|| plain(" ")));
        segments.extend(around_matches(text, &around, &spans(text, hits, field)));
    }
    if segments.is_empty() {
        segments = opening(item);
    }
    segments.extend(categories(item, hits, &shown));
    Marked::of(trimmed(segments), lang(item))
}

/// The beginning of a text in which nothing matched, unless it only repeats the headline.
fn opening(item: &Item) -> Vec<Segment> {
    let texts = [&item.text.summary, &item.text.content];
    let Some(text) = texts.into_iter().find(|text| !text.trim().is_empty()) else {
        return Vec::new();
    };
    if says_the_same(text, &item.text.title) {
        return Vec::new();
    }
    around_matches(text, &windows(text, (&[], 0), EXCERPT), &[])
}

fn says_the_same(text: &str, title: &str) -> bool {
    text.len() < 2 * title.len() + 40 && outside::clean(text).trim() == outside::clean(title).trim()
}

/// Stretches of a text with their matches, and dots where something is left out.
fn around_matches(text: &str, windows: &[Range<usize>], spans: &[Range<usize>]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (at, window) in windows.iter().enumerate() {
        if at > 0 || window.start > 0 {
            segments.push(plain(if at > 0 { " … " } else { "… " }));
        }
        segments.extend(pieces(text, window.clone(), spans));
    }
    if windows.last().is_some_and(|last| last.end < text.trim_end().len()) {
        segments.push(plain(" …"));
    }
    segments
}

/// Categories with a match of something that stands nowhere else.
fn categories(item: &Item, hits: &[Hit], shown: &BTreeSet<&str>) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (n, text) in item.text.categories.iter().enumerate().take(CATEGORIES) {
        let field = Field::Category(n);
        if hits.iter().any(|hit| hit.field == field && !shown.contains(&*hit.entity)) {
            segments.push(plain(" [category: "));
            let end = cut_at(text, CATEGORY);
            segments.extend(pieces(text, 0..end, &spans(text, hits, field)));
            segments.push(plain(if end < text.len() { "…]" } else { "]" }));
        }
    }
    segments
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

/// Stretches of the text around these matches, in its order. The first `firsts` of them share `room`
/// bytes and are always shown; the others are where room is left.
fn windows(
    text: &str,
    (wanted, firsts): (&[Range<usize>], usize),
    mut room: usize,
) -> Vec<Range<usize>> {
    if wanted.is_empty() {
        return std::iter::once(0..word_end(text, OPENING)).collect();
    }
    if text.len() <= room {
        return std::iter::once(0..text.len()).collect();
    }
    let firsts = firsts.clamp(1, THINGS);
    let share = room / firsts;
    let (before, after) = (BEFORE.min(share * 2 / 5), AFTER.min(share * 3 / 5));
    let mut windows: Vec<Range<usize>> = Vec::new();
    for (at, span) in wanted.iter().enumerate() {
        let start = word_start(text, span.start.saturating_sub(before), span.start);
        let latest = start + LONGEST;
        let end = word_end(text, span.end.saturating_add(after).min(latest));
        let end = end.max(span.end.min(word_end(text, latest)));
        let touches = |one: &Range<usize>| one.start <= end && start <= one.end;
        let (near, rest): (Vec<_>, Vec<_>) = windows.iter().cloned().partition(touches);
        let joined =
            near.iter().fold(start..end, |all, one| all.start.min(one.start)..all.end.max(one.end));
        let more = joined.len() - near.iter().map(ExactSizeIterator::len).sum::<usize>();
        if more <= room || at < firsts {
            room = room.saturating_sub(more);
            windows = rest;
            windows.push(joined);
        }
    }
    windows.sort_by_key(|one| one.start);
    windows
}

/// The first match of each thing that was not shown, then of the others, then all the rest; and how
/// many things there are.
fn by_news(text: &str, hits: &[&Hit], shown: &BTreeSet<&str>) -> (Vec<Range<usize>>, usize) {
    let mut firsts: BTreeSet<&str> = BTreeSet::new();
    let mut sorted: Vec<&&Hit> = hits
        .iter()
        .filter(|hit| hit.start < hit.end && text.get(hit.start..hit.end).is_some())
        .collect();
    sorted.sort_by_key(|hit| (hit.start, hit.end));
    let mut ranked: Vec<(bool, bool, Range<usize>)> = sorted
        .iter()
        .map(|hit| (!firsts.insert(&hit.entity), shown.contains(&*hit.entity), hit.start..hit.end))
        .collect();
    ranked.sort_by_key(|(again, shown, _)| (*again, *shown));
    (ranked.into_iter().map(|(_, _, span)| span).collect(), firsts.len())
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
