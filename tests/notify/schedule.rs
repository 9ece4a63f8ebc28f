//! Schedules against a table, against an oracle, and against what must always hold.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{NaiveDate, TimeZone};
use proptest::prelude::*;
use watchlistd::model::{Timestamp, Tz};
use watchlistd::notify::schedule::Schedule;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("'{text}' is no instant"))
}

fn schedule(text: &str, zone: &str) -> Schedule {
    Schedule::parse(text, zone.parse().expect("a zone"))
        .unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[track_caller]
fn check(text: &str, zone: &str, after: &str, expected: &[&str]) {
    let schedule = schedule(text, zone);
    let mut found = Vec::new();
    let mut now = at(after);
    for _ in expected {
        now = schedule.next_after(now).expect("it fires");
        found.push(now.to_string());
    }
    assert_eq!(found, expected, "{text} in {zone} after {after}");
}

#[test]
fn words_mean_what_they_say() {
    let friday = "2026-11-20T14:00:00Z";
    check(
        "weekdays 08:00",
        "America/New_York",
        friday,
        &["2026-11-23T13:00:00Z", "2026-11-24T13:00:00Z"],
    );
    check("Daily 8:00", "America/New_York", friday, &["2026-11-21T13:00:00Z"]);
    check(
        "mondays 09:00",
        "Europe/Berlin",
        friday,
        &["2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z"],
    );
    check("Sunday 23:59", "Asia/Tokyo", friday, &["2026-11-22T14:59:00Z"]);
    check("wed 00:00", "UTC", friday, &["2026-11-25T00:00:00Z"]);
    assert!(schedule("never", "UTC").is_never());
    assert_eq!(schedule("never", "UTC").next_after(at(friday)), None);
    assert_eq!(schedule("never", "UTC").slot_due(at("2020-01-01T00:00:00Z"), at(friday)), None);
}

#[test]
fn a_crontab_means_what_cron_makes_of_it() {
    let after = "2026-11-20T14:00:00Z"; // a Friday
    check("0 8 * * 1-5", "UTC", after, &["2026-11-23T08:00:00Z"]);
    for sunday in ["0", "7", "sun", "SUN", "0,7", "7-7"] {
        check(
            &format!("0 8 * * {sunday}"),
            "UTC",
            after,
            &["2026-11-22T08:00:00Z", "2026-11-29T08:00:00Z"],
        );
    }
    check(
        "0 8 * * fri-sun",
        "UTC",
        after,
        &["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-27T08:00:00Z"],
    );
    check(
        "0 8 * * 5-7",
        "UTC",
        after,
        &["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-27T08:00:00Z"],
    );
    check(
        "0 8 * * */2",
        "UTC",
        after,
        &["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-24T08:00:00Z"],
    );
    check(
        "*/20 14-16/2 * * *",
        "UTC",
        after,
        &["2026-11-20T14:20:00Z", "2026-11-20T14:40:00Z", "2026-11-20T16:00:00Z"],
    );
    check("30 6 1 jan,JUL *", "UTC", after, &["2027-01-01T06:30:00Z", "2027-07-01T06:30:00Z"]);
    // Both day fields restricted: either suffices.
    check(
        "0 8 25 * mon",
        "UTC",
        after,
        &["2026-11-23T08:00:00Z", "2026-11-25T08:00:00Z", "2026-11-30T08:00:00Z"],
    );
    // A field that begins with a star does not restrict: both must hold.
    check("0 8 */2 * mon", "UTC", after, &["2026-11-23T08:00:00Z", "2026-12-07T08:00:00Z"]);
    check("0 0 29 2 *", "UTC", after, &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
    check("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", &["2104-02-29T00:00:00Z"]);
}

#[test]
fn spring_fires_after_the_gap_and_autumn_fires_once() {
    let check_year =
        |text: &str, zone: &str, expected: &[&str]| check(text, zone, expected[0], &expected[1..]);
    // New York skips 02:00-03:00 on 8 March and repeats 01:00-02:00 on 1 November 2026.
    check_year(
        "30 2 * * *",
        "America/New_York",
        &["2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
    );
    check_year(
        "30 1 * * *",
        "America/New_York",
        &["2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    );
    check_year(
        "daily 02:30",
        "Europe/Berlin",
        &["2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
    );
    // Lord Howe moves by half an hour; Cairo and Santiago skip midnight.
    check_year(
        "15 2 * * *",
        "Australia/Lord_Howe",
        &["2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"],
    );
    check_year(
        "0 0 * * *",
        "America/Santiago",
        &["2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
    );
    // Samoa had no 30 December 2011 at all, and that day owes nobody anything.
    check_year(
        "0 8 * * *",
        "Pacific/Apia",
        &["2011-12-29T00:00:00Z", "2011-12-29T18:00:00Z", "2011-12-30T18:00:00Z"],
    );
}

#[test]
fn what_is_no_schedule_is_refused_with_the_part_at_fault() {
    let check = |text: &str, expected: &str| {
        let why = Schedule::parse(text, Tz::UTC).expect_err(text);
        let said = format!("{} | {}", why.what, why.hint);
        assert!(said.contains(expected), "{text}: {said}");
    };
    check("0 0 31 2 *", "a day that never comes");
    check("0 0 30 feb *", "a day that never comes");
    check("0 0 31 4,6,9,11 *", "a day that never comes");
    check("60 8 * * *", "'60' is no minute: '60' is none of 0-59");
    check("0 24 * * *", "'24' is no hour");
    check("0 8 0 * *", "'0' is no day of month");
    check("0 8 * 13 *", "1-12 or jan-dec");
    check("0 8 * * 8", "0-7 (0 and 7 are Sunday)");
    check("0 8 * * 5-3", "the range 5-3 runs backwards");
    check("0 8 * * mon-", "'' is none of");
    check("0/0 8 * * *", "a step is 1-59");
    check("*/0 8 * * *", "a step is 1-59");
    check("5/15 8 * * *", "a step needs a range, such as 5-59/15");
    check("? 8 * * *", "'?' is none of");
    check("0 8 L * *", "is no day of month");
    check("1,,2 8 * * *", "'' is none of");
    check("0 8 * * 1-5 2026", "is no schedule");
    check("0 0 8 * * 1-5", "is no schedule");
    check("@daily", "write \"weekdays 08:00\"");
    check("mondys 08:00", "did you mean 'mondays'?");
    check("weekday 08:00", "did you mean 'weekdays'?");
    check("daily 8", "'8' is no time of day");
    check("daily 24:00", "is no time of day");
    check("daily 08:0", "is no time of day");
    check("daily +8:00", "is no time of day");
    check("", "is no schedule");
    check("0 99999999999 * * *", "is no hour");
}

#[test]
fn one_digest_is_due_after_downtime() {
    let weekdays = schedule("weekdays 08:00", "America/New_York");
    let check = |after: &str, now: &str, expected: Option<&str>| {
        let found = weekdays.slot_due(at(after), at(now)).map(|slot| slot.to_string());
        assert_eq!(found.as_deref(), expected, "({after}, {now}]");
    };
    check("2026-11-20T13:00:00Z", "2026-11-23T12:59:59Z", None);
    check("2026-11-20T13:00:00Z", "2026-11-23T13:00:00Z", Some("2026-11-23T13:00:00Z"));
    check("2026-11-23T13:00:00Z", "2026-11-23T13:00:00Z", None);
    check("2026-11-23T13:00:00Z", "2026-11-23T20:00:00Z", None);
    // Down for two weeks: the newest slot, once.
    check("2026-11-09T13:00:00Z", "2026-11-22T20:00:00Z", Some("2026-11-20T13:00:00Z"));
    // A clock that was set back owes nothing.
    check("2026-11-23T13:00:00Z", "2026-11-20T13:00:00Z", None);
    check("1970-01-01T00:00:00Z", "2026-11-22T20:00:00Z", Some("2026-11-20T13:00:00Z"));
}

const ZONES: [&str; 9] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Chatham",
    "America/St_Johns",
];

fn zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(&ZONES[..]).prop_map(|name| name.parse::<Tz>().expect("a zone"))
}

/// 2000 to 2037: later, zones follow a rule and bring nothing new.
fn instant() -> impl Strategy<Value = Timestamp> {
    (946_684_800_000_i64..2_145_916_800_000).prop_map(Timestamp::from_millis)
}

/// One field: a star, a number, a range, a list or a step. `star_steps` is off for the day fields,
/// where the oracle reads a star with a step as a restriction and cron(8) does not.
fn field(low: u32, high: u32, star_steps: bool) -> impl Strategy<Value = String> {
    let number = low..=high;
    let range = (low..=high, low..=high).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let stepped =
        (range.clone(), 1..=high).prop_map(|((from, to), step)| format!("{from}-{to}/{step}"));
    prop_oneof![
        3 => Just("*".to_owned()),
        3 => number.clone().prop_map(|n| n.to_string()),
        1 => range.prop_map(|(from, to)| format!("{from}-{to}")),
        1 => prop::collection::vec(number, 1..4)
            .prop_map(|list| list.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
        1 => stepped,
        1 => (1..=high).prop_map(move |step| if star_steps { format!("*/{step}") } else { "*".to_owned() }),
    ]
}

fn crontab() -> impl Strategy<Value = String> {
    (
        field(0, 59, true),
        field(0, 23, true),
        field(1, 28, false),
        field(1, 12, true),
        field(0, 7, false),
    )
        .prop_map(|(minute, hour, day, month, weekday)| {
            format!("{minute} {hour} {day} {month} {weekday}")
        })
}

/// The next civil minutes that the oracle names, in UTC, where there are no edges.
fn oracle(text: &str, after: Timestamp, most: usize) -> Vec<Timestamp> {
    let cron = croner::Cron::from_str(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    // It keeps the milliseconds of the instant that it is given.
    let second = Timestamp::from_millis(after.millis().div_euclid(1000) * 1000);
    cron.iter_after(second.to_chrono()).take(most).map(|at| Timestamp::from_chrono(&at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_edges_an_oracle_agrees(text in crontab(), after in instant()) {
        let schedule = Schedule::parse(&text, Tz::UTC).unwrap();
        let mut found = Vec::new();
        let mut now = after;
        for _ in 0..5 {
            now = schedule.next_after(now).unwrap();
            found.push(now);
        }
        prop_assert_eq!(found, oracle(&text, after, 5), "{} after {}", text, after);
    }

    #[test]
    fn the_next_instant_lies_ahead_and_nothing_is_skipped(
        text in crontab(), zone in zone(), after in instant(), ahead in 0_i64..200_000_000,
    ) {
        let schedule = Schedule::parse(&text, zone).unwrap();
        let next = schedule.next_after(after).unwrap();
        prop_assert!(next > after);
        // Monotone: a later question has no earlier answer.
        let later = Timestamp::from_millis(after.millis() + ahead);
        let next_later = schedule.next_after(later).unwrap();
        prop_assert!(next_later >= next);
        // Any instant before the answer has the same answer.
        if later < next {
            prop_assert_eq!(next_later, next);
        }
        // The slot is due exactly when it has come, and only the newest.
        prop_assert_eq!(schedule.slot_due(after, next), Some(next));
        let just_before = Timestamp::from_millis(next.millis() - 1);
        prop_assert_eq!(schedule.slot_due(after, just_before), None);
        let newest = schedule.slot_due(after, later);
        prop_assert_eq!(newest.is_some(), next <= later);
        if let Some(newest) = newest {
            prop_assert!(schedule.next_after(newest).unwrap() > later);
        }
    }

    #[test]
    fn a_daily_schedule_fires_once_on_each_local_day(
        hour in 0_u32..24, minute in 0_u32..60, zone in zone(), year in 2005_i32..2036,
    ) {
        let schedule = Schedule::parse(&format!("{minute} {hour} * * *"), zone).unwrap();
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let mut now = Timestamp::from_chrono(&zone.from_local_datetime(&first).unwrap());
        let mut fired: HashMap<NaiveDate, u32> = HashMap::new();
        for _ in 0..366 {
            now = schedule.next_after(now).unwrap();
            *fired.entry(now.to_chrono().with_timezone(&zone).date_naive()).or_default() += 1;
        }
        prop_assert_eq!(fired.len(), 366, "366 firings on 366 days");
        let (first, last) = (fired.keys().min().unwrap(), fired.keys().max().unwrap());
        prop_assert_eq!((*last - *first).num_days(), 365, "and no day without");
    }

    #[test]
    fn no_text_makes_it_stumble(text in "[ -~]{0,24}") {
        let _ = Schedule::parse(&text, Tz::UTC);
    }
}
