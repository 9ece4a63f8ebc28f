//! What the loops of the service share: ground, the version in force, wake-ups, and the stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::watch::Receiver;

use super::disk::Room;
use super::health::Pulse;
use super::status::tally::Tally;
use crate::model::Timestamp;
use crate::pipeline::{Ground, InForce};
use crate::store::StoreError;

/// No loop sleeps longer: a wall clock that was set is noticed within this time.
pub(super) const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// After a store that failed: long enough not to spin on a full disk, short enough to resume soon
/// after space returns.
pub(super) const AFTER_TROUBLE: Duration = Duration::from_secs(10);

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
    pub(super) collected: Arc<Notify>,
    /// Notices were made.
    pub(super) decided: Arc<Notify>,
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
    pub(super) fn fail(&self) {
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

/// Says what failed and when to try again.
pub(super) fn trouble(shared: &Shared, attempted: &str, error: &StoreError) -> Timestamp {
    shared.fail();
    tracing::error!(%error, "could not {attempted}: {error}; trying again soon");
    shared.now().plus(AFTER_TROUBLE)
}
