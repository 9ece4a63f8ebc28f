//! From when on a reader is still to be told how well we looked, what changed and what was edited.
//!
//! An alert that reached nobody comes back by its notice. What a digest says beside its alerts has no rows of
//! its own and is told by stretches of time: so the stretch of a digest that reached nobody belongs to the next
//! one, also where others, sealed while it was still waited for, did arrive.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Timestamp;

/// Whether no address of an occasion, by its row's alias, has its mail or may get it. One without mails, which its
/// reader did not want empty, failed nobody.
pub(super) fn reached_nobody(alias: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM mails m WHERE m.occasion = {alias}.key)
          AND NOT EXISTS (SELECT 1 FROM mails m
              WHERE m.occasion = {alias}.key AND m.state NOT IN ('refused', 'dead')))"
    )
}

/// The end of what the reader's digests have covered without a hole, of those that cover up to an instant
/// between `from` and `now`.
pub(super) fn covered_until(
    connection: &Connection,
    reader: &str,
    from: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let Some((newest, sealed)) = newest(connection, reader, from, now)? else { return Ok(None) };
    // What failed before the newest was sealed is in that one's stretch.
    let hole: Option<Timestamp> = connection
        .prepare_cached(&format!(
            "SELECT min(o.covers_until) FROM mails f JOIN occasions o ON o.key = f.occasion
             WHERE f.state IN ('refused', 'dead') AND f.settled > ?2 AND o.reader = ?1
               AND o.kind IN ('digest', 'ondemand') AND o.covers_until BETWEEN ?3 AND ?4 AND {}",
            reached_nobody("o")
        ))?
        .query_row(params![reader, sealed, from, newest], |row| row.get(0))?;
    let Some(hole) = hole else { return Ok(Some(newest)) };
    let before = self::newest(connection, reader, from, hole)?;
    Ok(before.map(|(until, _)| until))
}

/// The newest digest that somebody has or may get: the end of what it covers, and when it was sealed. One whose
/// slot a clock that went back made free told of other days than those that come again.
fn newest(
    connection: &Connection,
    reader: &str,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Option<(Timestamp, Timestamp)>> {
    let mut newest = None;
    // Each by itself, so that the index brings the newest first.
    for kind in ["digest", "ondemand"] {
        let found = connection
            .prepare_cached(&format!(
                "SELECT o.covers_until, o.at FROM occasions o
                 WHERE o.reader = ?1 AND o.kind = ?2 AND o.covers_until BETWEEN ?3 AND ?4
                   AND (o.kind <> 'digest' OR o.slot IS NOT NULL) AND NOT {} ORDER BY o.at DESC LIMIT 1",
                reached_nobody("o")
            ))?
            .query_row(params![reader, kind, from, until], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        newest = newest.max(found);
    }
    Ok(newest)
}

/// Addresses at which a reader known since `since` was welcomed in vain. None where any mail reached the reader, or
/// a welcome yet may.
pub(super) fn welcomed_in_vain(
    connection: &Connection,
    reader: &str,
    since: Timestamp,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT m.address FROM occasions o JOIN mails m ON m.occasion = o.key
             WHERE o.reader = ?1 AND o.kind = 'welcome' AND o.at >= ?2
               AND NOT EXISTS (SELECT 1 FROM occasions p JOIN mails q ON q.occasion = p.key
                   WHERE p.reader = ?1 AND p.at >= ?2 AND (q.state IN ('sent', 'uncertain')
                     OR (p.kind = 'welcome' AND q.state NOT IN ('refused', 'dead'))))",
        )?
        .query_map(params![reader, since], |row| row.get(0))?
        .collect()
}
