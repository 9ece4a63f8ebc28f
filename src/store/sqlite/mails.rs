//! Reading mails: where each stands, what it said, and which came to rest undelivered.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::mail::{Letter, Refusal};
use crate::model::{MailId, MailKey, MailKind, MailState, Timestamp};
use crate::store::{MailRow, StoredMail};

use super::{values, windows};

/// A page of all mails, newest first.
pub(super) fn mails(
    connection: &Connection,
    after: Option<&MailId>,
    limit: usize,
) -> rusqlite::Result<Vec<MailRow>> {
    let mut select = connection.prepare_cached(&format!(
        "{MAIL} WHERE m.key < coalesce((SELECT key FROM mails WHERE id = ?1), 9223372036854775807)
         ORDER BY m.key DESC LIMIT ?2"
    ))?;
    select.query_map(params![after, values::size(limit)], mail)?.collect()
}

/// The newest mails in any of these states.
pub(super) fn mails_in(
    connection: &Connection,
    states: &[MailState],
    limit: usize,
) -> rusqlite::Result<Vec<MailRow>> {
    let names: Vec<&str> = states.iter().map(|one| one.as_str()).collect();
    let names = serde_json::to_string(&names).unwrap_or_default();
    let mut select = connection.prepare_cached(&format!(
        "{MAIL} WHERE m.state IN (SELECT value FROM json_each(?1)) ORDER BY m.key DESC LIMIT ?2"
    ))?;
    select.query_map(params![names, values::size(limit)], mail)?.collect()
}

/// The mails with a Message-ID, however its letters are written.
pub(super) fn of(connection: &Connection, message_id: &str) -> rusqlite::Result<Vec<MailRow>> {
    let bare = message_id.trim_matches(['<', '>']);
    let mut select = connection.prepare_cached(&format!(
        "{MAIL} WHERE lower(o.message_id) = lower('<' || ?1 || '>') ORDER BY m.key"
    ))?;
    select.query_map([bare], mail)?.collect()
}

/// A mail with its message.
pub(super) fn stored_mail(
    connection: &Connection,
    id: &MailId,
) -> rusqlite::Result<Option<StoredMail>> {
    let mut select = connection.prepare_cached(&format!("{MAIL} WHERE m.id = ?1"))?;
    let Some(row) = select.query_row([id], mail).optional()? else { return Ok(None) };
    connection
        .prepare_cached(
            "SELECT o.message_id, m.message, o.covers_until FROM mails m
             JOIN occasions o ON o.key = m.occasion WHERE m.id = ?1",
        )?
        .query_row([id], |found| {
            let letter = Letter { address: row.address.clone(), message: found.get(1)? };
            Ok(StoredMail { message_id: found.get(0)?, letter, covers_until: found.get(2)?, row })
        })
        .optional()
}

/// The digest that was made last for a reader.
pub(super) fn newest_digest(
    connection: &Connection,
    reader: &str,
) -> rusqlite::Result<Option<MailId>> {
    connection
        .prepare_cached(
            "SELECT m.id FROM mails m JOIN occasions o ON o.key = m.occasion
             WHERE o.reader = ?1 AND o.kind IN ('digest', 'ondemand')
             ORDER BY o.at DESC, m.key LIMIT 1",
        )?
        .query_row([reader], |row| row.get(0))
        .optional()
}

/// Mails at rest that nobody is known to have, since the operator's last mail about such.
pub(super) fn undelivered(
    connection: &Connection,
    until: Timestamp,
) -> rusqlite::Result<Vec<MailRow>> {
    const MOST: usize = 1_000;
    let mut select = connection.prepare_cached(&format!(
        "{MAIL} WHERE m.state IN ('refused', 'dead', 'uncertain') AND m.next_attempt IS NULL
           -- A refused mail about refused mails would draw the next.
           AND NOT (m.occasion > 'operator:mail:' AND m.occasion < 'operator:mail;')
           AND NOT (m.occasion > 'operator:plain:' AND m.occasion < 'operator:plain;')
           AND m.settled <= ?1 AND m.settled > coalesce((SELECT max(covers_until) FROM occasions
             WHERE key > 'operator:mail:' AND key < 'operator:mail;' AND covers_until <= ?1), -1)
         ORDER BY m.key LIMIT ?2"
    ))?;
    select.query_map(params![until, values::size(MOST)], mail)?.collect()
}

