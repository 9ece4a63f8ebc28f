//! Sources in force, claims and their leases.

use watchlistd::model::item::Identity;
use watchlistd::model::source::Anew;
use watchlistd::model::{Health, Source, Timestamp};
use watchlistd::store::{Claim, Elsewhere, FinishedPoll, Store};

use super::{DAY, HOUR, at, claim, each, item, polled, source};

#[tokio::test]
async fn new_sources_are_due_at_once_and_claimed_once() {
    each(async |store| {
        store.adopt_sources(vec![source("a"), source("b"), source("c")], at(0)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(0)));
        assert_eq!(claim(store, at(0), 2, Claim::Due).await, ["a", "b"]);
        assert_eq!(claim(store, at(0), 9, Claim::Due).await, ["c"], "the others are taken");
        assert_eq!(store.next_due().await.unwrap(), Some(at(10)), "when the leases end");
        assert!(claim(store, at(9), 9, Claim::All).await.is_empty());
        assert_eq!(claim(store, at(10), 9, Claim::Due).await, ["a", "b", "c"], "they ran out");
    })
    .await;
}

#[tokio::test]
async fn a_claim_given_back_or_finished_is_free() {
    each(async |store| {
        store.adopt_sources(vec![source("a"), source("b")], at(0)).await.unwrap();
        claim(store, at(0), 9, Claim::Due).await;
        store.release_sources(vec![source("a").id]).await.unwrap();
        store.finish_poll(polled("b", at(1), vec![])).await.unwrap();
        assert_eq!(claim(store, at(2), 9, Claim::Due).await, ["a"]);
        assert_eq!(store.next_due().await.unwrap(), Some(at(12)), "a's lease; b is due at 61");
        assert_eq!(claim(store, at(61), 1, Claim::Due).await, ["a"]);
        assert_eq!(claim(store, at(61), 9, Claim::Due).await, ["b"]);
        store.release_leases(at(62)).await.unwrap();
        assert_eq!(claim(store, at(62), 9, Claim::Due).await, ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn all_means_all_but_those_told_to_wait() {
    each(async |store| {
        store.adopt_sources(vec![source("a"), source("b"), source("c")], at(0)).await.unwrap();
        for id in ["a", "b", "c"] {
            let mut poll = polled(id, at(1), vec![]);
            match id {
                "b" => poll.state.retry_after = Some(at(30)),
                "c" => poll.state.retry_after = Some(at(0).plus(DAY * 400)),
                _ => {}
            }
            store.finish_poll(poll).await.unwrap();
        }
        assert!(claim(store, at(2), 9, Claim::Due).await.is_empty());
        assert_eq!(
            claim(store, at(2), 9, Claim::All).await,
            ["a", "c"],
            "a year is no Retry-After"
        );
        assert_eq!(claim(store, at(30), 9, Claim::All).await, ["a", "b", "c"]);
    })
    .await;
}

#[tokio::test]
async fn an_instant_too_far_ahead_does_not_bind() {
    each(async |store| {
        store.adopt_sources(vec![source("a"), source("b")], at(0)).await.unwrap();
        for (id, ahead) in [("a", DAY * 365), ("b", DAY)] {
            let mut poll = polled(id, at(0), vec![]);
            poll.next_poll = at(0).plus(ahead);
            store.finish_poll(poll).await.unwrap();
        }
        let year = at(0).plus(DAY * 365);
        let tasks = store.claim_due_sources(at(1), year, 9, Claim::Due).await.unwrap();
        assert_eq!(tasks.len(), 1, "a's next poll was written by a wrong clock");
        assert_eq!(claim(store, at(2), 9, Claim::Due).await, ["a"], "so was its lease");
    })
    .await;
}

#[tokio::test]
async fn a_source_keeps_its_history_through_edits_and_retirement() {
    each(async |store| {
        store.adopt_sources(vec![source("a"), source("b")], at(0)).await.unwrap();
        store.finish_poll(polled("a", at(1), vec![item("a", 1, at(1))])).await.unwrap();

        store.adopt_sources(vec![source("b")], at(2)).await.unwrap();
        let rows = store.archive().sources(None, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.source.id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(claim(store, at(99), 9, Claim::All).await, ["b"], "a is retired");
        store.finish_poll(polled("a", at(3), vec![])).await.unwrap();
        assert_eq!(store.archive().sources(None, 9).await.unwrap().len(), 1, "and stays so");

        let mut back = source("a");
        back.official = true;
        store.adopt_sources(vec![back.clone(), source("b")], at(200)).await.unwrap();
        let rows = store.archive().sources(None, 9).await.unwrap();
        assert_eq!(rows[0].source, back);
        assert_eq!((rows[0].items, rows[0].next_poll), (1, at(200)));
        assert_eq!(rows[0].state.last_success, Some(at(3)), "no new baseline");
        assert!(rows[0].state.etag.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_new_address_forgets_validators_and_nothing_else() {
    each(async |store| {
        store.adopt_sources(vec![source("a")], at(0)).await.unwrap();
        let mut poll = polled("a", at(1), vec![item("a", 1, at(1))]);
        poll.state.last_modified = Some(b"today".to_vec());
        store.finish_poll(poll).await.unwrap();
        let mut moved = source("a");
        moved.url = "https://elsewhere.test/feed".into();
        store.adopt_sources(vec![moved], at(2)).await.unwrap();
        let row = store.archive().sources(None, 9).await.unwrap().remove(0);
        let validators = (row.state.etag, row.state.last_modified);
        assert_eq!(validators, (None, None), "old ones could hide the new address's items");
        assert_eq!((row.state.last_success, row.items), (Some(at(1)), 1));
        assert_eq!(row.next_poll, at(2));
    })
    .await;
}

#[tokio::test]
async fn a_shorter_interval_is_in_force_at_once() {
    each(async |store| {
        store.adopt_sources(vec![source("a")], at(0)).await.unwrap();
        store.finish_poll(polled("a", at(1), vec![])).await.unwrap();
        let mut faster = source("a");
        faster.interval = HOUR / 4;
        store.adopt_sources(vec![faster], at(2)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(16)));
    })
    .await;
}

#[tokio::test]
async fn sources_are_listed_in_pages() {
    each(async |store| {
        let all: Vec<_> = (0..25).map(|n| source(&format!("s{n:02}"))).collect();
        store.adopt_sources(all.clone(), at(0)).await.unwrap();
        let mut listed = Vec::new();
        loop {
            let page = store.archive().sources(listed.last().cloned(), 10).await.unwrap();
            if page.is_empty() {
                break;
            }
            listed.extend(page.into_iter().map(|row| row.source.id));
        }
        assert_eq!(listed, all.into_iter().map(|one| one.id).collect::<Vec<_>>());
    })
    .await;
}

/// Whoever mends a source by its words need not wait out what its failures planned.
#[tokio::test]
async fn an_edit_that_lets_more_be_read_makes_the_source_due() {
    each(async |store| {
        let private = source("wire");
        store.adopt_sources(vec![private.clone()], at(0)).await.unwrap();
        claim(store, at(0), 9, Claim::All).await;
        let tomorrow = at(1).plus(DAY);
        let mut done = polled("wire", at(1), vec![]);
        (done.state.last_poll, done.next_poll) = (Some(at(1)), tomorrow);
        store.finish_poll(done.clone()).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(tomorrow));
        let often = Source { interval: HOUR / 4, ..private };
        store.adopt_sources(vec![often.clone()], at(2)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(16)), "a quarter after its last poll");
        let allowed = Source { allow_private: true, ..often };
        store.adopt_sources(vec![allowed.clone()], at(3)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(3)));

        claim(store, at(3), 9, Claim::All).await;
        done.state.retry_after = Some(at(50));
        (done.ended, done.next_poll) = (at(4), at(50));
        store.finish_poll(done).await.unwrap();
        let again = Source { allow_private: false, ..allowed };
        store.adopt_sources(vec![again], at(5)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(50)), "its server said when");
    })
    .await;
}

/// Why the next document of a source is as good as a first one.
async fn anew(store: &dyn Store) -> Option<Anew> {
    store.archive().sources(None, 1).await.unwrap().remove(0).state.anew
}

/// When the source was last read before that.
async fn read_before(store: &dyn Store) -> Option<Timestamp> {
    store.archive().sources(None, 1).await.unwrap().remove(0).state.read_before
}

#[tokio::test]
async fn another_address_and_being_away_are_noted_until_a_document_was_read() {
    each(async |store| {
        let a = source("a");
        store.adopt_sources(vec![a.clone()], at(0)).await.unwrap();
        store.finish_poll(polled("a", at(1), vec![])).await.unwrap();
        assert_eq!(anew(store).await, None);
        let moved = Source { url: "https://other.test/feed".into(), ..a.clone() };
        store.adopt_sources(vec![moved.clone()], at(2)).await.unwrap();
        assert_eq!(anew(store).await, Some(Anew::Address));
        // A poll of the old address that ends only now changes nothing of that.
        store.finish_poll(polled("a", at(3), vec![])).await.unwrap();
        assert_eq!(anew(store).await, Some(Anew::Address));
        store.adopt_sources(vec![], at(4)).await.unwrap();
        store.adopt_sources(vec![moved.clone()], at(5)).await.unwrap();
        assert_eq!(anew(store).await, Some(Anew::Address), "the graver reason stays");
        assert_eq!(read_before(store).await, Some(at(1)), "and so does the last reading");
        let read = FinishedPoll { address: moved.url.clone(), ..polled("a", at(6), vec![]) };
        store.finish_poll(read).await.unwrap();
        assert_eq!(anew(store).await, None);
        store.adopt_sources(vec![], at(7)).await.unwrap();
        store.adopt_sources(vec![moved.clone()], at(8)).await.unwrap();
        assert_eq!(anew(store).await, Some(Anew::Back));
        assert_eq!(read_before(store).await, Some(at(6)));
        // Where its server has it read already is no other address.
        let mut read = FinishedPoll { address: moved.url.clone(), ..polled("a", at(9), vec![]) };
        read.state.read_at = Some(a.url.clone());
        store.finish_poll(read).await.unwrap();
        store.adopt_sources(vec![a.clone()], at(10)).await.unwrap();
        assert_eq!(anew(store).await, None);
    })
    .await;
}

#[tokio::test]
async fn what_an_address_said_is_known_under_its_next_id() {
    each(async |store| {
        let old = source("a");
        store.adopt_sources(vec![old.clone(), source("c")], at(0)).await.unwrap();
        let one = item("a", 1, at(1));
        store.finish_poll(polled("a", at(1), vec![one.clone()])).await.unwrap();
        let keys = vec![Identity { guid: one.guid.clone(), link: None, text_hash: "?".into() }];
        let new = Source { id: source("b").id, ..old };
        store.adopt_sources(vec![new.clone(), source("c")], at(5)).await.unwrap();
        let found = store.known_elsewhere(new.id.clone(), keys.clone()).await.unwrap();
        assert_eq!((found.left, found.read), (Some(at(5)), Some(at(1))));
        assert_eq!(found.known.len(), 1);
        assert_eq!(found.known[0].id, one.id);
        let other = store.known_elsewhere(source("c").id, keys.clone()).await.unwrap();
        assert_eq!(other, Elsewhere::default(), "another address");
        let nobody = store.known_elsewhere(source("nobody").id, keys).await.unwrap();
        assert_eq!(nobody, Elsewhere::default());
    })
    .await;
}

/// Figures count what is read as mails do, though they look at few rows.
#[tokio::test]
async fn what_counts_as_read_is_counted_as_mails_count_it() {
    each(async |store| {
        let mut all = Vec::new();
        for (n, health) in Health::ALL.into_iter().enumerate() {
            for (kind, official, had, ago) in [
                ("plain", false, 30, 1),
                ("list", true, 30, 1),
                ("new", true, 0, 1),
                ("old", false, 30, 27),
                ("older", true, 30, 90),
            ] {
                let mut one = source(&format!("{kind}{n}"));
                one.official = official;
                if kind == "older" {
                    // Four intervals of a day are longer.
                    one.interval = DAY;
                }
                all.push((one, health, had, ago));
            }
        }
        let now = at(100 * 60);
        store.adopt_sources(all.iter().map(|one| one.0.clone()).collect(), at(0)).await.unwrap();
        for (source, health, had, ago) in &all {
            let mut poll = polled(source.id.as_str(), now.minus(HOUR * *ago), vec![]);
            poll.address.clone_from(&source.url);
            (poll.state.health, poll.state.habit.items) = (*health, *had);
            store.finish_poll(poll).await.unwrap();
        }
        let counted = async |store: &dyn Store| {
            let sources = store.coverage(now, now).await.unwrap().sources;
            let read = sources.iter().filter(|one| one.is_read(now)).count() as u64;
            assert_eq!(store.archive().sources_read(now).await.unwrap(), read);
            read
        };
        // Of five healths that are covered each, all but those last read 27 hours ago; and the emptied lists.
        assert_eq!(counted(store).await, 5 * 4 - 2);
        let few = all.iter().take(7).map(|one| one.0.clone()).collect();
        store.adopt_sources(few, now).await.unwrap();
        counted(store).await;
    })
    .await;
}
