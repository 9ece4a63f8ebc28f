//! The lock beside the database: `DB.lock`, held by one process and naming it.
//!
//! It is a lock of its own file, because opening and closing the database other than through SQLite
//! would drop SQLite's own locks. The kernel frees it when the process ends, however it ends.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::StoreError;

use super::copy::beside;
use super::fault::{self, sorted_io};

/// A held lock. Dropping it lets go; the file stays, so that nobody locks a name that is gone.
#[derive(Debug)]
pub(super) struct Lock {
    file: Mutex<File>,
}

/// A program that is just being started has the file open until it runs, and would keep the lock: closing
/// is not enough.
impl Drop for Lock {
    fn drop(&mut self) {
        // It cannot fail on a lock that is held; and the kernel frees it at the latest with the process.
        let _ = self.file().unlock();
    }
}

impl Lock {
    /// Takes the lock of the database at `path`, or says who holds it.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        locked(path).map(|file| Self { file: Mutex::new(file) })
    }

    /// Makes sure that the lock of the database at `path` is still the one that is held: whoever deletes the file
    /// lets others lock a new one. Then takes the new one, or says who holds it.
    pub(super) fn keep(&self, path: &Path) -> Result<(), StoreError> {
        let beside = beside(path, ".lock");
        let mut file = self.file();
        let held = file.metadata();
        let held = held.map_err(|error| sorted_io("look at the lock file", &beside, &error))?;
        let same = |there: Metadata| (there.dev(), there.ino()) == (held.dev(), held.ino());
        if !std::fs::metadata(&beside).is_ok_and(same) {
            *file = locked(path)?;
        }
        Ok(())
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock file of the database at `path`, made where there is none, locked and naming us.
fn locked(path: &Path) -> Result<File, StoreError> {
    let beside = beside(path, ".lock");
    let failed = |error: &io::Error| sorted_io("create the lock file", &beside, error);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&beside)
        .map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Held {
                what: fault::attempt("work", path),
                pid: written(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    name_holder(&mut file).map_err(|error| failed(&error))?;
    Ok(file)
}

fn written(file: &mut File) -> u32 {
    let mut text = String::new();
    // A holder that could not write its number is a holder all the same.
    let _ = file.read_to_string(&mut text);
    text.trim().parse().unwrap_or(0)
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_let_go_is_free_though_a_started_program_has_the_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let lock = Lock::take(&path).unwrap();
        let opened = lock.file().try_clone().expect("an open file takes another descriptor");
        assert!(matches!(Lock::take(&path), Err(StoreError::Held { .. })));
        drop(lock);
        drop(Lock::take(&path).unwrap());
        drop(opened);
    }
}
