//! Sources: what is watched, and how it is doing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Located, SourceId, Timestamp};

/// What to do with the items that a source already shows when it is read for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirstRun {
    /// Tell once, as *already there*, what was published within this span (and what has no date).
    Within(Duration),
    /// Treat every item as new.
    All,
    /// Record and count only.
    None,
}

/// A `[[source]]` as written, with the defaults of `[collect]` filled in.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// The stable name.
    pub id: Located<String>,
    /// The address as written.
    pub url: Located<String>,
    /// What kind of source; only `feed` so far, pages and lists are to come.
    pub kind: Located<String>,
    /// An authority speaking for itself.
    pub official: bool,
    /// Language of its items, as a BCP 47 tag, when the feed does not say or says it wrongly.
    pub lang: Option<Located<String>>,
    /// Time between polls.
    pub interval: Located<Duration>,
    /// Whether addresses of private networks may be read.
    pub allow_private: bool,
    /// What the first successful read tells.
    pub first_run: Located<FirstRun>,
    /// Not to be read until somebody says so; its history is kept.
    pub paused: Option<Located<bool>>,
}

/// A source that can be polled: checked, with nothing left to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The stable name; all history belongs to it.
    pub id: SourceId,
    /// The address as written, known to be http or https.
    pub url: String,
    /// An authority speaking for itself.
    pub official: bool,
    /// Language of its items, if a person said so.
    pub lang: Option<String>,
    /// Time between polls.
    pub interval: Duration,
    /// Whether addresses of private networks may be read.
    pub allow_private: bool,
    /// What the first successful read tells.
    pub first_run: FirstRun,
}

/// How a source is doing, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Never polled yet.
    New,
    /// Read, and its items understood.
    Healthy,
    /// The last polls did not bring a readable document.
    Failing,
    /// A feed, but without items.
    Empty,
    /// Something else came, a web page for example.
    NotAFeed,
    /// Far fewer items than usual.
    Shrunk,
    /// Nothing new far beyond its habit.
    Silent,
    /// The server says 410.
    Gone,
    /// The server refuses us (401, 403, 429 …) or the address is private.
    Blocked,
    /// The server answers permanently from another address.
    Moved,
}

impl Health {
    /// Every state, in the order above.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Healthy,
        Self::Failing,
        Self::Empty,
        Self::NotAFeed,
        Self::Shrunk,
        Self::Silent,
        Self::Gone,
        Self::Blocked,
        Self::Moved,
    ];

    /// The name in output and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Healthy => "healthy",
            Self::Failing => "failing",
            Self::Empty => "empty",
            Self::NotAFeed => "not_a_feed",
            Self::Shrunk => "shrunk",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Blocked => "blocked",
            Self::Moved => "moved",
        }
    }

    /// Reads the name back; an unknown one (of a later version) counts as failing, so that it is
    /// looked at.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|health| health.as_str() == name).unwrap_or(Self::Failing)
    }

    /// Whether what the source says reaches us: anything else is missing coverage and is told.
    #[must_use]
    pub fn is_covered(self) -> bool {
        matches!(self, Self::Healthy | Self::Moved | Self::Empty | Self::Silent | Self::Shrunk)
    }
}

/// What is remembered of a source between polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// Its health.
    pub health: Health,
    /// Since when it has been that.
    pub since: Timestamp,
    /// ETag of the last body that was read whole, byte-exact.
    pub etag: Option<Vec<u8>>,
    /// Last-Modified of the last body that was read whole, byte-exact.
    pub last_modified: Option<Vec<u8>>,
    /// When the last request was made.
    pub last_poll: Option<Timestamp>,
    /// When a request last brought a readable document or a 304.
    pub last_success: Option<Timestamp>,
    /// When a request was last made without validators.
    pub last_full: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// Not before this instant: the server's own Retry-After.
    pub retry_after: Option<Timestamp>,
    /// Items in the last document that was read.
    pub entries: Option<u32>,
    /// What went wrong last, in words; empty after a success.
    pub error: Option<String>,
    /// The address that the validators are from, if it is not the written one.
    pub read_at: Option<String>,
    /// Where its server says that it has moved for good.
    pub moved: Option<Moved>,
    /// What is usual for it.
    pub habit: Habit,
    /// What its document calls itself, as last read.
    pub title: Option<String>,
    /// Why its next document is as good as a first one, if it is.
    pub anew: Option<Anew>,
    /// When it was last read before that, if ever: answers with nothing in them leave this as it is.
    pub read_before: Option<Timestamp>,
    /// Since when its documents are read with loss, whatever fails in between; `None` where the last one was whole.
    pub cut_since: Option<Timestamp>,
}

/// Why the next document of a source that was read before is as good as a first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// Somebody wrote another address for it.
    Address,
    /// It was taken out of the files, and came back.
    Back,
    /// Nothing was in it so far.
    Unseen,
}

impl Anew {
    /// The name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Back => "back",
            Self::Unseen => "unseen",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Address, Self::Back, Self::Unseen].into_iter().find(|one| one.as_str() == name)
    }
}

/// A permanent redirect, as often as it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where to.
    pub to: String,
    /// When the written address last said so. What it said since then is not known.
    pub confirmed: Timestamp,
    /// How many answers in a row agreed.
    pub times: u32,
}

/// What is usual for a source, in a few numbers: by these it counts as shrunk or silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habit {
    /// Items in its document; 0 when not known yet.
    pub items: u32,
    /// The longest time that it usually goes without an item.
    pub pause: Option<Duration>,
    /// When it last said something new.
    pub latest: Option<Timestamp>,
}

impl SourceState {
    /// A source that was never polled.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            health: Health::New,
            since: now,
            etag: None,
            last_modified: None,
            last_poll: None,
            last_success: None,
            last_full: None,
            failures: 0,
            retry_after: None,
            entries: None,
            error: None,
            read_at: None,
            moved: None,
            habit: Habit::default(),
            title: None,
            anew: None,
            read_before: None,
            cut_since: None,
        }
    }

    /// Whether this says the same as `before`, but for when the source was last polled and read.
    #[must_use]
    pub fn repeats(&self, before: &Self) -> bool {
        let Self {
            health,
            since,
            etag,
            last_modified,
            last_poll: _,
            last_success: _,
            last_full,
            failures,
            retry_after,
            entries,
            error,
            read_at,
            moved,
            habit,
            title,
            anew,
            read_before,
            cut_since,
        } = self;
        (health, since, failures) == (&before.health, &before.since, &before.failures)
            && (etag, last_modified) == (&before.etag, &before.last_modified)
            && (last_full, retry_after) == (&before.last_full, &before.retry_after)
            && (entries, habit) == (&before.entries, &before.habit)
            && (error, read_at) == (&before.error, &before.read_at)
            && (moved, title) == (&before.moved, &before.title)
            && (anew, read_before) == (&before.anew, &before.read_before)
            && *cut_since == before.cut_since
    }
}

/// A stretch of time in which items of a source may have come and gone unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The source.
    pub source: SourceId,
    /// The last poll before it.
    pub from: Timestamp,
    /// The poll that noticed it.
    pub until: Timestamp,
}
