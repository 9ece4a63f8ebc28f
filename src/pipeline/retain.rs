//! Retain: forget what is past its time, in small steps between the others.
//!
//! What goes cannot be brought back, so the wall clock must be beyond doubt: while it has not kept
//! pace with the monotonic one, and for a week after, nothing is forgotten.

use std::time::Duration;

use tokio::time::Instant;

use super::Ground;
use crate::model::Timestamp;
use crate::store::{Keep, StoreError};

/// After a jump the clock must have kept pace for so long: somebody will have seen by then what day the
/// mails say it is, and nothing is lost by forgetting later.
const PROBATION: Duration = Duration::from_secs(7 * 24 * 3600);

/// How far wall clock and monotonic clock may part in a day of running before the wall clock is
/// doubted: far more than a clock drifts, far less than a wrong date.
const DOUBT: Duration = Duration::from_secs(10 * 60);

/// The step.
pub struct Retainer {
    ground: Ground,
    wall: Timestamp,
    monotonic: Instant,
    /// Until then the clock is on probation.
    doubted_until: Option<Instant>,
}

impl Retainer {
    /// A step that trusts the wall clock as it is now.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        let wall = ground.clock.now();
        Self { ground, wall, monotonic: Instant::now(), doubted_until: None }
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
            tracing::warn!("the clock jumped; nothing is forgotten until it kept pace for a week");
            self.doubted_until = Some(self.monotonic + PROBATION);
        }
        if self.doubted_until.is_some_and(|until| self.monotonic < until) {
            return Ok(false);
        }
        while !stop() && !self.ground.store.prune(keep, now).await?.is_nothing() {
            tokio::task::yield_now().await;
        }
        Ok(true)
    }
}
