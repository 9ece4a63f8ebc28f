//! What is held back of an item that names several companies: whom a rule means, and who is named in passing.

use watchlistd::detect::{Origin, explain, judge};
use watchlistd::model::{HeldBack, Severity};

use super::{at, company, compile, item, judged, rule, topic};

/// Of whom the hit is that was held back.
fn entity(held: &HeldBack) -> &str {
    held.hit.as_ref().map_or("", |hit| &hit.entity)
}

#[test]
fn a_rule_holds_back_whom_it_means() {
    let mut hold = rule("Known", "company:huawei AND topic:delisting", None);
    hold.hold = Some(at("known".to_owned()));
    let mut games = rule("Games", "topic:delisting AND game", None);
    games.hold = Some(at("games".to_owned()));
    let companies = vec![company("Huawei", &[]), company("SMIC", &[])];
    let watchlist = compile(companies, vec![topic("Delisting", &["delist"])], vec![hold, games]);
    for (title, alert, held) in [
        ("Huawei delisted", false, "huawei"),
        ("SMIC delisted", true, ""),
        ("SMIC and Huawei delisted", true, "huawei"),
        ("Huawei and SMIC delisted", true, "huawei"),
        // A rule that means nobody in particular holds the whole item.
        ("Huawei and SMIC delist a game", false, "huawei huawei"),
    ] {
        let judgement = judged(&watchlist, title);
        assert_eq!(judgement.alert, alert, "{title}");
        let by: Vec<&str> = judgement.held_back.iter().map(entity).collect();
        assert_eq!(by.join(" "), held, "{title}");
        let reasons = || judgement.reasons.iter().map(|one| one.words.as_str());
        assert!(!alert || reasons().all(|words| words.starts_with("SMIC")), "{title}");
    }
}

