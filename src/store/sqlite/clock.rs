//! A clock that went back: what bears later times than the present holds nobody's mails up.
//!
//! Whether it was wrong then or is wrong now cannot be known as it goes back. So nothing is deleted; what would only
//! count when the clock comes by once more is set aside, and counts again where the clock soon shows the later time:
//! a machine without a battery for its clock starts with one that is years behind, until it hears from a time server.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::model::Timestamp;

/// A step back by less is a clock that is being corrected.
const STEP: Duration = Duration::from_secs(60);

/// Over less, the digests of the days that come again have been had, and what is new waits a day at most.
const DAYS: Duration = Duration::from_hours(24);

/// Between two notes of what the clock shows while something is set aside.
const NOTED_EVERY: Duration = Duration::from_hours(1);

/// The clock shows `now`, and may have shown more before: readers known since a later time are known since now, a
/// source stands as it does since now (by a later time its trouble would count as new until that comes), and the slots
/// of digests that lie ahead are free again, where these reach over a day ahead. What that changes is set aside, for
/// the clock may have been right before and wrong only now ([`went_on`]).
pub(super) fn went_back(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    // What the clock has passed again is no part of this setback.
    went_on(connection, now)?;
    connection
        .prepare_cached("INSERT INTO setbacks(at, reached, last) VALUES (?1, ?1, ?1)")?
        .execute([now])?;
    let key = connection.last_insert_rowid();
    let mut aside = connection
        .prepare_cached(
            "INSERT INTO set_aside(setback, what, name, was)
             SELECT ?1, 'reader', name, since FROM readers WHERE since > ?2
             UNION ALL SELECT ?1, 'source', source, since FROM source_states WHERE since > ?2",
        )?
        .execute(params![key, now.plus(STEP)])?;
    // From the readers on, of whom the index knows what is ahead.
    aside += connection
        .prepare_cached(
            "INSERT INTO set_aside(setback, what, name, was)
             SELECT ?1, 'digest', o.key, o.slot FROM readers r
             CROSS JOIN occasions o ON o.reader = r.name AND o.kind = 'digest' AND o.at > ?2
             WHERE o.slot > ?2 AND EXISTS (SELECT 1 FROM occasions n
                 WHERE n.reader = r.name AND n.kind = 'digest' AND n.at > ?3
                   AND n.slot > ?3)",
        )?
        .execute(params![key, now.plus(STEP), now.plus(DAYS)])?;
    if aside == 0 {
        return forget(connection, key);
    }
    connection
        .prepare_cached(
            "UPDATE setbacks SET reached = (SELECT max(was) FROM set_aside WHERE setback = ?1)
             WHERE key = ?1",
        )?
        .execute([key])?;
    connection
        .prepare_cached(&format!("UPDATE readers SET since = ?2 WHERE name IN ({})", of("reader")))?
        .execute(params![key, now])?;
    connection
        .prepare_cached(&format!(
            "UPDATE source_states SET since = ?2 WHERE source IN ({})",
            of("source")
        ))?
        .execute(params![key, now])?;
    connection
        .prepare_cached(&format!(
            "UPDATE occasions SET slot = NULL WHERE key IN ({})",
            of("digest")
        ))?
        .execute([key])?;
    Ok(())
}

/// Whether [`went_on`] has anything to do.
pub(super) fn is_to_go_on(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM setbacks WHERE reached <= ?1 OR last < ?2)")?
        .query_row(params![now, now.minus(NOTED_EVERY)], |row| row.get(0))
}

/// The clock shows `now`: what was set aside and is passed again counts as before, if the clock leapt over more of
/// the time between than it went through. Otherwise the days came again with digests of their own, and it is
/// forgotten.
pub(super) fn went_on(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    // The newest first: each set aside what the ones before it left.
    let passed: Vec<(i64, Timestamp, Timestamp)> = connection
        .prepare_cached("SELECT key, at, last FROM setbacks WHERE reached <= ?1 ORDER BY key DESC")?
        .query_map([now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (key, at, last) in passed {
        if now.since(last) > last.since(at) {
            take_back(connection, key, at)?;
        }
        forget(connection, key)?;
    }
    connection
        .prepare_cached("UPDATE setbacks SET last = ?1 WHERE last < ?2")?
        .execute(params![now, now.minus(NOTED_EVERY)])?;
    Ok(())
}

/// Puts back what a setback set aside, but what was written anew since.
fn take_back(connection: &Connection, key: i64, at: Timestamp) -> rusqlite::Result<()> {
    let was = |what: &str, name: &str| {
        format!(
            "(SELECT was FROM set_aside WHERE setback = ?1 AND what = '{what}' AND name = {name})"
        )
    };
    connection
        .prepare_cached(&format!(
            "UPDATE readers SET since = {} WHERE since = ?2 AND name IN ({})",
            was("reader", "readers.name"),
            of("reader")
        ))?
        .execute(params![key, at])?;
    connection
        .prepare_cached(&format!(
            "UPDATE source_states SET since = {} WHERE since = ?2 AND source IN ({})",
            was("source", "CAST(source_states.source AS TEXT)"),
            of("source")
        ))?
        .execute(params![key, at])?;
    connection
        .prepare_cached(&format!(
            "UPDATE occasions SET slot = {} WHERE slot IS NULL AND key IN ({})",
            was("digest", "occasions.key"),
            of("digest")
        ))?
        .execute([key])?;
    Ok(())
}

fn forget(connection: &Connection, key: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM set_aside WHERE setback = ?1")?.execute([key])?;
    connection.prepare_cached("DELETE FROM setbacks WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// Names of what the setback `?1` set aside of this kind; a source's is its number.
fn of(what: &str) -> String {
    let name = if what == "source" { "CAST(name AS INTEGER)" } else { "name" };
    format!("SELECT {name} FROM set_aside WHERE setback = ?1 AND what = '{what}'")
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
