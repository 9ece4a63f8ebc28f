//! Named time zones, and what a clock shows there.
//!
//! The whole database is in the program, as compact as systems keep it: a zone is read when it is first
//! named, and kept, so that it can be handed around like a number. Names are taken as they are written.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use chrono::{
    Datelike as _, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeZone, Timelike as _,
};
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone as Rules, TimeZoneDatabase};

/// A time zone of the IANA database.
#[derive(Clone, Copy)]
pub struct Tz {
    name: &'static str,
    rules: &'static Rules,
}

/// There is no time zone of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone of this name")]
pub struct NoSuchZone;

static UTC: Rules = Rules::UTC;

/// Every zone by its name, read when it is first named.
static ALL: LazyLock<BTreeMap<Box<str>, OnceLock<Option<Rules>>>> = LazyLock::new(|| {
    let names = TimeZoneDatabase::bundled();
    names.available().map(|name| (Box::from(name.as_str()), OnceLock::new())).collect()
});

impl Tz {
    /// The world's own.
    pub const UTC: Self = Self { name: "UTC", rules: &UTC };

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The names of all zones, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.keys().map(|name| &**name)
    }
}

impl FromStr for Tz {
    type Err = NoSuchZone;

    fn from_str(name: &str) -> Result<Self, NoSuchZone> {
        let (name, rules) = ALL.get_key_value(name).ok_or(NoSuchZone)?;
        let rules = rules.get_or_init(|| TimeZoneDatabase::bundled().get(name).ok());
        Ok(Self { name, rules: rules.as_ref().ok_or(NoSuchZone)? })
    }
}

impl PartialEq for Tz {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Tz {}

impl fmt::Debug for Tz {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

impl fmt::Display for Tz {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// By how much a clock of a zone differs from the world's at an instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Tz,
    fixed: FixedOffset,
    /// The instant, in seconds.
    at: i64,
}

impl ZoneOffset {
    fn of(zone: Tz, at: i64) -> Self {
        let seconds = zone.rules.to_offset(instant(at)).seconds();
        Self { zone, fixed: fixed(seconds), at }
    }

    /// What people there call the time: `EST`, `CEST`, or digits where nobody has a name for it.
    #[must_use]
    pub fn abbreviation(&self) -> String {
        self.zone.rules.to_offset_info(instant(self.at)).abbreviation().to_owned()
    }
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Debug for ZoneOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.abbreviation())
    }
}

