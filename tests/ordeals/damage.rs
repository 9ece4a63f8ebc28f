//! A database that is damaged: its log torn or scribbled on, its pages scribbled on, its rows changed, its
//! disk failing. What was lost is whole commits from the end; what was changed is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use watchlistd::model::record::Verified;
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Store, StoreError};

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::Fate;
use super::strace;
use super::world::{Post, World};

/// A world in which everything happened that leaves a row, and its database at rest.
fn lived() -> World {
    let mut world = World::begin(3, Post::Folder);
    for round in 0..6 {
        world.publish(round % 3, Fate::Alert);
        world.publish(1, Fate::Held);
        world.publish(2, Fate::Noise);
        world.round();
    }
    world.write("readers.toml", "[[reader]]\nname = \"Mei\"\n");
    world.round();
    world
}

async fn verified(path: &Path) -> Result<Verified, StoreError> {
    let store = Sqlite::open(path, Mode::Exclusive)?;
    store.archive().verify_record(None).await
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// A database and its log as a dead machine leaves them.
fn dead_machine() -> (Vec<u8>, Vec<u8>, Vec<(u64, String)>) {
    let world = lived();
    // Held open, so that the log is not folded in, and written to as the service would.
    let store = Sqlite::open(&world.database(), Mode::Exclusive).unwrap();
    block_on(async {
        for n in 0..40 {
            let now = watchlistd::model::Timestamp::from_millis(1_900_000_000_000 + n);
            store.adopt_readers(vec![format!("Reader {n}")], now).await.unwrap();
        }
    });
    let entries = block_on(store.archive().record(0, 10_000)).unwrap();
    let entries = entries.into_iter().map(|one| (one.number, one.hash)).collect();
    let file = fs::read(world.database()).unwrap();
    let log = fs::read(world.state().join("state.db-wal")).unwrap();
    (file, log, entries)
}

#[test]
fn a_torn_or_scribbled_log_costs_commits_from_its_end_and_nothing_else() {
    let mut ordeal = Ordeal::begin("torn-and-scribbled-log");
    let (file, log, entries) = dead_machine();
    assert!(log.len() > 50_000, "a log of {} bytes", log.len());
    let mut moments = Moments::seeded(0x5eed_2030);
    let folder = tempfile::tempdir().unwrap();
    let tries = ordeal.either(24, 600);
    let mut shorter = 0;
    for n in 0..tries {
        let mut log = log.clone();
        let at = moments.below(log.len() as u64) as usize;
        match n % 4 {
            0 => log.truncate(at),
            1 => log[at] ^= 1 << moments.below(8),
            2 => {
                // What a disk does that lost a sector.
                let end = (at + 512).min(log.len());
                log[at..end].fill(0);
            }
            _ => {
                let end = (at + 4096).min(log.len());
                log[at..end].iter_mut().for_each(|byte| *byte = moments.below(256) as u8);
            }
        }
        let path = folder.path().join(format!("{n}.db"));
        fs::write(&path, &file).unwrap();
        fs::write(folder.path().join(format!("{n}.db-wal")), &log).unwrap();
        let found = block_on(verified(&path)).unwrap();
        assert_eq!(found.faults, [], "damage {n} at {at}");
        let head = found.head.unwrap();
        let kept = &entries[..usize::try_from(head.number).unwrap()];
        assert_eq!(kept.last(), Some(&(head.number, head.hash)), "damage {n} at {at}");
        shorter += u64::from(kept.len() < entries.len());
        fs::remove_file(&path).unwrap();
    }
    assert!(shorter > 0, "no damage cost anything");
    ordeal.count(tries, "logs cut or scribbled on");
    ordeal.count(shorter, "of them shorter by whole commits");
    ordeal.held();
}

/// What stands in the tables of which the record tells; `Err` when it cannot be read.
fn lines(path: &Path) -> rusqlite::Result<Vec<(String, String)>> {
    let connection = Connection::open(path)?;
    told(&connection)
}

fn told(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    // As good as the program's own: it only has to differ where a value does.
    connection.create_scalar_function("digest", -1, FunctionFlags::SQLITE_UTF8, |call| {
        let values = (0..call.len()).map(|n| format!("{:?}", call.get_raw(n)));
        Ok(values.collect::<Vec<_>>().join("|"))
    })?;
    let mut all = Vec::new();
    for view in views(connection)? {
        let mut select = connection.prepare(&format!("SELECT line FROM {view}"))?;
        let rows = select.query_map([], |row| row.get::<_, Option<String>>(0))?;
        for row in rows {
            all.push((view.clone(), row?.unwrap_or_default()));
        }
    }
    let mut select = connection.prepare("SELECT number, at, body, hash FROM records")?;
    let rows = select.query_map([], |row| {
        Ok(format!(
            "{} {} {} {:?}",
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?
        ))
    })?;
    for row in rows {
        all.push(("records".to_owned(), row?));
    }
    all.sort();
    Ok(all)
}

fn views(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'recorded_%' ORDER BY name",
    )?;
    select.query_map([], |row| row.get(0))?.collect()
}

