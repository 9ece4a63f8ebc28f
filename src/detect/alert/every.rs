//! The slow twin of the rules: every one of them is asked in full, and all their words are looked for.

use proptest::prelude::*;

use crate::detect::alert::rules::links;
use crate::detect::alert::yes::{Names, Said};
use crate::detect::alert::{Case, Origin};
use crate::detect::compare::alert_of;
use crate::detect::matching::Reading;
use crate::detect::watchlist::{Condition, Watchlist};
use crate::model::watchlist::{
    CompanyEntry, Remarks, RuleEntry, TopicEntry, WatchlistEntries, WithoutCompany,
};
use crate::model::{EntityKind, ItemText, Located, Severity};

const LEAVES: [&str; 30] = [
    "company:alba",
    "company:norvik",
    "company:*",
    "group:steel",
    "group:*",
    "topic:delisting",
    "topic:ships",
    "topic:inquiry",
    "topic:building",
    "topic:*",
    "source:wire",
    "official",
    "manner:talk",
    "title:manner:talk",
    "probe",
    "de-list",
    "export control",
    "\"Export Controls\"",
    "sanct*",
    "PLA",
    "alba",
    "title:probe",
    "opening:tanker",
    "lead:tanker",
    "lead:topic:ships",
    "sentence:(company:* AND topic:delisting)",
    "sentence:(company:* AND probe)",
    "tanker NEAR/2 probe",
    "(\"probes\" OR sanct*) NEAR/3 export",
    "topic:building NEAR/4 tanker",
];

const PIECES: [&str; 25] = [
    "Alba",
    "Norvik",
    "Albany",
    "Norvik Alba",
    "delisted",
    "de-listing",
    "De Listing",
    "export",
    "controls",
    "Export Controls",
    "export-control",
    "exportcontrols",
    "sanctions",
    "Sanctioned",
    "ships",
    "tanker",
    "tankers",
    "PLA",
    "pla",
    "probes",
    "probing",
    "may",
    "fines",
    "yard",
    "and",
];

const GAPS: [&str; 8] = [" ", " ", " ", ", ", "; ", ". ", " – ", "-"];

fn at(text: &str) -> Located<String> {
    Located::nowhere(text.to_owned())
}

fn company(name: &str, group: Option<&str>, parent: Option<&str>) -> CompanyEntry {
    CompanyEntry {
        groups: group.map(at).into_iter().collect(),
        part_of: parent.map(at),
        ..CompanyEntry::named(at(name))
    }
}

fn topic(name: &str, terms: &[&str], hidden: bool) -> TopicEntry {
    TopicEntry {
        terms: terms.iter().map(|term| at(term)).collect(),
        without_company: WithoutCompany::Action,
        hidden,
        ..TopicEntry::named(at(name))
    }
}

fn rule(n: usize, when: &str, severity: usize) -> RuleEntry {
    let severity = [None, Some(Severity::Medium), Some(Severity::High)][severity];
    RuleEntry {
        place: None,
        id: None,
        name: at(&format!("Rule {n}")),
        when: at(when),
        severity: severity.map(Located::nowhere),
        readers: Vec::new(),
        hold: severity.is_none().then(|| at("held")),
        remarks: Remarks::default(),
    }
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = || prop::sample::select(&LEAVES[..]).prop_map(|leaf| format!("({leaf})"));
    // Most rules that people write are of these two kinds.
    let company = prop::sample::select(&LEAVES[..5]);
    let both = (company, prop::sample::select(&LEAVES[5..10]), any::<bool>()).prop_map(
        |(one, other, turned)| match turned {
            true => format!("{other} AND {one}"),
            false => format!("{one} AND {other}"),
        },
    );
    let more = leaf().prop_recursive(3, 6, 3, |inner| {
        let all = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => all.clone().prop_map(|all| format!("({})", all.join(" AND "))),
            1 => all.prop_map(|all| format!("({})", all.join(" OR "))),
            1 => (inner.clone(), inner).prop_map(|(one, not)| format!("({one} AND NOT {not})")),
        ]
    });
    prop_oneof![both, more]
}

