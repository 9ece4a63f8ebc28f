//! What a person looks up: things by their id, what a mail told.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use crate::model::{AlertId, Item, ItemId, MailId};

use super::items::{self, ITEM};
use super::{actions, values};

/// An item at its newest revision.
pub(super) fn item(connection: &Connection, id: &ItemId) -> rusqlite::Result<Option<Item>> {
    let Some(key) = items::key(connection, id)? else { return Ok(None) };
    connection
        .prepare_cached(&format!(
            "SELECT {ITEM} FROM items i JOIN sources s ON s.key = i.source WHERE i.key = ?1"
        ))?
        .query_row([key], |row| items::item(row, 0))
        .optional()
}

/// Ids that begin so, of the kind that their letter says.
pub(super) fn ids_like(
    connection: &Connection,
    begins: &str,
    limit: usize,
) -> rusqlite::Result<Vec<String>> {
    let ids = |sql: &str| -> rusqlite::Result<Vec<String>> {
        connection
            .prepare_cached(sql)?
            .query_map(params![begins, values::size(limit)], |row| row.get(0))?
            .collect()
    };
    match begins.chars().next() {
        Some('a') => Ok(actions::alerts_like(connection, begins, limit)?
            .iter()
            .map(ToString::to_string)
            .collect()),
        Some('m') => ids("SELECT id FROM mails WHERE id >= ?1 AND id < ?1 || char(0x10FFFF)
             ORDER BY key DESC LIMIT ?2"),
        Some('i') => ids("SELECT i.id FROM sources s CROSS JOIN items i
             ON i.source = s.key AND i.id >= ?1 AND i.id < ?1 || char(0x10FFFF)
             ORDER BY i.key DESC LIMIT ?2"),
        _ => Ok(Vec::new()),
    }
}

/// A line of the record that says where a notice stands.
#[derive(Deserialize)]
struct NoticeLine {
    did: String,
    id: String,
    state: String,
    occasion: Option<String>,
}

/// Alerts that the mails of an occasion told, or were to tell. Where a notice stands moves on, to the next mail
/// when no address of one was reached; the record keeps which mail it was sealed for.
pub(super) fn told_by(connection: &Connection, mail: &MailId) -> rusqlite::Result<Vec<AlertId>> {
    let occasion: Option<String> = connection
        .prepare_cached("SELECT occasion FROM mails WHERE id = ?1")?
        .query_row([mail], |row| row.get(0))
        .optional()?;
    let Some(occasion) = occasion else { return Ok(Vec::new()) };
    let mut known = connection.prepare_cached("SELECT key FROM alerts WHERE id = ?1")?;
    let mut found: BTreeMap<i64, String> = BTreeMap::new();
    let mut select =
        connection.prepare_cached("SELECT body FROM records WHERE instr(body, ?1) > 0")?;
    let mut rows = select.query([values::json(&occasion)?])?;
    while let Some(row) = rows.next()? {
        for line in row.get_ref(0)?.as_str()?.lines() {
            let Ok(line) = serde_json::from_str::<NoticeLine>(line) else { continue };
            let sealed = line.did == "notice" && line.state == "sealed";
            let Some((alert, _)) = line.id.split_once('/').filter(|_| sealed) else { continue };
            if line.occasion.as_ref() == Some(&occasion) {
                let key: Option<i64> = known.query_row([alert], |row| row.get(0)).optional()?;
                found.extend(key.map(|key| (key, alert.to_owned())));
            }
        }
    }
    Ok(found.into_values().map(AlertId::stored).collect())
}
