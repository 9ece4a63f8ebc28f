//! How much of what strangers wrote is shown, and how instants are.

use crate::model::Timestamp;

/// Characters of an address or a reason that are shown.
pub(super) const LINK: usize = 1_000;

/// To the second: nobody reads milliseconds.
pub(super) fn seconds(at: Timestamp) -> String {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000).to_string()
}
