//! What a database of the version before is taken over as.

use watchlistd::model::looked::Run;

use super::*;
use crate::support::older;

/// Minutes from the morning, as a number of SQL.
fn ms(minutes: i64) -> i64 {
    at(minutes).millis()
}

/// Four items as schema 19 kept them, each with a pending notice for Mei: as first seen; edited once, its first
/// revision kept for its hits; edited twice, the first revision kept; edited twice, of which the first named nothing and
/// was not kept. Beside them an account of polls and a run that goes on.
fn rows() -> String {
    let item = |key: i64, revision: i64, seen: i64| {
        let id = ItemId::of(&["wire", &key.to_string()]);
        let judgement = serde_json::to_string(&Judgement::default()).unwrap();
        let (at, story) = (ms(seen + 1), StoryId::of(&[&key.to_string()]));
        let alert = AlertId::of(&[id.as_str(), &revision.to_string()]);
        let seen = ms(seen);
        format!(
            "INSERT INTO items VALUES ({key}, '{id}', 1, {revision}, 0, 'new', {seen}, NULL, {seen}, NULL, NULL, 'h{key}',
                 'g{key}', NULL, 'Title {key}.{revision}', NULL, '', '', NULL);
             INSERT INTO decisions VALUES ({key}, {key}, {revision}, 1, {at}, {seen}, 'high', 1, '{story}', NULL, NULL,
                 '{judgement}');
             INSERT INTO alerts VALUES ({key}, '{alert}', {key}, {key}, {revision}, '{story}', NULL, 'high', '[]', 1, {at},
                 NULL);
             INSERT INTO notices VALUES ({key}, 'Mei', 'digest', {at}, 'pending', NULL, 0, NULL, {at});"
        )
    };
    let revision = |key: i64, revision: i64, seen: i64| {
        format!(
            "INSERT INTO revisions VALUES ({key}, {revision}, 'new', {}, NULL, NULL, 'o{key}{revision}', 'g{key}', NULL,
                 'Title {key}.{revision}', NULL, '', '');",
            ms(seen)
        )
    };
    [
        format!(
            "INSERT INTO sources VALUES (1, 'wire', 'https://wire.test/feed', 0, NULL, 3600000, 0, 'all', {0}, NULL, 0);
             INSERT INTO source_states(source, health, since, items, entries) VALUES (1, 'healthy', {0}, 4, 4);
             INSERT INTO polls VALUES (1, 1, {0}, {1}, 3, 200, 10, 4, 4, 0, NULL, NULL);
             INSERT INTO source_turns VALUES (1, {3}, {2}, {2}, {4}, {2}, 2, 304, 0);
             INSERT INTO readers VALUES ('Mei', {0}, {0}, NULL);",
            ms(0),
            ms(60),
            ms(300),
            ms(360),
            ms(240)
        ),
        item(1, 1, 5),
        item(2, 2, 30),
        revision(2, 1, 10),
        item(3, 3, 40),
        revision(3, 1, 12),
        revision(3, 2, 20),
        item(4, 3, 50),
        revision(4, 2, 25),
    ]
    .concat()
}

fn opened(folder: &std::path::Path) -> Sqlite {
    let path = folder.join("state.db");
    older::database(&path, 19, &rows());
    let store = Sqlite::open(&path, Mode::Exclusive).unwrap();
    assert!(older::version(&path) >= 20);
    store
}

#[tokio::test]
async fn when_items_that_were_edited_were_first_seen_is_known_where_their_first_words_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let pending = store.pending_notices("Mei".into()).await.unwrap();
    let before: Vec<_> =
        pending.iter().map(|one| one.before.as_ref().map(|before| before.first_seen)).collect();
    assert_eq!(before, [None, Some(Some(at(10))), Some(Some(at(12))), Some(None)]);
    let titles: Vec<&str> = pending.iter().map(|one| one.item.text.title.as_str()).collect();
    assert_eq!(titles, ["Title 1.1", "Title 2.2", "Title 3.3", "Title 4.3"]);
}

/// Edited again, an item keeps what is known of its beginning, and nothing is made up where that is not.
#[tokio::test]
async fn an_edit_after_the_upgrade_keeps_the_first_instant_and_the_headline_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let mut edited = Vec::new();
    for one in store.archive().items(None, 9).await.unwrap() {
        edited.push(Item {
            revision: one.revision + 1,
            first_seen: at(400),
            text: ItemText { title: format!("{} again", one.text.title), ..one.text.clone() },
            text_hash: format!("{} again", one.text_hash),
            ..one
        });
    }
    store.finish_poll(polled("wire", at(400), edited)).await.unwrap();
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("state.db")).unwrap();
    let mut select =
        database.prepare("SELECT key, began, title_before FROM items ORDER BY key").unwrap();
    let found: Vec<(i64, Option<i64>, String)> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let expected = [
        (1, Some(ms(5)), "Title 1.1".to_owned()),
        (2, Some(ms(10)), "Title 2.2".to_owned()),
        (3, Some(ms(12)), "Title 3.3".to_owned()),
        (4, None, "Title 4.3".to_owned()),
    ];
    assert_eq!(found, expected);
}

/// Whether a run from before holds a stop within it, nobody knows; of one that begins afterwards it is known.
#[tokio::test]
async fn runs_from_before_the_upgrade_are_told_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let unbroken = |runs: &[Run]| -> Vec<(Timestamp, bool)> {
        runs.iter().map(|one| (one.first, one.unbroken)).collect()
    };
    let accounts = store.archive().accounts(at(0), at(1_000)).await.unwrap();
    assert_eq!(unbroken(&accounts[0].runs), [(at(0), false), (at(240), false)]);
    store.finish_poll(polled("wire", at(360), vec![item("wire", 9, at(360))])).await.unwrap();
    store.finish_poll(polled("wire", at(420), vec![item("wire", 10, at(420))])).await.unwrap();
    let accounts = store.archive().accounts(at(0), at(1_000)).await.unwrap();
    let later: Vec<_> =
        unbroken(&accounts[0].runs).into_iter().filter(|(first, _)| *first > at(300)).collect();
    assert!(!later.is_empty() && later.iter().all(|(_, unbroken)| *unbroken), "{later:?}");
    let earlier = unbroken(&accounts[0].runs).into_iter().filter(|(first, _)| *first <= at(300));
    assert!(earlier.clone().count() >= 2 && earlier.into_iter().all(|(_, unbroken)| !unbroken));
}

#[tokio::test]
async fn a_database_without_polls_has_no_old_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    older::database(&path, 19, "");
    let store = Sqlite::open(&path, Mode::Exclusive).unwrap();
    store.adopt_sources(vec![source("wire")], at(0)).await.unwrap();
    store.finish_poll(polled("wire", at(1), vec![item("wire", 1, at(1))])).await.unwrap();
    let accounts = store.archive().accounts(at(0), at(9)).await.unwrap();
    assert!(accounts[0].runs.iter().all(|one| one.unbroken), "{accounts:?}");
}
