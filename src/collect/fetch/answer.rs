//! What the status and headers of an answer mean.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{self, HeaderMap, HeaderName};

use super::{Answer, Failure, FailureKind, RetryAfter};
use crate::model::Timestamp;

/// Sorts an HTTP status that brings nothing to read by what to do about it.
pub(super) fn failure(
    status: u16,
    reason: Option<&str>,
    url: &str,
    headers: &HeaderMap,
) -> Failure {
    let retry_after = match status {
        429 | 503 => text(headers, &header::RETRY_AFTER).and_then(|text| parse_retry_after(&text)),
        _ => None,
    };
    let kind = match status {
        429 => FailureKind::Later,
        503 if retry_after.is_some() => FailureKind::Later,
        401 | 403 | 407 | 451 => FailureKind::Blocked,
        408 | 421 | 425 | 500..=599 => FailureKind::Retry,
        410 => FailureKind::Gone,
        _ => FailureKind::Broken,
    };
    let reason = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    let words = format!("getting {url}: the server answered {status}{reason}");
    Failure { kind, status: Some(status), retry_after, words }
}

/// Seconds or a date; anything else says nothing.
pub(super) fn parse_retry_after(text: &str) -> Option<RetryAfter> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(RetryAfter::In(Duration::from_secs(seconds)));
    }
    let at = DateTime::parse_from_rfc2822(text).map(|at| at.with_timezone(&Utc)).or_else(|_| {
        // The two older forms of an HTTP date (RFC 9110, 5.6.7).
        NaiveDateTime::parse_from_str(text, "%A, %d-%b-%y %H:%M:%S GMT")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%a %b %e %H:%M:%S %Y"))
            .map(|at| at.and_utc())
    });
    at.ok().map(|at| RetryAfter::At(Timestamp::from_chrono(&at)))
}

/// What the headers of a good answer say.
pub(super) fn read(headers: &HeaderMap, url: &str, moved: bool) -> Answer {
    let bytes = |name: &HeaderName| headers.get(name).map(|value| value.as_bytes().to_vec());
    Answer {
        etag: bytes(&header::ETAG),
        last_modified: bytes(&header::LAST_MODIFIED),
        max_age: text(headers, &header::CACHE_CONTROL).and_then(|text| max_age(&text)),
        url: url.to_owned(),
        moved: moved.then(|| url.to_owned()),
        date: text(headers, &header::DATE),
    }
}

impl Answer {
    /// What time it is for the server, if it says so.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        match parse_retry_after(self.date.as_deref()?) {
            Some(RetryAfter::At(at)) => Some(at),
            _ => None,
        }
    }
}

/// A header as text, all its lines joined by commas.
pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter();
    let mut text = String::from_utf8_lossy(lines.next()?.as_bytes()).into_owned();
    for line in lines {
        text.push_str(", ");
        text.push_str(&String::from_utf8_lossy(line.as_bytes()));
    }
    Some(text)
}

fn max_age(cache_control: &str) -> Option<Duration> {
    let directives = || cache_control.split(',').map(|one| one.trim().to_ascii_lowercase());
    if directives().any(|one| one == "no-cache" || one == "no-store") {
        return None;
    }
    directives()
        .find_map(|one| one.strip_prefix("max-age=")?.trim_matches('"').parse().ok())
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_or_nothing() {
        let at = |millis| Some(RetryAfter::At(Timestamp::from_millis(millis)));
        let seconds = |count| Some(RetryAfter::In(Duration::from_secs(count)));
        for (text, expected) in [
            ("120", seconds(120)),
            (" 0 ", seconds(0)),
            ("99999999999999999999999", seconds(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", at(784_111_777_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", at(784_111_777_000)),
            ("Sun Nov  6 08:49:37 1994", at(784_111_777_000)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(parse_retry_after(text), expected, "{text}");
        }
    }

    #[test]
    fn max_age_is_read_unless_caching_is_forbidden() {
        for (text, expected) in [
            ("public, max-age=600", Some(600)),
            ("MAX-AGE=60", Some(60)),
            ("no-cache, max-age=600", None),
            ("max-age=soon", None),
            ("private", None),
        ] {
            assert_eq!(max_age(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
