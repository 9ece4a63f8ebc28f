//! The tolerant reader: entries straight from the tokens of a document that is not well-formed, or
//! that says things in ways feed-rs does not know.
//!
//! Unclosed, crossed and stray tags, missing roots, undeclared prefixes and any version are read as
//! what they most likely mean. No recursion and no tree; depth, entries and fields are capped.
//! Invariant: an entry that stood whole in the document is in the reading, or `lost` says otherwise.

use std::time::Duration;

use url::Url;

use super::dates::Region;
use super::entities;
use super::fields::{Ranked, Raw, absolute};
use super::names::{self, Field, Root, Space};
use super::tokens::{Token, Tokens, attribute, each_attribute};
use super::{Kind, MAX_ENTRIES};

mod field;

use field::{Capture, Target};

/// Elements deeper than this are read as part of the one above them.
const MAX_DEPTH: usize = 128;

/// What a reader made of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) entries: Vec<Raw>,
    pub(super) kind: Option<Kind>,
    pub(super) title: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) ttl: Option<Duration>,
    /// The feed's own whole address, or that of its site: a base where no other is known.
    pub(super) own: Ranked<Url>,
    /// What was lost, in words.
    pub(super) lost: Vec<String>,
    /// The document ended within the last of the entries.
    pub(super) cut_off: bool,
}

impl Reading {
    /// Offers a link of the feed as its own address.
    pub(super) fn offer_own(&mut self, href: &str, rel: Option<&str>) {
        let rank = match rel.unwrap_or("alternate") {
            "self" => 0,
            "alternate" => 1,
            _ => return,
        };
        let url = Url::parse(href.trim()).ok();
        if let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) {
            self.own.offer(rank, url);
        }
    }
}

/// Reads a document; `None` when nothing in it is a feed.
pub(super) fn read(text: &str, base: Option<&Url>, region: Region) -> Option<Reading> {
    let mut reader = Reader {
        tokens: Tokens::new(text),
        stack: Vec::new(),
        overflow: 0,
        spaces: Vec::new(),
        bases: Vec::new(),
        base,
        region,
        root: None,
        item: None,
        capture: None,
        reading: Reading::default(),
        seen: 0,
    };
    reader.run();
    reader.root.map(|root| {
        reader.reading.kind = Some(match root {
            Root::Atom => Kind::Atom,
            Root::Rss | Root::Rdf | Root::Bare => Kind::Rss,
        });
        reader.reading
    })
}

/// What an open element is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The root or the channel: its children are the feed's own.
    Feed,
    Item,
    /// Its children are the entry's own.
    Group,
    Other,
}

struct Open<'a> {
    name: &'a str,
    role: Role,
    /// How many declarations and bases held before it.
    spaces: usize,
    bases: usize,
}

struct Reader<'a, 'b> {
    tokens: Tokens<'a>,
    stack: Vec<Open<'a>>,
    /// Open elements beyond the depth that is kept.
    overflow: usize,
    spaces: Vec<(&'a str, Space)>,
    bases: Vec<Url>,
    base: Option<&'b Url>,
    region: Region,
    root: Option<Root>,
    item: Option<Raw>,
    capture: Option<Capture<'a>>,
    reading: Reading,
    /// Entries begun, blank ones included.
    seen: usize,
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self) {
        loop {
            let from = self.tokens.at();
            let Some(token) = self.tokens.next() else { break };
            match token {
                Token::Start { name, attributes, empty } => {
                    if !self.start(name, attributes, from) {
                        let what =
                            format!("more than {MAX_ENTRIES} entries; the rest was not read");
                        self.reading.lost.push(what);
                        return;
                    }
                    if empty {
                        self.end(name, self.tokens.at());
                    }
                }
                Token::End { name } => self.end(name, from),
                Token::Text(text) => {
                    if let Some(capture) = &mut self.capture {
                        entities::append(text, &mut capture.text);
                    }
                }
                Token::Literal(text) => {
                    if let Some(capture) = &mut self.capture {
                        capture.text.push_str(text);
                    }
                }
                Token::Instruction(_) | Token::Doctype(_) | Token::Comment => {}
            }
        }
        self.end_of_document();
    }

