//! Why an item is told late, in words: "not matched 20–23 Nov: “阿里” (Alibaba) missing in version 14".
//!
//! Pure. The words stand among the reasons of the alert, so that every mail and report has them.

use std::fmt;

use chrono::Datelike;

use super::outside::line;
use crate::model::{Severity, Timestamp, Tz};

/// Terms named one by one, and the longest of these, in characters: a search may be a page of alternatives,
/// and what is said of it stands behind it.
const NAMED: usize = 3;
const TERM: usize = 80;

/// What the version before did not have.
#[derive(Clone, Copy, Debug)]
pub struct Lacked<'a> {
    /// The term and whose it is.
    pub what: &'a str,
    /// What held it back, where it was found, and in which version.
    pub held: Option<(&'a str, u64)>,
}

/// The version by which an item was judged before.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// Its number.
    pub version: u64,
    /// It is the present one, of which the program then could not use all.
    pub in_part: bool,
}

impl fmt::Display for Before {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "version {}", self.version)?;
        if self.in_part {
            out.write_str(", of which a part was not used")?;
        }
        Ok(())
    }
}

/// Why an item first seen at `seen` is told only `now`: what version `before` lacked, or that it made no
/// alert of what it found. `told`: how grave it was told before, if it was.
#[must_use]
pub fn reason(
    seen: Timestamp,
    now: Timestamp,
    zone: Tz,
    before: Before,
    told: Option<Severity>,
    lacked: &[Lacked<'_>],
) -> String {
    if let (Some(told), []) = (told, lacked) {
        return format!("late: told as {} before, and graver now", told.as_str());
    }
    let mut found: Vec<String> = lacked
        .iter()
        .take(NAMED)
        .map(|one| (line(one.what, TERM), one.held))
        .map(|(what, held)| match held {
            Some((guard, version)) => {
                format!("{what} held back in version {version} ({})", line(guard, 60))
            }
            None => format!("{what} missing in {before}"),
        })
        .collect();
    if lacked.len() > NAMED {
        found.push(format!("and {} more", lacked.len() - NAMED));
    }
    let why = match found.is_empty() {
        true if before.in_part => format!("{before}, made no alert of it"),
        true => format!("{before} made no alert of it"),
        false => found.join(", "),
    };
    match told {
        Some(told) => format!("late: {} before without this: {why}", told.as_str()),
        None => format!("late: not matched {}: {why}", days(seen, now, zone)),
    }
}

/// `on 23 Nov`, `20–23 Nov`, `30 Oct–2 Nov`, `30 Dec 2026–2 Jan 2027`.
fn days(from: Timestamp, until: Timestamp, zone: Tz) -> String {
    let (from, until) =
        (from.to_chrono().with_timezone(&zone), until.to_chrono().with_timezone(&zone));
    if from.date_naive() >= until.date_naive() {
        return format!("on {}", until.format("%-d %b"));
    }
    let same_year = from.year() == until.year();
    let (first, last) = match (same_year, from.month() == until.month()) {
        (true, true) => ("%-d", "%-d %b"),
        (true, false) => ("%-d %b", "%-d %b"),
        _ => ("%-d %b %Y", "%-d %b %Y"),
    };
    format!("{}–{}", from.format(first), until.format(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_people_do() {
        let at = |text: &str| Timestamp::parse(&format!("{text}:00Z")).unwrap();
        let check = |from: &str, until: &str, expected: &str| {
            assert_eq!(days(at(from), at(until), "America/New_York".parse().unwrap()), expected);
        };
        check("2026-11-20T12:00", "2026-11-23T12:00", "20–23 Nov");
        check("2026-11-23T03:00", "2026-11-23T12:00", "22–23 Nov");
        check("2026-11-23T13:00", "2026-11-23T15:00", "on 23 Nov");
        check("2026-10-30T12:00", "2026-11-02T12:00", "30 Oct–2 Nov");
        check("2026-12-30T12:00", "2027-01-02T12:00", "30 Dec 2026–2 Jan 2027");
    }

    #[test]
    fn the_reason_names_what_was_missing_and_what_was_held_back() {
        let at = |day: i64| Timestamp::from_millis(1_795_000_000_000 + day * 86_400_000);
        let before = Before { version: 14, in_part: false };
        let lacked = [
            Lacked { what: "\"阿里\" (Alibaba)", held: None },
            Lacked { what: "\"Target\"", held: Some(("weak name alone", 12)) },
        ];
        assert_eq!(
            reason(at(0), at(2), Tz::UTC, before, None, &lacked),
            "late: not matched 18–20 Nov: \"阿里\" (Alibaba) missing in version 14, \"Target\" held \
             back in version 12 (weak name alone)"
        );
        assert_eq!(
            reason(at(0), at(2), Tz::UTC, before, Some(Severity::High), &lacked[..1]),
            "late: high before without this: \"阿里\" (Alibaba) missing in version 14"
        );
        let search = format!("\"({})\" (Kit)", "kit OR gear OR ".repeat(30));
        let many = [Lacked { what: &search, held: None }; 5];
        let words = reason(at(0), at(2), Tz::UTC, before, None, &many);
        assert!(words.ends_with("missing in version 14, and 2 more"), "{words}");
        assert!(words.chars().count() < 400, "{words}");
        assert_eq!(
            reason(at(0), at(0), Tz::UTC, before, None, &[]),
            "late: not matched on 18 Nov: version 14 made no alert of it"
        );
    }
}
