//! Instants and numbers as readers write them: "Fri 20 Nov 08:00 EST", "1,312 items".

use std::time::Duration;

use chrono::{DateTime, Datelike, Offset};

use crate::model::{Timestamp, Tz};

fn local(at: Timestamp, zone: Tz) -> DateTime<Tz> {
    at.to_chrono().with_timezone(&zone)
}

/// `Mon 23 Nov`.
pub(super) fn day(at: Timestamp, zone: Tz) -> String {
    local(at, zone).format("%a %-d %b").to_string()
}

/// `Mon 23 Nov 2026`.
pub(super) fn full_day(at: Timestamp, zone: Tz) -> String {
    local(at, zone).format("%a %-d %b %Y").to_string()
}

/// `2026-11-23`, for file names and keys.
pub(super) fn iso_day(at: Timestamp, zone: Tz) -> String {
    local(at, zone).format("%Y-%m-%d").to_string()
}

/// `Fri 20 Nov 08:00 EST`; with the year when it is not that of `now`.
pub(super) fn moment(at: Timestamp, now: Timestamp, zone: Tz) -> String {
    let local_at = local(at, zone);
    let year = if local_at.year() == local(now, zone).year() { "" } else { " %Y" };
    let text = local_at.format(&format!("%a %-d %b{year} %H:%M")).to_string();
    format!("{text} {}", zone_name(&local_at))
}

/// `07:52` on the local day of `now`, else `Fri 20 Nov 07:52`.
pub(super) fn near(at: Timestamp, now: Timestamp, zone: Tz) -> String {
    let (local_at, local_now) = (local(at, zone), local(now, zone));
    let how = if local_at.date_naive() == local_now.date_naive() {
        "%H:%M"
    } else if local_at.year() == local_now.year() {
        "%a %-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    local_at.format(how).to_string()
}

/// `EST`; where a zone has no letters of its own, `UTC+8`.
fn zone_name(at: &DateTime<Tz>) -> String {
    let name = at.offset().abbreviation();
    if name.starts_with(|one: char| one.is_ascii_alphabetic()) {
        return name;
    }
    let minutes = at.offset().fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// `1,312`.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 item`, `1,312 items`; the plural is given where it is not formed with s.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n as u64), if n == 1 { one } else { many })
}

/// `40 minutes`, `7 hours`, `12 days`: rounded down.
pub(super) fn span(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let of = |n: u64, one, many| count(usize::try_from(n).unwrap_or(usize::MAX), one, many);
    match minutes {
        0..120 => of(minutes, "minute", "minutes"),
        120..2_880 => of(minutes / 60, "hour", "hours"),
        _ => of(minutes / 1_440, "day", "days"),
    }
}

/// `180 MB`, in the thousands that disks are sold by.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{} kB", number(bytes / 1_000)),
        10_000_000..10_000_000_000 => format!("{} MB", number(bytes / 1_000_000)),
        _ => format!("{} GB", number(bytes / 1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_see_their_own_clock() {
        let at = Timestamp::parse("2026-11-20T13:00:00Z").unwrap();
        let check = |zone: Tz, expected: &str| assert_eq!(moment(at, at, zone), expected);
        check("America/New_York".parse().unwrap(), "Fri 20 Nov 08:00 EST");
        check("Asia/Shanghai".parse().unwrap(), "Fri 20 Nov 21:00 CST");
        check("Asia/Singapore".parse().unwrap(), "Fri 20 Nov 21:00 UTC+8");
        check("Asia/Kathmandu".parse().unwrap(), "Fri 20 Nov 18:45 UTC+5:45");
        check(Tz::UTC, "Fri 20 Nov 13:00 UTC");
        let later = Timestamp::parse("2027-01-02T13:00:00Z").unwrap();
        assert_eq!(moment(at, later, Tz::UTC), "Fri 20 Nov 2026 13:00 UTC");
        assert_eq!(near(at, later, Tz::UTC), "20 Nov 2026 13:00");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1312, "item", "items"), "1,312 items");
        assert_eq!(count(1, "item", "items"), "1 item");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(999), "999");
    }
}
