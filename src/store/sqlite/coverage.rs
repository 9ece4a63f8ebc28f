//! How well we looked between two instants, for the mail.
//!
//! Items are counted by the poll that brought them, everything that was judged by the decision, so
//! that windows that follow each other count each thing once.

use rusqlite::{Connection, params};

use crate::model::source::Gap;
use crate::model::{Coverage, Guard, Named, SourceCoverage, Timestamp};

use super::values::{self, SOURCE, SOURCE_WIDTH, STATE};

/// Coverage from `from` (included) to `until` (not included).
pub(super) fn between(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Coverage> {
    let (items_read, newest) = connection
        .prepare_cached(
            "SELECT coalesce(sum(new), 0), max(newest) FROM polls
             WHERE new > 0 AND last >= ?1 AND last < ?2",
        )?
        .query_row(params![from, until], |row| Ok((values::count(row, 0)?, row.get(1)?)))?;
    let baselined = connection
        .prepare_cached(
            "SELECT count(*) FROM decisions d JOIN items i ON i.key = d.item
             WHERE d.at >= ?1 AND d.at < ?2 AND d.alerts AND i.arrival = 'baseline'",
        )?
        .query_row(params![from, until], |row| values::count(row, 0))?;
    Ok(Coverage {
        sources: sources(connection)?,
        items_read,
        newest,
        gaps: gaps(connection, from, until)?,
        mentions: mentions(connection, from, until)?,
        held_back: held_back(connection, from, until)?,
        baselined,
    })
}

fn sources(connection: &Connection) -> rusqlite::Result<Vec<SourceCoverage>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE} FROM sources s JOIN source_states t ON t.source = s.key
         WHERE s.retired IS NULL ORDER BY s.id"
    ))?;
    let rows = select.query_map([], |row| {
        Ok(SourceCoverage {
            source: values::source(row, 0)?,
            state: values::state(row, SOURCE_WIDTH)?,
        })
    })?;
    rows.collect()
}

fn gaps(connection: &Connection, from: Timestamp, until: Timestamp) -> rusqlite::Result<Vec<Gap>> {
    let mut select = connection.prepare_cached(
        "SELECT s.id, g.\"from\", g.until FROM gaps g JOIN sources s ON s.key = g.source
         WHERE g.until >= ?1 AND g.until < ?2 ORDER BY g.until, g.key",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok(Gap { source: row.get(0)?, from: row.get(1)?, until: row.get(2)? })
    })?;
    rows.collect()
}

/// Companies named by items that made no alert, most often named first.
fn mentions(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<(Named, u64)>> {
    let mut select = connection.prepare_cached(
        "SELECT max(company.value), count(DISTINCT d.item) AS items
         FROM decisions d, json_each(d.judgement, '$.companies') company
         WHERE d.at >= ?1 AND d.at < ?2 AND NOT d.alerts
         GROUP BY company.value ->> 'id' ORDER BY items DESC, company.value ->> 'id'",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok((values::from_json(row, 0)?, values::count(row, 1)?))
    })?;
    rows.collect()
}

/// Guards by how many hits they held back, most first.
fn held_back(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<(Guard, u64)>> {
    let mut select = connection.prepare_cached(
        "SELECT hit.value -> 'guard' AS guard, count(*) AS hits
         FROM decisions d, json_each(d.judgement, '$.held_back') hit
         WHERE d.at >= ?1 AND d.at < ?2 GROUP BY guard ORDER BY hits DESC, guard",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok((values::from_json(row, 0)?, values::count(row, 1)?))
    })?;
    rows.collect()
}