fn text(most: usize) -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(&GAPS[..]), prop::sample::select(&PIECES[..]));
    prop::collection::vec(piece, 0..most)
        .prop_map(|pieces| pieces.iter().flat_map(|(gap, piece)| [*piece, *gap]).collect())
}

/// What a yes of a rule says: which rule, how grave, in which piece, and what it names.
type Said1 = (usize, Option<Severity>, Option<u32>, Vec<(EntityKind, u32)>);

fn names(names: &Names) -> Vec<(EntityKind, u32)> {
    let mut all: Vec<(EntityKind, u32)> = names.iter().collect();
    all.sort_unstable();
    all
}

fn quickly(case: &Case<'_>) -> Vec<Said1> {
    let mut said = Vec::new();
    case.add_rules(&mut said);
    let said = said.into_iter();
    let told = said.map(|yes| {
        let (Said::In(piece) | Said::Both(.., piece)) = yes.said else {
            unreachable!("a rule that holds is put into words when it is told")
        };
        (yes.rule.unwrap(), yes.severity, piece, names(&yes.names))
    });
    told.collect()
}

/// Where a condition holds: anywhere, or in an item of several matters in the first piece in which all of it does.
fn holds(case: &Case<'_>, when: &Condition) -> Option<Option<u32>> {
    let Some(pieces) = case.pieces.filter(|_| links(when)) else {
        return case.asks(when, None).then_some(None);
    };
    (0..pieces.many()).map(Some).find(|piece| case.asks(when, *piece))
}

fn slowly(case: &Case<'_>) -> Vec<Said1> {
    let mut told = Vec::new();
    for (rule, compiled) in case.watchlist.conditions.iter().enumerate() {
        if let Some(segment) = holds(case, &compiled.when) {
            let mut named = Names::default();
            case.name(&compiled.when, segment, &mut named);
            let severity = case.watchlist.rule(rule).severity;
            told.push((rule, severity, segment, names(&named)));
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn rules_hold_exactly_where_they_do_when_each_is_asked(
        rules in prop::collection::vec((condition(), 0..3usize), 1..12),
        title in text(10),
        summary in text(14),
        lang in prop::sample::select(vec![None, Some("de"), Some("fr")]),
        official in any::<bool>(),
    ) {
        let entries = WatchlistEntries {
            companies: vec![
                company("Alba", Some("steel"), Some("norvik")),
                company("Norvik", None, None),
                company("Albany", Some("steel"), None),
            ],
            topics: vec![
                topic("Delisting", &["delist", "fine"], false),
                topic("Ships", &["ship", "tanker"], false),
                // Put together from several pieces, it is said of none of them.
                TopicEntry {
                    search: vec![at("probe AND (tanker OR export)")],
                    ..topic("Inquiry", &[], false)
                },
                topic("Building", &["yard", "ship"], true),
            ],
            rules: (0..).zip(&rules).map(|(n, (when, severity))| rule(n, when, *severity)).collect(),
        };
        let item = ItemText { title, summary, lang: lang.map(str::to_owned), ..ItemText::default() };
        let origin = Origin { source: "wire", official, seen: None };
        let (few, _) = Watchlist::compile_as(&entries, false);
        let (many, _) = Watchlist::compile_as(&entries, true);
        let (slow, quick) = (Reading::of(&few, &item, None), Reading::of(&many, &item, None));
        let (slow, quick) = (Case::new(&few, &slow, &item, origin), Case::new(&many, &quick, &item, origin));
        let expected = slowly(&slow);
        prop_assert_eq!(quickly(&slow), expected.clone());
        prop_assert_eq!(slowly(&quick), expected.clone());
        prop_assert_eq!(quickly(&quick), expected);
        let judged = slow.judgement();
        prop_assert_eq!(quick.judgement(), judged.clone());
        let alert = Some(judged).filter(|judged| judged.alert);
        prop_assert_eq!(alert_of(&many, &item, origin), alert.clone());
        prop_assert_eq!(alert_of(&few, &item, origin), alert);
    }
}
