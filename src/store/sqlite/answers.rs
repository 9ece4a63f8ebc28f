//! What an examiner asks: how each source was polled, what was decided about a company, whom that
//! reached.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use crate::model::looked::Run;
use crate::model::{SourceId, Timestamp};
use crate::store::{About, Account, ConfigVersion, DecidedRow, TellingRow};

use super::mails::{MAIL, mail};
use super::poll::RUN_ENTRIES;
use super::{actions, items, terms, values};

/// How each source was polled between two instants. Polls of a day that were alike and in time are kept as one row,
/// so one that began before the window, or ended after it, counts whole.
pub(super) fn accounts(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Account>> {
    let mut select = connection.prepare_cached(&format!(
        "WITH runs AS (
             SELECT source, first, last, polls, new, error, entries IS NOT NULL AS read
             FROM polls WHERE last >= ?1 AND first <= ?2
             UNION ALL
             SELECT u.source, u.run_first, u.run_last, u.run_polls, 0, t.error,
                    {RUN_ENTRIES} IS NOT NULL
             FROM source_turns u JOIN source_states t ON t.source = u.source
             WHERE u.run_polls > 0 AND u.run_last >= ?1 AND u.run_first <= ?2)
         SELECT s.id, s.url, s.official, s.interval, s.added, s.retired,
                coalesce(sum(r.polls), 0), coalesce(sum(r.polls) FILTER (WHERE r.error IS NOT NULL AND NOT r.read), 0),
                coalesce(sum(r.polls) FILTER (WHERE r.error IS NOT NULL AND r.read), 0),
                coalesce(sum(r.new), 0), min(r.first), max(r.last),
                json_group_array(DISTINCT r.error) FILTER (WHERE r.error IS NOT NULL)
         FROM sources s LEFT JOIN runs r ON r.source = s.key
         WHERE NOT s.synthetic AND s.added <= ?2 AND coalesce(s.retired, ?1) >= ?1
         GROUP BY s.key ORDER BY s.id",
    ))?;
    let rows = select.query_map(params![from, until], |row| {
        Ok(Account {
            source: SourceId::new(row.get::<_, String>(0)?),
            url: row.get(1)?,
            official: row.get(2)?,
            interval: values::span(row.get(3)?),
            added: row.get(4)?,
            retired: row.get(5)?,
            polls: values::count(row, 6)?,
            failed: values::count(row, 7)?,
            remarked: values::count(row, 8)?,
            new: values::count(row, 9)?,
            first: row.get(10)?,
            last: row.get(11)?,
            troubles: values::from_json(row, 12)?,
            runs: Vec::new(),
        })
    })?;
    let mut accounts: Vec<Account> = rows.collect::<rusqlite::Result<_>>()?;
    add_runs(connection, &mut accounts, from, until)?;
    add_forgotten(connection, &mut accounts, from, until)?;
    for account in &mut accounts {
        account.runs.sort_by_key(|run| (run.first, run.last));
    }
    Ok(accounts)
}

/// The last poll before runs were ended where polls stop (SQL): of a run that began by then it is not known.
const OLD_RUNS: &str = "(SELECT until FROM old_runs)";

/// The runs themselves.
fn add_runs(
    connection: &Connection,
    accounts: &mut [Account],
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT first, last, polls, error, entries IS NOT NULL, first > {OLD_RUNS} FROM polls
         WHERE source = (SELECT key FROM sources WHERE id = ?3) AND last >= ?1 AND first <= ?2
         UNION ALL
         SELECT u.run_first, u.run_last, u.run_polls, t.error, {RUN_ENTRIES} IS NOT NULL,
                u.run_first > {OLD_RUNS}
         FROM source_turns u JOIN source_states t ON t.source = u.source
         WHERE u.source = (SELECT key FROM sources WHERE id = ?3)
           AND u.run_polls > 0 AND u.run_last >= ?1 AND u.run_first <= ?2"
    ))?;
    for account in accounts {
        let rows = select.query_map(params![from, until, account.source], |row| {
            let error: Option<String> = row.get(3)?;
            // A remark is no failure: the feed was read.
            let read = error.is_none() || row.get(4)?;
            let polls = values::count(row, 2)?;
            let (first, last, unbroken) = (row.get(0)?, row.get(1)?, row.get(5)?);
            Ok(Run { first, last, polls, read, error, unbroken })
        })?;
        account.runs = rows.collect::<rusqlite::Result<_>>()?;
    }
    Ok(())
}

