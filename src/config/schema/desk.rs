//! `sources.toml` and `readers.toml`, as written.

use schemars::JsonSchema;

use super::watchlist::Severity;
use super::{Day, Span, Text};

/// What is read.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "watchlistd: sources.toml")]
pub struct SourcesFile {
    /// A feed.
    pub source: Option<Vec<Source>>,
}

/// A feed with a stable id.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Source {
    /// All history belongs to it; keep it when the address changes.
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))]
    pub id: String,
    /// http or https.
    #[schemars(regex(pattern = r"^https?://"))]
    pub url: String,
    /// The one kind so far: feed.
    pub kind: Option<Kind>,
    /// An authority speaking for itself: read more often, and may alert without a company.
    pub official: Option<bool>,
    /// Language of its items, as a BCP 47 tag, when the feed does not say or says it wrongly.
    #[schemars(regex(pattern = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"))]
    pub lang: Option<String>,
    /// Time between polls.
    pub interval: Option<Span>,
    /// Whether addresses of private networks may be read.
    pub allow_private: Option<bool>,
    /// What the first successful read tells: a span, "all" or "none".
    pub first_run: Option<FirstRun>,
    /// Not to be read until this is taken away; its history is kept.
    pub paused: Option<bool>,
}

/// Kinds of sources.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Kind {
    /// RSS, Atom or JSON Feed.
    Feed,
}

/// A span, "all" or "none".
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct FirstRun(#[schemars(regex(pattern = r"^([0-9]+(ms|s|m|h|d)|all|none)$"))] pub String);

/// Who is told what, when, how loudly.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "watchlistd: readers.toml")]
pub struct ReadersFile {
    /// One or more addresses with a schedule, filters and an urgency.
    pub reader: Option<Vec<Reader>>,
}

/// A reader.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Reader {
    /// The name.
    pub name: Text,
    /// Addresses.
    #[schemars(length(min = 1))]
    pub to: Vec<Text>,
    /// "weekdays 08:00", "daily 08:00", "mondays 09:00", a crontab, or "never". Default: weekdays 08:00.
    pub digest: Option<Text>,
    /// An IANA zone. Default: that of watchlistd.toml.
    pub timezone: Option<Text>,
    /// From which severity on a mail goes out at once. Default: high.
    pub urgent: Option<Urgent>,
    /// From which severity on anything is told. Default: medium.
    pub min_severity: Option<Severity>,
    /// Only alerts of these companies, by id, or of these groups. Empty: of all.
    pub companies: Option<Vec<Text>>,
    /// Only alerts of these groups, or of these companies. Empty: of all.
    pub groups: Option<Vec<Text>>,
    /// Only alerts of these topics, by id. Empty: of all.
    pub topics: Option<Vec<Text>>,
    /// Whether a digest without news is sent. Default: send.
    pub when_empty: Option<WhenEmpty>,
    /// Whether mentions are listed one by one.
    pub mentions: Option<bool>,
    /// Items in the body of one digest. Default: 50.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_items: Option<u32>,
    /// Urgent mails an hour, before the rest is folded into one. Default: 6.
    #[schemars(range(min = 1, max = 1_000))]
    pub urgent_per_hour: Option<u32>,
    /// Hours in which medium waits: 22:00-07:00.
    pub quiet: Option<Text>,
    /// Days away, both included, and who is told instead.
    pub away: Option<Away>,
}

/// Days away.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Away {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// The reader who is told instead, by name.
    pub deputy: Option<Text>,
}

/// From which severity on.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Urgent {
    /// High.
    High,
    /// Medium, high too.
    Medium,
    /// Never.
    Never,
}

/// What becomes of an empty digest.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// It is sent: silence is not success.
    Send,
    /// It is not.
    Skip,
}
