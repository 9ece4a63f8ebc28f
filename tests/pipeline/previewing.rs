//! Stored items against edited files: the sums are those of judging each item with each watchlist, and
//! what people read of it names what changed and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use watchlistd::config;
use watchlistd::detect::{Origin, Version, Watchlist, judge};
use watchlistd::model::difference::Limits;
use watchlistd::model::item::Arrival;
use watchlistd::model::source::SourceState;
use watchlistd::model::watchlist::WatchlistEntries;
use watchlistd::model::{
    Difference, FirstRun, Item, ItemId, ItemText, Judgement, Severity, Source, SourceId, Tz,
};
use watchlistd::notify::difference;
use watchlistd::pipeline::preview::{Progress, Scope, Way, preview};
use watchlistd::store::sqlite::Sqlite;
use watchlistd::store::{FinishedPoll, Store};

use super::{DAY, HOUR, friday_noon};

const SOURCES: [&str; 3] = ["wire", "gazette", "ledger"];

fn source(id: &str) -> Source {
    Source {
        id: SourceId::new(id),
        url: format!("https://{id}.test/feed"),
        official: id == "gazette",
        lang: None,
        interval: HOUR,
        allow_private: false,
        first_run: FirstRun::All,
    }
}

/// An item `hours` before Friday noon.
pub(super) fn item(n: usize, source: &str, hours: u32, title: &str) -> Item {
    let seen = friday_noon().minus(HOUR * hours);
    Item {
        id: ItemId::of(&[source, &n.to_string()]),
        revision: 1,
        source: SourceId::new(source),
        official: source == "gazette",
        guid: Some(n.to_string()),
        link: Some(format!("https://{source}.test/{n}")),
        text: ItemText { title: title.to_owned(), ..ItemText::default() },
        text_hash: format!("{n} {title}"),
        published: Some(seen),
        first_seen: seen,
        arrival: Arrival::New,
    }
}

/// A store that holds these items.
pub(super) async fn store_of(items: &[Item]) -> Sqlite {
    let store = Sqlite::dry_run(std::path::Path::new("/nowhere/state.db")).unwrap();
    let now = friday_noon();
    store.adopt_sources(SOURCES.map(source).to_vec(), now).await.unwrap();
    for id in SOURCES {
        let new = items.iter().filter(|one| one.source.as_str() == id).cloned().collect();
        let polled = FinishedPoll {
            source: SourceId::new(id),
            address: source(id).url,
            started: now,
            ended: now,
            status: Some(200),
            bytes: 0,
            entries: Some(0),
            new,
            edited: Vec::new(),
            seen: Vec::new(),
            rekeyed: Vec::new(),
            gap: None,
            quiet: false,
            state: SourceState::new(now),
            next_poll: now,
        };
        store.finish_poll(polled).await.unwrap();
    }
    store
}

/// A watchlist as written and as compiled.
struct Written {
    entries: WatchlistEntries,
    watchlist: Arc<Watchlist>,
}

impl Written {
    fn version(&self) -> Version<'_> {
        Version { entries: &self.entries, watchlist: &self.watchlist }
    }
}

fn compiled(text: &str) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watchlist.toml");
    std::fs::write(&path, text).unwrap();
    let (entries, _) = config::watchlist_from(&[path]).unwrap();
    let watchlist = Arc::new(Watchlist::compile(&entries).0);
    Written { entries, watchlist }
}

fn scope(old: &Written, new: &Written, back: Duration) -> Scope {
    Scope {
        old: Arc::clone(&old.watchlist),
        new: Arc::clone(&new.watchlist),
        way: Way::between(old.version(), new.version()),
        since: friday_noon().minus(back),
        until: friday_noon(),
        zone: Tz::UTC,
        samples: 5,
        threads: 2,
    }
}

/// The difference, which is the same whichever way both are asked.
async fn previewed(items: &[Item], scope: &Scope) -> Difference {
    let store = store_of(items).await;
    let found = watched(&store, scope).await;
    let slow = Scope { way: Way::Each, ..scope.clone() };
    assert_eq!(found, watched(&store, &slow).await, "the short way tells something else");
    found
}

async fn watched(store: &Sqlite, scope: &Scope) -> Difference {
    let mut last = Progress { items: 0, percent: 0 };
    let mut heard = |done: Progress| {
        assert!(done.items > last.items && done.percent >= last.percent, "{done:?}");
        last = done;
        ControlFlow::Continue(())
    };
    let found = preview(store.archive(), scope, &mut heard).await.unwrap().unwrap();
    assert_eq!(found.items, last.items);
    found
}

