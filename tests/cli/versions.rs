//! Versions of the watchlist as those live with them who edit it: a running service takes what is saved,
//! refuses what is gone, and `watch` shows, accepts and goes back.

use std::fs;

use super::desk::{Desk, WATCHLIST};
use super::site::feed;

/// A company more.
const MORE: &str = "\n[[company]]\nname = \"Keelung Foundry\"\n";

#[test]
fn a_service_takes_what_is_saved_in_whatever_way_editors_do_it() {
    let desk = Desk::new();
    let service = desk.run();
    // Written in place.
    desk.write("watchlist.toml", &format!("{WATCHLIST}{MORE}"));
    service.until("reloaded: version 2");
    // Written beside and renamed over it, with a backup and a test for rights beside it.
    let path = |name: &str| desk.folder().join(name);
    fs::write(path("4913"), "").unwrap();
    fs::remove_file(path("4913")).unwrap();
    fs::rename(path("watchlist.toml"), path("watchlist.toml~")).unwrap();
    fs::write(path(".watchlist.toml.swp"), WATCHLIST).unwrap();
    fs::rename(path(".watchlist.toml.swp"), path("watchlist.toml")).unwrap();
    service.until("reloaded: version 3");
    // No bytes at all: somebody's disk was full.
    desk.write("watchlist.toml", "");
    service.until("is empty (0 bytes)");
    assert!(desk.status()["watchlist"]["degraded"].is_string());
    assert_eq!(desk.status()["watchlist"]["version"], 3);
    desk.write("watchlist.toml", &format!("{WATCHLIST}{MORE}"));
    service.until("reloaded: version 4");
    // A folder that was not there before.
    fs::create_dir(path("watchlist.d")).unwrap();
    desk.write("watchlist.d/more.toml", "[[company]]\nname = \"Nine Rivers\"\n");
    service.until("reloaded: version 5");
    assert_eq!(desk.status()["watchlist"]["degraded"], serde_json::Value::Null);
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn a_file_that_vanishes_is_a_bad_edit_until_somebody_says_that_it_is_meant() {
    let desk = Desk::new();
    let path = |name: &str| desk.folder().join(name);
    fs::create_dir(path("watchlist.d")).unwrap();
    desk.write("watchlist.d/a.toml", "[[company]]\nname = \"Nine Rivers\"\n");
    desk.write("watchlist.d/b.toml", "[[company]]\nname = \"Keelung Foundry\"\n");
    let service = desk.run();
    fs::rename(path("watchlist.d/a.toml"), path("watchlist.d/z.toml")).unwrap();
    service.until("reloaded: version 2");
    fs::remove_file(path("watchlist.d/b.toml")).unwrap();
    service.until("watchlist.d/b.toml is gone, and it is part of version 2");
    let status = desk.status();
    assert_eq!(status["watchlist"]["version"], 2);
    assert!(status["watchlist"]["degraded"].as_str().unwrap().contains("watch accept"));
    let said = desk.ask(&["watch", "accept", "--by", "Mei"]).ends(0);
    assert!(
        said.out.contains("Mei says that this is meant to be gone: watchlist.d/b.toml"),
        "{said}"
    );
    service.until("reloaded: version 3");
    assert_eq!(desk.status()["watchlist"]["degraded"], serde_json::Value::Null);
    assert_eq!(service.stop(), Some(0));

    // At a start it is the same, and what was accepted once is not accepted for ever.
    desk.write("watchlist.d/b.toml", "[[company]]\nname = \"Keelung Foundry\"\n");
    desk.ask(&["once"]).ends(0);
    fs::remove_file(path("watchlist.d/b.toml")).unwrap();
    let checked = desk.ask(&["check"]).ends(78);
    assert!(checked.out.contains("is gone, and it is part of version 4"), "{checked}");
    desk.ask(&["once"]).ends(78).says("is gone, and it is part of version 4");
    assert_eq!(desk.status()["watchlist"]["version"], 4);
    desk.ask(&["watch", "accept"]).ends(0);
    let said = desk.ask(&["once"]).ends(0);
    assert!(!said.err.contains("is gone"), "{said}");
    assert_eq!(desk.status()["watchlist"]["version"], 5);
    let nothing = desk.ask(&["watch", "accept"]).ends(0);
    assert!(nothing.out.starts_with("Nothing waits to be accepted."), "{nothing}");
    desk.ask(&["audit", "verify"]).ends(0);
}

/// Three versions: a name more, then a topic that loses what it told.
fn edited() -> Desk {
    let desk = Desk::new();
    desk.site.put(
        "/wire.xml",
        feed(&["Lawmakers urge the SEC to delist Alibaba", "NYSE to delist Keelung Foundry"]),
    );
    desk.ask(&["once"]).ends(0);
    desk.write("watchlist.toml", &format!("{WATCHLIST}{MORE}"));
    desk.ask(&["once"]).ends(0);
    desk.edit("watchlist.toml", "terms = [\"delist\"]", "terms = [\"deregister\"]");
    desk.ask(&["once"]).ends(0);
    desk
}

/// The answer with what differs from run to run made alike.
fn alike(out: &str) -> String {
    let instant = |word: &str| word.len() == 20 && word.ends_with('Z') && word.contains("T");
    out.lines()
        .map(|line| {
            let words = line.split(' ').map(|one| if instant(one) { "(instant)" } else { one });
            words.collect::<Vec<_>>().join(" ") + "\n"
        })
        .collect()
}

#[test]
fn history_diff_and_the_way_back() {
    let desk = edited();
    let history = desk.ask(&["watch", "history"]).ends(0).out;
    insta::assert_snapshot!("history", alike(&history));
    let rows = desk.ask(&["watch", "history", "--json", "--last", "1"]).ends(0).out;
    let rows: serde_json::Value = serde_json::from_str(&rows).unwrap();
    assert_eq!(
        (&rows[0]["version"], &rows[0]["base"], &rows[0]["lost"]),
        (&3.into(), &2.into(), &2.into())
    );
    assert_eq!(rows.as_array().unwrap().len(), 1);
    insta::assert_snapshot!("diff", desk.ask(&["watch", "diff", "1", "3"]).ends(0).out);
    assert_eq!(desk.ask(&["watch", "diff", "3"]).ends(0).out, "", "the folder is as version 3");
    desk.ask(&["watch", "diff", "9"]).ends(65).says("there is no version 9; the newest is 3");

    let large = desk.status()["watchlist"]["large_edit"].clone();
    assert!(large.as_str().unwrap().contains("it loses 2 of 2 alerts"), "{large}");
    let shown = desk.ask(&["watch", "restore", "2"]).ends(0).out;
    assert!(shown.contains("-terms = [\"deregister\"]\n+terms = [\"delist\"]"), "{shown}");
    assert!(shown.contains("Nothing was written"), "{shown}");
    assert!(
        fs::read_to_string(desk.folder().join("watchlist.toml")).unwrap().contains("deregister")
    );

    // Text that no version holds is kept.
    let unsaved = "[[compny]]\nname = \"half an edit\"\n";
    desk.write("watchlist.toml", unsaved);
    fs::create_dir(desk.folder().join("watchlist.d")).unwrap();
    desk.write("watchlist.d/extra.toml", "[[company]]\nname = \"Nine Rivers\"\n");
    let said = desk.ask(&["watch", "restore", "2", "--yes"]).ends(0).out;
    assert!(said.contains("it is kept as"), "{said}");
    let text = |name: &str| fs::read_to_string(desk.folder().join(name));
    assert_eq!(text("watchlist.toml").unwrap(), format!("{WATCHLIST}{MORE}"));
    assert_eq!(text("watchlist.toml.before-restore").unwrap(), unsaved);
    assert!(text("watchlist.d/extra.toml").is_err(), "version 2 had none");
    assert!(text("watchlist.d/extra.toml.before-restore").unwrap().contains("Nine Rivers"));
    desk.ask(&["once"]).ends(0);
    let watchlist = desk.status()["watchlist"].clone();
    assert_eq!(watchlist["version"], 4);
    assert_eq!(watchlist["large_edit"], serde_json::Value::Null, "going back needs no word");
    assert_eq!(
        desk.ask(&["watch", "restore", "2"]).ends(0).out,
        "The files are as version 2 has them.\n"
    );
}

#[test]
fn a_large_edit_is_accepted_by_name() {
    let desk = edited();
    let said = desk.ask(&["watch", "accept", "--by", "Mei"]).ends(0).out;
    assert!(said.starts_with("Mei stands by version 3: it loses 2 of 2 alerts"), "{said}");
    assert_eq!(desk.status()["watchlist"]["large_edit"], serde_json::Value::Null);
    let history = desk.ask(&["watch", "history"]).ends(0).out;
    assert!(history.contains("accepted by Mei"), "{history}");
    desk.ask(&["audit", "verify"]).ends(0);
}
