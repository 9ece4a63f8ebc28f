//! When a digest is due: "weekdays 08:00" or a crontab, in a named zone.
//!
//! Civil days and minutes decide, and only the result becomes an instant: a slot inside the hour
//! that spring skips fires at the first instant after it, a slot in the hour that autumn repeats
//! fires in its first pass. So a daily schedule fires exactly once on every local day, and the next
//! instant always lies after the given one. Nothing here reads a clock or waits.

mod crontab;

use std::fmt;

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};

use crate::model::{Timestamp, Tz};
use crontab::Crontab;
pub(super) use crontab::time_of_day;

/// Where the search for a next slot ends: 29 February on a given weekday recurs within 40 years.
const HORIZON_DAYS: u64 = 41 * 366;

/// When digests are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    zone: Tz,
    /// `None` is "never".
    slots: Option<Crontab>,
}

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ScheduleError {
    /// What is wrong with which part.
    pub what: String,
    /// What is accepted.
    pub hint: String,
}

/// What every message about a schedule ends with.
const ACCEPTED: &str = "write \"weekdays 08:00\", \"daily 08:00\", \"mondays 09:00\", a crontab of \
     five fields such as \"0 8 * * 1-5\", or \"never\"";

impl Schedule {
    /// Reads "weekdays 08:00", "daily 08:00", "mondays 09:00" (any weekday, with or without s), the
    /// five fields of a crontab, or "never". Capitals do not matter.
    ///
    /// # Errors
    /// When the text is none of these, or names a day that no calendar has (31 February).
    pub fn parse(text: &str, zone: Tz) -> Result<Self, ScheduleError> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let slots = match words.as_slice() {
            ["never"] => None,
            [days, time] => Some(Crontab::of_words(days, time)?),
            [minute, hour, day, month, weekday] => {
                Some(Crontab::parse([minute, hour, day, month, weekday])?)
            }
            _ => return Err(refuse(format!("'{text}' is no schedule"))),
        };
        let schedule = Self { text: text.trim().to_owned(), zone, slots };
        let ever = schedule.is_never() || schedule.next_after(Timestamp::from_millis(0)).is_some();
        if ever {
            Ok(schedule)
        } else {
            Err(refuse(format!("'{text}' names a day that never comes")))
        }
    }

    /// Whether it says "never".
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.slots.is_none()
    }

    /// The zone in which it is read.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first slot after `at`, never `at` itself; `None` for "never".
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let slots = self.slots.as_ref()?;
        // A slot of the day before can land on today when a gap spans midnight.
        let first = self.local_date(at).pred_opt()?;
        (0..HORIZON_DAYS)
            .map_while(|n| first.checked_add_days(Days::new(n)))
            .filter(|day| slots.has_day(*day))
            .flat_map(|day| slots.times().map(move |time| day.and_time(time)))
            .filter_map(|slot| first_instant(self.zone, slot))
            .find(|instant| *instant > at)
    }

    /// The newest slot in `(after, now]`: after downtime one digest is due, not one for each slot.
    #[must_use]
    pub fn slot_due(&self, after: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let slots = self.slots.as_ref()?;
        let newest = self.local_date(now);
        (0..HORIZON_DAYS)
            .map_while(|n| newest.checked_sub_days(Days::new(n)))
            .take_while(|day| *day >= self.local_date(after).pred_opt().unwrap_or(*day))
            .filter(|day| slots.has_day(*day))
            .find_map(|day| {
                slots
                    .times()
                    .filter_map(|time| first_instant(self.zone, day.and_time(time)))
                    .filter(|instant| after < *instant && *instant <= now)
                    .max()
            })
    }

    /// The first slot of a civil day, if it has one. After a gap over midnight it may lie in the next day.
    #[must_use]
    pub fn slot_on(&self, day: NaiveDate) -> Option<Timestamp> {
        let slots = self.slots.as_ref().filter(|slots| slots.has_day(day))?;
        slots.times().filter_map(|time| first_instant(self.zone, day.and_time(time))).min()
    }

    /// The civil day of an instant, in the schedule's zone.
    #[must_use]
    pub fn local_date(&self, at: Timestamp) -> NaiveDate {
        at.to_chrono().with_timezone(&self.zone).date_naive()
    }
}

/// As written.
impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

fn refuse(what: String) -> ScheduleError {
    ScheduleError { what, hint: ACCEPTED.to_owned() }
}

/// The instant of a civil time: the first of two, or the first after a gap. `None` when the whole
/// day is missing (Samoa had no 30 December 2011), because that day owes nobody a digest.
pub(super) fn first_instant(zone: Tz, civil: NaiveDateTime) -> Option<Timestamp> {
    match zone.from_local_datetime(&civil) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
            Some(Timestamp::from_chrono(&at))
        }
        LocalResult::None => {
            let after = end_of_gap(zone, civil)?;
            let midnight = civil.date().and_time(NaiveTime::MIN);
            let skipped_whole = missing(zone, midnight)
                && missing(zone, midnight + TimeDelta::hours(12))
                && missing(zone, midnight + TimeDelta::minutes(24 * 60 - 1));
            (!skipped_whole).then_some(after)
        }
    }
}

fn missing(zone: Tz, civil: NaiveDateTime) -> bool {
    matches!(zone.from_local_datetime(&civil), LocalResult::None)
}

/// The first instant whose civil time is not before `civil`, found by halving: no offset exceeds
/// 27 hours either way, and civil time only jumps forwards inside the search.
fn end_of_gap(zone: Tz, civil: NaiveDateTime) -> Option<Timestamp> {
    let reached = |second: i64| {
        chrono::DateTime::from_timestamp(second, 0)
            .is_some_and(|at| at.with_timezone(&zone).naive_local() >= civil)
    };
    let middle = civil.and_utc().timestamp();
    let (mut before, mut after) = (middle - 27 * 3600, middle + 27 * 3600);
    if reached(before) || !reached(after) {
        return None;
    }
    while after - before > 1 {
        let half = before + (after - before) / 2;
        if reached(half) {
            after = half;
        } else {
            before = half;
        }
    }
    Some(Timestamp::from_millis(after * 1000))
}
