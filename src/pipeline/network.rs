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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::collect::fetch::{Answer, Failure, FailureKind};
    use crate::model::Source;
    use crate::model::source::FirstRun;

    fn task(id: &str) -> SourceTask {
        let source = Source {
            id: SourceId::new(id),
            url: format!("https://{id}.test/feed"),
            official: false,
            lang: None,
            interval: Duration::from_secs(60),
            allow_private: false,
            first_run: FirstRun::All,
        };
        SourceTask { source, state: SourceState::new(Timestamp::from_millis(0)) }
    }

    #[test]
    fn who_answered_before_an_outage_showed_is_not_set_back_by_it() {
        let mut watch = Watch::default();
        let mut hear = |id: &str, answers: bool, second: i64| {
            let (task, at) = (task(id), Timestamp::from_millis(second * 1_000));
            let ask = Ask { address: task.source.url.clone(), validators: None };
            let words = "no answer".to_owned();
            let none = Failure { kind: FailureKind::Retry, status: None, retry_after: None, words };
            let came = match answers {
                true => Fetched::NotModified(Answer::default()),
                false => Fetched::Failed(none),
            };
            watch.hear(&task, &ask, &came, (at, at))
        };
        for (id, answers) in [("a", false), ("b", false), ("a", true), ("c", false), ("d", false)] {
            assert_eq!(hear(id, answers, 1), None, "{id}");
        }
        assert_eq!(hear("e", false, 2), Some(Timestamp::from_millis(1_000)));
        let cleared = watch.cleared(Timestamp::from_millis(1_000), Timestamp::from_millis(2_000));
        let mut ids: Vec<&str> = cleared.iter().map(|poll| poll.source.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["b", "c", "d"]);
    }
}
