//! What the polls of this process tell each other: whether our own network is out.
//!
//! The rule is [`outage`]'s; here is who is asked to wait and who is cleared of blame. Gone with the
//! process: after a restart the first failures show an outage again.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::collect::fetch::Fetched;
use crate::collect::source::Ask;
use crate::collect::source::outage::{self, Network, Verdict};
use crate::model::source::SourceState;
use crate::model::{SourceId, Timestamp};
use crate::store::{FinishedPoll, SourceTask};

/// Shared by all polls. Held while a failure is written, so that whoever shows the outage finds the
/// failures before it in the store, and can take them back.
pub(super) type Shared = Arc<Mutex<Watch>>;

#[derive(Default)]
pub(super) struct Watch {
    network: Network,
    /// Sources that gave no answer lately, with what was remembered before.
    suspects: HashMap<SourceId, Suspect>,
}

struct Suspect {
    address: String,
    before: SourceState,
    started: Timestamp,
    ended: Timestamp,
}

impl Watch {
    pub(super) fn out_since(&self) -> Option<Timestamp> {
        self.network.out_since()
    }

    /// Hears what came of a poll, and tells since when our own outage is to blame for it, if it is.
    pub(super) fn hear(
        &mut self,
        task: &SourceTask,
        ask: &Ask,
        fetched: &Fetched,
        (started, ended): (Timestamp, Timestamp),
    ) -> Option<Timestamp> {
        let answered = !outage::is_unanswered(fetched);
        let host = outage::host(&ask.address);
        let steady = task.state.failures == 0;
        let verdict = self.network.hear(host, answered, steady, ended);
        self.suspects.remove(&task.source.id);
        match verdict {
            Verdict::Theirs if !answered && steady => {
                let address = task.source.url.clone();
                let suspect = Suspect { address, before: task.state.clone(), started, ended };
                self.suspects.insert(task.source.id.clone(), suspect);
                None
            }
            Verdict::Theirs => None,
            Verdict::Ends(since) => {
                tracing::info!("the network is back: it was out since {since}");
                None
            }
            Verdict::Begins(since) => {
                tracing::error!(
                    "no host has answered since {since}: our own network is out; no source is \
                     blamed, and all are polled again as soon as it is back"
                );
                Some(since)
            }
            Verdict::Ours(since) => Some(since),
        }
    }

    /// The failures since then, as polls that blame nobody.
    pub(super) fn cleared(&mut self, since: Timestamp, now: Timestamp) -> Vec<FinishedPoll> {
        let suspects = self.suspects.drain().filter(|(_, one)| one.ended >= since);
        suspects
            .map(|(source, one)| {
                let (state, next_poll) = outage::spared(&one.before, one.started, since, now);
                FinishedPoll {
                    source,
                    address: one.address,
                    started: one.started,
                    ended: now,
                    status: None,
                    bytes: 0,
                    entries: None,
                    new: Vec::new(),
                    edited: Vec::new(),
                    seen: Vec::new(),
                    rekeyed: Vec::new(),
                    gap: None,
                    quiet: false,
                    state,
                    next_poll,
                }
            })
            .collect()
    }
}
