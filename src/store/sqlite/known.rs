//! Which items are known: by the keys of a document's entries, of a source or of its address.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::item::{Identity, KnownItem};
use crate::store::Elsewhere;

use super::items::{hashes, keys_of};

/// The items of a source that share a key with any of these identities.
pub(super) fn known(
    connection: &Connection,
    source: &str,
    identities: &[Identity],
) -> rusqlite::Result<Vec<KnownItem>> {
    let source: Option<i64> = connection
        .prepare_cached(
            "SELECT s.key FROM sources s JOIN source_states t ON t.source = s.key
             WHERE s.id = ?1 AND t.items > 0",
        )?
        .query_row([source], |row| row.get(0))
        .optional()?;
    match source {
        Some(source) => of(connection, source, &wanted(identities)),
        None => Ok(Vec::new()),
    }
}

/// The same of what was read at this source's address under ids that are gone.
pub(super) fn elsewhere(
    connection: &Connection,
    source: &str,
    identities: &[Identity],
) -> rusqlite::Result<Elsewhere> {
    let mut select = connection.prepare_cached(
        "SELECT g.key, g.retired, u.last_success
         FROM sources s JOIN sources g ON g.url = s.url AND g.retired IS NOT NULL AND g.key <> s.key
              JOIN source_turns u ON u.source = g.key
         WHERE s.id = ?1 AND u.last_success IS NOT NULL ORDER BY g.retired",
    )?;
    let mut rows = select.query([source])?;
    let mut found = Elsewhere::default();
    let mut keys: Option<Vec<i64>> = None;
    while let Some(row) = rows.next()? {
        (found.left, found.read) = (found.left.max(row.get(1)?), found.read.max(row.get(2)?));
        let keys = keys.get_or_insert_with(|| wanted(identities));
        found.known.extend(of(connection, row.get(0)?, keys)?);
    }
    Ok(found)
}

/// Hashes to look for, each once.
fn wanted(identities: &[Identity]) -> Vec<i64> {
    let mut wanted: Vec<i64> = identities.iter().flat_map(hashes).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn of(connection: &Connection, source: i64, wanted: &[i64]) -> rusqlite::Result<Vec<KnownItem>> {
    let mut found = Vec::new();
    let mut select =
        connection.prepare_cached("SELECT item FROM item_keys WHERE source = ?1 AND hash = ?2")?;
    for hash in wanted {
        for key in select.query_map(params![source, hash], |row| row.get::<_, i64>(0))? {
            found.push(key?);
        }
    }
    found.sort_unstable();
    found.dedup();
    let mut select = connection.prepare_cached(
        "SELECT id, revision, guid, link, text_hash, title, published, first_seen, arrival,
                learnt
         FROM items WHERE key = ?1",
    )?;
    found
        .into_iter()
        .map(|key| {
            select.query_row([key], |row| {
                Ok(KnownItem {
                    id: row.get(0)?,
                    revision: row.get(1)?,
                    identity: keys_of(row, 2)?,
                    title: row.get(5)?,
                    published: row.get(6)?,
                    first_seen: row.get(7)?,
                    arrival: row.get(8)?,
                    learnt: row.get(9)?,
                })
            })
        })
        .collect()
}
