//! The `file` transport: letters go into a Maildir, whole or not at all.
//!
//! A letter is written to `tmp/`, synced, and renamed into `new/`; the rename is synced too before
//! the letter counts as delivered. The bytes are those that a server would have got.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::attempt::{Attempt, Fault, Outcome, Stage};

/// A Maildir to which this process delivers.
#[derive(Debug)]
pub(super) struct Maildir {
    path: PathBuf,
    /// Tells this process's names from those of another one with the same id.
    run: u64,
    delivered: AtomicU64,
}

impl Maildir {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, run: RandomState::new().build_hasher().finish(), delivered: AtomicU64::new(0) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Delivers one letter. Blocks on the disk.
    pub(super) fn deliver(&self, message: &[u8]) -> Attempt {
        let (outcome, reply) = match self.write(message) {
            Ok(at) => (Outcome::Accepted, format!("written to {}", at.display())),
            Err(error) => {
                (for_error(&error), format!("writing into {}: {error}", self.path.display()))
            }
        };
        Attempt { outcome, stage: Stage::Folder, reply }
    }

    /// Whether a letter could be written: a file without a name, below the nearest folder that is there.
    pub(super) fn try_out(&self) -> Attempt {
        let there = self.path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        let (outcome, reply) = match tempfile::tempfile_in(there) {
            Ok(_) => (Outcome::Accepted, "letters can be written".to_owned()),
            Err(error) => (for_error(&error), format!("writing into {}: {error}", there.display())),
        };
        Attempt { outcome, stage: Stage::Folder, reply }
    }

    fn write(&self, message: &[u8]) -> io::Result<PathBuf> {
        for folder in ["tmp", "new", "cur"] {
            DirBuilder::new().recursive(true).mode(0o700).create(self.path.join(folder))?;
        }
        let n = self.delivered.fetch_add(1, Ordering::Relaxed);
        let unique = format!("P{}Q{n}R{:016x}.watchlistd", std::process::id(), self.run);
        let draft = self.path.join("tmp").join(&unique);
        let written = write_synced(&draft, message).and_then(|stamp| {
            let place = self.path.join("new").join(format!("{stamp}{unique}"));
            fs::rename(&draft, &place)?;
            File::open(self.path.join("new"))?.sync_all()?;
            Ok(place)
        });
        if written.is_err() {
            // Best effort: a leftover in tmp/ is never read, and the error that counts is known.
            let _ = fs::remove_file(&draft);
        }
        written
    }
}

/// Writes a new file that only its owner may read, and answers the time that the disk gave it:
/// names in a Maildir begin with it, so that a listing is in order.
fn write_synced(path: &Path, message: &[u8]) -> io::Result<String> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(message)?;
    file.sync_all()?;
    let data = file.metadata()?;
    Ok(format!("{}.M{:06}", data.mtime(), data.mtime_nsec() / 1_000))
}

/// Room may come back; a folder that is none of ours does not become ours by waiting.
fn for_error(error: &io::Error) -> Outcome {
    match error.kind() {
        ErrorKind::PermissionDenied
        | ErrorKind::NotADirectory
        | ErrorKind::AlreadyExists
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::InvalidInput
        | ErrorKind::InvalidFilename => Outcome::ConfigFault(Fault::Folder),
        _ => Outcome::TryLater,
    }
}
