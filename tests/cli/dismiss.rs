//! `dismiss` and `ack`: what people make of alerts, and false ones that do not come back.

use std::fs;

use super::desk::Desk;
use super::site::feed;
use super::terminal::Terminal;

/// A desk that watches a company with an everyday name and was told of these.
fn told(titles: &[&str]) -> Desk {
    let desk = Desk::new();
    desk.write(
        "watchlist.toml",
        "[[company]]\nname = \"Target Corporation\"\n# the shop\naliases = [\n  { name = \"Target\", weak = false },   # as in the news\n]\n\n\
         [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n",
    );
    desk.site.put("/wire.xml", feed(titles));
    desk.ask(&["once"]).ends(0);
    desk
}

/// The id of the alert whose item has this title.
fn alert(desk: &Desk, title: &str) -> String {
    let database = rusqlite::Connection::open(desk.database()).unwrap();
    let sql = "SELECT a.id FROM alerts a JOIN items i ON i.key = a.item WHERE i.title = ?1";
    database.query_row(sql, [title], |row| row.get(0)).unwrap()
}

fn watchlist(desk: &Desk) -> String {
    fs::read_to_string(desk.folder().join("watchlist.toml")).unwrap()
}

/// Without the name the topic alone still alerts: nobody should have to guess that.
#[test]
fn what_no_guard_of_a_name_holds_back_is_said_with_its_reason() {
    let desk = told(&[FALSE]);
    let always = "severity = \"high\"\nwithout_company = \"always\"\n";
    desk.edit("watchlist.toml", "severity = \"high\"\n", always);
    let said = desk.ask(&["dismiss", &alert(&desk, FALSE), "--why", "archery", "--yes"]).ends(65);
    assert!(
        said.out.contains("Without \"Target\" there it would still alert:\n  because Delisting"),
        "{said}"
    );
}

/// Nor which of its words the way out is.
#[test]
fn a_topic_that_alerts_beside_the_name_is_named_with_its_way_out() {
    let desk = told(&[FALSE]);
    let always = "severity = \"high\"\nwithout_company = \"always\"\n";
    desk.edit("watchlist.toml", "severity = \"high\"\n", always);
    let id = alert(&desk, FALSE);
    let said = desk.ask(&["dismiss", &id, "--why", "archery", "--yes"]).ends(65);
    said.says("watchlist.toml:8) alerts by itself: --term delisting guards it");
    desk.ask(&["dismiss", &id, "--why", "archery", "--term", "delisting", "--yes"]).ends(0);
    assert!(watchlist(&desk).contains("not_with = [\"Archers delist\"]"), "{}", watchlist(&desk));
}

/// A topic with a search of some hundred characters, which alerts without a company.
const LONG: &str = "[[topic]]\nid = \"duties\"\nname = \"Duties\"\nterms = [\"import duty\"]\nsearch = [\n  \"\"\"\n  (tariff OR \
     levy OR impost OR surcharge OR countervailing OR safeguard OR antidumping OR retaliation)\n  NEAR/12 (steel \
     OR aluminium OR copper OR timber OR cement OR chemicals OR textiles OR glass OR ceramics)\"\"\",\n]\n\
     without_company = \"always\"\n";

/// A desk that watches duties, and more, and was told of this.
fn told_of_duties(more: &str, title: &str) -> Desk {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{LONG}{more}"));
    desk.site.put("/wire.xml", feed(&[title]));
    desk.ask(&["once"]).ends(0);
    desk
}

#[test]
fn a_topic_is_guarded_as_a_whole_whichever_of_its_searches_found_it() {
    // No phrase holds all that a search found, and the topic was found by two of its words.
    let title = "Yards fear a tariff, quotas on steel and an import duty on parts";
    let desk = told_of_duties("", title);
    let id = alert(&desk, title);
    let said = desk.ask(&["dismiss", &id, "--why", "a board game", "--yes"]).ends(0);
    assert!(said.out.contains("for all terms of the topic duties."), "{said}");
    let again = desk.ask(&["dismiss", &id, "--why", "again"]).ends(0).out;
    assert!(again.contains("makes no alert of it"), "{again}");
}

#[test]
fn a_phrase_is_written_once_for_each_sentence() {
    let title = "An import duty, they say, hits steel with a tariff. Copper bears a levy again";
    let desk = told_of_duties("", title);
    desk.ask(&["dismiss", &alert(&desk, title), "--why", "a board game", "--yes"]).ends(0);
    let written = watchlist(&desk);
    let guard = written.lines().find(|line| line.starts_with("not_with")).unwrap();
    assert_eq!(guard.matches('"').count(), 4, "{guard}");
}

