//! The service: the three steps as loops, requests from signals, and the end of it all.
//!
//! Four loops share nothing but the store and the version in force: polling, assessing, sealing and
//! sending. Each wakes when the one before it has left something, and at least once a minute, so
//! that a clock that jumps or a wake-up that is lost costs a minute. A loop that ends before it is
//! told to makes the service end with an error.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::watch::{self as latest, Receiver, Sender};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::canary;
use super::disk::Room;
use super::edits;
use super::health::{Loop, Pulse};
use super::lifecycle::{self, GRACE, Request, Signals};
use super::start::{self, StartError, Started};
use super::status::tally::Tally;
use super::status::{self, view::Eye};
use super::upgrade;
use super::watch::{self, Watch};
use super::wire::{self, Access, Parts};
use crate::clock::Clock;
use crate::config::{Environment, Files, Settings};
use crate::model::{Level, Timestamp};
use crate::pipeline::assess::{Assessed, Assessor};
use crate::pipeline::canary::Keeper;
use crate::pipeline::channel::Messenger;
use crate::pipeline::deliver::{Deliverer, Handed, Sending};
use crate::pipeline::poll::{Poller, Report, Running};
use crate::pipeline::retain::Retainer;
use crate::pipeline::{Ground, InForce};
use crate::store::{Keep, StoreError};

/// No loop sleeps longer: a wall clock that was set is noticed within this time.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// After a store that failed: long enough not to spin on a full disk, short enough to resume soon
/// after space returns.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);

/// How long polls under way may still take once a stop was asked for.
const POLL_GRACE: Duration = Duration::from_secs(5);

/// How long taking leave of the mail server may take.
const LEAVE: Duration = Duration::from_secs(1);

/// Forgetting waits until a start's own work is done, and then until the clock has shown that it
/// keeps pace.
const BEFORE_FORGETTING: Duration = Duration::from_secs(15 * 60);

/// How often the service looks for what is past its time.
const FORGET_EVERY: Duration = Duration::from_secs(6 * 3600);

/// What the loops share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) ground: Ground,
    pub(super) current: Receiver<Arc<InForce>>,
    pub(super) stop: Receiver<bool>,
    pub(super) pulse: Pulse,
    /// Sources were adopted.
    pub(super) adopted: Arc<Notify>,
    /// Items were stored.
    collected: Arc<Notify>,
    /// Notices were made.
    decided: Arc<Notify>,
    /// Mails were sealed.
    pub(super) sealed: Arc<Notify>,
    /// The disk was found too full, or no longer.
    pub(super) crowded: Arc<Notify>,
    /// The disk of the state.
    pub(super) room: Arc<Room>,
    /// A version was put in force.
    pub(super) reviewable: Arc<Notify>,
    /// A step failed since the last cycle of the second channel.
    pub(super) failed: Arc<AtomicBool>,
    /// What was done since the start.
    pub(super) tally: Arc<Tally>,
}

