//! Poll: claim → fetch → parse → items → finish, many sources at once.
//!
//! Each source is a task of its own: one that hangs, drips or panics costs itself one poll and
//! nobody else anything. What a poll brought is written in one transaction with the validators that
//! vouch for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::{self, JoinError, JoinSet};

use super::pace::Pace;
use super::places::Places;
use super::turns::Turns;
use super::{Ground, network};
use crate::collect::fetch::{Fetched, Fetcher};
use crate::collect::item::{Sorted, identity, sort_out_known};
use crate::collect::parse::{self, Document, Hints, NotAFeed};
use crate::collect::source::{self, Ask, Polled, outage};
use crate::model::canary::is_synthetic;
use crate::model::{Source, SourceId, Timestamp};
use crate::store::{Claim, FinishedPoll, SourceTask, StoreError};

/// Sources claimed and waiting for a place.
const WAITING: usize = 8192;

/// Documents that are held at a time, parsed and on their way into the store.
const DOCUMENTS: usize = 32;

/// While our own network is out, so many polls at a time look whether it is back; the others wait.
const SCOUTS: usize = 3;

/// … and in a single round so many more of them find out that it is not, before the rest is left for
/// another time.
const LAST_TRIES: usize = 12;

/// How often whoever watches a round hears of it. Waking a thread for every source would cost as
/// much as its request.
const GLANCE: Duration = Duration::from_millis(20);

/// Longer than any poll can take, the wait for its place included (the fetcher's own deadline is far
/// shorter), so that a lease only runs out under a process that died.
const LEASE: Duration = Duration::from_secs(110 * 60);

/// What became of one poll, for whoever watches.
#[derive(Clone, Debug)]
pub struct Report {
    /// The source.
    pub source: SourceId,
    /// Items not known before.
    pub new: usize,
    /// Known items that changed.
    pub edited: usize,
    /// What is wrong, if anything is; of a source that was read, only when it is news.
    pub trouble: Option<String>,
    /// Whether it brought neither a readable document nor a 304.
    pub failed: bool,
    /// When it is polled next, where that was written.
    pub again: Option<Timestamp>,
}

/// Sums of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolledSum {
    /// Sources polled.
    pub sources: u64,
    /// Of these, those that brought no readable document.
    pub failed: u64,
    /// Items not known before.
    pub new: u64,
    /// Known items that changed.
    pub edited: u64,
    /// Sources that were due and not asked, because our own network is out.
    pub left: u64,
    /// Since when it is, if that is why the round ended early.
    pub out_since: Option<Timestamp>,
}

impl PolledSum {
    fn add(&mut self, report: &Report) {
        if is_synthetic(&report.source) {
            return;
        }
        self.sources += 1;
        self.failed += u64::from(report.failed);
        self.new += report.new as u64;
        self.edited += report.edited as u64;
    }
}

/// The step.
#[derive(Clone)]
pub struct Poller {
    ground: Ground,
    fetcher: Arc<Fetcher>,
    per_host: usize,
    network: network::Shared,
    places: Places,
    /// Documents parsed at the same time: each takes a processor, and memory many times its size.
    parsers: Arc<Semaphore>,
    /// Documents from the parser to the commit.
    documents: Arc<Semaphore>,
}

