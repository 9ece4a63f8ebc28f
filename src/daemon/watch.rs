//! Looking after ourselves: room on the disk, our own network, and the second channel.
//!
//! Beside the loops that do the work, so that nothing here delays them; what it finds it hands to the
//! step that tells the operator.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;

use super::disk::Shortage;
use super::shared::{Shared, trouble};
use crate::model::Timestamp;
use crate::pipeline::canary::Keeper;
use crate::pipeline::channel::{Messenger, Vitals};
use crate::pipeline::deliver::{Deliverer, Tight};
use crate::pipeline::poll::Poller;
use crate::store::StoreError;

/// The first sign of life waits until the loops have had their first turn.
const BEFORE_WATCHING: Duration = Duration::from_secs(2);

/// What looks after the machine and the second channel.
pub(super) struct Watch {
    messenger: Messenger,
    deliverer: Deliverer,
    poller: Poller,
    keeper: Keeper,
    network_out: Option<Timestamp>,
    /// Whether the store knows that nothing is polled; unknown at first.
    paused: Option<bool>,
}

impl Watch {
    pub(super) fn new(
        messenger: Messenger,
        deliverer: Deliverer,
        poller: Poller,
        keeper: Keeper,
    ) -> Self {
        Self { messenger, deliverer, poller, keeper, network_out: None, paused: None }
    }

    /// Looks at disk and network and tells the deliverer. Answers since when the network is out.
    async fn look(&mut self, shared: &Shared) -> Option<Timestamp> {
        let now = shared.now();
        let out = self.poller.out_since().await;
        if let (Some(from), None) = (self.network_out, out) {
            self.deliverer.hear_of_network(from, now);
        }
        self.network_out = out;
        self.hear_of_disk(shared, shared.room.look(now), now).await;
        out
    }

    /// Tells the deliverer of the disk, and the store when polling pauses or goes on.
    async fn hear_of_disk(&mut self, shared: &Shared, short: Option<Shortage>, now: Timestamp) {
        self.deliverer.hear_of_disk(short.as_ref().map(|short| Tight {
            folder: shared.room.folder().display().to_string(),
            free: short.free,
            floor: short.floor,
        }));
        if self.paused == Some(short.is_some()) {
            return;
        }
        let at = short.as_ref().map_or(now, |short| short.since);
        let why = short.as_ref().map(Shortage::why);
        match &why {
            Some(why) => tracing::warn!("nothing is polled until there is room: {why}"),
            None if self.paused.is_some() => tracing::info!("there is room: polling goes on"),
            None => {}
        }
        match shared.ground.store.hold_polling(why, at).await {
            Ok(()) => self.paused = Some(short.is_some()),
            Err(error) => {
                trouble(shared, "note that polling pauses or goes on", &error);
            }
        }
        if short.is_some() {
            // The operator is told at once.
            shared.wake_sealing();
        }
    }
}

/// Once a minute: the machine, a sign of life if all is well, the alarm if mail is down.
pub(super) async fn run(shared: Shared, mut watch: Watch) -> &'static str {
    shared.rest(Some(shared.now().plus(BEFORE_WATCHING)), &Notify::new()).await;
    while !shared.stopping() {
        match shared.ground.store.keep_alone() {
            Ok(()) => {}
            Err(error @ StoreError::Held { .. }) => {
                // Two at one store would tell readers twice.
                tracing::error!(%error, "the lock file was deleted under us: {error}; stopping");
                return "watch";
            }
            Err(error) => {
                trouble(&shared, "make sure that nobody else works on the store", &error);
            }
        }
        let network_out = watch.look(&shared).await;
        let failed = shared.failed.swap(false, Ordering::Relaxed);
        // While mails are held after a restore nobody is told anything: that is not well.
        let held = shared.ground.store.held().await.is_ok_and(|held| held.is_some());
        let vitals = Vitals {
            sound: !failed && !held && shared.pulse.silent().is_empty(),
            mail_down: watch.deliverer.mail_down(),
            network_out,
            canary_missing: watch.keeper.missing(),
            operator_unheard: None,
        };
        if let Err(error) = shared.ground.store.note_size(shared.now()).await {
            trouble(&shared, "note how large the database is", &error);
        }
        let channel = shared.current.borrow().channel.clone();
        let mut stop = shared.stop.clone();
        tokio::select! {
            done = watch.messenger.cycle(&channel, &vitals) => if let Err(error) = done {
                trouble(&shared, "look how long mails wait", &error);
            },
            _ = stop.wait_for(|stop| *stop) => {}
        }
        shared.rest(None, &shared.crowded).await;
    }
    "watch"
}
