//! The record: each commit leaves one entry, and whatever is changed behind its back shows.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use watchlistd::model::item::Rekeyed;
use watchlistd::model::record::{Head, Verified};
use watchlistd::model::{Action, Deed};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Keep, Store};

use super::*;

/// A store that has polled, judged, alerted, sealed and sent.
async fn lived(path: &Path) -> Sqlite {
    let store = Sqlite::open(path, Mode::Exclusive).unwrap();
    store.release_leases(at(0)).await.unwrap();
    store.adopt_readers(vec!["Mei".into()], at(0)).await.unwrap();
    let files = [("watchlist.toml".to_owned(), "name = \"Alibaba\"".to_owned())];
    store.adopt_config(files.into(), at(0)).await.unwrap();
    let alerts = with_alerts(&store, at(1), 3).await;
    store.seal(digest(at(3), &["mei@x.test"], alerts)).await.unwrap();
    let mail = store.claim_mail(at(4), at(9)).await.unwrap().unwrap();
    store.mail_outcome(outcome(mail.id, MailState::Sent, at(4))).await.unwrap();
    let action = Action {
        at: at(5),
        author: "Mei".into(),
        deed: Deed::Edited,
        verdict: None,
        alert: None,
        subject: None,
        what: "wrote an alias".into(),
        why: None,
        until: None,
    };
    assert!(store.act(action).await.unwrap());
    store
}

/// Rewrites the record of a stopped service as programs before schema 19 wrote it: their lines say
/// nothing of what stands from "at" on.
fn as_older_programs_wrote_it(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("DROP TRIGGER records_change").unwrap();
    let entries: Vec<(i64, i64, String)> = connection
        .prepare("SELECT number, at, body FROM records ORDER BY number")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut before: Vec<u8> = Vec::new();
    for (number, at, body) in entries {
        let body: Vec<String> = body.lines().map(older).collect();
        let body = body.join("\n");
        let mut hash = Sha256::new();
        hash.update(b"watchlistd record 1\n");
        hash.update(&before);
        hash.update(number.to_be_bytes());
        hash.update(at.to_be_bytes());
        hash.update((body.len() as u64).to_be_bytes());
        hash.update(body.as_bytes());
        before = hash.finalize().to_vec();
        connection
            .execute(
                "UPDATE records SET body = ?2, hash = ?3 WHERE number = ?1",
                rusqlite::params![number, body, before],
            )
            .unwrap();
    }
}

fn older(line: &str) -> String {
    let newer = ["item", "decision", "alert", "attempt", "action"]
        .iter()
        .any(|did| line.starts_with(&format!("{{\"did\":\"{did}\"")));
    match line.rfind(",\"at\":") {
        Some(end) if newer => format!("{}}}", &line[..end]),
        _ => line.to_owned(),
    }
}

async fn verified(path: &Path, kept: Option<Head>) -> Verified {
    let store = Sqlite::open(path, Mode::Reader).unwrap();
    store.archive().verify_record(kept).await.unwrap()
}

/// Changes the file as somebody with a program of their own would.
fn behind_its_back(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection.execute_batch(sql).unwrap();
}

/// What verifying says after `sql` was run: the things named, by entry.
async fn after(sql: &str) -> Vec<String> {
    after_life(sql, false).await
}

/// The same, of a record that an older program wrote if `older`.
async fn after_life(sql: &str, older: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(lived(&path).await);
    if older {
        as_older_programs_wrote_it(&path);
        assert_eq!(verified(&path, None).await.faults, [], "as it was written");
    }
    behind_its_back(&path, sql);
    let found = verified(&path, None).await;
    found
        .faults
        .iter()
        .map(|one| format!("{} {}: {}", one.number, kind(&one.what), one.why))
        .collect()
}

/// "item" of "item i4x…": ids differ with what they are made of.
fn kind(what: &str) -> &str {
    what.rsplit_once(' ').map_or(what, |(kind, _)| kind)
}