impl Poller {
    /// A step that fetches with `fetcher`, which keeps the pace of each host: `per_host` requests at
    /// a time.
    #[must_use]
    pub fn new(ground: Ground, fetcher: Arc<Fetcher>, per_host: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            ground,
            fetcher,
            per_host,
            network: network::Shared::default(),
            places: Places::of_process(),
            parsers: Arc::new(Semaphore::new(processors)),
            documents: Arc::new(Semaphore::new(DOCUMENTS)),
        }
    }

    /// No poll under way yet.
    #[must_use]
    pub fn running(&self) -> Running {
        // Twice what a host is asked at a time: whenever one ends, the next is ready. One at a time
        // is one from request to commit, so that items are stored in the order of the sources.
        let share = if self.per_host <= 1 { 1 } else { self.per_host.saturating_mul(2) };
        let turns = Turns::new(share);
        Running {
            polls: JoinSet::new(),
            host_of: HashMap::new(),
            turns,
            room: self.places.polls,
            nothing_due_before: None,
            pace: Pace::from(self.ground.clock.now()),
        }
    }

    /// Polls what is due now (or, with [`Claim::All`], everything that no Retry-After forbids) and
    /// ends when all of it is done. `watch` hears of each source some moments after it ended. While
    /// our own network is out a few are asked still; where none answers the rest is left as it was.
    ///
    /// # Errors
    ///
    /// When the store fails; polls that were finished stay.
    pub async fn drain(
        &self,
        claim: Claim,
        watch: &mut (dyn FnMut(usize, &Report) + Send),
    ) -> Result<PolledSum, StoreError> {
        let now = self.ground.clock.now();
        let lease = now.plus(LEASE);
        let claimed = self.ground.store.claim_due_sources(now, lease, usize::MAX, claim).await?;
        let total = claimed.len();
        let (tell, mut told) = mpsc::unbounded_channel();
        // In a set, so that it ends with us.
        let mut round = JoinSet::new();
        round.spawn(self.clone().round(claimed, tell));
        let mut sum = PolledSum::default();
        let mut reports = Vec::new();
        while told.recv_many(&mut reports, WAITING).await > 0 {
            for report in reports.drain(..) {
                sum.add(&report);
                watch(total, &report);
            }
            tokio::time::sleep(GLANCE).await;
        }
        let left = match round.join_next().await {
            Some(Ok(left)) => left?,
            Some(Err(error)) => {
                tracing::error!(%error, "a round of polls ended in a bug");
                Vec::new()
            }
            None => Vec::new(),
        };
        if !left.is_empty() {
            sum.left = left.len() as u64;
            sum.out_since = self.out_since().await;
            self.ground.store.release_sources(left).await?;
        }
        Ok(sum)
    }

    /// Polls all of these but those that it answers with.
    async fn round(
        self,
        claimed: Vec<SourceTask>,
        tell: UnboundedSender<Report>,
    ) -> Result<Vec<SourceId>, StoreError> {
        let mut running = self.running();
        running.wait_all(claimed);
        self.fill(&mut running);
        let mut patience = None;
        while let Some(ended) = running.next().await {
            let report = ended?;
            let out = report.failed && self.out_since().await.is_some();
            // Nobody may be watching any more.
            let _ = tell.send(report);
            if out {
                running.room = SCOUTS;
                let left = patience.get_or_insert(running.polls.len() + LAST_TRIES);
                *left = left.saturating_sub(1);
            } else if patience.is_some() && self.out_since().await.is_none() {
                running.room = self.places.polls;
                patience = None;
            }
            if patience != Some(0) {
                self.fill(&mut running);
            }
        }
        Ok(running.turns.give_up().into_iter().map(|task| task.source.id).collect())
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
            tracing::warn!(
                "the clock went back to {now}; polls of the time between are made again"
            );
            self.ground.store.bring_polls_near(now).await?;
            running.nothing_due_before = None;
        }
        if running.nothing_due_before.is_none_or(|next| next <= now) {
            self.claim(running, if out { SCOUTS } else { WAITING }, now).await?;
        }
        self.fill(running);
        Ok(running.nothing_due_before)
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
        }
        Ok(())
    }

    fn fill(&self, running: &mut Running) {
        while running.polls.len() < running.room {
            let Some((host, task)) = running.turns.next() else { return };
            let more = running.turns.more(&host, self.places.kept);
            let step = self.clone();
            // Boxed: the runtime moves what it is given about, and a poll is several thousand bytes.
            let poll = Box::pin(async move { step.poll(task, more).await });
            let poll = running.polls.spawn(poll);
            running.host_of.insert(poll.id(), host);
        }
    }

    /// Since when our own network has been out, if it is: then no source is blamed for its silence.
    pub async fn out_since(&self) -> Option<Timestamp> {
        self.network.lock().await.out_since()
    }

    /// One poll, from the request to the commit. `more` of the host's sources wait.
    async fn poll(&self, task: SourceTask, more: bool) -> Result<Report, StoreError> {
        let started = self.ground.clock.now();
        let (ask, fetched) = self.fetch(&task, started, more).await;
        let _held = match &fetched {
            Fetched::Body(_) => Some(self.documents.acquire().await.expect("it is never closed")),
            Fetched::NotModified(_) | Fetched::Failed(_) => None,
        };
        let (fetched, parsed) = read(&task.source, fetched, &self.parsers).await;
        let now = self.ground.clock.now();
        let mut network = self.network.lock().await;
        // Loopback answers also while nothing else does.
        let ours = match is_synthetic(&task.source.id) {
            true => None,
            false => network.hear(&task, &ask, &fetched, (started, now)),
        };
        if let Some(since) = ours {
            for cleared in network.cleared(since, now) {
                self.ground.store.finish_poll(cleared).await?;
            }
        }
        if outage::is_unanswered(&fetched) {
            // The lock lasts until this is written.
            let polled = Polled::new(started, &ask, &fetched, None);
            return finish(&self.ground, task, polled, (&fetched, None), ours, now).await;
        }
        drop(network);
        let polled = Polled::new(started, &ask, &fetched, parsed.as_ref());
        finish(&self.ground, task, polled, (&fetched, parsed), ours, now).await
    }

    /// The request of a poll, and the next one where that brought nothing.
    async fn fetch(&self, task: &SourceTask, started: Timestamp, more: bool) -> (Ask, Fetched) {
        let mut asks = source::asks(&task.source, &task.state, started).into_iter();
        let mut ask = asks.next().expect("a poll asks at least once");
        loop {
            let validators = ask.validators.clone();
            let fetched = self.fetcher.get_at(&task.source, &ask.address, validators, more).await;
            match asks.next().filter(|_| source::try_next(&fetched)) {
                Some(next) => ask = next,
                None => return (ask, fetched),
            }
        }
    }
}

