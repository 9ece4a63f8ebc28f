//! The first round: after a stop, digests wait until what was due at the start has been read and judged.
//!
//! Sealed at once, a digest says "no matches" of a time in which nobody looked, and what the first polls bring
//! comes a day late. A machine that slept, or a clock that leaps ahead, makes a start as good as any.

use std::time::Duration;

use super::Deliverer;
use super::seal::Sealed;
use crate::model::Timestamp;
use crate::store::StoreError;

/// The longest wait: sources that nobody gets round to must not hold what is owed.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// How often it is looked whether the round is over.
const LOOK: Duration = Duration::from_secs(2);

/// It is looked what is due once a minute at least, so after so long nobody ran.
const SLEPT: Duration = Duration::from_secs(10 * 60);

/// What is known of rounds; nothing until somebody asks for it, so that digests on demand wait for nobody.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// When it was last looked what is due.
    looked: Option<Timestamp>,
    /// The start whose round is waited for.
    start: Option<Timestamp>,
    /// Whether that round was over as this look at what is due began.
    over: bool,
}

impl Deliverer {
    /// The service starts: digests, and what the operator is told daily, wait for the first round.
    pub fn catch_up_first(&self) {
        let now = self.ground.clock.now();
        self.memory().rounds = Rounds { looked: Some(now), start: Some(now), over: false };
    }

    /// Whether digests are to wait.
    pub(super) fn catches_up(&self) -> bool {
        self.memory().rounds.start.is_some()
    }

    /// Looks whether the round is over. Digests go out at the next look only: what this one takes for the
    /// present may lie before what the round brought.
    pub(super) async fn look_whether_caught_up(
        &self,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), StoreError> {
        let start = {
            let mut memory = self.memory();
            let Some(looked) = memory.rounds.looked else { return Ok(()) };
            memory.rounds.looked = Some(now);
            if std::mem::take(&mut memory.rounds.over) {
                memory.rounds.start = None;
            }
            if now > looked && now.since(looked) > SLEPT {
                memory.rounds.start = Some(now);
            }
            // On a full disk nothing is polled.
            let hopeless = memory.tight.is_some();
            let Some(start) = memory.rounds.start else { return Ok(()) };
            if hopeless || now < start || now.since(start) >= LONGEST {
                memory.rounds.over = true;
            }
            start
        };
        if !self.memory().rounds.over && !self.ground.store.first_round_owed(start).await? {
            self.memory().rounds.over = true;
        }
        sealed.wake_at(Some(now.plus(LOOK)));
        Ok(())
    }
}
