//! What the loops have done since the start: counters that only grow.
//!
//! Labels come from lists in the program, never from sources, readers or addresses: the number of
//! series stays the same however long the files are.

use std::sync::atomic::{AtomicI64, Ordering};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::model::canary::is_synthetic;
use crate::model::{MailState, Timestamp};
use crate::pipeline::assess::Assessed;
use crate::pipeline::deliver::Handed;
use crate::pipeline::poll::Report;

/// One label with one of a few values.
pub(super) type Label = [(&'static str, &'static str); 1];

/// The counters. Clones share them.
#[derive(Debug, Default)]
pub(in crate::daemon) struct Tally {
    pub(super) polls: Family<Label, Counter>,
    pub(super) items: Family<Label, Counter>,
    pub(super) assessed: Counter,
    pub(super) alerts: Counter,
    pub(super) notices: Counter,
    pub(super) attempts: Family<Label, Counter>,
    pub(super) troubles: Counter,
    /// When a poll last ended; 0: none has.
    polled: AtomicI64,
    /// When a step last failed; 0: none has.
    troubled: AtomicI64,
}

impl Tally {
    /// Every series at nought: one that first appears with its first event hides that event from
    /// rates.
    pub(in crate::daemon) fn start() -> Self {
        let tally = Self::default();
        for outcome in ["read", "failed"] {
            drop(tally.polls.get_or_create(&[("outcome", outcome)]));
        }
        for kind in ["new", "edited"] {
            drop(tally.items.get_or_create(&[("kind", kind)]));
        }
        for state in MailState::ALL {
            if !matches!(state, MailState::Pending | MailState::Sending) {
                drop(tally.attempts.get_or_create(&[("outcome", state.as_str())]));
            }
        }
        tally
    }

    /// A poll ended and what it brought is stored. A canary's counts for nothing.
    pub(in crate::daemon) fn polled(&self, report: &Report, now: Timestamp) {
        if is_synthetic(&report.source) {
            return;
        }
        let outcome = if report.failed { "failed" } else { "read" };
        self.polls.get_or_create(&[("outcome", outcome)]).inc();
        for (kind, items) in [("new", report.new), ("edited", report.edited)] {
            self.items.get_or_create(&[("kind", kind)]).inc_by(items as u64);
        }
        self.polled.store(now.millis(), Ordering::Relaxed);
    }

    /// A batch was judged.
    pub(in crate::daemon) fn judged(&self, done: &Assessed) {
        self.assessed.inc_by(done.items);
        self.alerts.inc_by(done.alerts);
        self.notices.inc_by(done.notices);
    }

    /// An attempt to hand over a mail left it in this state. A canary's counts for nothing.
    pub(in crate::daemon) fn attempted(&self, handed: Handed) {
        if handed.synthetic {
            return;
        }
        let state = handed.state;
        self.attempts.get_or_create(&[("outcome", state.as_str())]).inc();
    }

    /// A step failed.
    pub(in crate::daemon) fn failed(&self, now: Timestamp) {
        self.troubles.inc();
        self.troubled.store(now.millis(), Ordering::Relaxed);
    }

    /// When a poll last ended.
    pub(super) fn last_poll(&self) -> Option<Timestamp> {
        instant(&self.polled)
    }

    /// When a step last failed.
    pub(super) fn last_trouble(&self) -> Option<Timestamp> {
        instant(&self.troubled)
    }
}

fn instant(at: &AtomicI64) -> Option<Timestamp> {
    Some(at.load(Ordering::Relaxed)).filter(|at| *at != 0).map(Timestamp::from_millis)
}
