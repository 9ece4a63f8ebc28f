//! Mails that wait for an address which nobody in the files has any more: given up, and told anew.
//!
//! Invariant: what a mail told comes back only if no address of its occasion has it, may have it or is just
//! being sent it, so nobody hears of anything twice. What comes back is as urgent as it was: it asks for a
//! mail of its own once for each edit, not once for each attempt. Its story counts as not told.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{MailId, Timestamp};

/// What the outbox says of a mail for a stranger. One that says so and waits all the same was sent on its
/// way by a person, who gets that try.
const GONE: &str = "given up: nobody in the files has this address any more";
/// Why the other letters of the same occasion are given up.
const ANEW: &str = "given up: another address of this mail was taken out of the files";
/// What follows where the notices come back.
const COMES_BACK: &str = "; what it told is told anew";
/// What follows where they do not.
const WAS_TOLD: &str = "; another address of it was told";

/// Gives up the waiting mails to addresses not listed, and answers which.
pub(super) fn give_up(
    connection: &Connection,
    addresses: &[String],
    now: Timestamp,
) -> rusqlite::Result<Vec<MailId>> {
    let mut given_up = Vec::new();
    for occasion in occasions(connection, addresses)? {
        let told = connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM notices WHERE occasion = ?1 AND state = 'sealed')",
            )?
            .query_row([&occasion], |row| row.get(0))?;
        let had = had(connection, &occasion)?;
        let rest = match (told, had) {
            (true, true) => WAS_TOLD,
            (true, false) => COMES_BACK,
            (false, _) => "",
        };
        let mails = waiting(connection, &occasion, addresses)?;
        for (key, id, stranger) in mails {
            let why = match (stranger, told && !had) {
                (true, _) => GONE,
                (false, true) => ANEW,
                (false, false) => continue,
            };
            connection
                .prepare_cached(
                    "UPDATE mails SET state = 'dead', next_attempt = NULL, reply = ?2, settled = ?3
                     WHERE key = ?1",
                )?
                .execute(params![key, format!("{why}{rest}"), now])?;
            given_up.push(id);
        }
        if told && !had {
            bring_back(connection, &occasion, now)?;
        }
    }
    Ok(given_up)
}

/// Occasions with a waiting mail for a stranger and none that is being sent. What may have arrived stays as
/// it is, and so does what goes to the address that somebody named by hand, and a canary.
fn occasions(connection: &Connection, addresses: &[String]) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT m.occasion FROM mails m JOIN occasions o ON o.key = m.occasion
             WHERE m.next_attempt IS NOT NULL AND m.state IN ('pending', 'deferred')
               AND m.perhaps_taken = 0 AND substr(m.reply, 1, length(?2)) <> ?2
               AND m.address COLLATE NOCASE NOT IN (SELECT value FROM json_each(?1))
               AND o.kind NOT IN ('recap', 'repeat')
               AND NOT (o.key > 'operator:canary:' AND o.key < 'operator:canary;')
               AND NOT EXISTS (SELECT 1 FROM mails f
                   WHERE f.occasion = m.occasion AND f.state = 'sending')
             ORDER BY m.key",
        )?
        .query_map(params![listed(addresses), GONE], |row| row.get(0))?
        .collect()
}

/// Whether some address of an occasion has its mail, or may have it.
fn had(connection: &Connection, occasion: &str) -> rusqlite::Result<bool> {
    let found = connection
        .prepare_cached(
            "SELECT 1 FROM mails
             WHERE occasion = ?1 AND (state IN ('sent', 'uncertain') OR perhaps_taken) LIMIT 1",
        )?
        .query_row([occasion], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

type Waiting = (i64, MailId, bool);

/// The waiting mails of an occasion, and whether each is for a stranger.
fn waiting(
    connection: &Connection,
    occasion: &str,
    addresses: &[String],
) -> rusqlite::Result<Vec<Waiting>> {
    connection
        .prepare_cached(
            "SELECT key, id, address COLLATE NOCASE NOT IN (SELECT value FROM json_each(?2))
             FROM mails
             WHERE occasion = ?1 AND state IN ('pending', 'deferred') AND perhaps_taken = 0
             ORDER BY key",
        )?
        .query_map(params![occasion, listed(addresses)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect()
}

fn bring_back(connection: &Connection, occasion: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE notices SET state = 'pending', undelivered = 1, changed = ?2
             WHERE occasion = ?1 AND state = 'sealed'",
        )?
        .execute(params![occasion, now])?;
    connection
        .prepare_cached("DELETE FROM told_stories WHERE occasion = ?1")?
        .execute([occasion])?;
    bring_back_counted(connection, occasion, now)
}

/// Brings back what counted as told to other readers because this occasion's mail went to an address of theirs, too:
/// their occasions have no mail. Whoever still shares an address with somebody who is told counts so again.
pub(super) fn bring_back_counted(
    connection: &Connection,
    occasion: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let counted: Vec<(i64, String, String)> = connection
        .prepare_cached(
            "SELECT n.alert, n.reader, n.occasion FROM notices n JOIN occasions o ON o.key = n.occasion
             WHERE n.alert IN (SELECT alert FROM notices WHERE occasion = ?1)
               AND n.state = 'sealed' AND o.kind = 'urgent'
               AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.occasion = o.key)",
        )?
        .query_map([occasion], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (alert, reader, counted) in counted {
        connection
            .prepare_cached(
                "UPDATE notices SET state = 'pending', undelivered = 1, changed = ?3
                 WHERE alert = ?1 AND reader = ?2",
            )?
            .execute(params![alert, reader, now])?;
        connection
            .prepare_cached("DELETE FROM told_stories WHERE occasion = ?1")?
            .execute([&counted])?;
    }
    Ok(())
}

fn listed(addresses: &[String]) -> String {
    serde_json::to_string(addresses).unwrap_or_default()
}
