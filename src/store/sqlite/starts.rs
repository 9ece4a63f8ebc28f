//! The last start. It stands among the leases: whoever starts has all of the store, and who starts next asks who had it.

use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{Start, Starter};

use super::values;

/// Its name among the leases; its holder is `service 12` or `round 12`, by the version of the files, and `until` when
/// it was.
pub(super) const NAME: &str = "start";

/// The last start, if one was noted.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<Option<Start>> {
    let found = connection
        .prepare_cached("SELECT holder, until FROM leases WHERE name = ?1")?
        .query_row([NAME], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(holder, at)| {
        let (by, version) = holder.split_once(' ')?;
        let by = match by {
            "service" => Starter::Service,
            "round" => Starter::Round,
            _ => return None,
        };
        Some(Start { by, version: version.parse().ok()?, at })
    }))
}

/// Notes a start in the place of the one before.
pub(super) fn note(connection: &Connection, start: &Start) -> rusqlite::Result<()> {
    let by = match start.by {
        Starter::Service => "service",
        Starter::Round => "round",
    };
    connection
        .prepare_cached(
            "INSERT INTO leases(name, holder, until) VALUES (?1, ?2 || ' ' || ?3, ?4)
             ON CONFLICT(name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
        )?
        .execute(params![NAME, by, values::size(start.version), start.at])?;
    Ok(())
}
