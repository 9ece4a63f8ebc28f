//! After a stop of the service: digests wait for the first round, and the stop is named to whoever has to know.

use watchlistd::model::Pause;
use watchlistd::store::{Start, Starter};

use super::*;

/// A digest at 08:00 and no urgent mails.
const DAILY: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\nurgent = \"never\"\n\
                     digest = \"daily 08:00\"\n";

async fn note(desk: &Desk, open: &Open, by: Starter) {
    let start = Start { by, version: open.in_force.version, at: desk.now() };
    open.ground.store.note_start(start).await.unwrap();
}

/// Opens the desk as the service does when it starts.
async fn start(desk: &Desk) -> Open {
    let open = desk.open().await;
    note(desk, &open, Starter::Service).await;
    open.deliverer.catch_up_first();
    open
}

/// Seals until the round is seen to be over, and sends.
async fn deliver(desk: &Desk, open: &Open) {
    open.seal().await;
    desk.pass(Duration::from_secs(2));
    open.seal().await;
    open.send().await;
}

/// Texts of the mails to an address so far.
fn told(desk: &Desk, address: &str) -> Vec<String> {
    desk.transport.received().iter().filter(|one| one.address == address).map(text).collect()
}

fn digests(desk: &Desk) -> Vec<String> {
    told(desk, "mei@desk.test")
}

#[tokio::test]
async fn a_digest_that_is_due_at_start_waits_for_what_was_published_meanwhile() {
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(28 * HOUR);
    let mut open = start(&desk).await;
    // The operator's, that the service did not run.
    assert_eq!(open.seal().await.mails, 1, "nothing was read yet");
    assert!(open.seal().await.wake.is_some_and(|at| at <= desk.now().plus(HOUR / 60)));
    open.poll().await;
    assert_eq!(open.seal().await.mails, 0, "what was read is not assessed yet");
    open.assess().await;
    deliver(&desk, &open).await;
    let digests = digests(&desk);
    assert_eq!(digests.len(), 1, "{:?}", desk.subjects());
    assert!(digests[0].contains("SEC moves to delist Alibaba"), "{}", digests[0]);
    assert!(!digests[0].contains("not read since"), "{}", digests[0]);
    assert!(digests[0].contains("2 items read"), "{}", digests[0]);
}

