//! Items by when they were seen: every one of the window once, in order, however pages fall.

use watchlistd::model::{Judgement, Timestamp};
use watchlistd::store::{Keep, Store};

use super::{DAY, assess, at, decided, each, edited, item, judged, polled, source};

/// Titles of all items of a window, read in pages of this size.
async fn titles(store: &dyn Store, window: (Timestamp, Timestamp), limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.archive().items_seen(window.0, window.1, after, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items.iter().map(|one| one.text.title.clone()));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_window_is_read_whole_in_pages_of_any_size() {
    each(async |store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let first: Vec<_> = (1..=4).map(|n| item("ofac", n, at(0))).collect();
        store.finish_poll(polled("ofac", at(0), first.clone())).await.unwrap();
        let later = vec![item("ofac", 5, at(10)), item("ofac", 6, at(20))];
        store.finish_poll(polled("ofac", at(20), later)).await.unwrap();
        let mut poll = polled("ofac", at(30), vec![]);
        poll.edited = vec![edited(&first[1], "Title 2, edited", at(30))];
        store.finish_poll(poll).await.unwrap();
        let all = ["Title 1", "Title 3", "Title 4", "Title 5", "Title 6", "Title 2, edited"];
        for limit in 1..=8 {
            assert_eq!(titles(store, (at(0), at(31)), limit).await, all, "pages of {limit}");
        }
        assert_eq!(titles(store, (at(1), at(20)), 2).await, ["Title 5"], "an end is not included");
        assert!(titles(store, (at(31), at(40)), 2).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_past_keeping_is_read_while_its_words_are_kept() {
    each(async |store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let items: Vec<_> = (1..=3).map(|n| item("ofac", n, at(i64::from(n)))).collect();
        store.finish_poll(polled("ofac", at(3), items.clone())).await.unwrap();
        let decisions = vec![
            decided(&items[0], Judgement::default(), &[], at(4)),
            decided(&items[1], judged(&["baba"], &["delist"]), &["Mei"], at(4)),
            decided(&items[2], Judgement::default(), &[], at(4)),
        ];
        assess(store, at(4), decisions).await;
        let fresh = vec![item("ofac", 4, at(0).plus(DAY * 30))];
        store.finish_poll(polled("ofac", at(0).plus(DAY * 30), fresh)).await.unwrap();
        let keep = Keep { items: DAY * 7, audit: DAY * 3_650, polls: DAY * 7 };
        while !store.prune(keep, at(0).plus(DAY * 30)).await.unwrap().is_nothing() {}
        let window = (at(0), at(0).plus(DAY * 31));
        for limit in 1..=3 {
            assert_eq!(titles(store, window, limit).await, ["Title 2", "Title 4"]);
        }
    })
    .await;
}
