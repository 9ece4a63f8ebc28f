//! After an upgrade: what the new program decides otherwise is told, and nothing is decided anew.

use rusqlite::Connection;
use serde_json::Value;

use super::desk::Desk;

fn decided(desk: &Desk) -> Value {
    serde_json::from_str(&desk.ask(&["preview", "--decided", "--json"]).ends(0).out).unwrap()
}

/// As an earlier program would have left it: the item found, and not told.
fn as_decided_before(desk: &Desk) {
    Connection::open(desk.database())
        .unwrap()
        .execute_batch(
            "DROP TRIGGER records_change;
             UPDATE records SET body = replace(body, 'watchlistd ', 'watchlistd 0.0.');
             UPDATE decisions SET judgement = json_set(judgement, '$.alert', json('false'))",
        )
        .unwrap();
}

#[test]
fn what_this_version_decides_otherwise_is_counted_and_shown() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let same = decided(&desk);
    assert_eq!((&same["before"]["alerts"], &same["after"]["alerts"]), (&1.into(), &1.into()));
    assert_eq!((&same["gained"]["alerts"], &same["lost"]["alerts"]), (&0.into(), &0.into()));
    as_decided_before(&desk);
    let otherwise = decided(&desk);
    assert_eq!(otherwise["gained"]["alerts"], 1, "{otherwise}");
    let text = desk.ask(&["preview", "--decided"]).ends(0).out;
    assert!(text.contains("Lawmakers urge the SEC to delist Alibaba"), "{text}");
    desk.ask(&["preview", "--decided", "--watchlist", "x"]).ends(64);
}

#[test]
fn the_operator_is_told_after_an_upgrade_and_only_then() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    as_decided_before(&desk);
    let service = desk.run();
    let said = service.until("decides 1 otherwise");
    assert!(said.contains(" replaced watchlistd 0.0."), "{said}");
    service.until("sealed a mail");
    let subject = "it decides 1 item otherwise";
    // A long subject is folded.
    let told =
        |mail: &Vec<u8>| String::from_utf8_lossy(mail).replace("\r\n ", " ").contains(subject);
    while !desk.mails().iter().any(told) {
        service.until("was taken");
    }
    assert_eq!(service.stop(), Some(0));
    // Once for each pair of programs: the next start is none.
    let mails = desk.mails().len();
    desk.ask(&["once"]).ends(0);
    assert!(desk.mails().len() >= mails);
    assert_eq!(desk.mails().iter().filter(|mail| told(mail)).count(), 1);
}
