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

/// A source's language decides which inflections are understood, as when the service reads it.
#[test]
fn a_source_brings_its_language() {
    let desk = Desk::new();
    desk.write(
        "watchlist.toml",
        &format!("{WATCHLIST}\n[[topic]]\nname = \"S\"\nterms = [\"Sanktion\"]\n"),
    );
    desk.edit("sources.toml", "id = \"wire\"", "id = \"wire\"\nlang = \"de\"");
    let explain = |more: &[&str]| {
        desk.ask(&[&["explain", "Neue Sanktionen gegen Huawei"][..], more].concat())
    };
    assert!(explain(&[]).ends(0).out.starts_with("No alert"));
    assert!(explain(&["--lang", "de"]).ends(0).out.starts_with("Alert, medium."));
    let said = explain(&["--source", "wire"]).ends(0);
    assert!(said.out.starts_with("Alert, medium.") && said.err.is_empty(), "{said}");
    let said = explain(&["--source", "wire", "--lang", "en"]).ends(0);
    assert!(said.out.starts_with("No alert"), "what is written beside it goes before: {said}");
}

#[test]
fn a_language_that_is_not_understood_is_said() {
    let desk = Desk::new();
    let explain = |lang: &str| desk.ask(&["explain", "Huawei", "--lang", lang]);
    for lang in ["en", "DE", "de-AT", "fr_CA", "es-419"] {
        assert_eq!(explain(lang).ends(0).err, "", "{lang}");
    }
    let said = explain("xx").ends(0);
    assert_eq!(
        said.err,
        "note: no inflections of 'xx' are known, only those of en, de, fr and es: terms are found as they are written\n",
    );
    explain("german").ends(64).says("'german' is no tag of a language").says("de");
}

const RAISING: &str = r#"
[[rule]]
name = "Up"
when = "company:huawei AND topic:audit"
severity = "high"

[[rule]]
name = "Quiet"
when = "company:alibaba AND topic:audit"
hold = "not ours"
"#;

/// Why is it high?
#[test]
fn a_rule_that_makes_it_graver_is_named() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{RAISING}"));
    let told = desk.ask(&["explain", "Audit inspection at Huawei"]).ends(0).out;
    insta::assert_snapshot!(told, @r#"
    Alert, high.
      because Huawei ("Huawei", title) with Audit ("Audit inspection", title) (rule “Up”, high)

    Found
      topic audit: "audit inspection" in title: >>Audit inspection<< at Huawei
      company huawei: "Huawei" in title: Audit inspection at >>Huawei<<

    Decided
      default: yes (medium), Huawei ("Huawei", title) with Audit ("Audit inspection", title)
      Up: yes (high), Huawei ("Huawei", title) with Audit ("Audit inspection", title)
      Quiet: no, missing: Alibaba

    Told
      mei: high, by an urgent mail at once
    "#);
}

const NEARLY: &str = r#"
[[topic]]
id = "halt"
name = "Halt"
terms = ["trading halt"]
without_company = "always"

[[rule]]
name = "Sentence"
when = "sentence:(company:* AND topic:delisting)"
severity = "high"

[[rule]]
name = "Title"
when = "title:(company:huawei AND topic:delisting)"
severity = "high"

[[rule]]
name = "Either"
when = "(company:alibaba AND topic:delisting) OR (topic:audit AND official)"
severity = "high"

[[rule]]
name = "Words"
when = "company:huawei AND (probe* OR (inquiry NEAR/3 \"trade war\")) AND NOT (official AND fine)"
severity = "high"

[[rule]]
name = "Nested"
when = "company:huawei AND ((topic:audit AND official) OR lead:topic:halt)"
severity = "high"
"#;

/// A rule that did not hold is told with what it lacks, in words that can be read whatever its form.
#[test]
fn rules_that_nearly_held_say_what_is_missing() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{NEARLY}"));
    let text = "Markets on Monday\nHuawei opened a shop in the old town. An issuer was delisted.";
    let told = desk.ask(&["explain", text]).ends(0).out;
    let decided = told.split("Decided\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    insta::assert_snapshot!(decided.unwrap_or_default(), @r#"
    default: no, Delisting: this topic never alerts without a company, and the company stands in another piece of the item
    Sentence: no, any company with the topic Delisting: that is there, but not in one sentence
    Title: no, Huawei with the topic Delisting: that is there, but not in the title
    Either: no, missing: Alibaba
    Words: no, missing: "probe*" or ("inquiry" within 3 words of "trade war")
    Nested: no, missing: (the topic Audit with an official source) or the topic Halt in the title or the first sentence
    "#);
}

/// What alerted alone lacks no company.
#[test]
fn a_topic_that_alerts_alone_is_no_near_miss() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}{NEARLY}"));
    let told = desk.ask(&["explain", "A trading halt looms"]).ends(0).out;
    assert!(told.starts_with("Alert, medium.") && !told.contains("Nearly"), "{told}");
}

/// A text of thousands of pieces says the first few.
#[test]
fn the_pieces_of_a_flood_are_counted() {
    let desk = Desk::new();
    let flood = format!("x\n{}Alibaba delisted.", "Huawei delisted. ".repeat(3000));
    let mut command = desk.command(&["explain"]);
    let told = super::answer(command.write_stdin(flood)).ends(0).out;
    assert!(told.lines().count() < 400, "{} lines", told.lines().count());
    assert!(told.contains("more pieces"), "{}", told.lines().take(30).collect::<String>());
}
