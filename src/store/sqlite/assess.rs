//! What waits to be judged, and what was decided.
//!
//! Only revisions with hits leave a row, and later ones of an item that has a story: for the others it is enough that
//! they no longer wait. A decision is taken exactly when its revision waits, so a batch that is repeated, or that met an
//! edit on its way, changes nothing twice.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use crate::model::{Alert, Item, ItemId, Judgement, Named, Notice, StoryId, Timestamp};
use crate::store::{Assessment, Decision, StoryMember, Unassessed};

use super::items::{self, ITEM};
use super::{fault, terms, values};

/// How many earlier judgements of an item an edit is held against: an item that flips for ever
/// between two texts must not cost more with each turn.
const EARLIER: i64 = 20;

/// Whether a decision's alert was taken back before anybody was told of it (SQL, of decisions `d`): then it is
/// nothing that was made of the item.
const TAKEN_BACK: &str = "(SELECT min(n.state = 'withdrawn') FROM alerts a JOIN notices n
     ON n.alert = a.key WHERE a.decision = d.key) IS 1";

/// Of items about the same companies and topics the newest so many are read back: more speak of a
/// flood, of which these know enough.
const OF_A_MATTER: usize = 40;

/// Revisions that wait, in stored order, one for each item.
pub(super) fn waiting(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Unassessed>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT w.item, w.oldest, {ITEM}
         FROM (SELECT item, min(revision) AS oldest FROM waiting GROUP BY item ORDER BY item LIMIT ?1) w
         CROSS JOIN items i ON i.key = w.item JOIN sources s ON s.key = i.source ORDER BY w.item"
    ))?;
    let rows = select.query_map([values::size(limit)], |row| {
        Ok((row.get(0)?, row.get(1)?, items::item(row, 2)?))
    })?;
    let mut waiting = Vec::new();
    for row in rows {
        let (key, revision, newest): (i64, u32, Item) = row?;
        let item = match newest.revision == revision {
            true => newest,
            false => items::at_or_newest(connection, key, revision)?,
        };
        let (before, story) = if revision > 1 { earlier(connection, key)? } else { (None, None) };
        waiting.push(Unassessed { row: key, item, before, story });
    }
    Ok(waiting)
}

/// What was made of an item so far, taken together, and its story.
pub(super) fn earlier(
    connection: &Connection,
    key: i64,
) -> rusqlite::Result<(Option<Judgement>, Option<StoryId>)> {
    earlier_than(connection, key, i64::MAX)
}

/// The same before a decision was taken.
pub(super) fn earlier_than(
    connection: &Connection,
    key: i64,
    decision: i64,
) -> rusqlite::Result<(Option<Judgement>, Option<StoryId>)> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT d.judgement, d.story FROM decisions d
         WHERE d.item = ?1 AND d.key < ?3 AND NOT {TAKEN_BACK} ORDER BY d.key DESC LIMIT ?2",
    ))?;
    let rows = select.query_map(params![key, EARLIER, decision], |row| {
        Ok((values::from_json::<Judgement>(row, 0)?, row.get::<_, Option<StoryId>>(1)?))
    })?;
    let mut all: Option<Judgement> = None;
    let mut story = None;
    for row in rows {
        let (judgement, its) = row?;
        story = story.or(its);
        match &mut all {
            None => all = Some(judgement),
            Some(all) => add(all, judgement),
        }
    }
    // An edit of an item that had no hits: judged before, and found to say nothing.
    Ok((Some(all.unwrap_or_default()), story))
}

/// The version by which the last decision on an item was taken that counts as made of it.
pub(super) fn last_version(connection: &Connection, key: i64) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached(&format!(
            "SELECT d.watchlist FROM decisions d WHERE d.item = ?1 AND NOT {TAKEN_BACK}
             ORDER BY d.key DESC LIMIT 1"
        ))?
        .query_row([key], |row| values::count(row, 0))
        .optional()
}

