//! Signs that are part of a name: "&" between its words, and a possessive ending.
//!
//! Words are divided without them, and a term is found without them (`R&D` in `R D`). A name is not: `H&M` is no HM,
//! and `Moody's` is not moody.

use crate::detect::text::{AND, OWNER, Text, Token};

/// Which of these a name has, so that a text must have them, and whether it takes a genitive `s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs(u8);

impl Signs {
    /// A genitive `s` in a German text: `Huaweis`.
    const GENITIVE: u8 = 1;
    /// "&" or "+" between two of its words.
    const AND: u8 = 2;
    /// A possessive ending of its last word.
    const OWNER: u8 = 4;
    /// A possessive ending of a word before the last.
    const OWNER_BEFORE: u8 = 8;

    /// Of a name as it is written.
    pub(super) fn of(text: &Text, takes_s: bool) -> Self {
        let Some((last, before)) = text.tokens.split_last() else { return Self::default() };
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        Self(
            bit(takes_s, Self::GENITIVE)
                | bit(any(&text.tokens[1..], AND), Self::AND)
                | bit(any(std::slice::from_ref(last), OWNER), Self::OWNER)
                | bit(any(before, OWNER), Self::OWNER_BEFORE),
        )
    }

    /// Whether it takes a genitive `s` in a German text.
    pub(crate) fn genitive(self) -> bool {
        self.0 & Self::GENITIVE != 0
    }

    /// Whether a text must have any.
    pub(super) fn any(self) -> bool {
        self.0 & !Self::GENITIVE != 0
    }

    /// Whether these words have them.
    pub(crate) fn allow(self, tokens: &[Token]) -> bool {
        let Some((last, before)) = tokens.split_last().filter(|_| self.any()) else { return true };
        let has = |bit: u8, there: bool| self.0 & bit == 0 || there;
        has(Self::AND, any(&tokens[1..], AND))
            && has(Self::OWNER, any(std::slice::from_ref(last), OWNER))
            && has(Self::OWNER_BEFORE, any(before, OWNER))
    }
}

fn any(tokens: &[Token], mark: u16) -> bool {
    tokens.iter().any(|token| token.marks & mark != 0)
}
