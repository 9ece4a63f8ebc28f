//! A clock that went back: what bears later times than the present holds nobody's mails up.
//!
//! Whether it was wrong then or is wrong now cannot be known here. So nothing is taken back; what would only count
//! when the clock comes by once more counts no longer.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::model::Timestamp;

/// A step back by less is a clock that is being corrected.
const STEP: Duration = Duration::from_secs(60);

/// The clock shows `now`, and may have shown more before: readers known since a later time are known since now.
pub(super) fn went_back(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE readers SET since = ?1 WHERE since > ?2")?
        .execute(params![now, now.plus(STEP)])?;
    Ok(())
}
