//! The outbox: which mail goes next, and what became of it.
//!
//! A mail that had been given to the server when its sender vanished may have gone out. It is never taken for
//! unsent: while the program runs, the lost attempt counts as uncertain, and after the third it
//! rests. An attempt that the program's own end cut off is made again, each time. Invariant: a mail of which
//! any attempt may have been taken does not come to rest as refused or dead, so what it told is not told
//! anew, but where a person says that it did not arrive.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::mail::{ClaimedMail, Letter, MailOutcome};
use crate::model::{MailId, MailKey, MailState, Timestamp};
use crate::store::{Amend, Amended};

use super::actions;
use super::restores::{self, NOT_HELD};
use super::strangers;
use super::values;

/// No attempt is planned further ahead: back-off ends at an hour.
const ATTEMPT_AHEAD: Duration = Duration::from_hours(24);
/// An uncertain mail is retried at most twice, then rests as uncertain.
const UNCERTAIN_RETRIES: u32 = 2;
/// What the outbox says of a mail that a person gave up.
const DROPPED: &str = "given up by hand";
/// What it says of one that may have arrived: given up once more by hand, it is taken for lost.
const DROPPED_PERHAPS: &str =
    "given up by hand; it may have arrived, and what it told counts as told";
/// What the outbox says of an attempt whose sender vanished.
const INTERRUPTED: &str = "the attempt was interrupted; the mail may have arrived";
/// What it says where the server had not been given the message.
const CUT_OFF: &str = "the attempt was interrupted before the server had the message";

/// Claims the mail whose attempt is due longest, until `lease`.
pub(super) fn claim(
    connection: &Connection,
    now: Timestamp,
    lease: Timestamp,
) -> rusqlite::Result<Option<ClaimedMail>> {
    if restores::held(connection)?.is_some() {
        return Ok(None);
    }
    while let Some((key, state)) = due(connection, now)? {
        if state == MailState::Sending && !interrupted(connection, key, now)? {
            continue;
        }
        connection
            .prepare_cached(
                "UPDATE mails SET state = 'sending', next_attempt = ?2, given = 0 WHERE key = ?1",
            )?
            .execute(params![key, lease])?;
        return claimed(connection, key).map(Some);
    }
    Ok(None)
}

