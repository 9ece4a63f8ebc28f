//! A look over a document before anything is built from it: is it plain enough for feed-rs?
//!
//! Plain means well-formed, not deep, not huge, and free of what feed-rs reads otherwise than the
//! tolerant reader does. When in doubt it is not plain: the tolerant reader reads everything.
//! Invariant: nothing that is not plain reaches feed-rs, which recurses without a limit of its own.

use url::Url;

use super::fields::MAX_ADDRESS;
use super::names::{self, Field, Root, Space};
use super::tokens::{Flaws, Token, Tokens, attribute, each_attribute, find};
use super::{MAX_ENTRIES, entities};
use crate::collect::plain;

/// Deeper documents are not for a parser that recurses: 700 nested elements overflow its stack.
const MAX_DEPTH: usize = 64;
/// More elements than this and a tree of them is too big.
const MAX_ELEMENTS: usize = 100_000;

/// Longer texts are for the reader that makes fewer copies.
const MAX_LENGTH: usize = 8 * 1024 * 1024;

/// How many entries a plain document has; `None` when it is not plain.
pub(super) fn plain(text: &str) -> Option<usize> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let mut survey = Survey {
        tokens: Tokens::new(text),
        stack: Vec::new(),
        prefixes: Vec::new(),
        root: None,
        closed: false,
        item: None,
        field: None,
        link: false,
        items: 0,
        elements: 0,
    };
    let plain = survey.run();
    (plain && survey.closed && survey.tokens.flaws == Flaws::default()).then_some(survey.items)
}

struct Survey<'a> {
    tokens: Tokens<'a>,
    stack: Vec<&'a str>,
    prefixes: Vec<&'a str>,
    root: Option<Root>,
    closed: bool,
    /// Depth of the open entry.
    item: Option<usize>,
    /// The open field of it, and whether it may hold markup.
    field: Option<bool>,
    /// Whether that field is a link.
    link: bool,
    items: usize,
    elements: usize,
}

impl<'a> Survey<'a> {
    fn run(&mut self) -> bool {
        let mut first = true;
        while let Some(token) = self.tokens.next() {
            let fine = match token {
                Token::Start { name, attributes, empty } => {
                    self.start(name, attributes) && (!empty || self.end(name))
                }
                Token::End { name } => self.end(name),
                // feed-rs reads escaped markup within XHTML as markup.
                Token::Text(text) if self.field == Some(true) && find(text, b'&').is_some() => {
                    false
                }
                Token::Text(text) | Token::Literal(text) if self.link && !stays(text) => false,
                Token::Text(text) => {
                    only_xml_references(text) && (!self.stack.is_empty() || text.trim().is_empty())
                }
                Token::Instruction(inner) => first || !inner.starts_with("xml "),
                Token::Doctype(inner) => !inner.contains('['),
                Token::Literal(_) | Token::Comment => true,
            };
            if !fine {
                return false;
            }
            first = false;
        }
        true
    }

    fn start(&mut self, name: &'a str, attributes: &'a str) -> bool {
        self.elements += 1;
        if self.closed
            || self.stack.len() >= MAX_DEPTH
            || self.elements > MAX_ELEMENTS
            || !only_xml_references(attributes)
        {
            return false;
        }
        let fine = match self.root {
            None => self.begin_root(name, attributes),
            Some(_) => self.inner(name, attributes),
        };
        self.stack.push(name);
        fine
    }

    fn inner(&mut self, name: &'a str, attributes: &'a str) -> bool {
        let (prefix, local) = names::split(name);
        let in_markup = self.field == Some(true);
        if self.field == Some(false) {
            // Markup inside a field that should be text.
            return false;
        }
        if in_markup {
            return true;
        }
        let odd = attributes.contains("xmlns") || attributes.contains("xml:");
        if odd || !(prefix.is_empty() || self.prefixes.contains(&prefix)) {
            return false;
        }
        let depth = self.stack.len();
        if prefix.is_empty() && (local == "item" || local == "entry") {
            self.items += 1;
            return self.item.replace(depth).is_none() && self.items <= MAX_ENTRIES;
        }
        if self.item == Some(depth.wrapping_sub(1)) {
            return self.begin_field(prefix, local, attributes);
        }
        true
    }

    fn begin_field(&mut self, prefix: &str, local: &str, attributes: &str) -> bool {
        let space = Space::customary(prefix);
        match names::field(space, local) {
            Some((Field::Category, rank)) => {
                self.field = Some(false);
                // Subjects are unknown to feed-rs, and so are Atom's categories without a term.
                let termed = self.root != Some(Root::Atom) || attributes.contains("term");
                rank == 0 && termed
            }
            Some((Field::Group, _)) | None => true,
            Some((Field::Link, _)) => {
                self.field = Some(false);
                self.link = true;
                attribute(attributes, "href").is_none_or(stays)
            }
            Some(_) => {
                let xhtml = attribute(attributes, "type") == Some("xhtml");
                self.field = Some(xhtml && self.root == Some(Root::Atom));
                true
            }
        }
    }