/// A watchlist of some of the entries: which, by the bits of a number.
fn some_of(bits: u16) -> String {
    const ENTRIES: [&str; 10] = [
        "[[company]]\nid = \"baba\"\nname = \"Alibaba Group Holding\"\naliases = [\"Alibaba\"]\n",
        "[[company]]\nname = \"Huawei\"\n",
        "[[company]]\nname = \"Target Corporation\"\naliases = [{ name = \"Target\", not_with = [\"price target\"] }]\n",
        "[[company]]\nname = \"Lingxi\"\npart_of = \"holding\"\n\n[[company]]\nid = \"holding\"\nname = \"Holding House\"\n",
        "[[company]]\nname = \"Huawei Cloud\"\n",
        "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n",
        "[[topic]]\nname = \"Export controls\"\nterms = [\"export control\"]\nwithout_company = \"official\"\n",
        "[[topic]]\nname = \"A ban\"\nhidden = true\nsearch = [\"ban OR bar\"]\n",
        "[[rule]]\nname = \"Bans\"\nwhen = \"company:* AND topic:a-ban\"\nseverity = \"medium\"\n",
        "[[rule]]\nname = \"Not again\"\nwhen = \"company:* AND rumour\"\nhold = \"only talk\"\n",
    ];
    let mut text = String::from("# a watchlist\n");
    for (at, entry) in ENTRIES.iter().enumerate() {
        // A rule without its topic would be refused.
        if bits & (1 << at) != 0 && (at != 8 || bits & (1 << 7) != 0) {
            let _ = writeln!(text, "{entry}");
        }
    }
    text
}

const WORDS: [&str; 12] = [
    "Alibaba",
    "Huawei",
    "Huawei Cloud",
    "Target",
    "price target",
    "Lingxi",
    "delisted",
    "export controls",
    "ban",
    "rumour",
    "and then",
    "The market waits.",
];

/// What the sums must be: each item judged with each watchlist.
fn expected(items: &[Item], scope: &Scope) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    let mut add = |what, n: bool| *sums.entry(what).or_insert(0) += u64::from(n);
    for one in items.iter().filter(|one| one.first_seen >= scope.since) {
        add("items", true);
        let origin = Origin::of(one);
        let told = |watchlist: &Watchlist| -> Option<Judgement> {
            let judgement = judge(watchlist, &one.text, origin);
            (judgement.alert && one.arrival != Arrival::Baseline).then_some(judgement)
        };
        let (old, new) = (told(&scope.old), told(&scope.new));
        let high = |side: &Option<Judgement>| {
            side.as_ref().is_some_and(|one| one.severity == Some(Severity::High))
        };
        add("before", old.is_some());
        add("after", new.is_some());
        add("gained", old.is_none() && new.is_some());
        add("lost", old.is_some() && new.is_none());
        add("high before", high(&old));
        add("high after", high(&new));
        add("high lost", high(&old) && !high(&new));
        let baba = |side: &Option<Judgement>| {
            side.as_ref().is_some_and(|one| one.companies.iter().any(|one| &*one.id == "baba"))
        };
        add("baba gained", !baba(&old) && baba(&new));
        add("baba lost", baba(&old) && !baba(&new));
        if let (Some(old), Some(new)) = (&old, &new) {
            let named = |one: &Judgement| (one.severity, one.companies.clone(), one.topics.clone());
            add("changed", named(old) != named(new));
        }
    }
    sums
}

