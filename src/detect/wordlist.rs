//! How a word list is read: one entry a line, `#` begins a comment.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use super::hash::hash;

/// Hashes of words. They are well spread already, so that nothing is hashed again.
pub(crate) type Words = HashSet<u64, AsIs>;

/// Takes a hash for what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        // Only whole hashes are written here; anything else would still be told apart.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl BuildHasher for AsIs {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

/// The entries of a list, comments and blank lines left out.
pub(crate) fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or("").trim())
        .filter(|line| !line.is_empty())
}

/// Words of a list of already folded words, several on a line.
pub(crate) fn folded_words(list: &'static str) -> Words {
    entries(list).flat_map(str::split_whitespace).map(hash).collect()
}
