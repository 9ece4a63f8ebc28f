//! `watchlistd.toml`, as written.

use schemars::JsonSchema;

use super::desk::FirstRun;
use super::{Size, Span, Text};

/// The operator's file.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "watchlistd: watchlistd.toml")]
pub struct ServiceFile {
    /// An address or page at which you are reached; it stands in every request.
    pub contact: Text,
    /// An IANA zone, Europe/Berlin for example.
    pub timezone: Text,
    /// "sqlite:/path/state.db". Default: state.db in $STATE_DIRECTORY, else in /var/lib/watchlistd.
    #[schemars(regex(pattern = r"^sqlite:.*[^/]$"))]
    pub storage: Option<String>,
    /// Who runs it.
    pub operator: Operator,
    /// How often and how gently sources are polled.
    pub collect: Option<Collect>,
    /// How items are matched.
    pub matching: Option<Matching>,
    /// How mails are sent.
    pub mail: Mail,
    /// How long things are kept.
    pub keep: Option<Keep>,
    /// The daily synthetic item.
    pub canary: Option<Canary>,
    /// The status server.
    pub status: Option<Status>,
}

/// Who runs it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Operator {
    /// Addresses.
    #[schemars(length(min = 1))]
    pub to: Vec<Text>,
    /// Where answers to readers' mails go. Default: the first of to.
    pub reply_to: Option<Text>,
    /// Requested each minute in which all went well.
    #[schemars(regex(pattern = r"^https?://"))]
    pub ping_url: Option<String>,
    /// Run when no mail gets out: the program and its arguments.
    pub command: Option<Vec<Text>>,
    /// Who is told what each edit of the watchlist does. Default: reply_to.
    pub editors: Option<Vec<Text>>,
}

/// How often and how gently sources are polled.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Collect {
    /// Time between polls. Default: 30m.
    pub interval: Option<Span>,
    /// The same of official sources. Default: 15m.
    pub official_interval: Option<Span>,
    /// Requests at the same time to one host. Default: 2.
    #[schemars(range(min = 1, max = 256))]
    pub per_host: Option<u32>,
    /// Between requests to one host; "0s" is none. Default: 250ms.
    pub pause: Option<Span>,
    /// Whether addresses of private networks may be read.
    pub allow_private: Option<bool>,
    /// What the first successful read of a source tells: a span, "all" or "none". Default: 7d.
    pub first_run: Option<FirstRun>,
}

/// How items are matched.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Matching {
    /// false: only rules alert. Default: true.
    pub defaults: Option<bool>,
    /// How far back a new term is matched: a span, or "none". Default: 7d.
    pub backfill: Option<Backfill>,
}

/// A span, or "none".
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Backfill(#[schemars(regex(pattern = r"^([0-9]+(ms|s|m|h|d)|none)$"))] pub String);

/// How mails are sent.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Mail {
    /// Default: smtp.
    pub transport: Option<Transport>,
    /// Of the file transport: a Maildir. Default: mail in the state folder.
    pub path: Option<Text>,
    /// The mail server.
    pub host: Option<Text>,
    /// Default: 587, 465 or 25, by tls.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<u32>,
    /// Default: starttls. none: loopback only.
    pub tls: Option<Tls>,
    /// Authorities beside the system's.
    pub ca_file: Option<Text>,
    /// The account.
    pub username: Option<Text>,
    /// A file that holds the password alone.
    pub password_file: Option<Text>,
    /// The sender.
    pub from: Text,
    /// How much a subject says. Default: full.
    pub subject: Option<Subject>,
}

/// Where mails go.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Transport {
    /// To a mail server.
    Smtp,
    /// Into a Maildir.
    File,
}

/// How the way to the mail server is protected.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Tls {
    /// After STARTTLS.
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// How much a subject says.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Subject {
    /// Names and headlines.
    Full,
    /// Counts only.
    Discreet,
}

/// How long things are kept.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Keep {
    /// Text of items without hits. Default: 400d.
    pub items: Option<Span>,
    /// Accounts of polls. Default: 90d.
    pub polls: Option<Span>,
    /// Text of alerted and held-back items. Default: 3650d.
    pub audit: Option<Span>,
    /// Room on the disk below which nothing new is taken in. Default: 200MB.
    pub free_space: Option<Size>,
}

/// The daily synthetic item.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Canary {
    /// When it goes through: 06:00.
    #[schemars(regex(pattern = r"^[0-9]{1,2}:[0-9]{2}$"))]
    pub at: String,
}

/// The status server.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Status {
    /// A loopback address with a port, or unix:/path.
    pub listen: Text,
}
