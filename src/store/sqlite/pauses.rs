//! Stretches in which nothing is polled, on purpose or because the service stopped. One lasts at most at a time.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Pause, Timestamp};

/// Begins a pause with this reason unless one lasts, or ends the one that lasts.
pub(super) fn hold(
    connection: &Connection,
    why: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let lasting: Option<i64> = connection
        .prepare_cached("SELECT key FROM pauses WHERE until IS NULL")?
        .query_row([], |row| row.get(0))
        .optional()?;
    match (why, lasting) {
        (Some(why), None) => connection
            .prepare_cached("INSERT INTO pauses(\"from\", why) VALUES (?1, ?2)")?
            .execute(params![now, why])?,
        // A clock that was set back ends it where it began.
        (None, Some(key)) => connection
            .prepare_cached("UPDATE pauses SET until = max(\"from\", ?2) WHERE key = ?1")?
            .execute(params![key, now])?,
        (Some(_), Some(_)) | (None, None) => 0,
    };
    Ok(())
}

/// Those that touch the time from `from` (included) to `until` (not included), oldest first.
pub(super) fn between(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Pause>> {
    let mut select = connection.prepare_cached(
        "SELECT \"from\", until, why FROM pauses
         WHERE \"from\" < ?2 AND (until IS NULL OR until >= ?1) ORDER BY key",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok(Pause { from: row.get(0)?, until: row.get(1)?, why: row.get(2)? })
    })?;
    rows.collect()
}
