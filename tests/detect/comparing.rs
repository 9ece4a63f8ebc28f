//! The short way between two watchlists says what judging each item with each says, word for word:
//! whatever the two hold, whatever differs between them, whatever the item says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use watchlistd::config::{self, Environment, Files};
use watchlistd::detect::{Comparison, Edit, Origin, Version, Watchlist, alert_of, judge};
use watchlistd::model::watchlist::WatchlistEntries;
use watchlistd::model::{ItemText, Timestamp};

/// Entries that lean on each other in every way there is, each in two versions.
const ENTRIES: [[&str; 2]; 27] = [
    [
        "[[company]]\nid = \"baba\"\nname = \"Alibaba Group Holding Ltd\"\naliases = [\"Alibaba\"]\ntickers = [\"NYSE:BABA\"]\ngroups = [\"china\"]\n",
        "[[company]]\nid = \"baba\"\nname = \"Alibaba Group Holding Ltd\"\naliases = [\"Alibaba\", \"阿里巴巴\"]\ntickers = [\"NYSE:BABA\"]\n",
    ],
    [
        "[[company]]\nid = \"cloud\"\nname = \"Lingxi Cloud\"\npart_of = \"baba\"\n",
        "[[company]]\nid = \"cloud\"\nname = \"Lingxi Cloud\"\ngroups = [\"clouds\"]\n",
    ],
    [
        "[[company]]\nid = \"arm\"\nname = \"Lingxi Cloud Arm\"\npart_of = \"cloud\"\nnote = \"an arm\"\n",
        "[[company]]\nid = \"arm\"\nname = \"Lingxi Cloud Arm\"\npart_of = \"cloud\"\nnote = \"a leg\"\nwhy = \"because\"\n",
    ],
    [
        "[[company]]\nname = \"Target Corporation\"\naliases = [{ name = \"Target\", not_with = [\"price target\"] }]\n",
        "[[company]]\nname = \"Target Corporation\"\naliases = [{ name = \"Target\", weak = true }]\nmuted_until = 2026-11-26\n",
    ],
    [
        "[[company]]\nname = \"Cloud\"\nonly_with = [\"server\"]\n",
        "[[company]]\nname = \"Cloud\"\nnever_in_item = [\"weather\"]\n",
    ],
    ["[[company]]\nname = \"Oak\"\n", "[[company]]\nname = \"Oak\"\nweak = false\n"],
    [
        "[[topic]]\nid = \"delist\"\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n",
        "[[topic]]\nid = \"delist\"\nname = \"Delisting\"\nterms = [\"delist\", \"price target\"]\nwithout_company = \"action\"\n",
    ],
    [
        "[[topic]]\nid = \"export\"\nname = \"Export controls\"\nterms = [\"export control\"]\nwithout_company = \"official\"\n",
        "[[topic]]\nid = \"export\"\nname = \"Export controls\"\nexact = [\"export controls\"]\nwithout_company = \"always\"\nnot_with = [\"rumour\"]\n",
    ],
    [
        "[[topic]]\nid = \"ban\"\nname = \"A ban\"\nhidden = true\nsearch = [\"ban OR bar*\"]\n",
        "[[topic]]\nid = \"ban\"\nname = \"A ban\"\nsearch = [\"(ban NEAR/3 cloud) OR title:bars\"]\n",
    ],
    [
        "[[topic]]\nid = \"fine\"\nname = \"Fines\"\neveryday = [\"fine\"]\nakin = [\"ban\"]\nwithout_company = \"action\"\n",
        "[[topic]]\nid = \"fine\"\nname = \"Fines\"\neveryday = [\"fine NOT weather\"]\nsearch = [\"court AND penalty\"]\nakin = []\nwithout_company = \"always\"\n",
    ],
    [
        "[[topic]]\nid = \"world\"\nname = \"The watched world\"\nsetting = true\nhidden = true\nterms = [\"regulator\", \"court\"]\n",
        "[[topic]]\nid = \"world\"\nname = \"The watched world\"\nsetting = true\nhidden = true\nterms = [\"market\"]\n",
    ],
    [
        "[[topic]]\nid = \"offices\"\nname = \"Offices\"\nhidden = true\nterms = [\"regulator\"]\n",
        "[[topic]]\nid = \"offices\"\nname = \"Offices\"\nhidden = true\nterms = [\"court\"]\nexact = [\"regulator\"]\n",
    ],
    [
        "[[topic]]\nid = \"acts\"\nname = \"Acts\"\nsearch = [\"topic:offices NEAR/4 (ban OR fine)\"]\n",
        "[[topic]]\nid = \"acts\"\nname = \"Acts\"\nsearch = [\"opening:topic:offices NOT topic:weathers\"]\nwithout_company = \"always\"\n",
    ],
    [
        "[[topic]]\nid = \"weathers\"\nname = \"Weathers\"\nhidden = true\nterms = [\"weather\"]\n",
        "[[topic]]\nid = \"weathers\"\nname = \"Weathers\"\nhidden = true\nsearch = [\"weather\"]\n",
    ],
    [
        "[[rule]]\nname = \"Bans\"\nwhen = \"company:* AND topic:ban\"\nseverity = \"medium\"\n",
        "[[rule]]\nname = \"Bans\"\nwhen = \"company:baba AND topic:ban\"\nseverity = \"high\"\n",
    ],
    [
        "[[rule]]\nname = \"Talk\"\nwhen = \"company:* AND manner:talk\"\nhold = \"only talk\"\n",
        "[[rule]]\nname = \"Talk\"\nwhen = \"rumour AND NOT official\"\nhold = \"only rumour\"\n",
    ],
    [
        "[[rule]]\nname = \"Group\"\nwhen = \"group:china AND (server OR weather)\"\nseverity = \"high\"\n",
        "[[rule]]\nname = \"Group\"\nwhen = \"group:* AND server NEAR/2 weather\"\nseverity = \"high\"\n",
    ],
    [
        "[[rule]]\nname = \"Said\"\nwhen = \"source:gazette AND topic:*\"\nreaders = [\"Mei\"]\n",
        "[[rule]]\nname = \"Said\"\nwhen = \"official AND title:court\"\nreaders = [\"Mei\"]\n",
    ],
    [
        "[[rule]]\nname = \"Nothing\"\nwhen = \"NOT company:* AND penalty\"\nseverity = \"medium\"\n",
        "[[rule]]\nname = \"Nothing\"\nwhen = \"NOT topic:*\"\nseverity = \"medium\"\n",
    ],
    [
        "[[company]]\nname = \"Weather Works AG\"\npart_of = \"target\"\n",
        "[[company]]\nname = \"Weather Works AG\"\npart_of = \"nobody\"\n",
    ],
    [
        "[[topic]]\nname = \"Markets\"\nterms = [\"market\", \"Alibaba\"]\nwithout_company = \"never\"\n",
        "[[topic]]\nname = \"Markets\"\nterms = [\"market\"]\nexact = [\"ALIBABA\"]\nseverity = \"high\"\n",
    ],
    // The same id as another entry: the second is left out.
    [
        "[[company]]\nid = \"cloud\"\nname = \"Server Farms\"\n",
        "[[company]]\nname = \"Server Farms\"\n",
    ],
    [
        "[[rule]]\nname = \"Words\"\nwhen = \"court\"\nseverity = \"medium\"\n",
        "[[rule]]\nname = \"Words\"\nwhen = \"court AND NOT ban\"\nseverity = \"medium\"\n",
    ],
    // Of some topics nothing differs but words.
    [
        "[[topic]]\nid = \"storms\"\nname = \"Storms\"\nterms = [\"weather\", \"server\", \"bar\", \"weather\"]\nsearch = [\"fine AND weather\"]\nwithout_company = \"always\"\n",
        "[[topic]]\nid = \"storms\"\nname = \"Storms\"\nterms = [\"bar\", \"weather\"]\nsearch = [\"fine AND weather\", \"ban NEAR/3 penalty\"]\nwithout_company = \"always\"\n",
    ],
    [
        "[[topic]]\nid = \"duties\"\nname = \"Duties\"\nterms = [\"penalty\"]\nsearch = [\"topic:offices AND fine\"]\n",
        "[[topic]]\nid = \"duties\"\nname = \"Duties\"\nterms = [\"penalty\"]\nsearch = [\"topic:weathers AND fine\", \"topic:offices AND fine\"]\n",
    ],
    [
        "[[rule]]\nname = \"Whole\"\nwhen = \"company:baba AND NOT topic:offices\"\nseverity = \"high\"\n",
        "[[rule]]\nname = \"Whole\"\nwhen = \"(topic:storms OR group:clouds) AND NOT NOT company:*\"\nseverity = \"high\"\n",
    ],
    [
        "[[rule]]\nname = \"Listed\"\nwhen = \"topic:offices NEAR/3 fine\"\nseverity = \"medium\"\n",
        "[[rule]]\nname = \"Listed\"\nwhen = \"topic:* AND (manner:talk OR topic:offices)\"\nseverity = \"medium\"\n",
    ],
];

