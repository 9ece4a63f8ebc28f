//! Copies of a database, made while others work on it, and putting one in place of another.
//!
//! Only SQLite opens databases, here too. A copy is one file that needs no log beside it. Nothing is
//! ever overwritten: what a restore replaces is set aside.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

use super::lock::Lock;
use super::open::{look, make_folder, sorted_io};
use super::schema::{self, Found};
use super::{Sqlite, fault};

/// What belongs to a database beside its own file.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

impl Sqlite {
    /// Writes a copy of the database at `path`, as it is at one moment, to the new file `target`
    /// (mode 0600). Works beside a running daemon, and on a database of an older version.
    ///
    /// # Errors
    /// As [`Sqlite::open`] for reading; [`StoreError::Unusable`] when `target` exists.
    pub fn copy(path: &Path, target: &Path) -> Result<(), StoreError> {
        let (original, _) = look(path)?;
        copy(&original, target)
    }

    /// Takes the place of the database at `path`, whether there is one or not: nobody else works on
    /// it until the place is given back.
    ///
    /// # Errors
    /// [`StoreError::Held`] while a service or a command holds it, and those of the file system.
    pub fn reserve(path: &Path) -> Result<Place, StoreError> {
        make_folder(path)?;
        Ok(Place { lock: Lock::take(path)?, path: path.to_path_buf() })
    }
}

/// The place of a database, held.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    lock: Lock,
}

impl Place {
    /// Puts the database at `new`, which must lie in the same folder and be closed, in this place.
    /// One that stood there is set aside under its name and `suffix`; answers where.
    ///
    /// # Errors
    /// When a file cannot be moved; what stood there before stands there still, or lies aside.
    pub fn put(self, new: &Path, suffix: &str) -> Result<Option<PathBuf>, StoreError> {
        let aside = self.set_aside(suffix)?;
        let failed = |error: &std::io::Error| sorted_io("put the database at", &self.path, error);
        fs::rename(new, &self.path).map_err(|error| failed(&error))?;
        sync_folder(&self.path).map_err(|error| failed(&error))?;
        drop(self.lock);
        Ok(aside)
    }

    fn set_aside(&self, suffix: &str) -> Result<Option<PathBuf>, StoreError> {
        if self.path.symlink_metadata().is_err() {
            return Ok(None);
        }
        // Brings the log home, so that one file is left. A damaged one is set aside with its log.
        if let Ok((old, _)) = look(&self.path) {
            let _ = old.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        let aside = beside(&self.path, suffix);
        for part in COMPANIONS.iter().copied().chain([""]) {
            let (from, to) = (beside(&self.path, part), beside(&aside, part));
            match fs::rename(&from, &to) {
                Err(error) if !part.is_empty() && error.kind() == std::io::ErrorKind::NotFound => {}
                done => done.map_err(|error| sorted_io("set aside", &from, &error))?,
            }
        }
        Ok(Some(aside))
    }
}

/// Before the first step of an upgrade: a copy as it was, beside it, under the number of its shape.
pub(super) fn before_upgrade(
    connection: &Connection,
    path: &Path,
    found: Found,
) -> Result<(), StoreError> {
    let Found::Ours(version) = found else { return Ok(()) };
    if version == 0 || version == schema::newest() {
        return Ok(());
    }
    let target = beside(path, &format!(".schema-{version}"));
    let unfinished = beside(path, ".schema-unfinished");
    let failed = |error: &std::io::Error| {
        sorted_io("keep a copy from before the upgrade at", &target, error)
    };
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&error)),
        _ => copy(connection, &unfinished)?,
    }
    fs::rename(&unfinished, &target).map_err(|error| failed(&error))?;
    sync_folder(&target).map_err(|error| failed(&error))
}

fn copy(original: &Connection, target: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(target)
        .map_err(|error| sorted_io("create the copy", target, &error))?;
    let written = write_copy(original, target).and_then(|()| {
        let whole = File::open(target).and_then(|file| file.sync_all());
        whole.map_err(|error| sorted_io("write the copy", target, &error))
    });
    if written.is_err() {
        // Half a copy helps nobody, and on a full disk it is in the way.
        let _ = fs::remove_file(target);
    }
    written
}

fn write_copy(original: &Connection, target: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| fault::sorted("write the copy", target, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(target, flags).map_err(failed)?;
    // All pages in one step: a daemon that writes meanwhile cannot start the copy over.
    Backup::new(original, &mut copy).and_then(|backup| backup.step(-1)).map_err(failed)?;
    // Without a log, so that the one file is all of it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(failed)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}
