//! The three ways in: alone and for writing, beside others and for reading, and on a copy.
//!
//! Order matters: folder, lock, a look at what is there, and only then the first written byte, so
//! that a refusal leaves everything as it was.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, backup::Backup};

use crate::store::StoreError;

use super::claims::Claims;
use super::fault::{self, sorted_io};
use super::lock::Lock;
use super::record::Notes;
use super::schema::{self, Found};
use super::worker::{Manner, Worker};
use super::{Mode, Sqlite, copy};

/// How long a call waits for another process's short write.
const BUSY: Duration = Duration::from_secs(5);
/// Pages of the log after which they are brought home: a page that is written often in between is
/// brought home once. 16 MiB.
const CHECKPOINT: i64 = 2048;
/// Compiled statements kept by a connection: more than this backend has.
const STATEMENTS: usize = 160;

impl Sqlite {
    /// Opens the database at `path`.
    ///
    /// # Errors
    /// [`StoreError::Held`] when somebody else works on it, [`StoreError::Permission`] when we may
    /// not, [`StoreError::Unusable`] when it is missing (for reading), a stranger's, damaged or
    /// newer, [`StoreError::Later`] for the rest.
    pub fn open(path: &Path, mode: Mode) -> Result<Self, StoreError> {
        match mode {
            Mode::Exclusive => Self::open_exclusive(path),
            Mode::Beside => Self::open_beside(path),
            Mode::Reader => Self::open_reader(path),
        }
    }

    fn open_exclusive(path: &Path) -> Result<Self, StoreError> {
        make_folder(path)?;
        let lock = Lock::take(path)?;
        make_file(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found = schema::inspect(&connection, path)?;
        let failed = |error: rusqlite::Error| fault::sorted("open the database", path, &error);
        copy::before_upgrade(&connection, path, found)?;
        // Twice the cache is 3 MB more with 10,000 sources (`many-sources` in docs/RELIABILITY.md).
        connection
            .execute_batch(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 67108864;",
            )
            .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT))
            .map_err(failed)?;
        schema::migrate(&mut connection, path)?;
        let reading = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reading
            .execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")
            .map_err(failed)?;
        Ok(Self {
            path: Arc::from(path),
            claims: Claims::default(),
            writer: Some(start("store-write", connection, Manner::Write, path)?),
            reader: Some(start("store-read", reading, Manner::Read, path)?),
            lock: Some(lock),
        })
    }

    /// The file is its owner's alone, so whoever may not write it finds that out at the first call.
    fn open_beside(path: &Path) -> Result<Self, StoreError> {
        let connection = look_at_ours(path)?;
        connection
            .execute_batch(
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
            )
            .map_err(|error| fault::sorted("open the database", path, &error))?;
        Ok(Self {
            path: Arc::from(path),
            claims: Claims::default(),
            writer: Some(start("store-write", connection, Manner::Write, path)?),
            reader: None,
            lock: None,
        })
    }

    fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let connection = look_at_ours(path)?;
        connection
            .execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")
            .map_err(|error| fault::sorted("open the database", path, &error))?;
        Ok(Self {
            path: Arc::from(path),
            claims: Claims::default(),
            writer: None,
            reader: Some(start("store-read", connection, Manner::Read, path)?),
            lock: None,
        })
    }

    /// Opens a copy in memory of the database at `path`, or an empty one when there is none: every
    /// call works and nothing is kept. Works beside a running daemon and creates no file.
    ///
    /// # Errors
    /// As [`Sqlite::open`] for reading, but a missing database is none.
    pub fn dry_run(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: rusqlite::Error| fault::sorted("copy the database", path, &error);
        let mut copy = Connection::open_in_memory().map_err(failed)?;
        if path.exists() {
            let (original, _) = look(path)?;
            // All pages in one step: a daemon that writes meanwhile cannot start the copy over.
            Backup::new(&original, &mut copy).and_then(|backup| backup.step(-1)).map_err(failed)?;
        }
        prepare(&copy).map_err(failed)?;
        copy.execute_batch("PRAGMA temp_store = MEMORY;").map_err(failed)?;
        schema::migrate(&mut copy, path)?;
        Ok(Self {
            path: Arc::from(path),
            claims: Claims::default(),
            writer: Some(start("store-copy", copy, Manner::Write, path)?),
            reader: None,
            lock: None,
        })
    }
}

/// A connection to a database in this version's shape.
fn look_at_ours(path: &Path) -> Result<Connection, StoreError> {
    let (connection, found) = look(path)?;
    if found != Found::Ours(schema::newest()) {
        return Err(StoreError::Unusable {
            what: fault::attempt("open the database", path),
            why: "its shape is older than this program".into(),
            hint: "start `watchlistd run` or `watchlistd once`: it brings it up to date".into(),
        });
    }
    Ok(connection)
}

/// A connection that changes nothing, to a database that is there and no stranger's.
pub(super) fn look(path: &Path) -> Result<(Connection, Found), StoreError> {
    match fs::metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::Unusable {
                what: fault::attempt("open the database", path),
                why: "there is no such file".into(),
                hint: "start `watchlistd run` or `watchlistd once` first, or check `storage` in \
                       watchlistd.toml: a service that runs keeps to what it said when it started"
                    .into(),
            });
        }
        Err(error) => return Err(sorted_io("open the database", path, &error)),
    }
    // Not opened read-only: such a connection leaves -wal and -shm behind when it was alone.
    // SQLite falls back to reading by itself where writing is not allowed.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let found = schema::inspect(&connection, path)?;
    Ok((connection, found))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let failed = |error: rusqlite::Error| fault::sorted("open the database", path, &error);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(failed)?;
    prepare(&connection).map_err(failed)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it SQLite compiles some statements anew for each value that is bound, in case that
    // value makes another plan better: 20 µs for each item that is assessed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn start(
    name: &str,
    connection: Connection,
    manner: Manner,
    path: &Path,
) -> Result<Worker, StoreError> {
    let notes = Notes::install(&connection)
        .map_err(|error| fault::sorted("open the database", path, &error))?;
    Worker::start(name, connection, notes, manner)
        .map_err(|error| sorted_io("start a thread for the database", path, &error))
}

pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| sorted_io("create the folder", folder, &error))
}

/// Makes an empty file with its mode, so that the database is never readable by others, not even
/// for a moment. An existing one is not touched: only SQLite opens databases.
fn make_file(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Err(StoreError::Unusable {
            what: fault::attempt("open the database", path),
            why: "it is a folder".into(),
            hint: "`storage` in watchlistd.toml names the file itself".into(),
        });
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(sorted_io("create the database", path, &error)),
    }
}
