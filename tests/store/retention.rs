//! Forgetting: in steps, never what proves anything, never an identity that can come back.

use std::collections::BTreeMap;

use proptest::prelude::*;
use watchlistd::model::Judgement;
use watchlistd::model::item::Identity;
use watchlistd::store::sqlite::Sqlite;
use watchlistd::store::{Keep, Store};

use super::{DAY, assess, at, decided, each, item, judged, polled, source};

const KEEP: Keep = Keep {
    items: std::time::Duration::from_secs(400 * 24 * 3_600),
    audit: std::time::Duration::from_secs(3_650 * 24 * 3_600),
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
async fn the_text_of_an_alert_goes_with_the_audit_and_the_record_stays() {
    each(async |store| {
        lived_in(store).await;
        let told = store.pending_notices("Mei".into()).await.unwrap();
        prune(store, 3_651).await;
        let waits = store.archive().items(None, 9).await.unwrap();
        assert_eq!(
            waits[0],
            item("ofac", 1, at(0)),
            "what somebody still waits for keeps its words"
        );
        store.withdraw(vec![told[0].alert.id.clone()], "gone".into(), day(3_651)).await.unwrap();
        let short = Keep { audit: DAY, ..KEEP };
        let nothing = store.prune(short, day(399)).await.unwrap();
        assert!(nothing.is_nothing(), "never before text without hits goes: {nothing:?}");
        assert!(store.prune(KEEP, day(3_649)).await.unwrap().is_nothing());
        let went = store.prune(KEEP, day(3_651)).await.unwrap();
        assert_eq!((went.evidence, went.texts, went.identities), (1, 0, 0));
        let kept = store.archive().items(None, 9).await.unwrap();
        assert!(kept.iter().all(|one| one.text.title != "Title 1"), "{kept:?}");
        // Its feed is read for years without it: others are forgotten, evidence is not.
        for later in [4_000, 5_000, 6_000] {
            store.finish_poll(polled("ofac", day(later), Vec::new())).await.unwrap();
            prune(store, later).await;
        }
        assert!(knows(store, 1).await, "what comes back is no news");
        let end = watchlistd::model::Timestamp::from_millis(i64::MAX);
        let told = store.archive().alerts_between(at(0), end, 9).await.unwrap();
        assert_eq!(told[0].item.text.title, "Title 1");
        assert_eq!(told[0].item.text.summary, "");
        let found = store.archive().verify_record(None).await.unwrap();
        assert_eq!((found.faults, found.evidence_before), (vec![], Some(day(1))));
    })
    .await;
}

#[tokio::test]
async fn an_identity_lives_two_years_longer_than_its_feed_shows_it() {
    each(async |store| {
        lived_in(store).await;
        prune(store, 365 + 738).await;
        assert!(knows(store, 2).await, "its feed was not read since it showed it");
        store.finish_poll(polled("ofac", day(365 + 736), Vec::new())).await.unwrap();
        prune(store, 365 + 738).await;
        assert!(knows(store, 2).await, "its feed showed it on day 365");
        store.finish_poll(polled("ofac", day(365 + 738), Vec::new())).await.unwrap();
        assert_eq!(prune(store, 365 + 738).await.2, 1);
        assert!(!knows(store, 2).await);
        assert!(knows(store, 1).await, "an alert is known for ever");
        assert!(knows(store, 3).await, "so is what was never judged");
        assert_eq!(store.archive().sources(None, 1).await.unwrap()[0].items, 3);
    })
    .await;
}

/// What happens to a source over the years.
#[derive(Clone, Debug)]
enum Turn {
    /// It is read after so many days, and shows the items of these bits.
    Read(u32, u16),
    /// It cannot be read, or is not watched, for so many days.
    Dark(u32),
    /// What is past its time is forgotten.
    Forget,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => (1..250_u32, any::<u16>()).prop_map(|(days, bits)| Turn::Read(days, bits)),
        1 => (100..2_000_u32).prop_map(Turn::Dark),
        3 => Just(Turn::Forget),
    ]
}

/// A source's life, and beside it what must be known.
struct Life {
    store: Sqlite,
    today: u32,
    read: u32,
    /// When each item was last shown.
    shown: BTreeMap<u32, u32>,
}

impl Life {
    async fn begin() -> Self {
        let store = Sqlite::dry_run(std::path::Path::new("/none/state.db")).unwrap();
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        Self { store, today: 1, read: 1, shown: BTreeMap::new() }
    }

    async fn take(&mut self, turn: &Turn) {
        match turn {
            Turn::Read(days, bits) => {
                self.today += days;
                self.read(*bits).await;
            }
            Turn::Dark(days) => self.today += days,
            Turn::Forget => {
                prune(&self.store, self.today).await;
            }
        }
        for (n, shown) in &self.shown {
            if self.read - shown <= 2 * 365 {
                let known = knows(&self.store, *n).await;
                assert!(known, "item {n}, shown on day {shown}, is forgotten on {}", self.today);
            }
        }
    }

