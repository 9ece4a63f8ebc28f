//! The entry within which a document ended: what it is known by may be yet to come.
//!
//! Without guid and link nothing tells that the whole entry of the next reading is the same item, and both would be
//! told. Invariant: what stays cut off is told all the same, so nothing is lost by waiting.

use std::time::Duration;

use crate::model::source::SourceState;
use crate::model::{Entry, Source, Timestamp};

/// A document that ends early for longer than this is told as it is, however seldom it is read.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Leaves the last entry of a document that ended within it for the next reading, if it has neither guid nor link: at
/// the first such reading and the one after it.
pub fn leave_cut_off(
    entries: &mut Vec<Entry>,
    source: &Source,
    state: &SourceState,
    now: Timestamp,
) {
    let waits = (source.interval + source.interval / 2).min(LONGEST);
    // Not since when the source is in trouble: that may have begun before, and otherwise.
    let over = state.cut_since.is_some_and(|since| now.since(since) > waits);
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    if !over && entries.last().is_some_and(|last| blank(&last.guid) && blank(&last.link)) {
        entries.pop();
    }
}
