//! Looking after ourselves: room on the disk, our own network, and the second channel.
//!
//! Beside the loops that do the work, so that nothing here delays them; what it finds it hands to the
//! step that tells the operator.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;

use super::disk;
use super::run::{Shared, trouble};
use crate::config::Settings;
use crate::model::Timestamp;
use crate::pipeline::canary::Keeper;
use crate::pipeline::channel::{Messenger, Vitals};
use crate::pipeline::deliver::{Deliverer, Tight};
use crate::pipeline::poll::Poller;

/// The first sign of life waits until the loops have had their first turn.
const BEFORE_WATCHING: Duration = Duration::from_secs(2);

/// What looks after the machine and the second channel.
pub(super) struct Watch {
    messenger: Messenger,
    deliverer: Deliverer,
    poller: Poller,
    keeper: Keeper,
    /// Where the state lies.
    folder: PathBuf,
    /// Bytes that should stay free there.
    floor: u64,
    network_out: Option<Timestamp>,
    tight: bool,
}

impl Watch {
    pub(super) fn new(
        messenger: Messenger,
        deliverer: Deliverer,
        poller: Poller,
        keeper: Keeper,
        settings: &Settings,
    ) -> Self {
        Self {
            messenger,
            deliverer,
            poller,
            keeper,
            folder: settings.storage.state_folder().to_path_buf(),
            floor: settings.keep.free_space.value,
            network_out: None,
            tight: false,
        }
    }

    /// Looks at disk and network and tells the deliverer. Answers since when the network is out.
    async fn look(&mut self, now: Timestamp) -> Option<Timestamp> {
        let out = self.poller.out_since().await;
        if let (Some(from), None) = (self.network_out, out) {
            self.deliverer.hear_of_network(from, now);
        }
        self.network_out = out;
        let free = disk::free_space(&self.folder).unwrap_or(u64::MAX);
        let tight = free < self.floor;
        if tight && !self.tight {
            tracing::warn!(
                free,
                "the disk of {} is nearly full: {free} bytes are free, {} should be",
                self.folder.display(),
                self.floor
            );
        }
        self.tight = tight;
        let folder = self.folder.display().to_string();
        self.deliverer.hear_of_disk(tight.then_some(Tight { folder, free, floor: self.floor }));
        out
    }
}

/// Once a minute: the machine, a sign of life if all is well, the alarm if mail is down.
pub(super) async fn run(shared: Shared, mut watch: Watch) -> &'static str {
    let never = Notify::new();
    shared.rest(Some(shared.now().plus(BEFORE_WATCHING)), &never).await;
    while !shared.stopping() {
        let network_out = watch.look(shared.now()).await;
        let failed = shared.failed.swap(false, Ordering::Relaxed);
        // While mails are held after a restore nobody is told anything: that is not well.
        let held = shared.ground.store.held().await.is_ok_and(|held| held.is_some());
        let vitals = Vitals {
            sound: !failed && !held && shared.pulse.silent().is_empty(),
            mail_down: watch.deliverer.mail_down(),
            network_out,
            canary_missing: watch.keeper.missing(),
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
        shared.rest(None, &never).await;
    }
    "watch"
}
