//! What a poll writes: items with their validators, identities, edits.

use std::sync::Arc;

use watchlistd::model::item::{Identity, Rekeyed};
use watchlistd::model::source::Gap;
use watchlistd::store::{Claim, FinishedPoll, Store};

use super::{HOUR, at, claim, each, edited, item, polled, source, with_items};

fn identity(guid: Option<&str>, link: Option<&str>, hash: &str) -> Identity {
    let text = |one: &str| one.to_owned();
    Identity { guid: guid.map(text), link: link.map(text), text_hash: hash.into() }
}

async fn titles(store: &dyn Store) -> Vec<String> {
    let waiting = store.unassessed(99).await.unwrap();
    waiting.into_iter().map(|one| one.item.text.title).collect()
}

#[tokio::test]
async fn items_come_back_as_they_went_in() {
    each(async |store| {
        let mut items = with_items(store, at(0), 3).await;
        assert_eq!(store.archive().items(None, 9).await.unwrap(), items);
        let waiting = store.unassessed(9).await.unwrap();
        assert!(waiting.iter().all(|one| one.before.is_none() && one.story.is_none()));
        assert_eq!(waiting.into_iter().map(|one| one.item).collect::<Vec<_>>(), items);
        let after = items.remove(0).id;
        assert_eq!(store.archive().items(Some(after), 1).await.unwrap(), items[..1]);
    })
    .await;
}

#[tokio::test]
async fn a_poll_that_cannot_be_written_leaves_no_trace() {
    each(async |store| {
        with_items(store, at(0), 1).await;
        let before = claim(store, at(60), 1, Claim::Due).await;
        assert_eq!(before, ["ofac"]);
        // A poll of a source that was never adopted cannot be written.
        let mut poll = polled("ofac", at(61), vec![item("ofac", 2, at(61))]);
        poll.source = watchlistd::model::SourceId::new("nobody");
        assert!(store.finish_poll(poll).await.is_err());
        let row = store.archive().sources(None, 1).await.unwrap().remove(0);
        assert_eq!(row.state, polled("ofac", at(0), vec![]).state);
        assert_eq!(row.items, 1);
        assert_eq!(store.archive().items(None, 9).await.unwrap().len(), 1);
        assert!(claim(store, at(62), 9, Claim::Due).await.is_empty(), "the claim is kept, too");
    })
    .await;
}

#[tokio::test]
async fn polls_written_together_are_all_written_or_none_is() {
    each(async |store| {
        store.adopt_sources(vec![source("bis"), source("ofac")], at(0)).await.unwrap();
        assert_eq!(claim(store, at(0), 9, Claim::Due).await.len(), 2);
        let brought = |name: &str, n| polled(name, at(1), vec![item(name, n, at(1))]);
        let mut nobodys = brought("ofac", 3);
        nobodys.source = watchlistd::model::SourceId::new("nobody");
        let polls = Arc::new(vec![brought("bis", 1), nobodys, brought("ofac", 2)]);
        assert!(store.finish_polls(polls).await.is_err());
        assert!(store.archive().items(None, 9).await.unwrap().is_empty());
        assert!(claim(store, at(2), 9, Claim::Due).await.is_empty(), "the claims are kept, too");

        let polls = Arc::new(vec![brought("bis", 1), brought("ofac", 2)]);
        store.finish_polls(polls).await.unwrap();
        assert_eq!(store.archive().items(None, 9).await.unwrap().len(), 2);
        for row in store.archive().sources(None, 9).await.unwrap() {
            assert_eq!(row.state.last_poll, Some(at(1)));
        }
        assert_eq!(claim(store, at(3), 9, Claim::All).await.len(), 2, "the claims are given back");
    })
    .await;
}