impl Shared {
    pub(super) fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// Notes that a step failed.
    fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
        self.tally.failed(self.now());
    }

    pub(super) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Something may have to be told that waits in no row.
    pub(super) fn wake_sealing(&self) {
        self.decided.notify_one();
    }

    /// Sleeps until `until`, a wake-up, or a stop, and never longer than a minute.
    pub(super) async fn rest(&self, until: Option<Timestamp>, wake: &Notify) {
        let longest = until.map_or(LONGEST_SLEEP, |at| at.since(self.now()).min(LONGEST_SLEEP));
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(longest) => {}
            () = wake.notified() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Reads the folder, opens the store and takes it over, as [`start::start`] does for a command. While
/// the disk has no room for that it is tried again, so that a full disk is no loop of crashes; `None`
/// when a stop was asked for meanwhile.
///
/// # Errors
///
/// See [`StartError`].
pub async fn begin(
    folder: PathBuf,
    environment: &Environment,
    clock: &dyn Clock,
    signals: &mut Signals,
) -> Result<Option<Started>, StartError> {
    loop {
        let begun = async {
            let started =
                start::start(folder.clone(), environment, Access::Alone, clock.now()).await?;
            started.store.release_leases(clock.now()).await?;
            Ok(started)
        };
        let error = match begun.await {
            Err(StartError::Store(error @ StoreError::Later { full: true, .. })) => error,
            done => return done.map(Some),
        };
        tracing::error!(%error, "cannot start yet: {error}; trying again soon");
        lifecycle::ready("waiting for room on the disk");
        lifecycle::alive();
        if let Ok(Request::Stop) = timeout_at(Instant::now() + AFTER_TROUBLE, signals.next()).await
        {
            return Ok(None);
        }
    }
}

/// Runs the service in `folder` until it is told to stop.
///
/// # Errors
///
/// When nothing can be started, or a loop ended by itself.
pub async fn run(
    folder: PathBuf,
    environment: Environment,
    clock: Arc<dyn Clock>,
    started: Started,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let Started { store, parts, in_force, problems } = started;
    for problem in &problems {
        match problem.level {
            Level::Error => tracing::error!("{problem}"),
            Level::Warning => tracing::warn!("{problem}"),
        }
    }
    let fetcher = wire::fetcher(&parts.settings)?;
    let transport = wire::transport(&parts.settings, &environment)
        .map_err(|problems| anyhow!("{}", start::words_of(&problems)))?;
    let ground = Ground { store, clock };
    let (current_tx, current) = latest::channel(Arc::new(in_force));
    let (stop_tx, stop) = latest::channel(false);
    let shared = Shared {
        ground: ground.clone(),
        current,
        stop,
        pulse: Pulse::start(),
        adopted: Arc::default(),
        collected: Arc::default(),
        decided: Arc::default(),
        sealed: Arc::default(),
        crowded: Arc::default(),
        room: Arc::new(Room::of(&parts.settings)),
        reviewable: Arc::default(),
        failed: Arc::default(),
        tally: Arc::new(Tally::start()),
    };
    let deliverer = Deliverer::new(ground.clone(), transport.clone());
    let assessor = Assessor::new(ground.clone(), format!("pid {}", std::process::id()));
    let mut loops = JoinSet::new();
    let keep = Keep { items: parts.settings.keep.items, polls: parts.settings.keep.polls };
    loops.spawn(retain_loop(shared.clone(), Retainer::new(ground.clone()), keep));
    let poller = Poller::new(ground.clone(), Arc::clone(&fetcher), wire::per_host(&parts.settings));
    let keeper = Keeper::new(ground.clone());
    let messenger = Messenger::new(ground, fetcher);
    let watch = Watch::new(messenger, deliverer.clone(), poller.clone(), keeper.clone());
    let folder_of_state = parts.settings.storage.state_folder().to_path_buf();
    let eye = Eye::new(shared.clone(), deliverer.clone(), poller.clone(), folder_of_state);
    let listen = parts.settings.status.as_ref().map(|status| status.listen.value.clone());
    loops.spawn(status::run(shared.clone(), eye, listen));
    loops.spawn(upgrade::run(shared.clone(), deliverer.clone()));
    loops.spawn(canary::run(shared.clone(), keeper));
    loops.spawn(watch::run(shared.clone(), watch));
    loops.spawn(poll_loop(shared.clone(), poller));
    let (edited_tx, mut edited) = mpsc::channel(1);
    loops.spawn(edits::run(shared.clone(), folder.clone(), edited_tx));
    loops.spawn(edits::review(shared.clone(), deliverer.clone()));
    loops.spawn(assess_loop(shared.clone(), assessor));
    loops.spawn(seal_loop(shared.clone(), deliverer.clone()));
    loops.spawn(send_loop(shared.clone(), deliverer));
    tracing::info!(
        sources = parts.sources.len(),
        readers = parts.readers.len(),
        "started: {} sources, {} readers, mail by {}",
        parts.sources.len(),
        parts.readers.len(),
        transport.describe()
    );
    lifecycle::ready(&status_line(&parts));
    let mut service = Service {
        folder,
        environment,
        started: parts.settings.clone(),
        parts,
        current: current_tx,
        shared,
    };
    let result = service.attend(&mut signals, &mut edited, &mut loops).await;
    lifecycle::stopping();
    stop_tx.send_replace(true);
    drain(&mut signals, &mut loops).await;
    // Taking leave is a courtesy that a server may not drag out.
    let _ = timeout_at(Instant::now() + LEAVE, transport.close()).await;
    tracing::info!("stopped");
    result
}

fn status_line(parts: &Parts) -> String {
    format!("watching {} sources for {} readers", parts.sources.len(), parts.readers.len())
}

struct Service {
    folder: PathBuf,
    environment: Environment,
    /// What storage, transport and pace were set up from.
    started: Settings,
    parts: Parts,
    current: Sender<Arc<InForce>>,
    shared: Shared,
}

impl Service {
    /// Answers requests until one says stop, or a loop ends by itself.
    async fn attend(
        &mut self,
        signals: &mut Signals,
        edited: &mut mpsc::Receiver<()>,
        loops: &mut JoinSet<&'static str>,
    ) -> anyhow::Result<()> {
        let every = lifecycle::watchdog_interval().unwrap_or(LONGEST_SLEEP);
        let mut watchdog = tokio::time::interval(every);
        loop {
            tokio::select! {
                request = signals.next() => match request {
                    Request::Stop => {
                        tracing::info!("stopping: finishing what is under way");
                        return Ok(());
                    }
                    Request::Reload => self.reload().await,
                },
                Some(()) = edited.recv() => self.take_edit().await,
                ended = loops.join_next() => {
                    return Err(match ended {
                        Some(Ok(name)) => anyhow!("the {name} loop ended by itself"),
                        Some(Err(error)) => anyhow!(error).context("a loop ended in a bug"),
                        None => anyhow!("every loop ended by itself"),
                    });
                }
                _ = watchdog.tick() => {
                    let silent = self.shared.pulse.silent();
                    if silent.is_empty() {
                        lifecycle::alive();
                    } else {
                        tracing::error!("no progress in: {}", silent.join(", "));
                    }
                }
            }
        }
    }

    /// The files were edited: takes them, unless they say what is in force already.
    async fn take_edit(&mut self) {
        let same = Files::read(&self.folder)
            .is_ok_and(|files| files.is_sound() && files.texts() == self.parts.files.texts());
        if !same || self.current.borrow().rejected.is_some() {
            self.reload().await;
        }
    }

    /// Reads the files again. A bad edit leaves the version in force where it is.
    async fn reload(&mut self) {
        lifecycle::reloading();
        match self.try_reload().await {
            Ok(()) => {}
            Err(error) => tracing::error!("reload: {error:#}; the version in force stays"),
        }
        lifecycle::ready(&status_line(&self.parts));
    }

    async fn try_reload(&mut self) -> anyhow::Result<()> {
        let store = Arc::clone(&self.shared.ground.store);
        let now = self.shared.now();
        let (parts, words) = match Files::read(&self.folder) {
            Ok(files) => {
                let gone = start::gone(&*store, &files).await?;
                let (parts, mut problems) = wire::build_to_run(files, &self.environment);
                let parts = parts.filter(|_| gone.is_empty());
                problems.extend(gone);
                (parts, start::words_of(&problems))
            }
            Err(error) => (None, error.to_string()),
        };
        let Some(parts) = parts else {
            tracing::error!("reload: the edit is refused and the version in force stays:\n{words}");
            start::reject(&*store, &words, now).await?;
            let version = self.current.borrow().version;
            self.put_in_force(self.parts.in_force(version, Some(words)));
            return Ok(());
        };
        for thing in wire::needs_restart(&self.started, &parts.settings) {
            tracing::warn!("reload: {thing} changed; that needs a restart");
        }
        let version = start::adopt(&*store, &parts, now).await?;
        tracing::info!(
            version,
            "reloaded: version {version}, {} sources, {} readers",
            parts.sources.len(),
            parts.readers.len()
        );
        self.put_in_force(parts.in_force(version, None));
        self.parts = parts;
        Ok(())
    }

    fn put_in_force(&self, in_force: InForce) {
        self.current.send_replace(Arc::new(in_force));
        self.shared.adopted.notify_one();
        self.shared.collected.notify_one();
        self.shared.decided.notify_one();
        self.shared.reviewable.notify_one();
    }
}

/// Waits for the loops to finish; a second request or the end of the grace cuts what is left. What
/// is cut keeps its lease and is done again after the next start.
async fn drain(signals: &mut Signals, loops: &mut JoinSet<&'static str>) {
    let deadline = Instant::now() + GRACE;
    loop {
        tokio::select! {
            ended = timeout_at(deadline, loops.join_next()) => match ended {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => {
                    tracing::warn!("stopping: cut off after {} s", GRACE.as_secs());
                    break;
                }
            },
            request = signals.next() => if request == Request::Stop {
                tracing::warn!("stopping: cut off by a second request");
                break;
            },
        }
    }
    loops.shutdown().await;
}

async fn poll_loop(shared: Shared, poller: Poller) -> &'static str {
    let mut running = poller.running();
    let mut crowded = false;
    while !shared.stopping() {
        shared.pulse.beat(Loop::Poll);
        let short = shared.room.look(shared.now()).is_some();
        if short != crowded {
            crowded = short;
            shared.crowded.notify_one();
        }
        let pause = match start_polls(&poller, &mut running, crowded).await {
            // With no room left there is nothing to do until a poll ends.
            Ok(_) if crowded => shared.now().plus(AFTER_TROUBLE),
            Ok(next) => next.unwrap_or_else(|| shared.now().plus(LONGEST_SLEEP)),
            Err(error) => trouble(&shared, "claim due sources", &error),
        };
        tokio::select! {
            // A slot is free again: more may be due.
            Some(ended) = running.next() => after_poll(&shared, ended),
            () = shared.rest(Some(pause), &shared.adopted) => running.look_again(),
        }
    }
    let deadline = Instant::now() + POLL_GRACE;
    while let Ok(Some(ended)) = timeout_at(deadline, running.next()).await {
        after_poll(&shared, ended);
    }
    "poll"
}

