//! Room on the disk of the state: the floor that we do not go below, and a reserve for the worst day.
//!
//! Below `[keep] free_space` nothing is polled, so that it is not us who fill the disk up; what was read
//! is still judged and mailed. Where others fill it up altogether, a reserve that was laid by is given
//! back to the file system: enough for the database to fold its log in, to tell the operator, and to
//! note what became of the mails under way.
//!
//! Also what only the file system knows of a file that is written anew: room for it, and its attributes.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{FallocateFlags, XattrFlags};
use rustix::io::Errno;

use crate::config::settings::{Settings, Storage};
use crate::model::Timestamp;

/// The reserve: as much as the database's log holds before it is folded in …
const RESERVE: u64 = 16 * 1024 * 1024;
/// … but no more than this part of the floor.
const OF_THE_FLOOR: u64 = 8;

/// The disk has less room than it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Since when.
    pub since: Timestamp,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that should be.
    pub floor: u64,
}

impl Shortage {
    /// Why nothing is polled, as the middle of a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        let mb = |bytes: u64| bytes / 1_000_000;
        format!(
            "the disk of the service is nearly full ({} MB free, {} MB wanted)",
            mb(self.free),
            mb(self.floor)
        )
    }
}

/// The disk of one database.
#[derive(Debug)]
pub struct Room {
    folder: PathBuf,
    floor: u64,
    reserve: PathBuf,
    shortage: Mutex<Option<Shortage>>,
}

impl Room {
    /// The disk that the settings name, and how much of it stays free.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let Storage::Sqlite(database) = &settings.storage;
        Self::beside(database, settings.keep.free_space.value)
    }

    fn beside(database: &Path, floor: u64) -> Self {
        let folder = database.parent().unwrap_or(Path::new(".")).to_path_buf();
        Self { folder, floor, reserve: reserve_of(database), shortage: Mutex::default() }
    }

    /// The folder of the database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks how much room there is: nothing may be collected while there is a shortage. Lays the
    /// reserve by while there is enough, and gives it back when there is next to none.
    pub fn look(&self, now: Timestamp) -> Option<Shortage> {
        // A system that will not say has as much as anybody knows.
        let free = free_space(&self.folder).unwrap_or(u64::MAX);
        self.judge(free, now)
    }

    fn judge(&self, free: u64, now: Timestamp) -> Option<Shortage> {
        let size = self.reserve_size();
        let mut shortage = self.lock();
        // What ends a shortage is more than what begins one, so that the reserve does not make the
        // next.
        let wanted = self.floor + if shortage.is_some() { size } else { 0 };
        if free >= wanted {
            *shortage = None;
            if free >= self.floor + size {
                self.lay_by(size);
            }
        } else {
            if free < size {
                give_back(&self.reserve);
            }
            let since = shortage.as_ref().map_or(now, |one| one.since);
            *shortage = Some(Shortage { since, free, floor: self.floor });
        }
        shortage.clone()
    }

    fn reserve_size(&self) -> u64 {
        RESERVE.min(self.floor / OF_THE_FLOOR)
    }

    /// Without a reserve the service works as well: what cannot be laid by is said and left.
    fn lay_by(&self, size: u64) {
        if size == 0 || fs::metadata(&self.reserve).is_ok() {
            return;
        }
        if let Err(error) = allocate(&self.reserve, size) {
            tracing::debug!(%error, "no reserve could be laid by beside the database: {error}");
            give_back(&self.reserve);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Shortage>> {
        // It is replaced whole: a panic elsewhere leaves nothing half-written.
        self.shortage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes way for opening a database on a disk that has no room left, by giving back its reserve.
pub fn make_way(database: &Path) {
    let reserve = reserve_of(database);
    let Ok(held) = fs::metadata(&reserve) else { return };
    let folder = database.parent().unwrap_or(Path::new("."));
    if free_space(folder).is_ok_and(|free| free < held.len()) {
        give_back(&reserve);
    }
}

fn reserve_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".reserve");
    PathBuf::from(name)
}

fn allocate(path: &Path, size: u64) -> io::Result<()> {
    let file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, size)?;
    Ok(())
}

fn give_back(path: &Path) {
    match fs::remove_file(path) {
        Ok(()) => tracing::warn!("{} was given back: the disk has no room left", path.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "{} could not be given back", path.display()),
    }
}

/// Bytes that the service's user may still write on the file system of `path`.
///
/// # Errors
/// When the system does not know the path or will not say.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let room = rustix::fs::statvfs(path)?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

/// Bytes of a list of attributes, or of one of them: Linux allows no more (xattr(7)).
const LONGEST_ATTRIBUTE: usize = 65_536;

/// Makes sure of room for so many bytes in a file, before what stands in it is touched.
///
/// # Errors
/// When there is none.
pub fn make_room(file: &File, bytes: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes.max(1)) {
        // Not every file system can say.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Gives a file the extended attributes of another, in which access lists and labels lie.
///
/// # Errors
/// Permission denied, when one cannot be carried over.
pub fn carry_attributes(from: &File, to: &File) -> io::Result<()> {
    let mut names = vec![0; LONGEST_ATTRIBUTE];
    let Ok(length) = rustix::fs::flistxattr(from, &mut names[..]) else {
        // A file system without any.
        return Ok(());
    };
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let carried = attribute(from, name).and_then(|was| {
            if attribute(to, name).is_ok_and(|is| is == was) {
                return Ok(());
            }
            rustix::fs::fsetxattr(to, name, &was, XattrFlags::empty())
        });
        carried.map_err(|_| io::Error::from(io::ErrorKind::PermissionDenied))?;
    }
    Ok(())
}

fn attribute(file: &File, name: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut value = vec![0; LONGEST_ATTRIBUTE];
    let length = rustix::fs::fgetxattr(file, name, &mut value[..])?;
    value.truncate(length);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    #[test]
    fn a_folder_has_room_and_a_missing_one_is_an_error() {
        assert!(free_space(&std::env::temp_dir()).unwrap() > 0);
        assert!(free_space(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn a_shortage_begins_at_the_floor_and_ends_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::beside(&folder.path().join("state.db"), 8 * MB);
        let at = |second: i64| Timestamp::from_millis(second * 1000);
        let reserve = || folder.path().join("state.db.reserve").exists();
        assert_eq!(room.judge(8 * MB, at(0)), None);
        assert!(!reserve(), "laying it by would make a shortage");
        assert_eq!(room.judge(9 * MB, at(1)), None);
        assert!(reserve());
        let short = room.judge(8 * MB - 1, at(2)).unwrap();
        assert_eq!((short.since, short.free, short.floor), (at(2), 8 * MB - 1, 8 * MB));
        assert_eq!(room.judge(2 * MB, at(3)).unwrap().since, at(2), "the same shortage");
        assert!(reserve(), "there is room enough for what must be written");
        assert!(room.judge(MB - 1, at(4)).is_some());
        assert!(!reserve(), "others need it now");
        assert!(room.judge(8 * MB + 1, at(5)).is_some(), "not yet: the reserve would be next");
        assert_eq!(room.judge(9 * MB, at(6)), None);
        assert!(reserve());
    }
}
