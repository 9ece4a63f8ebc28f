//! Claims and leases: who works on what, until when.
//!
//! A claim is an entry with an end, not an open transaction. An end or a due time further ahead than
//! its kind allows was written by a clock that was wrong, and does not bind.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{SourceId, Timestamp};
use crate::store::{Claim, FinishedPoll, SourceTask};

use super::values::{self, SOURCE, SOURCE_WIDTH, SOURCES, STATE};
use super::{canary, starts};

/// No poll is planned further ahead: back-off and Retry-After end at one day, jitter adds a tenth.
pub(super) const POLL_AHEAD: Duration = Duration::from_hours(48);
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
    let chosen = due(connection, &held, now, limit, claim)?;
    let mut select = connection
        .prepare_cached(&format!("SELECT {SOURCE}, {STATE} FROM {SOURCES} WHERE s.key = ?1"))?;
    let mut tasks = Vec::with_capacity(chosen.len());
    for key in &chosen {
        tasks.push(select.query_row([key], |row| {
            Ok(SourceTask {
                source: values::source(row, 0)?,
                state: values::state(row, SOURCE_WIDTH)?,
            })
        })?);
    }
    let mut held = claims.lock();
    for (key, task) in chosen.into_iter().zip(&tasks) {
        held.insert(task.source.id.clone(), Held { key, until: lease });
    }
    Ok(tasks)
}

/// The rows whose turn it is, up to `limit`: the longest due first, and in the order of the rows, so that
/// neighbours are polled together and written together.
fn due(
    connection: &Connection,
    held: &HashSet<i64>,
    now: Timestamp,
    limit: usize,
    claim: Claim,
) -> rusqlite::Result<Vec<i64>> {
    let mut select = connection.prepare_cached(match claim {
        // What is due, and what a wrong clock put out of reach.
        Claim::Due => {
            "SELECT source, next_poll > ?1, next_poll FROM source_turns
             WHERE next_poll <= ?1 OR next_poll > ?2"
        }
        Claim::All => {
            "SELECT u.source, 0, 0 FROM source_turns u JOIN source_states t ON t.source = u.source
             WHERE u.next_poll IS NOT NULL
               AND (t.retry_after IS NULL OR t.retry_after <= ?1 OR t.retry_after > ?2)"
        }
    })?;
    let mut due: Vec<(bool, i64, i64)> = Vec::new();
    let mut rows = select.query([now, now.plus(POLL_AHEAD)])?;
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        if !held.contains(&key) {
            due.push((row.get(1)?, row.get(2)?, key));
        }
    }
    if due.len() > limit {
        due.select_nth_unstable(limit);
        due.truncate(limit);
    }
    let mut keys: Vec<i64> = due.into_iter().map(|(_, _, key)| key).collect();
    keys.sort_unstable();
    Ok(keys)
}

/// What was polled in what is now the future is due within its interval. A server's Retry-After still
/// binds, as far as one can reach.
pub(super) fn bring_near(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE source_turns SET next_poll = min(next_poll, ?1 +
                 (SELECT s.interval FROM sources s WHERE s.key = source_turns.source))
             WHERE next_poll IS NOT NULL AND last_poll > ?1
               AND NOT EXISTS (SELECT 1 FROM source_states t WHERE t.source = source_turns.source
                   AND t.retry_after > ?1 AND t.retry_after <= ?2)",
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
    let mut select = connection
        .prepare_cached("SELECT source, next_poll FROM source_turns WHERE next_poll IS NOT NULL")?;
    let mut rows = select.query([])?;
    let mut next = held.values().copied().min();
    while let Some(row) = rows.next()? {
        if !held.contains_key(&row.get(0)?) {
            let due: Timestamp = row.get(1)?;
            next = Some(next.map_or(due, |end| end.min(due)));
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
    // The last start is no claim on anything.
    connection.execute("DELETE FROM leases WHERE name <> ?1", [starts::NAME])?;
    Ok(())
}