const WORDS: [&str; 34] = [
    "Alibaba",
    "阿里巴巴",
    "BABA",
    "(NYSE: BABA)",
    "Lingxi Cloud",
    "Lingxi Cloud Arm",
    "Cloud",
    "Target",
    "price target",
    "Target Corporation",
    "Oak",
    "Oak Ltd",
    "server",
    "weather",
    "Weather Works",
    "delisted",
    "export controls",
    "ban",
    "bars",
    "fine",
    "fined",
    "imposes",
    "court",
    "penalty",
    "regulator",
    "market",
    "rumour",
    "could",
    "opinion:",
    ";",
    ".",
    "–",
    "and then",
    "Server Farms",
];

fn written(text: String) -> WatchlistEntries {
    let texts = BTreeMap::from([("watchlist.toml".to_owned(), text)]);
    config::parse(&Files::from_texts(Path::new(""), texts), &Environment::default()).watchlist
}

/// A watchlist: of each entry nothing or a version, from some entry on and around.
fn list_of(versions: &[usize], from: usize) -> WatchlistEntries {
    let all = (0..ENTRIES.len()).map(|n| (n + from) % ENTRIES.len());
    written(all.filter_map(|n| ENTRIES[n].get(versions[n]).copied()).collect())
}

/// Versions of all entries, and the same with a few of them edited.
fn lists() -> impl Strategy<Value = (WatchlistEntries, WatchlistEntries)> {
    let versions = prop::collection::vec(0usize..3, ENTRIES.len());
    let edits = prop::collection::vec((0..ENTRIES.len(), 0usize..3), 0..4);
    let moved = prop_oneof![4 => Just(0), 1 => 0..ENTRIES.len()];
    (versions, edits, moved).prop_map(|(versions, edits, moved)| {
        let mut edited = versions.clone();
        edits.into_iter().for_each(|(entry, version)| edited[entry] = version);
        (list_of(&versions, 0), list_of(&edited, moved))
    })
}