fn sums(found: &Difference) -> BTreeMap<&'static str, u64> {
    let baba = found.companies.iter().find(|one| one.id == "baba").cloned().unwrap_or_default();
    BTreeMap::from([
        ("items", found.items),
        ("before", found.before.alerts),
        ("after", found.after.alerts),
        ("gained", found.gained.alerts),
        ("lost", found.lost.alerts),
        ("high before", found.before.high),
        ("high after", found.after.high),
        ("high lost", found.high_lost),
        ("baba gained", baba.gained),
        ("baba lost", baba.lost),
        ("changed", found.changed),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_preview_is_the_difference_of_judging_each_item_with_each(
        old in 0u16..1024,
        new in 0u16..1024,
        texts in prop::collection::vec(
            (prop::collection::vec(0..WORDS.len(), 1..6), 0usize..3, 0u32..96), 1..60),
    ) {
        let items: Vec<Item> = texts
            .iter()
            .enumerate()
            .map(|(n, (words, source, hours))| {
                let words: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
                let mut one = item(n, SOURCES[*source], *hours + 1, &words.join(" "));
                if n % 7 == 3 {
                    one.arrival = Arrival::Baseline;
                }
                one
            })
            .collect();
        let scope = scope(&compiled(&some_of(old)), &compiled(&some_of(new)), 3 * DAY);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(previewed(&items, &scope));
        let mut wanted = expected(&items, &scope);
        wanted.entry("changed").or_default();
        for key in sums(&found).keys() {
            wanted.entry(key).or_default();
        }
        prop_assert_eq!(sums(&found), wanted);
        let days: (u64, u64) = found.days.iter().fold((0, 0), |(before, after), day| {
            (before + day.before, after + day.after)
        });
        prop_assert_eq!(days, (found.before.alerts, found.after.alerts));
        if old == new {
            prop_assert!(found.is_nothing() && found.grave(Limits::USUAL).is_empty());
        }
    }
}

const BEFORE: &str = r#"
[[company]]
name = "Alibaba"

[[company]]
name = "Target Corporation"
aliases = [{ name = "Target", weak = false }]

[[topic]]
name = "Delisting"
terms = ["delist"]
severity = "high"

[[topic]]
name = "Export controls"
terms = ["export control"]
"#;

const AFTER: &str = r#"
[[company]]
name = "Alibaba"
aliases = ["阿里巴巴"]

[[company]]
name = "Target Corporation"
aliases = [{ name = "Target", weak = false, not_with = ["price target"] }]

[[topic]]
name = "Delisting"
terms = ["delist", "摘牌"]

[[topic]]
name = "Export controls"
terms = ["export control"]
"#;

/// What a terminal and a mail show.
fn page(found: &Difference) -> String {
    let mut page = String::new();
    let parts = difference::parts(found, ("version 14", "edited"), Tz::UTC);
    for part in parts.iter().chain([&difference::days(found)]) {
        let _ = writeln!(page, "{}", part.heading);
        for line in &part.lines {
            let _ = writeln!(page, "  {}", line.text);
            for below in &line.below {
                let _ = writeln!(page, "      {below}");
            }
        }
    }
    let _ = write!(page, "{}", found.grave(Limits::USUAL).join("; "));
    page
}

#[tokio::test]
async fn what_is_gained_and_lost_is_told_with_the_reasons_of_both_sides() {
    let items = [
        item(1, "wire", 4, "阿里巴巴在纽约被摘牌"),
        item(2, "gazette", 3, "Export controls on Alibaba"),
        item(3, "wire", 30, "Brokers raise their price target: delisting is off"),
        item(4, "ledger", 2, "NYSE to delist Alibaba after the audit of its books in Hangzhou"),
        item(5, "wire", 1, "NYSE to delist Alibaba after the audit of its books in Hangzhou"),
        item(6, "wire", 50, "Nothing of note"),
    ];
    let found = previewed(&items, &scope(&compiled(BEFORE), &compiled(AFTER), 4 * DAY)).await;
    assert_eq!(found.before.copies, 1, "the later of two equal texts repeats the earlier");
    insta::assert_snapshot!(page(&found));
}

#[tokio::test]
async fn what_only_has_another_id_is_neither_gained_nor_lost() {
    let items =
        [item(1, "wire", 4, "NYSE to delist Alibaba"), item(2, "wire", 3, "阿里巴巴被摘牌")];
    let old =
        "[[company]]\nname = \"Alibaba\"\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n";
    let new = old
        .replace("[[company]]", "[[company]]\nid = \"baba\"")
        .replace("\"Delisting\"", "\"Struck off\"");
    let found = previewed(&items, &scope(&compiled(old), &compiled(&new), 4 * DAY)).await;
    assert_eq!((found.before.alerts, found.after.alerts), (1, 1));
    assert!(
        found.is_nothing() && found.companies.is_empty() && found.topics.is_empty(),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_preview_that_is_broken_off_answers_nothing() {
    let items: Vec<Item> = (0..10).map(|n| item(n, "wire", 1, "Alibaba delisted")).collect();
    let store = store_of(&items).await;
    let list = compiled(BEFORE);
    let mut stop = |_| ControlFlow::Break(());
    let found = preview(store.archive(), &scope(&list, &list, DAY), &mut stop).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn samples_are_few_and_not_all_of_one_matter() {
    let flood = (0..200).map(|n| item(n, "wire", 5, &format!("Alibaba delisted, part {n}")));
    let other = item(500, "gazette", 90, "Export controls on Target shops");
    let items: Vec<Item> = flood.chain([other]).collect();
    let nothing = compiled("# nothing\n");
    let found = previewed(&items, &scope(&nothing, &compiled(BEFORE), 5 * DAY)).await;
    assert_eq!(found.gained.alerts, 201);
    let shown: Vec<&str> = found.gained_samples.iter().map(|one| &*one.companies[0]).collect();
    assert_eq!(shown, ["Alibaba", "Alibaba", "Alibaba", "Target"]);
    assert!(!found.grave(Limits::USUAL).is_empty(), "five times nothing is a flood");
}

#[tokio::test]
async fn an_instant_with_more_items_than_a_page_is_read_once() {
    let items: Vec<Item> =
        (0..5_000).map(|n| item(n, SOURCES[n % 3], 1 + (n % 2) as u32, "Alibaba")).collect();
    let list = compiled(BEFORE);
    let found = previewed(&items, &scope(&list, &list, DAY)).await;
    assert_eq!((found.items, found.before.alerts), (5_000, 0));
    let found = previewed(&items, &scope(&list, &list, HOUR)).await;
    assert_eq!(found.items, 2_500, "the window begins at its first instant");
}