#[tokio::test]
async fn a_life_is_told_entry_by_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = lived(&path).await;
    let entries = store.archive().record(0, 99).await.unwrap();
    let told: Vec<String> = entries
        .iter()
        .map(|entry| {
            let dids = entry.body.lines().map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["did"].as_str().unwrap().to_owned()
            });
            format!("{}: {}", entry.number, dids.collect::<Vec<_>>().join(", "))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    let head = store.archive().record_head().await.unwrap().unwrap();
    let last = entries.last().unwrap();
    assert_eq!((head.number, &head.hash), (last.number, &last.hash));
    let found = store.archive().verify_record(Some(head.clone())).await.unwrap();
    assert_eq!((found.faults, found.head, found.entries), (vec![], Some(head), last.number));
}

#[tokio::test]
async fn every_change_behind_its_back_is_named() {
    for (sql, expected) in [
        ("UPDATE items SET title = 'Nothing happened' WHERE key = 2", "item"),
        ("UPDATE items SET published = published - 1 WHERE key = 2", "item"),
        (
            "UPDATE decisions SET judgement = replace(judgement, 'high', 'low') WHERE key = 1",
            "decision",
        ),
        ("UPDATE decisions SET untold = 'baseline' WHERE key = 1", "decision"),
        ("UPDATE alerts SET severity = 'low' WHERE key = 1", "alert"),
        ("UPDATE notices SET state = 'withdrawn', reason = 'no matter' WHERE alert = 1", "notice"),
        ("UPDATE mails SET message = x'00'", "mail"),
        ("UPDATE mails SET reply = '250 all is well'", "attempt"),
        ("UPDATE mails SET state = 'pending', next_attempt = 1", "attempt"),
        ("UPDATE mails SET state = 'sending', next_attempt = 1", "attempt"),
        ("UPDATE occasions SET at = at - 60000", "sealed"),
        ("UPDATE polls SET polls = 48", "polled"),
        ("UPDATE sources SET url = 'https://other.test/'", "source"),
        ("UPDATE config_texts SET text = 'name = \"Another\"'", "file"),
        ("DELETE FROM notices WHERE alert = 1", "notice"),
        ("DELETE FROM polls", "polled"),
        ("INSERT INTO gaps(source, \"from\", until) VALUES (1, 1, 2)", "gap"),
        (
            "INSERT INTO polls(source, first, last, polls, bytes, new, edited)
          VALUES (1, 1, 2, 48, 0, 0, 0)",
            "polled",
        ),
    ] {
        let faults = after(sql).await;
        assert!(
            faults.iter().any(|one| one.contains(&format!(" {expected}: "))),
            "{sql}: {faults:?}"
        );
        assert!(
            faults.iter().all(|one| one.contains(&format!(" {expected}: "))),
            "{sql}: {faults:?}"
        );
    }
}

/// Changes of when something happened, and what each is about.
const TIMES: &[(&str, &str)] = &[
    ("UPDATE items SET first_seen = first_seen - 86400000 WHERE key = 2", "item"),
    ("UPDATE items SET first_seen = first_seen + 1 WHERE key = 2", "item"),
    ("UPDATE items SET official = 1 WHERE key = 2", "item"),
    ("UPDATE decisions SET at = at + 1 WHERE key = 1", "decision"),
    ("UPDATE decisions SET at = at - 60000 WHERE key = 1", "decision"),
    ("UPDATE alerts SET at = at - 60000 WHERE key = 1", "alert"),
    ("UPDATE mails SET settled = settled - 60000", "attempt"),
    ("UPDATE mails SET settled = settled + 1", "attempt"),
    ("UPDATE actions SET at = at - 60000", "action"),
    ("UPDATE actions SET at = at + 1", "action"),
];

#[tokio::test]
async fn a_forged_time_is_named_also_where_an_older_program_recorded_it() {
    for older in [false, true] {
        for (sql, expected) in TIMES {
            let faults = after_life(sql, older).await;
            assert!(
                faults.len() == 1 && faults[0].contains(&format!(" {expected}: ")),
                "{sql}, older: {older}: {faults:?}"
            );
        }
    }
    for (sql, expected) in [
        ("UPDATE decisions SET seen = seen - 1 WHERE key = 1", "decision"),
        ("UPDATE alerts SET watchlist = 2 WHERE key = 1", "alert"),
        ("UPDATE alerts SET copy_of = 'ix' WHERE key = 1", "alert"),
        ("UPDATE mails SET settled = NULL", "attempt"),
    ] {
        let faults = after(sql).await;
        assert!(faults.len() == 1 && faults[0].contains(expected), "{sql}: {faults:?}");
    }
}