fn text() -> impl Strategy<Value = (ItemText, bool, bool, i64)> {
    let words = |most| {
        prop::collection::vec(prop::sample::select(&WORDS[..]), 0..most)
            .prop_map(|all| all.join(" "))
    };
    let lang = prop::option::of(prop::sample::select(vec!["en", "de", "zh"]));
    (words(9), words(14), lang, any::<bool>(), any::<bool>(), 0..3i64).prop_map(
        |(title, summary, lang, official, gazette, day)| {
            let lang = lang.map(str::to_owned);
            (ItemText { title, summary, lang, ..ItemText::default() }, official, gazette, day)
        },
    )
}

/// Holds the short ways against the long one.
fn check(
    comparison: &Comparison,
    text: &ItemText,
    origin: Origin<'_>,
) -> Result<(), TestCaseError> {
    let (old, new) = (&comparison.old, &comparison.new);
    let (before, after) = (judge(old, text, origin), judge(new, text, origin));
    for (watchlist, whole) in [(old, &before), (new, &after)] {
        prop_assert_eq!(
            alert_of(watchlist, text, origin),
            Some(whole.clone()).filter(|one| one.alert)
        );
    }
    let told = before.alert || after.alert;
    prop_assert_eq!(comparison.of(text, origin), told.then_some((before, after)));
    Ok(())
}

