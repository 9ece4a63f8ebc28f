//! How large the database is, how fast it grows, and how long the disk will do.
//!
//! Growth is a straight line through what was noted once a day: good enough to buy a disk by, and said
//! only when there are at least two days to go by.

use serde::Serialize;

use super::load::Place;
use crate::daemon::disk;
use crate::model::{Timestamp, counted};
use crate::store::Size;

const DAY: i64 = 86_400_000;

/// Days of an average month.
const MONTH: f64 = 30.44;

/// Days that are looked back: what grew in the first weeks says little about later ones.
const LOOK_BACK: i64 = 30;

/// The database and its disk.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Room {
    /// Bytes of the database's file.
    bytes: u64,
    /// Bytes by which it grows in a month; null until two days are known.
    growth_per_month: Option<i64>,
    /// Bytes that are free on its disk.
    free: Option<u64>,
    /// Bytes that should stay free (`[keep] free_space`).
    floor: Option<u64>,
    /// Days until less is free than should be, at this pace; null when it does not grow.
    days_until_floor: Option<u64>,
}

impl Room {
    /// What is known of the database at `place`.
    pub(super) fn of(size: &Size, place: &Place, now: Timestamp) -> Self {
        let free = disk::free_space(place.storage.state_folder()).ok();
        Self::at_pace(size, free, place.floor, now)
    }

    fn at_pace(size: &Size, free: Option<u64>, floor: Option<u64>, now: Timestamp) -> Self {
        let a_day = growth_a_day(size, now);
        let left = free.zip(floor).map(|(free, floor)| free.saturating_sub(floor));
        let days = left.zip(a_day).filter(|(_, a_day)| *a_day >= 1.0);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate in whole days and bytes"
        )]
        Self {
            bytes: size.bytes,
            growth_per_month: a_day.map(|a_day| (a_day * MONTH).round() as i64),
            free,
            floor,
            days_until_floor: days.map(|(left, a_day)| (left as f64 / a_day) as u64),
        }
    }

    /// One line.
    pub(super) fn words(&self) -> String {
        let mut words = bytes(self.bytes);
        match self.growth_per_month {
            None => words.push_str("; how fast it grows is known after a day"),
            Some(growth) if growth <= 0 => words.push_str(", not growing"),
            Some(growth) => {
                let growth = bytes(growth.unsigned_abs());
                words.push_str(&format!(", growing by {growth} a month"));
            }
        }
        if let (Some(free), Some(floor)) = (self.free, self.floor) {
            let (free_words, floor_words) = (bytes(free), bytes(floor));
            if free < floor {
                words.push_str(&format!("; only {free_words} free, {floor_words} should be"));
            } else {
                words.push_str(&format!("; {free_words} free"));
            }
        }
        match self.days_until_floor {
            Some(0) | None => {}
            Some(days) if days > 3_650 => words.push_str(", enough for over ten years"),
            Some(days) => words.push_str(&format!(", enough for {}", counted(days, "day"))),
        }
        words
    }
}

fn bytes(bytes: u64) -> String {
    let (mb, rest) = (bytes / 1_000_000, bytes % 1_000_000 / 100_000);
    match mb {
        0..10 => format!("{mb}.{rest} MB"),
        10..10_000 => format!("{mb} MB"),
        _ => format!("{}.{} GB", mb / 1_000, mb % 1_000 / 100),
    }
}

/// Bytes a day since the oldest day of the last month that is known. What a clock that was wrong noted
/// ahead of today is left out.
fn growth_a_day(size: &Size, now: Timestamp) -> Option<f64> {
    let today = now.millis().div_euclid(DAY);
    let (day, bytes) =
        size.before.iter().find(|(day, _)| *day >= today - LOOK_BACK && *day < today)?;
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (grown, days) = (size.bytes as f64 - *bytes as f64, (today - day) as f64);
    Some(grown / days)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    fn room(before: &[(i64, u64)], bytes: u64, free: u64) -> Room {
        let size = Size { bytes, before: before.to_vec() };
        let now = Timestamp::from_millis(100 * DAY + 5);
        Room::at_pace(&size, Some(free), Some(200 * MB), now)
    }

    #[test]
    fn it_says_how_long_the_disk_will_do() {
        let steady = room(&[(60, MB), (90, 100 * MB), (95, 105 * MB)], 110 * MB, 700 * MB);
        assert_eq!(steady.days_until_floor, Some(500));
        assert_eq!(
            steady.words(),
            "110 MB, growing by 30 MB a month; 700 MB free, enough for 500 days"
        );
        let new = room(&[(100, 2 * MB)], 2 * MB, 700 * MB);
        assert_eq!(new.words(), "2.0 MB; how fast it grows is known after a day; 700 MB free");
        let still = room(&[(99, 50 * MB)], 50 * MB, 700 * MB);
        assert_eq!(still.words(), "50 MB, not growing; 700 MB free");
        let tight = room(&[(90, 40 * MB)], 50 * MB, 100 * MB);
        assert_eq!(
            tight.words(),
            "50 MB, growing by 30 MB a month; only 100 MB free, 200 MB should be"
        );
        let ahead = room(&[(4_000, 50 * MB)], 50 * MB, 700 * MB);
        assert_eq!(ahead.growth_per_month, None);
    }
}
