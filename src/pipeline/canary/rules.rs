//! When a canary is due, whether it has arrived, and where it was lost (pure).

use std::time::Duration;

use chrono::NaiveDate;

use crate::model::{Canary, CanaryState, MailState, Timestamp};
use crate::notify::schedule::Schedule;
use crate::store::{CanaryProgress, MailRow};

/// A canary that has not arrived after this is missing. A minute would do on a good day; mail servers
/// that greylist ask to come back after five to fifteen.
pub const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// The local day for which a canary is due now, if one is: its hour has come, and it has had none. So there
/// is one on a day, at its hour or as soon as the service looks after it, over restarts and through both
/// edges of summer time, and none before its hour: what flew early, by another hour or clock, says nothing
/// of the next day's. What a day missed is not made up for on another.
#[must_use]
pub fn due(schedule: &Schedule, newest: Option<&Canary>, now: Timestamp) -> Option<String> {
    let today = schedule.local_date(now);
    let come = |day: &NaiveDate| {
        // Where a gap spans midnight a day's hour may come in the next one.
        schedule.slot_on(*day).is_some_and(|slot| {
            slot <= now && (*day == today || schedule.local_date(slot) == today)
        })
    };
    let day = [Some(today), today.pred_opt()].into_iter().flatten().find(come)?;
    let day = day.format("%F").to_string();
    newest.is_none_or(|last| last.day < day).then_some(day)
}

/// When it must be looked again at the latest.
#[must_use]
pub fn next(schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
    schedule.next_after(now)
}

/// What has become of a canary that was followed for `waited`; `None` is that nothing is new.
#[must_use]
pub fn verdict(
    canary: &Canary,
    progress: &CanaryProgress,
    waited: Duration,
    now: Timestamp,
) -> Option<Canary> {
    let sent: Vec<&MailRow> =
        progress.mails.iter().filter(|one| one.state == MailState::Sent).collect();
    let over = waited >= PATIENCE;
    let all = !sent.is_empty() && sent.len() == progress.mails.len();
    let arrived = all || (!sent.is_empty() && over);
    let settled = |state, at, detail| Canary { state, settled: Some(at), detail, ..canary.clone() };
    match (canary.state, arrived) {
        (CanaryState::Flying | CanaryState::Missing, true) => {
            let in_time = canary.state == CanaryState::Flying;
            let state = if in_time { CanaryState::Arrived } else { CanaryState::Late };
            let at = sent.iter().filter_map(|one| one.sent).max().unwrap_or(now);
            Some(settled(state, at, replies(&progress.mails)))
        }
        (CanaryState::Flying, false) if over => {
            Some(settled(CanaryState::Missing, now, whereabouts(progress)))
        }
        _ => None,
    }
}

/// The servers' words, for each address.
fn replies(mails: &[MailRow]) -> String {
    let words: Vec<String> = mails
        .iter()
        .map(|one| match mails.len() {
            1 => one.reply.clone(),
            _ => format!("{}: {}", one.address, one.reply),
        })
        .collect();
    words.join("; ")
}

