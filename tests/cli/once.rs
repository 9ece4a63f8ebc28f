//! `once` on a desk of its own: what is polled when, what is mailed, what a dry run leaves alone, and
//! what `status` says of it.

use std::collections::BTreeSet;
use std::time::Duration;

use mail_parser::MessageParser;
use serde_json::Value;
use watchlistd::clock::{Clock, SystemClock};

use super::contents;
use super::desk::Desk;
use super::site::feed;
use crate::support::feeds::Reply;

const HEADLINE: &str = "Lawmakers urge the SEC to delist Alibaba";

#[test]
fn a_fresh_desk_polls_everything_and_mails_a_digest() {
    let desk = Desk::new();
    desk.ask(&["check"]).ends(0);
    let said = desk.ask(&["once"]).ends(0).says("1 source polled, 0 failed; 1 new item");
    assert!(said.err.contains("1 alert; 1 mail sent"), "{said}");
    let mails = desk.mails();
    assert_eq!(mails.len(), 1);
    let mail = MessageParser::default().parse(&mails[0]).unwrap();
    let text = mail.body_text(0).unwrap();
    let subject = mail.subject().unwrap();
    assert!(text.contains(HEADLINE), "{text}");
    assert!(text.contains("on demand"), "{text}");
    assert!(subject.contains("1 high") && subject.contains("Alibaba"), "{subject}");
}

#[test]
fn a_reader_without_digests_gets_none_but_what_is_urgent() {
    let desk = Desk::new();
    desk.write(
        "readers.toml",
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\n\n\
         [[reader]]\nname = \"Jo\"\nto = [\"jo@bank.test\"]\ndigest = \"never\"\n",
    );
    desk.ask(&["once"]).ends(0).says("2 mails sent");
    let mails: Vec<String> =
        desk.mails().iter().map(|one| String::from_utf8_lossy(one).into_owned()).collect();
    let to = |address: &str| {
        let all: Vec<_> =
            mails.iter().filter(|one| one.contains(&format!("\r\nTo: {address}\r\n"))).collect();
        assert_eq!(all.len(), 1, "mails to {address}");
        all[0]
    };
    assert!(to("jo@bank.test").contains("Subject: [HIGH] "));
    assert!(to("mei@bank.test").contains("Subject: Watchlist "));
    desk.site.put("/wire.xml", feed(&["A quiet day"]));
    desk.ask(&["once", "--all"]).ends(0).says("1 mail sent");
}

#[test]
fn within_the_interval_nothing_is_asked_for_again() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    desk.ask(&["once"]).ends(0).says("0 sources polled, 0 failed");
    assert_eq!(desk.site.asked("/wire.xml"), 1);
    desk.site.put("/wire.xml", feed(&[HEADLINE, "Huawei opens an office"]));
    desk.ask(&["once", "--all"]).ends(0).says("1 source polled, 0 failed; 1 new item");
    assert_eq!(desk.site.asked("/wire.xml"), 2);
    let told = |mail: &Vec<u8>| String::from_utf8_lossy(mail).contains("urge the SEC");
    assert_eq!(desk.mails().iter().filter(|mail| told(mail)).count(), 1, "told once");
}

#[test]
fn a_servers_retry_after_holds_over_a_restart_and_with_all() {
    for status in [429, 503] {
        let desk = Desk::new();
        desk.sources(&["busy", "wire"]);
        desk.site.put("/busy.xml", Reply::status(status).header("Retry-After", "3600"));
        desk.ask(&["once"]).ends(75).says("2 sources polled, 1 failed");
        desk.ask(&["once", "--all"]).ends(0).says("1 source polled, 0 failed");
        desk.ask(&["once", "--all"]).ends(0).says("1 source polled, 0 failed");
        assert_eq!(desk.site.asked("/busy.xml"), 1, "{status}");
        assert_eq!(desk.site.asked("/wire.xml"), 3, "{status}");
    }
}

#[test]
fn a_failure_without_retry_after_is_tried_again_with_all() {
    let desk = Desk::new();
    desk.site.put("/wire.xml", Reply::status(500));
    desk.ask(&["once"]).ends(75);
    desk.site.put("/wire.xml", feed(&[HEADLINE]));
    desk.ask(&["once"]).ends(0).says("0 sources polled");
    desk.ask(&["once", "--all"]).ends(0).says("1 new item").says("1 alert");
}

