//! Which reading of a source a document is, and so how loudly its new items may be told.
//!
//! Invariant: what may have been said since the source was last read is told, whatever its date. A date
//! makes an item less urgent only at a first reading (of a new source, of a new address, after being
//! away), or where a whole archive of such items comes at once from a source whose dates are known to
//! be right: one item with a wrong date rings as any other. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::item::{Arrival, KnownItem};
use crate::model::source::{Anew, SourceState};
use crate::model::{Entry, FirstRun, Source, Timestamp};

/// A source that was away for less was not away: a slip in a file is mended within the day.
const AWAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So many items with as many dates from long ago are no slip of one date: it is an archive.
const ARCHIVE_FROM: usize = 5;

/// Long ago, where the source does not say how far its first reading looks back.
const LONG: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Which reading of a source a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The first that succeeds.
    First,
    /// As good as a first one: at another address, or after being away.
    Again {
        /// When it was last read before that.
        read: Option<Timestamp>,
        /// When it last answered, be it with nothing.
        answered: Option<Timestamp>,
    },
    /// One of many.
    Usual,
}

impl Reading {
    /// By what is remembered of a source, and of its address under ids that are gone: when the last of
    /// these went, and when that was last read.
    #[must_use]
    pub fn of(
        state: &SourceState,
        (left, read): (Option<Timestamp>, Option<Timestamp>),
        now: Timestamp,
    ) -> Self {
        let lately = |at: Option<Timestamp>| at.is_some_and(|at| now.since(at) < AWAY);
        let own = state.anew.map_or(state.last_success, |_| state.read_before);
        let answered = state.last_success.max(read);
        let again = Self::Again { read: own.max(read), answered };
        match (state.last_success, state.anew) {
            // Under another id it was read all the while.
            _ if lately(left) && lately(read) => Self::Usual,
            (None, _) if left.is_none() => Self::First,
            // A source that began with nothing in it, and of whose address no other id knows anything.
            (Some(_), Some(Anew::Unseen)) if left.is_none() => Self::Usual,
            (None, _) | (Some(_), Some(Anew::Address | Anew::Unseen)) => again,
            (Some(_), Some(Anew::Back)) if !lately(own) => again,
            (Some(_), _) => Self::Usual,
        }
    }

    /// Whether what was read at the same address under ids that are gone may be in it.
    #[must_use]
    pub fn asks_elsewhere(state: &SourceState) -> bool {
        state.last_success.is_none() || state.anew.is_some()
    }

    /// How a new item came. `archive`: it is one of many from long ago.
    pub(super) fn arrival(
        self,
        source: &Source,
        entry: &Entry,
        archive: bool,
        now: Timestamp,
    ) -> Arrival {
        let at = entry.published.or(entry.updated);
        let old = at.is_some_and(|at| at < long_ago(source, now));
        match (self, source.first_run) {
            (Self::Usual, _) if archive && old => Arrival::Old,
            (Self::Usual, _) | (_, FirstRun::All) => Arrival::New,
            (Self::First, FirstRun::None) => Arrival::Baseline,
            (Self::First, FirstRun::Within(_)) if old => Arrival::Baseline,
            (Self::First, FirstRun::Within(_)) => Arrival::AlreadyThere,
            (Self::Again { read, answered }, first_run) => {
                let before = at.is_some_and(|at| read.is_none_or(|read| at <= read));
                // Between two readings within the day: news, wherever it was read.
                let since =
                    |then: Timestamp| now.since(then) < AWAY && at.is_some_and(|at| at > then);
                if read.is_some_and(since) || answered.is_some_and(since) {
                    return Arrival::New;
                }
                match old || first_run == FirstRun::None {
                    true if before => Arrival::Baseline,
                    _ if old => Arrival::Old,
                    _ => Arrival::AlreadyThere,
                }
            }
        }
    }
}

/// What was published before this was published long ago.
fn long_ago(source: &Source, now: Timestamp) -> Timestamp {
    match source.first_run {
        FirstRun::Within(span) => now.minus(span),
        FirstRun::All | FirstRun::None => now.minus(LONG),
    }
}

/// Whether the new entries of a document hold an archive. `shown` are the known items in it: by these
/// its dates are judged.
pub(super) fn is_archive<'a>(
    source: &Source,
    new: impl Iterator<Item = &'a Entry>,
    shown: impl Iterator<Item = &'a KnownItem>,
    now: Timestamp,
) -> bool {
    let long_ago = long_ago(source, now);
    let dates = new.filter_map(|entry| entry.published.or(entry.updated));
    let dates: BTreeSet<Timestamp> = dates.filter(|at| *at < long_ago).collect();
    source.first_run != FirstRun::All && dates.len() >= ARCHIVE_FROM && are_dated_well(shown)
}

/// Whether items were dated near the day on which they were first seen: at least one, and none that came
/// as news was not.
fn are_dated_well<'a>(shown: impl Iterator<Item = &'a KnownItem>) -> bool {
    let mut any = false;
    for one in shown {
        let (Some(published), seen) = (one.published, one.first_seen) else { continue };
        let near = published <= seen && seen.since(published) < LONG;
        match one.arrival {
            Arrival::New if !near => return false,
            Arrival::New | Arrival::AlreadyThere => any |= near,
            Arrival::Baseline | Arrival::Edited | Arrival::Old | Arrival::Elsewhere => {}
        }
    }
    any
}
