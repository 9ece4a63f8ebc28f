//! What a program could not use of the version in force, and the next one can: what it would have told meanwhile is
//! told late, though the version is the same.

use watchlistd::model::LeftOut;
use watchlistd::store::backfill::{Adopted, Assessing};

use super::*;

#[tokio::test]
async fn what_was_left_out_of_the_same_version_is_matched_again_once_it_is_used() {
    let news = |n: usize| item(n, "wire", n as u32, "NYSE to delist Keelung Foundry");
    let store: Arc<dyn Store> = Arc::new(store_of(&[news(1), news(2)]).await);
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(friday_noon().plus(HOUR)));
    let ground = Ground { store: Arc::clone(&store), clock: Arc::clone(&clock) };
    // Two programs: what the one makes of version 2 lacks the company.
    let part = in_force(&store, "", clock.now()).await;
    let whole = Arc::new(in_force(&store, KEELUNG, clock.now()).await);
    let what = "company 'Keelung Foundry' is not watched".to_owned();
    let left_out = vec![LeftOut { what, why: "not understood".to_owned(), readers: Vec::new() }];
    let part = Arc::new(InForce { version: whole.version, left_out, ..part });
    let run = async |in_force: &Arc<InForce>| {
        // A start of the service each time.
        let mut assessor = Assessor::new(ground.clone(), "one".to_owned());
        let done = assessor.run(&|| Arc::clone(in_force)).await.unwrap();
        (done.again, done.alerts)
    };
    assert_eq!(run(&part).await, (0, 0));
    assert_eq!(run(&part).await, (0, 0), "nothing changed");
    assert_eq!(run(&whole).await, (2, 2), "the whole version tells what the part of it did not");
    let told = store.pending_notices("Mei".to_owned()).await.unwrap();
    assert!(told.iter().all(|one| one.alert.marks.contains(&Mark::Late)), "{told:?}");
    let why = &told[0].alert.judgement.reasons[0].words;
    assert!(why.contains("missing in version 2, of which a part was not used"), "{why}");
    assert_eq!(run(&whole).await, (0, 0));
    // Less than before finds nothing; and back again, all of it is asked once more and tells nothing twice.
    assert_eq!(run(&part).await, (0, 0));
    assert_eq!(run(&whole).await, (2, 0));
    assert_eq!(store.pending_notices("Mei".to_owned()).await.unwrap().len(), 2);
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
}

/// An edit that matches alike, while stored items are still to be matched again, ends nothing.
#[tokio::test]
async fn an_edit_of_readers_does_not_end_what_is_still_to_be_matched_again() {
    let mut desk = before("NYSE to delist Keelung Foundry").await;
    let open = desk.open_with(&with(KEELUNG)).await;
    // Its process dies as soon as the version is adopted.
    let (store, version, now) = (&open.ground.store, open.in_force.version, desk.clock.now());
    let by = Assessing { version, without: Vec::new() };
    let since = Some(now.minus(7 * DAY));
    let adopted = Adopted { by, before: Some(version - 1), since, silent: false };
    store.adopt_for_assessment(adopted, now).await.unwrap();
    assert_eq!(store.backfill_page(1).await.unwrap().unwrap().version, version);
    drop(open);
    desk.readers.push_str("max_items = 20\n");
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.in_force.version, 3);
    assert_eq!(open.assess().await, 1);
    next_day(&desk, &mut open).await;
    assert!(
        newest(&desk).contains("\"Keelung Foundry\" missing in version 1"),
        "{}",
        newest(&desk)
    );
}
