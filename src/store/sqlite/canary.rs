//! The canary: its synthetic source, a day's row, and how far it has come.
//!
//! The source is claimed, polled and written like any other. It is in force only while a canary flies:
//! nobody serves its feed at other times.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::canary::{self, CANARY};
use crate::model::source::SourceState;
use crate::model::{Canary, CanaryState, Timestamp};
use crate::store::CanaryProgress;

use super::mails::{MAIL, mail};
use super::values::{self, SOURCES};

/// While a canary flies its feed is asked for this often, should the first try fail.
const INTERVAL: Duration = Duration::from_secs(60);

/// Lays out a day's canary, or serves it from another address. Answers whether it is new.
pub(super) fn plant(
    connection: &Connection,
    day: &str,
    url: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let new = connection
        .prepare_cached(
            "INSERT INTO canaries(day, planted, state) VALUES (?1, ?2, 'flying')
             ON CONFLICT(day) DO NOTHING",
        )?
        .execute(params![day, now])?;
    let flies: bool = connection
        .prepare_cached("SELECT state IN ('flying', 'missing') FROM canaries WHERE day = ?1")?
        .query_row([day], |row| row.get(0))?;
    if flies {
        serve(connection, url, now)?;
    }
    Ok(new > 0)
}

/// The synthetic source, due now at this address. As with any new address nothing binds that was
/// learned at the old one.
fn serve(connection: &Connection, url: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO sources(id, url, official, lang, interval, allow_private, first_run, added,
                 synthetic)
             VALUES (?1, ?2, 0, 'en', ?3, 1, 'all', ?4, 1)
             ON CONFLICT(id) DO UPDATE SET url = excluded.url",
        )?
        .execute(params![CANARY, url, values::millis(INTERVAL), now])?;
    let state = SourceState::new(now);
    connection
        .prepare_cached(
            "INSERT INTO source_states(source, health, since)
             SELECT key, ?3, ?2 FROM sources WHERE id = ?1
             ON CONFLICT(source) DO UPDATE SET etag = NULL, last_modified = NULL, retry_after = NULL,
                 failures = 0, read_at = NULL, moved_to = NULL, error = NULL",
        )?
        .execute(params![CANARY, now, state.health])?;
    connection
        .prepare_cached(
            "INSERT INTO source_turns(source, next_poll)
             SELECT key, ?2 FROM sources WHERE id = ?1
             ON CONFLICT(source) DO UPDATE SET next_poll = excluded.next_poll",
        )?
        .execute(params![CANARY, now])?;
    Ok(())
}

/// Takes the synthetic source out of the line: nobody serves its feed.
pub(super) fn park(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE source_turns SET next_poll = NULL
             WHERE source IN (SELECT key FROM sources WHERE synthetic)",
        )?
        .execute([])?;
    Ok(())
}

/// Writes what became of a canary.
pub(super) fn settle(connection: &Connection, canary: &Canary) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE canaries SET state = ?2, settled = ?3, detail = ?4 WHERE day = ?1")?
        .execute(params![canary.day, canary.state, canary.settled, canary.detail])?;
    match canary.state {
        CanaryState::Arrived | CanaryState::Late => park(connection),
        CanaryState::Flying | CanaryState::Missing => Ok(()),
    }
}

/// Canaries planted between two instants, oldest first.
pub(super) fn between(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Canary>> {
    let mut select = connection.prepare_cached(
        "SELECT day, planted, state, settled, detail FROM canaries
         WHERE planted >= ?1 AND planted <= ?2 ORDER BY planted, day",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok(Canary {
            day: row.get(0)?,
            planted: row.get(1)?,
            state: row.get(2)?,
            settled: row.get(3)?,
            detail: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// How far a day's canary has come.
pub(super) fn progress(connection: &Connection, day: &str) -> rusqlite::Result<CanaryProgress> {
    let (polled, trouble) = connection
        .prepare_cached(&format!(
            "SELECT u.last_poll, t.error FROM {SOURCES}
             WHERE s.id = ?1
               AND u.last_poll >= (SELECT planted FROM canaries WHERE day = ?2)"
        ))?
        .query_row(params![CANARY, day], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or_default();
    let item: Option<i64> = connection
        .prepare_cached(
            "SELECT i.key FROM items i JOIN sources s ON s.key = i.source
             WHERE s.id = ?1 AND i.guid = ?2",
        )?
        .query_row(params![CANARY, canary::guid(day)], |row| row.get(0))
        .optional()?;
    let has = |sql: &str| -> rusqlite::Result<bool> {
        connection.prepare_cached(sql)?.query_row([item], |row| row.get(0))
    };
    let waits = has("SELECT EXISTS (SELECT 1 FROM waiting WHERE item = ?1)")?;
    let alerted = has("SELECT EXISTS (SELECT 1 FROM alerts WHERE item = ?1)")?;
    let mut mails =
        connection.prepare_cached(&format!("{MAIL} WHERE m.occasion = ?1 ORDER BY m.address"))?;
    let mails = mails.query_map([canary::mail_key(day).as_str()], mail)?;
    Ok(CanaryProgress {
        polled,
        trouble,
        stored: item.is_some(),
        judged: item.is_some() && !waits,
        alerted,
        mails: mails.collect::<rusqlite::Result<_>>()?,
    })
}
