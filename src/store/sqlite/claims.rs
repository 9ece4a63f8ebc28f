//! Claims and leases: who works on what, until when.
//!
//! A claim is a row with an end, not an open transaction. An end or a due time further ahead than
//! its kind allows was written by a clock that was wrong, and does not bind.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{SourceId, Timestamp};
use crate::store::{Claim, SourceTask};

use super::canary;
use super::values::{self, SOURCE, SOURCE_WIDTH, STATE, STATE_WIDTH};

/// No poll is planned further ahead: back-off and Retry-After end at one day, jitter adds a tenth.
const POLL_AHEAD: Duration = Duration::from_hours(48);
/// No server's Retry-After is taken for longer.
const RETRY_AFTER_AHEAD: Duration = Duration::from_hours(24);
/// No lease runs longer: the longest attempt, an SMTP dialogue, ends well within an hour.
const LEASE_AHEAD: Duration = Duration::from_hours(2);

/// Claims up to `limit` sources until `lease`.
pub(super) fn take(
    connection: &Connection,
    now: Timestamp,
    lease: Timestamp,
    limit: usize,
    claim: Claim,
) -> rusqlite::Result<Vec<SourceTask>> {
    let mut tasks = Vec::new();
    let conditions: &[&str] = match claim {
        // Two ranges of one index: what is due, and what a wrong clock put out of reach.
        Claim::Due => &["t.next_poll <= ?1", "t.next_poll > ?2"],
        Claim::All => &["t.next_poll IS NOT NULL
            AND (t.retry_after IS NULL OR t.retry_after <= ?1 OR t.retry_after > ?2)"],
    };
    for condition in conditions {
        let left = limit - tasks.len();
        if left > 0 {
            select(connection, condition, now, left, &mut tasks)?;
        }
    }
    // Who is due has been chosen; neighbours that are polled together are written together.
    tasks.sort_unstable_by_key(|(key, _)| *key);
    let mut insert = connection.prepare_cached(
        "INSERT INTO claims(source, until) VALUES (?1, ?2)
         ON CONFLICT(source) DO UPDATE SET until = excluded.until",
    )?;
    for (key, _) in &tasks {
        insert.execute(params![key, lease])?;
    }
    Ok(tasks.into_iter().map(|(_, task)| task).collect())
}

fn select(
    connection: &Connection,
    condition: &str,
    now: Timestamp,
    limit: usize,
    into: &mut Vec<(i64, SourceTask)>,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE}, t.source
         FROM source_states t JOIN sources s ON s.key = t.source
         LEFT JOIN claims c ON c.source = t.source
         WHERE {condition} AND (c.until IS NULL OR c.until <= ?1 OR c.until > ?3)
         ORDER BY t.next_poll, t.source LIMIT ?4"
    ))?;
    let ends = (now.plus(POLL_AHEAD), now.plus(LEASE_AHEAD));
    let rows = select.query_map(params![now, ends.0, ends.1, values::size(limit)], |row| {
        let source = values::source(row, 0)?;
        let state = values::state(row, SOURCE_WIDTH)?;
        Ok((row.get(SOURCE_WIDTH + STATE_WIDTH)?, SourceTask { source, state }))
    })?;
    for row in rows {
        into.push(row?);
    }
    Ok(())
}

/// What was polled in what is now the future is due within its interval. A server's Retry-After still
/// binds, as far as one can reach.
pub(super) fn bring_near(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE source_states SET next_poll = min(next_poll, ?1 +
                 (SELECT s.interval FROM sources s WHERE s.key = source_states.source))
             WHERE next_poll IS NOT NULL AND last_poll > ?1
               AND (retry_after IS NULL OR retry_after <= ?1 OR retry_after > ?2)",
        )?
        .execute(params![now, now.plus(RETRY_AFTER_AHEAD)])?;
    Ok(())
}

/// The earliest due time of a source that nobody polls, or the end of the earliest claim.
pub(super) fn next_due(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT min(at) FROM (
                 SELECT * FROM (SELECT t.next_poll AS at FROM source_states t
                     WHERE t.next_poll IS NOT NULL
                       AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.source = t.source)
                     ORDER BY t.next_poll LIMIT 1)
                 UNION ALL
                 SELECT max(c.until, t.next_poll) FROM claims c
                     CROSS JOIN source_states t ON t.source = c.source WHERE t.next_poll IS NOT NULL)",
        )?
        .query_row([], |row| row.get(0))
}

/// Gives claims back.
pub(super) fn release(connection: &Connection, sources: &[SourceId]) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM claims WHERE source = (SELECT key FROM sources WHERE id = ?1)",
    )?;
    for source in sources {
        delete.execute(params![source])?;
    }
    Ok(())
}

/// Takes the named lease, or answers false while another holder's runs.
pub(super) fn lease(
    connection: &Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<bool> {
    let running: Option<(String, Timestamp)> = connection
        .prepare_cached("SELECT holder, until FROM leases WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((other, end)) = running
        && other != holder
        && end > now
        && end <= now.plus(LEASE_AHEAD)
    {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "INSERT INTO leases(name, holder, until) VALUES (?1, ?2, ?3)
             ON CONFLICT(name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
        )?
        .execute(params![name, holder, until])?;
    Ok(true)
}

/// Gives back every claim and lease. Nobody serves a canary's feed yet.
pub(super) fn release_all(connection: &Connection) -> rusqlite::Result<()> {
    canary::park(connection)?;
    connection.execute("DELETE FROM claims", [])?;
    connection.execute("DELETE FROM leases", [])?;
    Ok(())
}
