//! What goes cannot be brought back, so nothing is forgotten by a clock that may be wrong.

use std::sync::Arc;
use std::time::Duration;

use watchlistd::clock::{Clock, FixedClock};
use watchlistd::pipeline::Ground;
use watchlistd::pipeline::retain::Retainer;
use watchlistd::store::{Keep, Store};

use super::previewing::{item, store_of};
use super::{DAY, HOUR, friday_noon};

const KEEP: Keep =
    Keep { items: Duration::MAX, audit: Duration::MAX, polls: Duration::from_secs(30 * 24 * 3600) };

#[tokio::test(start_paused = true)]
async fn after_a_jump_of_the_clock_nothing_is_forgotten_for_a_week() {
    let begin = friday_noon().plus(DAY * 40);
    for jumped in [begin.plus(DAY * 3650), begin.minus(DAY * 5), begin.plus(HOUR)] {
        let store: Arc<dyn Store> = Arc::new(store_of(&[item(1, "wire", 1, "Long ago")]).await);
        let clock = Arc::new(FixedClock::at(begin));
        let ground = Ground { store: Arc::clone(&store), clock: clock.clone() };
        let mut retainer = Retainer::new(ground);
        let record = store.archive().record_head().await.unwrap();
        clock.set(jumped);
        for _ in 0..28 {
            assert!(!retainer.run(KEEP, &|| false).await.unwrap(), "{jumped}: too soon");
            clock.set(clock.now().plus(6 * HOUR));
            tokio::time::advance(6 * HOUR).await;
        }
        assert_eq!(store.archive().record_head().await.unwrap(), record, "{jumped}");
        assert!(retainer.run(KEEP, &|| false).await.unwrap(), "{jumped}: it kept pace");
        assert_ne!(store.archive().record_head().await.unwrap(), record, "{jumped}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_keeps_pace_is_trusted() {
    let store: Arc<dyn Store> = Arc::new(store_of(&[item(1, "wire", 1, "Long ago")]).await);
    let clock = Arc::new(FixedClock::at(friday_noon().plus(DAY * 40)));
    let mut retainer = Retainer::new(Ground { store, clock: clock.clone() });
    // A few minutes a day are a bad clock, not a wrong date.
    for drift in [0, 5 * 60] {
        clock.set(clock.now().plus(DAY + Duration::from_secs(drift)));
        tokio::time::advance(DAY).await;
        assert!(retainer.run(KEEP, &|| false).await.unwrap(), "{drift}");
    }
}
