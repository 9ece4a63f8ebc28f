//! What a reader found of one entry, and the rules that make an [`Entry`] of it.
//!
//! Both readers (feed-rs and the tolerant one) end here, so that the same document gives the same
//! entry whichever of them read it: otherwise one stray `&` would look like an edit of every item.

use url::{Position, Url};

use super::charset;
use super::html::{self, Markup};
use crate::model::{Entry, ItemText, Timestamp};

/// Longest headline, in bytes; the rest is cut and said.
const MAX_TITLE: usize = 16 * 1024;
/// Longest summary or content, in bytes.
const MAX_TEXT: usize = 512 * 1024;
/// Longest link or id; no server takes a longer one.
pub(super) const MAX_ADDRESS: usize = 16 * 1024;
/// Most categories of one entry.
pub(super) const MAX_CATEGORIES: usize = 200;
/// Most links of one entry.
pub(super) const MAX_LINKS: usize = 50;

/// The best value offered so far; a lower rank is better, and the first of a rank stays.
#[derive(Clone, Debug)]
pub(super) struct Ranked<T>(Option<(u8, T)>);

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Ranked<T> {
    pub(super) fn offer(&mut self, rank: u8, value: T) {
        if self.0.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.0 = Some((rank, value));
        }
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }

    /// Takes what another found where this found nothing.
    fn or(&mut self, other: Self) {
        if self.0.is_none() {
            self.0 = other.0;
        }
    }
}

/// Text of a field with what it may contain.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) body: String,
    pub(super) markup: Markup,
}

/// An address of an entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: Option<String>,
    pub(super) kind: Option<String>,
}

/// One entry as a reader found it. Links are resolved against the bases inside the document.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) guid: Ranked<String>,
    pub(super) title: Ranked<Text>,
    pub(super) summary: Ranked<Text>,
    pub(super) content: Ranked<Text>,
    pub(super) links: Vec<Link>,
    /// Addresses of second choice: of the entry's description in RDF, of an enclosure.
    pub(super) other_link: Ranked<String>,
    pub(super) categories: Vec<String>,
    pub(super) published: Ranked<Timestamp>,
    pub(super) updated: Ranked<Timestamp>,
    pub(super) lang: Option<String>,
    /// A cap of this entry was hit.
    pub(super) capped: bool,
}

impl Raw {
    /// Whether nothing was found.
    pub(super) fn is_blank(&self) -> bool {
        self.title.is_none()
            && self.summary.is_none()
            && self.content.is_none()
            && self.guid.is_none()
            && self.links.is_empty()
            && self.other_link.is_none()
    }

    /// Takes control characters out of all its texts.
    pub(super) fn clean(&mut self) {
        let texts = [&mut self.title, &mut self.summary, &mut self.content];
        let texts = texts.into_iter().filter_map(|text| Some(&mut text.0.as_mut()?.1.body));
        let addresses = [&mut self.guid, &mut self.other_link];
        let addresses = addresses.into_iter().filter_map(|one| Some(&mut one.0.as_mut()?.1));
        let links = self.links.iter_mut().map(|link| &mut link.href);
        let rest = self.categories.iter_mut().chain(&mut self.lang);
        for text in texts.chain(addresses).chain(links).chain(rest) {
            if let Some(clean) = charset::cleaned(text) {
                *text = clean;
            }
        }
    }

    /// Whether a field is missing that another reader may have.
    pub(super) fn has_gaps(&self) -> bool {
        let dated = !self.published.is_none() || !self.updated.is_none();
        let told = !self.summary.is_none() || !self.content.is_none();
        self.title.is_none() || !told || !dated || self.alternate().is_none()
    }

    /// Takes from another reading of the same entry what this one lacks.
    pub(super) fn fill(&mut self, other: Self) {
        self.guid.or(other.guid);
        self.title.or(other.title);
        if self.summary.is_none() && self.content.is_none() {
            self.summary = other.summary;
            self.content = other.content;
        }
        if self.alternate().is_none() {
            self.links = other.links;
        }
        self.other_link.or(other.other_link);
        if self.published.is_none() && self.updated.is_none() {
            self.published = other.published;
            self.updated = other.updated;
        }
    }