#[tokio::test]
async fn a_source_that_is_not_tried_holds_a_digest_for_ten_minutes_at_most() {
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    desk.pass(28 * HOUR);
    let open = start(&desk).await;
    desk.pass(HOUR / 6 - Duration::from_secs(1));
    open.seal().await;
    open.send().await;
    assert_eq!(digests(&desk).len(), 0, "{:?}", desk.subjects());
    desk.pass(Duration::from_secs(1));
    deliver(&desk, &open).await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_source_that_fails_was_tried_and_holds_nothing() {
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    desk.newsroom.broken(true);
    desk.pass(28 * HOUR);
    let open = start(&desk).await;
    open.poll().await;
    deliver(&desk, &open).await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
    assert!(digests(&desk)[0].contains("COVERAGE GAP"));
}

#[tokio::test]
async fn what_reaches_no_reader_waits_for_the_same_round() {
    let desk = Desk::new(&format!("{DAILY}companies = [\"tencent\"]\n")).await;
    desk.open().await.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(28 * HOUR);
    let mut open = start(&desk).await;
    open.seal().await;
    open.poll().await;
    open.assess().await;
    deliver(&desk, &open).await;
    assert_eq!(operator_mails(&desk, "SEC moves to delist Alibaba"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_clock_that_leaps_ahead_is_a_start() {
    let desk = Desk::new(DAILY).await;
    let mut open = start(&desk).await;
    open.round().await;
    desk.pass(Duration::from_secs(2));
    open.seal().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    // The machine slept, and nobody started anything.
    desk.pass(28 * HOUR);
    assert_eq!(open.seal().await.mails, 0, "nothing was read yet");
    open.poll().await;
    open.assess().await;
    deliver(&desk, &open).await;
    assert!(digests(&desk)[0].contains("SEC moves to delist Alibaba"), "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_stop_is_named_to_each_reader_whose_days_it_touches_and_to_the_operator() {
    const STOPPED: &str = "No source was polled from Fri 20 Nov 12:00 UTC to Mon 23 Nov 07:20 UTC: \
                           the service did not run";
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    // Over the digests of two days, up to just before that of the third.
    desk.pass(2 * DAY + 19 * HOUR + HOUR / 3);
    let mut open = start(&desk).await;
    open.poll().await;
    open.assess().await;
    deliver(&desk, &open).await;
    let subjects = desk.subjects();
    assert!(subjects.iter().any(|one| one.contains("the service did not run")), "{subjects:?}");
    assert_eq!(operator_mails(&desk, "No source was polled from"), 1, "{subjects:?}");
    let first = digests(&desk);
    assert_eq!(first.len(), 1, "one for both: {subjects:?}");
    let words: Vec<&str> = first[0].split_whitespace().collect();
    assert!(words.join(" ").contains(STOPPED), "{}", first[0]);
    assert!(!first[0].contains("No gap was noticed"), "{}", first[0]);
    desk.pass(HOUR);
    open.round().await;
    deliver(&desk, &open).await;
    assert_eq!(digests(&desk).len(), 2);
    assert_eq!(operator_mails(&desk, "No source was polled from"), 1, "told once");
}

#[tokio::test]
async fn a_stop_shorter_than_the_pace_of_the_sources_is_no_gap() {
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    // Due after half an hour, and late by less than that.
    desk.pass(HOUR * 50 / 60);
    let open = start(&desk).await;
    let end = desk.now().plus(DAY);
    let pauses = open.ground.store.archive().pauses_between(friday_noon(), end).await.unwrap();
    assert_eq!(pauses, []);
    drop(open);
    // Started again and again without a poll, it is one stop.
    desk.pass(HOUR);
    drop(start(&desk).await);
    desk.pass(HOUR);
    let open = start(&desk).await;
    let pauses = open.ground.store.archive().pauses_between(friday_noon(), end).await.unwrap();
    assert_eq!(pauses.len(), 1, "{pauses:?}");
    assert_eq!((pauses[0].from, pauses[0].until), (friday_noon(), Some(desk.now())));
}

/// Where the service was the last to look, it stopped, whoever looks next; and so it is where rounds end.
#[tokio::test]
async fn only_what_lies_between_two_rounds_is_their_pace() {
    let desk = Desk::new(DAILY).await;
    for (by, why) in [
        (Starter::Service, None),
        (Starter::Round, Some(Pause::STOPPED)),
        (Starter::Round, Some(Pause::BETWEEN_ROUNDS)),
        (Starter::Service, Some(Pause::STOPPED)),
    ] {
        let open = desk.open().await;
        note(&desk, &open, by).await;
        let archive = open.ground.store.archive();
        let end = desk.now().plus(DAY);
        let newest = archive.pauses_between(friday_noon(), end).await.unwrap().pop();
        assert_eq!(newest.map(|one| one.why).as_deref(), why, "{by:?}");
        assert_eq!(archive.last_start().await.unwrap().map(|one| one.by), Some(by));
        open.poll().await;
        desk.pass(5 * HOUR);
    }
}

/// A backup does not know what ran after it was made: the service may have read and told all the time.
#[tokio::test]
async fn after_a_restore_nobody_is_told_that_the_service_did_not_run_since_the_backup() {
    const UNKNOWN: &str = "Whether sources were read from Fri 20 Nov 12:00 UTC to Sat 21 Nov 00:00 UTC is \
                           not known: restored from a backup of 2026-11-20T12:00:00Z";
    const STOPPED: &str = "No source was polled from Sat 21 Nov 00:00 UTC to Sat 21 Nov 09:00 UTC: the \
                           service did not run";
    let desk = Desk::new(DAILY).await;
    desk.open().await.round().await;
    let made = desk.now();
    desk.pass(12 * HOUR);
    let open = desk.open().await;
    let at = desk.now();
    let restore = Restore { at, made, entry: 0, hash: String::new(), resumed: None };
    open.ground.store.note_restore(restore).await.unwrap();
    open.ground.store.resume(at).await.unwrap();
    drop(open);
    desk.pass(8 * HOUR);
    drop(start(&desk).await);
    // Started again without a poll, it is one stop.
    desk.pass(HOUR);
    let mut open = start(&desk).await;
    let archive = open.ground.store.archive();
    let pauses = archive.pauses_between(made, desk.now()).await.unwrap();
    let stretches: Vec<_> = pauses.iter().map(|one| (one.from, one.until)).collect();
    assert_eq!(stretches, [(made, Some(at)), (at, Some(desk.now()))], "{pauses:?}");
    open.poll().await;
    open.assess().await;
    deliver(&desk, &open).await;
    let digest = digests(&desk).pop().unwrap();
    let digest = digest.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(digest.contains(UNKNOWN), "{digest}");
    assert!(digest.contains(STOPPED), "{digest}");
    assert!(!digest.contains("No gap was noticed"), "{digest}");
    assert_eq!(
        operator_mails(&desk, "is not known: restored from a backup"),
        1,
        "{:?}",
        desk.subjects()
    );
    assert_eq!(operator_mails(&desk, "No source was polled from Sat 21 Nov 00:00"), 1);
    assert_eq!(operator_mails(&desk, "No source was polled from Fri"), 0);
}