#[tokio::test]
async fn known_items_are_found_by_any_shared_key() {
    each(async |store| {
        let items = with_items(store, at(0), 4).await;
        let ofac = source("ofac").id;
        let (one, two, three) = (&items[0], &items[1], &items[2]);
        for (wanted, expected) in [
            (vec![identity(one.guid.as_deref(), None, "?")], vec![one]),
            (vec![identity(Some("?"), two.link.as_deref(), "?")], vec![two]),
            (vec![identity(None, None, &three.text_hash)], vec![three]),
            (vec![identity(one.guid.as_deref(), two.link.as_deref(), "?")], vec![one, two]),
            (vec![identity(Some("?"), Some("?"), "?")], vec![]),
            // A link that looks like a guid is not that guid.
            (vec![identity(one.link.as_deref(), one.guid.as_deref(), "?")], vec![]),
        ] {
            let found = store.known_items(ofac.clone(), wanted).await.unwrap();
            let ids: Vec<_> = found.iter().map(|known| &known.id).collect();
            assert_eq!(ids, expected.iter().map(|item| &item.id).collect::<Vec<_>>());
            for (known, item) in found.iter().zip(expected) {
                assert_eq!((known.revision, &known.title), (1, &item.text.title));
                assert_eq!(known.identity.guid, item.guid);
            }
        }
        store.adopt_sources(vec![source("ofac"), source("bis")], at(1)).await.unwrap();
        let elsewhere = vec![identity(one.guid.as_deref(), None, &one.text_hash)];
        assert!(store.known_items(source("bis").id, elsewhere).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_known_item_under_new_keys_is_found_by_them_and_judged_no_more() {
    each(async |store| {
        let items = with_items(store, at(0), 2).await;
        let waiting = store.unassessed(9).await.unwrap().len();
        let ofac = source("ofac").id;
        let (guid, link) = (Some("https://new.test/1"), Some("https://new.test/1"));
        let mut poll = polled("ofac", at(60), vec![]);
        poll.seen = vec![items[0].id.clone()];
        poll.rekeyed = vec![Rekeyed {
            item: items[0].id.clone(),
            guid: guid.map(str::to_owned),
            link: link.map(str::to_owned),
            learnt: at(90),
        }];
        // Twice, as after a crash before the answer.
        for _ in 0..2 {
            store.finish_poll(poll.clone()).await.unwrap();
            let found = store.known_items(ofac.clone(), vec![identity(guid, None, "?")]).await;
            let found = found.unwrap();
            assert_eq!((found.len(), found[0].revision, found[0].learnt), (1, 1, Some(at(90))));
            assert_eq!(found[0].identity, identity(guid, link, &items[0].text_hash));
            let old = identity(items[0].guid.as_deref(), items[0].link.as_deref(), "?");
            assert!(store.known_items(ofac.clone(), vec![old]).await.unwrap().is_empty());
        }
        assert_eq!(store.unassessed(9).await.unwrap().len(), waiting, "no more wait than before");
        let stored = store.archive().items(None, 9).await.unwrap();
        let moved = stored.iter().find(|item| item.id == items[0].id).unwrap();
        assert_eq!((moved.link.as_deref(), moved.first_seen), (link, items[0].first_seen));
    })
    .await;
}

#[tokio::test]
async fn an_edit_replaces_the_keys_and_waits_again() {
    each(async |store| {
        let items = with_items(store, at(0), 2).await;
        super::assess(
            store,
            at(1),
            items.iter().map(|one| super::decided(one, Default::default(), &[], at(1))).collect(),
        )
        .await;
        assert!(store.unassessed(9).await.unwrap().is_empty());

        let new = edited(&items[0], "Changed", at(60));
        let mut poll = polled("ofac", at(60), vec![]);
        poll.edited = vec![new.clone()];
        store.finish_poll(poll.clone()).await.unwrap();
        let waiting = store.unassessed(9).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].item, new);
        assert_eq!(waiting[0].before, Some(Default::default()), "judged, and said nothing");

        let ofac = source("ofac").id;
        let old = vec![identity(None, None, &items[0].text_hash)];
        assert!(store.known_items(ofac.clone(), old).await.unwrap().is_empty());
        let found =
            store.known_items(ofac, vec![identity(None, None, &new.text_hash)]).await.unwrap();
        assert_eq!((found[0].revision, found[0].title.as_str()), (2, "Changed"));

        store.finish_poll(poll).await.unwrap();
        assert_eq!(store.unassessed(9).await.unwrap()[0].item.revision, 2, "a repeat is no edit");
    })
    .await;
}

#[tokio::test]
async fn a_poll_that_is_repeated_changes_nothing_twice() {
    each(async |store| {
        let items = with_items(store, at(0), 3).await;
        store.finish_poll(polled("ofac", at(1), items.clone())).await.unwrap();
        assert_eq!(store.archive().items(None, 9).await.unwrap(), items);
        assert_eq!(store.archive().sources(None, 9).await.unwrap()[0].items, 3);
        assert_eq!(titles(store).await, ["Title 1", "Title 2", "Title 3"]);
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_taken_hides_no_words() {
    each(async |store| {
        let items = with_items(store, at(0), 1).await;
        let mut other = item("ofac", 1, at(60));
        other.text.title = "Something else".into();
        other.text_hash = "another hash".into();
        store.finish_poll(polled("ofac", at(60), vec![other])).await.unwrap();
        assert_eq!(titles(store).await, [items[0].text.title.as_str()]);
        super::assess(
            store,
            at(61),
            vec![super::decided(&items[0], Default::default(), &[], at(61))],
        )
        .await;
        assert_eq!(titles(store).await, ["Something else"]);
    })
    .await;
}

#[tokio::test]
async fn coverage_counts_each_item_in_one_window() {
    each(async |store| {
        with_items(store, at(0), 3).await;
        let mut future = item("ofac", 4, at(60));
        future.published = Some(at(99_999));
        let mut poll = polled("ofac", at(60), vec![future]);
        let gap = Gap { source: source("ofac").id, from: at(0), until: at(60) };
        poll.gap = Some(gap.clone());
        store.finish_poll(poll).await.unwrap();
        for (n, minute) in [(1, 61), (2, 62), (3, 63)] {
            let mut quiet = polled("ofac", at(minute), vec![]);
            quiet.status = Some(if n == 2 { 304 } else { 200 });
            store.finish_poll(quiet).await.unwrap();
        }
        let first = store.coverage(at(-10), at(60)).await.unwrap();
        assert_eq!((first.items_read, first.newest), (3, Some(at(0).minus(HOUR))));
        assert!(first.gaps.is_empty());
        let second = store.coverage(at(60), at(120)).await.unwrap();
        assert_eq!((second.items_read, second.newest), (1, Some(at(60))), "no date lies ahead");
        assert_eq!(second.gaps, [gap]);
        assert_eq!(second.sources.len(), 1);
        assert_eq!(second.sources[0].state, polled("ofac", at(63), vec![]).state);
    })
    .await;
}

/// The address is edited while a poll of the old one is under way.
#[tokio::test]
async fn what_belongs_to_an_address_goes_with_it() {
    for quiet in [false, true] {
        an_address_goes(quiet).await;
    }
}

async fn an_address_goes(quiet: bool) {
    each(async |store| {
        with_items(store, at(0), 1).await;
        let due = at(0).plus(HOUR);
        assert_eq!(claim(store, due, 1, Claim::Due).await, ["ofac"]);
        let mut moved = source("ofac");
        moved.url = "https://new.test/feed".to_owned();
        store.adopt_sources(vec![moved], due).await.unwrap();
        let ended = due.plus(std::time::Duration::from_secs(5));
        let new = if quiet { vec![] } else { vec![item("ofac", 7, ended)] };
        let items = 1 + new.len() as u64;
        let status = Some(if quiet { 304 } else { 200 });
        let poll = FinishedPoll { quiet, status, ..polled("ofac", ended, new) };
        store.finish_poll(poll).await.unwrap();
        let row = store.archive().sources(None, 1).await.unwrap().remove(0);
        assert_eq!((row.state.etag, row.state.last_modified, row.items), (None, None, items));
        assert_eq!(claim(store, ended, 1, Claim::Due).await, ["ofac"], "asked at once");
    })
    .await;
}

/// A body that was read with loss bears the same status as a whole one.
#[tokio::test]
async fn an_account_says_which_of_its_polls_went_wrong() {
    each(async |store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let lost = "read with loss: the body ended early";
        for (minute, error) in [(0, None), (60, Some(lost)), (120, None), (180, None)] {
            let mut poll = polled("ofac", at(minute), vec![]);
            poll.state.error = error.map(str::to_owned);
            store.finish_poll(poll).await.unwrap();
        }
        let record = store.archive().record(0, 99).await.unwrap();
        let lines = record.iter().flat_map(|entry| entry.body.lines());
        let told: Vec<serde_json::Value> = lines
            .filter(|line| line.contains("\"polled\""))
            .map(|line| serde_json::from_str(line).unwrap())
            .map(|line: serde_json::Value| serde_json::json!([line["polls"], line["error"]]))
            .collect();
        assert_eq!(told, [serde_json::json!([1, null]), serde_json::json!([1, lost])]);
    })
    .await;
}

/// What is written for a poll that changed nothing is less, and comes to the same: over days, edits of
/// the source, failures and news.
#[tokio::test]
async fn a_quiet_poll_leaves_the_account_that_it_would_leave_written_whole() {
    let left = std::sync::Mutex::new(Vec::new());
    for short in [true, false] {
        each(async |store| {
            store.adopt_sources(vec![source("ofac"), source("bis")], at(0)).await.unwrap();
            let mut known = polled("ofac", at(0), vec![]).state;
            // From the twentieth on twelve hours later, and nine from the fiftieth on: stops within a day and over its end.
            let stops = |n: u32| 720 * i64::from(n >= 20) + 540 * i64::from(n >= 50);
            for (n, minute) in (0..60).map(|n| (n, 50 * i64::from(n) + stops(n))) {
                claim(store, at(minute), 9, Claim::All).await;
                let new = if n % 17 == 0 { vec![item("ofac", n, at(minute))] } else { vec![] };
                let mut poll = polled("ofac", at(minute), new);
                let read = poll.state.clone();
                if n % 17 == 0 {
                    known = read;
                } else if n % 23 == 5 {
                    (poll.status, known.error) =
                        (Some(500), Some("the server answered 500".into()));
                } else {
                    (poll.status, poll.entries, poll.bytes) = (Some(304), Some(0), u64::from(n));
                    (known.last_poll, known.last_success) = (read.last_poll, read.last_success);
                    poll.quiet = short && known.error.is_none();
                    known.error = None;
                }
                poll.state = known.clone();
                if n == 31 {
                    // Edited while it was being polled: what belongs to the old address is not kept.
                    let mut moved = source("ofac");
                    moved.url = "https://elsewhere.test/feed".into();
                    store.adopt_sources(vec![moved, source("bis")], at(minute)).await.unwrap();
                }
                if n > 31 {
                    poll.address = "https://elsewhere.test/feed".into();
                }
                if n == 40 {
                    store.adopt_sources(vec![source("bis")], at(minute)).await.unwrap();
                }
                store.finish_poll(poll).await.unwrap();
                if n == 40 {
                    let mut back = source("ofac");
                    back.url = "https://elsewhere.test/feed".into();
                    store.adopt_sources(vec![back, source("bis")], at(minute)).await.unwrap();
                }
                store.release_sources(vec![source("bis").id]).await.unwrap();
            }
            let archive = store.archive();
            let sources = archive.sources(None, 9).await.unwrap();
            let record = archive.record(0, 999).await.unwrap();
            let told: Vec<String> = record.into_iter().map(|entry| entry.body).collect();
            assert!(told.iter().filter(|body| body.contains("\"polled\"")).count() > 9);
            left.lock().unwrap().push((format!("{sources:?}"), told));
        })
        .await;
    }
    let left = left.into_inner().unwrap();
    let half = left.len() / 2;
    assert_eq!(left[..half], left[half..]);
}

/// Who reads an account takes it that the source was polled from its first poll to its last.
#[tokio::test]
async fn an_account_ends_where_a_poll_came_long_after_it_was_due() {
    for quiet in [true, false] {
        each(async |store| {
            let midnight = |minutes: i64| at(minutes - 666);
            store.adopt_sources(vec![source("ofac")], midnight(0)).await.unwrap();
            // An hour apart, then nine hours late, half an hour late, and taken out and put back.
            for minute in [0, 60, 120, 720, 780, 870, 930, 1200] {
                if minute == 1200 {
                    store.adopt_sources(vec![], midnight(935)).await.unwrap();
                    store.adopt_sources(vec![source("ofac")], midnight(1199)).await.unwrap();
                }
                claim(store, midnight(minute), 9, Claim::All).await;
                let mut poll = polled("ofac", midnight(minute), vec![]);
                poll.quiet = quiet && minute > 0;
                store.finish_poll(poll).await.unwrap();
            }
            let accounts = store.archive().accounts(midnight(0), midnight(1440)).await.unwrap();
            let runs: Vec<_> =
                accounts[0].runs.iter().map(|run| (run.first, run.last, run.polls)).collect();
            let run = |first, last, polls| (midnight(first), midnight(last), polls);
            assert_eq!(runs, [run(0, 120, 3), run(720, 930, 4), run(1200, 1200, 1)], "{quiet}");
        })
        .await;
    }
}

/// A source that is polled seldom is not late, however long its polls lie apart.
#[tokio::test]
async fn an_account_goes_on_at_the_pace_that_was_planned() {
    each(async |store| {
        let midnight = |minutes: i64| at(minutes - 666);
        store.adopt_sources(vec![source("ofac")], midnight(0)).await.unwrap();
        for minute in [0, 500, 1000] {
            let mut poll = polled("ofac", midnight(minute), vec![]);
            poll.next_poll = midnight(minute + 490);
            store.finish_poll(poll).await.unwrap();
        }
        let accounts = store.archive().accounts(midnight(0), midnight(1440)).await.unwrap();
        assert_eq!(accounts[0].runs.len(), 1);
    })
    .await;
}
