//! Databases that are not ours to use: each is refused with words and a remedy, and left as it was.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::contents;
use super::desk::Desk;

/// Prepares the desk's state folder, then runs every command that opens the store.
#[track_caller]
fn check(prepare: impl FnOnce(&Path), words: &str, hint: &str) {
    let desk = Desk::new();
    fs::create_dir(desk.state()).unwrap();
    prepare(&desk.database());
    let before = contents(&desk.folder());
    for command in
        [&["once"][..], &["run"], &["once", "--dry-run"], &["status"], &["status", "--json"]]
    {
        let said = desk.ask(command).ends(78).says(words);
        assert!(said.err.contains(hint), "no remedy\n{said}");
        assert!(said.err.contains("state.db"), "which file?\n{said}");
        let mut after = contents(&desk.folder());
        // The lock beside it names who looked last.
        after.remove(&desk.state().join("state.db.lock"));
        assert!(after == before, "{command:?} changed {:?}", after.keys().collect::<Vec<_>>());
    }
    assert_eq!(desk.site.asked("/wire.xml"), 0, "nothing is asked for that cannot be kept");
}

#[test]
fn a_text_file_is_no_database() {
    let text = "Minutes of Monday's meeting.\n".repeat(300);
    check(|path| fs::write(path, text).unwrap(), "no SQLite database", "storage");
}

#[test]
fn another_programs_database_is_left_alone() {
    let make = |path: &Path| {
        let photos = Connection::open(path).unwrap();
        photos
            .execute_batch("CREATE TABLE photos(name); INSERT INTO photos VALUES('sea')")
            .unwrap();
    };
    check(make, "it belongs to another program", "storage");
}

#[test]
fn a_newer_versions_database_is_left_alone() {
    let make = |path: &Path| {
        let first = Desk::new();
        first.ask(&["once"]).ends(0);
        let newer = Connection::open(first.database()).unwrap();
        newer
            .execute_batch(
                "INSERT INTO refinery_schema_history(version, name, applied_on, checksum)
                 VALUES(99, 'later', '2031-01-01T00:00:00Z', '0');
                 PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;",
            )
            .unwrap();
        drop(newer);
        fs::copy(first.database(), path).unwrap();
    };
    check(make, "newer watchlistd (schema 99", "install the newer version");
}

#[test]
fn a_path_that_cannot_be_one_is_the_configurations_fault() {
    for (storage, words) in [
        ("sqlite:readers.toml/state.db", "readers.toml"),
        ("sqlite:.", "it is a folder"),
        ("postgres://db", "postgres"),
        ("state.db", "names no backend"),
    ] {
        let desk = Desk::new();
        let text = fs::read_to_string(desk.folder().join("watchlistd.toml")).unwrap();
        let line = text.lines().find(|line| line.starts_with("storage = ")).unwrap();
        desk.edit("watchlistd.toml", line, &format!("storage = \"{storage}\""));
        let before = contents(&desk.folder());
        desk.ask(&["once"]).ends(78).says(words);
        let mut after = contents(&desk.folder());
        after.retain(|path, _| path.extension().is_none_or(|end| end != "lock"));
        assert_eq!(
            after.keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>(),
            "{storage}"
        );
    }
}

/// Nobody who moved a file is told to start a service that runs.
#[test]
fn a_database_that_is_not_found_is_looked_for_where_something_says_so() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    desk.edit("watchlistd.toml", "storage = \"sqlite:", "storage = \"sqlite:other/");
    let moved = desk.ask(&["status"]).ends(78).says("there is no such file");
    assert!(moved.err.contains("keeps to what it said when it started"), "{moved}");
    fs::remove_file(desk.folder().join("watchlistd.toml")).unwrap();
    let nowhere = desk.state().join("nowhere");
    let mut command = desk.command(&["status"]);
    let gone = super::answer(command.env("STATE_DIRECTORY", &nowhere)).ends(78);
    assert!(gone.err.contains("watchlistd.toml, which says where it lies, is missing"), "{gone}");
}