    /// The address of the article: a link without a relation, else rel=alternate, HTML preferred.
    fn alternate(&self) -> Option<&Link> {
        let is_page = |link: &&Link| link.kind.as_deref().is_none_or(|kind| kind.contains("html"));
        let alternate = || {
            self.links.iter().filter(|link| {
                link.rel.as_deref().is_some_and(|rel| rel.eq_ignore_ascii_case("alternate"))
            })
        };
        self.links
            .iter()
            .find(|link| link.rel.is_none())
            .or_else(|| alternate().find(is_page))
            .or_else(|| alternate().next())
    }

    fn link(&self) -> Option<String> {
        let guid = || self.guid.0.as_ref().map(|(_, guid)| guid).filter(|guid| is_address(guid));
        let related = || {
            let good = |link: &&Link| {
                !matches!(
                    link.rel.as_deref(),
                    Some("self" | "edit" | "replies" | "hub" | "license")
                )
            };
            self.links.iter().find(good).map(|link| &link.href)
        };
        let other = || self.other_link.0.as_ref().map(|(_, href)| href);
        let own = || self.links.first().map(|link| &link.href);
        // Of any scheme (urn:, tag:): what may be opened is the mail's matter.
        let name = || self.guid.0.as_ref().map(|(_, guid)| guid).filter(|guid| is_uri(guid));
        self.alternate()
            .map(|link| &link.href)
            .or_else(guid)
            .or_else(other)
            .or_else(related)
            .or_else(name)
            .or_else(own)
            .cloned()
    }

    /// The entry, by the rules for fields; true when a cap cut something.
    pub(super) fn finish(mut self, base: Option<&Url>) -> (Entry, bool) {
        let mut capped = self.capped;
        // Not cut: what is left would be another's.
        let mut short = |text: &String| {
            capped |= text.len() > MAX_ADDRESS;
            text.len() <= MAX_ADDRESS
        };
        let link = self.link().filter(&mut short).map(|href| absolute(&href, base));
        let guid = self.guid.take().filter(short);
        let mut clean = |text: Ranked<Text>, most: usize, line: bool| {
            let Some(Text { body, markup }) = text.take() else { return String::new() };
            let mut text = match line {
                true => html::to_line(&body, markup),
                false => html::to_text(&body, markup),
            };
            capped |= cut(&mut text, most);
            text
        };
        let text = ItemText {
            title: clean(self.title, MAX_TITLE, true),
            summary: clean(self.summary, MAX_TEXT, false),
            content: clean(self.content, MAX_TEXT, false),
            categories: categories(&mut self.categories),
            lang: self.lang,
        };
        let entry = Entry {
            guid,
            link,
            text,
            published: self.published.take(),
            updated: self.updated.take(),
        };
        (entry, capped)
    }
}

fn is_uri(text: &str) -> bool {
    text.len() <= MAX_ADDRESS && !text.contains(char::is_whitespace) && Url::parse(text).is_ok()
}

fn categories(found: &mut Vec<String>) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for one in found.drain(..) {
        let one = html::to_line(&one, Markup::Perhaps);
        if !one.is_empty() && !named.contains(&one) {
            named.push(one);
        }
    }
    named
}

fn cut(text: &mut String, most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    text.truncate(text.floor_char_boundary(most));
    true
}

/// Whether an id is an address that a browser can open.
fn is_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://"))
        && !text.contains(char::is_whitespace)
}

/// An address resolved against a base, as written when it is whole already.
pub(super) fn absolute(href: &str, base: Option<&Url>) -> String {
    let href = href.trim();
    let whole = href.starts_with("https://") || href.starts_with("http://");
    if whole && !href.bytes().any(|byte| byte < b' ') {
        return href.to_owned();
    }
    // Line breaks within an address are the work of a formatter.
    let href: String = href.chars().filter(|one| !matches!(one, '\n' | '\r' | '\t')).collect();
    match (Url::parse(&href), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => join(base, href),
        _ => href,
    }
}

/// A relative address behind its base, with its characters as written where nothing but these need
/// be changed.
fn join(base: &Url, href: String) -> String {
    let odd = |one: char| !one.is_ascii() || one == ' ';
    if base.cannot_be_a_base()
        || !href.contains(odd)
        || href.starts_with(['?', '#'])
        || href.contains("./")
    {
        return base.join(&href).map_or(href, String::from);
    }
    let before = if href.starts_with("//") {
        &base[..Position::AfterScheme]
    } else if href.starts_with('/') {
        &base[..Position::BeforePath]
    } else {
        let path = &base[..Position::AfterPath];
        &path[..path.rfind('/').map_or(0, |at| at + 1)]
    };
    let colon = if href.starts_with("//") { ":" } else { "" };
    format!("{before}{colon}{href}")
}
