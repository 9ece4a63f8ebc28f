//! Restores from a backup: where the record breaks off and goes on, and the hold that follows.
//!
//! Invariant: while a restore waits to be resumed, no mail is claimed and none counts as due. What was
//! sent after the backup was made is not known here, so a person decides.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Timestamp;
use crate::model::record::Restore;

use super::values;

/// Says that nothing may be sent, for statements on the outbox.
pub(super) const NOT_HELD: &str = "NOT EXISTS (SELECT 1 FROM restores WHERE resumed IS NULL)";

/// Notes that this database was put in place of another.
pub(super) fn note(connection: &Connection, restore: &Restore) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO restores(at, made, entry, hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![restore.at, restore.made, values::size(restore.entry), restore.hash])?;
    Ok(())
}

/// Lets mails go again; answers whether they were held.
pub(super) fn resume(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let resumed = connection
        .prepare_cached("UPDATE restores SET resumed = ?1 WHERE resumed IS NULL")?
        .execute([now])?;
    Ok(resumed > 0)
}

/// The restore that waits to be resumed.
pub(super) fn held(connection: &Connection) -> rusqlite::Result<Option<Restore>> {
    connection
        .prepare_cached(
            "SELECT at, made, entry, hash, resumed FROM restores WHERE resumed IS NULL
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row([], read)
        .optional()
}

/// The last restore in the time from `after` (not included) to `until`.
pub(super) fn last_between(
    connection: &Connection,
    after: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Option<Restore>> {
    connection
        .prepare_cached(
            "SELECT at, made, entry, hash, resumed FROM restores WHERE at > ?1 AND at <= ?2
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row([after, until], read)
        .optional()
}

/// All restores, oldest first.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Restore>> {
    let mut select = connection
        .prepare_cached("SELECT at, made, entry, hash, resumed FROM restores ORDER BY key")?;
    select.query_map([], read)?.collect()
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Restore> {
    Ok(Restore {
        at: row.get(0)?,
        made: row.get(1)?,
        entry: values::count(row, 2)?,
        hash: row.get(3)?,
        resumed: row.get(4)?,
    })
}