/// The operator's mails at rest that were sealed since an instant, newest first, the canary's left out. In the order
/// in which they were sealed: by their instants those of a clock that was ahead would be the newest until it is right.
pub(super) fn operator_mails(
    connection: &Connection,
    since: Timestamp,
) -> rusqlite::Result<Vec<MailRow>> {
    const MOST: usize = 200;
    let mut select = connection.prepare_cached(&format!(
        "{MAIL} WHERE o.reader = '' AND o.kind = 'operator' AND o.at >= ?1 AND m.next_attempt IS NULL
           AND NOT (o.key > 'operator:canary:' AND o.key < 'operator:canary;')
         ORDER BY m.key DESC LIMIT ?2"
    ))?;
    select.query_map(params![since, values::size(MOST)], mail)?.collect()
}

/// Mails to any of these addresses that were refused since an instant, or rest as uncertain since.
pub(super) fn refusals(
    connection: &Connection,
    addresses: &[String],
    since: Timestamp,
) -> rusqlite::Result<Vec<Refusal>> {
    let addresses = serde_json::to_string(addresses).unwrap_or_default();
    let mut select = connection.prepare_cached(
        "SELECT settled, length(message), reply FROM mails
         WHERE state IN ('refused', 'uncertain') AND next_attempt IS NULL AND settled >= ?2
           AND address COLLATE NOCASE IN (SELECT value FROM json_each(?1)) ORDER BY key",
    )?;
    let rows = select.query_map(params![addresses, since], |row| {
        let bytes = usize::try_from(values::count(row, 1)?).unwrap_or(usize::MAX);
        Ok(Refusal { at: row.get(0)?, bytes, reply: row.get(2)? })
    })?;
    rows.collect()
}

/// What was said of a reader's newest mails of these kinds, back to the first that somebody has or may get.
pub(super) fn in_vain(
    connection: &Connection,
    reader: &str,
    kinds: &[MailKind],
) -> rusqlite::Result<Vec<Vec<String>>> {
    const MOST: usize = 8;
    let mut select = connection.prepare_cached(&format!(
        "SELECT o.at, {}, (SELECT json_group_array(m.reply) FROM mails m WHERE m.occasion = o.key)
         FROM occasions o WHERE o.reader = ?1 AND o.kind = ?2
           AND EXISTS (SELECT 1 FROM mails m WHERE m.occasion = o.key)
         ORDER BY o.at DESC LIMIT ?3",
        windows::reached_nobody("o")
    ))?;
    let mut found: Vec<(Timestamp, bool, Vec<String>)> = Vec::new();
    // Each by itself, so that the index brings the newest first.
    for kind in kinds {
        let rows = select.query_map(params![reader, kind, values::size(MOST)], |row| {
            Ok((row.get(0)?, row.get(1)?, values::from_json(row, 2)?))
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let in_vain = found.into_iter().take_while(|(_, nobody, _)| *nobody);
    Ok(in_vain.map(|(.., said)| said).collect())
}

/// What [`mail`] reads.
pub(super) const MAIL: &str = "SELECT m.id, m.occasion, o.kind, o.reader, m.address, m.state, o.subject, o.at, \
     m.sent, m.reply, m.attempts, m.next_attempt, m.settled FROM mails m JOIN occasions o ON o.key = m.occasion";

/// Reads a row of [`MAIL`].
pub(super) fn mail(row: &rusqlite::Row<'_>) -> rusqlite::Result<MailRow> {
    let reader: String = row.get(3)?;
    Ok(MailRow {
        id: row.get(0)?,
        key: MailKey::stored(row.get(1)?),
        kind: row.get(2)?,
        reader: (!reader.is_empty()).then_some(reader),
        address: row.get(4)?,
        state: row.get(5)?,
        subject: row.get(6)?,
        at: row.get(7)?,
        sent: row.get(8)?,
        reply: row.get(9)?,
        attempts: row.get(10)?,
        next_attempt: row.get(11)?,
        tried: row.get(12)?,
    })
}
