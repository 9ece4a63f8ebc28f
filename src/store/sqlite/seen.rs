//! Items in order of when they were seen, in pages: what looking back reads.
//!
//! Items within keeping and those past it that keep their words stand in two indexes; a page merges
//! them. What is synthetic is no news and left out. Items of one instant are in order of their rows, so
//! that no page ever reads an instant anew.

use rusqlite::{Connection, params};

use crate::model::{Item, Timestamp};
use crate::store::{SeenMark, SeenPage};

use super::items::{self, ITEM};
use super::values;

/// The conditions of the two indexes, `items_to_prune` and `items_kept`, word for word.
const KINDS: [&str; 2] = ["i.pruned IS NULL", "i.pruned = 0"];

/// Items first seen from `from` until `until` (not included), after the end of the page before.
pub(super) fn page(
    connection: &Connection,
    (from, until): (Timestamp, Timestamp),
    after: Option<SeenMark>,
    limit: usize,
) -> rusqlite::Result<SeenPage> {
    let mut found: Vec<(SeenMark, Item)> = Vec::new();
    for kind in KINDS {
        let mut of_kind = Vec::new();
        if let Some(after) = after {
            let rest = "i.first_seen = ?1 AND i.key > ?2";
            let bounds = (after.at, after.row);
            read(connection, &format!("{kind} AND {rest}"), bounds, limit, &mut of_kind)?;
        }
        let left = limit - of_kind.len();
        let begin = after.map_or(from.minus(INSTANT), |mark| mark.at);
        let later = "i.first_seen > ?1 AND i.first_seen < ?2";
        let bounds = (begin, until.millis());
        read(connection, &format!("{kind} AND {later}"), bounds, left, &mut of_kind)?;
        found.append(&mut of_kind);
    }
    found.sort_by_key(|(mark, _)| *mark);
    found.truncate(limit);
    let next = found.last().map(|(mark, _)| *mark).filter(|_| found.len() == limit);
    Ok(SeenPage { items: found.into_iter().map(|(_, item)| item).collect(), next })
}

/// The least difference of two instants.
const INSTANT: std::time::Duration = std::time::Duration::from_millis(1);

fn read(
    connection: &Connection,
    condition: &str,
    (one, other): (Timestamp, i64),
    limit: usize,
    found: &mut Vec<(SeenMark, Item)>,
) -> rusqlite::Result<()> {
    if limit == 0 {
        return Ok(());
    }
    let mut select = connection.prepare_cached(&format!(
        "SELECT i.key, {ITEM} FROM items i CROSS JOIN sources s ON s.key = i.source
         WHERE {condition} AND NOT s.synthetic ORDER BY i.first_seen, i.key LIMIT ?3"
    ))?;
    let rows = select.query_map(params![one, other, values::size(limit)], |row| {
        let item = items::item(row, 1)?;
        Ok((SeenMark { at: item.first_seen, row: row.get(0)? }, item))
    })?;
    for row in rows {
        found.push(row?);
    }
    Ok(())
}
