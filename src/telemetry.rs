//! Logging: where lines go, and the names of the fields that stand in them.
//!
//! A line is readable alone, and carries its ids as fields that have the same name everywhere. No
//! line ever holds an address of a reader, a password or the body of a message or document.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Journald under systemd, else lines for people.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging to standard error or the journal. `wanted` is `RUST_LOG`: levels, alone or for parts of
/// the program (`debug`, `watchlistd=debug,hyper=warn`); what it does not say is logged from `info` on.
/// Called once; a second call changes nothing.
pub fn start(format: LogFormat, wanted: Option<&str>) {
    let (filter, strange) = filter(wanted.unwrap_or(""));
    let registry = tracing_subscriber::registry().with(filter);
    // A subscriber that is already there (a test's) stays: `try_init` says so and nothing is lost.
    let started = match format {
        LogFormat::Json => registry
            .with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr))
            .try_init(),
        LogFormat::Auto if under_systemd() => match tracing_journald::layer() {
            Ok(journal) => registry.with(journal).try_init(),
            Err(_) => registry.with(lines()).try_init(),
        },
        LogFormat::Auto | LogFormat::Text => registry.with(lines()).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    for one in strange {
        tracing::warn!("RUST_LOG: '{one}' is no level, and none for a part of the program");
    }
}

/// What is logged, and what of the wish is not understood. What comes later wins.
fn filter(wanted: &str) -> (Targets, Vec<&str>) {
    // The migration library tells every table at length.
    let mut filter = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("refinery_core", LevelFilter::WARN);
    let mut strange = Vec::new();
    for one in wanted.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        match one.parse::<Targets>() {
            Ok(parsed) => {
                if let Some(level) = parsed.default_level() {
                    filter = filter.with_default(level);
                }
                filter = filter.with_targets(parsed);
            }
            Err(_) => strange.push(one),
        }
    }
    (filter, strange)
}

/// systemd sets `JOURNAL_STREAM` when a service's standard error is the journal.
fn under_systemd() -> bool {
    std::env::var_os("JOURNAL_STREAM").is_some() && !std::io::stderr().is_terminal()
}

fn lines<S>() -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        .with_target(false)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_comes_later_wins_and_nonsense_is_named() {
        let shown = |wanted: &str, target: &str, level: Level| {
            filter(wanted).0.would_enable(target, &level)
        };
        for (wanted, target, level, expected) in [
            ("", "watchlistd::daemon", Level::INFO, true),
            ("", "watchlistd::daemon", Level::DEBUG, false),
            ("", "refinery_core", Level::INFO, false),
            ("debug", "hyper", Level::DEBUG, true),
            ("error", "watchlistd", Level::WARN, false),
            ("watchlistd=debug", "watchlistd::daemon", Level::DEBUG, true),
            ("watchlistd=debug", "hyper", Level::DEBUG, false),
            ("watchlistd=debug", "hyper", Level::INFO, true),
            ("refinery_core=info", "refinery_core", Level::INFO, true),
            (" warn , watchlistd=trace ", "watchlistd", Level::TRACE, true),
            ("warn,nonsense=loud", "hyper", Level::INFO, false),
            ("off", "watchlistd", Level::ERROR, false),
        ] {
            assert_eq!(shown(wanted, target, level), expected, "{wanted} {target} {level}");
        }
        assert_eq!(filter("debug,nonsense=loud").1, ["nonsense=loud"]);
    }
}
