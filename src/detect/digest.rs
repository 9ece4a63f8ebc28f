//! Digests of the watchlist's own strings, for tables that live in one process.
//!
//! The watchlist is written by people who are trusted, so the digest is made for speed and not
//! against somebody who looks for collisions; where texts have a hand in what is looked up, it begins with
//! a number that nobody can foresee. Nothing here is stored or sent anywhere.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A hasher of strings, and what makes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

/// Odd, with bits well spread.
const ODD: u64 = 0x9fb2_1c65_1e98_df25;

/// Multiplies to twice the width and folds the halves, so that every bit has its say.
fn fold(a: u64, b: u64) -> u64 {
    let whole = u128::from(a) * u128::from(b);
    (whole as u64) ^ (whole >> 64) as u64
}

impl Digest {
    /// One that begins with this number: different ones give digests that share nothing.
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// One that begins otherwise each time.
    pub(crate) fn unforeseen() -> Self {
        Self::seeded(RandomState::new().hash_one(0))
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::seeded(0x2545_f491_4f6c_dd1d)
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let chunk = u64::from_le_bytes(chunk.try_into().expect("eight bytes are eight"));
            self.write_u64(chunk);
        }
        let rest = chunks.remainder().iter().rev();
        let rest = rest.fold(0, |all, byte| all << 8 | u64::from(*byte));
        self.write_u64(rest ^ (bytes.len() as u64) << 56);
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, ODD ^ self.0.rotate_left(32));
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        fold(self.0, ODD)
    }
}

impl BuildHasher for Digest {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}
