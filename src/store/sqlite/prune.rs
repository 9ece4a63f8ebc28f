//! Forgetting, in small steps: what is past its time goes, what proves anything stays.
//!
//! Items that alerted or were held back are evidence: their text is kept far longer than that of others, and
//! when it goes their keys, decisions and all that was told stay for good. Any other item without its
//! text stays known by its keys for as long as its feed shows it and two years of reading longer, because
//! a feed that brings it back must not make it news.
//!
//! `items.pruned` says how far an item is: NULL within keeping; 0 past it and evidence; when its text went,
//! and the negative of that when it was evidence (so that the index of keys to be forgotten lacks it).

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::model::Timestamp;
use crate::store::{Keep, Pruned};

use super::{items, record, values};

/// Rows of one kind in one step: a few milliseconds, so that polls hardly wait.
const STEP: usize = 500;
/// How long an item stays known that its feed is read without.
/// Two years, from a note that may be some days old.
const IDENTITIES: Duration = Duration::from_hours(2 * 365 * 24).saturating_add(items::SHOWN_EVERY);

/// Takes one step. Nothing pruned means that nothing is past its time.
pub(super) fn step(
    connection: &Connection,
    keep: Keep,
    now: Timestamp,
) -> rusqlite::Result<Pruned> {
    // Evidence is kept no shorter than what is none.
    let evidence_before = now.minus(keep.audit.max(keep.items));
    let before = [now.minus(keep.polls), now.minus(keep.items)];
    let pruned = Pruned {
        polls: polls(connection, before[0])?,
        texts: texts(connection, before[1], now)?,
        evidence: evidence(connection, evidence_before, now)?,
        identities: identities(connection, now.minus(IDENTITIES.max(keep.items)), now)?,
    };
    // What went is told from what was taken away by its age, so the record says what age that is.
    for (went, what, before) in [
        (pruned.polls, "polls", before[0]),
        (pruned.texts, "texts", before[1]),
        (pruned.evidence, "evidence", evidence_before),
    ] {
        if went > 0 {
            record::forgot(connection, what, before, now)?;
        }
    }
    Ok(pruned)
}

/// Accounts are written in the order of time, so the oldest stand at the beginning.
fn polls(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let gone = connection
        .prepare_cached(
            "DELETE FROM polls WHERE key <= (SELECT min(key) FROM polls) + ?2 AND last < ?1",
        )?
        .execute(params![before, values::size(STEP)])?;
    Ok(gone as u64)
}

/// Looks once at each item past keeping: with hits it stays as it is, else its text goes.
fn texts(connection: &Connection, before: Timestamp, now: Timestamp) -> rusqlite::Result<u64> {
    let looked_at = connection
        .prepare_cached(
            "UPDATE items SET pruned = 0 WHERE key IN (SELECT i.key FROM items i
                 WHERE i.pruned IS NULL AND i.first_seen < ?1
                   AND EXISTS (SELECT 1 FROM decisions d WHERE d.item = i.key)
                 ORDER BY i.first_seen LIMIT ?2)",
        )?
        .execute(params![before, values::size(STEP)])?;
    let gone = connection
        .prepare_cached(
            "UPDATE items SET pruned = ?2, summary = '', content = '', categories = NULL
             WHERE key IN (SELECT i.key FROM items i
                 WHERE i.pruned IS NULL AND i.first_seen < ?1
                   AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.item = i.key)
                   AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.item = i.key)
                 ORDER BY i.first_seen LIMIT ?3)",
        )?
        .execute(params![before, now, values::size(STEP)])?;
    Ok((looked_at + gone) as u64)
}

/// Takes the text of evidence, of its earlier revisions too, but of what somebody still waits to be told.
fn evidence(connection: &Connection, before: Timestamp, now: Timestamp) -> rusqlite::Result<u64> {
    let past: Vec<i64> = connection
        .prepare_cached(
            "SELECT i.key FROM items i
             WHERE i.pruned = 0 AND i.first_seen < ?1
               AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.item = i.key)
               AND NOT EXISTS (SELECT 1 FROM alerts a JOIN notices n ON n.alert = a.key
                               WHERE a.item = i.key AND n.state = 'pending')
             ORDER BY i.first_seen LIMIT ?2",
        )?
        .query_map(params![before, values::size(STEP)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for item in &past {
        connection
            .prepare_cached(
                "UPDATE items SET pruned = -?2, summary = '', content = '', categories = NULL
                 WHERE key = ?1",
            )?
            .execute(params![item, now])?;
        connection
            .prepare_cached(
                "UPDATE revisions SET summary = '', content = '', categories = NULL WHERE item = ?1",
            )?
            .execute([item])?;
    }
    Ok(past.len() as u64)
}

/// Items of which only the keys are left, once their feed was read for two years without showing them.
/// Time in which a feed could not be read, or was not watched, does not count: it may come back with
/// all that it had.
fn identities(connection: &Connection, before: Timestamp, now: Timestamp) -> rusqlite::Result<u64> {
    let mut select = connection.prepare_cached(
        "SELECT key, source, guid, link, text_hash FROM items
         WHERE pruned > 0 AND shown < ?1
           AND shown < (SELECT u.last_success - ?3 FROM source_turns u WHERE u.source = items.source)
         ORDER BY shown LIMIT ?2",
    )?;
    let margin = values::millis(now.since(before));
    let gone: Vec<_> = select
        .query_map(params![before, values::size(STEP), margin], |row| {
            Ok((row.get(0)?, row.get(1)?, items::keys_of(row, 2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (item, source, identity) in &gone {
        let (item, source): (i64, i64) = (*item, *source);
        items::remove_keys(connection, source, item, identity)?;
        connection
            .prepare_cached("UPDATE source_states SET items = items - 1 WHERE source = ?1")?
            .execute([source])?;
        connection.prepare_cached("DELETE FROM items WHERE key = ?1")?.execute([item])?;
    }
    Ok(gone.len() as u64)
}
