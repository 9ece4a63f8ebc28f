//! Whether the wall clock keeps pace with the one that nobody can set.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::Timestamp;

/// A step back by less is a clock that is being corrected, and costs nothing.
const STEP: Duration = Duration::from_secs(60);

/// Both clocks as they were last looked at.
pub(super) struct Pace {
    wall: Timestamp,
    monotonic: Instant,
    /// The wall clock went back, and nobody has acted on it yet.
    owed: bool,
}

impl Pace {
    /// From now on.
    pub(super) fn from(now: Timestamp) -> Self {
        Self { wall: now, monotonic: Instant::now(), owed: false }
    }

    /// Whether the wall clock went back since it was last [acted on](Self::acted).
    pub(super) fn went_back(&mut self, now: Timestamp) -> bool {
        let expected = self.wall.plus(self.monotonic.elapsed());
        let owed = self.owed || expected.since(now) > STEP;
        *self = Self { owed, ..Self::from(now) };
        owed
    }

    /// What follows from a clock that went back is done.
    pub(super) fn acted(&mut self) {
        self.owed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_step_back_is_told() {
        let start = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        let mut pace = Pace::from(start);
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert!(!pace.went_back(start.plus(Duration::from_secs(3590))));
        assert!(!pace.went_back(start.plus(Duration::from_secs(24 * 3600))));
        assert!(pace.went_back(start));
        assert!(pace.went_back(start), "nobody has acted on it");
        pace.acted();
        assert!(!pace.went_back(start));
    }
}
