//! Collecting through its public doors.

mod fetch;
mod forbidden;
mod items;
mod parse;
mod publishers;
mod sources;

use std::time::Duration;

use watchlistd::model::{FirstRun, Source, SourceId, Timestamp};

/// A source at an address, on loopback.
fn source(url: &str) -> Source {
    Source {
        id: SourceId::new("desk"),
        url: url.to_owned(),
        official: false,
        lang: None,
        interval: Duration::from_secs(1800),
        allow_private: true,
        first_run: FirstRun::Within(Duration::from_secs(7 * 24 * 3600)),
    }
}

/// Noon of the day on which these tests take place.
fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").expect("it is RFC 3339")
}

const HOUR: Duration = Duration::from_secs(3600);
