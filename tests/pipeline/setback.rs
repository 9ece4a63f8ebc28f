//! A clock that was ahead, or is set back over days that had their digests: readers are told all the same, by the
//! clock as it is, and somebody hears of it.

use watchlistd::pipeline::deliver::Tight;
use watchlistd::store::SourceRow;

use super::*;

const DAILY: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\nurgent = \"never\"\n\
                     digest = \"daily 08:00\"\n";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Titles of alerts in the digests so far.
fn digests(desk: &Desk) -> Vec<String> {
    let mails = desk.transport.received();
    mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect()
}

#[tokio::test]
async fn a_first_start_by_a_clock_that_was_ahead_delays_no_digest() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2027-06-01T12:00:00Z"));
    desk.open().await.round().await;
    desk.clock.set(at("2026-12-01T06:30:00Z"));
    let mut open = desk.open().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    open.round().await;
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(digests(&desk).len(), 0, "{:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
    assert!(digests(&desk)[0].contains("SEC moves to delist Alibaba"), "{:?}", digests(&desk));
    desk.pass(DAY);
    open.round().await;
    assert_eq!(digests(&desk).len(), 2, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_clock_that_is_corrected_while_the_service_runs_delays_no_digest() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2027-06-01T12:00:00Z"));
    let open = desk.open().await;
    desk.clock.set(at("2026-12-01T06:30:00Z"));
    open.ground.store.clock_went_back(desk.now()).await.unwrap();
    desk.pass(2 * HOUR);
    open.seal().await;
    open.send().await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn days_that_come_again_have_digests_again_and_the_operator_hears_why_once() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2026-11-09T06:30:00Z"));
    let open = desk.open().await;
    open.poll().await;
    for day in ["2026-11-09", "2026-11-10", "2026-11-11", "2026-12-10"] {
        desk.clock.set(at(&format!("{day}T08:00:00Z")));
        open.seal().await;
        open.send().await;
    }
    assert_eq!(digests(&desk).len(), 4, "{:?}", desk.subjects());
    drop(open);

    let mut last = String::new();
    for (n, day) in ["2026-11-10", "2026-11-11", "2026-11-12"].iter().enumerate() {
        desk.clock.set(at(&format!("{day}T06:30:00Z")));
        let mut open = desk.open().await;
        let news = format!("SEC moves to delist {}", ["Alibaba", "Tencent", "Baidu"][n]);
        desk.newsroom.publish(&format!("b{n}"), &news);
        open.round().await;
        assert_eq!(digests(&desk).len(), 4 + n, "{day}: {:?}", desk.subjects());
        // Looked at often, there is one.
        for minute in [90, 91, 300] {
            desk.clock.set(at(&format!("{day}T06:30:00Z")).plus(HOUR * minute / 60));
            open.round().await;
        }
        assert_eq!(digests(&desk).len(), 5 + n, "{day}: {:?}", desk.subjects());
        last = digests(&desk).pop().unwrap();
        assert!(last.contains(&news), "{day}: {last}");
    }
    assert!(last.contains("Wed 11 Nov 08:01 UTC to"), "{last}");
    assert_eq!(operator_mails(&desk, "What is stored reaches to Thu 10 Dec 08:00"), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_by_hours_makes_no_second_digest() {
    let desk = Desk::new(DAILY).await;
    let open = desk.open().await;
    desk.clock.set(at("2026-11-21T08:10:00Z"));
    open.seal().await;
    open.send().await;
    drop(open);
    desk.clock.set(at("2026-11-21T06:00:00Z"));
    let open = desk.open().await;
    desk.clock.set(at("2026-11-21T08:20:00Z"));
    open.seal().await;
    open.send().await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn what_reaches_no_reader_is_told_on_days_that_come_again() {
    let desk = Desk::new(&format!("{DAILY}companies = [\"tencent\"]\n")).await;
    desk.open().await.round().await;
    for (day, id, news) in [
        ("2026-11-21", "a1", "SEC moves to delist Alibaba"),
        ("2026-12-20", "a2", "SEC moves to delist Huawei"),
        ("2026-11-21", "a3", "SEC moves to delist Baidu"),
    ] {
        desk.newsroom.publish(id, news);
        desk.clock.set(at(&format!("{day}T09:00:00Z")));
        let mut open = desk.open().await;
        desk.pass(HOUR);
        open.round().await;
        assert_eq!(operator_mails(&desk, news), 1, "{day}: {:?}", desk.subjects());
    }
}

/// Subjects of the operator's mails so far that hold these words.
fn subjects(desk: &Desk, words: &str) -> usize {
    let mails = desk.transport.received();
    let operators = mails.iter().filter(|one| one.address == "ops@desk.test");
    operators.filter(|one| subject(one).contains(words)).count()
}

#[tokio::test]
async fn what_the_operator_hears_once_a_day_is_told_on_days_that_come_again() {
    let tight = Tight { folder: "/var/lib/watchlistd".into(), free: 5_000_000, floor: 200_000_000 };
    let desk = Desk::new(DAILY).await;
    let days = ["2026-11-20", "2026-11-21", "2026-12-20", "2026-11-21", "2026-11-22"];
    for (before, day) in days.iter().enumerate() {
        desk.clock.set(at(&format!("{day}T09:00:00Z")));
        let mut open = desk.open().await;
        desk.newsroom.broken(true);
        open.round().await;
        open.deliverer.hear_of_disk(Some(tight.clone()));
        for _ in 0..3 {
            desk.pass(HOUR);
            open.round().await;
        }
        assert_eq!(
            subjects(&desk, "the disk is nearly full"),
            before + 1,
            "{day}: {:?}",
            desk.subjects()
        );
        // The first day's is over before anything is in trouble.
        assert_eq!(subjects(&desk, "sources: 1 "), before, "{day}: {:?}", desk.subjects());
    }
    assert_eq!(subjects(&desk, "sources: 1 new"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn an_official_source_that_failed_by_a_clock_that_was_ahead_is_told_within_hours() {
    let mut desk = Desk::new(DAILY).await;
    let other = Newsroom::open().await;
    other.publish("b0", "A list");
    desk.more_sources =
        format!("[[source]]\nid = \"sec\"\nurl = \"{}\"\nofficial = true\n", other.url());
    let mut open = desk.open().await;
    open.round().await;
    other.broken(true);
    desk.clock.set(at("2027-06-01T12:00:00Z"));
    open.round().await;
    drop(open);
    desk.clock.set(at("2026-11-21T09:00:00Z"));
    let mut open = desk.open().await;
    for _ in 0..8 {
        desk.pass(HOUR);
        open.round().await;
    }
    assert_eq!(
        subjects(&desk, "sec (official) failing for over 6 hours"),
        1,
        "{:?}",
        desk.subjects()
    );
}

/// Who had a digest at 08:10, and a clock that shows 2020 for ten seconds at 09:00.
async fn shown_2020_for_a_moment(restarted: bool) -> (Desk, Open) {
    let desk = Desk::new(DAILY).await;
    desk.open().await.poll().await;
    desk.clock.set(at("2026-11-21T08:10:00Z"));
    let mut open = desk.open().await;
    open.seal().await;
    open.send().await;
    desk.clock.set(at("2020-01-01T00:00:00Z"));
    match restarted {
        true => {
            drop(open);
            open = desk.open().await;
        }
        false => open.ground.store.clock_went_back(desk.now()).await.unwrap(),
    }
    open.seal().await;
    desk.clock.set(at("2026-11-21T09:00:00Z"));
    (desk, open)
}

#[tokio::test]
async fn a_clock_that_was_in_the_past_for_a_moment_makes_no_second_digest() {
    for restarted in [false, true] {
        let (desk, mut open) = shown_2020_for_a_moment(restarted).await;
        // The leap ahead is a start: digests wait for a round.
        for _ in 0..3 {
            open.round().await;
            desk.pass(HOUR / 60);
        }
        assert_eq!(digests(&desk).len(), 1, "{restarted}: {:?}", desk.subjects());
        desk.clock.set(at("2026-11-22T08:05:00Z"));
        for _ in 0..3 {
            open.round().await;
            desk.pass(HOUR / 60);
        }
        let all = digests(&desk);
        assert_eq!(all.len(), 2, "{restarted}: {:?}", desk.subjects());
        assert!(all[1].contains("Sat 21 Nov 08:10"), "{restarted}: {}", all[1]);
        assert!(!all[1].contains("first digest"), "{restarted}: {}", all[1]);
        assert!(!all[1].contains("2020"), "{restarted}: {}", all[1]);
    }
}

/// Where the later time comes by itself, the digests of the days between are those that readers had.
#[tokio::test]
async fn days_that_were_lived_again_are_not_taken_for_those_of_a_clock_that_was_ahead() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2026-11-09T06:30:00Z"));
    let mut open = desk.open().await;
    for day in ["09", "14"] {
        desk.clock.set(at(&format!("2026-11-{day}T08:10:00Z")));
        open.seal().await;
        open.send().await;
    }
    assert_eq!(digests(&desk).len(), 2, "{:?}", desk.subjects());
    desk.clock.set(at("2026-11-10T06:30:00Z"));
    open.ground.store.clock_went_back(desk.now()).await.unwrap();
    for (n, day) in (10..=16).enumerate() {
        for time in ["06:30", "08:05", "08:06", "18:00"] {
            desk.clock.set(at(&format!("2026-11-{day}T{time}:00Z")));
            open.round().await;
        }
        let all = digests(&desk);
        assert_eq!(all.len(), 3 + n, "{day}: {:?}", desk.subjects());
        // The clock that was ahead told of other days.
        let window = format!("{} Nov 08:{}", day - 1, if n == 0 { "10" } else { "0" });
        assert!(all[2 + n].contains(&window), "{day}: {}", all[2 + n]);
    }
}

/// A source in trouble is so since it was, and not since a year in which nobody read it.
#[tokio::test]
async fn trouble_is_not_dated_by_a_clock_that_was_in_the_past_for_a_moment() {
    let (desk, open) = Desk::begin(DAILY).await;
    desk.newsroom.broken(true);
    desk.pass(HOUR);
    open.poll().await;
    let since = |all: Vec<SourceRow>| all[0].state.since;
    let archive = open.ground.store.archive();
    let before = since(archive.sources(None, 9).await.unwrap());
    let later = desk.now().plus(HOUR);
    desk.clock.set(at("2020-01-01T00:00:00Z"));
    open.ground.store.clock_went_back(desk.now()).await.unwrap();
    assert_eq!(since(archive.sources(None, 9).await.unwrap()), desk.now());
    desk.clock.set(later);
    open.seal().await;
    assert_eq!(since(archive.sources(None, 9).await.unwrap()), before);
}

/// The store was busy or full as the clock went back: it is asked again.
#[tokio::test]
async fn a_setback_that_could_not_be_written_down_is_written_down_later() {
    let (desk, open) = Desk::begin(DAILY).await;
    let mut running = open.poller.running();
    let database = rusqlite::Connection::open(desk.folder.path().join("state/state.db")).unwrap();
    let stop = "CREATE TRIGGER stop BEFORE UPDATE OF since ON readers
                BEGIN SELECT raise(ABORT, 'not now'); END";
    database.execute_batch(stop).unwrap();
    desk.clock.set(desk.now().minus(DAY));
    assert!(open.poller.start_due(&mut running).await.is_err());
    assert!(open.poller.start_due(&mut running).await.is_err(), "asked for once more");
    database.execute_batch("DROP TRIGGER stop").unwrap();
    open.poller.start_due(&mut running).await.unwrap();
    let next = open.ground.store.next_due().await.unwrap().unwrap();
    assert!(next <= desk.now().plus(HOUR), "not polled before {next}");
}