#[test]
fn a_long_search_is_shown_by_its_topic_and_its_place() {
    let title = "Yards fear a tariff on steel and a long strike";
    let strikes =
        "[[topic]]\nname = \"Strikes\"\nterms = [\"strike\"]\nwithout_company = \"always\"\n";
    let desk = told_of_duties(strikes, title);
    let id = alert(&desk, title);
    let said = desk.ask(&["dismiss", &id, "--why", "x"]).ends(65);
    let said = said.says("several topics made the alert");
    let said = said.says("--term duties   (Duties, by a search at ");
    let said = said.says("--term \"strike\"   (strikes)");
    assert!(said.err.contains("watchlist.toml:6)\n"), "{said}");
    assert!(!said.err.contains("NEAR/12"), "{said}");
    let mute = ["dismiss", &id, "--why", "x", "--term", "duties", "--until", "2100-01-01", "--yes"];
    let said = desk.ask(&mute).ends(64).says("--whole-topic silences it");
    assert!(!said.err.contains("NEAR/12"), "{said}");
}

#[test]
fn where_no_phrase_will_do_each_way_out_is_said_and_works() {
    let title = "Strike";
    let strikes =
        "[[topic]]\nname = \"Strikes\"\nterms = [\"strike\"]\nwithout_company = \"always\"\n";
    let desk = told_of_duties(strikes, title);
    let id = alert(&desk, title);
    let said = desk.ask(&["dismiss", &id, "--why", "a game", "--yes"]).ends(65);
    let rule = "when = \"topic:strikes AND source:wire\"";
    for words in [
        "never_in_item = [\"WORD\"] in ",
        "watchlist.toml:11 counts strikes in no item",
        "--until DATE --whole-topic",
        &format!("[[rule]] with {rule} and hold = \"why\""),
    ] {
        assert!(said.err.contains(words), "'{words}' is not said\n{said}");
    }
    let held = format!("[[rule]]\nname = \"Games\"\n{rule}\nhold = \"why\"\n");
    desk.write("watchlist.toml", &format!("{}{held}", watchlist(&desk)));
    let again = desk.ask(&["dismiss", &id, "--why", "a game"]).ends(0).out;
    assert!(again.contains("makes no alert of it"), "{again}");
}

#[test]
fn words_that_only_a_rule_asks_for_lead_to_the_rule() {
    let title = "A lockout at the yards";
    let rule = "[[rule]]\nname = \"Lockouts\"\nwhen = \"lockout\"\nseverity = \"high\"\n";
    let desk = told_of_duties(rule, title);
    let said = desk.ask(&["dismiss", &alert(&desk, title), "--why", "x"]).ends(65);
    let said = said.says("only words of rules were found in it");
    let said = said.says("the rule \"Lockouts\" stands at ");
    said.says("watchlist.toml:11: give its when a NOT");
}

/// A guard of the matter's own words would silence the next true report.
#[test]
fn a_guard_of_the_matters_own_words_is_proposed_last_and_said_to_be_one() {
    let desk = told(&["SEC moves to delist Target"]);
    let id = alert(&desk, "SEC moves to delist Target");
    let said = desk.ask(&["dismiss", &id, "--why", "a test"]).ends(64);
    assert!(said.out.contains("\"delist Target\" holds the very words of the matter"), "{said}");
}

const FALSE: &str = "Archers delist the Target range after a storm";
const TRUE: &str = "NYSE may delist Target next week";
const OTHER: &str = "Town to delist the Target range";

#[test]
fn a_false_alert_gets_the_narrowest_guard_and_does_not_come_back() {
    let desk = told(&[FALSE, TRUE, OTHER]);
    let id = alert(&desk, FALSE);
    let before = watchlist(&desk);
    let ask = ["dismiss", &id, "--why", "a shooting range", "--by", "Mei"];
    let said = desk.ask(&ask).ends(64).says("--yes writes what was proposed");
    for words in [
        "Proposed: not_with \"Target range\" for the name \"Target\" of target.",
        "Of 2 other alerts about it in the last 30 days it would also take 1:",
        OTHER,
    ] {
        assert!(said.out.contains(words), "'{words}'\n{said}");
    }
    assert_eq!(watchlist(&desk), before, "nothing is written unasked");
    // A few first letters will do.
    desk.ask(&["dismiss", &id[..8], "--why", "a shooting range", "--by", "Mei", "--yes"]).ends(0);
    let expected = "  { name = \"Target\", weak = false, not_with = [\"Target range\"] },   # as in the news\n";
    assert!(watchlist(&desk).contains(expected), "{}", watchlist(&desk));
    assert!(watchlist(&desk).contains("id = \"target\"\nname = "), "{}", watchlist(&desk));
    desk.site.put("/wire.xml", feed(&["They delist the Target range for good"]));
    desk.ask(&["once", "--all"]).ends(0).says("0 alerts");
    let told = desk.ask(&["audit", "export", "--company", "target"]).ends(0).out;
    let line = told.lines().find(|line| line.contains("\"did\":\"action\"")).unwrap();
    for words in ["\"author\":\"Mei\"", "\"deed\":\"dismissed\"", "a shooting range", &id] {
        assert!(line.contains(words), "{words}: {line}");
    }
    let report = desk.ask(&["audit", "report", "--company", "target", "--from", "2026-01-01"]);
    let report = report.ends(0).out;
    assert!(report.contains("for the name \"Target\" of target by Mei"), "{report}");
    desk.ask(&["audit", "verify"]).ends(0);
    let again = desk.ask(&["dismiss", &id, "--why", "again"]).ends(0).out;
    assert!(again.contains("makes no alert of it"), "{again}");
}

