//! One field of an entry or of the feed: where it begins, what its inside is, where it goes.

use std::time::Duration;

use super::super::charset;
use super::super::dates;
use super::super::entities;
use super::super::fields::{Link, MAX_CATEGORIES, MAX_LINKS, Text, absolute};
use super::super::html::{self, Markup};
use super::super::names::{Field, Space};
use super::super::tokens::attribute;
use super::{Reader, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Entry(Field, u8),
    FeedTitle,
    FeedLink,
    FeedLang,
    FeedTtl,
}

/// A field that is being read.
pub(super) struct Capture<'a> {
    pub(super) target: Target,
    pub(super) space: Space,
    pub(super) attributes: &'a str,
    /// Where its inside begins.
    pub(super) from: usize,
    /// How many elements were open before it.
    pub(super) depth: usize,
    /// Whether it has elements inside.
    pub(super) marked: bool,
    pub(super) text: String,
}

impl<'a> Reader<'a, '_> {
    /// A link of the feed itself, in an attribute or as text.
    pub(super) fn feed_link(&mut self, space: Space, attributes: &'a str) -> Role {
        match attribute(attributes, "href") {
            Some(href) => {
                let href = entities::resolve(href);
                self.reading.offer_own(&href, attribute(attributes, "rel"));
            }
            None => self.capture(Target::FeedLink, space, attributes),
        }
        Role::Other
    }

    pub(super) fn begin_field(
        &mut self,
        field: Field,
        rank: u8,
        space: Space,
        attributes: &'a str,
    ) {
        let value = |name: &str| {
            attribute(attributes, name).map(|raw| entities::resolve(raw.trim()).into_owned())
        };
        match field {
            Field::Link => {
                if let Some(href) = value("href").or_else(|| value("rdf:resource")) {
                    let rel = Some(value("rel").unwrap_or_else(|| "alternate".to_owned()));
                    self.add_link(Link { href, rel, kind: value("type") });
                    return;
                }
            }
            Field::Enclosure => {
                if let (Some(item), Some(url)) = (&mut self.item, value("url")) {
                    item.other_link.offer(1, url);
                }
                return;
            }
            Field::Category => {
                if let Some(term) = value("label").or_else(|| value("term")) {
                    self.add_category(term);
                    return;
                }
            }
            _ => {}
        }
        self.capture(Target::Entry(field, rank), space, attributes);
        if let (Some(item), Some(lang)) = (&mut self.item, value("xml:lang")) {
            item.lang.get_or_insert(lang);
        }
    }

    pub(super) fn capture(&mut self, target: Target, space: Space, attributes: &'a str) {
        self.capture = Some(Capture {
            target,
            space,
            attributes,
            from: self.tokens.at(),
            depth: self.stack.len(),
            marked: false,
            text: String::new(),
        });
    }

    pub(super) fn finish_field(&mut self, capture: Capture<'a>, to: usize) {
        let inner = self.tokens.between(capture.from, to);
        let Capture { target, space, attributes, marked, text, .. } = capture;
        let line = text.trim();
        match target {
            Target::FeedTitle if self.reading.title.is_none() => {
                let body = if marked { inner } else { line };
                self.reading.title = Some(html::to_line(body, Markup::Perhaps));
            }
            Target::FeedLink => self.reading.offer_own(line, None),
            Target::FeedLang => self.reading.lang = Some(line.to_lowercase()),
            Target::FeedTtl => {
                let minutes = line.parse().ok().map(|minutes: u64| minutes.saturating_mul(60));
                self.reading.ttl = minutes.map(Duration::from_secs);
            }
            Target::FeedTitle => {}
            Target::Entry(field, rank) => {
                if matches!(field, Field::Title | Field::Summary | Field::Content) {
                    let text = body(space, attributes, if marked { inner } else { &text }, marked);
                    self.offer_text(field, rank, text);
                } else if !line.is_empty() {
                    self.offer_line(field, rank, line, attributes);
                }
            }
        }
    }

    fn offer_text(&mut self, field: Field, rank: u8, text: Option<Text>) {
        let (Some(item), Some(text)) = (&mut self.item, text) else { return };
        if text.body.trim().is_empty() {
            return;
        }
        match field {
            Field::Title => item.title.offer(rank, text),
            Field::Summary => item.summary.offer(rank, text),
            _ => item.content.offer(rank, text),
        }
    }

    fn offer_line(&mut self, field: Field, rank: u8, line: &str, attributes: &str) {
        let region = self.region;
        match field {
            Field::Link => {
                let rel = attribute(attributes, "rel").map(ToOwned::to_owned);
                self.add_link(Link { href: line.to_owned(), rel, kind: None });
                return;
            }
            Field::Category => {
                self.add_category(line.to_owned());
                return;
            }
            _ => {}
        }
        let Some(item) = &mut self.item else { return };
        match field {
            Field::Guid => item.guid.offer(rank, line.to_owned()),
            Field::Published => {
                if let Some(at) = dates::parse(line, region) {
                    item.published.offer(rank, at);
                }
            }
            Field::Updated => {
                if let Some(at) = dates::parse(line, region) {
                    item.updated.offer(rank, at);
                }
            }
            _ => {}
        }
    }

    fn add_link(&mut self, mut link: Link) {
        link.href = match self.bases.last() {
            Some(base) => absolute(&link.href, Some(base)),
            None => link.href,
        };
        let Some(item) = &mut self.item else { return };
        if item.links.len() < MAX_LINKS {
            item.links.push(link);
        } else {
            item.capped = true;
        }
    }

    fn add_category(&mut self, name: String) {
        let Some(item) = &mut self.item else { return };
        if item.categories.len() < MAX_CATEGORIES {
            item.categories.push(name);
        } else {
            item.capped = true;
        }
    }
}

/// The text of a field by what its attributes say it is; `None` when it is no text.
fn body(space: Space, attributes: &str, inner: &str, marked: bool) -> Option<Text> {
    let kind = attribute(attributes, "type").unwrap_or("").trim().to_ascii_lowercase();
    let base64 = attribute(attributes, "mode").is_some_and(|mode| mode == "base64")
        || !["", "text", "html", "xhtml", "escaped"].contains(&kind.as_str())
            && !kind.starts_with("text/")
            && !kind.contains("xml")
            && !kind.contains("html");
    if base64 {
        let packed: String = inner.split_whitespace().collect();
        let bytes = data_encoding::BASE64.decode(packed.as_bytes()).ok();
        let text = match bytes {
            Some(bytes) => {
                let text = String::from_utf8(bytes).ok()?;
                charset::cleaned(&text).unwrap_or(text)
            }
            None if kind.starts_with("image/") => return None,
            None => inner.to_owned(),
        };
        return Some(Text { body: text, markup: Markup::Html });
    }
    let plain = space == Space::Atom && !kind.contains("html") && !marked;
    let markup = if plain { Markup::Perhaps } else { Markup::Html };
    Some(Text { body: inner.to_owned(), markup })
}
