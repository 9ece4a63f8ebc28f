//! Phrases whose last word may go on.

use std::collections::HashMap;

use crate::detect::hash::{hash, push};
use crate::detect::text::{Gap, Text};

/// A phrase whose last word may go on.
#[derive(Clone, Debug)]
struct Prefix {
    phrase: u32,
    /// The words before the last one.
    before: Vec<u64>,
    /// The hash of its first few characters, if it has as many.
    early: Option<u64>,
}

/// Phrases by the hash of their last word's beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefixes {
    /// Bit n: some prefix has n characters (the last bit: that many or more).
    lengths: u64,
    by_hash: HashMap<u64, Vec<Prefix>>,
    /// Of all beginnings.
    all: Marks,
    /// Of the first [`EARLY`](Self::EARLY) characters of those that have as many.
    early: Marks,
}

impl Prefixes {
    /// The longest beginning that is looked at.
    pub(super) const LONGEST: usize = 63;
    /// After so many characters nearly all words are known to begin with no prefix.
    const EARLY: usize = 4;

    pub(crate) fn is_empty(&self) -> bool {
        self.lengths == 0
    }

    /// Adds a phrase whose last word begins so.
    pub(super) fn add(&mut self, beginning: &str, before: Vec<u64>, phrase: u32) {
        self.lengths |= 1 << beginning.chars().count();
        let same = self.by_hash.entry(hash(beginning)).or_default();
        same.push(Prefix { phrase, before, early: early(beginning) });
    }

    /// Says that all are there.
    pub(super) fn fill_marks(&mut self) {
        self.all = Marks::of(self.by_hash.keys().copied());
        let early = self.by_hash.values().flatten().filter_map(|prefix| prefix.early);
        self.early = Marks::of(early.collect::<Vec<_>>().into_iter());
    }

    /// Gives each phrase that ends in the token of this index, with its first token.
    pub(crate) fn each(&self, text: &Text, last: usize, mut found: impl FnMut(u32, usize)) {
        let mut beginning = 0;
        let word = text.word(&text.tokens[last]);
        for (n, one) in word.chars().take(Self::LONGEST).enumerate() {
            let many = n + 1;
            beginning = push(beginning, one);
            if many == Self::EARLY && !self.early.may_have(beginning) {
                break;
            }
            if self.lengths >> many & 1 == 0 || !self.all.may_have(beginning) {
                continue;
            }
            for prefix in self.by_hash.get(&beginning).into_iter().flatten() {
                let Some(first) = last.checked_sub(prefix.before.len()) else { continue };
                let before = &text.tokens[first..last];
                let unbroken =
                    text.tokens[first + 1..=last].iter().all(|token| token.gap <= Gap::Quote);
                if unbroken
                    && before.iter().map(|token| token.hash).eq(prefix.before.iter().copied())
                {
                    found(prefix.phrase, first);
                }
            }
        }
    }
}

/// The hash of a beginning's own beginning, if it has one.
fn early(beginning: &str) -> Option<u64> {
    let (end, _) = beginning.char_indices().nth(Prefixes::EARLY - 1)?;
    let last = beginning[end..].chars().next()?;
    Some(hash(&beginning[..end + last.len_utf8()]))
}

/// Sixteen bits for each hash, of which one is set.
#[derive(Clone, Debug, Default)]
struct Marks(Vec<u64>);

impl Marks {
    fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut marks = Self(vec![0; hashes.len().div_ceil(4).max(1)]);
        for hash in hashes {
            let (word, bit) = marks.bit(hash);
            marks.0[word] |= bit;
        }
        marks
    }

    /// Where a hash has its bit.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let bits = 64 * self.0.len() as u64;
        let bit = ((u128::from(hash) * u128::from(bits)) >> 64) as u64;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.bit(hash);
        self.0[word] & bit != 0
    }
}
