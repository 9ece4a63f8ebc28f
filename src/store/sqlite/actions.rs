//! What people did by commands: written once, never changed.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::action::{Action, Deed, Verdict};
use crate::model::{AlertId, Timestamp};

use super::{fault, values};

/// Writes an action. Answers false, and writes nothing, when its alert is not known.
pub(super) fn add(connection: &Connection, action: &Action) -> rusqlite::Result<bool> {
    let alert: Option<i64> = match &action.alert {
        None => None,
        Some(id) => {
            let known = connection
                .prepare_cached("SELECT key FROM alerts WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            if known.is_none() {
                return Ok(false);
            }
            known
        }
    };
    connection
        .prepare_cached(
            "INSERT INTO actions(at, author, deed, verdict, alert, subject, what, why, until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            action.at,
            action.author,
            action.deed.as_str(),
            action.verdict.map(Verdict::as_str),
            alert,
            action.subject,
            action.what,
            action.why,
            action.until,
        ])?;
    if alert.is_some() {
        withdraw_returned(connection, action.at)?;
    }
    Ok(true)
}

/// Why a notice is withdrawn that somebody put aside, as the store keeps it.
const PUT_ASIDE: &str = "somebody said that it does not matter, after a mail with it was refused";

/// Withdraws what came back from mails that reached nobody, of alerts that were put aside: what people said last of
/// them is that they are false or do not matter. What no mail was refused for is told as ever.
pub(super) fn withdraw_returned(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE notices SET state = 'withdrawn', reason = ?1, changed = ?2
             WHERE state = 'pending' AND undelivered AND (
                 SELECT x.verdict IS 'irrelevant' OR x.deed IN ('dismissed', 'muted')
                 FROM actions x WHERE x.alert = notices.alert ORDER BY x.key DESC LIMIT 1)",
        )?
        .execute(params![PUT_ASIDE, now])?;
    Ok(())
}

const ACTION: &str = "SELECT x.at, x.author, x.deed, x.verdict, a.id, x.subject, x.what, x.why, \
     x.until FROM actions x LEFT JOIN alerts a ON a.key = x.alert";

fn action(row: &rusqlite::Row<'_>) -> rusqlite::Result<Action> {
    let deed: String = row.get(2)?;
    let verdict: Option<String> = row.get(3)?;
    Ok(Action {
        at: row.get(0)?,
        author: row.get(1)?,
        deed: Deed::named(&deed).ok_or_else(|| fault::own(format!("an action '{deed}'")))?,
        verdict: verdict.as_deref().and_then(Verdict::named),
        alert: row.get(4)?,
        subject: row.get(5)?,
        what: row.get(6)?,
        why: row.get(7)?,
        until: row.get(8)?,
    })
}

/// Actions about an alert, oldest first.
pub(super) fn of_alert(connection: &Connection, alert: i64) -> rusqlite::Result<Vec<Action>> {
    connection
        .prepare_cached(&format!("{ACTION} WHERE x.alert = ?1 ORDER BY x.key"))?
        .query_map([alert], action)?
        .collect()
}

/// Actions between two instants, newest first: at most `limit`. With a subject, only those about it.
pub(super) fn between(
    connection: &Connection,
    subject: Option<&str>,
    (from, until): (Timestamp, Timestamp),
    limit: usize,
) -> rusqlite::Result<Vec<Action>> {
    connection
        .prepare_cached(&format!(
            "{ACTION} WHERE x.at >= ?2 AND x.at <= ?3 AND (?1 IS NULL OR x.subject = ?1)
             ORDER BY x.key DESC LIMIT ?4"
        ))?
        .query_map(params![subject, from, until, values::size(limit)], action)?
        .collect()
}

/// The alert of this id, or those whose id begins so: at most `limit`, newest first.
pub(super) fn alerts_like(
    connection: &Connection,
    begins: &str,
    limit: usize,
) -> rusqlite::Result<Vec<AlertId>> {
    connection
        .prepare_cached(
            "SELECT id FROM alerts WHERE id >= ?1 AND id < ?1 || char(0x10FFFF)
             ORDER BY key DESC LIMIT ?2",
        )?
        .query_map(params![begins, values::size(limit)], |row| row.get(0))?
        .collect()
}
