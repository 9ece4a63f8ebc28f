//! Notices and occasions: what a reader is still to be told, and the sealing that tells it.
//!
//! Invariant: an occasion's row, its mails and its marked notices are written together, and the
//! occasion's key is a primary key, so nothing is sealed twice. Notices of the operator have the
//! reader ''.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::alert::{Before, MeantFor, Words};
use crate::model::mail::{Changed, StoryTold};
use crate::model::{
    AlertId, Item, MailKind, MailState, Notice, PendingNotice, SealedMail, Severity, StoryId,
    Timestamp, Urgency,
};
use crate::store::{Reachable, UrgentSealed};

use super::assess::{self, ALERT};
use super::{items, readers, values, windows};

/// A notice with its alert and the key of its item; [`telling`] reads the row.
fn select_telling() -> String {
    format!(
        "SELECT {ALERT}, a.item, n.urgency, n.not_before, n.undelivered
         FROM notices n JOIN alerts a ON a.key = n.alert JOIN decisions d ON d.key = a.decision"
    )
}

/// Notices of a reader that no mail has told yet, oldest alert first.
pub(super) fn pending(
    connection: &Connection,
    reader: &str,
) -> rusqlite::Result<Vec<PendingNotice>> {
    let mut select = connection.prepare_cached(&format!(
        "{} WHERE n.reader = ?1 AND n.state = 'pending' ORDER BY a.at, a.key",
        select_telling()
    ))?;
    let rows = select.query_map([reader], |row| telling(connection, reader, row))?;
    let mut found: Vec<PendingNotice> = rows.collect::<rusqlite::Result<_>>()?;
    if reader.is_empty() {
        for one in &mut found {
            one.meant_for = meant_for(connection, &one.alert.id)?;
        }
    }
    Ok(found)
}

/// Readers for whom an alert was that the operator is told because no mail reached them with it.
fn meant_for(connection: &Connection, alert: &AlertId) -> rusqlite::Result<Vec<MeantFor>> {
    let mut select = connection.prepare_cached(
        "SELECT reader, state = 'sealed' FROM notices
         WHERE alert = (SELECT key FROM alerts WHERE id = ?1) AND reader > '' AND reader <> '~canary'
           AND ((state = 'withdrawn' AND reason = ?2) OR (state <> 'withdrawn' AND reason = ?3))
         ORDER BY reader",
    )?;
    let found = select.query_map(params![alert, HANDED_ON, WAITS], |row| {
        Ok(MeantFor { reader: row.get(0)?, told_since: row.get(1)? })
    })?;
    found.collect()
}

/// How many notices wait, by reader.
pub(super) fn pending_by_reader(
    connection: &Connection,
) -> rusqlite::Result<std::collections::BTreeMap<String, u64>> {
    let mut select = connection.prepare_cached(
        "SELECT reader, count(*) FROM notices WHERE state = 'pending' GROUP BY reader",
    )?;
    select.query_map([], |row| Ok((row.get(0)?, values::count(row, 1)?)))?.collect()
}