#[test]
fn a_name_is_muted_until_a_day_and_a_company_only_when_it_is_said() {
    let desk = told(&[TRUE]);
    let id = alert(&desk, TRUE);
    desk.ask(&["dismiss", &id, "--why", "known", "--until", "2020-01-01"]).ends(64).says("is over");
    let until = (crate::support::today::today() + chrono::Days::new(9)).to_string();
    let mute = ["dismiss", &id, "--why", "known", "--until", &until, "--yes"];
    let said = desk.ask(&mute).ends(0).out;
    assert!(said.contains(&format!("the name \"Target\" of target muted until {until}")), "{said}");
    assert!(
        watchlist(&desk).contains(&format!("muted_until = {until} }},")),
        "{}",
        watchlist(&desk)
    );
    desk.site.put(
        "/wire.xml",
        feed(&["NYSE will delist Target today", "NYSE will delist Target Corporation"]),
    );
    desk.ask(&["once", "--all"]).ends(0).says("1 alert");
    let shown = desk.ask(&["watch", "show", "target"]).ends(0).out;
    assert!(shown.contains(&format!("by muted until {until}")), "{shown}");
    let id = alert(&desk, "NYSE will delist Target Corporation");
    let whole = ["dismiss", &id, "--why", "sold", "--until", &until, "--whole-company", "--yes"];
    let said = desk.ask(&whole).ends(0).out;
    assert!(said.contains("all names of target muted"), "{said}");
    desk.site.put("/wire.xml", feed(&["Exchange may delist Target Corporation"]));
    desk.ask(&["once", "--all"]).ends(0).says("0 alerts");
    desk.ask(&["check"]).ends(0);
}

/// A term has no silence of its own: who mutes one word must not mute all that the topic tells of everybody.
#[test]
fn a_topic_is_muted_only_when_it_is_said() {
    let desk = told(&[TRUE]);
    let id = alert(&desk, TRUE);
    let before = watchlist(&desk);
    let mute = ["dismiss", &id, "--why", "x", "--term", "delist", "--until", "2100-01-01", "--yes"];
    let said = desk.ask(&mute).ends(64).says("--whole-topic silences it");
    assert!(said.err.contains("only the whole topic can be silent, for all companies"), "{said}");
    let slip = ["dismiss", &id, "--why", "x", "--until", "2100-01-01", "--whole-topic", "--yes"];
    desk.ask(&slip).ends(64).says("'Target' is a name of the company target");
    assert_eq!(watchlist(&desk), before);
    let whole = [&mute[..], &["--whole-topic"]].concat();
    let said = desk.ask(&whole).ends(0).out;
    assert!(said.contains("all terms of the topic delisting muted until"), "{said}");
    assert!(watchlist(&desk).contains("muted_until = 2100-01-01"), "{}", watchlist(&desk));
}

