//! Which signs between its words a name is found through.
//!
//! `In China, mobile phone makers` names no China Mobile. A name holds the commas and brackets that it is written
//! with, and people set one more before a legal form only (`Alphabet, Inc.`, `Ericsson AB (publ)`) or around a word
//! inside it (`Huawei (Beijing) Technologies`).

use crate::detect::legal;
use crate::detect::text::{CLOSE, COLON, Gap, OPEN, SEMICOLON, Shape, Text, Token};

/// Which signs between its words a name is found through; of terms and tickers, which say it otherwise, any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Crossings {
    /// Bit 0: a name. The others: where it is written with a sign, by the characters before.
    written: u32,
}

impl Crossings {
    /// Bit 0.
    const NAME: u32 = 1;
    /// Of a term or a ticker.
    pub(super) const ANY: Self = Self { written: 0 };

    /// Of a name as it is written.
    pub(super) fn of(text: &Text) -> Self {
        let mut written = Self::NAME;
        let mut before = 0;
        for pair in text.tokens.windows(2) {
            before += pair[0].chars;
            if pair[1].gap > Gap::Space {
                written |= place(before);
            }
        }
        Self { written }
    }

    /// Whether these words, which together are the phrase, are parted by nothing else.
    pub(crate) fn allow(self, tokens: &[Token]) -> bool {
        if self.written & Self::NAME == 0 {
            return true;
        }
        let mut before = 0;
        // A bracket that is open.
        let mut open = false;
        (1..tokens.len()).all(|at| {
            let [one, next] = [&tokens[at - 1], &tokens[at]];
            before += one.chars;
            let opens = next.marks & OPEN != 0;
            let closes = one.marks & CLOSE != 0;
            let within = open;
            open = open && !closes || opens;
            if next.gap <= Gap::Space || self.written & place(before) != 0 {
                return true;
            }
            if next.gap >= Gap::Comma {
                return next.gap == Gap::Comma
                    && next.marks & (COLON | SEMICOLON | OPEN) == 0
                    && (next.shape != Shape::Lower || tokens[0].shape == Shape::Lower)
                    && legal::behind_a_comma(next);
            }
            if one.shape == Shape::Cjk && next.shape == Shape::Cjk {
                return legal::begins(next) || closes && within;
            }
            let inside =
                || tokens[at..tokens.len() - 1].iter().any(|token| token.marks & CLOSE != 0);
            match (opens, closes) {
                (true, _) => legal::begins(next) || inside(),
                (false, true) => within,
                (false, false) => true,
            }
        })
    }
}

/// The bit of a place with so many characters before. Of the same words places are the same however they are divided,
/// and two of one name hardly ever share a bit.
fn place(before: u32) -> u32 {
    1 << (1 + before % 31)
}
