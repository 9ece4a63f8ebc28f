//! A single round: everything that is due, until it is done.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinSet;

use super::poller::Poller;
use super::report::{PolledSum, Report};
use super::running::{LEASE, SCOUTS, WAITING};
use crate::model::SourceId;
use crate::store::{Claim, SourceTask, StoreError};

/// While our own network is out so many more polls find out that it is not back, before the rest is left
/// for another time.
const LAST_TRIES: usize = 12;

/// How often whoever watches a round hears of it. Waking a thread for every source would cost as
/// much as its request.
const GLANCE: Duration = Duration::from_millis(20);

impl Poller {
    /// Polls what is due now (or, with [`Claim::All`], everything that no Retry-After forbids) and
    /// ends when all of it is done. `watch` hears of each source some moments after it ended. While
    /// our own network is out a few are asked still; where none answers the rest is left as it was.
    ///
    /// # Errors
    ///
    /// When the store fails; polls that were finished stay.
    pub async fn drain(
        &self,
        claim: Claim,
        watch: &mut (dyn FnMut(usize, &Report) + Send),
    ) -> Result<PolledSum, StoreError> {
        let now = self.ground.clock.now();
        let lease = now.plus(LEASE);
        let claimed = self.ground.store.claim_due_sources(now, lease, usize::MAX, claim).await?;
        let total = claimed.len();
        let (tell, mut told) = mpsc::unbounded_channel();
        // In a set, so that it ends with us.
        let mut round = JoinSet::new();
        round.spawn(self.clone().round(claimed, tell));
        let mut sum = PolledSum::default();
        let mut reports = Vec::new();
        while told.recv_many(&mut reports, WAITING).await > 0 {
            for report in reports.drain(..) {
                sum.add(&report);
                watch(total, &report);
            }
            tokio::time::sleep(GLANCE).await;
        }
        let left = match round.join_next().await {
            Some(Ok(left)) => left?,
            Some(Err(error)) => {
                tracing::error!(%error, "a round of polls ended in a bug");
                Vec::new()
            }
            None => Vec::new(),
        };
        if !left.is_empty() {
            sum.left = left.len() as u64;
            sum.out_since = self.out_since().await;
            self.ground.store.release_sources(left).await?;
        }
        Ok(sum)
    }

    /// Polls all of these but those that it answers with.
    async fn round(
        self,
        claimed: Vec<SourceTask>,
        tell: UnboundedSender<Report>,
    ) -> Result<Vec<SourceId>, StoreError> {
        let mut running = self.running();
        running.wait_all(claimed);
        self.fill(&mut running);
        let mut patience = None;
        while let Some(ended) = running.next().await {
            let report = ended?;
            let out = report.failed && self.out_since().await.is_some();
            // Nobody may be watching any more.
            let _ = tell.send(report);
            if out {
                running.room = SCOUTS;
                let left = patience.get_or_insert(running.polls.len() + LAST_TRIES);
                *left = left.saturating_sub(1);
            } else if patience.is_some() && self.out_since().await.is_none() {
                running.room = self.places.polls;
                patience = None;
            }
            if patience != Some(0) {
                self.fill(&mut running);
            }
        }
        Ok(running.turns.give_up().into_iter().map(|task| task.source.id).collect())
    }
}
