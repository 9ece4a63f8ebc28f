//! Phrases whose last word may go on. As elsewhere a hyphen in it is nothing.

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
    /// Its first bytes; zeros beyond its end.
    bytes: [u8; 4],
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
    /// Of the first two bytes of those that have fewer characters.
    short: Marks,
    /// Of the first four bytes of the others.
    four: Marks,
    /// Some have but one byte.
    byte: bool,
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
        self.byte |= beginning.len() < 2;
        self.lengths |= 1 << beginning.chars().count();
        let same = self.by_hash.entry(hash(beginning)).or_default();
        let mut bytes = [0; 4];
        bytes.iter_mut().zip(beginning.bytes()).for_each(|(byte, one)| *byte = one);
        same.push(Prefix { phrase, before, early: early(beginning), bytes });
    }

    /// Says that all are there.
    pub(super) fn fill_marks(&mut self) {
        self.all = Marks::of(self.by_hash.keys().copied());
        let all = || self.by_hash.values().flatten();
        let early = all().filter_map(|prefix| prefix.early);
        self.early = Marks::of(early.collect::<Vec<_>>().into_iter());
        let bytes = |few: bool| -> Vec<u64> {
            let some = all().filter(|prefix| prefix.early.is_none() == few);
            some.map(|prefix| if few { two(prefix.bytes) } else { four(prefix.bytes) }).collect()
        };
        self.short = Marks::of(bytes(true).into_iter());
        self.four = Marks::of(bytes(false).into_iter());
    }

    /// Whether a word may begin with one of these, by its first bytes: nearly none does.
    fn may_begin(&self, word: &[u8]) -> bool {
        let Some(bytes) = word.first_chunk::<4>() else { return true };
        self.byte || self.four.may_have(four(*bytes)) || self.short.may_have(two(*bytes))
    }

    /// Gives each phrase that ends in the token of this index, with its first token.
    pub(crate) fn each(&self, text: &Text, last: usize, mut found: impl FnMut(u32, usize)) {
        let token = &text.tokens[last];
        let word = text.word(token);
        if token.chars >= self.lengths.trailing_zeros() && self.may_begin(word.as_bytes()) {
            self.beginnings(word.chars(), 0, |prefix| {
                self.stands(text, prefix, last, last, &mut found);
            });
        }
        // `de-list` is delist.
        let parted = token.gap == Gap::Hyphen && token.joins();
        let Some(first) = last.checked_sub(1).filter(|_| parted) else { return };
        let before = &text.tokens[first];
        let begun = text.word(before);
        if before.chars as usize >= Self::LONGEST || !self.may_begin(begun.as_bytes()) {
            return;
        }
        let letters = begun.chars().chain(word.chars());
        self.beginnings(letters, before.chars as usize, |prefix| {
            self.stands(text, prefix, first, last, &mut found);
        });
    }

    /// Gives the phrases with which letters begin and that are longer than so many of these.
    fn beginnings<'p>(
        &'p self,
        letters: impl Iterator<Item = char>,
        longer: usize,
        mut each: impl FnMut(&'p Prefix),
    ) {
        let mut beginning = 0;
        for (n, one) in letters.take(Self::LONGEST).enumerate() {
            let many = n + 1;
            beginning = push(beginning, one);
            if many == Self::EARLY && !self.early.may_have(beginning) {
                break;
            }
            if many <= longer || self.lengths >> many & 1 == 0 || !self.all.may_have(beginning) {
                continue;
            }
            self.by_hash.get(&beginning).into_iter().flatten().for_each(&mut each);
        }
    }

    /// Tells of a phrase whose last word is the tokens from `word` to `last`, if the words before it stand there.
    fn stands(
        &self,
        text: &Text,
        prefix: &Prefix,
        word: usize,
        last: usize,
        found: &mut impl FnMut(u32, usize),
    ) {
        let Some(first) = word.checked_sub(prefix.before.len()) else { return };
        let before = &text.tokens[first..word];
        let unbroken = text.tokens[first + 1..=last].iter().all(|token| token.gap <= Gap::Quote);
        if unbroken && before.iter().map(|token| token.hash).eq(prefix.before.iter().copied()) {
            found(prefix.phrase, first);
        }
    }
}

/// The hash of a beginning's own beginning, if it has one.
fn early(beginning: &str) -> Option<u64> {
    let (end, _) = beginning.char_indices().nth(Prefixes::EARLY - 1)?;
    let last = beginning[end..].chars().next()?;
    Some(hash(&beginning[..end + last.len_utf8()]))
}

/// Four bytes, spread for [`Marks`].
fn four(bytes: [u8; 4]) -> u64 {
    u64::from(u32::from_le_bytes(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The first two of them alone.
fn two([one, other, ..]: [u8; 4]) -> u64 {
    four([one, other, 0, 0])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_go_on_from_any_beginning() {
        let text = Text::of_term("sanctions sanct abc ab a éclair ab 制裁 制裁令 zzzz");
        for (beginnings, expected) in [
            (&["sanct"][..], &[0, 1][..]),
            (&["san"], &[0, 1]),
            (&["a"], &[2, 3, 4, 6]),
            (&["ab", "zzzz"], &[2, 3, 6, 12]),
            (&["ec", "裁"], &[5, 8, 10]),
            (&["sanctionsx", "zz"], &[12]),
        ] {
            let mut prefixes = Prefixes::default();
            for (phrase, beginning) in (0..).zip(beginnings) {
                prefixes.add(beginning, Vec::new(), phrase);
            }
            prefixes.fill_marks();
            let mut found = Vec::new();
            for last in 0..text.tokens.len() {
                prefixes.each(&text, last, |_, first| found.push(first));
            }
            let words: Vec<&str> = text.tokens.iter().map(|token| text.word(token)).collect();
            assert_eq!(found, expected, "{beginnings:?} in {words:?}");
        }
    }
}
