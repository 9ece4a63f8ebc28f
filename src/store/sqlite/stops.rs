//! Stops of the service, and the time between rounds: that nothing was polled in them, and whether what came due has
//! been made up for.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Pause, Timestamp};
use crate::store::{Start, Starter};

use super::{claims, restores};

/// Whoever restarts misses nothing in so little, however often a source is read.
const SHORTEST: Duration = Duration::from_secs(5 * 60);

/// Notes, at a start, the stretch since the last poll, if a source is late by more than its interval: of a
/// shorter stop nobody's feed can tell. Starts without a poll between them end the same stop. What lies between two
/// rounds is their pace; where the service was the last to look, it stopped, whoever looks next. Of the time between a
/// backup and its restore nothing is known here: that it did run then is as likely as not.
pub(super) fn note(
    connection: &Connection,
    start: &Start,
    before: Option<&Start>,
) -> rusqlite::Result<()> {
    let now = start.at;
    let rounds = start.by == Starter::Round && before.is_some_and(|one| one.by == Starter::Round);
    let why = if rounds { Pause::BETWEEN_ROUNDS } else { Pause::STOPPED };
    let (last, late): (Option<Timestamp>, bool) = connection
        .prepare_cached(
            "SELECT max(u.last_poll), coalesce(max(u.next_poll + s.interval < ?1), 0)
             FROM source_turns u JOIN sources s ON s.key = u.source
             WHERE u.last_poll IS NOT NULL AND NOT s.synthetic",
        )?
        .query_row([now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last.filter(|_| late) else { return Ok(()) };
    let newest: Option<(i64, Option<Timestamp>, String)> = connection
        .prepare_cached("SELECT key, until, why FROM pauses ORDER BY key DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let restore = restores::last_between(connection, last, now)?;
    let restored_since = |at| restore.as_ref().is_some_and(|one| one.at > at);
    let mut from = match newest {
        // It lasts until somebody finds room.
        Some((_, None, _)) => return Ok(()),
        Some((key, Some(until), why))
            if [Pause::STOPPED, Pause::BETWEEN_ROUNDS].contains(&why.as_str())
                && last < until
                && until <= now
                && !restored_since(until) =>
        {
            connection
                .prepare_cached("UPDATE pauses SET until = ?2 WHERE key = ?1")?
                .execute(params![key, now])?;
            return Ok(());
        }
        Some((_, Some(until), _)) => last.max(until),
        None => last,
    };
    if let Some(restore) = restore.filter(|one| one.at > from) {
        add(connection, from, restore.at, &Pause::restored(restore.made))?;
        from = restore.at;
    }
    add(connection, from, now, why)
}

/// Notes a stretch, unless it is too short to miss anything in. A clock that was set back shows none.
fn add(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
    why: &str,
) -> rusqlite::Result<()> {
    if until.since(from) >= SHORTEST {
        connection
            .prepare_cached("INSERT INTO pauses(\"from\", until, why) VALUES (?1, ?2, ?3)")?
            .execute(params![from, until, why])?;
    }
    Ok(())
}

/// Whether a source that was due at `start` has not been tried since, or an item waits to be judged.
pub(super) fn owed(connection: &Connection, start: Timestamp) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM source_turns
                 WHERE (next_poll <= ?1 OR next_poll > ?2)
                   AND source NOT IN (SELECT key FROM sources WHERE synthetic))
               OR EXISTS (SELECT 1 FROM waiting)",
        )?
        .query_row(params![start, start.plus(claims::POLL_AHEAD)], |row| row.get(0))
}
