//! Copying a database while others work on it, and putting one in place of another.
//!
//! Nothing is ever overwritten: what a restore replaces is set aside.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

use super::Sqlite;
use super::copy::{beside, copy, sync_folder};
use super::fault::sorted_io;
use super::lock::Lock;
use super::open::{look, make_folder};

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