fn compared(old: &WatchlistEntries, new: &WatchlistEntries, defaults: bool) -> Comparison {
    let compiled =
        |entries, defaults| Arc::new(Watchlist::compile(entries).0.with_defaults(defaults));
    let (before, after) = (compiled(old, true), compiled(new, defaults));
    let edit = Edit::between(
        Version { entries: old, watchlist: &before },
        Version { entries: new, watchlist: &after },
    );
    Comparison { old: before, new: after, edit: Arc::new(edit) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_short_way_says_what_judging_each_says(
        (old, new) in lists(),
        defaults in prop::bool::weighted(0.9),
        texts in prop::collection::vec(text(), 1..12),
    ) {
        let comparison = compared(&old, &new, defaults);
        for (text, official, gazette, day) in &texts {
            let source = if *gazette { "gazette" } else { "wire" };
            // Around the day until which something is muted.
            let seen = Some(Timestamp::from_millis(1_764_072_000_000 + day * 86_400_000));
            check(&comparison, text, Origin { source, official: *official, seen })?;
        }
    }
}

/// Texts of the shipped topics' own words, which is where they are told.
#[test]
fn the_shipped_topics_are_told_alike_by_the_short_way() {
    let topics = include_str!("../../config/topics.toml");
    let companies =
        "[[company]]\nname = \"Keelung Foundry\"\n\n[[company]]\nname = \"Norrland Marine\"\n\n";
    let old = written(format!("{companies}{topics}"));
    let mut new = old.clone();
    let half = new.topics[3].terms.len() / 2;
    new.topics[3].terms.truncate(half);
    new.topics[5].search.truncate(1);
    new.companies.remove(0);
    let comparison = compared(&old, &new, true);
    let words: Vec<&str> = old
        .topics
        .iter()
        .flat_map(|topic| topic.terms.iter().chain(&topic.exact).chain(&topic.search))
        .flat_map(|one| one.value.split(['(', ')', '"']))
        .filter(|word| word.len() > 2 && !word.contains("NEAR"))
        .chain(["Keelung Foundry", "Norrland Marine", "banned", "fines", "could", "the", "sues"])
        .collect();
    let (mut told, mut state) = (0, 20_261_126_u64);
    let mut next = |end: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    for n in 0..600 {
        let mut line = |most: usize| {
            let many = 1 + next(most);
            let one = |_| match next(4) {
                0 => words[words.len() - 1 - next(7)],
                _ => words[next(words.len())],
            };
            (0..many).map(one).collect::<Vec<_>>().join(if n % 3 == 0 { ". " } else { " " })
        };
        let (title, summary) = (line(5), line(12));
        let lang = Some(["en", "de", "fr", "es", "zh"][n % 5].to_owned());
        let text = ItemText { title, summary, lang, ..ItemText::default() };
        let origin = Origin { source: "wire", official: n % 7 == 0, seen: None };
        check(&comparison, &text, origin).unwrap();
        told += u32::from(comparison.of(&text, origin).is_some());
    }
    assert!((50..550).contains(&told), "{told} of 600 are told: the texts try nothing");
}

#[test]
fn a_small_edit_does_not_touch_everything() {
    // Of what an edit does not touch nothing need be asked twice: here told by what is not asked at all.
    let base = "[[company]]\nname = \"Keelung Foundry\"\n\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n";
    let old = written(base.to_owned());
    let new = written(format!("{base}\n[[company]]\nname = \"Norrland Marine\"\n"));
    let honest = compared(&old, &new, true);
    // With nothing in the place of the earlier watchlist, only touched items show that.
    let nothing = Arc::new(Watchlist::compile(&WatchlistEntries::default()).0);
    let blind = Comparison { old: nothing, ..honest };
    let origin = Origin::default();
    let text = |title: &str| ItemText { title: title.to_owned(), ..ItemText::default() };
    let untouched = blind.of(&text("NYSE to delist Keelung Foundry"), origin).unwrap();
    assert_eq!(untouched.0, untouched.1, "judged once");
    let touched = blind.of(&text("NYSE to delist Norrland Marine"), origin).unwrap();
    assert!(!touched.0.alert && touched.1.alert, "judged by both");
}

/// What of an edit need be there for an item to mean something else.
#[test]
fn an_edit_of_a_rule_or_a_term_touches_what_can_mean_something_else() {
    // Long lists hold some words twice.
    let topic = |terms: &str| {
        format!(
            "[[company]]\nname = \"Keelung Foundry\"\n\n[[company]]\nname = \"Norrland Marine\"\ngroups = [\"ships\"]\n\n\
             [[topic]]\nid = \"delisting\"\nname = \"Delisting\"\nterms = [{terms}, \"delist\"]\nwithout_company = \"always\"\n"
        )
    };
    let rule = |when: &str| {
        format!(
            "{}\n[[rule]]\nname = \"R\"\nwhen = '{when}'\nseverity = \"high\"\n",
            topic("\"delist\"")
        )
    };
    let plain = topic("\"delist\"");
    let usual = "NYSE to delist Keelung Foundry";
    for (edited, touching) in [
        (topic("\"delist\", \"harbour\""), "The harbour and the delisted"),
        (rule("harbour"), "A harbour to delist"),
        (rule("company:* AND (harbour OR dues)"), "Dues to delist"),
        (rule("company:norrland-marine AND NOT dues"), "NYSE to delist Norrland Marine"),
        (rule("group:ships"), "NYSE to delist Norrland Marine"),
        (rule("official AND source:gazette"), ""),
    ] {
        for (old, new) in [(&plain, &edited), (&edited, &plain)] {
            let honest = compared(&written(old.clone()), &written(new.clone()), true);
            let nothing = Arc::new(Watchlist::compile(&WatchlistEntries::default()).0);
            let blind = Comparison { old: nothing, ..honest };
            let origin = Origin { source: "wire", official: true, seen: None };
            let text = |title: &str| ItemText { title: title.to_owned(), ..ItemText::default() };
            let untouched = blind.of(&text(usual), origin).unwrap();
            assert_eq!(untouched.0, untouched.1, "judged once: {edited}");
            let touched = match touching {
                "" => blind.of(&text(usual), Origin { source: "gazette", ..origin }),
                words => blind.of(&text(words), origin),
            };
            let touched = touched.unwrap();
            assert!(!touched.0.alert && touched.1.alert, "judged by both: {edited}");
        }
    }
}

/// A search that is only broken into lines is the same search.
#[test]
fn a_search_that_is_broken_into_lines_touches_nothing() {
    let of = |search: &str, when: &str| {
        written(format!(
            "[[company]]\nname = \"Keelung Foundry\"\n\n[[topic]]\nname = \"Curbs\"\nsearch = [\"\"\"{search}\"\"\"]\n\
             everyday = [\"\"\"{search} AND port\"\"\"]\n\n\
             [[rule]]\nname = \"R\"\nwhen = \"\"\"{when}\"\"\"\nseverity = \"high\"\n"
        ))
    };
    let old = of("(ban OR curb) NEAR/4 chip", "company:* AND harbour");
    let new = of("(ban OR curb)\n    NEAR/4 chip", "company:*\n  AND harbour");
    let honest = compared(&old, &new, true);
    let nothing = Arc::new(Watchlist::compile(&WatchlistEntries::default()).0);
    let blind = Comparison { old: nothing, ..honest };
    for title in ["Keelung Foundry: ban on chips", "Keelung Foundry in the harbour"] {
        let text = ItemText { title: title.to_owned(), ..ItemText::default() };
        let (one, other) = blind.of(&text, Origin::default()).unwrap();
        assert_eq!(one, other, "judged once: {title}");
        assert!(other.alert, "{title}");
    }
}
