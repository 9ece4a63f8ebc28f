//! Since when, as people type it: a span back from now, a day, or an instant.

use std::time::Duration;

use super::exit::{Exit, Failure};
use crate::config;
use crate::model::Timestamp;

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long ago.
    Span(Duration),
    /// An instant.
    At(Timestamp),
}

impl Since {
    /// The instant, from now.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Span(span) => now.minus(span),
            Self::At(at) => at,
        }
    }
}

impl Since {
    /// The same, refused where it lies ahead: nothing was stored since then.
    pub fn past(self, now: Timestamp) -> Result<Timestamp, Failure> {
        match self.at(now) {
            at if at > now => {
                let what = anyhow::anyhow!("--since {at} is yet to come");
                Err(Failure::new(Exit::Usage, what)
                    .hint("write a span back from now, 30d, or a day"))
            }
            at => Ok(at),
        }
    }
}

/// Reads it; days are UTC.
pub fn since(text: &str) -> Result<Since, String> {
    let text = text.trim();
    if let Ok(span) = config::span(text) {
        return Ok(Since::Span(span));
    }
    super::audit::instant(text)
        .map(Since::At)
        .map_err(|_| "write a span, 30d or 12h, a day, 2026-11-23, or an instant".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_days_and_instants() {
        let now = Timestamp::parse("2026-11-26T12:00:00Z").unwrap();
        for (text, at) in [
            ("30d", Some("2026-10-27T12:00:00Z")),
            ("12h", Some("2026-11-26T00:00:00Z")),
            ("2026-11-23", Some("2026-11-23T00:00:00Z")),
            ("2026-11-23T08:00:00+01:00", Some("2026-11-23T07:00:00Z")),
            ("yesterday", None),
            ("30", None),
            ("d", None),
        ] {
            let read = since(text).ok().map(|since| since.at(now));
            assert_eq!(read, at.and_then(Timestamp::parse), "{text}");
        }
    }
}