fn due(connection: &Connection, now: Timestamp) -> rusqlite::Result<Option<(i64, MailState)>> {
    // What is due, then what a wrong clock put out of reach.
    for (compare, bound) in [("<=", now), (">", now.plus(ATTEMPT_AHEAD))] {
        let found = connection
            .prepare_cached(&format!(
                "SELECT key, state FROM mails WHERE next_attempt {compare} ?1
                 ORDER BY next_attempt, key LIMIT 1"
            ))?
            .query_row([bound], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Counts a lost attempt; answers whether the mail is to be tried again.
fn interrupted(connection: &Connection, key: i64, now: Timestamp) -> rusqlite::Result<bool> {
    let next: Option<Timestamp> = connection
        .prepare_cached(
            "UPDATE mails SET state = CASE WHEN given THEN 'uncertain' ELSE 'deferred' END,
                 attempts = attempts + 1, uncertain = uncertain + given,
                 perhaps_taken = max(perhaps_taken, given), given = 0,
                 reply = CASE WHEN given THEN ?2 ELSE ?5 END,
                 next_attempt = CASE WHEN NOT given OR uncertain < ?3 THEN ?4 END, settled = ?4
             WHERE key = ?1 RETURNING next_attempt",
        )?
        .query_row(params![key, INTERRUPTED, UNCERTAIN_RETRIES, now, CUT_OFF], |row| row.get(0))?;
    Ok(next.is_some())
}

/// From now on the server may have the whole message of the attempt that runs.
pub(super) fn given(connection: &Connection, mail: &MailId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE mails SET given = 1 WHERE id = ?1 AND state = 'sending'")?
        .execute([mail])?;
    Ok(())
}

fn claimed(connection: &Connection, key: i64) -> rusqlite::Result<ClaimedMail> {
    connection
        .prepare_cached(
            "SELECT m.id, m.occasion, o.kind, m.address, m.message, m.attempts, m.uncertain, o.at,
                 m.perhaps_taken
             FROM mails m JOIN occasions o ON o.key = m.occasion WHERE m.key = ?1",
        )?
        .query_row([key], |row| {
            Ok(ClaimedMail {
                id: row.get(0)?,
                key: MailKey::stored(row.get(1)?),
                kind: row.get(2)?,
                letter: Letter { address: row.get(3)?, message: row.get(4)? },
                attempts: row.get(5)?,
                uncertain: row.get(6)?,
                sealed_at: row.get(7)?,
                perhaps_taken: row.get(8)?,
            })
        })
}

/// Does to a mail what a person wants. Given up by hand, it says so where the server's reply stands. One that may
/// have arrived comes to rest first, and what it told counts as told; given up as it rests, a person says that it
/// did not arrive.
pub(super) fn amend(
    connection: &Connection,
    mail: &MailId,
    amend: Amend,
    now: Timestamp,
) -> rusqlite::Result<Amended> {
    let found: Option<(i64, MailState, String, bool, bool)> = connection
        .prepare_cached(
            "SELECT key, state, occasion, next_attempt IS NOT NULL, perhaps_taken FROM mails
             WHERE id = ?1",
        )?
        .query_row([mail], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((key, state, occasion, waits, perhaps)) = found else { return Ok(Amended::Unknown) };
    let rests = matches!(state, MailState::Refused | MailState::Dead);
    match amend {
        _ if matches!(state, MailState::Sending | MailState::Sent) => {
            return Ok(Amended::Not(state));
        }
        Amend::Drop if rests => return Ok(Amended::Not(state)),
        Amend::Drop if perhaps && waits => {
            connection
                .prepare_cached(
                    "UPDATE mails SET state = 'uncertain', next_attempt = NULL, reply = ?2,
                         settled = ?3 WHERE key = ?1",
                )?
                .execute(params![key, DROPPED_PERHAPS, now])?;
            return Ok(Amended::Rests(state));
        }
        Amend::Drop => {
            connection
                .prepare_cached(
                    "UPDATE mails SET state = 'dead', next_attempt = NULL, reply = ?2, settled = ?3,
                         perhaps_taken = 0 WHERE key = ?1",
                )?
                .execute(params![key, DROPPED, now])?;
            bring_back(connection, &occasion, now)?;
        }
        Amend::Retry => {
            // Given up or refused, it begins afresh; one that may have arrived keeps its count.
            let state = if rests { MailState::Deferred } else { state };
            let afresh = rests || !waits;
            connection
                .prepare_cached(
                    "UPDATE mails SET state = ?2, next_attempt = ?3,
                         attempts = CASE WHEN ?4 THEN 0 ELSE attempts END WHERE key = ?1",
                )?
                .execute(params![key, state, now, afresh])?;
            if rests {
                tell_after_all(connection, &occasion, now)?;
            }
        }
    }
    Ok(Amended::Done(state))
}

/// A mail that is tried again tells what came back from it, and no other mail is to tell it as well: but for what
/// another has told meanwhile.
fn tell_after_all(connection: &Connection, occasion: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE notices SET state = 'sealed', changed = ?2
             WHERE occasion = ?1 AND state = 'pending'",
        )?
        .execute(params![occasion, now])?;
    Ok(())
}

/// Makes deferred mails due.
pub(super) fn bring_near(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE mails SET next_attempt = ?1 WHERE next_attempt > ?1 AND state = 'deferred'",
        )?
        .execute([now])?;
    Ok(())
}

/// When the oldest mail that still wants sending was sealed, the canary's left out.
pub(super) fn oldest_waiting(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT min(o.at) FROM mails m JOIN occasions o ON o.key = m.occasion
             WHERE m.next_attempt IS NOT NULL
               AND NOT (m.occasion > 'operator:canary:' AND m.occasion < 'operator:canary;')",
        )?
        .query_row([], |row| row.get(0))
}

/// Writes what became of an attempt. What the server took stays sent, whatever is said later.
pub(super) fn outcome(connection: &Connection, outcome: &MailOutcome) -> rusqlite::Result<()> {
    let uncertain = outcome.state == MailState::Uncertain;
    let sent = (outcome.state == MailState::Sent).then_some(outcome.at);
    // Of two senders one does not know what became of the other's attempt.
    let settled: Option<(String, MailState)> = connection
        .prepare_cached(
            "UPDATE mails SET
                 state = CASE WHEN perhaps_taken AND ?2 IN ('refused', 'dead') THEN 'uncertain'
                     ELSE ?2 END,
                 next_attempt = ?3, reply = ?4, attempts = attempts + ?5,
                 uncertain = uncertain + ?6, perhaps_taken = max(perhaps_taken, ?6), given = 0,
                 sent = ?7, settled = ?8
             WHERE id = ?1
               AND (state NOT IN ('sent', 'refused', 'dead') OR (?2 = 'sent' AND state <> 'sent'))
             RETURNING occasion, state",
        )?
        .query_row(
            params![
                outcome.id,
                outcome.state,
                next_attempt(outcome),
                outcome.reply,
                outcome.counts,
                uncertain,
                sent,
                outcome.at
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match settled {
        Some((occasion, state @ (MailState::Refused | MailState::Dead))) => {
            if state == MailState::Refused {
                note_refusal(connection, &occasion, &outcome.reply)?;
            }
            bring_back(connection, &occasion, outcome.at)
        }
        _ => Ok(()),
    }
}

/// Keeps what was said of each alert that a refused mail told: where its notices stand moves on, to the mail that
/// tells them after all.
fn note_refusal(connection: &Connection, occasion: &str, reply: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO refusals(alert, reply) SELECT alert, ?2 FROM notices
             WHERE occasion = ?1 AND state = 'sealed' ON CONFLICT DO NOTHING",
        )?
        .execute([occasion, reply])?;
    Ok(())
}

/// What still wants sending is never left without a time; what is settled has none.
fn next_attempt(outcome: &MailOutcome) -> Option<Timestamp> {
    match outcome.state {
        MailState::Pending | MailState::Sending | MailState::Deferred => {
            Some(outcome.next_attempt.unwrap_or(outcome.at))
        }
        MailState::Uncertain => outcome.next_attempt,
        MailState::Sent | MailState::Refused | MailState::Dead => None,
    }
}

/// When no address of an occasion was reached, its notices come back, to be listed in the next mail
/// that works. They no longer ask for one of their own: a dead address must not draw urgent mails
/// without end. Which mail failed to tell them stays known.
fn bring_back(connection: &Connection, occasion: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE notices SET state = 'pending', undelivered = 1, urgency = 'digest', changed = ?2
             WHERE occasion = ?1 AND state = 'sealed' AND NOT EXISTS (SELECT 1 FROM mails
                 WHERE occasion = ?1 AND state NOT IN ('refused', 'dead'))",
        )?
        .execute(params![occasion, now])?;
    let undelivered = connection
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM mails
                 WHERE occasion = ?1 AND state NOT IN ('refused', 'dead'))",
        )?
        .query_row([occasion], |row| row.get(0))?;
    if undelivered {
        strangers::bring_back_counted(connection, occasion, now)?;
        actions::withdraw_returned(connection, now)?;
    }
    Ok(())
}

