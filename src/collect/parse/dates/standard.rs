//! The two forms that nearly all feeds write, as RFC 822 and RFC 3339 have them, read by position.
//!
//! Invariant: says what the tolerant reading says, or nothing. Anything unusual is left to that.

use chrono::{NaiveDate, NaiveDateTime};

const WEEKDAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// A date in one of the two forms, with its offset in minutes.
pub(super) fn read(text: &[u8]) -> Option<(NaiveDateTime, i32)> {
    match text {
        [a, b, c, b',', b' ', rest @ ..] if WEEKDAYS.contains(&&[*a, *b, *c]) => mail(rest),
        [_, _, _, _, b'-', ..] => internet(text),
        _ => None,
    }
}

/// `07 May 2009 10:00:00 GMT`, the day of one digit or two.
fn mail(text: &[u8]) -> Option<(NaiveDateTime, i32)> {
    let (day, rest) = match text {
        [one, b' ', rest @ ..] => (number(&[*one])?, rest),
        [one, two, b' ', rest @ ..] => (number(&[*one, *two])?, rest),
        _ => return None,
    };
    let [m, o, n, b' ', y1, y2, y3, y4, b' ', rest @ ..] = rest else { return None };
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, month([*m, *o, *n])?, day)?;
    let (time, zone) = clock(rest)?;
    let offset = match zone {
        b" GMT" | b" UTC" | b" UT" | b" Z" => 0,
        [b' ', sign @ (b'+' | b'-'), h1, h2, m1, m2] => offset(*sign, [*h1, *h2], [*m1, *m2])?,
        _ => return None,
    };
    Some((date.and_hms_opt(time.0, time.1, time.2)?, offset))
}

/// `2009-05-07T10:00:00Z`.
fn internet(text: &[u8]) -> Option<(NaiveDateTime, i32)> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', rest @ ..] = text else { return None };
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let (time, zone) = clock(rest)?;
    let offset = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => offset(*sign, [*h1, *h2], [*m1, *m2])?,
        _ => return None,
    };
    Some((date.and_hms_opt(time.0, time.1, time.2)?, offset))
}

type Clock = (u32, u32, u32);

fn clock(text: &[u8]) -> Option<(Clock, &[u8])> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else { return None };
    Some(((number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?), rest))
}

/// Only offsets that there are: others are left to the tolerant reading to judge.
fn offset(sign: u8, hours: [u8; 2], minutes: [u8; 2]) -> Option<i32> {
    let (hours, minutes) = (number(&hours)?, number(&minutes)?);
    let offset =
        i32::try_from(hours * 60 + minutes).ok().filter(|_| hours <= 14 && minutes < 60)?;
    Some(if sign == b'-' { -offset } else { offset })
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}

fn month(name: [u8; 3]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    (1..).zip(NAMES).find(|(_, known)| **known == name).map(|(number, _)| number)
}
