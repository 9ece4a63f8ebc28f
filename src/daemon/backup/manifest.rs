//! What is in a backup: names, sizes and hashes, and how far the record went.

use std::io::{self, Read};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Timestamp;
use crate::model::record::Head;

/// The form of the file. A program reads its own and all earlier ones.
pub(super) const FORMAT: u32 = 1;

/// The list itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file.
    pub format: u32,
    /// The program that wrote it.
    pub program: String,
    /// When.
    pub made: Timestamp,
    /// The folder that the files are from.
    pub folder: String,
    /// Where the database lay.
    pub storage: String,
    /// The end of the record in it; none before anything was recorded, or when the database is of an
    /// older version than the program.
    pub head: Option<(u64, String)>,
    /// The database.
    pub database: Part,
    /// The files, by name below the folder.
    pub config: Vec<Part>,
    /// What the files name and the backup does not hold.
    pub left_out: Vec<LeftOut>,
}

impl Manifest {
    /// The end of the record.
    #[must_use]
    pub fn record_head(&self) -> Option<Head> {
        self.head.clone().map(|(number, hash)| Head { number, hash })
    }
}

/// A part of the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl Part {
    /// Describes what a reader gives.
    pub(super) fn of(name: impl Into<String>, content: &mut impl Read) -> io::Result<Self> {
        let mut hash = Hashing::new(content);
        io::copy(&mut hash, &mut io::sink())?;
        Ok(hash.part(name))
    }
}

/// A file that stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The key that names it.
    pub key: String,
    /// The file.
    pub path: String,
}

/// Counts and hashes what passes through.
pub(super) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    size: u64,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), size: 0 }
    }

    pub(super) fn part(self, name: impl Into<String>) -> Part {
        let sha256 = HEXLOWER.encode(&self.hash.finalize());
        Part { name: name.into(), size: self.size, sha256 }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}
