//! Which canaries were due in a window, and what became of each: a day without one is told.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::shown::{LINK, seconds};
use crate::config::Parsed;
use crate::model::{Canary, CanaryState, Timestamp};
use crate::notify::outside::line;
use crate::notify::schedule::Schedule;

/// What became of a day's canary.
#[derive(Debug, Serialize)]
pub(super) struct CanaryLine {
    day: String,
    state: &'static str,
    detail: String,
}

impl CanaryLine {
    /// Whether it arrived in time.
    pub(super) fn arrived(&self) -> bool {
        self.state == CanaryState::Arrived.as_str()
    }
}

/// When canaries were due by the versions of the files, each from when on; `None` is off.
#[derive(Debug, Default)]
pub(super) struct Due {
    versions: Vec<(Timestamp, Option<Schedule>)>,
}

impl Due {
    /// Notes what a version says that is in force from `since` on; versions come in order.
    pub(super) fn note(&mut self, parsed: &Parsed, since: Timestamp) {
        let schedule = parsed.settings.as_ref().and_then(|settings| {
            let at = settings.canary.as_ref()?.at.value.format("%H:%M");
            let zone = settings.timezone.value.parse().ok()?;
            Schedule::parse(&format!("daily {at}"), zone).ok()
        });
        self.versions.push((since, schedule));
    }

    /// Whether any version of the window has it on.
    pub(super) fn on(&self) -> bool {
        self.versions.iter().any(|(_, schedule)| schedule.is_some())
    }

    /// When one was due on a day, if one was.
    fn on_day(&self, day: NaiveDate) -> Option<(Timestamp, &Schedule)> {
        let ends = self.versions.iter().skip(1).map(|(since, _)| Some(*since)).chain([None]);
        self.versions.iter().zip(ends).find_map(|((since, schedule), end)| {
            let schedule = schedule.as_ref()?;
            let slot = schedule.slot_on(day)?;
            (*since <= slot && end.is_none_or(|end| slot < end)).then_some((slot, schedule))
        })
    }
}

/// A line for each day of the window that had a canary or was to have one. A canary stands under its own
/// day, which is of the service's zone.
pub(super) fn lines(
    canaries: &[Canary],
    due: &Due,
    (from, until): (Timestamp, Timestamp),
) -> Vec<CanaryLine> {
    let day = |at: Timestamp| at.to_chrono().date_naive();
    let (first, last) = (day(from), day(until));
    let mut days: BTreeMap<String, CanaryLine> = canaries
        .iter()
        .filter(|one| one.day.parse::<NaiveDate>().is_ok_and(|day| (first..=last).contains(&day)))
        .map(|one| (one.day.clone(), told(one)))
        .collect();
    for day in first.iter_days().take_while(|day| *day <= last) {
        let Some((slot, schedule)) = due.on_day(day).filter(|(slot, _)| *slot <= until) else {
            continue;
        };
        let day = day.format("%F").to_string();
        days.entry(day.clone()).or_insert_with(|| CanaryLine {
            day,
            state: "none",
            detail: format!(
                "due {} ({schedule} in {}), and none was flown",
                seconds(slot),
                schedule.zone()
            ),
        });
    }
    days.into_values().collect()
}

fn told(one: &Canary) -> CanaryLine {
    let seconds = |until: Timestamp| until.since(one.planted).as_secs();
    let state = match one.state {
        CanaryState::Flying => "on its way",
        other => other.as_str(),
    };
    let after = match (one.state, one.settled) {
        (CanaryState::Arrived | CanaryState::Late, Some(at)) => {
            format!("after {} s – ", seconds(at))
        }
        _ => String::new(),
    };
    CanaryLine {
        day: one.day.clone(),
        state,
        detail: format!("{after}{}", line(&one.detail, LINK)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    #[test]
    fn each_canary_stands_under_its_own_day_and_a_day_without_one_is_named() {
        let tokyo = Schedule::parse("daily 06:00", "Asia/Tokyo".parse().expect("a zone"));
        let due = Due {
            versions: vec![
                (at("2026-11-01T00:00:00Z"), Some(tokyo.expect("a schedule"))),
                (at("2026-11-14T00:00:00Z"), None),
            ],
        };
        let flown = |day: &str, planted: &str| Canary {
            day: day.to_owned(),
            planted: at(planted),
            state: CanaryState::Arrived,
            settled: Some(at(planted)),
            detail: "250 ok".to_owned(),
        };
        let canaries = [
            flown("2026-11-12", "2026-11-11T21:00:00Z"),
            flown("2026-11-13", "2026-11-12T21:00:00Z"),
        ];
        let days = |from: &str, until: &str| -> Vec<(String, &'static str)> {
            let window = (at(from), at(until));
            lines(&canaries, &due, window).into_iter().map(|one| (one.day, one.state)).collect()
        };
        let of = |day: &str, state| (format!("2026-11-{day}"), state);
        assert_eq!(days("2026-11-12T00:00:00Z", "2026-11-12T23:59:59Z"), [of("12", "arrived")]);
        assert_eq!(
            days("2026-11-10T00:00:00Z", "2026-11-16T12:00:00Z"),
            [
                of("10", "none"),
                of("11", "none"),
                of("12", "arrived"),
                of("13", "arrived"),
                of("14", "none")
            ]
        );
        assert!(due.on());
    }
}
