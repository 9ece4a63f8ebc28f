//! What only a database in a file can do wrong: locks, strangers' files, versions, a killed process.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use watchlistd::model::MailState;
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Amend, Amended, Claim, Store, StoreError};

use super::{at, claim, digest, item, polled, source, with_alerts, with_items};

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, Mode::Exclusive).unwrap()
}

fn refused(path: &Path, mode: Mode) -> StoreError {
    Sqlite::open(path, mode).expect_err("it must be refused")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn everything_survives_a_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/state.db");
    let store = open(&path);
    let alerts = with_alerts(&store, at(0), 2).await;
    store.seal(digest(at(60), &["mei@x.test"], alerts[..1].to_vec())).await.unwrap();
    claim(&store, at(60), 9, Claim::Due).await;
    drop(store);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

    let store = open(&path);
    store.release_leases(at(61)).await.unwrap();
    assert_eq!(claim(&store, at(61), 9, Claim::Due).await, ["ofac"]);
    assert_eq!(store.archive().items(None, 9).await.unwrap().len(), 2);
    let pending = store.pending_notices("Mei".into()).await.unwrap();
    assert_eq!(pending[0].alert.id, alerts[1]);
    assert!(store.claim_mail(at(61), at(80)).await.unwrap().is_some());
}

#[test]
fn a_second_holder_is_told_who_the_first_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let first = open(&path);
    let second = refused(&path, Mode::Exclusive);
    match &second {
        StoreError::Held { pid, .. } => assert_eq!(*pid, std::process::id()),
        other => panic!("{other}"),
    }
    assert!(second.to_string().contains("state.db"), "{second}");
    assert!(second.hint().unwrap().contains(&std::process::id().to_string()));
    drop(first);
    open(&path);
}

#[tokio::test]
async fn a_reader_looks_on_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = open(&path);
    with_items(&store, at(0), 2).await;
    let reader = Sqlite::open(&path, Mode::Reader).unwrap();
    assert_eq!(reader.archive().items(None, 9).await.unwrap().len(), 2);
    store.finish_poll(polled("ofac", at(60), vec![item("ofac", 3, at(60))])).await.unwrap();
    assert_eq!(reader.archive().items(None, 9).await.unwrap().len(), 3, "it sees what is new");
    let no = reader.adopt_readers(vec!["Mei".into()], at(0)).await.unwrap_err();
    assert!(matches!(no, StoreError::Permission { .. }), "{no}");
    drop(store);
    drop(reader);
    let alone = Sqlite::open(&path, Mode::Reader).unwrap();
    assert_eq!(alone.archive().items(None, 9).await.unwrap().len(), 3, "also without a daemon");
    drop(alone);
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["state.db", "state.db.lock"]);
}

#[test]
fn a_reader_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none/state.db");
    let missing = refused(&path, Mode::Reader);
    assert!(matches!(missing, StoreError::Unusable { .. }), "{missing}");
    assert!(missing.to_string().contains("no such file"), "{missing}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_dry_run_works_on_a_copy_beside_the_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = open(&path);
    with_items(&store, at(0), 2).await;
    let dry = Sqlite::dry_run(&path).unwrap();
    assert_eq!(dry.archive().items(None, 9).await.unwrap().len(), 2);
    dry.finish_poll(polled("ofac", at(60), vec![item("ofac", 3, at(60))])).await.unwrap();
    assert_eq!(dry.archive().items(None, 9).await.unwrap().len(), 3);
    assert_eq!(store.archive().items(None, 9).await.unwrap().len(), 2);
    drop(store);
    assert_eq!(Sqlite::dry_run(&path).unwrap().archive().items(None, 9).await.unwrap().len(), 2);

    let none = folder.path().join("none/state.db");
    assert!(Sqlite::dry_run(&none).unwrap().archive().items(None, 9).await.unwrap().is_empty());
    assert!(!none.parent().unwrap().exists());
}

#[test]
fn strangers_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, but long enough to be read as a header of one\n".repeat(20))
        .unwrap();
    let foreign = folder.path().join("photos.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE photos(x)").unwrap();
    for (path, words) in [(&text, "no SQLite database"), (&foreign, "another program")] {
        let before = fs::read(path).unwrap();
        for mode in [Mode::Exclusive, Mode::Reader] {
            let error = refused(path, mode);
            assert!(matches!(error, StoreError::Unusable { .. }), "{error}");
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.hint().is_some());
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(open(&path));
    let newer = Connection::open(&path).unwrap();
    newer
        .execute(
            "INSERT INTO refinery_schema_history VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')",
            [],
        )
        .unwrap();
    drop(newer);
    for mode in [Mode::Exclusive, Mode::Reader] {
        let error = refused(&path, mode);
        assert!(error.to_string().contains("newer watchlistd (schema 99"), "{error}");
        assert!(error.hint().unwrap().contains("newer version"), "{error:?}");
    }
    assert!(Sqlite::dry_run(&path).is_err());
}

