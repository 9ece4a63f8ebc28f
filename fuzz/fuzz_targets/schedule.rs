//! Any schedule in any zone: refused, or the next instant lies ahead, always.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchlistd::model::{Timestamp, Tz};
use watchlistd::notify::schedule::Schedule;

const ZONES: [&str; 4] = ["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Gaza"];

fuzz_target!(|input: (u8, u32, String)| {
    let (zone, hours, text) = input;
    let zone: Tz = ZONES[usize::from(zone) % ZONES.len()].parse().expect("it is one");
    let Ok(schedule) = Schedule::parse(&text, zone) else { return };
    // Within the years 1990 to 2100 or so.
    let mut at = Timestamp::from_millis(631_152_000_000 + i64::from(hours % 960_000) * 3_600_000);
    for _ in 0..4 {
        let Some(next) = schedule.next_after(at) else { return };
        assert!(next > at, "{text}: {next} after {at}");
        assert_eq!(schedule.slot_due(at, next), Some(next), "{text} at {at}");
        at = next;
    }
});
