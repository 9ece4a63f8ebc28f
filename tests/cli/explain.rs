//! `explain` and `check` of the watchlist's language, as an analyst reads them.

use super::desk::{Desk, WATCHLIST};

const TALK: &str = r#"
[[rule]]
name = "Talk"
when = "company:* AND manner:talk"
hold = "no act is reported"

[[rule]]
name = "Harbour"
when = "source:wier AND topic:delisting"
severity = "high"

[[rule]]
name = "Never"
when = "company:huawei NOT company:*"
severity = "high"
"#;

/// The rules that ask for a source would not hold, and nobody would know why.
#[test]
fn a_source_that_is_not_there_is_said() {
    let desk = Desk::new();
    let explain = |source: &str| desk.ask(&["explain", "Alibaba delisted", "--source", source]);
    let said = explain("wrie").ends(0).says("note: no source has the id 'wrie'");
    assert!(said.err.contains("did you mean 'wire'?"), "{said}");
    assert!(said.out.starts_with("Alert, high."), "{said}");
    assert_eq!(explain("wire").ends(0).err, "");
}

/// A rule often asks for what the default asks for.
#[test]
fn a_reason_is_told_once() {
    let desk = Desk::new();
    let rule = "[[rule]]\nname = \"R\"\nwhen = \"company:alibaba AND topic:delisting\"\nseverity = \"high\"\n";
    desk.write("watchlist.toml", &format!("{WATCHLIST}\n{rule}"));
    let said = desk.ask(&["explain", "Alibaba delisted"]).ends(0);
    assert_eq!(said.out.matches("  because ").count(), 1, "{said}");
    assert!(said.out.contains("default: yes") && said.out.contains("R: yes"), "{said}");
}

#[test]
fn talk_is_shown_as_held_back_with_its_words_and_what_it_would_be() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{TALK}"));
    let told = desk.ask(&["explain", "--title", "Imagine Alibaba delisted", ""]).ends(0).out;
    assert!(
        told.starts_with(
            "No alert: held back (no act is reported, by the rule \"Talk\"). It would be high."
        ),
        "{told}"
    );
    assert!(
        told.contains("Talk: yes, Alibaba (\"Alibaba\", title) with talk (\"Imagine\", title)"),
        "{told}"
    );
    let told = desk.ask(&["explain", "--title", "Alibaba delisted", ""]).ends(0).out;
    assert!(told.starts_with("Alert, high."), "{told}");
    let told = desk.ask(&["explain", "--title", "Issuer delisted", ""]).ends(0).out;
    assert!(
        told.contains("Delisting: its words are there, but no company of the watchlist"),
        "{told}"
    );
}

#[test]
fn rules_that_can_never_fire_are_warned_of_at_their_place() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{TALK}"));
    let checked = desk.ask(&["check"]).ends(0).out;
    for told in [
        "rule 'Harbour': there is no source 'wier'",
        "did you mean 'wire'?",
        "rule 'Never' can never fire: it asks for something and for its absence",
    ] {
        assert!(checked.contains(told), "{told}\n{checked}");
    }
}

/// As people paste it: what a title only supposes is no news, and a paragraph is no title.
#[test]
fn the_first_line_is_the_headline() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{TALK}"));
    let told = desk.ask(&["explain", "Imagine Alibaba delisted"]).ends(0).out;
    assert!(
        told.starts_with("No alert: held back (no act is reported, by the rule \"Talk\")."),
        "{told}"
    );
    let told = desk.ask(&["explain", "A quiet day\nAlibaba is delisted."]).ends(0).out;
    assert!(told.contains("\"Alibaba\" in summary: >>Alibaba<< is delisted."), "{told}");
    let long = format!("{} Alibaba is delisted.", "The exchange said a good deal. ".repeat(7));
    let told = desk.ask(&["explain", &long]).ends(0).out;
    assert!(told.contains("\"Alibaba\" in summary"), "{told}");
    let told = desk.ask(&["explain", "--title", "A quiet day", "Alibaba is delisted"]).ends(0).out;
    assert!(told.contains("\"Alibaba\" in summary"), "{told}");
}

#[test]
fn nothing_is_no_text() {
    let desk = Desk::new();
    desk.ask(&["explain"]).ends(64).says("there is no text to explain");
}
