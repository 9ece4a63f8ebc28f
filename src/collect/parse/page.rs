//! A document that is no feed: what it is instead, and where a web page says its feed is.

use url::Url;

use super::NotAFeed;
use super::entities;
use super::fields::absolute;
use super::tokens::{Token, Tokens, attribute};

/// Media types under which pages name feeds.
const FEED_TYPES: &[&str] = &[
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
];

/// Says what a document is that no reader took for a feed.
pub(super) fn describe(text: &str, base: Option<&Url>) -> NotAFeed {
    let text = text.trim_start();
    if text.is_empty() {
        return NotAFeed { what: "an empty document".to_owned(), feed: None };
    }
    if text.starts_with(['{', '[']) {
        return NotAFeed { what: "a JSON document without items".to_owned(), feed: None };
    }
    let mut tags = Tokens::new(text).filter_map(|token| match token {
        Token::Start { name, attributes, .. } => Some((name, attributes)),
        _ => None,
    });
    let Some((first, _)) = tags.next() else {
        return NotAFeed { what: "text without any markup of a feed".to_owned(), feed: None };
    };
    let page = is_page(text) || first.eq_ignore_ascii_case("html");
    let what = match page {
        true => "a web page instead of a feed".to_owned(),
        false => format!("a document of <{}> instead of a feed", shorten(first)),
    };
    NotAFeed { what, feed: discover(text, base) }
}

/// Whether a document is a web page by its first words.
pub(super) fn is_page(text: &str) -> bool {
    let head = text.trim_start().get(..14).unwrap_or("").to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

fn shorten(name: &str) -> String {
    name.chars().take(40).collect()
}

/// The feed that a page names: the first `<link rel="alternate">` of a feed's type.
fn discover(text: &str, base: Option<&Url>) -> Option<String> {
    let mut base = base.cloned();
    for token in Tokens::new(text) {
        let Token::Start { name, attributes, .. } = token else { continue };
        let href = || attribute(attributes, "href").map(|href| entities::resolve(href.trim()));
        if name.eq_ignore_ascii_case("base")
            && let Some(href) = href()
        {
            base = Url::parse(&absolute(&href, base.as_ref())).ok().or(base);
        }
        if !name.eq_ignore_ascii_case("link") {
            continue;
        }
        let rel = attribute(attributes, "rel").unwrap_or("");
        let kind = attribute(attributes, "type").unwrap_or("").trim().to_ascii_lowercase();
        let alternate = rel.split_whitespace().any(|one| one.eq_ignore_ascii_case("alternate"));
        if alternate && FEED_TYPES.contains(&kind.as_str()) {
            return href().map(|href| absolute(&href, base.as_ref()));
        }
    }
    None
}