/// Where a canary that has not arrived is.
#[must_use]
pub fn whereabouts(progress: &CanaryProgress) -> String {
    if progress.mails.is_empty() {
        let lost = match progress {
            CanaryProgress { polled: None, .. } => "its feed was not asked for",
            CanaryProgress { stored: false, trouble: Some(why), .. } => {
                return format!("its feed could not be read: {why}");
            }
            CanaryProgress { stored: false, .. } => "its feed was read and its item not stored",
            CanaryProgress { judged: false, .. } => "its item waits to be assessed",
            CanaryProgress { alerted: false, .. } => "its item was judged to be no alert",
            _ => "no mail was sealed for it",
        };
        return lost.to_owned();
    }
    let waiting: Vec<String> = progress
        .mails
        .iter()
        .filter(|one| one.state != MailState::Sent)
        .map(|one| {
            let reply = if one.reply.is_empty() { "no attempt yet" } else { &one.reply };
            format!("its mail is {}: {reply}", one.state.as_str())
        })
        .collect();
    waiting.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MailId, MailKind, canary};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn flown(day: &str, planted: &str) -> Canary {
        Canary {
            day: day.to_owned(),
            planted: at(planted),
            state: CanaryState::Flying,
            settled: None,
            detail: String::new(),
        }
    }

    fn berlin() -> Schedule {
        Schedule::parse("daily 06:00", "Europe/Berlin".parse().unwrap()).unwrap()
    }

    #[test]
    fn one_is_due_at_its_hour_of_each_local_day_and_after_downtime_at_once() {
        let check = |last: Option<(&str, &str)>, now: &str, expected: Option<&str>| {
            let last = last.map(|(day, planted)| flown(day, planted));
            assert_eq!(due(&berlin(), last.as_ref(), at(now)).as_deref(), expected, "{now}");
        };
        check(None, "2026-11-26T04:59:59Z", None);
        check(None, "2026-11-26T09:00:00Z", Some("2026-11-26"));
        let first = Some(("2026-11-26", "2026-11-26T09:00:00Z"));
        check(first, "2026-11-26T22:00:00Z", None);
        check(first, "2026-11-27T04:59:59Z", None);
        check(first, "2026-11-27T05:00:00Z", Some("2026-11-27"));
        // After three days of downtime one is due at its hour, or at once when that is over.
        check(first, "2026-11-30T03:00:00Z", None);
        check(first, "2026-11-30T05:00:00Z", Some("2026-11-30"));
        check(first, "2026-11-30T20:00:00Z", Some("2026-11-30"));
        // What flew before its hour, by another hour or clock, moves no other day's.
        let early = Some(("2026-11-09", "2026-11-09T00:07:00Z"));
        check(early, "2026-11-09T05:00:00Z", None);
        check(early, "2026-11-09T23:01:00Z", None);
        check(early, "2026-11-10T04:59:59Z", None);
        check(early, "2026-11-10T05:00:00Z", Some("2026-11-10"));
    }

    /// Zones with all that civil time does: a gap over midnight, half an hour of summer time, a day that
    /// is missing, far from UTC on both sides.
    const ZONES: [&str; 8] = [
        "Europe/Berlin",
        "America/New_York",
        "America/Nuuk",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Niue",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(96))]
        #[test]
        fn one_flies_on_each_local_day_at_its_hour_or_as_soon_after_as_somebody_looks(
            zone in proptest::sample::select(ZONES.to_vec()),
            minute in 0_u32..24 * 60,
            begin in proptest::sample::select(vec![
                "2011-12-20T00:00:00Z", "2026-03-20T00:00:00Z", "2026-10-18T00:00:00Z",
            ]),
            early in proptest::bool::ANY,
            // How long until somebody looks again: a look while it runs, or a stop of hours or days.
            pauses in proptest::collection::vec(
                proptest::prop_oneof![8 => 1_u64..7200, 1 => 1_u64..300_000], 20..400),
        ) {
            let zone: crate::model::Tz = zone.parse().unwrap();
            let words = format!("daily {:02}:{:02}", minute / 60, minute % 60);
            let schedule = Schedule::parse(&words, zone).unwrap();
            let mut now = at(begin);
            // One that flew before its hour, as it was written then.
            let day = schedule.local_date(now).format("%F").to_string();
            let mut last = early.then(|| flown(&day, begin));
            let mut flights: Vec<(NaiveDate, Timestamp)> = Vec::new();
            let mut owed: Vec<(NaiveDate, Timestamp)> = Vec::new();
            for pause in pauses {
                now = now.plus(Duration::from_secs(pause));
                if let Some(day) = due(&schedule, last.as_ref(), now) {
                    flights.push((day.parse().unwrap(), now));
                    last = Some(Canary { planted: now, ..flown(&day, begin) });
                }
                // The same in other words: a day whose hour has come while it lasts is owed one at the
                // first look.
                let today = schedule.local_date(now);
                let over = |day: NaiveDate| schedule.slot_on(day).filter(|slot| *slot <= now);
                let owes = match over(today) {
                    Some(_) => Some(today),
                    None => today.pred_opt().filter(|day| {
                        over(*day).is_some_and(|slot| schedule.local_date(slot) == today)
                    }),
                };
                let known = |day: NaiveDate| owed.last().is_some_and(|(last, _)| *last >= day);
                let had = |other: NaiveDate| early && other.format("%F").to_string() <= day;
                owed.extend(owes.filter(|day| !known(*day) && !had(*day)).map(|day| (day, now)));
            }
            proptest::prop_assert_eq!(&flights, &owed, "{} {}", zone, words);
            for (day, planted) in &flights {
                proptest::prop_assert!(schedule.slot_on(*day).unwrap() <= *planted);
            }
            proptest::prop_assert!(flights.windows(2).all(|two| two[0].0 < two[1].0));
        }
    }

    #[test]
    fn every_local_day_has_one_through_both_edges_of_summer_time() {
        for zone in ZONES {
            let zone: crate::model::Tz = zone.parse().unwrap();
            for time in ["00:00", "01:30", "02:00", "02:30", "06:00", "23:30"] {
                let schedule = Schedule::parse(&format!("daily {time}"), zone).unwrap();
                let mut last: Option<Canary> = None;
                let mut days = Vec::new();
                let mut now = at("2026-01-01T00:00:00Z");
                while now < at("2027-01-01T00:00:00Z") {
                    if let Some(day) = due(&schedule, last.as_ref(), now) {
                        days.push(day.clone());
                        last = Some(Canary { planted: now, ..flown(&day, "2026-01-01T00:00:00Z") });
                    }
                    now = now.plus(Duration::from_secs(1800));
                }
                let all = days.len();
                days.dedup();
                assert_eq!(days.len(), all, "{zone} {time}");
                assert!((365..=366).contains(&all), "{all} in {zone} at {time}");
            }
        }
    }

    fn mail(state: MailState, reply: &str) -> MailRow {
        MailRow {
            id: MailId::of(&["x"]),
            key: canary::mail_key("2026-11-26"),
            kind: MailKind::Operator,
            reader: None,
            address: "ops@desk.test".to_owned(),
            state,
            subject: String::new(),
            at: at("2026-11-26T05:00:02Z"),
            sent: (state == MailState::Sent).then(|| at("2026-11-26T05:00:04Z")),
            attempts: 1,
            tried: None,
            next_attempt: None,
            reply: reply.to_owned(),
        }
    }

    #[test]
    fn it_arrives_with_the_last_reply_and_is_missing_when_patience_ends() {
        let one = flown("2026-11-26", "2026-11-26T05:00:00Z");
        let now = at("2026-11-26T05:31:00Z");
        let with = |mails: Vec<MailRow>| CanaryProgress { mails, ..CanaryProgress::default() };
        let sent = || mail(MailState::Sent, "250 ok");
        let early = PATIENCE - Duration::from_secs(1);
        let all = verdict(&one, &with(vec![sent()]), Duration::ZERO, now).unwrap();
        assert_eq!((all.state, all.settled), (CanaryState::Arrived, sent().sent));
        assert_eq!(all.detail, "250 ok");
        let half = with(vec![sent(), mail(MailState::Deferred, "451 later")]);
        assert_eq!(verdict(&one, &half, early, now), None);
        assert_eq!(verdict(&one, &half, PATIENCE, now).unwrap().state, CanaryState::Arrived);
        let none = with(vec![mail(MailState::Deferred, "451 later")]);
        assert_eq!(verdict(&one, &none, early, now), None);
        let missing = verdict(&one, &none, PATIENCE, now).unwrap();
        assert_eq!((missing.state, missing.settled), (CanaryState::Missing, Some(now)));
        assert_eq!(missing.detail, "its mail is deferred: 451 later");
        assert_eq!(verdict(&missing, &none, PATIENCE, now), None);
        let late = verdict(&missing, &with(vec![sent()]), PATIENCE, now).unwrap();
        assert_eq!(late.state, CanaryState::Late);
        assert_eq!(verdict(&late, &with(vec![sent()]), PATIENCE, now), None);
    }

    #[test]
    fn each_step_that_it_did_not_take_is_named() {
        let polled =
            CanaryProgress { polled: Some(at("2026-11-26T05:00:01Z")), ..Default::default() };
        let stored = CanaryProgress { stored: true, ..polled.clone() };
        let judged = CanaryProgress { judged: true, ..stored.clone() };
        let alerted = CanaryProgress { alerted: true, ..judged.clone() };
        let unread = CanaryProgress { trouble: Some("timed out".into()), ..polled.clone() };
        let told: Vec<String> =
            [&CanaryProgress::default(), &polled, &unread, &stored, &judged, &alerted]
                .into_iter()
                .map(whereabouts)
                .collect();
        assert_eq!(
            told,
            [
                "its feed was not asked for",
                "its feed was read and its item not stored",
                "its feed could not be read: timed out",
                "its item waits to be assessed",
                "its item was judged to be no alert",
                "no mail was sealed for it"
            ]
        );
    }
}