#[test]
fn a_file_that_never_got_its_tables_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    fs::write(&path, "").unwrap();
    drop(open(&path));
    let begun = folder.path().join("begun.db");
    Connection::open(&begun).unwrap().execute_batch("PRAGMA application_id = 0x574c7374").unwrap();
    drop(open(&begun));
}

#[test]
fn places_that_cannot_hold_a_database_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for (path, words) in [
        (folder.path().join("file/state.db"), "file"),
        (folder.path().to_owned(), "it is a folder"),
        ("/proc/watchlistd/state.db".into(), "/proc/watchlistd"),
    ] {
        let error = refused(&path, Mode::Exclusive);
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_wait_together_are_answered_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = std::sync::Arc::new(open(&folder.path().join("state.db")));
    let all: Vec<_> = (0..200).map(|n| source(&format!("s{n}"))).collect();
    store.adopt_sources(all, at(0)).await.unwrap();
    let calls: Vec<_> = (0..220)
        .map(|n| {
            let (store, id) = (std::sync::Arc::clone(&store), format!("s{n}"));
            tokio::spawn(async move {
                store.finish_poll(polled(&id, at(1), vec![item(&id, 1, at(1))])).await.is_ok()
            })
        })
        .collect();
    for (n, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap(), n < 200, "s{n}: only the unknown ones fail");
    }
    assert_eq!(store.archive().items(None, 999).await.unwrap().len(), 200);
}

const DATABASE: &str = "WATCHLISTD_TEST_DATABASE";

/// The part that is killed. Does nothing unless the test below starts it in a process of its own.
#[tokio::test]
async fn writer_to_be_killed() {
    let Some(path) = std::env::var_os(DATABASE) else { return };
    let store = open(Path::new(&path));
    store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
    for n in 1..100_000 {
        let when = at(n.into());
        store.finish_poll(polled("ofac", when, vec![item("ofac", n, when)])).await.unwrap();
        writeln!(std::io::stderr(), "answered {n}").unwrap();
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_answered() {
    for after in [1, 7, 40] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::sqlite::writer_to_be_killed", "--nocapture"])
            .env(DATABASE, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let answered = |line: String| line.strip_prefix("answered ")?.parse::<i64>().ok();
        let mut seen = lines.map_while(Result::ok).filter_map(answered);
        let told = seen.nth(after - 1).expect("the child writes");
        child.kill().unwrap();
        let told = seen.last().unwrap_or(told);
        child.wait().unwrap();

        let store = open(&path);
        let stored = store.archive().items(None, 100_000).await.unwrap().len();
        let stored = i64::try_from(stored).unwrap();
        assert!(stored >= told, "answered {told}, stored {stored}");
        let row = store.archive().sources(None, 1).await.unwrap().remove(0);
        assert_eq!(row.state.last_poll, Some(at(stored)), "validators and items agree");
        assert_eq!(row.items, u64::try_from(stored).unwrap());
        assert_eq!(store.unassessed(100_000).await.unwrap().len(), row.items as usize);
    }
}

#[tokio::test]
async fn a_command_writes_beside_a_running_service() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let missing = Sqlite::open(&path, Mode::Beside).unwrap_err();
    assert!(matches!(missing, StoreError::Unusable { .. }), "{missing}");
    let service = Sqlite::open(&path, Mode::Exclusive).unwrap();
    service.seal(digest(at(60), &["mei@x.test"], vec![])).await.unwrap();
    let command = Sqlite::open(&path, Mode::Beside).unwrap();
    let id = command.archive().newest_digest("Mei".into()).await.unwrap().unwrap();
    let amended = command.amend_mail(id, Amend::Drop, at(61)).await.unwrap();
    assert_eq!(amended, Amended::Done(MailState::Pending));
    assert_eq!(service.next_mail().await.unwrap(), None, "the service sees it");
    service.seal(digest(at(90), &["mei@x.test"], vec![])).await.unwrap();
    assert_eq!(command.next_mail().await.unwrap(), Some(at(90)));
}

/// Whoever deletes the lock file must not let a second service in, nor hide the first.
#[test]
fn a_lock_file_that_was_deleted_is_made_anew_or_found_to_be_another_s() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let lock = folder.path().join("state.db.lock");
    let first = open(&path);
    first.keep_alone().unwrap();
    fs::remove_file(&lock).unwrap();
    first.keep_alone().unwrap();
    assert!(lock.exists());
    assert!(matches!(refused(&path, Mode::Exclusive), StoreError::Held { .. }));
    fs::remove_file(&lock).unwrap();
    let second = open(&path);
    let pid = std::process::id();
    assert!(matches!(first.keep_alone(), Err(StoreError::Held { pid: held, .. }) if held == pid));
    second.keep_alone().unwrap();
}