/// What one commit wrote of several steps says less of each: nothing that a step may have done is a fault.
#[tokio::test]
async fn an_older_record_of_several_steps_in_one_entry_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = lived(&path).await;
    let sources = ["a", "b", "ofac"].map(source).to_vec();
    store.adopt_sources(sources, at(6)).await.unwrap();
    // Read at different instants, one of them from an official source by then; written together.
    let official = Source { official: true, ..source("a") };
    store.adopt_sources(vec![official, source("b"), source("ofac")], at(7)).await.unwrap();
    let seen = |id: &str, official: bool, minutes: i64| {
        let item = Item { official, ..item(id, 50, at(minutes)) };
        polled(id, at(minutes), vec![item])
    };
    // Taken before its source became official.
    let polls = vec![seen("a", false, 9), seen("b", false, 8)];
    store.finish_polls(Arc::new(polls)).await.unwrap();
    // Known again under other keys, by a clock that was set back meanwhile.
    let known = item("b", 50, at(8));
    let rekeyed =
        Rekeyed { item: known.id, guid: Some("urn:new".into()), link: None, learnt: at(3) };
    let moved = FinishedPoll { rekeyed: vec![rekeyed], ..polled("b", at(2), vec![]) };
    store.finish_poll(moved).await.unwrap();
    // Edited, and read at the same time as another.
    let edit = edited(&item("a", 50, at(9)), "Other words", at(12));
    let polls = vec![
        FinishedPoll { edited: vec![edit], ..polled("a", at(12), vec![]) },
        seen("b", false, 8),
    ];
    store.finish_polls(Arc::new(polls)).await.unwrap();
    let waiting = store.unassessed(99).await.unwrap();
    let decisions = waiting
        .iter()
        .map(|one| decided(&one.item, judged(&["baba"], &["delist"]), &["Mei"], at(13)))
        .collect();
    assess(&store, at(13), decisions).await;
    drop(store);
    as_older_programs_wrote_it(&path);
    assert_eq!(verified(&path, None).await.faults, []);
    // A service that goes on with it writes newer lines beside the old ones.
    let store = Sqlite::open(&path, Mode::Exclusive).unwrap();
    store.finish_poll(polled("b", at(20), vec![item("b", 51, at(20))])).await.unwrap();
    drop(store);
    assert_eq!(verified(&path, None).await.faults, []);
}

/// Where it stands is told when the attempt has ended; until then the record tells of the one before.
#[tokio::test]
async fn a_mail_that_is_on_its_way_again_breaks_nothing() {
    for before in [MailState::Deferred, MailState::Uncertain] {
        each(async |store| {
            let alerts = with_alerts(store, at(0), 1).await;
            store.seal(digest(at(1), &["mei@x.test"], alerts)).await.unwrap();
            let mail = store.claim_mail(at(1), at(20)).await.unwrap().unwrap();
            let next_attempt = Some(at(3));
            let outcome = MailOutcome { next_attempt, ..outcome(mail.id, before, at(2)) };
            store.mail_outcome(outcome).await.unwrap();
            assert!(store.claim_mail(at(3), at(20)).await.unwrap().is_some());
        })
        .await;
    }
}

#[tokio::test]
async fn a_rewritten_record_shows_from_where_it_was_rewritten() {
    for sql in [
        "UPDATE records SET body = replace(body, 'high', 'low') WHERE number = 6",
        "UPDATE records SET at = at + 1 WHERE number = 6",
        "UPDATE records SET hash = zeroblob(32) WHERE number = 6",
        "DELETE FROM records WHERE number = 6",
    ] {
        let faults = after(sql).await;
        assert!(faults[0].starts_with("6 "), "{sql}: {faults:?}");
    }
}