#[test]
fn who_is_named_in_passing_is_no_reason() {
    let companies = vec![company("HSBC", &[]), company("Boeing", &[])];
    let watchlist = compile(companies, vec![topic("Bribery", &["bribe"])], vec![]);
    for (title, summary, alert) in [
        ("Helicopter maker paid bribes", "Rival Boeing will not bid.", false),
        ("Helicopter maker paid bribes", "The buyer was advised by HSBC and Boeing.", false),
        ("Helicopter maker paid bribes", "Its rival Boeing was fined for the same.", true),
        ("Helicopter maker paid bribes", "Rival Boeing paid a bribe, too.", true),
        ("Helicopter maker paid bribes", "Rival Boeing will not bid. Boeing has denied it.", true),
        ("Helicopter maker paid bribes", "It was advised by HSBC. Boeing has denied it.", true),
        ("Boeing's rival HSBC paid bribes", "", true),
    ] {
        let judgement = judge(&watchlist, &item(title, summary, "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{summary}");
        assert!(!judgement.companies.is_empty(), "{summary}");
        let by = |held: &HeldBack| held.guard.to_string().contains("named in passing, behind");
        assert_eq!(judgement.held_back.iter().any(by), !alert, "{summary}");
    }
    let passing = "It was advised by HSBC. Boeing has denied it.";
    let judgement = judge(&watchlist, &item("Bribes were paid", passing, "en"), Origin::default());
    assert!(judgement.reasons.iter().all(|reason| reason.words.starts_with("Boeing")));
}

#[test]
fn who_only_describes_somebody_or_is_no_party_is_no_reason() {
    let companies = vec![company("HSBC", &[]), company("Boeing", &[])];
    let watchlist = compile(companies, vec![topic("Bribery", &["bribe"])], vec![]);
    for (summary, alert) in [
        // The act is of whom the clause describes.
        ("The maker, which competes with Boeing, was fined for a bribe.", false),
        ("The maker, which also competes with Boeing and HSBC, was fined for a bribe.", false),
        ("El banco, que compite con HSBC, fue multado por un bribe.", false),
        ("A carrier that flies nine Boeing jets, fined for a bribe.", false),
        // The clause has an act or a matter of its own, or describes nobody.
        ("The maker, which competes with Boeing for a bribe, was fined.", true),
        ("The maker, which competes with the fined Boeing, paid a bribe.", true),
        ("The maker competes with Boeing in paying a bribe.", true),
        ("The maker, which, competes with Boeing, was fined for a bribe.", true),
        ("The maker, which competes with Boeing, was fined for a bribe. Boeing was, too.", true),
        // It is said to be no party.
        ("Boeing, whose jets stood beside it, is not a party to the bribe case.", false),
        ("The clerk took the bribe at HSBC, which is not accused of anything.", false),
        ("HSBC is not accused of one bribe, but of two.", true),
        ("HSBC paid the bribe. The broker is not a party.", true),
        ("HSBC paid in Rome for a bribe though the broker is not a party.", true),
        ("HSBC paid in Rome, and Boeing is not a party to the bribe case.", true),
        ("The broker is not a party to what HSBC paid as a bribe.", true),
    ] {
        let item = item("Helicopter maker paid bribes", summary, "en");
        let judgement = judge(&watchlist, &item, Origin::default());
        assert_eq!(judgement.alert, alert, "{summary}");
        let by = |held: &HeldBack| held.guard.to_string().contains("named in passing");
        assert_eq!(judgement.held_back.iter().any(by), !alert, "{summary}");
    }
}

#[test]
fn who_stands_behind_such_words_and_something_else_is_no_bystander() {
    let companies = ["Huawei", "Boeing", "HSBC", "Rothschild"];
    let companies = companies.iter().map(|name| company(name, &[])).collect();
    let controls = topic("Export controls", &["export control"]);
    let watchlist = compile(companies, vec![controls], vec![]);
    for (summary, alert) in [
        ("Nokia beat its rival last year; Huawei lost its licence.", true),
        ("Nokia beat its rival last year, Huawei lost its licence.", true),
        ("After Nokia, its rival, Huawei lost its licence", true),
        ("Unlike its rival Wolfspeed, Huawei lost its licence", true),
        ("Unlike its rival Wolfspeed, Huawei and others lost their licences", true),
        ("Nokia told its rival that Huawei lost its licence", true),
        ("The man worked for Huawei.", true),
        ("The chips were sold through Huawei.", true),
        ("His lab was sponsored by Huawei.", true),
        ("The move comes as chips made by rival Boeing were found in drones.", true),
        ("Its Shenzhen-based rival Huawei lost its licence", false),
        ("The maker competes with the much larger Huawei.", false),
        ("The buyer was advised by HSBC, Rothschild and Boeing.", false),
        ("The buyer was advised by HSBC and by Rothschild.", false),
    ] {
        let item = item("Export controls tighten", summary, "en");
        let judgement = judge(&watchlist, &item, Origin::default());
        assert_eq!(judgement.alert, alert, "{summary}");
    }
}

#[test]
fn each_rule_that_holds_is_told_with_those_whom_it_means() {
    let hold = |name: &str, when: &str| {
        let mut rule = rule(name, when, None);
        rule.hold = Some(at(name.to_lowercase()));
        rule
    };
    let companies = vec![company("Huawei", &[]), company("SMIC", &[]), company("Nokia", &[])];
    let rules = vec![
        hold("Known", "company:huawei AND topic:delisting"),
        hold("Small", "company:smic AND topic:delisting"),
    ];
    let watchlist = compile(companies, vec![topic("Delisting", &["delist"])], rules);
    for (title, alert) in
        [("SMIC and Huawei delisted", false), ("SMIC, Huawei, Nokia delisted", true)]
    {
        let judgement = judged(&watchlist, title);
        assert_eq!(judgement.alert, alert, "{title}");
        let mut held: Vec<String> = judgement
            .held_back
            .iter()
            .map(|one| format!("{} {}", entity(one), one.guard))
            .collect();
        held.sort();
        let expected = [
            "huawei hold: known, by the rule \"Known\"",
            "smic hold: small, by the rule \"Small\"",
        ];
        assert_eq!(held, expected, "{title}");
    }
}

#[test]
fn a_hold_is_listed_where_nothing_of_the_watchlist_is_named() {
    let mut games = rule("Games", "tanker AND game", None);
    games.hold = Some(at("a board game".to_owned()));
    let rules = vec![rule("Tankers", "tanker AND oman", Some(Severity::High)), games];
    let watchlist = compile(vec![company("Rosneft", &[])], vec![], rules);
    let text = item("Tanker off Oman is a game", "", "en");
    let judgement = judge(&watchlist, &text, Origin::default());
    assert!(!judgement.alert);
    assert_eq!(judgement.would_be, Some(Severity::High));
    let held: Vec<String> = judgement.held_back.iter().map(|one| one.guard.to_string()).collect();
    assert_eq!(held, ["hold: a board game, by the rule \"Games\""]);
    assert_eq!(judgement.held_back[0].hit, None);
    assert_eq!(explain(&watchlist, &text, Origin::default()).judgement, judgement);
    // Nothing is held back of what would not be told.
    assert!(judged(&watchlist, "A tanker game").held_back.is_empty());
}
