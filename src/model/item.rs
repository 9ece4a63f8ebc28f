//! Entries as a document gives them, and items as evidence.

use serde::{Deserialize, Serialize};

use super::{ItemId, SourceId, Timestamp};

/// The words of an item: the only thing that matching looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemText {
    /// Headline, as plain text.
    pub title: String,
    /// Summary, as plain text.
    pub summary: String,
    /// Full content where the feed delivers it, as plain text.
    pub content: String,
    /// Categories as the feed names them.
    pub categories: Vec<String>,
    /// Language as a BCP 47 tag, if known.
    pub lang: Option<String>,
}

/// One entry of a document, before it is known whether it is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The publisher's own id (guid, atom:id), exactly as written.
    pub guid: Option<String>,
    /// The address of the article, absolute where it can be, of any scheme.
    pub link: Option<String>,
    /// Its words.
    pub text: ItemText,
    /// When it says it was published.
    pub published: Option<Timestamp>,
    /// When it says it was last changed.
    pub updated: Option<Timestamp>,
}

/// One entry of a source, kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id, the same over all revisions.
    pub id: ItemId,
    /// 1 for the item as first seen, counting up with each edit.
    pub revision: u32,
    /// Where it was seen.
    pub source: SourceId,
    /// Whether that source is an authority speaking for itself, as written when it was seen.
    pub official: bool,
    /// The publisher's own id.
    pub guid: Option<String>,
    /// Canonical address of the article, with the section of the page if it points to one.
    pub link: Option<String>,
    /// Its words.
    pub text: ItemText,
    /// Hash over its words, by which an edit is noticed.
    pub text_hash: String,
    /// When it says it was published (else updated); `None` when it does not say or says nonsense.
    pub published: Option<Timestamp>,
    /// When this revision was first seen.
    pub first_seen: Timestamp,
    /// How it came to be there, which decides how loudly it may be told.
    pub arrival: Arrival,
}

/// How an item came to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// It appeared in a source that was already being read.
    New,
    /// It was there at the first successful read and is recent: told once, never urgent.
    AlreadyThere,
    /// It was there at the first successful read and is old: recorded and counted only.
    Baseline,
    /// The publisher changed an item that was known.
    Edited,
    /// It says that it was published long before we saw it, among others like it, in a source that is
    /// read all the while or again: told, never urgent.
    Old,
    /// It was known from the same address, under an id of its source that is gone: recorded only.
    Elsewhere,
}

impl Arrival {
    /// The name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::AlreadyThere => "already_there",
            Self::Baseline => "baseline",
            Self::Edited => "edited",
            Self::Old => "old",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// Whether an item that came so is ever told.
    #[must_use]
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Baseline | Self::Elsewhere)
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        use Arrival::{AlreadyThere, Baseline, Edited, Elsewhere, New, Old};
        [New, AlreadyThere, Baseline, Edited, Old, Elsewhere]
            .into_iter()
            .find(|arrival| arrival.as_str() == name)
    }
}

/// What identifies an entry to its source: the keys by which a known item is found again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The publisher's own id.
    pub guid: Option<String>,
    /// Canonical address, with the section of the page if it points to one: an item is found again
    /// by its page, and told from others there by its section.
    pub link: Option<String>,
    /// Hash over the words.
    pub text_hash: String,
}

/// An item of a source that is already known, as the identity rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownItem {
    /// Its id.
    pub id: ItemId,
    /// Its newest revision.
    pub revision: u32,
    /// The keys of its newest revision.
    pub identity: Identity,
    /// The headline of its newest revision.
    pub title: String,
    /// When its newest revision says that it was published.
    pub published: Option<Timestamp>,
    /// When its newest revision was first seen.
    pub first_seen: Timestamp,
    /// How its newest revision came.
    pub arrival: Arrival,
    /// Up to when its learning of new keys is used up, if it ever learnt any.
    pub learnt: Option<Timestamp>,
}

/// A known item that its source shows in the same words under other keys: by these it is known from
/// now on. It is no edit, so nothing is judged or told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rekeyed {
    /// The item.
    pub item: ItemId,
    /// The publisher's own id, as it stands there now.
    pub guid: Option<String>,
    /// Its canonical address, as it stands there now.
    pub link: Option<String>,
    /// Up to when its learning is used up by that.
    pub learnt: Timestamp,
}

/// An address without the section of the page that it points to.
#[must_use]
pub fn page_of(link: &str) -> &str {
    link.split('#').next().unwrap_or(link)
}
