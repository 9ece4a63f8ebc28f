//! How things stand at a moment, gathered for whoever asks: plain data, no words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::disk;
use super::super::shared::Shared;
use crate::model::source::Health;
use crate::model::{MailState, Timestamp};
use crate::pipeline::deliver::Deliverer;
use crate::pipeline::poll::Poller;
use crate::store::StoreError;

/// How the service stands.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The moment.
    pub now: Timestamp,
    /// When the service started.
    pub started: Timestamp,
    /// Loops that have been silent for too long.
    pub silent: Vec<&'static str>,
    /// When a step last failed.
    pub last_trouble: Option<Timestamp>,
    /// When a poll last ended.
    pub last_poll: Option<Timestamp>,
    /// When the next source is due, or has been due since.
    pub next_due: Option<Timestamp>,
    /// Since when our own network has been out.
    pub network_out: Option<Timestamp>,
    /// Since when no mail gets out.
    pub mail_down: Option<Timestamp>,
    /// When the database was restored, while mails are held since.
    pub held: Option<Timestamp>,
    /// When the oldest mail that still waits was sealed.
    pub oldest_waiting: Option<Timestamp>,
    /// Sources in force, and items stored of them, by health.
    pub sources: BTreeMap<Health, (u64, u64)>,
    /// How many of them count as read, as mails count them.
    pub sources_read: u64,
    /// Mails by state.
    pub mails: BTreeMap<MailState, u64>,
    /// The version of the files in force.
    pub version: u64,
    /// Whether an edit was refused and waits to be mended.
    pub edit_refused: bool,
    /// Mistakes for which a piece of the version in force is not used.
    pub left_out: usize,
    /// Readers in force.
    pub readers: usize,
    /// Bytes free on the disk of the state.
    pub free: Option<u64>,
}

/// What looks. Keeps nothing.
pub(in crate::daemon) struct Eye {
    pub(super) shared: Shared,
    pub(in crate::daemon) deliverer: Deliverer,
    pub(in crate::daemon) poller: Poller,
    /// Where the state lies.
    pub(in crate::daemon) folder: PathBuf,
    pub(in crate::daemon) started: Timestamp,
}

impl Eye {
    pub(in crate::daemon) fn new(
        shared: Shared,
        deliverer: Deliverer,
        poller: Poller,
        folder: PathBuf,
    ) -> Self {
        let started = shared.now();
        Self { shared, deliverer, poller, folder, started }
    }

    /// Looks at loops, machine and store.
    pub(super) async fn look(&self) -> Result<View, StoreError> {
        let store = &self.shared.ground.store;
        let archive = store.archive();
        let in_force = std::sync::Arc::clone(&self.shared.current.borrow());
        let now = self.shared.now();
        Ok(View {
            now,
            started: self.started,
            silent: self.shared.pulse.silent(),
            last_trouble: self.shared.tally.last_trouble(),
            last_poll: self.shared.tally.last_poll(),
            next_due: store.next_due().await?,
            network_out: self.poller.out_since().await,
            mail_down: self.deliverer.mail_down().map(|(since, _)| since),
            held: store.held().await?.map(|restore| restore.at),
            oldest_waiting: archive.oldest_waiting().await?,
            sources: archive.sources_by_health().await?,
            sources_read: archive.sources_read(now).await?,
            mails: archive.outbox().await?,
            version: in_force.version,
            edit_refused: in_force.rejected.is_some(),
            left_out: in_force.left_out.len(),
            readers: in_force.readers.len(),
            free: disk::free_space(&self.folder).ok(),
        })
    }
}
