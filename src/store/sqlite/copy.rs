//! Copies of an open database, whole and in one file.
//!
//! Only SQLite opens databases, here too. A copy needs no log beside it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

use super::fault::{self, sorted_io};
use super::schema::{self, Found};

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

/// Writes the database of a connection, as it is at one moment, to a new file of mode 0600.
pub(super) fn copy(original: &Connection, target: &Path) -> Result<(), StoreError> {
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

/// A file beside this one, under its name and a suffix.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a new name in the folder of `path` last.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}
