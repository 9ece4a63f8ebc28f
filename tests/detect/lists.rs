//! Words that searches share: a hidden topic of plain words, asked for by its id.

use watchlistd::model::Severity;
use watchlistd::model::watchlist::TopicEntry;

use super::{company, compile, judged, placed, problems, rule, search, shown, topic};

/// A hidden topic of words, with the id that searches name.
fn list(id: &str, terms: &[&str]) -> TopicEntry {
    TopicEntry { id: Some(placed(id)), hidden: true, ..topic(id, terms) }
}

fn lists() -> Vec<TopicEntry> {
    vec![
        search("Curbs", "topic:governments NEAR/4 topic:curbing NOT topic:sports"),
        list("governments", &["government", "ministry", "The Hague"]),
        list("curbing", &["forbid", "pull the plug"]),
        list("sports", &["match"]),
    ]
}

#[test]
fn a_list_stands_where_one_of_its_words_does() {
    let watchlist = compile(vec![company("Norvik", &[])], lists(), Vec::new());
    for (title, expected) in [
        ("Ministry forbids Norvik cranes", true),
        ("The Hague pulls the plug on Norvik", true),
        ("Governments forbid Norvik", true),
        ("The ministry met Norvik. Its rules forbid nothing", false),
        ("Ministry forbids Norvik's match", false),
        ("A ministry of the far north and its seven offices forbids Norvik", false),
        ("Ministry and Norvik", false),
    ] {
        assert_eq!(!judged(&watchlist, title).topics.is_empty(), expected, "{title}");
    }
}

#[test]
fn a_search_of_lists_says_which_words_it_found() {
    let watchlist = compile(vec![company("Norvik", &[])], lists(), Vec::new());
    let judgement = judged(&watchlist, "The Hague pulls the plug on Norvik");
    assert!(judgement.alert);
    let words = &judgement.reasons[0].words;
    assert!(words.contains("The Hague pulls the plug"), "{words}");
}

#[test]
fn words_of_a_list_are_no_hits_and_make_no_topic() {
    let watchlist = compile(vec![company("Norvik", &[])], lists(), Vec::new());
    let judgement = judged(&watchlist, "The ministry praises Norvik");
    assert!(judgement.topics.is_empty() && !judgement.alert);
    assert_eq!(judgement.hits.len(), 1, "only the company");
}

#[test]
fn a_list_may_stand_in_rules_too() {
    let high = Some(Severity::High);
    let near = rule("Near", "company:* AND topic:governments NEAR/3 topic:curbing", high);
    let asked = rule("Asked", "company:* AND topic:sports", high);
    let topics = lists().split_off(1);
    let watchlist = compile(vec![company("Norvik", &[])], topics, vec![near, asked]);
    for (title, expected) in [
        ("Ministry forbids Norvik cranes", true),
        ("Norvik sponsors a match", true),
        ("Ministry praises Norvik", false),
    ] {
        assert_eq!(judged(&watchlist, title).alert, expected, "{title}");
    }
}

#[test]
fn what_is_no_list_is_refused_at_its_place() {
    let open = topic("Open", &["open"]);
    let guarded = TopicEntry { search: vec![placed("a AND b")], ..list("guarded", &["c"]) };
    for (asked, expected) in [
        ("topic:governmnets AND curb", "did you mean 'governments'?"),
        ("topic:open AND curb", "a search knows hidden topics"),
        ("topic:guarded AND curb", "a search knows hidden topics"),
        ("topic:* AND curb", "'topic:*' is understood in rules only"),
        ("company:norvik AND curb", "'company:' is understood in rules only"),
        ("curb AND topic:", "'topic:' lacks its value"),
    ] {
        let topics = vec![
            list("governments", &["ministry"]),
            open.clone(),
            guarded.clone(),
            search("Uses it", "topic:governments AND curb"),
            search("Curbs", asked),
        ];
        let said = problems(Vec::new(), topics, Vec::new());
        assert!(said.contains(expected), "{asked}: {said}");
    }
}