#[test]
fn a_dry_run_prints_the_digest_and_changes_no_byte() {
    let desk = Desk::new();
    let fresh = contents(&desk.folder());
    let dry = desk.ask(&["once", "--dry-run"]).ends(0).says("nothing was stored or sent");
    assert!(dry.out.contains(HEADLINE) && dry.out.contains("Subject: Watchlist "), "{dry}");
    assert_eq!(contents(&desk.folder()), fresh, "not even a store is made");
    assert!(!desk.state().exists());

    desk.ask(&["once"]).ends(0);
    let before = contents(&desk.folder());
    desk.site.put("/wire.xml", feed(&["SEC orders an audit inspection of Alibaba"]));
    let dry = desk.ask(&["once", "--dry-run", "--all"]).ends(0);
    assert!(dry.out.contains("audit inspection"), "{dry}");
    assert!(!dry.out.contains(HEADLINE), "that was told before\n{dry}");
    assert!(!dry.out.contains("chain head"), "no entry tells of it\n{dry}");
    assert_eq!(contents(&desk.folder()), before);
    desk.ask(&["once", "--all"]).ends(0).says("1 new item");
}

#[test]
fn looking_changes_no_byte() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let before = contents(&desk.folder());
    for arguments in [&["status"][..], &["status", "--json"], &["check"], &["explain", "Huawei"]] {
        desk.ask(arguments).ends(0);
        assert_eq!(contents(&desk.folder()), before, "{arguments:?}");
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Scripts read these keys: they are only ever added to.
#[test]
fn status_holds_these_keys() {
    let desk = Desk::new();
    desk.sources(&["gone", "wire"]);
    desk.site.put("/gone.xml", Reply::status(410));
    desk.ask(&["once"]).ends(75);
    let status = desk.status();
    let has = |value: &Value, wanted: &str| {
        let wanted: BTreeSet<&str> = wanted.split(' ').collect();
        assert!(wanted.is_subset(&keys(value)), "{wanted:?} is not all in {value}");
    };
    has(&status, "watchlist paused sources outbox digests");
    has(&status["watchlist"], "version since degraded");
    has(&status["outbox"], "pending deferred uncertain refused dead");
    for source in status["sources"].as_array().unwrap() {
        has(source, "id url health since last_success next_poll items error");
    }
    has(&status["digests"][0], "reader slot sent");

    assert_eq!(
        (&status["watchlist"]["version"], &status["watchlist"]["degraded"]),
        (&1.into(), &Value::Null)
    );
    let (gone, wire) = (&status["sources"][0], &status["sources"][1]);
    assert_eq!((&gone["id"], &gone["health"]), (&"gone".into(), &"gone".into()));
    assert_eq!(gone["last_success"], Value::Null);
    assert!(gone["error"].as_str().unwrap().contains("410"), "{gone}");
    assert_eq!((&wire["health"], &wire["items"]), (&"healthy".into(), &1.into()));
    assert_eq!((&wire["url"], &wire["error"]), (&desk.site.url("/wire.xml").into(), &Value::Null));
    for (value, key) in [(wire, "last_success"), (wire, "next_poll"), (wire, "since")] {
        let text = value[key].as_str().unwrap();
        assert!(text.ends_with('Z') && text.contains('T'), "{key}: {text}");
    }
    assert!(wire["next_poll"].as_str() > wire["last_success"].as_str(), "{wire}");
    assert_eq!(status["paused"], Value::Null);
    assert_eq!(status["digests"].as_array().unwrap().len(), 1);
    assert!(status["digests"][0]["sent"].is_string(), "{status}");
    for state in ["pending", "deferred", "uncertain", "refused", "dead"] {
        assert_eq!(status["outbox"][state], 0, "{state}");
    }
    let shown = desk.ask(&["status"]).ends(0).out;
    for words in ["version 1", "1 of 2 read", "gone", "410", "1 sent"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

/// More room is asked for than any disk has: nothing is polled, and every place says so.
#[test]
fn without_room_on_the_disk_nothing_is_polled_and_that_is_said() {
    let desk = Desk::new();
    desk.edit("watchlistd.toml", "# free_space = \"200MB\"", "free_space = \"900000GB\"");
    desk.ask(&["once"]).ends(75).says("nothing is polled: the disk of the service is nearly full");
    assert_eq!(desk.site.asked("/wire.xml"), 0);
    let mail = MessageParser::default().parse(&desk.mails()[0]).unwrap().into_owned();
    assert!(mail.subject().unwrap().ends_with("COVERAGE GAP"), "{:?}", mail.subject());
    assert!(mail.body_text(0).unwrap().contains("No source has been polled since"));
    assert!(desk.status()["paused"]["why"].as_str().unwrap().contains("nearly full"));
    let shown = desk.ask(&["status"]).ends(0).out;
    assert!(shown.contains("PAUSED since"), "{shown}");

    desk.edit("watchlistd.toml", "free_space = \"900000GB\"", "free_space = \"1MB\"");
    desk.ask(&["once"]).ends(0).says("1 source polled, 0 failed; 1 new item");
    assert_eq!(desk.status()["paused"], Value::Null);
    desk.ask(&["audit", "verify"]).ends(0);
}

/// Before anything ran there is nothing to show, and that is said with the way out of it.
#[test]
fn status_without_a_store_says_how_to_start() {
    let desk = Desk::new();
    let said = desk.ask(&["status", "--json"]).ends(78).says("no such file");
    assert!(said.err.contains("watchlistd once"), "{said}");
    assert!(!desk.state().exists());
}

/// Which alerts wait because the hour's urgent mails are used up, and until when.
#[test]
fn urgent_alerts_that_wait_for_the_hour_are_told() {
    let desk = Desk::new();
    desk.write(
        "readers.toml",
        "[[reader]]\nname = \"Jo\"\nto = [\"jo@bank.test\"]\ndigest = \"never\"\nurgent_per_hour = 1\n",
    );
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    assert_eq!(desk.status()["urgent_waiting"], Value::Array(Vec::new()), "nothing waits yet");
    desk.site.put("/wire.xml", feed(&[HEADLINE, "Exchange moves to delist Huawei bonds"]));
    desk.ask(&["once", "--all"]).ends(0).says("0 mails sent");
    let waiting = desk.status()["urgent_waiting"][0].clone();
    assert_eq!((&waiting["reader"], &waiting["alerts"]), (&"Jo".into(), &1.into()), "{waiting}");
    let until = waiting["until"].as_str().unwrap().split('.').next().unwrap().trim_end_matches('Z');
    let why = "1 urgent mail an hour is this reader's limit (urgent_per_hour)";
    let said = desk.ask(&["status"]).ends(0);
    let line = said.out.lines().find(|line| line.contains("urgent alert")).unwrap_or_default();
    assert!(
        line.contains("Jo ")
            && line.ends_with(&format!("1 urgent alert waiting until {until}Z: {why}")),
        "{said}"
    );
    let found = desk.ask(&["search", "delist AND Huawei", "--json"]).ends(0).out;
    let found: Value = serde_json::from_str(&found).unwrap();
    let shown = desk.ask(&["show", found[0]["alert"].as_str().unwrap()]).ends(0);
    let expected = format!("notice for Jo: pending; urgent, and waiting until {until}Z: {why}");
    assert!(shown.out.contains(&expected), "{shown}");
}

/// Makes the last polls as old as that: nobody has looked since.
fn looked_ago(desk: &Desk, hours: i64) {
    let at = SystemClock.now().minus(Duration::from_secs(hours.unsigned_abs() * 3600)).millis();
    let database = rusqlite::Connection::open(desk.database()).unwrap();
    let changed = database.execute(
        "UPDATE source_turns SET last_poll = ?1, last_success = ?1, next_poll = ?1 + 1800000
         WHERE last_poll IS NOT NULL",
        [at],
    );
    assert_eq!(changed.unwrap(), 1);
}

/// Whoever runs rounds by a timer reads in each digest for how long nobody looked; a gap is only what is longer than
/// the day that a source may go unread.
#[test]
fn the_time_between_two_rounds_is_told_and_is_a_gap_only_where_it_is_long() {
    for hours in [24, 72] {
        let desk = Desk::new();
        desk.ask(&["once"]).ends(0);
        looked_ago(&desk, hours);
        for mail in std::fs::read_dir(desk.state().join("mail/new")).unwrap() {
            std::fs::remove_file(mail.unwrap().path()).unwrap();
        }
        desk.ask(&["once"]).ends(0);
        let mails = desk.mails();
        let mail = MessageParser::default().parse(&mails[0]).unwrap();
        let text = mail.body_text(0).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(mail.subject().unwrap().contains("COVERAGE GAP"), hours > 26, "{text}");
        assert!(text.contains("No source was polled from"), "{text}");
        assert!(text.contains("between two rounds (`once`) nobody looks"), "{text}");
        assert_eq!(text.contains("What the rounds read shows no gap"), hours <= 26, "{text}");
        assert!(!text.contains("No gap was noticed"), "{text}");
        desk.ask(&["audit", "verify"]).ends(0);
    }
}