/// Polls that are under way, and claimed sources that wait for their place.
pub struct Running {
    polls: JoinSet<Result<Report, StoreError>>,
    host_of: HashMap<task::Id, String>,
    turns: Turns<SourceTask>,
    /// How many may be under way.
    room: usize,
    /// When something is due next that is not claimed; `None` is that it is not known.
    nothing_due_before: Option<Timestamp>,
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
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        if let Some(host) = self.host_of.remove(&id) {
            self.turns.done(&host);
        }
        let report = report_of(ended.map(|(_, report)| report));
        let again = report.as_ref().ok().and_then(|report| report.again);
        // What could not be written is given back to the store to say.
        self.nothing_due_before = self.nothing_due_before.and_then(|next| Some(next.min(again?)));
        Some(report)
    }

    /// Something may be due that was not before: sources were edited, or the clock was set.
    pub fn look_again(&mut self) {
        self.nothing_due_before = None;
    }

    fn wait_all(&mut self, tasks: Vec<SourceTask>) {
        for task in tasks {
            self.turns.add(outage::host(&task.source.url).to_owned(), task);
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

/// Compares what came with what is known, and writes it. `ours` is since when our own network has
/// been out, if that is why nothing came.
async fn finish(
    ground: &Ground,
    task: SourceTask,
    polled: Polled,
    (fetched, parsed): (&Fetched, Option<Result<Document, NotAFeed>>),
    ours: Option<Timestamp>,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let started = polled.started;
    let title = title_of(parsed.as_ref());
    let (sorted, entries) = match parsed {
        Some(Ok(document)) => {
            let entries = count(document.entries.len());
            (Some(sort(ground, &task, document, now).await?), entries)
        }
        _ => (None, 0),
    };
    let polled = polled.with_news(sorted.as_ref().is_some_and(|sorted| !sorted.new.is_empty()));
    let (mut state, next_poll) = match ours {
        Some(since) => outage::spared(&task.state, started, since, now),
        None => source::after(&task.source, &task.state, &polled, now),
    };
    state.title = title.or_else(|| task.state.title.clone());
    // Each day's canary is alone in its feed.
    let news = sorted.as_ref().filter(|_| !is_synthetic(&task.source.id));
    let gap = news.and_then(|sorted| {
        source::gap(&task.source.id, &task.state, sorted.overlaps(), entries, started)
    });
    let sorted = sorted.unwrap_or_default();
    let failed = !matches!(polled.outcome, source::Outcome::NotModified | source::Outcome::Read(_));
    let fresh = failed || state.health != task.state.health;
    let report = Report {
        source: task.source.id.clone(),
        new: sorted.new.len(),
        edited: sorted.edited.len(),
        trouble: state.error.clone().filter(|_| fresh),
        failed,
        again: Some(next_poll),
    };
    let (status, bytes) = (fetched.status(), fetched.received());
    let quiet = matches!(fetched, Fetched::NotModified(_)) && state.repeats(&task.state);
    tell(&report, status);
    let finished = FinishedPoll {
        source: task.source.id,
        address: task.source.url,
        started,
        ended: now,
        status,
        bytes,
        entries,
        new: sorted.new,
        edited: sorted.edited,
        seen: sorted.seen,
        gap,
        quiet,
        state,
        next_poll,
    };
    ground.store.finish_poll(finished).await?;
    Ok(report)
}

/// What a document calls itself, as far as a mail would show it.
fn title_of(parsed: Option<&Result<Document, NotAFeed>>) -> Option<String> {
    const LONGEST: usize = 200;
    let title = parsed?.as_ref().ok()?.title.as_deref()?.trim();
    let title: String = title.chars().take(LONGEST).collect();
    (!title.is_empty()).then_some(title)
}

/// Parses a body away from the threads that wait on the network: a large one takes its time.
async fn read(
    source: &Source,
    fetched: Fetched,
    parsers: &Semaphore,
) -> (Fetched, Option<Result<Document, NotAFeed>>) {
    let Fetched::Body(mut body) = fetched else { return (fetched, None) };
    let _one = parsers.acquire().await.expect("the semaphore is never closed");
    let bytes = std::mem::take(&mut body.bytes);
    let content_type = body.content_type.clone();
    let url = body.answer.url.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let hints = Hints { content_type: content_type.as_deref(), url: Some(&url) };
        parse::parse(&bytes, &hints)
    })
    .await
    .unwrap_or_else(|error| {
        tracing::error!(source = %source.id, %error, "parsing ended in a bug");
        Err(NotAFeed { what: "a bug of ours ended the parsing".to_owned(), feed: None })
    });
    (Fetched::Body(body), Some(parsed))
}

async fn sort(
    ground: &Ground,
    task: &SourceTask,
    document: Document,
    now: Timestamp,
) -> Result<Sorted, StoreError> {
    let identities: Vec<_> = document.entries.iter().map(identity).collect();
    let known = ground.store.known_items(task.source.id.clone(), identities.clone()).await?;
    let first_read = task.state.last_success.is_none();
    let entries = document.entries.into_iter().zip(identities).collect();
    Ok(sort_out_known(&task.source, document.lang.as_deref(), entries, &known, first_read, now))
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}

fn tell(report: &Report, status: Option<u16>) {
    let source = report.source.as_str();
    match &report.trouble {
        Some(trouble) if report.failed => {
            tracing::warn!(source, status, "source {source} could not be read: {trouble}");
        }
        Some(trouble) => tracing::info!(source, status, "source {source}: {trouble}"),
        None => tracing::debug!(
            source,
            status,
            new = report.new,
            edited = report.edited,
            "polled {source}"
        ),
    }
}
