//! Backups: one file with the database, the files that people edit, and a list of both with hashes.
//!
//! A gzipped tar, so that any system can open it: `manifest.json`, `config/…`, `state.db`. Secrets
//! are not in it: a password file stays where it is, and the manifest says what was left out.

mod manifest;
mod pack;
mod unpack;

pub use manifest::{LeftOut, Manifest, Part};
pub use pack::{Written, gather, pack};
pub use unpack::{Config, Unpacked, read_config, unpack};

use std::io;
use std::path::PathBuf;

/// Why a backup could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The system refused.
    #[error("{what}: {error}")]
    Io {
        /// What was attempted, on which file.
        what: String,
        /// What the system said.
        error: io::Error,
    },
    /// It is no backup of ours, or damaged.
    #[error("{} is no whole backup: {why}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl BackupError {
    fn io(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        let what = what.to_string();
        move |error| Self::Io { what, error }
    }
}