#[tokio::test]
async fn a_record_that_was_cut_short_or_made_anew_is_told_by_a_kept_head() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = lived(&path).await;
    let kept = store.archive().record_head().await.unwrap().unwrap();
    drop(store);
    assert_eq!(verified(&path, Some(kept.clone())).await.faults, []);

    let other = folder.path().join("other.db");
    let store = lived(&other).await;
    store.adopt_readers(vec!["Jo".into()], at(5)).await.unwrap();
    drop(store);
    let wrong = Head { hash: kept.hash.replace('a', "b"), ..kept.clone() };
    let told = verified(&other, Some(wrong)).await.faults;
    assert!(told[0].why.contains("rewritten"), "{told:?}");

    behind_its_back(&path, &format!("DELETE FROM records WHERE number >= {}", kept.number));
    let told = verified(&path, Some(kept)).await.faults;
    assert!(told.iter().any(|one| one.why.contains("ends before it")), "{told:?}");
}

#[tokio::test]
async fn what_is_forgotten_in_its_time_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = lived(&path).await;
    let more: Vec<_> = (10..20).map(|n| item("ofac", n, at(6))).collect();
    store.finish_poll(polled("ofac", at(6), more.clone())).await.unwrap();
    let silent = more.iter().map(|one| decided(one, Judgement::default(), &[], at(7))).collect();
    assess(&store, at(7), silent).await;
    let keep = Keep { items: DAY * 400, audit: DAY * 3_650, polls: DAY * 90 };
    let mut steps = 0;
    while !store.prune(keep, at(0).plus(DAY * 500)).await.unwrap().is_nothing() {
        steps += 1;
    }
    assert!(steps > 0);
    let found = store.archive().verify_record(None).await.unwrap();
    assert_eq!(found.faults, []);
    assert_eq!(found.forgotten, 12, "ten texts and two accounts of polls");

    // An item on which something was decided stays longer: its age is no reason for it to be gone.
    drop(store);
    let made_away = "PRAGMA foreign_keys = OFF; UPDATE items SET pruned = 1 WHERE key = 2";
    behind_its_back(&path, made_away);
    let faults = verified(&path, None).await.faults;
    let named: Vec<_> = faults.iter().map(|one| (kind(&one.what), one.why.as_str())).collect();
    assert_eq!(named, [("item", "the entry tells of it and it is gone")]);
}

#[tokio::test]
async fn a_call_that_fails_leaves_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = lived(&path).await;
    let before = store.archive().record_head().await.unwrap();
    let unknown = polled("never adopted", at(5), vec![item("never adopted", 1, at(5))]);
    store.finish_poll(unknown).await.unwrap_err();
    assert_eq!(store.archive().record_head().await.unwrap(), before);
}

/// What was judged is counted in the entry of its commit, and a judgement that was not kept is none.
#[tokio::test]
async fn a_judgement_that_fails_is_not_in_the_record() {
    each(async |store| {
        let one = with_items(store, at(0), 1).await.remove(0);
        let before = store.archive().record_head().await.unwrap();
        let unknown = item("never adopted", 1, at(0));
        let decisions =
            [&one, &unknown].map(|item| decided(item, Judgement::default(), &[], at(1)));
        let assessment = Assessment { watchlist: 1, at: at(1), decisions: decisions.to_vec() };
        store.finish_assessment(assessment).await.unwrap_err();
        assert_eq!(store.archive().record_head().await.unwrap(), before);
        assert_eq!(store.unassessed(9).await.unwrap().len(), 1, "it waits as before");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_write_fails_rather_than_go_unrecorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(lived(&path).await);
    let stranger = Connection::open(&path).unwrap();
    let refused = stranger.execute_batch("UPDATE items SET revision = 9").unwrap_err().to_string();
    assert!(refused.contains("noted") || refused.contains("digest"), "{refused}");
    let refused = stranger.execute_batch("DELETE FROM records").unwrap_err().to_string();
    assert!(refused.contains("append-only"), "{refused}");
}