#[test]
fn a_lead_is_the_title_and_the_first_sentence_below_it() {
    let halts = search("Halts", "lead:(halt AND trading)");
    let watchlist = compile(vec![company("Norvik", &[])], vec![halts], Vec::new());
    for (title, summary, expected) in [
        ("Norvik trading halt", "", "Norvik | halt"),
        ("Norvik", "A halt of trading came. It was short.", "Norvik | halt"),
        ("Trading at Norvik", "There is a halt.", "Norvik | halt"),
        // A stock code or a dateline is no sentence.
        ("Norvik", "Stock code: 2415. A halt of trading came.", "Norvik | halt"),
        ("Norvik", "Nothing of note ever happened in this town. A halt of trading came.", "Norvik"),
        ("Norvik trading", "Nothing of note ever happened in this town. A halt came.", "Norvik"),
    ] {
        let shown = shown(&watchlist, &super::item(title, summary, "en"));
        assert_eq!(shown, expected, "{title} | {summary}");
    }
}

#[test]
fn a_rule_may_ask_for_a_company_and_a_topic_in_one_sentence() {
    let when = "sentence:(company:* AND topic:fines)";
    let watchlist = compile(
        vec![company("Norvik", &[])],
        vec![TopicEntry { hidden: true, ..search("fines", "fined") }],
        vec![rule("One", when, Some(Severity::High))],
    );
    for (title, summary, alert) in [
        ("Norvik is fined", "", true),
        ("Norvik opens a shop", "Elsewhere a bank was fined.", false),
        ("A shop", "Norvik opened it. A bank was fined. Norvik was not.", false),
        ("A shop", "Norvik opened it. Yesterday Norvik was fined.", true),
        // A register is read to its end.
        ("A shop", &format!("{}Norvik was fined.", "Norvik sold a phone. ".repeat(700)), true),
        // What refers back is of whom the sentence before was about.
        ("A shop", "Norvik opened it. Its unit was fined.", true),
    ] {
        let item = super::item(title, summary, "en");
        let judgement = watchlistd::detect::judge(&watchlist, &item, Default::default());
        assert_eq!(judgement.alert, alert, "{title} | {summary}");
    }
    for (rules, asked, expected) in [
        (true, "sentence:(halt AND trading)", "needs a company, a group or a topic"),
        (true, "company:* AND sentence:(halt OR company:*)", "needs a company, a group or a topic"),
        (false, "sentence:(halt AND trading)", "understood in rules only"),
    ] {
        let said = if rules {
            problems(Vec::new(), Vec::new(), vec![rule("One", asked, Some(Severity::High))])
        } else {
            problems(Vec::new(), vec![search("Halts", asked)], Vec::new())
        };
        assert!(said.contains(expected), "{asked}: {said}");
    }
}

#[test]
fn an_opening_is_where_a_sentence_or_a_piece_of_a_headline_begins() {
    let topics = vec![
        search("Acts", "title:opening:topic:seats"),
        search("Says", "opening:minister"),
        list("seats", &["The Hague"]),
    ];
    let watchlist = compile(vec![company("Norvik", &[])], topics, Vec::new());
    for (title, expected) in [
        ("The Hague and Norvik", "Acts"),
        ("Cranes: The Hague and Norvik", ""),
        ("Cranes | The Hague and Norvik", "Acts"),
        ("Norvik opens in The Hague", ""),
        ("Minister likes Norvik", "Says"),
        ("Norvik likes the minister", ""),
    ] {
        let judgement = judged(&watchlist, title);
        let topics: Vec<&str> = judgement.topics.iter().map(|topic| &*topic.name).collect();
        assert_eq!(topics.join(" "), expected, "{title}");
    }
    let later = super::item("Cranes", "Norvik waits. The minister waits. Minister Li acts.", "en");
    assert_eq!(shown(&watchlist, &later), "Norvik | Minister");
    let first = rule("First", "opening:company:norvik", Some(Severity::High));
    let watchlist = compile(vec![company("Norvik", &[])], Vec::new(), vec![first]);
    for (title, alert) in [("Norvik waits", true), ("Waiting for Norvik", false)] {
        assert_eq!(judged(&watchlist, title).alert, alert, "{title}");
    }
}
