//! Logging: where lines go, and the names of the fields that stand in them.
//!
//! A line is readable alone, and carries its ids as fields that have the same name everywhere. No
//! line ever holds an address of a reader, a password or the body of a message or document.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
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

/// Starts logging to standard error or the journal. `filter` is in the syntax of `RUST_LOG`; what it
/// does not say is logged from `info` on. Called once; a second call changes nothing.
pub fn start(format: LogFormat, filter: Option<&str>) {
    // What comes later wins. A default directive would not do: it counts for an empty filter only.
    // The migration library tells every table at length.
    let filter = EnvFilter::builder()
        .parse_lossy(format!("info,refinery_core=warn,{}", filter.unwrap_or("")));
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
