//! Rules, guards and talk in items that tell of several matters, or name nothing of the watchlist.

use watchlistd::detect::{Origin, explain};
use watchlistd::model::Severity;

use super::{company, compile, item, judged, rule, topic};

const TANKER: &str = "Morning briefing: tanker seized off Oman; bakers strike in Lyon";

#[test]
fn a_rule_of_words_alone_holds_in_the_piece_that_has_them() {
    let high = Some(Severity::High);
    let rules = vec![
        rule("Seizure", "tanker NEAR/5 seized AND Oman", high),
        rule("Apart", "tanker AND bakers", high),
    ];
    let watchlist = compile(vec![company("Rosneft", &[])], vec![topic("Fine", &["fine"])], rules);
    let text = item(&format!("{TANKER}; Rosneft opens a filling station"), "", "en");
    let judgement = judged(&watchlist, &text.title);
    let by: Vec<_> = judgement.reasons.iter().map(|one| one.rule.as_deref()).collect();
    assert_eq!(by, [Some("Seizure")]);
    assert_eq!(judgement.severity, high);
    let told = explain(&watchlist, &text, Origin::default());
    let apart = |one: &&watchlistd::detect::Decision| one.words.contains("different pieces");
    let apart: Vec<_> =
        told.decisions.iter().filter(apart).map(|one| one.rule.as_deref()).collect();
    assert_eq!(apart, [Some("Apart")]);
}

#[test]
fn talk_is_asked_where_nothing_else_is_found() {
    let rules = vec![rule("Tankers", "tanker AND Oman AND NOT manner:talk", Some(Severity::High))];
    let watchlist = compile(vec![company("Rosneft", &[])], vec![topic("Fine", &["fine"])], rules);
    for (title, alert) in [
        ("Tanker seized off Oman", true),
        ("Opinion: Why the tanker off Oman should be seized", false),
        ("Opinion: Why the tanker off Oman should be seized from Rosneft", false),
    ] {
        assert_eq!(judged(&watchlist, title).alert, alert, "{title}");
    }
}

#[test]
fn guards_cost_an_alert_only_where_company_and_topic_would_stand_together() {
    let mut delisting = topic("Delisting", &["delist"]);
    delisting.severity = Severity::High;
    let companies = vec![company("Rosneft", &[]), company("Gap Inc.", &[])];
    let watchlist = compile(companies, vec![delisting], vec![]);
    for (title, would_be) in [
        (
            "Morning briefing: NYSE may delist Peloton; mind the Gap in the market; Rosneft opens a filling station",
            None,
        ),
        (
            "Morning briefing: NYSE may delist the Gap; bakers strike in Lyon; Rosneft opens a filling station",
            Some(Severity::High),
        ),
        ("NYSE may delist the Gap", Some(Severity::High)),
        ("NYSE may delist Peloton", None),
    ] {
        let judgement = judged(&watchlist, title);
        assert!(!judgement.alert, "{title}");
        assert_eq!(judgement.would_be, would_be, "{title}: {:?}", judgement.held_back);
    }
}
