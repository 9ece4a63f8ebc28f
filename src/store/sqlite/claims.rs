//! Claims and leases: who works on what, until when.
//!
//! A claim is an entry with an end, not an open transaction. An end or a due time further ahead than
//! its kind allows was written by a clock that was wrong, and does not bind.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::model::{SourceId, Timestamp};
use crate::store::{Claim, FinishedPoll, SourceTask};

use super::canary;
use super::values::{self, SOURCE, SOURCE_WIDTH, STATE, STATE_WIDTH};

/// No poll is planned further ahead: back-off and Retry-After end at one day, jitter adds a tenth.
const POLL_AHEAD: Duration = Duration::from_hours(48);
/// No server's Retry-After is taken for longer.
const RETRY_AFTER_AHEAD: Duration = Duration::from_hours(24);
/// No lease runs longer: the longest attempt, an SMTP dialogue, ends well within an hour.
const LEASE_AHEAD: Duration = Duration::from_hours(2);

/// Who polls what, until when. In memory only: whoever claims has this database to itself (its lock is
/// the lease that all others see), so a claim needs to live no longer than the process, and nothing is
/// written for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims(Arc<Mutex<HashMap<SourceId, Held>>>);

#[derive(Clone, Copy, Debug)]
struct Held {
    /// The row of the source.
    key: i64,
    until: Timestamp,
}

impl Held {
    fn binds(self, now: Timestamp) -> bool {
        self.until > now && self.until <= now.plus(LEASE_AHEAD)
    }
}

impl Claims {
    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, Held>> {
        // Each change is one call of the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows of the sources of polls, as far as they are claimed.
    pub(super) fn keys(&self, polls: &[FinishedPoll]) -> Vec<Option<i64>> {
        let held = self.lock();
        polls.iter().map(|poll| held.get(&poll.source).map(|held| held.key)).collect()
    }

    /// The rows of all that are claimed at `now`. Claims that have run out are forgotten.
    fn rows(&self, now: Timestamp) -> HashSet<i64> {
        let mut held = self.lock();
        held.retain(|_, held| held.binds(now));
        held.values().map(|held| held.key).collect()
    }

    /// Gives claims back.
    pub(super) fn release<'a>(&self, sources: impl IntoIterator<Item = &'a SourceId>) {
        let mut held = self.lock();
        for source in sources {
            held.remove(source);
        }
    }

    /// Gives back every claim.
    pub(super) fn release_all(&self) {
        self.lock().clear();
    }
}

/// Claims up to `limit` sources until `lease`. Only reads. A poll's claim goes after its commit, so what is
/// free before anything is read is seen as that poll left it; and one thread claims, so that nothing is
/// claimed twice although polls may give their claims back meanwhile.
pub(super) fn take(
    connection: &Connection,
    claims: &Claims,
    now: Timestamp,
    lease: Timestamp,
    limit: usize,
    claim: Claim,
) -> rusqlite::Result<Vec<SourceTask>> {
    let held = claims.rows(now);
    let mut tasks = Vec::new();
    let ahead = now.plus(POLL_AHEAD);
    let conditions: &[(&str, &[Timestamp])] = match claim {
        // Two ranges of one index: what is due, and what a wrong clock put out of reach.
        Claim::Due => &[
            ("t.next_poll <= ?1 ORDER BY t.next_poll, t.source", &[now]),
            ("t.next_poll > ?1 ORDER BY t.next_poll, t.source", &[ahead]),
        ],
        Claim::All => &[(
            "t.next_poll IS NOT NULL
             AND (t.retry_after IS NULL OR t.retry_after <= ?1 OR t.retry_after > ?2)
             ORDER BY t.source",
            &[now, ahead],
        )],
    };
    for (condition, instants) in conditions {
        select(connection, (condition, instants), &held, limit, &mut tasks)?;
    }
    // Who is due has been chosen; neighbours that are polled together are written together.
    tasks.sort_unstable_by_key(|(key, _)| *key);
    let mut held = claims.lock();
    for (key, task) in &tasks {
        held.insert(task.source.id.clone(), Held { key: *key, until: lease });
    }
    Ok(tasks.into_iter().map(|(_, task)| task).collect())
}

fn select(
    connection: &Connection,
    (condition, instants): (&str, &[Timestamp]),
    held: &HashSet<i64>,
    limit: usize,
    into: &mut Vec<(i64, SourceTask)>,
) -> rusqlite::Result<()> {
    if into.len() >= limit {
        return Ok(());
    }
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE}, t.source
         FROM source_states t JOIN sources s ON s.key = t.source WHERE {condition}"
    ))?;
    let mut rows = select.query(params_from_iter(instants))?;
    while let Some(row) = rows.next()? {
        let key = row.get(SOURCE_WIDTH + STATE_WIDTH)?;
        if held.contains(&key) {
            continue;
        }
        let (source, state) = (values::source(row, 0)?, values::state(row, SOURCE_WIDTH)?);
        into.push((key, SourceTask { source, state }));
        if into.len() == limit {
            break;
        }
    }
    Ok(())
}

/// What was polled in what is now the future is due within its interval. A server's Retry-After still
/// binds, as far as one can reach.
pub(super) fn bring_near(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE source_states SET next_poll = min(next_poll, ?1 +
                 (SELECT s.interval FROM sources s WHERE s.key = source_states.source))
             WHERE next_poll IS NOT NULL AND last_poll > ?1
               AND (retry_after IS NULL OR retry_after <= ?1 OR retry_after > ?2)",
        )?
        .execute(params![now, now.plus(RETRY_AFTER_AHEAD)])?;
    Ok(())
}

/// The earliest due time of a source that nobody polls, or the end of the earliest claim.
pub(super) fn next_due(
    connection: &Connection,
    claims: &Claims,
) -> rusqlite::Result<Option<Timestamp>> {
    let held: HashMap<i64, Timestamp> =
        claims.lock().values().map(|held| (held.key, held.until)).collect();
    let mut select = connection.prepare_cached(
        "SELECT t.source, t.next_poll FROM source_states t
         WHERE t.next_poll IS NOT NULL ORDER BY t.next_poll",
    )?;
    let mut rows = select.query([])?;
    let mut next = held.values().copied().min();
    while let Some(row) = rows.next()? {
        if !held.contains_key(&row.get(0)?) {
            let due: Timestamp = row.get(1)?;
            next = Some(next.map_or(due, |end| end.min(due)));
            break;
        }
    }
    Ok(next)
}

/// Takes the named lease, or answers false while another holder's runs.
pub(super) fn lease(
    connection: &Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<bool> {
    let running: Option<(String, Timestamp)> = connection
        .prepare_cached("SELECT holder, until FROM leases WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((other, end)) = running
        && other != holder
        && end > now
        && end <= now.plus(LEASE_AHEAD)
    {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "INSERT INTO leases(name, holder, until) VALUES (?1, ?2, ?3)
             ON CONFLICT(name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
        )?
        .execute(params![name, holder, until])?;
    Ok(true)
}

/// Gives back every lease. Nobody serves a canary's feed yet.
pub(super) fn release_all(connection: &Connection) -> rusqlite::Result<()> {
    canary::park(connection)?;
    connection.execute("DELETE FROM leases", [])?;
    Ok(())
}