#[test]
fn scribbled_pages_are_noticed_whenever_they_change_a_recorded_word() {
    let mut ordeal = Ordeal::begin("scribbled-pages");
    let world = lived();
    let whole = fs::read(world.database()).unwrap();
    let before = lines(&world.database()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut moments = Moments::seeded(0x5eed_2031);
    let tries = ordeal.either(60, 3_000);
    let (mut changed, mut refused) = (0, 0);
    for n in 0..tries {
        let mut file = whole.clone();
        let at = moments.below(file.len() as u64) as usize;
        let length = 1 + moments.below(16) as usize;
        let end = (at + length).min(file.len());
        file[at..end].iter_mut().for_each(|byte| *byte = moments.below(256) as u8);
        let path = folder.path().join("state.db");
        fs::write(&path, &file).unwrap();
        let is_changed = lines(&path).map_or(true, |after| after != before);
        // A copy each: looking may mend or fold in.
        fs::write(&path, &file).unwrap();
        let noticed = match block_on(verified(&path)) {
            Ok(found) => !found.faults.is_empty(),
            Err(_) => {
                refused += 1;
                true
            }
        };
        assert!(
            noticed || !is_changed,
            "{length} bytes at {at} changed what is recorded, unnoticed"
        );
        changed += u64::from(is_changed);
        for beside in ["state.db", "state.db-wal", "state.db-shm", "state.db.lock"] {
            let _ = fs::remove_file(folder.path().join(beside));
        }
        let _ = n;
    }
    ordeal.count(tries, "files with scribbled bytes");
    ordeal.count(changed, "of them with something recorded changed, each noticed");
    ordeal.count(refused, "refused as damaged");
    ordeal.held();
}

/// Tables of which the record tells: those whose writing notes a line.
fn recorded_tables(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut select = connection
        .prepare(
            "SELECT DISTINCT tbl_name FROM sqlite_schema
             WHERE type = 'trigger' AND name LIKE 'record_%' AND tbl_name NOT IN ('records', 'waiting')
             UNION SELECT 'config_texts'",
        )
        .unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Of these a life always leaves something to change.
const ALWAYS: [&str; 12] = [
    "sources",
    "polls",
    "pauses",
    "items",
    "decisions",
    "alerts",
    "notices",
    "readers",
    "occasions",
    "mails",
    "config_versions",
    "config_texts",
];

#[test]
fn every_value_that_the_record_tells_of_is_named_when_it_is_changed() {
    let mut ordeal = Ordeal::begin("changed-values");
    let mut world = lived();
    // Something in the tables that a good day leaves empty.
    world.write("watchlist.toml", "[[compny]]\n");
    world.round();
    let store = Sqlite::open(&world.database(), Mode::Exclusive).unwrap();
    let at = watchlistd::model::Timestamp::from_millis;
    block_on(async {
        store.hold_polling(Some("the disk was full".into()), at(1_900_000_000_000)).await.unwrap();
        store.hold_polling(None, at(1_900_000_060_000)).await.unwrap();
    });
    drop(store);
    let whole = fs::read(world.database()).unwrap();
    let before = lines(&world.database()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    let mut moments = Moments::seeded(0x5eed_2032);
    for table in recorded_tables(&world.database()) {
        for column in columns(&world.database(), &table) {
            for _ in 0..ordeal.either(1, 8) {
                fs::write(&path, &whole).unwrap();
                let sql = scribble(&path, &table, &column, &mut moments);
                let Some(sql) = sql else { continue };
                if lines(&path).is_ok_and(|after| after == before) {
                    continue;
                }
                let found = block_on(verified(&path));
                let noticed = found.as_ref().map_or(true, |found| !found.faults.is_empty());
                assert!(noticed, "unnoticed: {sql}");
                *named.entry(table.clone()).or_default() += 1;
                for beside in ["state.db-wal", "state.db-shm"] {
                    let _ = fs::remove_file(folder.path().join(beside));
                }
            }
        }
    }
    for table in ALWAYS {
        assert!(named.contains_key(table), "nothing in {table} was changed and named: {named:?}");
    }
    ordeal.count(named.values().sum(), "changed values, each named");
    ordeal.count(named.len() as u64, "tables");
    ordeal.held();
}

fn columns(path: &Path, table: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut select =
        connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Changes one value of some row behind the program's back. `None` where the schema refuses that.
fn scribble(path: &Path, table: &str, column: &str, moments: &mut Moments) -> Option<String> {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
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
    let rows: i64 = connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .unwrap();
    if rows == 0 {
        return None;
    }
    let row = moments.below(rows as u64);
    let sql = format!(
        "UPDATE {table} SET \"{column}\" = CASE typeof(\"{column}\")
            WHEN 'integer' THEN \"{column}\" + 1 WHEN 'null' THEN 1
            WHEN 'blob' THEN CAST(\"{column}\" || 'x' AS BLOB) ELSE \"{column}\" || 'x' END
         WHERE ({key}) IN (SELECT {key} FROM {table} LIMIT 1 OFFSET {row})",
        key = keys(&connection, table)
    );
    connection.execute_batch(&sql).ok().map(|()| sql)
}

fn keys(connection: &Connection, table: &str) -> String {
    let mut select = connection
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0"))
        .unwrap();
    let keys: Vec<String> =
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_disk_that_fails_is_told_and_loses_nothing() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("failing-disk");
    let mut world = World::begin(2, Post::Folder);
    let tries: u64 = ordeal.either(3, 40);
    let (mut rounds, mut failed) = (0, 0);
    let mut moments = Moments::seeded(0x5eed_2033);
    for call in ["fsync", "pread64"] {
        for n in 0..tries {
            world.publish(0, Fate::Alert);
            world.publish(1, Fate::Held);
            let at = if ordeal.full { 1 + n } else { 1 + moments.below(12) };
            let once = world.command(&["once", "--all"]);
            let injection = format!("{call}:error=EIO:when={at}");
            let ended = world.run(strace::tampered(&once, std::slice::from_ref(&injection)));
            let code = ended.code().unwrap_or(-1);
            // 127: the first reads are those of the loader, before the program is there.
            let codes =
                if call == "pread64" { &[0, 74, 75, 78, 127][..] } else { &[0, 74, 75, 78] };
            assert!(codes.contains(&code), "{injection}: {ended}: {}", world.said());
            let silent = code != 0 && world.said().is_empty();
            assert!(!silent, "{injection}: it ended with {code} and said nothing");
            rounds += 1;
            failed += u64::from(code != 0);
        }
        world.heal();
        world.is_consistent();
    }
    let copies = world.holds(rounds);
    ordeal.count(rounds, "rounds in which one fsync or read failed (EIO)");
    ordeal.count(failed, "of them ended with an error that says so");
    ordeal.count(copies, "mails that came twice");
    ordeal.held();
}