    /// One item in five is an alert; the others say nothing.
    async fn read(&mut self, bits: u16) {
        let now = day(self.today);
        let (mut new, mut seen) = (Vec::new(), Vec::new());
        for n in (1..=16).filter(|n| bits >> (n - 1) & 1 == 1) {
            let one = item("ofac", n, now);
            match knows(&self.store, n).await {
                true => seen.push(one.id),
                false => new.push(one),
            }
            self.shown.insert(n, self.today);
        }
        let decisions = new
            .iter()
            .zip(1_u32..)
            .map(|(one, n)| match n.is_multiple_of(5) {
                true => decided(one, judged(&["baba"], &["delist"]), &[], now),
                false => decided(one, Judgement::default(), &[], now),
            })
            .collect();
        let mut poll = polled("ofac", now, new);
        poll.seen = seen;
        self.store.finish_poll(poll).await.unwrap();
        assess(&self.store, now, decisions).await;
        self.read = self.today;
    }
}

/// An item that comes and goes is noted whenever it comes back, not only when its feed is noted as a
/// whole, once a week.
#[tokio::test]
async fn an_item_that_came_back_for_a_day_is_known_for_two_years_more() {
    let mut life = Life::begin().await;
    for turn in [
        Turn::Read(1, 0b1000_1000),
        Turn::Read(422, 0b0000_1000),
        Turn::Read(2, 0b1000_0000),
        Turn::Read(314, 0b0000_1000),
        Turn::Forget,
    ] {
        life.take(&turn).await;
    }
    assert!(knows(&life.store, 8).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever a feed showed within two years of reading is known, however long it was dark between.
    #[test]
    fn an_identity_that_can_come_back_is_never_forgotten(
        turns in prop::collection::vec(turn(), 5..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut life = Life::begin().await;
            for turn in &turns {
                life.take(turn).await;
            }
            let found = life.store.archive().verify_record(None).await.unwrap();
            assert_eq!(found.faults, []);
        });
    }
}

#[tokio::test]
async fn polls_whose_accounts_were_forgotten_are_told_from_the_record() {
    each(async |store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let failed = |now| {
            let mut poll = polled("ofac", now, Vec::new());
            (poll.status, poll.state.error) = (Some(500), Some("500, twice".to_owned()));
            // What it read the last time is remembered beside it.
            (poll.entries, poll.state.entries) = (None, Some(30));
            poll.state.last_success = Some(day(1));
            poll
        };
        let remarked = |now| {
            let mut poll = polled("ofac", now, Vec::new());
            poll.state.error = Some("2 entries left out".to_owned());
            poll.state.entries = Some(30);
            poll
        };
        let lived = [
            polled("ofac", day(0), vec![item("ofac", 1, day(0))]),
            polled("ofac", day(1), Vec::new()),
            polled("ofac", day(1).plus(DAY / 24), Vec::new()),
            failed(day(2)),
            failed(day(2).plus(DAY / 24)),
            remarked(day(2).plus(DAY / 2)),
            remarked(day(2).plus(DAY / 2).plus(DAY / 24)),
            remarked(day(2).plus(DAY / 2).plus(DAY / 12)),
            polled("ofac", day(3), vec![item("ofac", 2, day(3))]),
            polled("ofac", day(100), vec![item("ofac", 3, day(100))]),
        ];
        for poll in lived {
            store.finish_poll(poll).await.unwrap();
        }
        // While a run is under way it is told alike.
        store.finish_poll(failed(day(101))).await.unwrap();
        let all = store.archive().accounts(day(101), day(102)).await.unwrap();
        assert_eq!((all[0].polls, all[0].failed, all[0].remarked), (1, 1, 0));
        let account = async |from, until| {
            let all = store.archive().accounts(from, until).await.unwrap();
            let one = &all[0];
            (one.polls, one.failed, one.remarked, one.new, one.troubles.clone(), one.last)
        };
        let windows = [(day(0), day(200)), (day(1), day(2)), (day(2), day(99)), (day(50), day(60))];
        let mut before = Vec::new();
        for (from, until) in windows {
            before.push(account(from, until).await);
        }
        assert_eq!((before[0].0, before[0].1, before[0].2), (11, 3, 3));
        assert_eq!(prune(store, 150).await.0, 6, "the accounts of the first days");
        for ((from, until), known) in windows.into_iter().zip(&before) {
            assert_eq!(account(from, until).await, *known, "{from} to {until}");
        }
        let found = store.archive().verify_record(None).await.unwrap();
        assert_eq!(found.polls_before, Some(day(60)));
        assert_eq!(found.texts_before, None);
    })
    .await;
}
