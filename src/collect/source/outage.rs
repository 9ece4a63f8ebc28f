//! Telling an outage of our own network from the troubles of sources.
//!
//! When several hosts that used to answer stop at once, and hardly any other answers, the fault is on
//! our side: no source is blamed, and all wait for the first answer. What a host was before counts:
//! three feeds that have been dead for weeks are no outage. Pure; remembers a few hosts only.

use std::collections::VecDeque;
use std::time::Duration;

use crate::collect::fetch::{FailureKind, Fetched};
use crate::model::Timestamp;
use crate::model::source::SourceState;

/// Fewer hosts than this may well fail at the same time by themselves.
const HOSTS: usize = 3;

/// The hosts that are looked at: those heard of last.
const REMEMBERED: usize = 10;

/// … within this time.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// A source that an outage kept from being read is tried again after this.
pub const AGAIN: Duration = Duration::from_secs(60);

/// What was heard of the network lately.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The last word of each host, oldest first.
    heard: VecDeque<Heard>,
    since: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Heard {
    host: String,
    answered: bool,
    at: Timestamp,
}

/// Whose trouble a request without an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The host answered, or the failure is its own.
    Theirs,
    /// This failure shows an outage of our own: failures since this instant are part of it.
    Begins(Timestamp),
    /// An outage goes on.
    Ours(Timestamp),
    /// This answer ends it.
    Ends(Timestamp),
}

impl Network {
    /// Hears what came of a request to a host. `steady` says that its last poll was good.
    pub fn hear(&mut self, host: &str, answered: bool, steady: bool, at: Timestamp) -> Verdict {
        if !answered && !steady && self.since.is_none() {
            // Its old trouble goes on: no news.
            return Verdict::Theirs;
        }
        let before = self.heard.iter().position(|one| one.host == host);
        let failed_before =
            before.and_then(|at| self.heard.remove(at)).is_some_and(|one| !one.answered);
        self.heard.push_back(Heard { host: host.to_owned(), answered, at });
        while self.heard.len() > REMEMBERED {
            self.heard.pop_front();
        }
        match self.since {
            Some(since) if answered && (failed_before || self.first_failure(at).is_none()) => {
                self.since = None;
                self.heard.retain(|one| one.answered);
                Verdict::Ends(since)
            }
            Some(since) => {
                if answered {
                    Verdict::Theirs
                } else {
                    Verdict::Ours(since)
                }
            }
            None => match self.first_failure(at).filter(|_| !answered) {
                Some(since) => {
                    self.since = Some(since);
                    Verdict::Begins(since)
                }
                None => Verdict::Theirs,
            },
        }
    }

    /// Since when the network has been out, if it is.
    #[must_use]
    pub fn out_since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The first of the failures, if nearly all of enough hosts fail.
    fn first_failure(&self, now: Timestamp) -> Option<Timestamp> {
        // In an outage the failures that showed it stay in view, however long it takes.
        let recent = |one: &&Heard| self.since.is_some() || now.since(one.at) <= WINDOW;
        let failing = || self.heard.iter().filter(recent).filter(|one| !one.answered);
        let (failures, all) = (failing().count(), self.heard.iter().filter(recent).count());
        let nearly_all = failures >= HOSTS && failures * 5 >= all * 4;
        failing().map(|one| one.at).min().filter(|_| nearly_all)
    }
}

/// Whether a request got no answer at all: no connection, no name, no headers in time.
#[must_use]
pub fn is_unanswered(fetched: &Fetched) -> bool {
    matches!(fetched, Fetched::Failed(failure)
        if failure.kind == FailureKind::Retry && failure.status.is_none())
}

/// What is remembered of a source that our own outage kept from being read: what was, and why there
/// is nothing newer.
#[must_use]
pub fn spared(
    before: &SourceState,
    started: Timestamp,
    since: Timestamp,
    now: Timestamp,
) -> (SourceState, Timestamp) {
    let mut state = before.clone();
    state.last_poll = Some(started);
    state.error = Some(format!(
        "no host has answered since {since}: our own network is out, the source is not to blame"
    ));
    (state, now.plus(AGAIN))
}

/// The host of an address, with its port if it names one. Once for every poll: cut out, not parsed.
#[must_use]
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}
