//! How well we looked between two instants, for the mail.
//!
//! Items are counted by the poll that brought them, everything that was judged by the decision, so
//! that windows that follow each other count each thing once.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use crate::model::coverage::STALE;
use crate::model::source::Gap;
use crate::model::{
    Coverage, Guard, Health, HeldBack, HeldHigh, Named, Past, Recovered, SourceCoverage, Timestamp,
};

use super::values::{self, SOURCE, SOURCE_WIDTH, SOURCES, STATE, STATE_WIDTH};
use super::{pauses, sources as in_force};

/// Coverage from `from` (included) to `until` (not included).
pub(super) fn between(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Coverage> {
    let (items_read, newest) = connection
        .prepare_cached(
            "SELECT coalesce(sum(new), 0), max(newest) FROM polls
             WHERE new > 0 AND last >= ?1 AND last < ?2
               AND source NOT IN (SELECT key FROM sources WHERE synthetic)",
        )?
        .query_row(params![from, until], |row| Ok((values::count(row, 0)?, row.get(1)?)))?;
    let baselined = connection
        .prepare_cached(
            "SELECT count(*) FROM decisions d JOIN items i ON i.key = d.item
             WHERE d.at >= ?1 AND d.at < ?2 AND d.alerts AND i.arrival = 'baseline'",
        )?
        .query_row(params![from, until], |row| values::count(row, 0))?;
    Ok(Coverage {
        sources: sources(connection, false)?,
        items_read,
        newest,
        gaps: gaps(connection, from, until)?,
        pauses: pauses::between(connection, from, until)?,
        mentions: mentions(connection, from, until)?,
        held_back: held_back(connection, from, until)?,
        held_high: held_high(connection, from, until)?,
        held_high_count: held_high_count(connection, from, until)?,
        baselined,
        // The files say so, and whoever puts them in force adds it.
        paused: Vec::new(),
        retired: retired(connection, from, until)?,
        // Who asks for a longer window adds it.
        past: Past::default(),
    })
}

/// Sources in force, or all that ever were, by id.
pub(super) fn sources(
    connection: &Connection,
    retired: bool,
) -> rusqlite::Result<Vec<SourceCoverage>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE} FROM {SOURCES}
         WHERE (s.retired IS NULL OR ?1) AND NOT s.synthetic ORDER BY s.id"
    ))?;
    let rows = select.query_map([retired], covered)?;
    rows.collect()
}

/// A source with its state, from the columns of both.
fn covered(row: &Row<'_>) -> rusqlite::Result<SourceCoverage> {
    Ok(SourceCoverage { source: values::source(row, 0)?, state: values::state(row, SOURCE_WIDTH)? })
}

/// How many sources in force count as read. Of those in order only the few that may not be are looked at one by one,
/// since figures are asked for often.
pub(super) fn read(connection: &Connection, now: Timestamp) -> rusqlite::Result<u64> {
    let census = in_force::census(connection)?;
    let in_order = census.iter().filter(|(health, _)| health.is_covered());
    let in_order: u64 = in_order.map(|(_, (count, _))| count).sum();
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE} FROM {SOURCES}
         WHERE s.retired IS NULL AND NOT s.synthetic
           AND (coalesce(u.last_success, 0) < ?1 OR s.official AND t.health = ?2)"
    ))?;
    let rows = select.query_map(params![now.minus(STALE), Health::Empty], covered)?;
    let mut unread = 0;
    for one in rows {
        let one = one?;
        unread += u64::from(one.state.health.is_covered() && !one.is_read(now));
    }
    Ok(in_order.saturating_sub(unread))
}

/// Sources that were taken out, unless another reads their address now.
fn retired(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<(SourceCoverage, Timestamp)>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE}, s.retired FROM {SOURCES}
         WHERE s.retired >= ?1 AND s.retired < ?2 AND NOT s.synthetic
           AND s.url NOT IN (SELECT o.url FROM sources o WHERE o.retired IS NULL)
         ORDER BY NOT s.official, s.retired, s.id"
    ))?;
    let rows = select.query_map(params![from, until], |row| {
        let one = SourceCoverage {
            source: values::source(row, 0)?,
            state: values::state(row, SOURCE_WIDTH)?,
        };
        Ok((one, row.get(SOURCE_WIDTH + STATE_WIDTH)?))
    })?;
    rows.collect()
}

