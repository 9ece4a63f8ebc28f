//! What poll leaves for assess: claims, and what one poll brought.

use crate::model::item::{KnownItem, Rekeyed};
use crate::model::source::{Gap, SourceState};
use crate::model::{Item, ItemId, Source, SourceId, Timestamp};

/// Which sources a claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Those whose next poll has come.
    Due,
    /// All that are not waiting for a Retry-After.
    All,
}

/// A source claimed for one poll.
#[derive(Clone, Debug)]
pub struct SourceTask {
    /// What to poll.
    pub source: Source,
    /// What is remembered of it.
    pub state: SourceState,
}

/// What is known of a source's address under ids that are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// Known items that share a key with what was asked for.
    pub known: Vec<KnownItem>,
    /// When the last of these ids went; `None` where there was none that was ever read.
    pub left: Option<Timestamp>,
    /// When it was last read.
    pub read: Option<Timestamp>,
}

/// What one poll brought, to be written in one transaction.
#[derive(Clone, Debug)]
pub struct FinishedPoll {
    /// The source.
    pub source: SourceId,
    /// Its address as it was written when it was claimed. Where it was edited meanwhile, the items
    /// are kept and everything that belongs to the old address is not.
    pub address: String,
    /// When the request was made.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// HTTP status, if one came.
    pub status: Option<u16>,
    /// Bytes of the body as received.
    pub bytes: u64,
    /// Entries in the document, be it the one that the server says has not changed; `None`: nothing was read.
    pub entries: Option<u32>,
    /// Items not known before, in the order in which they are to be assessed.
    pub new: Vec<Item>,
    /// New revisions of known items.
    pub edited: Vec<Item>,
    /// Known items that the document still shows: their identities are kept.
    pub seen: Vec<ItemId>,
    /// Known items that are known by other keys from now on.
    pub rekeyed: Vec<Rekeyed>,
    /// A gap that this poll noticed.
    pub gap: Option<Gap>,
    /// Whether the server said that nothing has changed, and nothing has: what is remembered is as it
    /// was claimed, but for when it was polled last and read last.
    pub quiet: bool,
    /// What is remembered from now on, validators included.
    pub state: SourceState,
    /// When to poll next.
    pub next_poll: Timestamp,
}
