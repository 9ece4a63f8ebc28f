//! Who is told, how soon, and what reaches nobody.

use std::collections::HashMap;
use std::time::Duration;

use insta::assert_snapshot;
use proptest::prelude::*;
use watchlistd::model::item::Arrival;
use watchlistd::model::reader::UrgentFrom;
use watchlistd::model::{
    Mark, Notice, PendingNotice, ReaderEntry, Severity, StoryId, Timestamp, Urgency,
};
use watchlistd::notify::route::{StorySoFar, Told, marks_in_story, plan_urgent, route, unreached};

use super::make::{Piece, at, away, entry, here, list, named, one_reader, readers, vocabulary};

const NOW: &str = "2026-11-23T15:00:00Z";

fn piece() -> Piece {
    Piece::new("memo", "scmp", "Alibaba faces delisting", NOW)
}

fn told(entries: &[ReaderEntry], piece: &Piece) -> Vec<Notice> {
    route(&piece.alert(), &piece.item(), &readers(entries), at(NOW))
}

/// `Mei urgent, Jo digest`.
fn brief(notices: &[Notice]) -> String {
    let one = |notice: &Notice| {
        let how = if notice.urgency == Urgency::Urgent { "urgent" } else { "digest" };
        let wait = notice.not_before.since(at(NOW)).as_secs() / 60;
        let wait = if wait == 0 { String::new() } else { format!(" in {wait} min") };
        format!("{} {how}{wait}", notice.reader)
    };
    notices.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn check(change: impl FnOnce(&mut ReaderEntry), piece: &Piece, expected: &str) {
    let mut mei = entry("Mei");
    change(&mut mei);
    assert_eq!(brief(&told(&[mei], piece)), expected);
}

#[test]
fn filters_are_companies_or_groups_and_topics_and_severity() {
    let high = piece();
    let medium = piece().with(|one| one.severity = Severity::Medium);
    check(|_| {}, &high, "Mei urgent");
    check(|_| {}, &medium, "Mei digest");
    check(|mei| mei.min_severity = Severity::High, &medium, "");
    check(|mei| mei.companies = list(&["alibaba"]), &high, "Mei urgent");
    check(|mei| mei.companies = list(&["smic"]), &high, "");
    check(|mei| mei.groups = list(&["china-tech"]), &high, "Mei urgent");
    check(|mei| mei.groups = list(&["chips"]), &high, "");
    check(
        |mei| {
            mei.companies = list(&["smic"]);
            mei.groups = list(&["china-tech"]);
        },
        &high,
        "Mei urgent",
    );
    check(|mei| mei.topics = list(&["export-controls"]), &high, "");
    check(
        |mei| {
            mei.companies = list(&["alibaba"]);
            mei.topics = list(&["delisting"]);
        },
        &high,
        "Mei urgent",
    );
}

#[test]
fn an_alert_without_a_company_fails_a_company_filter() {
    let alone = piece().with(|one| one.companies.clear());
    check(|_| {}, &alone, "Mei urgent");
    check(|mei| mei.companies = list(&["alibaba"]), &alone, "");
}

#[test]
fn urgency_follows_the_reader_and_old_news_never_rings() {
    let high = piece();
    let medium = piece().with(|one| one.severity = Severity::Medium);
    check(|mei| mei.urgent = UrgentFrom::Medium, &medium, "Mei urgent");
    check(|mei| mei.urgent = UrgentFrom::Never, &high, "Mei digest");
    let there = piece().with(|one| one.arrival = Arrival::AlreadyThere);
    check(|_| {}, &there, "Mei digest");
    check(|_| {}, &piece().with(|one| one.marks = vec![Mark::Late]), "Mei digest");
    check(|_| {}, &piece().with(|one| one.arrival = Arrival::Old), "Mei digest");
    check(|_| {}, &piece().with(|one| one.marks = vec![Mark::Old]), "Mei digest");
    for nobody in [Arrival::Baseline, Arrival::Elsewhere] {
        check(|_| {}, &piece().with(|one| one.arrival = nobody), "");
    }
    check(|mei| mei.digest = here("never"), &high, "Mei urgent");
    check(|mei| mei.digest = here("never"), &medium, "");
    check(|mei| mei.digest = here("never"), &there, "");
}

#[test]
fn a_rules_readers_bypass_their_filters() {
    let by_rule = piece().with(|one| {
        one.severity = Severity::Medium;
        one.rule = Some(("China tech".into(), vec!["Mei".into()]));
    });
    check(|mei| mei.companies = list(&["smic"]), &by_rule, "Mei digest");
    check(|mei| mei.min_severity = Severity::High, &by_rule, "Mei digest");
    check(|mei| mei.digest = here("never"), &by_rule, "Mei urgent");
}

#[test]
fn in_quiet_hours_medium_waits_and_high_passes() {
    let quiet = |mei: &mut ReaderEntry| {
        mei.quiet = Some(here("09:00-11:30"));
        mei.urgent = UrgentFrom::Medium;
    };
    check(quiet, &piece(), "Mei urgent");
    check(quiet, &piece().with(|one| one.severity = Severity::Medium), "Mei urgent in 90 min");
}

#[test]
fn a_deputy_stands_in_and_the_reader_finds_it_on_return() {
    let gone = |name: &str, deputy| {
        let mut reader = entry(name);
        reader.away = Some(away("2026-11-20", "2026-11-30", deputy));
        reader
    };
    let mut jo = entry("Jo");
    jo.companies = list(&["smic"]);
    let check = |entries: &[ReaderEntry], expected: &str| {
        assert_eq!(brief(&told(entries, &piece())), expected);
    };
    check(&[gone("Mei", Some("Jo")), jo.clone()], "Mei digest, Jo urgent");
    check(&[jo.clone(), gone("Mei", Some("Jo"))], "Jo urgent, Mei digest");
    check(
        &[gone("Mei", Some("Ann")), gone("Ann", Some("Jo")), jo.clone()],
        "Mei digest, Ann digest, Jo urgent",
    );
    // Nobody is told twice, and two who point at each other are no endless loop.
    check(&[gone("Mei", Some("Jo")), entry("Jo")], "Mei digest, Jo urgent");
    check(&[gone("Mei", Some("Ann")), gone("Ann", Some("Mei"))], "Mei digest, Ann digest");
    check(&[gone("Mei", None)], "Mei digest");
}

#[test]
fn what_reaches_nobody_is_named() {
    let said = |entries: &[ReaderEntry]| -> String {
        unreached(&readers(entries), &vocabulary())
            .iter()
            .map(|one| format!("{}\n", one.what))
            .collect()
    };
    assert_eq!(said(&[entry("Mei")]), "");
    let mut chips = entry("Mei");
    chips.groups = list(&["chips"]);
    let mut urgent_only = entry("Jo");
    urgent_only.digest = here("never");
    urgent_only.companies = list(&["alibaba"]);
    assert_snapshot!(said(std::slice::from_ref(&chips)), @r"
    alerts about Alibaba reach no reader
    alerts about Huawei reach no reader
    Export controls without a company reaches no reader
    ");
    assert_snapshot!(said(std::slice::from_ref(&urgent_only)), @r"
    medium alerts reach no reader
    alerts about SMIC reach no reader
    alerts about Huawei reach no reader
    medium alerts of topic Export controls reach no reader
    ");
    assert_snapshot!(said(&[chips, urgent_only]), @r"
    alerts about Huawei reach no reader
    Export controls without a company reaches no reader
    Alibaba with Export controls reaches no reader
    ");
    assert_snapshot!(said(&[]), @"there is no reader: every alert goes to the operator");
}

#[test]
fn an_item_that_changes_its_story_is_marked() {
    let judgement = piece().alert().judgement;
    let mut so_far = StorySoFar::default();
    assert_eq!(marks_in_story(&judgement, Severity::High, true, &so_far), []);
    so_far.add(["alibaba"], ["delisting"], Some(Severity::High), false);
    assert_eq!(marks_in_story(&judgement, Severity::High, false, &so_far), []);
    assert_eq!(marks_in_story(&judgement, Severity::High, true, &so_far), [Mark::NowOfficial]);
    let mut more = judgement.clone();
    more.companies.push(named("smic", "SMIC"));
    assert_eq!(marks_in_story(&more, Severity::High, false, &so_far), [Mark::BringsMore]);
    let mut medium = StorySoFar::default();
    medium.add(["alibaba"], ["delisting"], Some(Severity::Medium), true);
    assert_eq!(marks_in_story(&judgement, Severity::High, true, &medium), [Mark::BringsMore]);
    // Mentions alone raise no alarm, so the first alert of a story does.
    let mut mentions = StorySoFar::default();
    mentions.add(["alibaba"], ["delisting"], None, false);
    assert_eq!(marks_in_story(&judgement, Severity::High, false, &mentions), [Mark::BringsMore]);
}

fn urgent(story: &str, title: &str, seen: &str) -> Piece {
    Piece::new(story, "scmp", title, seen).with(|one| one.urgency = Urgency::Urgent)
}

fn plan(
    pending: &[PendingNotice],
    told: &[(&str, u32, &str)],
    last_hour: u32,
    now: &str,
) -> String {
    let told: HashMap<StoryId, Told> = told
        .iter()
        .map(|(story, count, last)| {
            (StoryId::of(&[story]), Told { count: *count, last: Some(at(last)) })
        })
        .collect();
    // The first of the hour was ten minutes after it began, the others a minute later each.
    let minutes = |n: u32| Duration::from_secs(u64::from(60 * (50 - n)));
    let hour: Vec<Timestamp> = (0..last_hour).map(|n| at(now).minus(minutes(n))).collect();
    let plan = plan_urgent(&one_reader(entry("Mei")), pending, &told, &hour, at(now));
    let mails = plan.mails.iter().map(|mail| {
        let folded = if mail.folded { " folded" } else { "" };
        format!("#{} of {:?}{folded}", mail.n, mail.notices)
    });
    let wake = plan.wake.map(|at| format!("wake {at}"));
    let full = plan.full.map(|full| format!("{} full until {}", full.notices.len(), full.until));
    mails.chain(wake).chain(full).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_story_rings_once_and_then_gathers() {
    let first = urgent("memo", "One", "2026-11-23T15:00:00Z").pending();
    let second = urgent("memo", "Two", "2026-11-23T15:10:00Z").pending();
    assert_eq!(plan(&[first], &[], 0, "2026-11-23T15:00:00Z"), "#1 of [0]");
    let told = [("memo", 1, "2026-11-23T15:00:00Z")];
    let later = std::slice::from_ref(&second);
    assert_eq!(plan(later, &told, 1, "2026-11-23T15:10:00Z"), "wake 2026-11-23T16:00:00Z");
    assert_eq!(plan(later, &told, 1, "2026-11-23T16:00:00Z"), "#2 of [0]");
    let twice = [("memo", 2, "2026-11-23T16:00:00Z")];
    assert_eq!(plan(later, &twice, 1, "2026-11-23T19:59:00Z"), "wake 2026-11-23T20:00:00Z");
    assert_eq!(plan(later, &twice, 0, "2026-11-23T20:00:00Z"), "#3 of [0]");
    let news = urgent("memo", "Now official", "2026-11-23T15:10:00Z")
        .with(|one| one.marks = vec![Mark::NowOfficial])
        .pending();
    assert_eq!(plan(&[second.clone(), news], &told, 1, "2026-11-23T15:10:00Z"), "#2 of [0, 1]");
    let ahead = [("memo", 1, "2036-11-23T15:00:00Z")];
    assert_eq!(plan(&[second], &ahead, 0, "2026-11-23T15:10:00Z"), "#2 of [0]", "a wrong clock");
}

#[test]
fn a_follow_up_that_comes_due_at_night_waits_for_the_morning_unless_it_is_high() {
    let mut mei = entry("Mei");
    (mei.urgent, mei.quiet) = (UrgentFrom::Medium, Some(here("22:00-07:00")));
    let mei = one_reader(mei);
    // The first mail at 21:10 in New York, what follows twenty minutes later.
    let told = Told { count: 1, last: Some(at("2026-11-24T02:10:00Z")) };
    let told = HashMap::from([(StoryId::of(&["memo"]), told)]);
    let due = at("2026-11-24T03:10:00Z");
    for (severity, wake) in
        [(Severity::Medium, Some(at("2026-11-24T12:00:00Z"))), (Severity::High, None)]
    {
        let later = urgent("memo", "Two", "2026-11-24T02:30:00Z");
        let later = later.with(|one| one.severity = severity).pending();
        let plan = plan_urgent(&mei, &[later], &told, &[], due);
        assert_eq!((plan.mails.len(), plan.wake), (usize::from(wake.is_none()), wake));
    }
}

#[test]
fn a_first_mail_that_was_held_up_into_the_night_waits_for_the_morning_unless_it_is_high() {
    let mut mei = entry("Mei");
    (mei.urgent, mei.quiet) = (UrgentFrom::Medium, Some(here("22:00-07:00")));
    let mei = one_reader(mei);
    // Routed at 21:30 in New York, and the mail server takes mail again at 22:10.
    let due = at("2026-11-24T03:10:00Z");
    for (severity, wake) in
        [(Severity::Medium, Some(at("2026-11-24T12:00:00Z"))), (Severity::High, None)]
    {
        let first = urgent("memo", "One", "2026-11-24T02:30:00Z");
        let first = first.with(|one| one.severity = severity).pending();
        let plan = plan_urgent(&mei, &[first], &HashMap::new(), &[], due);
        assert_eq!((plan.mails.len(), plan.wake), (usize::from(wake.is_none()), wake));
    }
}

#[test]
fn what_exceeds_the_hour_is_folded() {
    let pending: Vec<PendingNotice> =
        (0..9).map(|n| urgent(&format!("s{n}"), &format!("T{n}"), NOW).pending()).collect();
    let mails = plan(&pending, &[], 0, NOW);
    assert_eq!(mails.matches('#').count(), 6, "{mails}");
    assert_eq!(mails.matches("folded").count(), 1, "{mails}");
    assert_eq!(mails.matches(',').count(), 3, "three more in the last: {mails}");
    let full = |until: &str| format!("wake {until}; 9 full until {until}");
    assert_eq!(plan(&pending, &[], 6, NOW), full("2026-11-23T15:10:00Z"));
    // A limit that was lowered waits until so many have left the hour.
    assert_eq!(plan(&pending, &[], 8, NOW), full("2026-11-23T15:12:00Z"));
    assert_eq!(plan(&pending, &[], 5, NOW).matches('#').count(), 1);
}

#[test]
fn old_news_stays_out_of_urgent_mails() {
    let late = urgent("memo", "Late", NOW)
        .with(|one| {
            one.marks = vec![Mark::Late];
            one.urgency = Urgency::Digest;
        })
        .pending();
    assert_eq!(plan(std::slice::from_ref(&late), &[], 0, NOW), "");
    let new = urgent("memo", "New", NOW).pending();
    assert_eq!(plan(&[late, new], &[], 0, NOW), "#1 of [1]");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the rhythm, forty outlets in six hours ring at most four times, one of them because
    /// the story became official, and every item is told.
    #[test]
    fn forty_outlets_ring_at_most_four_times(
        minutes in prop::collection::vec(0_u64..360, 40), official in 1_usize..40,
    ) {
        let start = at("2026-11-23T12:00:00Z");
        let mut minutes = minutes;
        minutes.sort_unstable();
        let reader = one_reader(entry("Mei"));
        let pieces: Vec<PendingNotice> = minutes.iter().enumerate().map(|(n, minute)| {
            let seen = start.plus(Duration::from_secs(minute * 60)).to_string();
            urgent("memo", &format!("Take {n}"), &seen)
                .with(|one| if n == official { one.marks = vec![Mark::NowOfficial] })
                .pending()
        }).collect();
        let (mut told, mut done, mut mails) = (Told::default(), 0_usize, 0);
        let mut hour: Vec<Timestamp> = Vec::new();
        for minute in 0..=(12 * 60) {
            let now = start.plus(Duration::from_secs(minute * 60));
            let seen: Vec<PendingNotice> = pieces.iter()
                .filter(|one| one.item.first_seen <= now).skip(done).cloned().collect();
            hour.retain(|at| now.since(*at) < Duration::from_secs(3600));
            let known = HashMap::from([(StoryId::of(&["memo"]), told)]);
            let plan = plan_urgent(&reader, &seen, &known, &hour, now);
            for mail in plan.mails {
                done += mail.notices.len();
                told = Told { count: told.count + 1, last: Some(now) };
                hour.push(now);
                if minute <= 360 { mails += 1; }
            }
        }
        prop_assert!(mails <= 4, "{} mails", mails);
        prop_assert_eq!(done, 40);
    }
}