impl TimeZone for Tz {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let of = |offset: jiff::tz::Offset| {
            let fixed = fixed(offset.seconds());
            let at = local.and_utc().timestamp() - i64::from(fixed.local_minus_utc());
            ZoneOffset { zone: *self, fixed, at }
        };
        // Years in which nobody lives: there is no such time.
        let Some(wall) = wall(local) else { return MappedLocalTime::None };
        match self.rules.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(of(offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(of(before), of(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        ZoneOffset::of(*self, utc.and_utc().timestamp())
    }
}

/// Whole seconds of the world's clock; beyond ten thousand years the last that is known.
fn instant(seconds: i64) -> jiff::Timestamp {
    let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { first } else { last })
}

fn wall(local: &NaiveDateTime) -> Option<civil::DateTime> {
    // A leap second is told by chrono as nanoseconds beyond the second before.
    let whole = local.with_nanosecond(0)?;
    let number = |number: u32| i8::try_from(number).ok();
    civil::DateTime::new(
        i16::try_from(whole.year()).ok()?,
        number(whole.month())?,
        number(whole.day())?,
        number(whole.hour())?,
        number(whole.minute())?,
        number(whole.second())?,
        0,
    )
    .ok()
}

fn fixed(seconds: i32) -> FixedOffset {
    // The database knows of no zone that is a day ahead of the world or behind it.
    FixedOffset::east_opt(seconds)
        .unwrap_or(FixedOffset::east_opt(0).expect("nought seconds are an offset"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, TimeDelta, Utc};
    use chrono_tz::OffsetName as _;

    use super::*;

    /// 2010: what was before is corrected in one table and not yet in the other, and no item is of then.
    const SINCE: i64 = 1_262_304_000;
    /// 2025: what governments decided since, one of the two may not know yet.
    const UNTIL: i64 = 1_735_689_600;
    /// As far as the other table reaches, for zones that nobody has touched for long.
    const FAR: i64 = 2_113_500_000;
    const STEADY: [&str; 5] = [
        "America/New_York",
        "Asia/Shanghai",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Europe/London",
    ];

    #[test]
    fn names_are_taken_as_they_are_written() {
        let berlin: Tz = "Europe/Berlin".parse().unwrap();
        assert_eq!(berlin.name(), "Europe/Berlin");
        for name in ["europe/berlin", "Berlin", "", "Europe/Berlin "] {
            assert!(name.parse::<Tz>().is_err(), "{name}");
        }
        assert_eq!("UTC".parse::<Tz>(), Ok(Tz::UTC));
        assert!(Tz::names().count() > 500);
        assert!(Tz::names().all(|name| name.parse::<Tz>().is_ok()));
    }

    /// Every zone, about each of its changes and some time between, as another database has it.
    #[test]
    fn every_clock_shows_what_another_table_says() {
        let (mut zones, mut apart) = (0, BTreeSet::new());
        for other in chrono_tz::TZ_VARIANTS {
            let Ok(zone) = other.name().parse::<Tz>() else { continue };
            zones += 1;
            let mut at = SINCE;
            let mut before = zone.offset_from_utc_datetime(&naive(at)).fixed;
            let until = if STEADY.contains(&zone.name()) { FAR } else { UNTIL };
            while at < until {
                let next = at + 15 * 86_400;
                let after = zone.offset_from_utc_datetime(&naive(next)).fixed;
                let turn = if before == after { next } else { turn(zone, at, next) };
                for at in [turn - 1, turn, turn + 1_800, turn + 5_400] {
                    if !same(zone, other, at) {
                        apart.insert(zone.name());
                    }
                }
                (at, before) = (next, after);
            }
        }
        assert!(zones > 500, "{zones}");
        // One of the two knows of a correction, or of a new law, that the other does not.
        assert!(apart.len() < 10, "{apart:?}");
        assert!(STEADY.iter().all(|name| !apart.contains(name)), "{apart:?}");
    }

    fn naive(at: i64) -> NaiveDateTime {
        DateTime::<Utc>::from_timestamp(at, 0).unwrap().naive_utc()
    }

    /// The first second of the later of two offsets.
    fn turn(zone: Tz, mut from: i64, mut to: i64) -> i64 {
        let before = zone.offset_from_utc_datetime(&naive(from)).fixed;
        while to - from > 1 {
            let middle = from + (to - from) / 2;
            let there = zone.offset_from_utc_datetime(&naive(middle)).fixed;
            if there == before { from = middle } else { to = middle }
        }
        to
    }

    fn same(zone: Tz, other: chrono_tz::Tz, at: i64) -> bool {
        let naive = naive(at);
        let (one, two) =
            (zone.offset_from_utc_datetime(&naive), other.offset_from_utc_datetime(&naive));
        // The other calls digits no name.
        let letters = two.abbreviation().map_or_else(|| one.abbreviation(), str::to_owned);
        let alike = one.fix() == two.fix() && one.abbreviation() == letters;
        let one = zone.offset_from_local_datetime(&naive).map(|one| one.fix());
        let two = other.offset_from_local_datetime(&naive).map(|one| one.fix());
        alike && one == two
    }

    #[test]
    fn far_away_in_time_nothing_breaks() {
        let zone: Tz = "America/New_York".parse().unwrap();
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            zone.offset_from_utc_date(&day);
            assert_eq!(zone.offset_from_local_date(&day), MappedLocalTime::None);
        }
        let far = NaiveDate::from_ymd_opt(2_300, 7, 4).unwrap();
        assert_eq!(zone.offset_from_utc_date(&far).abbreviation(), "EDT");
    }

    #[test]
    fn a_zone_stays_with_its_time() {
        let zone: Tz = "Asia/Kathmandu".parse().unwrap();
        let at = naive(1_795_000_000).and_utc().with_timezone(&zone);
        assert_eq!(at.timezone(), zone);
        assert_eq!(
            (at + TimeDelta::days(1)).format("%H:%M %Z").to_string(),
            at.format("%H:%M %Z").to_string()
        );
    }
}
