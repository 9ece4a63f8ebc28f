//! Which element means what: namespaces by address or, where undeclared, by their usual prefix.

/// Where an element's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS of any version, or no namespace at all.
    Rss,
    Atom,
    Rdf,
    Dc,
    DcTerms,
    Content,
    Media,
    Itunes,
    Xhtml,
    Other,
}

impl Space {
    /// By the address of a declaration.
    pub(super) fn declared(address: &str) -> Option<Self> {
        let address = address.trim().to_ascii_lowercase();
        let has = |part: &str| address.contains(part);
        Some(if has("w3.org/2005/atom") || has("purl.org/atom") {
            Self::Atom
        } else if has("rss/1.0/modules/content") {
            Self::Content
        } else if has("/modules/") {
            Self::Other
        } else if has("purl.org/rss")
            || has("netscape.com/")
            || has("userland.com/")
            || has("tech/rss")
        {
            Self::Rss
        } else if has("1999/02/22-rdf") {
            Self::Rdf
        } else if has("purl.org/dc/terms") {
            Self::DcTerms
        } else if has("purl.org/dc/") {
            Self::Dc
        } else if has("yahoo.com/mrss") {
            Self::Media
        } else if has("itunes.com/dtds") {
            Self::Itunes
        } else if has("1999/xhtml") {
            Self::Xhtml
        } else {
            return None;
        })
    }

    /// By a prefix that nobody declared.
    pub(super) fn customary(prefix: &str) -> Self {
        match prefix.to_ascii_lowercase().as_str() {
            "" | "rss" => Self::Rss,
            "atom" | "atom10" | "a10" => Self::Atom,
            "rdf" => Self::Rdf,
            "dc" => Self::Dc,
            "dcterms" | "dct" => Self::DcTerms,
            "content" => Self::Content,
            "media" | "mrss" => Self::Media,
            "itunes" => Self::Itunes,
            "xhtml" | "html" => Self::Xhtml,
            _ => Self::Other,
        }
    }

    /// Whether feeds are written in it.
    pub(super) fn is_feed(self) -> bool {
        matches!(self, Self::Rss | Self::Atom)
    }
}

/// What an element inside an entry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Link,
    Guid,
    Summary,
    Content,
    Published,
    Updated,
    Category,
    Enclosure,
    /// Its children count as the entry's own.
    Group,
}

/// The meaning of an element of an entry, with its rank among those of the same meaning.
pub(super) fn field(space: Space, local: &str) -> Option<(Field, u8)> {
    use Field::*;
    let local = local.to_ascii_lowercase();
    let found = match (space, local.as_str()) {
        (Space::Rss | Space::Atom, name) => match name {
            "title" => (Title, 0),
            "link" => (Link, 0),
            "guid" | "id" => (Guid, 0),
            "description" => (Summary, 0),
            "summary" => (Summary, 1),
            "abstract" | "tagline" => (Summary, 2),
            "content" => (Content, 1),
            "fulltext" => (Content, 3),
            "pubdate" | "published" => (Published, 0),
            "issued" => (Published, 1),
            "date" => (Published, 3),
            "created" => (Published, 5),
            "updated" | "modified" => (Updated, 0),
            "category" => (Category, 0),
            "enclosure" => (Enclosure, 0),
            _ => return None,
        },
        (Space::Content, "encoded") => (Content, 0),
        (Space::Content, "items") => return None,
        (Space::Xhtml, "body" | "div") => (Content, 4),
        (Space::Dc, "title") | (Space::DcTerms, "title") => (Title, 2),
        (Space::Dc, "description") | (Space::DcTerms, "abstract") => (Summary, 3),
        (Space::Dc, "date") => (Published, 2),
        (Space::DcTerms, "issued" | "available" | "date") => (Published, 3),
        (Space::DcTerms, "created") => (Published, 4),
        (Space::DcTerms, "modified") => (Updated, 1),
        (Space::Dc, "subject") => (Category, 1),
        (Space::Media, "title") => (Title, 1),
        (Space::Media, "description") => (Summary, 4),
        (Space::Media, "group" | "content") => (Group, 0),
        (Space::Itunes, "title") => (Title, 3),
        (Space::Itunes, "summary") => (Summary, 5),
        (Space::Itunes, "subtitle") => (Summary, 6),
        _ => return None,
    };
    Some(found)
}

/// A name split at its prefix.
pub(super) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// What kind of document a root element begins, by its local name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Rss,
    Rdf,
    Atom,
    /// A feed without its proper root: a channel or an entry alone.
    Bare,
}

/// The root that an element is, if it is one.
pub(super) fn root(name: &str) -> Option<Root> {
    let (prefix, local) = split(name);
    match local.to_ascii_lowercase().as_str() {
        "rss" => Some(Root::Rss),
        "rdf" => Some(Root::Rdf),
        "feed" => Some(Root::Atom),
        "channel" | "entry" | "item" if Space::customary(prefix).is_feed() => Some(Root::Bare),
        _ => None,
    }
}