/// Single accounts are forgotten before the record is: what it tells of older polls is added.
fn add_forgotten(
    connection: &Connection,
    accounts: &mut [Account],
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<()> {
    let oldest: Option<Timestamp> = connection
        .prepare_cached("SELECT last FROM polls ORDER BY key LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if oldest.is_some_and(|oldest| oldest <= from) {
        return Ok(());
    }
    let mut at: HashMap<String, usize> = HashMap::new();
    for (place, one) in accounts.iter().enumerate() {
        at.insert(one.source.to_string(), place);
    }
    let old: Timestamp = connection
        .prepare_cached(&format!("SELECT {OLD_RUNS}"))?
        .query_row([], |row| row.get(0))?;
    let mut kept = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM polls WHERE key = ?1 AND last = ?2)")?;
    // An account is written when its run ends: at the latest with the next day's first poll.
    let mut select = connection.prepare_cached(
        "SELECT body FROM records WHERE at >= ?1 AND at <= ?2 AND instr(body, '\"did\":\"polled\"')",
    )?;
    let mut rows = select.query(params![from, until.plus(Duration::from_hours(48))])?;
    while let Some(row) = rows.next()? {
        for line in row.get_ref(0)?.as_str()?.lines() {
            let Ok(polled) = serde_json::from_str::<Polled>(line) else { continue };
            let inside = polled.did == "polled"
                && polled.last >= from.millis()
                && polled.first <= until.millis();
            let Some(place) = at.get(&polled.source).filter(|_| inside) else { continue };
            if !kept.query_row(params![polled.id, polled.last], |row| row.get::<_, bool>(0))? {
                polled.add_to(&mut accounts[*place], old);
            }
        }
    }
    Ok(())
}

/// A line of the record that accounts for polls.
#[derive(Deserialize)]
struct Polled {
    did: String,
    id: i64,
    source: String,
    first: i64,
    last: i64,
    polls: u64,
    entries: Option<u64>,
    new: u64,
    error: Option<String>,
}

impl Polled {
    fn add_to(self, account: &mut Account, old: Timestamp) {
        let (first, last) = (Timestamp::from_millis(self.first), Timestamp::from_millis(self.last));
        let read = self.error.is_none() || self.entries.is_some();
        let error = self.error.clone();
        let (polls, unbroken) = (self.polls, first > old);
        account.runs.push(Run { first, last, polls, read, error, unbroken });
        account.polls += self.polls;
        account.new += self.new;
        account.first = Some(account.first.map_or(first, |known| known.min(first)));
        account.last = account.last.max(Some(last));
        let Some(error) = self.error else { return };
        match self.entries {
            Some(_) => account.remarked += self.polls,
            None => account.failed += self.polls,
        }
        if !account.troubles.contains(&error) {
            account.troubles.push(error);
        }
    }
}

