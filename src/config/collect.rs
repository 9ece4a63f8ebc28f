//! `[collect]`: how often and how gently sources are polled.

use std::time::Duration;

use super::table::{Table, Unfit};
use super::{defaults, duration};
use crate::model::FirstRun;

/// `[collect]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collect {
    /// Time between polls of an ordinary source.
    pub interval: Duration,
    /// Time between polls of an official source.
    pub official_interval: Duration,
    /// Requests at the same time to one host.
    pub per_host: u32,
    /// Pause between requests to one host; zero is none.
    pub pause: Duration,
    /// Whether addresses of private networks may be read.
    pub allow_private: bool,
    /// What the first successful read of a source tells.
    pub first_run: FirstRun,
}

impl Default for Collect {
    fn default() -> Self {
        Self {
            interval: defaults::INTERVAL,
            official_interval: defaults::OFFICIAL_INTERVAL,
            per_host: defaults::PER_HOST,
            pause: defaults::PAUSE,
            allow_private: defaults::ALLOW_PRIVATE,
            first_run: defaults::FIRST_RUN,
        }
    }
}

/// Reads `[collect]`.
pub(super) fn read(mut table: Table<'_>) -> Collect {
    let default = Collect::default();
    let interval = table.duration("interval", duration::SECOND);
    let official_interval = table.duration("official_interval", duration::SECOND);
    let per_host = table.number("per_host", 1..=256);
    let pause = table.duration("pause", Duration::ZERO);
    let allow_private = table.boolean("allow_private");
    let first_run = table.parsed("first_run", first_run);
    table.finish(&[]);
    Collect {
        interval: interval.map_or(default.interval, |one| one.value),
        official_interval: official_interval.map_or(default.official_interval, |one| one.value),
        per_host: per_host.map_or(default.per_host, |one| one.value),
        pause: pause.map_or(default.pause, |one| one.value),
        allow_private: allow_private.map_or(default.allow_private, |one| one.value),
        first_run: first_run.map_or(default.first_run, |one| one.value),
    }
}

/// A duration, "all" or "none".
pub(super) fn first_run(text: &str) -> Result<FirstRun, Unfit> {
    match text {
        "all" => Ok(FirstRun::All),
        "none" => Ok(FirstRun::None),
        _ => duration::parse(text, duration::SECOND).map(FirstRun::Within).map_err(|_| {
            Unfit::new(format!("\"{text}\" is neither a duration nor \"all\" nor \"none\""))
                .accepts("a duration like \"7d\", \"all\", \"none\"")
        }),
    }
}
