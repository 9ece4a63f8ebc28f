//! Dates as feeds write them.
//!
//! Invariant: what cannot be read is `None`, never "now" and never a guess of the day. Order of
//! forms: the standards' own, ISO 8601 and its cousins, then words and numbers in any order. Without a
//! zone it is UTC.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use crate::model::Timestamp;

mod months;
mod standard;
mod zones;

use months::month;
use zones::offset_of;

/// Where a feed speaks from, as far as that decides what a date means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Region {
    /// Anywhere: CST is North America's.
    #[default]
    Elsewhere,
    /// Greater China: CST is China's.
    China,
}

/// Years outside are mistakes of a publisher's software, not dates.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Longest text that is looked at.
const LONGEST: usize = 100;

/// Reads a date.
pub(super) fn parse(text: &str, region: Region) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let (naive, offset) = standard::read(text.as_bytes()).or_else(|| tolerant(text, region))?;
    if !YEARS.contains(&naive.year()) {
        return None;
    }
    let seconds = i64::from(offset) * 60;
    Some(Timestamp::from_millis(naive.and_utc().timestamp_millis() - seconds * 1000))
}

type Read = (NaiveDateTime, i32);

fn tolerant(text: &str, region: Region) -> Option<Read> {
    epoch(text).or_else(|| iso(text, region)).or_else(|| words(text, region))
}

/// Seconds or milliseconds since 1970, of the years that ten and thirteen digits reach.
fn epoch(text: &str) -> Option<Read> {
    if !matches!(text.len(), 10 | 13) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let millis = if text.len() == 10 { number * 1000 } else { number };
    Some((chrono::DateTime::from_timestamp_millis(millis)?.naive_utc(), 0))
}