#[test]
fn slips_are_answered() {
    let desk = told(&[TRUE]);
    let id = alert(&desk, TRUE);
    let mut slip: Vec<char> = id.chars().collect();
    slip.swap(8, 9);
    slip[11] = if slip[11] == 'a' { 'b' } else { 'a' };
    let slip: String = slip.into_iter().collect();
    if slip != id {
        desk.ask(&["ack", &slip, "--as", "relevant"])
            .ends(65)
            .says(&format!("did you mean '{id}'?"));
    }
    desk.ask(&["ack", "nonsense", "--as", "relevant"])
        .ends(65)
        .says("there is no alert 'nonsense'");
    desk.ask(&["ack", &id, "--as", "relevent"]).ends(64).says("relevant, irrelevant, escalated");
    let said = desk.ask(&["dismiss", &id, "--why", "x", "--term", "Targt", "--yes"]).ends(65);
    said.says("did you mean 'Target'?");
    let said = desk.ask(&["dismiss", &id, "--why", "x", "--not-with", "weather", "--yes"]).ends(65);
    said.says("this does not hold the alert back");
    let own = "Every sentence with \"Target\" would be silent";
    let said = desk.ask(&["dismiss", &id, "--why", "x", "--not-with", "target"]).ends(64);
    assert!(said.out.contains(own), "{said}");
    let said = desk.ask(&["dismiss", &id, "--why", "x", "--not-with", "next week"]).ends(64);
    assert!(!said.out.contains("Every sentence"), "{said}");
    desk.ask(&[
        "dismiss",
        &id,
        "--why",
        "x",
        "--term",
        "delist",
        "--not-with",
        "next week",
        "--yes",
    ])
    .ends(0);
    assert!(
        watchlist(&desk).contains("severity = \"high\"\nnot_with = [\"next week\"]\n"),
        "{}",
        watchlist(&desk)
    );
}

#[test]
fn an_acknowledgement_stands_in_report_and_record_beside_a_running_service() {
    let desk = told(&[TRUE]);
    let id = alert(&desk, TRUE);
    let service = desk.run();
    let ack = ["ack", &id, "--as", "escalated", "--by", "Mei", "--note", "to counsel"];
    let said = desk.ask(&ack).ends(0).out;
    assert_eq!(said, format!("{id} is acknowledged as escalated\n"));
    assert_eq!(service.stop(), Some(0));
    let report = desk.ask(&["audit", "report", "--company", "target", "--from", "2026-01-01"]);
    let report = report.ends(0).out;
    assert!(report.contains("acknowledged as escalated by Mei"), "{report}");
    assert!(report.contains(": to counsel"), "{report}");
    let csv = desk.ask(&["audit", "export", "--format", "csv"]).ends(0).out;
    assert!(csv.contains(",action,") && csv.contains("escalated"), "{csv}");
    desk.ask(&["audit", "verify"]).ends(0);
}

const ASKED: &str = "Write it? [y]es, [N]o, [e] try another phrase: ";
const PHRASE: &str = "Another phrase of its sentence (nothing: leave it): ";

/// At a terminal other phrases are tried until one is taken.
#[test]
fn a_person_is_asked_and_may_try_other_phrases() {
    let desk = told(&[FALSE, TRUE, OTHER]);
    let id = alert(&desk, FALSE);
    let before = watchlist(&desk);
    let command = ["dismiss", &id, "--why", "a shooting range", "--by", "Mei"];
    for answer in ["", "n", "No"] {
        let mut terminal = Terminal::run(&desk, &command);
        let shown = terminal.shows(ASKED);
        assert!(shown.contains("Proposed: not_with \"Target range\""), "{shown}");
        terminal.types(answer);
        let (code, shown) = terminal.ends();
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.ends_with("Nothing was written.\n"), "{shown}");
        assert_eq!(watchlist(&desk), before);
    }
    let mut terminal = Terminal::run(&desk, &command);
    terminal.shows(ASKED);
    terminal.types("Archers");
    let shown = terminal.shows(ASKED);
    assert!(
        shown.contains("'Archers' is no answer; e, then the phrase, tries a phrase"),
        "{shown}"
    );
    terminal.types("e");
    terminal.shows(PHRASE);
    terminal.types("weather");
    let shown = terminal.shows(PHRASE);
    assert!(shown.contains("It would still alert:\n  because "), "{shown}");
    terminal.types("Archers");
    let shown = terminal.shows(ASKED);
    assert!(shown.contains("Proposed: not_with \"Archers\""), "{shown}");
    assert!(!shown.contains("weather"), "a phrase that was tried is gone: {shown}");
    assert_eq!(watchlist(&desk), before, "nothing is written unasked");
    terminal.types("yes");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.ends_with("Written.\n"), "{shown}");
    assert!(watchlist(&desk).contains("not_with = [\"Archers\"]"), "{}", watchlist(&desk));
}

/// What silences for a while has no phrase, and the end of the input is no.
#[test]
fn a_mute_is_asked_for_by_yes_or_no() {
    let desk = told(&[FALSE]);
    let id = alert(&desk, FALSE);
    let before = watchlist(&desk);
    let mut terminal =
        Terminal::run(&desk, &["dismiss", &id, "--why", "sold", "--until", "2100-01-01"]);
    terminal.shows("Write it? [y/N] ");
    terminal.types("\u{4}");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Nothing was written.\n"), "{shown}");
    assert_eq!(watchlist(&desk), before);
}
