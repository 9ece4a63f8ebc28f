//! Which sources are in force.
//!
//! A source's history belongs to its id: an edited one keeps it, a missing one is retired with it,
//! and a returning one finds it again. Only validators belong to the address: at a new address they
//! could turn a first answer into a 304 and hide its items. So does what was said of where it moved.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::model::source::{Anew, FirstRun, Health, SourceState};
use crate::model::{Source, SourceId, Timestamp};

use super::poll;
use super::values::{self, SOURCE};

struct Known {
    key: i64,
    source: Source,
    retired: bool,
}

/// Makes the sources in force those listed.
pub(super) fn adopt(
    connection: &Connection,
    sources: &[Source],
    now: Timestamp,
) -> rusqlite::Result<()> {
    if !is_other(connection, sources)? {
        return Ok(());
    }
    let mut known = known(connection)?;
    for source in sources {
        match known.remove(&source.id) {
            None => add(connection, source, now)?,
            Some(old) => {
                if old.retired {
                    bring_back(connection, old.key, now)?;
                }
                if old.source != *source {
                    edit(connection, &old, source, now)?;
                }
            }
        }
    }
    for old in known.into_values().filter(|old| !old.retired) {
        retire(connection, old.key, now)?;
    }
    Ok(())
}

/// Whether these are others than those adopted last, by a hash over all that adopting looks at: a start
/// with the same files need not read ten thousand rows to change none. Notes them as the last.
fn is_other(connection: &Connection, sources: &[Source]) -> rusqlite::Result<bool> {
    let mut hash = Sha256::new();
    // What another version of the program makes of a source may differ.
    hash.update(env!("CARGO_PKG_VERSION"));
    for source in sources {
        let Source { id, url, official, lang, interval, allow_private, first_run } = source;
        for text in [Some(id.as_str()), Some(url), lang.as_deref()] {
            hash.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            hash.update(text.unwrap_or_default());
        }
        hash.update([u8::from(*official), u8::from(*allow_private)]);
        hash.update(interval.as_nanos().to_be_bytes());
        let (kind, within) = match first_run {
            FirstRun::All => (0, Duration::ZERO),
            FirstRun::None => (1, Duration::ZERO),
            FirstRun::Within(within) => (2, *within),
        };
        hash.update([kind]);
        hash.update(within.as_nanos().to_be_bytes());
    }
    let changed = connection
        .prepare_cached(
            "INSERT INTO adopted(what, digest) VALUES ('sources', ?1)
             ON CONFLICT(what) DO UPDATE SET digest = excluded.digest
             WHERE digest <> excluded.digest",
        )?
        .execute([hash.finalize().as_slice()])?;
    Ok(changed > 0)
}

fn known(connection: &Connection) -> rusqlite::Result<HashMap<SourceId, Known>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, s.key, s.retired IS NOT NULL FROM sources s WHERE NOT s.synthetic"
    ))?;
    let rows = select.query_map([], |row| {
        let source = values::source(row, 0)?;
        let key = row.get(values::SOURCE_WIDTH)?;
        let retired = row.get(values::SOURCE_WIDTH + 1)?;
        Ok((source.id.clone(), Known { key, source, retired }))
    })?;
    rows.collect()
}

fn add(connection: &Connection, source: &Source, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO sources(id, url, official, lang, interval, allow_private, first_run, added)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            source.id,
            source.url,
            source.official,
            source.lang,
            values::millis(source.interval),
            source.allow_private,
            values::first_run_text(source.first_run),
            now
        ])?;
    let key = connection.last_insert_rowid();
    let state = SourceState::new(now);
    connection
        .prepare_cached("INSERT INTO source_states(source, health, since) VALUES (?1, ?2, ?3)")?
        .execute(params![key, state.health, state.since])?;
    connection
        .prepare_cached("INSERT INTO source_turns(source, next_poll) VALUES (?1, ?2)")?
        .execute(params![key, now])?;
    Ok(())
}

