//! Coverage: what a mail says about how well we looked.

use std::time::Duration;

use super::looked::{Thin, Unread};
use super::source::{Gap, SourceState};
use super::{Guard, Health, Named, Source, SourceId, Timestamp};

/// A source that was read is stale when nothing was read for this long and for four intervals: a
/// server may ask for a day between polls.
pub const STALE: Duration = Duration::from_secs(26 * 3600);

/// What readers are told about coverage between two instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Sources in force, with their state now.
    pub sources: Vec<SourceCoverage>,
    /// Items first seen in the window.
    pub items_read: u64,
    /// Newest publication (or first sight) among them.
    pub newest: Option<Timestamp>,
    /// Gaps noticed in the window.
    pub gaps: Vec<Gap>,
    /// Stretches of the window in which nothing was polled, on purpose or because the service did not run.
    pub pauses: Vec<Pause>,
    /// Mentions (a company without an alert) in the window, by company.
    pub mentions: Vec<(Named, u64)>,
    /// Held-back hits in the window, by guard: how many.
    pub held_back: Vec<(Guard, u64)>,
    /// The newest items of the window that would have been high if nothing had held them back.
    pub held_high: Vec<HeldHigh>,
    /// How many of those there are.
    pub held_high_count: u64,
    /// Old items recorded at a source's first read and not told, in the window.
    pub baselined: u64,
    /// Sources that a person has paused: they are not read, and not among the sources.
    pub paused: Vec<SourceId>,
    /// Sources that an edit took out in the window, and when; not those whose address is still read.
    pub retired: Vec<(SourceCoverage, Timestamp)>,
    /// How the window was looked at, where it is longer than readers know anyhow.
    pub past: Past,
}

/// What of a longer window was not looked at, though all may be well at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// When the first version of the files came in force, if that was within the window.
    pub began: Option<Timestamp>,
    /// Sources that are read since some time after that.
    pub since: Vec<(SourceId, Timestamp)>,
    /// Stretches in which no source was asked.
    pub stopped: Vec<(Timestamp, Timestamp)>,
    /// Stretches in which a source was not read, and that are over.
    pub unread: Vec<(SourceId, Unread)>,
    /// Stretches in which a source may not have been read: polls are missing.
    pub thin: Vec<(SourceId, Thin)>,
}

/// A stretch in which nothing was polled: on purpose, or because the service did not run. Or one of which that is
/// not known, after a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// The reason, as the middle of a sentence.
    pub why: String,
}

impl Pause {
    /// The reason of a stretch that was nobody's purpose.
    pub const STOPPED: &'static str = "the service did not run";

    /// The reason of a stretch between two rounds that a person or a timer makes.
    pub const BETWEEN_ROUNDS: &'static str = "between two rounds (`once`) nobody looks";

    /// How the reason of a stretch begins of which nothing is known: it lies between a backup and its restore.
    const RESTORED: &'static str = "restored from a backup of ";

    /// The reason of a stretch from a backup, made at this instant, to its restore: whether anybody looked then
    /// stands in the database that was replaced.
    #[must_use]
    pub fn restored(made: Timestamp) -> String {
        format!("{}{made}", Self::RESTORED)
    }

    /// Whether nothing is known of it, for it lies between a backup and its restore.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.why.starts_with(Self::RESTORED)
    }

    /// Whether it is the time between two rounds.
    #[must_use]
    pub fn is_between_rounds(&self) -> bool {
        self.why == Self::BETWEEN_ROUNDS
    }

    /// Whether the service did not run.
    #[must_use]
    pub fn is_stop(&self) -> bool {
        self.why == Self::STOPPED
    }

    /// Takes the stops out of these pauses: from when until when each lasted, at most until `end`.
    pub fn take_stops(pauses: &mut Vec<Self>, end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let stops = pauses.extract_if(.., |one| one.is_stop());
        stops.map(|one| (one.from, one.until.unwrap_or(end))).collect()
    }
}

/// One source in a coverage block.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceCoverage {
    /// The source.
    pub source: Source,
    /// How it is doing.
    pub state: SourceState,
}

impl SourceCoverage {
    /// Whether what the source says reaches us. A list of an authority that has had items and shows none
    /// may be broken as well as quiet, and must be looked at.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.state.health.is_covered() && !self.has_emptied()
    }

    /// Whether it is not in trouble as far as we know, but nothing was read for too long.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let allowed = STALE.max(self.source.interval.saturating_mul(4));
        self.state.last_success.is_none_or(|at| now.since(at) > allowed)
    }

    /// Whether it counts as read: what it says reaches us, and did so lately. The one count for mails, `status` and
    /// figures.
    #[must_use]
    pub fn is_read(&self, now: Timestamp) -> bool {
        self.is_covered() && !self.is_stale(now)
    }

    /// Whether it is an official source that had items and shows none any more.
    #[must_use]
    pub fn has_emptied(&self) -> bool {
        let had_items = self.state.habit.items > 0 || self.state.habit.latest.is_some();
        self.source.official && self.state.health == Health::Empty && had_items
    }
}

/// An item that would have been a high alert, had nothing held it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldHigh {
    /// Its headline.
    pub title: String,
    /// Where it was seen.
    pub source: SourceId,
    /// The address of the article.
    pub link: Option<String>,
    /// What held it back, each reason once.
    pub guards: Vec<Guard>,
}

/// A source that was in trouble and is read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The source.
    pub source: Source,
    /// When the trouble was first noted.
    pub from: Timestamp,
    /// Since when it is read again.
    pub until: Timestamp,
    /// What was wrong, in words.
    pub error: String,
}
