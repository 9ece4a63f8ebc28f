//! What polls came to, for whoever watches.

use crate::model::canary::is_synthetic;
use crate::model::{SourceId, Timestamp};

/// What became of one poll, for whoever watches.
#[derive(Clone, Debug)]
pub struct Report {
    /// The source.
    pub source: SourceId,
    /// Items not known before.
    pub new: usize,
    /// Known items that changed.
    pub edited: usize,
    /// What is wrong, if anything is; of a source that was read, only when it is news.
    pub trouble: Option<String>,
    /// Whether it brought neither a readable document nor a 304.
    pub failed: bool,
    /// When it is polled next, where that was written.
    pub again: Option<Timestamp>,
}

/// Sums of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolledSum {
    /// Sources polled.
    pub sources: u64,
    /// Of these, those that brought no readable document.
    pub failed: u64,
    /// Items not known before.
    pub new: u64,
    /// Known items that changed.
    pub edited: u64,
    /// Sources that were due and not asked, because our own network is out.
    pub left: u64,
    /// Since when it is, if that is why the round ended early.
    pub out_since: Option<Timestamp>,
}

impl PolledSum {
    pub(super) fn add(&mut self, report: &Report) {
        if is_synthetic(&report.source) {
            return;
        }
        self.sources += 1;
        self.failed += u64::from(report.failed);
        self.new += report.new as u64;
        self.edited += report.edited as u64;
    }
}

/// Says it in the log.
pub(super) fn tell(report: &Report, status: Option<u16>) {
    let source = report.source.as_str();
    match &report.trouble {
        Some(trouble) if report.failed => {
            tracing::warn!(source, status, "source {source} could not be read: {trouble}");
        }
        Some(trouble) => tracing::info!(source, status, "source {source}: {trouble}"),
        None => tracing::debug!(
            source,
            status,
            new = report.new,
            edited = report.edited,
            "polled {source}"
        ),
    }
}
