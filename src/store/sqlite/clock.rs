//! A clock that went back: what bears later times than the present holds nobody's mails up.
//!
//! Whether it was wrong then or is wrong now cannot be known here. So nothing is taken back; what would only count
//! when the clock comes by once more counts no longer.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::model::Timestamp;

/// A step back by less is a clock that is being corrected.
const STEP: Duration = Duration::from_secs(60);

/// Over less, the digests of the days that come again have been had, and what is new waits a day at most.
const DAYS: Duration = Duration::from_hours(24);

/// The clock shows `now`, and may have shown more before: readers known since a later time are known since now, a
/// source stands as it does since now (by a later time its trouble would count as new until that comes), and the slots of their digests that lie ahead are free again, where these reach over a day ahead.
pub(super) fn went_back(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE readers SET since = ?1 WHERE since > ?2")?
        .execute(params![now, now.plus(STEP)])?;
    connection
        .prepare_cached("UPDATE source_states SET since = ?1 WHERE since > ?2")?
        .execute(params![now, now.plus(STEP)])?;
    // From the readers on, of whom the index knows what is ahead.
    connection
        .prepare_cached(
            "UPDATE occasions SET slot = NULL WHERE key IN (
                 SELECT o.key FROM readers r
                 CROSS JOIN occasions o ON o.reader = r.name AND o.kind = 'digest' AND o.at > ?1
                 WHERE o.slot > ?1 AND EXISTS (SELECT 1 FROM occasions n
                     WHERE n.reader = r.name AND n.kind = 'digest' AND n.at > ?2
                       AND n.slot > ?2))",
        )?
        .execute(params![now.plus(STEP), now.plus(DAYS)])?;
    Ok(())
}

/// The latest instant at which files were put in force or a mail was sealed, if it lies ahead of `now`.
pub(super) fn ahead(
    connection: &Connection,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT max(at) FROM (
                 SELECT max(since) AS at FROM config_versions WHERE since > ?1
                 UNION ALL
                 SELECT max(o.at) FROM readers r CROSS JOIN occasions o ON o.reader = r.name
                     AND o.kind IN ('digest', 'ondemand', 'urgent', 'welcome', 'operator')
                     AND o.at > ?1)",
        )?
        .query_row([now.plus(STEP)], |row| row.get(0))
}
