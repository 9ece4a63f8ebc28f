//! What another watchlist would make of the same items: alerts gained and lost.
//!
//! Plain sums and samples, bounded by the watchlist's length and never by the number of items.

use serde::{Deserialize, Serialize};

use super::{ItemId, Severity, SourceId, Timestamp};

/// The difference between two watchlists over the items first seen in a window.
///
/// An alert is here an item (its newest revision) that the watchlist says is to be told; its copies
/// alert as well and are counted beside. So `before + gained - lost` is `after`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// From when on items were looked at, by first sight.
    pub since: Timestamp,
    /// Until when (not included).
    pub until: Timestamp,
    /// Items that were matched.
    pub items: u64,
    /// What the earlier watchlist tells.
    pub before: AlertCount,
    /// What the later one tells.
    pub after: AlertCount,
    /// Told by the later one alone.
    pub gained: AlertCount,
    /// Told by the earlier one alone.
    pub lost: AlertCount,
    /// Told by both, with another severity, company or topic.
    pub changed: u64,
    /// High before, and milder or nothing after.
    pub high_lost: u64,
    /// Companies that gain or lose, those that change most first.
    pub companies: Vec<Shift>,
    /// Topics that gain or lose, those that change most first.
    pub topics: Vec<Shift>,
    /// Each day of the window.
    pub days: Vec<DayCount>,
    /// Some of what is gained, gravest and newest first.
    pub gained_samples: Vec<Sample>,
    /// Some of what is lost.
    pub lost_samples: Vec<Sample>,
    /// Some of what is told otherwise.
    pub changed_samples: Vec<Sample>,
}

/// How many alerts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertCount {
    /// All of them, copies included.
    pub alerts: u64,
    /// Those of high severity.
    pub high: u64,
    /// Those that repeat the text of an earlier one from another source: readers see them folded.
    pub copies: u64,
}

impl AlertCount {
    /// Alerts that repeat no other.
    #[must_use]
    pub fn distinct(self) -> u64 {
        self.alerts - self.copies
    }

    /// Counts one more.
    pub fn add(&mut self, severity: Severity, copy: bool) {
        self.alerts += 1;
        self.high += u64::from(severity == Severity::High);
        self.copies += u64::from(copy);
    }
}

/// Alerts that name a company or a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Alerts that name it before.
    pub before: u64,
    /// Alerts that name it after.
    pub after: u64,
    /// Those that name it only after.
    pub gained: u64,
    /// Those that name it only before.
    pub lost: u64,
}

/// Alerts of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// The civil day in the desk's zone, as 2026-11-23.
    pub day: String,
    /// Alerts before.
    pub before: u64,
    /// Alerts after.
    pub after: u64,
}

/// An item that is told otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The item.
    pub item: ItemId,
    /// Where it was seen.
    pub source: SourceId,
    /// Its headline.
    pub title: String,
    /// The address of the article.
    pub link: Option<String>,
    /// When it was first seen.
    pub seen: Timestamp,
    /// Its companies, of the side that tells it (of both: of the later one).
    pub companies: Vec<String>,
    /// Its topics, likewise.
    pub topics: Vec<String>,
    /// Its severity before, if it was told.
    pub before: Option<Severity>,
    /// Its severity after, if it is told.
    pub after: Option<Severity>,
    /// Why it is told, in words.
    pub why: Vec<String>,
    /// Why the other watchlist does not tell it so, in words.
    pub why_not: Vec<String>,
}

/// Which change is so large that somebody must say that it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Losing more than this part of the alerts, in percent.
    pub lost_percent: u64,
    /// Having more than so many times the alerts.
    pub gained_times: u64,
    /// Gains below this many are no flood, however few there were.
    pub gained_least: u64,
}

impl Limits {
    /// Over 20 % lost, or over five times as many and at least ten more.
    pub const USUAL: Self = Self { lost_percent: 20, gained_times: 5, gained_least: 10 };
}

impl Difference {
    /// Whether anything is told otherwise.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.gained.alerts == 0 && self.lost.alerts == 0 && self.changed == 0
    }

    /// Why somebody must say that this is meant: in words, nothing when nobody must. Copies do not
    /// count: how often a text is repeated is the outlets' doing.
    #[must_use]
    pub fn grave(&self, limits: Limits) -> Vec<String> {
        let mut why = Vec::new();
        let (before, after) = (self.before.distinct(), self.after.distinct());
        let lost = self.lost.distinct();
        if lost * 100 > before * limits.lost_percent {
            why.push(format!("it loses {lost} of {before} alerts"));
        }
        if self.high_lost > 0 {
            let alerts = if self.high_lost == 1 { "high alert" } else { "high alerts" };
            why.push(format!("it loses {} {alerts}", self.high_lost));
        }
        if after > before * limits.gained_times && after - before >= limits.gained_least {
            why.push(format!("it makes {after} alerts of {before}"));
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_grave_by_what_it_loses_and_by_what_it_floods() {
        let check = |before: u64, gained: u64, lost: u64, high_lost: u64, expected: &str| {
            let count = |alerts| AlertCount { alerts, ..AlertCount::default() };
            let difference = Difference {
                before: count(before),
                gained: count(gained),
                lost: count(lost),
                after: count(before + gained - lost),
                high_lost,
                ..Difference::default()
            };
            assert_eq!(difference.grave(Limits::USUAL).join("; "), expected);
        };
        check(0, 0, 0, 0, "");
        check(100, 0, 20, 0, "");
        check(100, 0, 21, 0, "it loses 21 of 100 alerts");
        check(100, 30, 21, 0, "it loses 21 of 100 alerts");
        check(100, 0, 1, 1, "it loses 1 high alert");
        check(100, 400, 0, 0, "");
        check(100, 401, 0, 0, "it makes 501 alerts of 100");
        check(0, 9, 0, 0, "");
        check(0, 10, 0, 0, "it makes 10 alerts of 0");
    }
}