/// Notices that an urgent mail of this window has told, but for those that a digest has listed since: the window
/// reaches back over it where one before it reached nobody.
pub(super) fn told_urgently(
    connection: &Connection,
    reader: &str,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<PendingNotice>> {
    let mut select = connection.prepare_cached(&format!(
        "{} JOIN occasions o ON o.key = n.occasion
         WHERE o.reader = ?1 AND n.reader = ?1 AND n.state = 'sealed' AND o.kind = 'urgent'
           AND o.at > ?2 AND o.at <= ?3
           AND NOT EXISTS (SELECT 1 FROM occasions d WHERE NOT {} AND d.key = (
               SELECT e.key FROM occasions e
               WHERE e.reader = ?1 AND e.kind IN ('digest', 'ondemand') AND e.at > o.at AND e.at <= ?3
               ORDER BY e.at LIMIT 1))
         ORDER BY a.at, a.key",
        select_telling(),
        windows::reached_nobody("d")
    ))?;
    let rows =
        select.query_map(params![reader, from, until], |row| telling(connection, reader, row))?;
    rows.collect()
}

/// What mails told a reader of a story, digests too: companies and topics by id, and how grave it was.
pub(super) fn told_of_story(
    connection: &Connection,
    reader: &str,
    story: &StoryId,
) -> rusqlite::Result<Option<StoryTold>> {
    let mut select = connection.prepare_cached(
        "SELECT a.severity,
                (SELECT json_group_array(value ->> 'id') FROM json_each(d.judgement, '$.companies')),
                (SELECT json_group_array(value ->> 'id') FROM json_each(d.judgement, '$.topics'))
         FROM alerts a INDEXED BY alerts_of_story
         CROSS JOIN notices n ON n.alert = a.key AND n.reader = ?1
         JOIN decisions d ON d.key = a.decision
         WHERE a.story = ?2 AND n.state = 'sealed'",
    )?;
    let mut told: Option<StoryTold> = None;
    let mut rows = select.query(params![reader, story])?;
    while let Some(row) = rows.next()? {
        let severity: Severity = row.get(0)?;
        let (companies, topics): (Vec<String>, Vec<String>) =
            (values::from_json(row, 1)?, values::from_json(row, 2)?);
        let told = told.get_or_insert_with(|| StoryTold {
            companies: BTreeSet::new(),
            topics: BTreeSet::new(),
            severity,
        });
        told.companies.extend(companies);
        told.topics.extend(topics);
        told.severity = told.severity.max(severity);
    }
    Ok(told)
}

/// Alerts that were to be told to somebody, as notices of nobody, oldest first: the gravest, and of these the newest.
/// Each with what servers said as they refused mails that told it, whoever these were for.
pub(super) fn between(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<PendingNotice>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {ALERT}, a.item, 'digest', a.at, 0
         FROM alerts a JOIN decisions d ON d.key = a.decision
         WHERE a.at > ?1 AND a.at <= ?2 AND d.untold IS NULL
           AND NOT EXISTS (SELECT 1 FROM items i JOIN sources s ON s.key = i.source
                           WHERE i.key = a.item AND s.synthetic)
         ORDER BY a.severity = 'high' DESC, a.at DESC, a.key DESC LIMIT ?3"
    ))?;
    let rows = select
        .query_map(params![from, until, values::size(limit)], |row| telling(connection, "", row))?;
    let mut found: Vec<PendingNotice> = rows.collect::<rusqlite::Result<_>>()?;
    let mut said = connection.prepare_cached(
        "SELECT r.reply FROM alerts a JOIN refusals r ON r.alert = a.key WHERE a.id = ?1",
    )?;
    for one in &mut found {
        one.refusals =
            said.query_map([&one.alert.id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    found.reverse();
    found.sort_by_key(|one| one.alert.at);
    Ok(found)
}

/// Items that a reader was told of or is to be told of, at the newest revision that alerted, and that
/// stand at a later one first seen in this window. A later revision that is told, or waits to be, is no mere change.
pub(super) fn changed(
    connection: &Connection,
    reader: &str,
    (from, until): (Timestamp, Timestamp),
    limit: usize,
) -> rusqlite::Result<Vec<Changed>> {
    // The crosses keep SQLite from walking all notices of all years: edits of a window are few.
    let mut select = connection.prepare_cached(
        "SELECT i.key, max(a.revision), i.revision,
                max(CASE n.state WHEN 'sealed' THEN a.revision ELSE 0 END) = max(a.revision)
           FROM items i INDEXED BY items_edited
           CROSS JOIN alerts a ON a.item = i.key
           CROSS JOIN notices n ON n.alert = a.key AND n.reader = ?1
         WHERE i.revision > 1 AND i.first_seen >= ?2 AND i.first_seen < ?3
           AND n.state IN ('sealed', 'pending')
         GROUP BY i.key HAVING max(a.revision) < i.revision
         ORDER BY i.first_seen DESC, i.key DESC LIMIT ?4",
    )?;
    let found = select.query_map(params![reader, from, until, values::size(limit)], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let mut changed = Vec::new();
    for row in found {
        let (key, alerted, present, told): (i64, u32, u32, bool) = row?;
        let old = items::at(connection, key, alerted)?;
        let Some((old, new)) = old.zip(items::at(connection, key, present)?) else { continue };
        if old.text != new.text {
            changed.push(Changed {
                item: new.id,
                source: new.source,
                link: new.link,
                old: old.text,
                new: new.text,
                at: new.first_seen,
                told,
            });
        }
    }
    Ok(changed)
}

fn telling(
    connection: &Connection,
    reader: &str,
    row: &rusqlite::Row<'_>,
) -> rusqlite::Result<PendingNotice> {
    let (key, undelivered): (i64, bool) = (row.get(9)?, row.get(12)?);
    let item = items::at_or_newest(connection, key, row.get(1)?)?;
    let before = before(connection, reader, key, &item)?;
    let alert = assess::alert(connection, row, &item.id)?;
    let notice = Notice {
        alert: alert.id.clone(),
        reader: reader.to_owned(),
        urgency: values::urgency(row.get_ref(10)?.as_str()?),
        not_before: row.get(11)?,
    };
    Ok(PendingNotice {
        notice,
        alert,
        item,
        undelivered,
        refusals: if undelivered { refusals(connection, reader, key)? } else { Vec::new() },
        withheld: false,
        earlier: Vec::new(),
        before,
        meant_for: Vec::new(),
    })
}

/// What servers said as they refused the mails from which a reader's notices of an item came back.
fn refusals(connection: &Connection, reader: &str, item: i64) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT m.reply FROM alerts a
               JOIN notices n ON n.alert = a.key AND n.reader = ?1 AND n.state = 'pending'
               JOIN mails m ON m.occasion = n.occasion AND m.state = 'refused'
             WHERE a.item = ?2 ORDER BY m.key",
        )?
        .query_map(params![reader, item], |row| row.get(0))?
        .collect()
}

/// What was known of an edited item before: the words that this reader was told last and what was made
/// of them or, where nothing was told, those of the revision before.
fn before(
    connection: &Connection,
    reader: &str,
    key: i64,
    item: &Item,
) -> rusqlite::Result<Option<Before>> {
    if item.revision < 2 {
        return Ok(None);
    }
    let alert = connection
        .prepare_cached(&format!(
            "SELECT {ALERT} FROM alerts a JOIN decisions d ON d.key = a.decision
               JOIN notices n ON n.alert = a.key AND n.reader = ?3
             WHERE a.item = ?1 AND a.revision < ?2 AND n.state IN ('sealed', 'pending')
             ORDER BY a.revision DESC, a.at DESC LIMIT 1"
        ))?
        .query_row(params![key, item.revision, reader], |row| {
            assess::alert(connection, row, &item.id)
        })
        .optional()?;
    let revision = alert.as_ref().map_or(item.revision - 1, |one| one.revision);
    let words = match items::at(connection, key, revision)? {
        Some(old) => Words::Whole(old.text),
        None => items::headline(connection, key, revision)?.map_or(Words::Gone, Words::Title),
    };
    Ok(Some(Before { first_seen: items::began(connection, key)?, words, alert }))
}

/// Urgent mails sealed for a reader and a story.
pub(super) fn urgent_sealed(
    connection: &Connection,
    reader: &str,
    story: &StoryId,
) -> rusqlite::Result<UrgentSealed> {
    let mut select = connection.prepare_cached(
        "SELECT o.message_id, o.at FROM told_stories t JOIN occasions o ON o.key = t.occasion
         WHERE t.reader = ?1 AND t.story = ?2 ORDER BY o.at, o.key",
    )?;
    let mut sealed = UrgentSealed::default();
    let mut rows = select.query(params![reader, story])?;
    while let Some(row) = rows.next()? {
        sealed.message_ids.push(row.get(0)?);
        sealed.last = Some(row.get(1)?);
    }
    // The number stands at the end of the key.
    sealed.numbered = connection
        .prepare_cached(
            "SELECT coalesce(max(CAST(replace(key, rtrim(key, '0123456789'), '') AS INTEGER)), 0)
             FROM occasions WHERE reader = ?1 AND kind = 'urgent' AND story = ?2",
        )?
        .query_row(params![reader, story], |row| row.get(0))?;
    Ok(sealed)
}

/// Writes a finished occasion, or answers false when it was sealed before.
pub(super) fn seal(connection: &Connection, mail: &SealedMail) -> rusqlite::Result<bool> {
    let reader = mail.reader.as_deref().unwrap_or("");
    let written = connection
        .prepare_cached(
            "INSERT INTO occasions(key, kind, reader, story, message_id, subject, slot,
                 covers_until, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(key) DO NOTHING",
        )?
        .execute(params![
            mail.key.as_str(),
            mail.kind,
            reader,
            mail.story,
            mail.message_id,
            mail.subject,
            slot(mail, reader),
            mail.covers_until,
            mail.at
        ])?;
    if written == 0 {
        return Ok(false);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO mails(id, occasion, address, state, next_attempt, message)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(occasion, address) DO NOTHING",
    )?;
    for letter in &mail.letters {
        if mail.kind == MailKind::Urgent && readers::had_all(connection, mail, &letter.address)? {
            continue;
        }
        insert.execute(params![
            mail.key.mail(&letter.address),
            mail.key.as_str(),
            letter.address,
            MailState::Pending,
            mail.at,
            letter.message
        ])?;
    }
    let mut mark = connection.prepare_cached(
        "UPDATE notices SET state = 'sealed', occasion = ?3, changed = ?4
         WHERE alert = (SELECT key FROM alerts WHERE id = ?1) AND reader = ?2
           AND state = 'pending'",
    )?;
    for alert in &mail.alerts {
        mark.execute(params![alert, reader, mail.key.as_str(), mail.at])?;
    }
    match mail.kind {
        MailKind::Urgent => note_stories(connection, mail, reader)?,
        MailKind::Welcome => readers::welcomed(connection, reader, mail.at)?,
        _ => {}
    }
    Ok(true)
}

/// Of several stories folded into one mail, each was told.
fn note_stories(connection: &Connection, mail: &SealedMail, reader: &str) -> rusqlite::Result<()> {
    let mut note = connection.prepare_cached(
        "INSERT INTO told_stories(reader, story, occasion) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    let mut find = connection.prepare_cached("SELECT story FROM alerts WHERE id = ?1")?;
    let mut stories: Vec<StoryId> = mail.story.iter().cloned().collect();
    for alert in &mail.alerts {
        stories.extend(find.query_row([alert], |row| row.get(0)).optional()?);
    }
    for story in stories {
        note.execute(params![reader, story, mail.key.as_str()])?;
    }
    Ok(())
}

/// The slot of a scheduled digest, which stands at the end of its key.
fn slot(mail: &SealedMail, reader: &str) -> Option<Timestamp> {
    if mail.kind != MailKind::Digest {
        return None;
    }
    let rest = mail.key.as_str().strip_prefix("digest:")?.strip_prefix(reader)?;
    Some(rest.strip_prefix(':').and_then(Timestamp::parse).unwrap_or(mail.at))
}

/// Why a notice was handed on, as the store keeps it.
const HANDED_ON: &str = "no mail reaches this reader any more; handed on to the operator";

/// Why a notice is the operator's as well, as the store keeps it.
const WAITS: &str =
    "an earlier mail was refused; told in the next urgent mail, and to the operator";

/// Gives to the operator what waits for readers whom no mail would tell it. What was refused for a reader
/// who takes urgent mails only waits for the next of these as well. Answers how many were given.
pub(super) fn hand_on(
    connection: &Connection,
    readers: &[Reachable],
    now: Timestamp,
) -> rusqlite::Result<u64> {
    let known: HashMap<&str, &Reachable> =
        readers.iter().map(|one| (one.reader.as_str(), one)).collect();
    let mut select = connection.prepare_cached(
        "SELECT alert, reader, urgency, undelivered FROM notices WHERE state = 'pending' AND reader > '' AND reader <> '~canary'",
    )?;
    let stranded: Vec<(i64, String, bool)> = select
        .query_map([], |row| {
            let (alert, reader): (i64, String) = (row.get(0)?, row.get(1)?);
            let urgent = values::urgency(row.get_ref(2)?.as_str()?) == Urgency::Urgent;
            let its = known.get(reader.as_str());
            let told = its.is_some_and(|one| one.digests || (urgent && one.urgent));
            let waits = row.get(3)? && its.is_some_and(|one| one.urgent);
            Ok((!told).then_some((alert, reader, waits)))
        })?
        .filter_map(Result::transpose)
        .collect::<rusqlite::Result<_>>()?;
    let mut given = 0;
    for (alert, reader, waits) in &stranded {
        let new = connection
            .prepare_cached(
                "INSERT INTO notices(alert, reader, urgency, not_before, state, undelivered, changed)
                 SELECT alert, '', 'digest', ?3, 'pending', undelivered, ?3 FROM notices
                 WHERE alert = ?1 AND reader = ?2 ON CONFLICT(alert, reader) DO NOTHING",
            )?
            .execute(params![alert, reader, now])?;
        if *waits {
            given += new as u64;
            connection
                .prepare_cached(
                    "UPDATE notices SET reason = ?3, changed = ?4
                     WHERE alert = ?1 AND reader = ?2 AND reason IS NOT ?3",
                )?
                .execute(params![alert, reader, WAITS, now])?;
            continue;
        }
        given += 1;
        connection
            .prepare_cached(
                "UPDATE notices SET state = 'withdrawn', reason = ?3, changed = ?4
                 WHERE alert = ?1 AND reader = ?2",
            )?
            .execute(params![alert, reader, HANDED_ON, now])?;
    }
    Ok(given)
}

/// Marks notices as not to be told.
pub(super) fn withdraw(
    connection: &Connection,
    alerts: &[AlertId],
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut mark = connection.prepare_cached(
        "UPDATE notices SET state = 'withdrawn', reason = ?2, changed = ?3
         WHERE alert = (SELECT key FROM alerts WHERE id = ?1) AND state = 'pending'",
    )?;
    for alert in alerts {
        mark.execute(params![alert, reason, now])?;
    }
    Ok(())
}
