//! Where a source is asked, and with which validators.
//!
//! A permanent redirect is adopted once several answers agree. The written address stays the truth:
//! it is asked once a day whether it still says so, whatever the adopted one answers, and whenever that
//! one fails; where it answers itself again, the move is forgotten. Invariant: validators are sent only where the answer
//! that gave them came from, or to what led there, so that no 304 can speak of another document.

use super::{DAY, Outcome, Polled};
use crate::collect::fetch::{FailureKind, Fetched, Validators};
use crate::model::source::{Moved, SourceState};
use crate::model::{Source, Timestamp};

/// Agreeing answers in a row after which a permanent redirect is adopted.
const ADOPTED_AFTER: u32 = 3;

/// One request that a poll may make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Where.
    pub address: String,
    /// What the server is asked to compare with; without, it is asked for everything.
    pub validators: Option<Validators>,
}

/// Whether a move is adopted: requests then go to the new address.
pub(super) fn is_adopted(moved: &Moved) -> bool {
    moved.times >= ADOPTED_AFTER
}

/// The requests of a poll, in order: a later one is made only where [`try_next`] says so.
#[must_use]
pub fn asks(source: &Source, state: &SourceState, now: Timestamp) -> Vec<Ask> {
    let whole = |address: &str| Ask { address: address.to_owned(), validators: None };
    let Some(moved) = state.moved.as_ref().filter(|moved| is_adopted(moved)) else {
        return vec![Ask { address: source.url.clone(), validators: validators(state, now) }];
    };
    // What failed at one address is tried at the other next time.
    let doubtful = state.failures % 2 == 1;
    if is_due(moved, state, now) || doubtful {
        return vec![whole(&source.url), whole(&moved.to)];
    }
    let same = state.read_at.as_deref() == Some(moved.to.as_str());
    let known = validators(state, now).filter(|_| same);
    vec![Ask { address: moved.to.clone(), validators: known }, whole(&source.url)]
}

/// Whether the written address is to be asked again: a day after it last spoke of the move, and where
/// nothing came of that once on each later day. By the last poll and not by a note of its own, so that an
/// address that hangs does not hold up every poll.
fn is_due(moved: &Moved, state: &SourceState, now: Timestamp) -> bool {
    let Some(last) = state.last_poll else { return true };
    let day_of = |at: Timestamp| at.since(moved.confirmed).as_secs() / DAY.as_secs();
    // A clock that was set back would wait for that day.
    last > now || moved.confirmed > now || day_of(now) > day_of(last)
}

/// The last instant from which on items may be missing, given that nothing of what this poll showed was
/// known: the last good answer or, of a written address that has answered itself again, when it last sent
/// us elsewhere.
pub(super) fn known_until(
    source: &Source,
    before: &SourceState,
    polled: &Polled,
) -> Option<Timestamp> {
    let back = polled.asked == source.url && polled.moved.is_none();
    let moved = before.moved.as_ref().filter(|moved| back && is_adopted(moved));
    let last = before.last_success?;
    Some(moved.map_or(last, |moved| moved.confirmed.min(last)))
}

/// Whether what came of one request leaves it to the next to bring something. A server that asks
/// for patience is left alone.
#[must_use]
pub fn try_next(fetched: &Fetched) -> bool {
    matches!(fetched, Fetched::Failed(failure) if failure.kind != FailureKind::Later)
}

/// None at the first request, and none once a day, because some servers answer 304 to anything.
fn validators(state: &SourceState, now: Timestamp) -> Option<Validators> {
    if is_stale(state, now) || (state.etag.is_none() && state.last_modified.is_none()) {
        return None;
    }
    Some(Validators { etag: state.etag.clone(), last_modified: state.last_modified.clone() })
}

/// Whether the source was not asked for everything for a day.
fn is_stale(state: &SourceState, now: Timestamp) -> bool {
    state.last_full.is_none_or(|full| now.since(full) >= DAY || full > now)
}

/// The address that answered, if it is not the written one.
pub(super) fn other_than(written: &str, answered: Option<&str>) -> Option<String> {
    answered.filter(|answered| *answered != written).map(ToOwned::to_owned)
}

/// What is known of a move after a good answer.
pub(super) fn moved(before: Option<Moved>, source: &Source, polled: &Polled) -> Option<Moved> {
    debug_assert!(matches!(polled.outcome, Outcome::NotModified | Outcome::Read(_)));
    if polled.asked != source.url {
        // The new address was asked: that says nothing about the written one.
        return before;
    }
    let to = polled.moved.as_ref().filter(|to| **to != source.url)?;
    match before {
        Some(moved) if moved.to == *to => {
            let times = moved.times.saturating_add(1);
            Some(Moved { times, confirmed: polled.started, ..moved })
        }
        _ => Some(Moved { to: to.clone(), confirmed: polled.started, times: 1 }),
    }
}
