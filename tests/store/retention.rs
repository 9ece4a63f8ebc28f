//! Forgetting: in steps, never what proves anything, never an identity that can come back.

use watchlistd::model::Judgement;
use watchlistd::model::item::Identity;
use watchlistd::store::{Keep, Store};

use super::{DAY, assess, at, decided, each, item, judged, polled, source};

const KEEP: Keep = Keep {
    items: std::time::Duration::from_secs(400 * 24 * 3_600),
    polls: std::time::Duration::from_secs(90 * 24 * 3_600),
};

fn day(days: u32) -> watchlistd::model::Timestamp {
    at(0).plus(DAY * days)
}

async fn knows(store: &dyn Store, n: u32) -> bool {
    let one = item("ofac", n, at(0));
    let identity = Identity { guid: one.guid, link: None, text_hash: String::new() };
    !store.known_items(source("ofac").id, vec![identity]).await.unwrap().is_empty()
}

async fn prune(store: &dyn Store, days: u32) -> (u64, u64, u64) {
    let mut sum = (0, 0, 0);
    loop {
        let step = store.prune(KEEP, day(days)).await.unwrap();
        if step.is_nothing() {
            return sum;
        }
        sum = (sum.0 + step.polls, sum.1 + step.texts, sum.2 + step.identities);
    }
}

/// Three items: an alert, one without hits, one that still waits; a fourth a year later.
async fn lived_in(store: &dyn Store) {
    store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
    let items: Vec<_> = (1..=3).map(|n| item("ofac", n, at(0))).collect();
    store.finish_poll(polled("ofac", at(0), items.clone())).await.unwrap();
    let decisions = vec![
        decided(&items[0], judged(&["baba"], &["delist"]), &["Mei"], at(1)),
        decided(&items[1], Judgement::default(), &[], at(1)),
    ];
    assess(store, at(1), decisions).await;
    let mut later = polled("ofac", day(365), vec![item("ofac", 4, day(365))]);
    later.seen = items.iter().map(|one| one.id.clone()).collect();
    store.finish_poll(later).await.unwrap();
}

#[tokio::test]
async fn text_goes_and_identity_stays() {
    each(async |store| {
        lived_in(store).await;
        assert_eq!(prune(store, 50).await, (0, 0, 0), "nothing is past its time");
        assert_eq!(prune(store, 401).await, (1, 2, 0), "1 keeps its words, 2 does not");
        let kept = store.archive().items(None, 9).await.unwrap();
        let titles: Vec<_> = kept.iter().map(|one| one.text.title.as_str()).collect();
        assert_eq!(titles, ["Title 1", "Title 3", "Title 4"], "2 had no hits and was judged");
        assert_eq!(kept[0], item("ofac", 1, at(0)), "an alert keeps its words");
        assert!(knows(store, 2).await, "and what comes back is no news");
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_identity_lives_two_years_longer_than_its_feed_shows_it() {
    each(async |store| {
        lived_in(store).await;
        prune(store, 365 + 729).await;
        assert!(knows(store, 2).await, "its feed showed it on day 365");
        assert_eq!(prune(store, 365 + 731).await.2, 1);
        assert!(!knows(store, 2).await);
        assert!(knows(store, 1).await, "an alert is known for ever");
        assert!(knows(store, 3).await, "so is what was never judged");
        assert_eq!(store.archive().sources(None, 1).await.unwrap()[0].items, 3);
    })
    .await;
}