    /// The document ends: what is still open was cut.
    fn end_of_document(&mut self) {
        if self.stack.is_empty() || self.root.is_none() {
            return;
        }
        self.reading.lost.push("the document ends early".to_owned());
        if let Some(capture) = self.capture.take() {
            // Half an address or date is worse than none; half a text is better.
            let keep = matches!(capture.target, Target::Entry(Field::Summary | Field::Content, _));
            if keep {
                self.finish_field(capture, self.tokens.at());
            }
        }
        let whole = self.reading.entries.len();
        self.finish_item();
        self.reading.cut_off = self.reading.entries.len() > whole;
    }

    /// False when no more entries are read.
    fn start(&mut self, name: &'a str, attributes: &'a str, from: usize) -> bool {
        let open =
            Open { name, role: Role::Other, spaces: self.spaces.len(), bases: self.bases.len() };
        self.declare(attributes);
        let (prefix, local) = names::split(name);
        let space = self.space(prefix);
        if self.root.is_none() {
            self.root = names::root(name);
            if self.root.is_none() {
                self.spaces.truncate(open.spaces);
                return true;
            }
            self.reading.lang = attribute(attributes, "xml:lang").map(ToOwned::to_owned);
        }
        if is_item(space, local) {
            // An entry inside an entry or a field: that one was never closed.
            self.close_item(from);
            if let Some(depth) = self.capture.as_ref().map(|one| one.depth) {
                self.pop_to(depth, from);
            }
            self.seen += 1;
            if self.seen > MAX_ENTRIES {
                return false;
            }
            self.item = Some(self.new_item(attributes));
            self.push(Open { role: Role::Item, ..open }, attributes);
            return true;
        }
        self.close_unclosed_field(space, local, from);
        let role = self.role_of(space, local, attributes);
        self.push(Open { role, ..open }, attributes);
        true
    }

    /// What a start tag begins here; starts reading a field.
    fn role_of(&mut self, space: Space, local: &str, attributes: &'a str) -> Role {
        if let Some(capture) = &mut self.capture {
            capture.marked = true;
            return Role::Other;
        }
        let parent = self.stack.last().map(|open| open.role);
        if self.item.is_some() {
            if !matches!(parent, Some(Role::Item | Role::Group)) {
                return Role::Other;
            }
            return match names::field(space, local) {
                Some((Field::Group, _)) => Role::Group,
                Some((field, rank)) => {
                    self.begin_field(field, rank, space, attributes);
                    Role::Other
                }
                None => Role::Other,
            };
        }
        if self.stack.is_empty() || (local.eq_ignore_ascii_case("channel") && space.is_feed()) {
            return Role::Feed;
        }
        if parent == Some(Role::Feed) && space.is_feed() {
            let target = match local.to_ascii_lowercase().as_str() {
                "title" => Target::FeedTitle,
                "link" => return self.feed_link(space, attributes),
                "language" => Target::FeedLang,
                "ttl" => Target::FeedTtl,
                _ => return Role::Other,
            };
            self.capture(target, space, attributes);
        }
        Role::Other
    }

    /// A field of plain text cannot hold another field of the entry: it was never closed.
    fn close_unclosed_field(&mut self, space: Space, local: &str, from: usize) {
        let Some(capture) = &self.capture else { return };
        let Some((next, _)) = names::field(space, local) else { return };
        let foreign = !matches!(next, Field::Title | Field::Link | Field::Summary | Field::Content);
        let closes = match capture.target {
            // HTML knows titles and links too, but no guid and no date.
            Target::Entry(Field::Summary | Field::Content, _) => {
                foreign && space.is_feed() && space == capture.space
            }
            _ => space != Space::Xhtml,
        };
        if closes && capture.space.is_feed() {
            let depth = capture.depth;
            self.pop_to(depth, from);
        }
    }