pub(super) fn gaps(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Gap>> {
    let mut select = connection.prepare_cached(
        "SELECT s.id, g.\"from\", g.until FROM gaps g JOIN sources s ON s.key = g.source
         WHERE g.until >= ?1 AND g.until < ?2 AND NOT s.synthetic ORDER BY g.until, g.key",
    )?;
    let rows = select.query_map(params![from, until], |row| {
        Ok(Gap { source: row.get(0)?, from: row.get(1)?, until: row.get(2)? })
    })?;
    rows.collect()
}

/// Companies named by items that made no alert, most often named first. What a rule or guard held back is
/// counted as that.
fn mentions(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<(Named, u64)>> {
    let mut select = connection.prepare_cached(
        "SELECT max(company.value), count(DISTINCT d.item) AS items
         FROM decisions d, json_each(d.judgement, '$.companies') company
         WHERE d.at >= ?1 AND d.at < ?2 AND NOT d.alerts AND d.judgement ->> '$.would_be' IS NULL
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

/// Of items that would have been high, the newest so many are named.
const HELD_HIGH: usize = 20;

/// Which decisions those are. A later revision that alerts makes up for an earlier one.
const WAS_HELD: &str = "d.at >= ?1 AND d.at < ?2 AND NOT d.alerts
     AND d.judgement ->> '$.would_be' = 'high' AND i.arrival NOT IN ('baseline', 'elsewhere')
     AND NOT EXISTS (SELECT 1 FROM decisions e WHERE e.item = d.item AND e.key > d.key)";

fn held_high_count(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM decisions d JOIN items i ON i.key = d.item WHERE {WAS_HELD}"
        ))?
        .query_row(params![from, until], |row| values::count(row, 0))
}

/// The newest items that would have been high, with what held them back.
fn held_high(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<HeldHigh>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT i.title, s.id, i.link, d.judgement -> '$.held_back'
         FROM decisions d JOIN items i ON i.key = d.item JOIN sources s ON s.key = i.source
         WHERE {WAS_HELD} ORDER BY d.key DESC LIMIT {HELD_HIGH}"
    ))?;
    let rows = select.query_map(params![from, until], |row| {
        let held: Vec<HeldBack> = match row.get_ref(3)? {
            ValueRef::Null => Vec::new(),
            _ => values::from_json(row, 3)?,
        };
        let mut guards: Vec<Guard> = Vec::new();
        for one in held {
            if !guards.contains(&one.guard) {
                guards.push(one.guard);
            }
        }
        Ok(HeldHigh { title: row.get(0)?, source: row.get(1)?, link: row.get(2)?, guards })
    })?;
    rows.collect()
}

/// Sources whose polls went wrong up to the instant at which their present health began. What still
/// lasts is no recovery, and its account is not among `polls` yet.
pub(super) fn recovered(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Recovered>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, t.health, t.since,
             (SELECT min(p.first) FROM polls p WHERE p.source = s.key AND p.last < t.since
               AND p.last > coalesce((SELECT max(q.last) FROM polls q WHERE q.source = s.key
                 AND q.last < t.since AND q.error IS NULL), -1)),
             (SELECT p.error FROM polls p WHERE p.source = s.key AND p.last < t.since
              ORDER BY p.last DESC, p.key DESC LIMIT 1) AS why
         FROM sources s JOIN source_states t ON t.source = s.key
         WHERE s.retired IS NULL AND NOT s.synthetic AND t.since > ?1 AND t.since <= ?2 AND why IS NOT NULL
         ORDER BY s.id"
    ))?;
    let rows = select.query_map(params![from, until], |row| {
        let health: Health = row.get(SOURCE_WIDTH)?;
        if !health.is_covered() {
            return Ok(None);
        }
        Ok(Some(Recovered {
            source: values::source(row, 0)?,
            until: row.get(SOURCE_WIDTH + 1)?,
            from: row.get(SOURCE_WIDTH + 2)?,
            error: row.get(SOURCE_WIDTH + 3)?,
        }))
    })?;
    rows.filter_map(Result::transpose).collect()
}