/// What was decided about the newest revision of items; those that wait are left out.
pub(super) fn decisions_on(
    connection: &Connection,
    items: &[ItemId],
) -> rusqlite::Result<Vec<(ItemId, Option<Judgement>)>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT d.judgement FROM items i
         LEFT JOIN decisions d ON d.item = i.key AND d.revision = i.revision AND NOT {TAKEN_BACK}
         WHERE i.id = ?1 AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.item = i.key)
         ORDER BY d.key DESC LIMIT 1",
    ))?;
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let decided = select
            .query_row([item], |row| match row.get_ref(0)? {
                rusqlite::types::ValueRef::Null => Ok(None),
                _ => terms::judgement(connection, row, 0).map(Some),
            })
            .optional()?;
        found.extend(decided.map(|judgement| (item.clone(), judgement)));
    }
    Ok(found)
}

/// Adds what an older judgement named: going back to an older text is no news.
fn add(all: &mut Judgement, older: Judgement) {
    unite(&mut all.companies, older.companies);
    unite(&mut all.topics, older.topics);
    all.groups.extend(older.groups);
    all.groups.sort();
    all.groups.dedup();
    all.severity = all.severity.max(older.severity);
    all.alert |= older.alert;
}

fn unite(all: &mut Vec<Named>, older: Vec<Named>) {
    for named in older {
        if let Err(at) = all.binary_search_by(|one| one.id.cmp(&named.id)) {
            all.insert(at, named);
        }
    }
}

