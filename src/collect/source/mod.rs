//! Which sources there are, when each is polled next and where, and how it is doing.
//!
//! Invariant: polling slows to daily at most and never stops, whatever a server answers. Pure: takes
//! `now`, decides, and leaves the doing to others.

use std::time::Duration;

use crate::model::source::{Anew, Gap, SourceState};
use crate::model::{Source, Timestamp};

mod address;
mod habit;
mod health;
mod language;
pub mod outage;
mod pace;
mod polled;
mod renamed;
mod written;

pub use address::{Ask, asks, try_next};
pub use polled::{Outcome, Polled, Read};
pub use renamed::{RenamedSource, renamed};
pub use written::compile;

/// Polling never gets slower than this, and a server's Retry-After counts up to this.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is remembered of a source after a poll, and when it is polled next.
#[must_use]
pub fn after(
    source: &Source,
    before: &SourceState,
    polled: &Polled,
    now: Timestamp,
) -> (SourceState, Timestamp) {
    let mut state = before.clone();
    state.last_poll = Some(polled.started);
    state.retry_after = None;
    match &polled.outcome {
        Outcome::NotModified => unchanged(&mut state, source, polled, now),
        Outcome::Read(read) => was_read(&mut state, source, polled, read, now),
        Outcome::NotAFeed(_) => state.failures = state.failures.saturating_add(1),
        Outcome::Failed(failure) => {
            state.failures = state.failures.saturating_add(1);
            state.retry_after = failure.retry_after.map(|wait| pace::retry_at(wait, now));
        }
    }
    let (health, error) = health::of(&state, polled, now);
    if health != before.health {
        state.since = now;
    }
    state.health = health;
    state.error = error;
    let next = pace::next_poll(source, &state, polled, now);
    (state, next)
}

fn unchanged(state: &mut SourceState, source: &Source, polled: &Polled, now: Timestamp) {
    succeeded(state, source, polled);
    // It vouches for a document that was whole: of another no validators are kept.
    state.cut_since = None;
    habit::settle(state, now);
    let answered = address::other_than(&source.url, polled.answered.as_deref());
    if answered != state.read_at {
        // A 304 from elsewhere vouches for nothing that we have: ask without validators next time.
        state.etag = None;
        state.last_modified = None;
        state.read_at = answered;
    } else if !polled.full && state.entries.is_some_and(|count| count > 0) {
        // What is there was read before it went, and so nothing of it is new.
        (state.anew, state.read_before) = (None, None);
    }
}

fn was_read(
    state: &mut SourceState,
    source: &Source,
    polled: &Polled,
    read: &Read,
    now: Timestamp,
) {
    let first = state.last_success.is_none();
    succeeded(state, source, polled);
    state.entries = Some(read.entries);
    if polled.full {
        state.last_full = Some(polled.started);
    }
    // Validators of a body that may hide items would turn the loss into a lasting 304.
    let whole = read.lost.is_none();
    state.cut_since = state.cut_since.or(Some(now)).filter(|_| !whole);
    state.etag = read.etag.clone().filter(|_| whole);
    state.last_modified = read.last_modified.clone().filter(|_| whole);
    state.read_at = address::other_than(&source.url, polled.answered.as_deref());
    // An empty document is nobody's first.
    if read.entries > 0 {
        (state.anew, state.read_before) = (None, None);
    } else if first && state.anew.is_none() {
        state.anew = Some(Anew::Unseen);
    }
    if whole {
        habit::settle(state, now);
        state.habit = habit::learn(&state.habit, read, polled.started);
    }
}

fn succeeded(state: &mut SourceState, source: &Source, polled: &Polled) {
    state.failures = 0;
    state.last_success = Some(polled.started);
    state.moved = address::moved(state.moved.take(), source, polled);
}

/// The gap that a poll noticed: nothing of what the source shows was known, although it had been
/// read with items before.
#[must_use]
pub fn gap(
    source: &Source,
    before: &SourceState,
    polled: &Polled,
    overlaps: bool,
    entries: u32,
) -> Option<Gap> {
    let had_items = before.entries.is_some_and(|count| count > 0);
    let from = address::known_until(source, before, polled)?;
    (had_items && entries > 0 && !overlaps).then(|| Gap {
        source: source.id.clone(),
        from,
        until: polled.started,
    })
}
