//! The five fields of a crontab, with crontab's own meaning.
//!
//! The `cron` crate reads the numbers, ranges, steps and names of a field; what it understands
//! differently stays out of its hands: it numbers weekdays from 1 = Sunday (crontab: 0 and 7 are
//! Sunday), joins day of month and weekday with AND (crontab: OR when both are restricted), and
//! finds instants that the clock skips or has passed. So it is asked for sets of numbers only.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveTime};
use cron::TimeUnitSpec;

use super::{ScheduleError, refuse};
use crate::notify::nearest::nearest;

const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Which civil minutes a schedule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crontab {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: BTreeSet<u32>,
    months: BTreeSet<u32>,
    /// 0 is Sunday.
    weekdays: BTreeSet<u32>,
    /// Both day fields are restricted: either suffices.
    either_day: bool,
}

/// A field: its name, its place among the crate's six, and what is accepted.
struct Field {
    name: &'static str,
    accepted: &'static str,
    low: u32,
    high: u32,
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", accepted: "0-59", low: 0, high: 59 },
    Field { name: "hour", accepted: "0-23", low: 0, high: 23 },
    Field { name: "day of month", accepted: "1-31", low: 1, high: 31 },
    Field { name: "month", accepted: "1-12 or jan-dec", low: 1, high: 12 },
    Field { name: "weekday", accepted: "0-7 (0 and 7 are Sunday) or sun-sat", low: 0, high: 7 },
];

impl Field {
    /// A number or, for months and weekdays, a name of three letters.
    fn number(&self, text: &str) -> Option<u32> {
        let named = match self.name {
            "month" => MONTHS.iter().position(|name| text == *name).map(|at| at as u32 + 1),
            "weekday" => WEEKDAYS.iter().position(|name| text == &name[..3]).map(|at| at as u32),
            _ => None,
        };
        let digits = !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
        named
            .or_else(|| digits.then(|| text.parse().ok()).flatten())
            .filter(|n| (self.low..=self.high).contains(n))
    }
}

impl Crontab {
    /// "weekdays", "daily" or a weekday (in full or three letters, plural or not), and a time of day.
    pub(super) fn of_words(days: &str, time: &str) -> Result<Self, ScheduleError> {
        let weekdays: BTreeSet<u32> = match days {
            "daily" => (0..7).collect(),
            "weekdays" => (1..6).collect(),
            _ => BTreeSet::from([named_weekday(days)?]),
        };
        let (hour, minute) = time_of_day(time)
            .ok_or_else(|| refuse(format!("'{time}' is no time of day such as 08:00")))?;
        Ok(Self {
            minutes: vec![minute],
            hours: vec![hour],
            days: (1..=31).collect(),
            months: (1..=12).collect(),
            weekdays,
            either_day: false,
        })
    }

    /// Minute, hour, day of month, month, weekday, in lower case.
    pub(super) fn parse(fields: [&str; 5]) -> Result<Self, ScheduleError> {
        let sets = (0..5).map(|at| numbers(at, fields[at])).collect::<Result<Vec<_>, _>>()?;
        let [minutes, hours, days, months, weekdays] =
            <[BTreeSet<u32>; 5]>::try_from(sets).expect("five fields give five sets");
        Ok(Self {
            minutes: minutes.into_iter().collect(),
            hours: hours.into_iter().collect(),
            days,
            months,
            weekdays,
            // As cron(8) does it: a field that begins with a star does not restrict.
            either_day: !fields[2].starts_with('*') && !fields[4].starts_with('*'),
        })
    }

    /// Whether it fires on this day.
    pub(super) fn has_day(&self, day: NaiveDate) -> bool {
        let in_month = self.months.contains(&day.month());
        let by_date = self.days.contains(&day.day());
        let by_weekday = self.weekdays.contains(&day.weekday().num_days_from_sunday());
        let day_fits = if self.either_day { by_date || by_weekday } else { by_date && by_weekday };
        in_month && day_fits
    }

    /// The times of such a day, rising.
    pub(super) fn times(&self) -> impl Iterator<Item = NaiveTime> {
        self.hours.iter().flat_map(|hour| {
            self.minutes.iter().filter_map(|minute| NaiveTime::from_hms_opt(*hour, *minute, 0))
        })
    }
}

