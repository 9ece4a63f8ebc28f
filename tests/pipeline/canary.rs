//! The canary: a synthetic item goes the whole way once a day, counts nowhere, and is missed when it
//! does not arrive.

use watchlistd::model::{Canary, CanaryState, canary};
use watchlistd::pipeline::canary::{Keeper, PATIENCE};
use watchlistd::pipeline::channel::{Vitals, signal};
use watchlistd::store::Keep;

use super::*;

async fn desk() -> Desk {
    let mut desk = Desk::new(MEI).await;
    desk.more_service = "[canary]\nat = \"06:00\"\n".to_owned();
    desk
}

async fn look(open: &Open, keeper: &Keeper) -> bool {
    keeper.look(open.in_force.canary.as_ref()).await.unwrap().planted
}

/// A round with the keeper's look before and after it.
async fn flight(open: &mut Open, keeper: &Keeper) {
    look(open, keeper).await;
    open.round().await;
    look(open, keeper).await;
}

async fn canaries(open: &Open) -> Vec<Canary> {
    let (from, until) = (Timestamp::from_millis(0), open.ground.clock.now());
    open.ground.store.archive().canaries(from, until).await.unwrap()
}

/// Time by the clock that nobody can set.
async fn wait(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

fn to_operator(desk: &Desk) -> Vec<Letter> {
    let mails = desk.transport.received();
    mails.into_iter().filter(|one| one.address == "ops@desk.test").collect()
}

#[tokio::test]
async fn it_goes_the_whole_way_to_the_operator_and_counts_nowhere() {
    let desk = desk().await;
    let mut open = desk.open().await;
    let keeper = Keeper::new(open.ground.clone());
    open.round().await;
    desk.pass(HOUR);
    assert!(look(&open, &keeper).await);
    let polled = open.poll().await;
    assert_eq!((polled.sources, polled.new), (1, 0), "the wire alone: {polled:?}");
    assert_eq!(open.assess().await, 0);
    assert_eq!(open.seal().await.mails, 1);
    open.send().await;
    assert!(!look(&open, &keeper).await);

    let mails = desk.transport.received();
    assert_eq!(mails.len(), 1, "{:?}", desk.subjects());
    assert_eq!(mails[0].address, "ops@desk.test");
    insta::assert_snapshot!(text(&mails[0]).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    let said = subject(&mails[0]);
    assert_eq!(said, "[watchlistd] canary of Fri 20 Nov: synthetic, nothing to do");
    let flown = canaries(&open).await;
    assert_eq!(flown.len(), 1);
    assert_eq!((flown[0].day.as_str(), flown[0].state), ("2026-11-20", CanaryState::Arrived));
    assert!(!flown[0].detail.is_empty(), "the server's reply is kept");
    assert_eq!(keeper.missing(), None);

    let (from, until) = (Timestamp::from_millis(0), desk.now().plus(HOUR));
    let store = Arc::clone(&open.ground.store);
    let coverage = store.coverage(from, until).await.unwrap();
    assert_eq!(coverage.sources.len(), 1);
    assert_eq!(coverage.items_read, 1, "the quiet day at the harbour");
    assert!(coverage.gaps.is_empty() && coverage.mentions.is_empty());
    let archive = store.archive();
    assert_eq!(archive.sources(None, 9).await.unwrap().len(), 1);
    assert_eq!(archive.known_sources().await.unwrap().len(), 1);
    assert_eq!(archive.accounts(from, until).await.unwrap().len(), 1);
    assert_eq!(archive.items(None, 9).await.unwrap().len(), 1);
    assert!(archive.alerts_between(from, until, 9).await.unwrap().is_empty());
    assert_eq!(archive.outbox().await.unwrap()[&MailState::Sent], 0);
    assert_eq!(archive.oldest_waiting().await.unwrap(), None);
    assert!(store.pending_notices(String::new()).await.unwrap().is_empty());

    desk.pass(3 * DAY);
    open.round().await;
    let digest =
        text(desk.transport.received().iter().find(|one| one.address == "mei@desk.test").unwrap());
    assert!(!digest.to_lowercase().contains("canary"), "{digest}");
    assert!(digest.contains("1 of 1 sources read") || digest.contains("1 source read"), "{digest}");
    let found = archive.verify_record(None).await.unwrap();
    assert_eq!(found.faults, []);
    let told: String =
        archive.record(0, 999).await.unwrap().into_iter().map(|one| one.body + "\n").collect();
    assert!(told.contains("\"did\":\"canary\",\"id\":\"2026-11-20\",\"synthetic\":1"), "{told}");
    assert!(told.contains("\"state\":\"arrived\""), "{told}");
}

#[tokio::test]
async fn every_local_day_has_one_over_restarts_and_after_downtime() {
    let desk = desk().await;
    // Friday noon to the next Friday noon, opened anew every four hours; Tuesday is lost.
    for hour in (0..7 * 24).step_by(4) {
        desk.clock.set(friday_noon().plus(HOUR * hour));
        if (84..108).contains(&hour) {
            continue;
        }
        let mut open = desk.open().await;
        let keeper = Keeper::new(open.ground.clone());
        flight(&mut open, &keeper).await;
    }
    let open = desk.open().await;
    let days: Vec<String> = canaries(&open).await.into_iter().map(|one| one.day).collect();
    let expected: Vec<String> =
        [20, 21, 22, 23, 25, 26, 27].iter().map(|day| format!("2026-11-{day}")).collect();
    assert_eq!(days, expected);
    let told = |mail: &&Letter| subject(mail).contains("canary");
    assert_eq!(to_operator(&desk).iter().filter(told).count(), 7, "{:?}", desk.subjects());
    let still = canaries(&open).await.into_iter().filter(|one| one.state != CanaryState::Arrived);
    assert_eq!(still.count(), 0);
}

#[tokio::test]
async fn it_may_be_cut_off_anywhere_and_still_arrives() {
    let desk = desk().await;
    let open = || async {
        let open = desk.open().await;
        let keeper = Keeper::new(open.ground.clone());
        (open, keeper)
    };
    // Each part by a process of its own; the feed's port is another one each time.
    let (one, keeper) = open().await;
    assert!(look(&one, &keeper).await);
    drop((one, keeper));
    let (one, keeper) = open().await;
    assert!(look(&one, &keeper).await, "its feed is served again");
    one.poll().await;
    drop((one, keeper));
    let (mut one, keeper) = open().await;
    assert!(!look(&one, &keeper).await, "its item is stored: no feed is needed any more");
    one.assess().await;
    drop((one, keeper));
    let (one, keeper) = open().await;
    assert_eq!(one.seal().await.mails, 1);
    drop((one, keeper));
    let (one, keeper) = open().await;
    one.send().await;
    look(&one, &keeper).await;
    assert_eq!(canaries(&one).await[0].state, CanaryState::Arrived);
    assert_eq!(to_operator(&desk).len(), 1);
}

#[tokio::test]
async fn one_that_does_not_arrive_is_missed_and_told_by_the_second_channel() {
    let desk = desk().await;
    let mut open = desk.open().await;
    let keeper = Keeper::new(open.ground.clone());
    open.round().await;
    let later = Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Rcpt,
        reply: "451 greylisted".to_owned(),
    };
    desk.transport.answer_next([later]);
    flight(&mut open, &keeper).await;
    assert_eq!(keeper.missing(), None, "patience first");
    // A clock that is set costs no patience.
    desk.pass(2 * HOUR);
    look(&open, &keeper).await;
    assert_eq!(keeper.missing(), None);
    desk.clock.set(friday_noon().plus(HOUR / 2));
    wait(PATIENCE).await;
    look(&open, &keeper).await;
    let (since, why) = keeper.missing().expect("it is missing");
    assert_eq!(since, desk.now());
    assert!(why.contains("deferred") && why.contains("451 greylisted"), "{why}");
    let vitals = Vitals { sound: true, canary_missing: keeper.missing(), ..Vitals::default() };
    let said = signal(&vitals, None, None, desk.now());
    assert!(!said.ping && said.page.is_some_and(|words| words.contains("451 greylisted")));
    // Another process knows it as well.
    let again = Keeper::new(open.ground.clone());
    look(&open, &again).await;
    assert_eq!(again.missing(), keeper.missing());

    open.send().await;
    look(&open, &keeper).await;
    assert_eq!(keeper.missing(), None);
    let flown = canaries(&open).await;
    assert_eq!((flown.len(), flown[0].state), (1, CanaryState::Late));
    let found = open.ground.store.archive().verify_record(None).await.unwrap();
    assert_eq!(found.faults, []);
}

#[tokio::test]
async fn what_hangs_before_the_mail_is_named() {
    let desk = desk().await;
    let open = desk.open().await;
    let keeper = Keeper::new(open.ground.clone());
    look(&open, &keeper).await;
    wait(PATIENCE).await;
    look(&open, &keeper).await;
    assert_eq!(keeper.missing().unwrap().1, "its feed was not asked for");
    desk.pass(DAY);
    look(&open, &keeper).await;
    assert_eq!(keeper.missing(), None, "the next one flies");
    open.poll().await;
    wait(PATIENCE).await;
    look(&open, &keeper).await;
    assert_eq!(keeper.missing().unwrap().1, "its item waits to be assessed");
    // Switched off, nothing is missing.
    keeper.look(None).await.unwrap();
    assert_eq!(keeper.missing(), None);
}

#[tokio::test]
async fn it_flies_on_after_all_else_was_forgotten() {
    let desk = desk().await;
    let mut open = desk.open().await;
    let keeper = Keeper::new(open.ground.clone());
    for _ in 0..3 {
        flight(&mut open, &keeper).await;
        desk.pass(DAY);
    }
    desk.pass(4_000 * DAY);
    let keep = Keep { items: 400 * DAY, audit: 3_650 * DAY, polls: 90 * DAY };
    let store = Arc::clone(&open.ground.store);
    while !store.prune(keep, desk.now()).await.unwrap().is_nothing() {}
    flight(&mut open, &keeper).await;
    let flown = canaries(&open).await;
    assert_eq!(flown.len(), 4);
    assert!(flown.iter().all(|one| one.state == CanaryState::Arrived), "{flown:?}");
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
}

/// The service's own watch term and the analysts' never meet.
#[tokio::test]
async fn the_analysts_watchlist_does_not_see_it_and_it_sees_nothing_else() {
    let desk = desk().await;
    let watches_it = "[[company]]\nname = \"Nightingale Canary Works\"\n\
         [[topic]]\nname = \"Trial\"\nterms = [\"daily canary trial\"]\nseverity = \"high\"\n";
    let mut open = desk.open_with(watches_it).await;
    let keeper = Keeper::new(open.ground.clone());
    open.round().await;
    flight(&mut open, &keeper).await;
    assert!(desk.transport.received().iter().all(|one| one.address == "ops@desk.test"));
    assert_eq!(canaries(&open).await[0].state, CanaryState::Arrived);
    drop((open, keeper));
    let mut open = desk.open().await;
    desk.newsroom.publish("a1", "Nightingale Canary Works begins a daily canary trial");
    desk.pass(HOUR);
    assert_eq!(open.poll().await.new, 1);
    assert_eq!(open.assess().await, 0, "the built-in term is for synthetic items alone");
    assert!(canary::is_synthetic(&canary::source()));
}