    fn push(&mut self, open: Open<'a>, attributes: &str) {
        if self.stack.len() >= MAX_DEPTH {
            self.overflow += 1;
            return;
        }
        if let Some(base) = attribute_if(attributes, "xml:base") {
            let base = absolute(&entities::resolve(base), self.innermost_base());
            if let Ok(base) = Url::parse(&base) {
                self.bases.push(base);
            }
        }
        self.stack.push(open);
    }

    fn end(&mut self, name: &str, from: usize) {
        if self.overflow > 0 {
            self.overflow -= 1;
            return;
        }
        let same =
            |open: &Open<'_>| open.name.len() == name.len() && open.name.eq_ignore_ascii_case(name);
        let found = self.stack.iter().rposition(same);
        if let Some(depth) = found {
            self.pop_to(depth, from);
        }
    }

    /// Closes elements until `depth` are open; the inside of a field ends at `from`.
    fn pop_to(&mut self, depth: usize, from: usize) {
        while self.stack.len() > depth {
            let Some(open) = self.stack.pop() else { return };
            if let Some(capture) = self.capture.take_if(|one| one.depth >= self.stack.len()) {
                self.finish_field(capture, from);
            }
            if open.role == Role::Item {
                self.finish_item();
            }
            self.spaces.truncate(open.spaces);
            self.bases.truncate(open.bases);
        }
        self.overflow = 0;
    }

    fn close_item(&mut self, from: usize) {
        if let Some(depth) = self.stack.iter().position(|open| open.role == Role::Item) {
            self.pop_to(depth, from);
        }
    }

    fn new_item(&self, attributes: &str) -> Raw {
        let mut item = Raw {
            lang: attribute(attributes, "xml:lang").map(ToOwned::to_owned),
            ..Raw::default()
        };
        for name in ["rdf:about", "about", "href"] {
            if let Some(about) = attribute(attributes, name).filter(|one| !one.is_empty()) {
                item.other_link.offer(0, entities::resolve(about).into_owned());
            }
        }
        item
    }

    fn finish_item(&mut self) {
        if let Some(item) = self.item.take().filter(|item| !item.is_blank()) {
            self.reading.entries.push(item);
        }
    }

    fn innermost_base(&self) -> Option<&Url> {
        self.bases.last().or(self.base)
    }

    fn declare(&mut self, attributes: &'a str) {
        if !attributes.contains("xmlns") {
            return;
        }
        let at_root = self.root.is_none();
        for (name, value) in each_attribute(attributes) {
            let (prefix, declares) = match name.strip_prefix("xmlns") {
                Some("") => ("", true),
                Some(prefix) => (prefix.trim_start_matches(':'), prefix.starts_with(':')),
                None => continue,
            };
            if !declares || self.spaces.len() > MAX_DEPTH * 4 {
                continue;
            }
            // A default namespace that nobody knows, on the root, is a publisher's whim.
            let unknown = if prefix.is_empty() && at_root { Space::Rss } else { Space::Other };
            let space = match Space::declared(value) {
                Some(space) => space,
                None if prefix.is_empty() => unknown,
                None => Space::customary(prefix),
            };
            self.spaces.push((prefix, space));
        }
    }

    fn space(&self, prefix: &str) -> Space {
        let declared = self.spaces.iter().rev().find(|(one, _)| *one == prefix);
        match declared {
            // RDF as the default namespace: its plain names are meant as RSS.
            Some((_, Space::Rdf)) if prefix.is_empty() => Space::Rss,
            Some((_, space)) => *space,
            None if prefix.is_empty() && self.root == Some(Root::Atom) => Space::Atom,
            None => Space::customary(prefix),
        }
    }
}

fn attribute_if<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    if attributes.contains(name) { attribute(attributes, name) } else { None }
}

fn is_item(space: Space, local: &str) -> bool {
    space.is_feed() && (local.eq_ignore_ascii_case("item") || local.eq_ignore_ascii_case("entry"))
}
