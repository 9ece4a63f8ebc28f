//! The service from its start to its end: the parts are put together, the loops run, and all of them end.
//!
//! A loop that ends before it is told to makes the service end with an error.

use std::path::PathBuf;
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
use super::service::{Service, status_line};
use super::shared::{AFTER_TROUBLE, Shared};
use super::start::{self, StartError, Started};
use super::status::tally::Tally;
use super::status::{self, view::Eye};
use super::upgrade;
use super::watch::{self, Watch};
use super::wire::{self, Access};
use crate::clock::Clock;
use crate::config::Environment;
use crate::model::Level;
use crate::pipeline::Ground;
use crate::pipeline::assess::Assessor;
use crate::pipeline::canary::Keeper;
use crate::pipeline::channel::Messenger;
use crate::pipeline::deliver::Deliverer;
use crate::pipeline::poll::Poller;
use crate::pipeline::retain::Retainer;
use crate::store::StoreError;

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
    let keep = wire::keep(&parts.settings);
    spawn(&mut loops, retain_loop(shared.clone(), Retainer::new(ground.clone()), keep));
    let poller = Poller::new(ground.clone(), Arc::clone(&fetcher), wire::per_host(&parts.settings));
    let keeper = Keeper::new(ground.clone());
    let messenger = Messenger::new(ground, fetcher);
    let watch = Watch::new(messenger, deliverer.clone(), poller.clone(), keeper.clone());
    let folder_of_state = parts.settings.storage.state_folder().to_path_buf();
    let eye = Eye::new(shared.clone(), deliverer.clone(), poller.clone(), folder_of_state);
    let listen = parts.settings.status.as_ref().map(|status| status.listen.value.clone());
    spawn(&mut loops, status::run(shared.clone(), eye, listen));
    spawn(&mut loops, upgrade::run(shared.clone(), deliverer.clone()));
    spawn(&mut loops, canary::run(shared.clone(), keeper));
    spawn(&mut loops, watch::run(shared.clone(), watch));
    let polls = apart("poll", poll_loop(shared.clone(), poller)).await?;
    spawn(&mut loops, polls.ended());
    let (edited_tx, mut edited) = mpsc::channel(1);
    spawn(&mut loops, edits::run(shared.clone(), folder.clone(), edited_tx));
    spawn(&mut loops, edits::review(shared.clone(), deliverer.clone()));
    spawn(&mut loops, assess_loop(shared.clone(), assessor));
    spawn(&mut loops, seal_loop(shared.clone(), deliverer.clone()));
    spawn(&mut loops, send_loop(shared.clone(), deliverer));
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