/// `HH:MM` or `H:MM`.
pub(in crate::notify) fn time_of_day(text: &str) -> Option<(u32, u32)> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str, most: usize| {
        let fits = (1..=most).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = (digits(hour, 2)?, (minute.len() == 2).then(|| digits(minute, 2))??);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

fn named_weekday(word: &str) -> Result<u32, ScheduleError> {
    let fits =
        |name: &str| word == name || word == &name[..3] || word.strip_suffix('s') == Some(name);
    if let Some(at) = WEEKDAYS.iter().position(|name| fits(name)) {
        return Ok(at as u32);
    }
    let known = WEEKDAYS.iter().map(|name| format!("{name}s"));
    let known = known.chain(["weekdays".to_owned(), "daily".to_owned()]);
    let nearest = nearest(word, known);
    let mut error = refuse(format!("'{word}' names no days"));
    if let Some(nearest) = nearest {
        error.hint = format!("did you mean '{nearest}'? {}", error.hint);
    }
    Err(error)
}

/// The numbers that a field names, in crontab's numbering.
fn numbers(at: usize, text: &str) -> Result<BTreeSet<u32>, ScheduleError> {
    let field = &FIELDS[at];
    let fault = |why: &str| ScheduleError {
        what: format!("'{text}' is no {}: {why}", field.name),
        hint: format!(
            "accepted are *, {}, ranges 1-5, lists 1,3 and steps */2 or 1-5/2",
            field.accepted
        ),
    };
    for piece in text.split(',') {
        check_piece(piece, field).map_err(|why| fault(&why))?;
    }
    let translated = if at == 4 { weekday_pieces(text) } else { text.to_owned() };
    let mut six = ["0", "*", "*", "*", "*", "*"];
    six[at + 1] = &translated;
    let read = cron::Schedule::from_str(&six.join(" "))
        .map_err(|_| fault("it lies outside what this field takes"))?;
    let found: BTreeSet<u32> = match at {
        0 => read.minutes().iter().collect(),
        1 => read.hours().iter().collect(),
        2 => read.days_of_month().iter().collect(),
        3 => read.months().iter().collect(),
        _ => read.days_of_week().iter().map(|day| day - 1).collect(),
    };
    Ok(found)
}

/// Refuses what the `cron` crate takes and crontab does not (`?`, `5/15`, long names), and what
/// would make it stumble (a step of 0).
fn check_piece(piece: &str, field: &Field) -> Result<(), String> {
    let (range, step) = match piece.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (piece, None),
    };
    if let Some(step) = step {
        let fits = step.parse::<u32>().is_ok_and(|step| (1..=field.high).contains(&step));
        if !fits {
            return Err(format!("a step is 1-{}", field.high));
        }
        if range != "*" && !range.contains('-') {
            return Err(format!("a step needs a range, such as {range}-{}/{step}", field.high));
        }
    }
    if range == "*" {
        return Ok(());
    }
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let number = |end: &str| {
        field.number(end).ok_or_else(|| format!("'{end}' is none of {}", field.accepted))
    };
    let (from_number, to_number) = (number(from)?, number(to)?);
    let to_sunday = field.name == "weekday" && to_number == 0;
    if from_number > to_number && !to_sunday {
        return Err(format!("the range {from}-{to} runs backwards"));
    }
    Ok(())
}

/// The field rewritten in the crate's numbering, 1 = Sunday to 7 = Saturday, every day by itself.
fn weekday_pieces(text: &str) -> String {
    let weekday = |text: &str| FIELDS[4].number(text).expect("check_piece has seen every end");
    let mut days = BTreeSet::new();
    for piece in text.split(',') {
        let (range, step) = piece.split_once('/').unwrap_or((piece, "1"));
        let step = step.parse::<usize>().unwrap_or(1).max(1);
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            // Sunday at the end of a range is the seventh day: "fri-sun".
            Some((from, to)) => {
                let ends = (weekday(from), weekday(to));
                if ends.1 == 0 && ends.0 > 0 { (ends.0, 7) } else { ends }
            }
            None => (weekday(range), weekday(range)),
        };
        days.extend((from..=to).step_by(step).map(|day| day % 7 + 1));
    }
    days.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
