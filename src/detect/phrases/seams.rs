//! Where a text may put a space into a phrase.

use super::word::Word;
use crate::detect::paths::Divided;
use crate::detect::text::{Gap, Shape, Text, Token};

/// Where a text may put a space into a phrase: `Tik Tok` for TikTok, but not `Ali Baba` for Alibaba.
///
/// A term may be divided anywhere. A name only where it is divided as written in the watchlist, and
/// between a small letter and a capital (or before a capital that a small letter follows); then each
/// part in the text has a capital, for `we chat` is no WeChat. A hyphen is nothing everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seams {
    /// Bit n: after n characters. Further on than 31 characters anything goes.
    after: u32,
}

impl Seams {
    /// Bit 0, where no seam can be: some seams stand inside a word.
    const INSIDE: u32 = 1;
    /// Of a term.
    pub(super) const ANYWHERE: Self = Self { after: !Self::INSIDE };

    /// Of a name, as it is written.
    pub(super) fn of(text: &Text, term: &str) -> Self {
        let mut seams = Self { after: 0 };
        let mut before = 0;
        for token in &text.tokens {
            let word = &term[token.start as usize..token.end as usize];
            // Nearly all words have no capital but the first letter, and no seam then.
            if token.shape == Shape::Cjk || word.bytes().skip(1).all(|one| one.is_ascii_lowercase())
            {
                before += token.chars as usize;
                seams.put(before);
                continue;
            }
            let letters: Vec<char> = word.chars().collect();
            // Where folding changes the number of letters, their places are not known.
            for at in (1..letters.len()).filter(|_| letters.len() == token.chars as usize) {
                let next_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                if letters[at].is_uppercase() && (letters[at - 1].is_lowercase() || next_small) {
                    seams.after |= Self::INSIDE;
                    seams.put(before + at);
                }
            }
            before += token.chars as usize;
            seams.put(before);
        }
        seams
    }

    /// Whether some seams stand inside a word.
    pub(super) fn inside(self) -> bool {
        self.after & Self::INSIDE != 0
    }

    /// Whether a seam is after so many characters, or may be.
    fn at(self, after: u32) -> bool {
        after > 31 || self.after >> after & 1 == 1
    }

    /// Which words have a seam inside, or may have one. What a text divides at each seam of a name that
    /// has so many is found as it is written.
    pub(super) fn divided(self, words: &[Word], most: usize) -> Divided {
        let (mut divided, mut begin) = (0, 0);
        for (n, word) in words.iter().enumerate().take(64) {
            let end = begin + word.chars;
            divided |= u64::from((begin + 1..end.min(33)).any(|at| self.at(at)) || end > 32) << n;
            begin = end;
        }
        let first = divided & 1 == 1;
        // Further on anything goes, also in a word that was written with no seam at all.
        let long = words.first().is_some_and(|word| word.chars > 32);
        let places = u64::from(self.after) | !u64::from(u32::MAX);
        Divided {
            words: divided,
            first: places,
            in_two: first && (most > 2 || long),
            in_three: first && (most > 3 || long),
        }
    }

    fn put(&mut self, after: usize) {
        if after < 32 {
            self.after |= 1 << after;
        }
    }

    /// Whether these words, which together are the phrase, are divided at its seams.
    pub(crate) fn allow(self, tokens: &[Token]) -> bool {
        let mut before = 0;
        tokens.windows(2).all(|pair| {
            before += pair[0].chars;
            let here = before > 31 || self.after >> before & 1 == 1;
            pair[1].gap != Gap::Space || here
        }) && (self.after & Self::INSIDE == 0
            || tokens.iter().all(|token| token.shape != Shape::Lower))
    }
}