/// Items with hits first seen since `since`: the newest `limit`, in stored order.
pub(super) fn story_window(
    connection: &Connection,
    since: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<StoryMember>> {
    // The plus signs keep SQLite from walking all decisions in the order of items.
    let mut newest = connection.prepare_cached(&format!(
        "SELECT max(d.key) FROM decisions d JOIN items i ON i.key = d.item
         WHERE d.seen >= ?1 AND d.story IS NOT NULL AND coalesce(i.published, d.seen) >= ?1
           AND NOT {TAKEN_BACK}
         GROUP BY +d.item ORDER BY +d.item DESC LIMIT ?2",
    ))?;
    let keys: Vec<i64> = newest
        .query_map(params![since, values::size(limit)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut matters = HashMap::new();
    let mut members = Vec::new();
    for key in keys {
        members.extend(member(connection, key, &mut matters)?);
    }
    members.reverse();
    Ok(members)
}

/// What of a judgement says which matter an item is about.
#[derive(PartialEq, Eq, Hash, Deserialize)]
struct Matter {
    companies: Vec<Id>,
    topics: Vec<Id>,
}

#[derive(PartialEq, Eq, Hash, Deserialize)]
struct Id {
    id: String,
}

/// The item of a decision, unless enough newer ones are of the same matter.
fn member(
    connection: &Connection,
    decision: i64,
    matters: &mut HashMap<Matter, usize>,
) -> rusqlite::Result<Option<StoryMember>> {
    let (item, revision, judgement, story, copy_of, severity) = connection
        .prepare_cached(
            "SELECT d.item, d.revision, d.judgement, d.story, d.copy_of,
                    (SELECT a.severity FROM alerts a WHERE a.decision = d.key)
             FROM decisions d WHERE d.key = ?1",
        )?
        .query_row([decision], |row| {
            let matter: Matter = values::from_json(row, 2)?;
            Ok((row.get(0)?, row.get(1)?, matter, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
    let ids = |all: &[Id]| all.iter().map(|one| one.id.clone()).collect();
    let (companies, topics) = (ids(&judgement.companies), ids(&judgement.topics));
    let known = matters.entry(judgement).or_insert(0);
    *known += 1;
    if *known > OF_A_MATTER {
        return Ok(None);
    }
    let item = items::at_or_newest(connection, item, revision)?;
    Ok(Some(StoryMember { item, companies, topics, story, copy_of, severity }))
}

/// Writes what was decided.
pub(super) fn finish(connection: &Connection, assessment: &Assessment) -> rusqlite::Result<()> {
    let nothing_said = silent(connection, &assessment.decisions)?;
    for decision in &assessment.decisions {
        let row = match decision.row {
            Some(row) if nothing_said.contains(&row) && says_nothing(decision) => continue,
            Some(row) => row,
            None => items::key(connection, &decision.item)?
                .ok_or_else(|| fault::own(format!("no item '{}' is stored", decision.item)))?,
        };
        take(connection, assessment, decision, row)?;
    }
    Ok(())
}

/// Takes those that say nothing out of the line, as far as they are next in it and nothing else of their
/// items waits; gives their rows. Nothing but the line is touched, for most items say nothing.
fn silent(connection: &Connection, decisions: &[Decision]) -> rusqlite::Result<HashSet<i64>> {
    let quiet: HashSet<(i64, u32)> = decisions
        .iter()
        .filter(|one| says_nothing(one))
        .filter_map(|one| Some((one.row?, one.revision)))
        .collect();
    let line = next_in_line(connection, decisions.len() + 1)?;
    let mut gone = HashSet::with_capacity(quiet.len());
    let mut run: Option<(i64, i64)> = None;
    // The last is there to be seen, unless nothing waits behind it.
    let batch = if line.len() > decisions.len() { &line[..decisions.len()] } else { &line[..] };
    for (at, (item, revision)) in batch.iter().enumerate() {
        // Whatever is newer than what waits, waits too: what waits alone is the newest revision, of which
        // no copy is kept that would have to go as well.
        let waits_too = |other: Option<&(i64, u32)>| other.is_some_and(|(other, _)| other == item);
        let alone = !waits_too(line.get(at + 1)) && !waits_too(line[..at].last());
        if alone && quiet.contains(&(*item, *revision)) {
            run = Some((run.map_or(*item, |(first, _)| first), *item));
            gone.insert(*item);
            continue;
        }
        forget(connection, run.take())?;
    }
    forget(connection, run)?;
    Ok(gone)
}

/// Those that have waited longest, row and revision: what a batch is about, unless it is repeated.
fn next_in_line(connection: &Connection, count: usize) -> rusqlite::Result<Vec<(i64, u32)>> {
    let mut select = connection
        .prepare_cached("SELECT item, revision FROM waiting ORDER BY item, revision LIMIT ?1")?;
    let rows = select.query_map([values::size(count)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Takes everything between two items out of the line, these included. The revisions of an item stand
/// there in order, so that the newest is the last of it.
fn forget(connection: &Connection, run: Option<(i64, i64)>) -> rusqlite::Result<()> {
    let Some((first, last)) = run else { return Ok(()) };
    connection
        .prepare_cached("DELETE FROM waiting WHERE item >= ?1 AND item <= ?2")?
        .execute(params![first, last])?;
    Ok(())
}

fn take(
    connection: &Connection,
    assessment: &Assessment,
    decision: &Decision,
    item: i64,
) -> rusqlite::Result<()> {
    let waited = connection
        .prepare_cached("DELETE FROM waiting WHERE item = ?1 AND revision = ?2")?
        .execute(params![item, decision.revision])?;
    if waited == 0 {
        return Ok(());
    }
    if says_nothing(decision) {
        connection
            .prepare_cached("DELETE FROM revisions WHERE item = ?1 AND revision = ?2")?
            .execute(params![item, decision.revision])?;
        return Ok(());
    }
    write(connection, assessment, decision, item)
}

/// Writes a decision that says something, with its alert and notices.
pub(super) fn write(
    connection: &Connection,
    assessment: &Assessment,
    decision: &Decision,
    item: i64,
) -> rusqlite::Result<()> {
    let key = insert(connection, assessment, decision, item)?;
    if let Some(alert) = &decision.alert {
        let alert = insert_alert(connection, alert, decision, key, item)?;
        for notice in &decision.notices {
            insert_notice(connection, alert, notice, assessment.at)?;
        }
    }
    Ok(())
}

fn says_nothing(decision: &Decision) -> bool {
    let judgement = &decision.judgement;
    judgement.hits.is_empty()
        && judgement.held_back.is_empty()
        && judgement.severity.is_none()
        && judgement.would_be.is_none()
        && decision.alert.is_none()
        && decision.untold.is_none()
        && decision.story.is_none()
}

fn insert(
    connection: &Connection,
    assessment: &Assessment,
    decision: &Decision,
    item: i64,
) -> rusqlite::Result<i64> {
    let seen = items::first_seen(connection, item, decision.revision)?;
    if let Some(story) = &decision.story {
        join_story(connection, story, item, seen)?;
    }
    connection
        .prepare_cached(
            "INSERT INTO decisions(item, revision, watchlist, at, seen, severity, alerts, story,
                 copy_of, untold, judgement)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            item,
            decision.revision,
            values::size(assessment.watchlist),
            assessment.at,
            seen,
            decision.judgement.severity,
            decision.judgement.alert,
            decision.story,
            decision.copy_of,
            decision.untold,
            terms::json(connection, &decision.judgement)?
        ])?;
    Ok(connection.last_insert_rowid())
}

/// Notes that an item belongs to a story, which it may do with several revisions.
fn join_story(
    connection: &Connection,
    story: &StoryId,
    item: i64,
    seen: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO stories(id, began, latest, items) VALUES (?1, ?2, ?2, 1)
             ON CONFLICT(id) DO UPDATE SET began = min(began, excluded.began),
                 latest = max(latest, excluded.latest), items = items + NOT EXISTS
                     (SELECT 1 FROM decisions WHERE item = ?3 AND story = ?1)",
        )?
        .execute(params![story, seen, item])?;
    Ok(())
}

/// Writes an alert, once: the same item and revision make the same alert.
fn insert_alert(
    connection: &Connection,
    alert: &Alert,
    decision: &Decision,
    key: i64,
    item: i64,
) -> rusqlite::Result<i64> {
    let own = if alert.judgement == decision.judgement {
        None
    } else {
        Some(terms::json(connection, &alert.judgement)?)
    };
    connection
        .prepare_cached(
            "INSERT INTO alerts(id, decision, item, revision, story, copy_of, severity, marks,
                 watchlist, at, judgement)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT(id) DO NOTHING",
        )?
        .execute(params![
            alert.id,
            key,
            item,
            alert.revision,
            alert.story,
            alert.copy_of,
            alert.severity,
            values::json(&alert.marks)?,
            values::size(alert.watchlist),
            alert.at,
            own
        ])?;
    connection
        .prepare_cached("SELECT key FROM alerts WHERE id = ?1")?
        .query_row(params![alert.id], |row| row.get(0))
}

fn insert_notice(
    connection: &Connection,
    alert: i64,
    notice: &Notice,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO notices(alert, reader, urgency, not_before, state, changed)
             VALUES (?1, ?2, ?3, ?4, 'pending', ?5) ON CONFLICT(alert, reader) DO NOTHING",
        )?
        .execute(params![
            alert,
            notice.reader,
            values::urgency_text(notice.urgency),
            notice.not_before,
            now
        ])?;
    Ok(())
}

/// Reads an alert back from `alerts AS a` joined with `decisions AS d`; see [`ALERT`].
pub(super) fn alert(
    connection: &Connection,
    row: &rusqlite::Row<'_>,
    item: &crate::model::ItemId,
) -> rusqlite::Result<Alert> {
    Ok(Alert {
        id: row.get(0)?,
        item: item.clone(),
        revision: row.get(1)?,
        story: row.get(2)?,
        copy_of: row.get(3)?,
        severity: row.get(4)?,
        marks: values::from_json(row, 5)?,
        watchlist: values::count(row, 6)?,
        at: row.get(7)?,
        judgement: terms::judgement(connection, row, 8)?,
    })
}

/// The columns of [`alert`].
pub(super) const ALERT: &str = "a.id, a.revision, a.story, a.copy_of, a.severity, a.marks, \
     a.watchlist, a.at, coalesce(a.judgement, d.judgement)";
