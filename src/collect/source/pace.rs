//! When a source is polled next: interval, what server and feed ask for, back-off, jitter.

use std::time::Duration;

use super::{DAY, Polled};
use crate::collect::fetch::RetryAfter;
use crate::model::source::SourceState;
use crate::model::{Health, Source, SourceId, Timestamp};

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
    let share = u32::from(spread(source.as_str(), now.millis()));
    span / 10 * share / u32::from(u16::MAX)
}

/// A number of its own for each source and instant. No secret and no identity, so that few steps do:
/// FNV-1a over the name, and the finalizer of SplitMix64 over both.
fn spread(source: &str, millis: i64) -> u16 {
    let name = source.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut mixed = name ^ millis.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    (mixed >> 48) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_instants_spread_evenly() {
        let mut tenths = [0_u32; 10];
        for source in 0..100 {
            for minute in 0..100 {
                let share = spread(&format!("source-{source}"), minute * 60_000);
                tenths[usize::from(share) * 10 / 65_536] += 1;
            }
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
        let again = spread("source-1", 7);
        assert_eq!(again, spread("source-1", 7), "a decision can be repeated");
    }
}
