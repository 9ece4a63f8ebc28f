//! What a person looks up: things by their id, what a mail told.

use rusqlite::{Connection, OptionalExtension, params};

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

/// Alerts of the occasion that a mail is of.
pub(super) fn told_by(connection: &Connection, mail: &MailId) -> rusqlite::Result<Vec<AlertId>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT a.id FROM mails m JOIN notices n ON n.occasion = m.occasion
             JOIN alerts a ON a.key = n.alert WHERE m.id = ?1 ORDER BY a.key",
        )?
        .query_map([mail], |row| row.get(0))?
        .collect()
}