/// Starts what is due; on a crowded disk nothing, and what waits is given back.
async fn start_polls(
    poller: &Poller,
    running: &mut Running,
    crowded: bool,
) -> Result<Option<Timestamp>, StoreError> {
    match crowded {
        true => poller.give_back(running).await.map(|()| None),
        false => poller.start_due(running).await,
    }
}

fn after_poll(shared: &Shared, ended: Result<Report, StoreError>) {
    if let Ok(report) = &ended {
        shared.tally.polled(report, shared.now());
    }
    match ended {
        Ok(report) if report.new + report.edited > 0 => shared.collected.notify_one(),
        Ok(_) => {}
        // Nothing of the poll was stored, its validators neither: the next one brings it again.
        Err(error) => {
            shared.fail();
            tracing::error!(%error, "what a poll brought could not be stored: {error}");
        }
    }
}

async fn assess_loop(shared: Shared, mut assessor: Assessor) -> &'static str {
    while !shared.stopping() {
        shared.pulse.beat(Loop::Assess);
        let in_force = Arc::clone(&shared.current.borrow());
        let pause = match assessor.batch(&in_force).await {
            // What it decided goes out while the next batch is judged.
            Ok(Some(done)) => {
                after_batch(&shared, done);
                continue;
            }
            Ok(None) => None,
            Err(error) => Some(trouble(&shared, "assess items", &error)),
        };
        shared.rest(pause, &shared.collected).await;
    }
    "assess"
}

