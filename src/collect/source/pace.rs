//! When a source is polled next: interval, what server and feed ask for, back-off, jitter.

use std::time::Duration;

use super::{DAY, Polled};
use crate::collect::fetch::RetryAfter;
use crate::model::source::SourceState;
use crate::model::{Health, Source, SourceId, Timestamp, id};

/// The end of a wait that a server asked for: at most a day away, whatever it says.
pub(super) fn retry_at(wait: RetryAfter, now: Timestamp) -> Timestamp {
    let latest = now.plus(DAY);
    match wait {
        RetryAfter::In(span) => now.plus(span.min(DAY)),
        RetryAfter::At(at) => at.min(latest).max(now),
    }
}

pub(super) fn next_poll(
    source: &Source,
    state: &SourceState,
    polled: &Polled,
    now: Timestamp,
) -> Timestamp {
    let interval = source.interval.min(DAY);
    let span = match state.health {
        Health::Gone => DAY,
        // Each failure in a row doubles the wait, from the interval up to a day.
        _ if state.failures > 0 => {
            interval.saturating_mul(1 << (state.failures - 1).min(20)).min(DAY)
        }
        _ => interval.max(polled.wait.unwrap_or_default().min(DAY)),
    };
    let asked = state.retry_after.map_or(Duration::ZERO, |at| at.since(now));
    let span = span.max(asked);
    now.plus(span).plus(jitter(&source.id, now, span))
}

/// Adds up to a tenth, so that sources of one interval spread; the same for the same source and
/// instant, so that a decision can be repeated.
fn jitter(source: &SourceId, now: Timestamp, span: Duration) -> Duration {
    let hash = id::digest(&["jitter", source.as_str(), &now.millis().to_string()]);
    let share = u32::from(u16::from_be_bytes([hash[0], hash[1]]));
    span / 10 * share / u32::from(u16::MAX)
}
