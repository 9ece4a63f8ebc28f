//! Readers as written: who is told what, when and how loudly.

use serde::{Deserialize, Serialize};

use super::{Located, Severity};

/// From which severity on a reader gets a mail at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrgentFrom {
    /// High alerts.
    High,
    /// High and medium alerts.
    Medium,
    /// None.
    Never,
}

/// What to do when there is nothing to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// Send the digest all the same: silence is not success.
    Send,
    /// Send nothing.
    Skip,
}

/// Days on which a deputy stands in; both ends are days away.
#[derive(Clone, Debug, PartialEq)]
pub struct Away {
    /// First day, in the reader's zone.
    pub from: Located<chrono::NaiveDate>,
    /// Last day.
    pub until: Located<chrono::NaiveDate>,
    /// The reader who stands in, by name.
    pub deputy: Option<Located<String>>,
}

/// A `[[reader]]` as written, with the defaults filled in. The schedule, the zone and the addresses
/// are text still: `notify` reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderEntry {
    /// The name, unique.
    pub name: Located<String>,
    /// One or more addresses; none where that was told as an error.
    pub to: Vec<Located<String>>,
    /// When: "weekdays 08:00", a crontab, or "never".
    pub digest: Located<String>,
    /// IANA zone in which the schedule and all times are read.
    pub timezone: Located<String>,
    /// From which severity on at once.
    pub urgent: UrgentFrom,
    /// From which severity on at all.
    pub min_severity: Severity,
    /// Companies by id; united with `groups`; empty does not filter.
    pub companies: Vec<Located<String>>,
    /// Groups of companies.
    pub groups: Vec<Located<String>>,
    /// Topics by id; empty does not filter.
    pub topics: Vec<Located<String>>,
    /// Whether an empty digest is sent.
    pub when_empty: WhenEmpty,
    /// Whether the digest lists mentions one by one.
    pub mentions: bool,
    /// How many items a digest lists in its body.
    pub max_items: u32,
    /// How many urgent mails an hour, before the rest is folded into one.
    pub urgent_per_hour: u32,
    /// Hours in which medium alerts wait: "22:00-07:00".
    pub quiet: Option<Located<String>>,
    /// Days away.
    pub away: Option<Away>,
}