    fn end(&mut self, name: &str) -> bool {
        if self.stack.pop() != Some(name) {
            return false;
        }
        let depth = self.stack.len();
        match self.item {
            Some(item) if depth == item => self.item = None,
            Some(item) if depth == item + 1 => (self.field, self.link) = (None, false),
            _ => {}
        }
        self.closed = self.stack.is_empty();
        true
    }

    fn begin_root(&mut self, name: &'a str, attributes: &'a str) -> bool {
        self.root = match name {
            "rss" => Some(Root::Rss),
            "feed" => Some(Root::Atom),
            "rdf:RDF" => Some(Root::Rdf),
            _ => return false,
        };
        let mut default = None;
        for (name, value) in each_attribute(attributes) {
            if name == "xmlns" {
                default = Some(value);
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.prefixes.push(prefix);
                if !known(prefix, value) {
                    return false;
                }
            } else if name == "xml:base" || (name == "xml:lang" && self.root != Some(Root::Atom)) {
                return false;
            }
        }
        match self.root {
            Some(Root::Rss) => {
                let version = attribute(attributes, "version").unwrap_or("");
                default.is_none() && ["2.0", "0.91", "0.92"].contains(&version)
            }
            Some(Root::Rdf) => default == Some("http://purl.org/rss/1.0/"),
            _ => default == Some("http://www.w3.org/2005/Atom"),
        }
    }
}

/// Whether a declaration means the same to feed-rs and to the tolerant reader: a space that counts
/// must be declared under its customary prefix and its exact address.
fn known(prefix: &str, address: &str) -> bool {
    let exact = [
        (Space::Atom, "http://www.w3.org/2005/Atom"),
        (Space::Content, "http://purl.org/rss/1.0/modules/content/"),
        (Space::Dc, "http://purl.org/dc/elements/1.1/"),
        (Space::Media, "http://search.yahoo.com/mrss/"),
        (Space::Itunes, "http://www.itunes.com/dtds/podcast-1.0.dtd"),
        (Space::Rdf, "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ];
    let custom = Space::customary(prefix);
    match Space::declared(address) {
        None | Some(Space::Other) => custom == Space::Other,
        Some(Space::DcTerms) => custom == Space::DcTerms,
        Some(Space::Xhtml) => true,
        Some(space) => custom == space && exact.contains(&(space, address)),
    }
}

/// Whether feed-rs hands an address on as it is written: it takes whole ones apart and puts them
/// together again, with the host in lower case and other escapes. A link is told as its publisher
/// wrote it.
fn stays(link: &str) -> bool {
    let link = link.trim();
    if plain::is_address(link) {
        return true;
    }
    if link.len() > MAX_ADDRESS {
        return false;
    }
    let link = entities::resolve(link);
    Url::parse(&link).map_or(true, |url| url.as_str() == link)
}

/// Whether every `&` begins a reference that XML itself knows.
fn only_xml_references(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = find(rest, b'&') {
        rest = &rest[at..];
        let own = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
        let fine = own.iter().any(|one| rest.starts_with(one))
            || (rest.starts_with("&#")
                && entities::reference(rest).is_some_and(|(one, _)| one > ' ')
                && !in_c1(rest));
        if !fine {
            return false;
        }
        rest = &rest[1..];
    }
    true
}

/// Numbers 128 to 159 mean windows-1252 on the web, and something else to XML.
fn in_c1(reference: &str) -> bool {
    let body = reference[2..].split(';').next().unwrap_or("");
    let code = match body.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => body.parse(),
    };
    code.is_ok_and(|code| (0x80..=0x9f).contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_documents_are_told_from_others() {
        let rss = |inner: &str| format!("<rss version=\"2.0\"><channel>{inner}</channel></rss>");
        let item = "<item><title>A &amp; B</title><link>http://x.test/</link></item>";
        for (text, items) in [
            (rss(item), Some(1)),
            (format!("<?xml version=\"1.0\"?>{}", rss(&item.repeat(3))), Some(3)),
            (rss(""), Some(0)),
            (rss("<item><title>a <b>c</b></title></item>"), None),
            (rss("<item><title>AT&T</title></item>"), None),
            (rss("<item><title>caf&eacute;</title></item>"), None),
            (rss("<item><link>http://X.test/</link></item>"), None),
            (rss("<item><link>http://x.test/\u{e9}?a=1</link></item>"), None),
            (rss("<item><link> http://x.test/?a=1&amp;b=%20 </link></item>"), Some(1)),
            (rss("<item><link>/relative \u{e9}</link></item>"), Some(1)),
            (rss("<item><dc:title>x</dc:title></item>"), None),
            (rss("<item><title>x</item>"), None),
            (rss(item).replace("2.0", "2.01"), None),
            (rss(item)[..60].to_owned(), None),
            (rss(&format!("{}{}", "<a>".repeat(70), "</a>".repeat(70))), None),
            (rss(&"<item/>".repeat(MAX_ENTRIES + 1)), None),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry/></feed>".to_owned(), Some(1)),
            ("<feed xmlns=\"http://purl.org/atom/ns#\"><entry/></feed>".to_owned(), None),
        ] {
            assert_eq!(plain(&text), items, "{text}");
        }
    }
}
