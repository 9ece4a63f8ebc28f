//! `preview` as an analyst uses it: edit, look, and only then let it be in force.

use super::desk::Desk;
use super::site::feed;

/// A desk that read three stories a moment ago.
fn read_desk() -> Desk {
    let desk = Desk::new();
    desk.site.put(
        "/wire.xml",
        feed(&[
            "Lawmakers urge the SEC to delist Alibaba",
            "NYSE to delist Keelung Foundry",
            "Huawei opens a shop",
        ]),
    );
    desk.ask(&["once"]).ends(0);
    desk
}

/// Nothing was stored since then, which would look like an edit that changes nothing.
#[test]
fn a_time_that_is_yet_to_come_is_refused() {
    let desk = Desk::new();
    for arguments in [&["preview"][..], &["preview", "--decided"]] {
        let said = desk.ask(&[arguments, &["--since", "2999-01-01"]].concat()).ends(64);
        said.says("--since 2999-01-01T00:00:00Z is yet to come").says("hint: ");
    }
}

#[test]
fn an_edit_is_seen_before_it_is_in_force() {
    let desk = read_desk();
    let same = desk.ask(&["preview"]).ends(0);
    assert!(same.out.contains("says the same as version 1"), "{same}");
    assert!(same.out.contains("1 → 1: no alert gained or lost"), "{same}");
    assert_eq!(same.err, "", "progress is for terminals");

    desk.edit("watchlist.toml", "name = \"Huawei\"", "name = \"Keelung Foundry\"");
    desk.edit("watchlist.toml", "severity = \"high\"", "severity = \"medium\"");
    let seen = desk.ask(&["preview", "--since", "2d"]).ends(0);
    for words in [
        "Company added: “Keelung Foundry”",
        "Company removed: “Huawei”",
        "1 gained, 0 lost, 1 told otherwise, 1 no longer high",
        "medium: NYSE to delist Keelung Foundry",
        "\"Keelung Foundry\" is not found",
        "This is a large change: it loses 1 high alert.",
    ] {
        assert!(seen.out.contains(words), "'{words}' is not said\n{seen}");
    }
    assert_eq!(desk.status()["watchlist"]["version"], 1, "nothing is in force by looking");
    // What is not read any more finds nothing, whatever was found before.
    desk.sources(&["other"]);
    let seen = desk.ask(&["preview"]).ends(0);
    let words =
        "This is a large change: it no longer reads 1 of 1 sources, and it loses 1 high alert.";
    assert!(seen.out.contains(words), "{seen}");
}

#[test]
fn other_files_can_be_tried_and_programs_can_read_it() {
    let desk = read_desk();
    let tried = desk.folder().join("tried.txt");
    std::fs::write(&tried, "[[company]]\nname = \"Huawei\"\n").unwrap();
    let tried = tried.to_str().unwrap();
    let answer = desk.ask(&["preview", "--watchlist", tried, "--json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&json["version"], &json["items"]), (&1.into(), &3.into()), "{answer}");
    assert_eq!(json["lost"]["alerts"], 1);
    assert_eq!(json["lost_samples"][0]["companies"][0], "Alibaba");
    assert_eq!(json["grave"][0], "it loses 1 of 1 alerts");
    assert_eq!(json["days"].as_array().unwrap().len(), 31);
}

#[test]
fn mistakes_are_said() {
    let desk = Desk::new();
    desk.ask(&["preview"]).ends(78).says("could not open the database");
    desk.ask(&["once"]).ends(0);
    desk.ask(&["preview", "--since", "yesterday"]).ends(64).says("write a span");
    desk.ask(&["preview", "--watchlist", "/no/such/file"]).ends(66).says("/no/such/file");
    desk.write("watchlist.toml", "[[compny]]\nname = \"x\"\n");
    desk.ask(&["preview"]).ends(78).says("compny");
}

/// A rule that makes an alert graver, and one that holds it back, are named.
#[test]
fn rules_are_named() {
    let desk = read_desk();
    let rule = |more: &str| {
        desk.write(
            "watchlist.toml",
            &format!(
                "{}\n[[rule]]\nname = \"Quiet\"\nwhen = \"company:alibaba\"\n{more}\n",
                super::desk::WATCHLIST.replace("severity = \"high\"", "")
            ),
        );
        desk.ask(&["preview"]).ends(0)
    };
    let held = rule("hold = \"not ours\"");
    assert!(held.out.contains("the alert is held back: not ours, by the rule \"Quiet\""), "{held}");
    desk.write("watchlist.toml", &super::desk::WATCHLIST.replace("severity = \"high\"", ""));
    desk.ask(&["once"]).ends(0);
    let raised = rule("severity = \"high\"");
    assert!(
        raised.out.contains("medium → high") && raised.out.contains("(rule “Quiet”)"),
        "{raised}"
    );
}

/// Of minutes nobody makes a day.
#[test]
fn minutes_are_no_day() {
    let desk = read_desk();
    let said = desk.ask(&["preview", "--decided"]).ends(0);
    assert!(said.out.contains("Alerts: 1 → 1") && !said.out.contains("A day:"), "{said}");
    assert!(desk.ask(&["preview"]).ends(0).out.contains("A day: 0.0 → 0.0"));
}

/// Another name under the same id is a change, and a ticker is no name.
#[test]
fn a_name_that_changed_and_a_ticker_are_told_as_such() {
    let desk = read_desk();
    desk.edit("watchlist.toml", "name = \"Delisting\"", "name = \"Off the exchange\"");
    desk.edit("watchlist.toml", "[\"NYSE:BABA\"]", "[\"HKEX:9988\"]");
    let said = desk.ask(&["preview"]).ends(0);
    for words in [
        "Topic “Off the exchange”: renamed from “Delisting”",
        "Company “Alibaba Group Holding Limited”: tickers added: “HKEX:9988”; tickers removed: “NYSE:BABA”",
    ] {
        assert!(said.out.contains(words), "'{words}' is not said\n{said}");
    }
}
