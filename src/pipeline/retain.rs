//! Retain: forget what is past its time, in small steps between the others.
//!
//! What goes cannot be brought back, so the wall clock must be beyond doubt: while it has not kept
//! pace with the monotonic one, nothing is forgotten.

use std::time::Duration;

use tokio::time::Instant;

use super::Ground;
use crate::model::Timestamp;
use crate::store::{Keep, StoreError};

/// How far wall clock and monotonic clock may part in a day of running before the wall clock is
/// doubted: far more than a clock drifts, far less than a wrong date.
const DOUBT: Duration = Duration::from_secs(10 * 60);

/// The step.
pub struct Retainer {
    ground: Ground,
    wall: Timestamp,
    monotonic: Instant,
}

impl Retainer {
    /// A step that trusts the wall clock as it is now.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        let wall = ground.clock.now();
        Self { ground, wall, monotonic: Instant::now() }
    }

    /// Forgets until nothing is past its time, or `stop` says so. Answers whether the clock was
    /// trusted.
    ///
    /// # Errors
    ///
    /// When the store fails; what was forgotten stays forgotten.
    pub async fn run(
        &mut self,
        keep: Keep,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<bool, StoreError> {
        let now = self.ground.clock.now();
        let expected = self.wall.plus(self.monotonic.elapsed());
        self.wall = now;
        self.monotonic = Instant::now();
        if now.since(expected).max(expected.since(now)) > DOUBT {
            tracing::warn!("the clock jumped; nothing is forgotten until it keeps pace");
            return Ok(false);
        }
        while !stop() && !self.ground.store.prune(keep, now).await?.is_nothing() {
            tokio::task::yield_now().await;
        }
        Ok(true)
    }
}