fn after_batch(shared: &Shared, done: Assessed) {
    shared.tally.judged(&done);
    if done.notices + done.canaries > 0 {
        shared.decided.notify_one();
    }
    let (items, again, alerts) = (done.items, done.again, done.alerts);
    match (items, again) {
        // A canary alone is no news.
        (0, 0) => {}
        (_, 0) => tracing::info!(items, alerts, "assessed {items} items: {alerts} alerts"),
        _ => tracing::info!(
            again,
            alerts,
            "matched {again} stored items again: {alerts} late alerts"
        ),
    }
}

async fn seal_loop(shared: Shared, deliverer: Deliverer) -> &'static str {
    while !shared.stopping() {
        shared.pulse.beat(Loop::Seal);
        let in_force = Arc::clone(&shared.current.borrow());
        let pause = match deliverer.seal_due(&in_force).await {
            Ok(sealed) => {
                if sealed.mails > 0 {
                    shared.sealed.notify_one();
                }
                sealed.wake
            }
            Err(error) => Some(trouble(&shared, "seal mails", &error)),
        };
        shared.rest(pause, &shared.decided).await;
    }
    "seal"
}

async fn send_loop(shared: Shared, deliverer: Deliverer) -> &'static str {
    let mut sending = Sending::default();
    while !shared.stopping() {
        shared.pulse.beat(Loop::Send);
        let pause = match deliverer.start_due(&mut sending).await {
            Ok(next) => next,
            Err(error) => Some(trouble(&shared, "send mails", &error)),
        };
        tokio::select! {
            // A place is free again: more may be due.
            Some(ended) = sending.next() => after_mail(&shared, ended),
            () = shared.rest(pause, &shared.sealed) => {}
        }
    }
    // What was said to a server is finished; the end of the drain cuts what takes too long.
    while let Some(ended) = sending.next().await {
        after_mail(&shared, ended);
    }
    "send"
}

fn after_mail(shared: &Shared, ended: Result<Handed, StoreError>) {
    match ended {
        Ok(handed) => shared.tally.attempted(handed),
        Err(error) => {
            shared.fail();
            tracing::error!(%error, "what became of a mail could not be stored: {error}");
        }
    }
}

async fn retain_loop(shared: Shared, mut retainer: Retainer, keep: Keep) -> &'static str {
    let never = Notify::new();
    let mut next = shared.now().plus(BEFORE_FORGETTING);
    while !shared.stopping() {
        shared.rest(Some(next), &never).await;
        // After a wrong clock was set back the plan lies out of reach.
        next = next.min(shared.now().plus(FORGET_EVERY));
        if shared.now() < next || shared.stopping() {
            continue;
        }
        next = shared.now().plus(FORGET_EVERY);
        if let Err(error) = retainer.run(keep, &|| shared.stopping()).await {
            trouble(&shared, "forget what is past its time", &error);
        }
    }
    "retain"
}

/// Says what failed and when to try again.
pub(super) fn trouble(shared: &Shared, attempted: &str, error: &StoreError) -> Timestamp {
    shared.fail();
    tracing::error!(%error, "could not {attempted}: {error}; trying again soon");
    shared.now().plus(AFTER_TROUBLE)
}