fn edit(
    connection: &Connection,
    old: &Known,
    source: &Source,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE sources SET url = ?2, official = ?3, lang = ?4, interval = ?5,
                    allow_private = ?6, first_run = ?7 WHERE key = ?1",
        )?
        .execute(params![
            old.key,
            source.url,
            source.official,
            source.lang,
            values::millis(source.interval),
            source.allow_private,
            values::first_run_text(source.first_run)
        ])?;
    if old.source.allow_private != source.allow_private || source.interval < old.source.interval {
        sooner(connection, old, source, now)?;
    }
    if old.source.url != source.url {
        read_anew(connection, old.key, Some(&source.url), Anew::Address)?;
        connection
            .prepare_cached(
                "UPDATE source_states SET etag = NULL, last_modified = NULL, retry_after = NULL,
                        failures = 0, read_at = NULL, moved_to = NULL
                 WHERE source = ?1",
            )?
            .execute([old.key])?;
        due_at(connection, old.key, Some(now))?;
    }
    Ok(())
}

/// Notes that a source's next document is as good as a first one, and when it was last read before, unless
/// it is read at this address all the while, because its server has moved there.
fn read_anew(
    connection: &Connection,
    key: i64,
    address: Option<&str>,
    why: Anew,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE source_states SET anew = ?3, read_before = CASE WHEN anew IS NULL
                 THEN (SELECT u.last_success FROM source_turns u WHERE u.source = ?1)
                 ELSE read_before END
             WHERE source = ?1 AND anew IS NOT 'address' AND (?2 IS NULL OR ?2 IS NOT read_at)",
        )?
        .execute(params![key, address, why.as_str()])?;
    Ok(())
}

fn retire(connection: &Connection, key: i64, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE sources SET retired = ?2 WHERE key = ?1")?
        .execute(params![key, now])?;
    due_at(connection, key, None)
}

fn bring_back(connection: &Connection, key: i64, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE sources SET retired = NULL WHERE key = ?1")?
        .execute([key])?;
    read_anew(connection, key, None, Anew::Back)?;
    poll::end_run(connection, key)?;
    due_at(connection, key, Some(now))
}

fn due_at(connection: &Connection, key: i64, next: Option<Timestamp>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE source_turns SET next_poll = ?2 WHERE source = ?1")?
        .execute(params![key, next])?;
    Ok(())
}

/// Whoever lets a blocked address be read, or wants a source more often, does not wait out what the old
/// words planned. A server's own Retry-After still holds. Never before now: nobody was late by the old words.
fn sooner(
    connection: &Connection,
    old: &Known,
    source: &Source,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let at_once = old.source.allow_private != source.allow_private;
    connection
        .prepare_cached(
            "UPDATE source_turns SET next_poll = min(next_poll, max(
                 coalesce((SELECT t.retry_after FROM source_states t WHERE t.source = ?1), 0),
                 CASE WHEN ?2 THEN ?3 ELSE max(?3, coalesce(last_poll, ?3) + ?4) END))
             WHERE source = ?1 AND next_poll IS NOT NULL",
        )?
        .execute(params![old.key, at_once, now, values::millis(source.interval)])?;
    Ok(())
}

/// Sources in force and their stored items, by health.
pub(super) fn census(
    connection: &Connection,
) -> rusqlite::Result<std::collections::BTreeMap<Health, (u64, u64)>> {
    let mut select = connection.prepare_cached(
        "SELECT t.health, count(*), sum(t.items)
         FROM source_states t JOIN source_turns u ON u.source = t.source
         WHERE u.next_poll IS NOT NULL
           AND t.source NOT IN (SELECT key FROM sources WHERE synthetic)
         GROUP BY t.health",
    )?;
    let mut counts = std::collections::BTreeMap::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let health = Health::named(row.get_ref(0)?.as_str()?);
        let (sources, items) = (values::count(row, 1)?, values::count(row, 2)?);
        let entry: &mut (u64, u64) = counts.entry(health).or_default();
        *entry = (entry.0 + sources, entry.1 + items);
    }
    Ok(counts)
}
