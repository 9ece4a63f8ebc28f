//! What waits to be judged, what was decided, and what an edit is held against.

use std::collections::BTreeMap;

use proptest::prelude::*;
use watchlistd::model::item::Arrival;
use watchlistd::model::{Guard, Item, ItemId, Judgement, Severity};
use watchlistd::store::backfill::{Adopted, Asked, Assessing, FinishedBackfill};
use watchlistd::store::sqlite::Sqlite;
use watchlistd::store::{Assessment, Store};

use super::{
    assess, at, decided, each, edited, held_back, item, judged, named, polled, source, with_alerts,
    with_items,
};

async fn edit(store: &dyn Store, item: &Item) {
    let mut poll = polled("ofac", item.first_seen, vec![]);
    poll.edited = vec![item.clone()];
    store.finish_poll(poll).await.unwrap();
}

async fn waiting(store: &dyn Store) -> Vec<(String, u32)> {
    let waiting = store.unassessed(99).await.unwrap();
    waiting.into_iter().map(|one| (one.item.text.title, one.item.revision)).collect()
}

#[tokio::test]
async fn items_wait_in_stored_order_until_they_are_decided() {
    each(async |store| {
        let items = with_items(store, at(0), 5).await;
        let decisions: Vec<_> =
            items[..3].iter().map(|one| decided(one, Judgement::default(), &[], at(1))).collect();
        assert_eq!(store.unassessed(2).await.unwrap().len(), 2);
        assess(store, at(1), decisions).await;
        assert_eq!(waiting(store).await, [("Title 4".into(), 1), ("Title 5".into(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn the_lease_for_assessing_has_one_holder() {
    each(async |store| {
        let lease = |holder: &str, now, until| store.claim_assessment(holder.into(), now, until);
        assert!(lease("a", at(0), at(5)).await.unwrap());
        assert!(!lease("b", at(1), at(6)).await.unwrap());
        assert!(lease("a", at(4), at(9)).await.unwrap(), "the holder prolongs it");
        assert!(!lease("b", at(8), at(12)).await.unwrap());
        assert!(lease("b", at(9), at(14)).await.unwrap(), "it ran out");
        assert!(lease("c", at(-9_000), at(-8_995)).await.unwrap(), "b's end lies days ahead");
        store.release_leases(at(-8_999)).await.unwrap();
        assert!(lease("d", at(-8_998), at(-8_990)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_was_seen_before_an_edit_is_judged_all_the_same() {
    each(async |store| {
        let one = with_items(store, at(0), 1).await.remove(0);
        let two = edited(&one, "Changed", at(60));
        edit(store, &two).await;
        assert_eq!(waiting(store).await, [("Title 1".into(), 1)], "the older revision first");

        assess(
            store,
            at(61),
            vec![decided(&one, judged(&["baba"], &["delist"]), &["Mei"], at(61))],
        )
        .await;
        let next = store.unassessed(9).await.unwrap().remove(0);
        assert_eq!(next.item, two);
        assert_eq!(next.before, Some(judged(&["baba"], &["delist"])));
        assert!(next.story.is_some());
        let told = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(told[0].item, one, "the mail quotes the words that were judged");

        assess(store, at(62), vec![decided(&two, Judgement::default(), &[], at(62))]).await;
        assert!(waiting(store).await.is_empty());
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap()[0].item, one);
    })
    .await;
}

#[tokio::test]
async fn a_decision_about_a_revision_that_does_not_wait_is_ignored() {
    each(async |store| {
        let one = with_items(store, at(0), 1).await.remove(0);
        let alert = decided(&one, judged(&["baba"], &["delist"]), &["Mei"], at(1));
        assess(store, at(1), vec![decided(&one, Judgement::default(), &[], at(1))]).await;
        assess(store, at(2), vec![alert.clone()]).await;
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty(), "decided before");

        let two = edited(&one, "Changed", at(60));
        edit(store, &two).await;
        assess(store, at(61), vec![alert]).await;
        assert!(
            store.pending_notices("Mei".into()).await.unwrap().is_empty(),
            "revision 1 is past"
        );
        assert_eq!(waiting(store).await, [("Changed".into(), 2)], "revision 2 still waits");
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_held_against_all_that_was_named_before() {
    each(async |store| {
        let one = with_items(store, at(0), 1).await.remove(0);
        assess(store, at(1), vec![decided(&one, judged(&["baba"], &["delist"]), &[], at(1))]).await;
        let two = edited(&one, "Two", at(60));
        edit(store, &two).await;
        assess(store, at(61), vec![decided(&two, judged(&["smic"], &[]), &[], at(61))]).await;
        let three = edited(&two, "Three", at(120));
        edit(store, &three).await;
        let before = store.unassessed(9).await.unwrap().remove(0).before.unwrap();
        assert_eq!(before.companies, [named("baba"), named("smic")]);
        assert_eq!(before.topics, [named("delist")]);
        assert_eq!((before.severity, before.alert), (Some(Severity::High), true));
    })
    .await;
}

/// A page that is matched again by two is written by the first, and an item that waits is left to the
/// judgement that it waits for.
#[tokio::test]
async fn a_page_of_a_back_fill_is_written_once_and_without_what_waits() {
    each(async |store| {
        let items = with_items(store, at(0), 2).await;
        let silent = |one: &Item| decided(one, Judgement::default(), &[], at(1));
        assess(store, at(1), vec![silent(&items[0])]).await;
        for (version, since) in [(1, None), (2, Some(at(0)))] {
            let files = [("watchlist.toml".to_owned(), format!("# {version}"))];
            store.adopt_config(files.into(), at(2)).await.unwrap();
            let by = Assessing { version, without: Vec::new() };
            let adopted = Adopted { by, before: since.map(|_| 1), since, silent: false };
            store.adopt_for_assessment(adopted, at(2)).await.unwrap();
        }
        let page = store.backfill_page(9).await.unwrap().unwrap();
        let found = judged(&["baba"], &["delist"]);
        let decisions = items.iter().map(|one| decided(one, found.clone(), &["Mei"], at(3)));
        let about = |one: &Item| Asked { source: one.source.clone(), item: one.id.clone() };
        let finished = FinishedBackfill {
            round: page.round,
            from: page.from,
            until: page.until,
            items: 2,
            late: Assessment { watchlist: 2, at: at(3), decisions: decisions.collect() },
            about: items.iter().map(about).collect(),
        };
        store.finish_backfill(finished.clone()).await.unwrap();
        let told = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(told.iter().map(|one| &one.item).collect::<Vec<_>>(), [&items[0]]);
        let before = store.archive().record_head().await.unwrap();
        store.finish_backfill(finished).await.unwrap();
        assert_eq!(store.archive().record_head().await.unwrap(), before, "once");
    })
    .await;
}

#[tokio::test]
async fn the_story_window_holds_the_newest_items_with_hits() {
    each(async |store| {
        let items = with_items(store, at(0), 4).await;
        let later = item("ofac", 5, at(600));
        store.finish_poll(polled("ofac", at(600), vec![later.clone()])).await.unwrap();
        let mut copy = decided(&items[2], judged(&["baba"], &["delist", "sanctions"]), &[], at(1));
        copy.copy_of = Some(items[0].id.clone());
        copy.alert = None;
        assess(
            store,
            at(1),
            vec![
                decided(&items[0], judged(&["baba"], &["delist"]), &["Mei"], at(1)),
                decided(&items[1], Judgement::default(), &[], at(1)),
                copy,
                decided(&items[3], judged(&["smic"], &[]), &[], at(1)),
                decided(&later, judged(&["smic"], &[]), &[], at(601)),
            ],
        )
        .await;
        let ids = |members: &[watchlistd::store::StoryMember]| {
            members.iter().map(|one| one.item.text.title.clone()).collect::<Vec<_>>()
        };
        let all = store.story_window(at(-60), 99).await.unwrap();
        assert_eq!(ids(&all), ["Title 1", "Title 3", "Title 4", "Title 5"]);
        assert_eq!(all[0].severity, Some(Severity::High));
        assert_eq!((&all[1].copy_of, all[1].severity), (&Some(items[0].id.clone()), None));
        assert_eq!(all[1].topics, ["delist", "sanctions"]);
        assert_eq!(ids(&store.story_window(at(-60), 2).await.unwrap()), ["Title 4", "Title 5"]);
        assert_eq!(ids(&store.story_window(at(1), 99).await.unwrap()), ["Title 5"]);
    })
    .await;
}

#[tokio::test]
async fn coverage_counts_mentions_held_back_hits_and_old_alerts() {
    each(async |store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let mut items: Vec<_> = (1..=7).map(|n| item("ofac", n, at(0))).collect();
        items[5].arrival = Arrival::Baseline;
        store.finish_poll(polled("ofac", at(0), items.clone())).await.unwrap();
        let held = Judgement {
            held_back: vec![
                held_back(Guard::NotWith("price target".into())),
                held_back(Guard::Weak),
            ],
            ..Judgement::default()
        };
        let mut old = decided(&items[5], judged(&["baba"], &["delist"]), &[], at(2));
        old.untold = Some("baseline".into());
        let decisions = vec![
            decided(&items[0], judged(&["baba"], &[]), &[], at(1)),
            decided(&items[1], judged(&["baba", "smic"], &[]), &[], at(1)),
            decided(&items[2], judged(&["baba"], &["delist"]), &["Mei"], at(1)),
            decided(&items[3], held.clone(), &[], at(1)),
            decided(
                &items[4],
                Judgement { held_back: held.held_back[1..].into(), ..held },
                &[],
                at(1),
            ),
            // It names a topic too, and a rule holds it back: that is no mention.
            decided(
                &items[6],
                Judgement {
                    alert: false,
                    would_be: Some(Severity::High),
                    ..judged(&["baba"], &["delist"])
                },
                &[],
                at(1),
            ),
        ];
        assess(store, at(1), decisions).await;
        assess(store, at(2), vec![old]).await;

        let first = store.coverage(at(0), at(2)).await.unwrap();
        assert_eq!(first.mentions, [(named("baba"), 2), (named("smic"), 1)]);
        assert_eq!(first.held_back, [(Guard::Weak, 2), (Guard::NotWith("price target".into()), 1)]);
        assert_eq!(first.baselined, 0);
        let second = store.coverage(at(2), at(3)).await.unwrap();
        assert_eq!((second.mentions.len(), second.baselined), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn pending_notices_carry_all_that_a_mail_says() {
    each(async |store| {
        let alerts = with_alerts(store, at(0), 3).await;
        let pending = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(pending.iter().map(|one| one.alert.id.clone()).collect::<Vec<_>>(), alerts);
        let one = &pending[0];
        assert_eq!(one.alert.judgement, judged(&["baba"], &["delist"]));
        assert_eq!(one.item, item("ofac", 1, at(0)));
        assert_eq!((one.notice.alert.clone(), one.undelivered), (alerts[0].clone(), false));
        assert!(store.pending_notices("Jo".into()).await.unwrap().is_empty());

        store.withdraw(alerts[..2].to_vec(), "no filter".into(), at(5)).await.unwrap();
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), 1);
    })
    .await;
}

/// What happens to four items that share one source: (item, text) is read, or a batch is decided.
#[derive(Clone, Debug)]
enum Happens {
    Read(u32, u32),
    Decided(usize),
}

/// Plays readings and decisions and answers the texts that were judged, in order, for each item.
async fn play(store: &dyn Store, happenings: Vec<Happens>) {
    store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
    let mut newest: BTreeMap<u32, Item> = BTreeMap::new();
    let mut seen: BTreeMap<ItemId, Vec<String>> = BTreeMap::new();
    let mut judged_texts: BTreeMap<ItemId, Vec<String>> = BTreeMap::new();
    let all = usize::MAX;
    for (minute, happens) in
        (1..).zip(happenings.into_iter().chain(vec![Happens::Decided(all); 30]))
    {
        match happens {
            Happens::Read(n, text) => {
                let words = format!("text {text}");
                let (known, next) = match newest.get(&n) {
                    Some(known) => (true, edited(known, &words, at(minute))),
                    None => (
                        false,
                        Item {
                            revision: 1,
                            ..edited(&item("ofac", n, at(minute)), &words, at(minute))
                        },
                    ),
                };
                let same = newest.get(&n).is_some_and(|known| known.text_hash == next.text_hash);
                let mut poll = polled("ofac", at(minute), vec![]);
                if known {
                    poll.edited.push(next.clone())
                } else {
                    poll.new.push(next.clone())
                }
                store.finish_poll(poll).await.unwrap();
                if !same {
                    seen.entry(next.id.clone()).or_default().push(words);
                    newest.insert(n, next);
                }
            }
            Happens::Decided(limit) => {
                let mut decisions = Vec::new();
                for one in store.unassessed(limit).await.unwrap() {
                    let text = one.item.text.title.clone();
                    let hits = text.ends_with(['1', '3']);
                    let judgement =
                        if hits { judged(&["baba"], &["delist"]) } else { Judgement::default() };
                    decisions.push(decided(&one.item, judgement, &["Mei"], at(minute)));
                    judged_texts.entry(one.item.id).or_default().push(text);
                }
                assess(store, at(minute), decisions).await;
            }
        }
    }
    assert_eq!(judged_texts, seen, "each text that was seen is judged once, in order");
    let told = store.pending_notices("Mei".into()).await.unwrap();
    assert!(told.iter().all(|one| one.item.text.title.ends_with(['1', '3'])), "as it was judged");
    let hits = seen.values().flatten().filter(|text| text.ends_with(['1', '3'])).count();
    assert_eq!(told.len(), hits);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_seen_is_judged_once(happenings in proptest::collection::vec(
        prop_oneof![
            4 => (1_u32..5, 0_u32..5).prop_map(|(n, text)| Happens::Read(n, text)),
            1 => (1_usize..4).prop_map(Happens::Decided),
        ],
        1..30,
    )) {
        let run = tokio::runtime::Builder::new_current_thread().build().unwrap();
        run.block_on(async {
            let none = tempfile::tempdir().unwrap();
            let store = Sqlite::dry_run(&none.path().join("none.db")).unwrap();
            play(&store, happenings).await;
        });
    }
}
