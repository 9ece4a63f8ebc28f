//! Whose poll is next: sources are claimed, wait for their place, and are polled.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{self, JoinError, JoinSet};

use super::poller::Poller;
use super::report::Report;
use super::scribe::Scribe;
use crate::collect::source::outage;
use crate::model::{SourceId, Timestamp};
use crate::pipeline::pace::Pace;
use crate::pipeline::turns::Turns;
use crate::store::{Claim, SourceTask, StoreError};

/// Sources claimed and waiting for a place.
pub(super) const WAITING: usize = 8192;

/// While our own network is out, so many polls at a time look whether it is back; the others wait.
pub(super) const SCOUTS: usize = 3;

/// Looking for what is due is a pass over all sources, so where the last one left nothing it is done once a
/// second at most; what came due meanwhile is polled together and written together.
const LOOKS_APART: Duration = Duration::from_secs(1);

/// Longer than any poll can take, the wait for its place included (the fetcher's own deadline is far
/// shorter), so that a lease only runs out under a process that died.
pub(super) const LEASE: Duration = Duration::from_secs(110 * 60);

/// A task that ended, by itself or by a panic.
type Ended = Result<(task::Id, Result<Report, StoreError>), JoinError>;

/// Polls that are under way, and claimed sources that wait for their place.
pub struct Running {
    /// What each of them does: shared, since there are very many.
    step: Arc<Poller>,
    pub(super) polls: JoinSet<Result<Report, StoreError>>,
    /// Writes what they bring, in a task that ends with them.
    scribe: Scribe,
    _writing: JoinSet<()>,
    host_of: HashMap<task::Id, String>,
    /// Boxed: the queues have room to grow, and a source takes half a kilobyte.
    pub(super) turns: Turns<Box<SourceTask>>,
    /// How many may be under way.
    pub(super) room: usize,
    /// When something is due next that is not claimed; `None` is that it is not known.
    nothing_due_before: Option<Timestamp>,
    /// When the store was last asked for what is due, if it had no more than was taken.
    looked: Option<Timestamp>,
    pace: Pace,
}

impl Running {
    /// Waits for the next one to end; `None` when none is under way.
    ///
    /// # Errors
    ///
    /// When the store could not take what it brought.
    pub async fn next(&mut self) -> Option<Result<Report, StoreError>> {
        let ended = self.polls.join_next_with_id().await?;
        Some(self.took_leave(ended))
    }

    /// The next one that has ended already: many end with one commit.
    ///
    /// # Errors
    ///
    /// When the store could not take what it brought.
    pub fn ended(&mut self) -> Option<Result<Report, StoreError>> {
        let ended = self.polls.try_join_next_with_id()?;
        Some(self.took_leave(ended))
    }

    fn took_leave(&mut self, ended: Ended) -> Result<Report, StoreError> {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        if let Some(host) = self.host_of.remove(&id) {
            self.turns.done(&host);
        }
        let report = report_of(ended.map(|(_, report)| report));
        let again = report.as_ref().ok().and_then(|report| report.again);
        // What could not be written is given back to the store to say.
        self.nothing_due_before = self.nothing_due_before.and_then(|next| Some(next.min(again?)));
        report
    }

    /// Something may be due that was not before: sources were edited, or the clock was set.
    pub fn look_again(&mut self) {
        self.nothing_due_before = None;
    }

    /// When the store is to be asked again, if that is known.
    fn look_at(&self) -> Option<Timestamp> {
        let next = self.nothing_due_before?;
        Some(self.looked.map_or(next, |looked| next.max(looked.plus(LOOKS_APART))))
    }

    pub(super) fn wait_all(&mut self, tasks: Vec<SourceTask>) {
        for task in tasks {
            self.turns.add(outage::host(&task.source.url).to_owned(), Box::new(task));
        }
    }
}

