//! The service from its start to its end: the parts are put together, the loops run, and all of them end.
//!
//! A loop that ends before it is told to makes the service end with an error.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::mpsc;
use tokio::sync::watch as latest;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

pub use super::apart::ApartError;
use super::apart::apart;
use super::canary;
use super::disk::Room;
use super::edits;
use super::health::Pulse;
use super::lifecycle::{self, GRACE, Request, Signals};
use super::loops::{assess_loop, poll_loop, retain_loop, seal_loop, send_loop};
use super::service::{Service, sources_and_readers, status_line};
use super::shared::{AFTER_TROUBLE, Shared};
use super::start::{self, StartError, Started};
use super::status::tally::Tally;
use super::status::{self, view::Eye};
use super::upgrade;
use super::watch::{self, Watch};
use super::wire::{self, Access};
use crate::clock::Clock;
use crate::collect::fetch::Fetcher;
use crate::config::{Environment, Settings};
use crate::model::Level;
use crate::notify::smtp::Transport;
use crate::pipeline::assess::Assessor;
use crate::pipeline::canary::Keeper;
use crate::pipeline::channel::Messenger;
use crate::pipeline::deliver::Deliverer;
use crate::pipeline::poll::Poller;
use crate::pipeline::retain::Retainer;
use crate::pipeline::{Ground, InForce};
use crate::store::{Start, Starter, StoreError};

/// How long taking leave of the mail server may take.
const LEAVE: Duration = Duration::from_secs(1);

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
            let version = started.in_force.version;
            let start = Start { by: Starter::Service, version, at: clock.now() };
            started.store.note_start(start).await?;
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

/// Starts a loop, behind a pointer: a task of its own kind for each would be as many copies of all that a
/// task is.
fn spawn(
    loops: &mut JoinSet<&'static str>,
    work: impl Future<Output = &'static str> + Send + 'static,
) {
    let work: Pin<Box<dyn Future<Output = &'static str> + Send>> = Box::pin(work);
    loops.spawn(work);
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
    if !in_force.left_out.is_empty() {
        tracing::error!("{}", start::in_part(&in_force));
    }
    let fetcher = wire::fetcher(&parts.settings)?;
    let transport = wire::transport(&parts.settings, &environment)
        .map_err(|problems| anyhow!("{}", start::words_of(&problems)))?;
    let ground = Ground { store, clock };
    let (current_tx, current) = latest::channel(Arc::new(in_force));
    let (stop_tx, stop) = latest::channel(false);
    let shared = shared(ground, current, stop, &parts.settings);
    let mut loops = JoinSet::new();
    let mut edited =
        set_going(&mut loops, &shared, &folder, &parts.settings, fetcher, &transport).await?;
    tracing::info!(
        sources = parts.sources.len(),
        readers = parts.readers.len(),
        "started: {}, mail by {}",
        sources_and_readers(&parts, ", "),
        transport.describe()
    );
    if let Ok(Some(restore)) = shared.ground.store.held().await {
        tracing::warn!(
            "no mail goes out since the restore of {}: `watchlistd restore --resume` lets them go",
            restore.at
        );
    }
    lifecycle::ready(&status_line(&parts));
    let mut service = Service {
        folder,
        environment,
        started: parts.settings.clone(),
        parts,
        transport: transport.clone(),
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

/// What the loops share.
fn shared(
    ground: Ground,
    current: latest::Receiver<Arc<InForce>>,
    stop: latest::Receiver<bool>,
    settings: &Settings,
) -> Shared {
    Shared {
        ground,
        current,
        stop,
        pulse: Pulse::start(),
        adopted: Arc::default(),
        collected: Arc::default(),
        decided: Arc::default(),
        sealed: Arc::default(),
        crowded: Arc::default(),
        room: Arc::new(Room::of(settings)),
        reviewable: Arc::default(),
        failed: Arc::default(),
        tally: Arc::new(Tally::start()),
    }
}

/// Makes the steps and starts a loop for each; gives what tells of edits in the folder.
async fn set_going(
    loops: &mut JoinSet<&'static str>,
    shared: &Shared,
    folder: &Path,
    settings: &Settings,
    fetcher: Arc<Fetcher>,
    transport: &Transport,
) -> Result<mpsc::Receiver<()>, ApartError> {
    let ground = &shared.ground;
    let deliverer = Deliverer::new(ground.clone(), transport.clone());
    deliverer.catch_up_first();
    let assessor = Assessor::new(ground.clone(), format!("pid {}", std::process::id()));
    let keep = wire::keep(settings);
    spawn(loops, retain_loop(shared.clone(), Retainer::new(ground.clone()), keep));
    let poller = Poller::new(ground.clone(), Arc::clone(&fetcher), wire::per_host(settings));
    let keeper = Keeper::new(ground.clone());
    let messenger = Messenger::new(ground.clone(), fetcher);
    let watch = Watch::new(messenger, deliverer.clone(), poller.clone(), keeper.clone());
    let folder_of_state = settings.storage.state_folder().to_path_buf();
    let eye = Eye::new(shared.clone(), deliverer.clone(), poller.clone(), folder_of_state);
    let listen = settings.status.as_ref().map(|status| status.listen.value.clone());
    spawn(loops, status::run(shared.clone(), eye, listen));
    spawn(loops, upgrade::run(shared.clone(), deliverer.clone()));
    spawn(loops, canary::run(shared.clone(), keeper));
    spawn(loops, watch::run(shared.clone(), watch));
    let polls = apart("poll", poll_loop(shared.clone(), poller)).await?;
    spawn(loops, polls.ended());
    let (tell, edited) = mpsc::channel(1);
    spawn(loops, edits::run(shared.clone(), folder.to_path_buf(), tell));
    spawn(loops, edits::review(shared.clone(), deliverer.clone()));
    spawn(loops, assess_loop(shared.clone(), assessor));
    spawn(loops, seal_loop(shared.clone(), deliverer.clone()));
    spawn(loops, send_loop(shared.clone(), deliverer));
    Ok(edited)
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
