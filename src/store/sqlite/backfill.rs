//! Which version assessing works by, and stored items that a new one matches again.
//!
//! How far that came stands in one row, which moves on in the transaction that writes what was found:
//! whatever dies between two pages, each page is written once.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Timestamp;
use crate::store::backfill::{
    Adopted, Asked, Assessing, BackfillPage, FinishedBackfill, MadeBefore, OwedLate,
};
use crate::store::{Decision, SeenMark};

use super::assess::ALERT;
use super::{assess, items, seen, values};

/// What assessing works by.
pub(super) fn assessing(connection: &Connection) -> rusqlite::Result<Option<Assessing>> {
    connection
        .prepare_cached(
            "SELECT version, without FROM backfills ORDER BY version DESC, round DESC LIMIT 1",
        )?
        .query_row([], |row| {
            Ok(Assessing { version: values::count(row, 0)?, without: values::from_json(row, 1)? })
        })
        .optional()
}

/// Works by a version from now on. What the one before it had still to match again is left to this
/// one, which looks at all of it.
pub(super) fn adopt(
    connection: &Connection,
    adopted: &Adopted,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Adopted { by, before, since, silent } = adopted;
    if assessing(connection)?.is_some_and(|one| one.version > by.version || one == *by) {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE backfills SET ended = ?1 WHERE ended IS NULL")?
        .execute([now])?;
    let ended = since.is_none().then_some(now);
    connection
        .prepare_cached(
            "INSERT INTO backfills(version, round, without, before, began, since, silent, ended)
             VALUES (?1, (SELECT count(*) FROM backfills WHERE version = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            values::size(by.version),
            values::json(&by.without)?,
            before.map(values::size),
            now,
            since,
            silent,
            ended
        ])?;
    Ok(())
}

/// How far the back-fill that is under way has come.
struct Under {
    version: u64,
    round: u32,
    before: u64,
    since: Timestamp,
    silent: bool,
    from: Option<SeenMark>,
}

fn under_way(connection: &Connection) -> rusqlite::Result<Option<Under>> {
    connection
        .prepare_cached(
            "SELECT version, since, silent, at, row, round, coalesce(before, 0) FROM backfills
             WHERE ended IS NULL AND since IS NOT NULL ORDER BY version DESC, round DESC LIMIT 1",
        )?
        .query_row([], |row| {
            let mark = SeenMark { at: row.get(3)?, row: row.get(4)? };
            Ok(Under {
                version: values::count(row, 0)?,
                round: row.get(5)?,
                before: values::count(row, 6)?,
                since: row.get(1)?,
                silent: row.get(2)?,
                from: (mark.row > 0).then_some(mark),
            })
        })
        .optional()
}

/// The stored items that are to be matched again next.
pub(super) fn page(
    connection: &Connection,
    limit: usize,
) -> rusqlite::Result<Option<BackfillPage>> {
    let Some(under) = under_way(connection)? else { return Ok(None) };
    let end = Timestamp::from_millis(i64::MAX);
    let page = seen::page(connection, (under.since, end), under.from, limit)?;
    Ok(Some(BackfillPage {
        version: under.version,
        round: under.round,
        before: under.before,
        silent: under.silent,
        items: page.items,
        from: under.from,
        until: page.next,
    }))
}

/// What was made of these items so far, in their order.
pub(super) fn made_before(
    connection: &Connection,
    asked: &[Asked],
) -> rusqlite::Result<Vec<MadeBefore>> {
    asked.iter().map(|one| made(connection, one)).collect()
}

fn made(connection: &Connection, asked: &Asked) -> rusqlite::Result<MadeBefore> {
    let Some((key, _)) = stored(connection, asked)? else { return Ok(MadeBefore::default()) };
    let (judgement, story) = assess::earlier(connection, key)?;
    let judgement = judgement.unwrap_or_default();
    let version = assess::last_version(connection, key)?;
    Ok(MadeBefore { judgement, version, story, waits: waits(connection, key)? })
}

/// Late alerts that some reader has not been told of.
pub(super) fn owed(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<OwedLate>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {ALERT}, i.id, a.key, a.item, a.decision
         FROM alerts a JOIN decisions d ON d.key = a.decision JOIN items i ON i.key = a.item
         WHERE a.key IN (SELECT alert FROM notices WHERE state = 'pending' AND alert > ?1)
           AND a.marks LIKE '%\"late\"%' ORDER BY a.key LIMIT ?2",
    ))?;
    let mut rows = select.query(params![after, values::size(limit)])?;
    let mut owed = Vec::new();
    while let Some(row) = rows.next()? {
        let alert = assess::alert(connection, row, &row.get(9)?)?;
        let (key, decision) = (row.get(11)?, row.get(12)?);
        let item = items::at_or_newest(connection, key, alert.revision)?;
        let made = assess::earlier_than(connection, key, decision)?.0.unwrap_or_default();
        owed.push(OwedLate { row: row.get(10)?, alert, item, made });
    }
    Ok(owed)
}

/// The row of an item and its newest revision.
fn stored(connection: &Connection, asked: &Asked) -> rusqlite::Result<Option<(i64, u32)>> {
    connection
        .prepare_cached(
            "SELECT i.key, i.revision FROM sources s CROSS JOIN items i ON i.source = s.key
             WHERE s.id = ?1 AND i.id = ?2",
        )?
        .query_row(params![asked.source, asked.item], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn waits(connection: &Connection, item: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM waiting WHERE item = ?1)")?
        .query_row([item], |row| row.get(0))
}

/// Writes what a page brought and moves on, unless somebody did so before.
pub(super) fn finish(connection: &Connection, finished: &FinishedBackfill) -> rusqlite::Result<()> {
    let late = &finished.late;
    let from = finished.from.unwrap_or(NOWHERE);
    let until = finished.until.unwrap_or(from);
    let ended = finished.until.is_none().then_some(late.at);
    let moved = connection
        .prepare_cached(
            "UPDATE backfills SET at = ?4, row = ?5, items = items + ?6, alerts = alerts + ?7,
                 ended = ?8
             WHERE version = ?1 AND at = ?2 AND row = ?3 AND round = ?9 AND ended IS NULL",
        )?
        .execute(params![
            values::size(late.watchlist),
            from.at,
            from.row,
            until.at,
            until.row,
            values::size(finished.items),
            values::size(late.decisions.len()),
            ended,
            finished.round
        ])?;
    if moved == 0 {
        return Ok(());
    }
    for (decision, asked) in late.decisions.iter().zip(&finished.about) {
        if let Some(item) = unchanged(connection, decision, asked)? {
            assess::write(connection, late, decision, item)?;
        }
    }
    Ok(())
}

/// Where a back-fill stands that has not begun.
const NOWHERE: SeenMark = SeenMark { at: Timestamp::from_millis(0), row: 0 };

/// The row of the item, if it is still as it was judged: an edit that came meanwhile is judged by
/// itself.
fn unchanged(
    connection: &Connection,
    decision: &Decision,
    asked: &Asked,
) -> rusqlite::Result<Option<i64>> {
    let Some((key, revision)) = stored(connection, asked)? else { return Ok(None) };
    let same = revision == decision.revision && !waits(connection, key)?;
    Ok(same.then_some(key))
}