/// `2003-12-31T10:14:55.2Z` and its shortened, packed, week and ordinal forms.
fn iso(text: &str, region: Region) -> Option<Read> {
    let end = text
        .find(|one: char| matches!(one, 'T' | 't') || one.is_whitespace())
        .unwrap_or(text.len());
    // A zone straight after the date, without a time.
    let date_part = text[..end].trim_end_matches(['Z', 'z']);
    let date = iso_date(date_part)?;
    let rest = text[end..].trim_start_matches(['T', 't']).trim();
    if rest.is_empty() {
        return Some((date.and_time(NaiveTime::MIN), 0));
    }
    let zone_at = rest.find(|one: char| !(one.is_ascii_digit() || ":.,".contains(one)));
    let (time, zone) = rest.split_at(zone_at.unwrap_or(rest.len()));
    let time = if time.is_empty() { (NaiveTime::MIN, false) } else { clock(time)? };
    let zone = zone.trim();
    let offset = match zone {
        "" => 0,
        _ => offset_of(zone, region)?,
    };
    Some((at(date, time)?, offset))
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    if !text.is_ascii() {
        return None;
    }
    let number = |text: &str| -> Option<u32> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let date = |year: &str, month: &str, day: &str| {
        let year = i32::try_from(number(year)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
    };
    let week = |year: &str, week: &str, day: u32| {
        let days = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        let day = *days.get(usize::try_from(day.checked_sub(1)?).ok()?)?;
        NaiveDate::from_isoywd_opt(i32::try_from(number(year)?).ok()?, number(week)?, day)
    };
    match parts.as_slice() {
        [year, rest] if year.len() == 4 && rest.starts_with('W') => week(year, rest.get(1..)?, 1),
        [year, rest, day] if year.len() == 4 && rest.starts_with('W') => {
            week(year, rest.get(1..)?, number(day)?)
        }
        [year, month, day] if year.len() == 4 && (1..=2).contains(&month.len()) => {
            date(year, month, day)
        }
        [year, ordinal] if year.len() == 4 && ordinal.len() == 3 => {
            NaiveDate::from_yo_opt(i32::try_from(number(year)?).ok()?, number(ordinal)?)
        }
        [year, month] if year.len() == 4 && month.len() == 2 => date(year, month, "1"),
        [year] if year.len() == 4 => date(year, "1", "1"),
        [packed] if packed.len() == 8 => date(&packed[..4], packed.get(4..6)?, &packed[6..]),
        [packed] if packed.len() == 6 => {
            // YYMMDD of the old ISO form; YYYYMM is not distinguishable and rarer.
            date(&format!("20{}", &packed[..2]), packed.get(2..4)?, &packed[4..])
        }
        _ => None,
    }
}

/// A time of day; true when it is 24:00 and the day is the next one.
fn clock(text: &str) -> Option<(NaiveTime, bool)> {
    let text = text.trim_end_matches([':', '.', ',']);
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    let numbers: Vec<u32> = if whole.contains(':') {
        whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?
    } else if matches!(whole.len(), 2 | 4 | 6) && whole.is_ascii() {
        (0..whole.len() / 2).map(|n| whole[n * 2..n * 2 + 2].parse().ok()).collect::<Option<_>>()?
    } else {
        return None;
    };
    let hour = *numbers.first()?;
    let minute = numbers.get(1).copied().unwrap_or(0);
    let second = numbers.get(2).copied().unwrap_or(0).min(59);
    let digits: String = fraction.chars().take(3).filter(char::is_ascii_digit).collect();
    let millis = format!("{digits:0<3}").parse().unwrap_or(0);
    let midnight = hour == 24;
    let hour = if midnight { 0 } else { hour };
    Some((NaiveTime::from_hms_milli_opt(hour, minute, second, millis)?, midnight))
}

fn at(date: NaiveDate, (time, next_day): (NaiveTime, bool)) -> Option<NaiveDateTime> {
    let date = if next_day && time == NaiveTime::MIN { date.succ_opt()? } else { date };
    Some(date.and_time(time))
}

/// What the words of a date said so far.
#[derive(Default)]
struct Said {
    numbers: Vec<(u32, usize)>,
    month: Option<u32>,
    /// How many numbers stood before the month's name.
    month_at: usize,
    time: Option<(NaiveTime, bool)>,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

/// `Thu, 7 May 2009 10:00:00 GMT`, `May 7, 2009 10:00 AM`, `7/5/2009`, `2026年8月28日 10:00`, ….
fn words(text: &str, region: Region) -> Option<Read> {
    let mut said = Said::default();
    let plain = spaced(text);
    let mut rest = plain.split_whitespace().peekable();
    while let Some(word) = rest.next() {
        said.take(word, region)?;
        // A zone's explanation in brackets, or its name after an offset, says nothing more.
        if said.offset.is_some() && rest.peek().is_some_and(|next| next.starts_with('(')) {
            break;
        }
    }
    let date = said.date()?;
    let mut time = said.time.unwrap_or((NaiveTime::MIN, false));
    if let Some(afternoon) = said.afternoon {
        time.0 = twelve_hours(time.0, afternoon)?;
    }
    Some((at(date, time)?, said.offset.unwrap_or(0)))
}

fn twelve_hours(time: NaiveTime, afternoon: bool) -> Option<NaiveTime> {
    use chrono::Timelike;
    match (time.hour(), afternoon) {
        (12, false) => time.with_hour(0),
        (hour @ 1..=11, true) => time.with_hour(hour + 12),
        _ => Some(time),
    }
}

/// Separates what stands together without blanks: East Asian units, commas, a month between hyphens.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut last = ' ';
    for one in text.chars() {
        match one {
            '年' | '月' | '日' | '년' | '월' | '일' | ',' | '，' | '\u{3000}' => {
                out.push(if matches!(one, ',' | '，' | '\u{3000}') { ' ' } else { '-' });
                if matches!(one, '日' | '일') {
                    out.pop();
                    out.push(' ');
                }
            }
            '時' | '时' | '시' | '分' | '분' => out.push(':'),
            '秒' | '초' => out.push(' '),
            _ => {
                // `10:00AM`, `10:00:00GMT`, `7May`.
                if last.is_ascii_digit() && one.is_alphabetic() && !matches!(one, 'T' | 't') {
                    out.push(' ');
                }
                out.push(one);
            }
        }
        last = one;
    }
    out
}

impl Said {
    /// Takes one word; `None` when it makes the whole no date.
    fn take(&mut self, word: &str, region: Region) -> Option<()> {
        let word = word.trim_end_matches('.');
        if word.is_empty() {
            return Some(());
        }
        let first = word.chars().next()?;
        if word.contains(':') && first.is_ascii_digit() {
            return self.take_time(word, region);
        }
        if matches!(first, '+' | '-') && word.len() > 1 {
            self.offset = Some(offset_of(word, region)?);
            return Some(());
        }
        if first.is_ascii_digit() {
            return self.take_numbers(word, region);
        }
        self.take_name(word, region)
    }

    fn take_time(&mut self, word: &str, region: Region) -> Option<()> {
        let end = word.find(['+', '-']).unwrap_or(word.len());
        self.time = Some(clock(&word[..end])?);
        if end < word.len() {
            self.offset = Some(offset_of(&word[end..], region)?);
        }
        Some(())
    }

    fn take_numbers(&mut self, word: &str, region: Region) -> Option<()> {
        for part in word.split(['/', '-', '.']).filter(|part| !part.is_empty()) {
            // Ordinals: 1st, 2nd, 28th.
            let digits = part.trim_end_matches(|one: char| one.is_ascii_alphabetic());
            match digits.parse() {
                Ok(number) if self.numbers.len() < 4 => self.numbers.push((number, digits.len())),
                Ok(_) => return None,
                Err(_) => self.take_name(part, region)?,
            }
        }
        Some(())
    }

    fn take_name(&mut self, word: &str, region: Region) -> Option<()> {
        for part in word.split(['-', '/']).filter(|part| !part.is_empty()) {
            if let Ok(number) = part.parse() {
                self.numbers.push((number, part.len()));
                continue;
            }
            let lower = part.to_lowercase();
            let name = lower.trim_matches(|one: char| !one.is_alphanumeric());
            if let (None, Some(month)) = (self.month, month(name)) {
                self.month = Some(month);
                self.month_at = self.numbers.len();
            } else if matches!(name, "am" | "a.m" | "上午" | "午前" | "오전") {
                self.afternoon = Some(false);
            } else if matches!(name, "pm" | "p.m" | "下午" | "午後" | "오후") {
                self.afternoon = Some(true);
            } else if self.time.is_some() || self.numbers.len() >= 3 {
                // Names after the time are zones; an unknown one leaves it at UTC.
                self.offset = self.offset.or_else(|| offset_of(part, region));
            }
        }
        Some(())
    }

    fn date(&self) -> Option<NaiveDate> {
        let (year, month, day) = match (self.month, self.numbers.as_slice()) {
            (Some(month), [first, second]) if first.1 >= 3 => (*first, month, second.0),
            (Some(month), [first, second]) => (*second, month, first.0),
            (None, [first, second, third]) if first.1 == 4 => (*first, second.0, third.0),
            // Day first where it must be; else as North America writes it.
            (None, [first, second, third]) if first.0 > 12 => (*third, second.0, first.0),
            (None, [first, second, third]) => (*third, first.0, second.0),
            _ => return None,
        };
        let (number, digits) = year;
        let number = i32::try_from(number).ok()?;
        // RFC 2822, 4.3: two digits from 50 are of the last century, three count from 1900.
        let full = match digits {
            1 | 2 if number < 50 => number + 2000,
            1..=3 => number + 1900,
            _ => number,
        };
        NaiveDate::from_ymd_opt(full, month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        check_in(Region::Elsewhere, text, expected);
    }

    fn check_in(region: Region, text: &str, expected: Option<&str>) {
        let read = parse(text, region).map(|at| at.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_of_standards() {
        check("2003-12-31T10:14:55Z", Some("2003-12-31T10:14:55Z"));
        check("2003-12-31T10:14:55.25-08:00", Some("2003-12-31T18:14:55.250Z"));
        check("2003-12-31T10:14:55+0530", Some("2003-12-31T04:44:55Z"));
        check("2003-12-31T10:14", Some("2003-12-31T10:14:00Z"));
        check("20031231T101455", Some("2003-12-31T10:14:55Z"));
        check("2003-12-31", Some("2003-12-31T00:00:00Z"));
        check("2003-12", Some("2003-12-01T00:00:00Z"));
        check("2003-335", Some("2003-12-01T00:00:00Z"));
        check("2009-W53-7", Some("2010-01-03T00:00:00Z"));
        check("2003-12-31T24:00:00Z", Some("2004-01-01T00:00:00Z"));
        check("Thu, 01 Jan 2004 19:48:21 GMT", Some("2004-01-01T19:48:21Z"));
        check("Thu, 01 Jan 04 19:48:21 +0100", Some("2004-01-01T18:48:21Z"));
        check("1262304000", Some("2010-01-01T00:00:00Z"));
    }

    /// By position or by words: the same.
    #[test]
    fn the_standards_forms_are_read_as_the_tolerant_reading_reads_them() {
        let mut read = 0;
        let forms: &[&str] = &[
            "Thu, 01 Jan 2004 19:48:21 GMT",
            "Thu, 1 Feb 2004 00:00:00 +0530",
            "Mon, 29 Feb 2024 23:59:59 -0800",
            "Mon, 30 Feb 2024 23:59:59 -0800",
            "Sun, 31 Dec 1999 24:00:00 Z",
            "Sun, 31 Dec 1999 10:60:00 UT",
            "Sun, 31 Dec 1999 10:00:60 UTC",
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "Thu, 01 Jan 2004 19:48:21 +9999",
            "Thu, 01 Jan 2004 19:48:21 EST",
            "Thu, 01 jan 2004 19:48:21 GMT",
            "abc, 01 Jan 2004 19:48:21 GMT",
            "1, , 01 Jan 2004 19:48:21 GMT",
            "May, 07 Jan 2004 19:48:21 GMT",
            "2003-12-31T10:14:55Z",
            "2003-12-31T10:14:55-08:00",
            "2003-12-31T24:00:00Z",
            "2003-02-29T10:00:00Z",
            "2003-12-31T10:14:55.25Z",
        ];
        let months =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let made = (0..12).flat_map(|at| {
            let month = at + 1;
            [
                format!("Fri, {month} {} 2026 0{}:05:59 +0{at:03}", months[at], at % 10),
                format!("2026-{month:02}-{month:02}T1{}:00:07+{:02}:30", at % 10, at % 10),
            ]
        });
        for text in forms.iter().map(ToString::to_string).chain(made) {
            if let Some(standard) = standard::read(text.as_bytes()) {
                assert_eq!(Some(standard), tolerant(&text, Region::Elsewhere), "{text}");
                read += 1;
            }
        }
        assert!(read > 25, "{read}");
    }

    #[test]
    fn dates_of_the_web() {
        check("2018-08-10 00:00:00", Some("2018-08-10T00:00:00Z"));
        check("2018-08-10 00:00:00 UTC", Some("2018-08-10T00:00:00Z"));
        check("2018-08-10 10:00:00 +0200", Some("2018-08-10T08:00:00Z"));
        check("Thu May 07 2009 10:30:00", Some("2009-05-07T10:30:00Z"));
        check("Thu May 07 10:30:00 PDT 2009", Some("2009-05-07T17:30:00Z"));
        check("Thu May 07 2009 10:30:00 GMT+0200 (CEST)", Some("2009-05-07T08:30:00Z"));
        check("Thu 07 May 2009 10:30 BST", Some("2009-05-07T09:30:00Z"));
        check("7 May 2009 10:30:00 CEST", Some("2009-05-07T08:30:00Z"));
        check("May 7, 2009 2:30 PM", Some("2009-05-07T14:30:00Z"));
        check("May 7th, 2009", Some("2009-05-07T00:00:00Z"));
        check("07-May-2009 10:30", Some("2009-05-07T10:30:00Z"));
        check("Donnerstag, 7. Mai 2009 10:30", Some("2009-05-07T10:30:00Z"));
        check("mer, 16 nov 2022 00:38:15 +0100", Some("2022-11-15T23:38:15Z"));
        check("05/07/2009 10:30:00 AM", Some("2009-05-07T10:30:00Z"));
        check("27/05/2009", Some("2009-05-27T00:00:00Z"));
        check("2026年8月28日", Some("2026-08-28T00:00:00Z"));
        check("2026年8月28日 10:05", Some("2026-08-28T10:05:00Z"));
        check("2004-05-25 오후 11:23:17", Some("2004-05-25T23:23:17Z"));
        check("2009-05-07T10:30:00 EST", Some("2009-05-07T15:30:00Z"));
    }

    #[test]
    fn central_time_depends_on_the_region() {
        check("7 May 2009 10:30:00 CST", Some("2009-05-07T16:30:00Z"));
        check_in(Region::China, "7 May 2009 10:30:00 CST", Some("2009-05-07T02:30:00Z"));
    }

    #[test]
    fn daylight_time_of_north_america() {
        check("7 May 2009 10:00 EDT", Some("2009-05-07T14:00:00Z"));
        check("7 May 2009 10:00 CDT", Some("2009-05-07T15:00:00Z"));
        check("7 May 2009 10:00 MDT", Some("2009-05-07T16:00:00Z"));
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in [
            "",
            "now",
            "yesterday",
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "2009-13-45",
            "32 May 2009",
            "May",
            "2009-02-30T00:00:00Z",
            "99999999999999999999",
            "1/2/3/4/5/6",
            "10:30",
            "Thu, 01 Foo 2004 19:48:21 GMT",
            "\u{0}\u{ffff}",
            "F\u{e9}800",
            "20\u{e9}\u{e9}08\u{e9}",
        ] {
            check(text, None);
        }
    }
}
