//! Who is told: since when a reader is known, what they have had, and which address had which alert.
//!
//! A reader's history belongs to the name: another address, another schedule change nothing of it. Who
//! was taken out of the files and comes back starts anew, as anybody does who is added.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{AlertId, SealedMail, Timestamp};
use crate::store::ReaderHistory;

use super::windows;

/// Makes the readers in force those listed.
pub(super) fn adopt(
    connection: &Connection,
    readers: &[String],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let listed = serde_json::to_string(readers).unwrap_or_default();
    connection
        .prepare_cached(
            "UPDATE readers SET gone = ?2
             WHERE gone IS NULL AND name NOT IN (SELECT value FROM json_each(?1))",
        )?
        .execute(params![listed, now])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO readers(name, since) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE
             SET since = excluded.since, welcomed = NULL, gone = NULL WHERE gone IS NOT NULL",
    )?;
    for reader in readers {
        insert.execute(params![reader, now])?;
    }
    Ok(())
}

/// A reader was welcomed.
pub(super) fn welcomed(
    connection: &Connection,
    reader: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE readers SET welcomed = ?2 WHERE name = ?1")?
        .execute(params![reader, at])?;
    Ok(())
}

/// What a reader has had so far. What a wrong clock wrote ahead of `now` is left out.
pub(super) fn history(
    connection: &Connection,
    reader: &str,
    now: Timestamp,
) -> rusqlite::Result<ReaderHistory> {
    let known = known(connection, reader, now)?;
    let (since, welcomed) = known.unwrap_or((now, false));
    // Of a reader whom no file ever named all counts.
    let from = known.map_or(Timestamp::from_millis(i64::MIN), |(since, _)| since);
    let urgent_last_hour = connection
        .prepare_cached(
            "SELECT at FROM occasions
             WHERE reader = ?1 AND kind = 'urgent' AND at > ?2 AND at <= ?3
               AND EXISTS (SELECT 1 FROM mails
                   WHERE occasion = occasions.key AND state NOT IN ('refused', 'dead'))
             ORDER BY at",
        )?
        .query_map(params![reader, now.minus(Duration::from_hours(1)), now], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let last_slot = connection
        .prepare_cached(
            "SELECT max(slot) FROM occasions
             WHERE reader = ?1 AND kind = 'digest' AND slot <= ?2 AND at >= ?3",
        )?
        .query_row(params![reader, now, from], |row| row.get(0))?;
    Ok(ReaderHistory {
        since,
        covered_until: windows::covered_until(connection, reader, from, now)?,
        last_slot,
        urgent_last_hour,
        welcomed,
        welcomed_in_vain: windows::welcomed_in_vain(connection, reader, since)?,
    })
}

/// Since when a reader is known, and whether a welcome was sent.
fn known(
    connection: &Connection,
    reader: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<(Timestamp, bool)>> {
    connection
        .prepare_cached("SELECT min(since, ?2), welcomed IS NOT NULL FROM readers WHERE name = ?1")?
        .query_row(params![reader, now], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// An urgent mail of another reader that went, or still goes, to this address and told this alert.
/// From the alert on, which few were told: an address has years of mails.
const HAD: &str = "EXISTS (SELECT 1 FROM alerts a
         CROSS JOIN notices n ON n.alert = a.key CROSS JOIN occasions o ON o.key = n.occasion
         CROSS JOIN mails m ON m.occasion = o.key
     WHERE a.id = ?3 AND n.reader <> ?2 AND o.kind = 'urgent' AND m.address = ?1 COLLATE NOCASE
       AND m.state NOT IN ('refused', 'dead'))";

/// Whether an address had every alert of this urgent mail by mails to other readers.
pub(super) fn had_all(
    connection: &Connection,
    mail: &SealedMail,
    address: &str,
) -> rusqlite::Result<bool> {
    let reader = mail.reader.as_deref().unwrap_or("");
    for alert in &mail.alerts {
        if !had(connection, address, reader, alert)? {
            return Ok(false);
        }
    }
    Ok(!mail.alerts.is_empty())
}

fn had(
    connection: &Connection,
    address: &str,
    reader: &str,
    alert: &AlertId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(&format!("SELECT {HAD}"))?
        .query_row(params![address, reader, alert], |row| row.get(0))
}

/// Those of `alerts` that every one of `addresses` had by urgent mails to other readers.
pub(super) fn told_to_addresses(
    connection: &Connection,
    reader: &str,
    addresses: &[String],
    alerts: &[AlertId],
) -> rusqlite::Result<Vec<AlertId>> {
    let mut told = Vec::new();
    for alert in alerts {
        let mut all = !addresses.is_empty();
        for address in addresses {
            all = all && had(connection, address, reader, alert)?;
        }
        if all {
            told.push(alert.clone());
        }
    }
    Ok(told)
}