impl Poller {
    /// No poll under way yet.
    #[must_use]
    pub fn running(&self) -> Running {
        // Twice what a host is asked at a time: whenever one ends, the next is ready. One at a time
        // is one from request to commit, so that items are stored in the order of the sources.
        let share = if self.per_host <= 1 { 1 } else { self.per_host.saturating_mul(2) };
        let turns = Turns::new(share);
        let mut writing = JoinSet::new();
        let scribe = Scribe::among(&mut writing, Arc::clone(&self.ground.store));
        Running {
            step: Arc::new(self.clone()),
            polls: JoinSet::new(),
            scribe,
            _writing: writing,
            host_of: HashMap::new(),
            turns,
            room: self.places.polls,
            nothing_due_before: None,
            looked: None,
            pace: Pace::from(self.ground.clock.now()),
        }
    }

    /// Starts polls of what is due, up to the number that may run at once. Answers when to look again
    /// if no poll ends before; `None` is not before one does. The store is asked only when something
    /// may have become due: asking after every poll would cost as much as the poll.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn start_due(&self, running: &mut Running) -> Result<Option<Timestamp>, StoreError> {
        let out = self.out_since().await.is_some();
        running.room = if out { SCOUTS } else { self.places.polls };
        let now = self.ground.clock.now();
        if running.pace.went_back(now) {
            // Where the store cannot take it now, it is owed at the next call.
            self.ground.store.clock_went_back(now).await?;
            running.pace.acted();
            tracing::warn!(
                "the clock went back to {now}; polls of the time between are made again"
            );
            running.nothing_due_before = None;
        }
        if running.look_at().is_none_or(|next| next <= now) {
            self.claim(running, if out { SCOUTS } else { WAITING }, now).await?;
        }
        self.fill(running);
        Ok(running.look_at())
    }

    /// Gives back what waits for its place: nothing is to be polled for now. What is under way goes on.
    ///
    /// # Errors
    ///
    /// When the store fails; the claims run out by themselves then.
    pub async fn give_back(&self, running: &mut Running) -> Result<(), StoreError> {
        running.nothing_due_before = None;
        let waiting: Vec<_> =
            running.turns.give_up().into_iter().map(|task| task.source.id).collect();
        match waiting.is_empty() {
            true => Ok(()),
            false => self.ground.store.release_sources(waiting).await,
        }
    }

    /// Claims what is due, so that up to `most` wait; not before half of them are gone.
    async fn claim(
        &self,
        running: &mut Running,
        most: usize,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        running.nothing_due_before = None;
        let waiting = running.turns.waiting();
        if waiting > most / 2 {
            return Ok(());
        }
        let (store, lease) = (&self.ground.store, now.plus(LEASE));
        let room = most - waiting;
        let tasks = store.claim_due_sources(now, lease, room, Claim::Due).await?;
        let all = tasks.len() < room;
        running.wait_all(tasks);
        if all {
            let next = store.next_due().await?;
            running.nothing_due_before = Some(next.unwrap_or_else(|| now.plus(LEASE)));
            running.looked = Some(now);
        }
        Ok(())
    }

    pub(super) fn fill(&self, running: &mut Running) {
        while running.polls.len() < running.room {
            let Some((host, task)) = running.turns.next() else { return };
            let more = running.turns.more(&host, self.places.kept);
            let step = Arc::clone(&running.step);
            // Boxed: the runtime moves what it is given about, and a poll is several thousand bytes.
            let scribe = running.scribe.clone();
            let poll = Box::pin(async move { step.poll(*task, more, &scribe).await });
            let poll = running.polls.spawn(poll);
            running.host_of.insert(poll.id(), host);
        }
    }
}

/// A task that panicked is a bug of ours; its lease runs out and the source is polled again.
fn report_of(ended: Result<Result<Report, StoreError>, JoinError>) -> Result<Report, StoreError> {
    match ended {
        Ok(report) => report,
        Err(error) => {
            tracing::error!(%error, "a poll ended in a bug; its source is polled again later");
            Ok(Report {
                source: SourceId::new("?"),
                new: 0,
                edited: 0,
                trouble: Some("a bug ended the poll".to_owned()),
                failed: true,
                again: None,
            })
        }
    }
}