/// The earliest instant at which a mail wants another attempt, or a lease runs out; while mails are
/// held after a restore there is none.
pub(super) fn next(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(&format!(
            "SELECT min(next_attempt) FROM mails WHERE next_attempt IS NOT NULL AND {NOT_HELD}"
        ))?
        .query_row([], |row| row.get(0))
}

/// Mails whose sender is gone for certain: nobody else holds the store. Those that the server had been given may
/// have arrived, but resting is for servers that fall silent again and again: a crash has said nothing about
/// the mail, so it is sent again, each time. What no server ever heard of does not even count as perhaps told.
pub(super) fn release(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE mails SET state = CASE WHEN given THEN 'uncertain' ELSE 'deferred' END,
                 attempts = attempts + 1, perhaps_taken = max(perhaps_taken, given), given = 0,
                 reply = CASE WHEN given THEN ?1 ELSE ?3 END, next_attempt = ?2
             WHERE state = 'sending'",
        )?
        .execute(params![INTERRUPTED, now, CUT_OFF])?;
    Ok(())
}

/// How many mails stand where, states without any included and the canary's left out.
pub(super) fn census(
    connection: &Connection,
) -> rusqlite::Result<std::collections::BTreeMap<MailState, u64>> {
    let mut counts: std::collections::BTreeMap<MailState, u64> =
        MailState::ALL.into_iter().map(|state| (state, 0)).collect();
    let mut select =
        connection.prepare_cached("SELECT state, count(*) FROM mails GROUP BY state")?;
    let mut synthetic = connection.prepare_cached(
        "SELECT state, count(*) FROM mails
         WHERE occasion > 'operator:canary:' AND occasion < 'operator:canary;' GROUP BY state",
    )?;
    for row in select.query_map([], |row| Ok((row.get(0)?, values::count(row, 1)?)))? {
        let (state, count) = row?;
        counts.insert(state, count);
    }
    for row in synthetic.query_map([], |row| Ok((row.get(0)?, values::count(row, 1)?)))? {
        let (state, count): (MailState, u64) = row?;
        counts.entry(state).and_modify(|all| *all = all.saturating_sub(count));
    }
    Ok(counts)
}