/// What is asked, as SQL and its parameter. A held-back hit is stored with the hit's own keys beside
/// its guard.
fn asked(about: &About) -> (&'static str, &str) {
    match about {
        About::Company(id) => (
            "EXISTS (SELECT 1 FROM json_each(d.judgement, '$.companies') WHERE value ->> 'id' = ?1)
             OR EXISTS (SELECT 1 FROM json_each(d.judgement, '$.held_back')
                        WHERE value ->> 'entity' = ?1 AND value ->> 'kind' = 'company')",
            id,
        ),
        About::Topic(id) => (
            "EXISTS (SELECT 1 FROM json_each(d.judgement, '$.topics') WHERE value ->> 'id' = ?1)
             OR EXISTS (SELECT 1 FROM json_each(d.judgement, '$.held_back')
                        WHERE value ->> 'entity' = ?1 AND value ->> 'kind' = 'topic')",
            id,
        ),
        About::Item(id) => (
            "d.item = (SELECT i.key FROM sources s CROSS JOIN items i
                       ON i.source = s.key AND i.id = ?1)",
            id.as_str(),
        ),
        About::Alert(id) => ("a.id = ?1", id.as_str()),
    }
}

/// Decisions between two instants about something: oldest first, after the row `after`.
pub(super) fn decided(
    connection: &Connection,
    about: &About,
    (from, until): (Timestamp, Timestamp),
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<DecidedRow>> {
    let (asked, id) = asked(about);
    let mut select = connection.prepare_cached(&format!(
        "SELECT d.key, d.item, d.revision, d.at, d.watchlist, d.untold, a.id, d.judgement, a.key,
                d.story, d.copy_of
         FROM decisions d LEFT JOIN alerts a ON a.decision = d.key
         WHERE d.at >= ?2 AND d.at <= ?3 AND d.key > ?4 AND ({asked})
         ORDER BY d.key LIMIT ?5",
    ))?;
    let mut rows = select.query(params![id, from, until, after, values::size(limit)])?;
    let mut decided = Vec::new();
    while let Some(row) = rows.next()? {
        let (told, actions) = match row.get::<_, Option<i64>>(8)? {
            Some(alert) => (tellings(connection, alert)?, actions::of_alert(connection, alert)?),
            None => Default::default(),
        };
        decided.push(DecidedRow {
            key: row.get(0)?,
            item: items::at_or_newest(connection, row.get(1)?, row.get(2)?)?,
            began: items::began(connection, row.get(1)?)?,
            at: row.get(3)?,
            watchlist: values::count(row, 4)?,
            untold: row.get(5)?,
            alert: row.get(6)?,
            story: row.get(9)?,
            copy_of: row.get(10)?,
            actions,
            judgement: terms::judgement(connection, row, 7)?,
            told,
        });
    }
    Ok(decided)
}

fn tellings(connection: &Connection, alert: i64) -> rusqlite::Result<Vec<TellingRow>> {
    let mut select = connection.prepare_cached(
        "SELECT reader, state, reason, occasion FROM notices WHERE alert = ?1 ORDER BY reader",
    )?;
    let mut mails =
        connection.prepare_cached(&format!("{MAIL} WHERE m.occasion = ?1 ORDER BY m.address"))?;
    let rows = select.query_map([alert], |row| {
        let occasion: Option<String> = row.get(3)?;
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, occasion))
    })?;
    let mut tellings = Vec::new();
    for row in rows {
        let (reader, state, reason, occasion): (String, String, Option<String>, _) = row?;
        let mails = match occasion {
            Some(key) => mails.query_map([key], mail)?.collect::<rusqlite::Result<_>>()?,
            None => Vec::new(),
        };
        let reader = (!reader.is_empty()).then_some(reader);
        tellings.push(TellingRow { reader, state, reason, mails });
    }
    Ok(tellings)
}

/// Versions of the configuration after `after`, oldest first.
pub(super) fn versions(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<ConfigVersion>> {
    let mut select = connection.prepare_cached(
        "SELECT version, since FROM config_versions WHERE version > ?1 ORDER BY version LIMIT ?2",
    )?;
    let found: Vec<(i64, Timestamp)> = select
        .query_map(params![values::size(after), values::size(limit)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    found
        .into_iter()
        .map(|(version, since)| super::config::version(connection, version, since))
        .collect()
}
