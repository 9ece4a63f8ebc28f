//! How a term is read, and what its words must look like in a text.

use crate::detect::lexicon;
use crate::detect::text::{Gap, Shape, Text, Token};

/// What the words found must look like, beside their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Need {
    /// Nothing more.
    Free,
    /// Capitals, for the term is written in capitals; `everyday` when its small form is a common
    /// word, which capitals throughout a text do not make a name.
    Caps { everyday: bool },
    /// The same, but for short words between the first and the last: `H and M`.
    CapsBut,
    /// An exchange and a symbol in capitals: `NYSE: BABA`; `easy` when the symbol may mean anything else, so that more
    /// must show that it is one.
    Exchange { easy: bool },
    /// A symbol, a dot and a suffix, in capitals: `9988.HK`.
    Symbol(Suffixed),
    /// In capitals with a dollar sign before: `$BABA`.
    Dollar,
    /// In capitals and alone in brackets, or behind what announces a symbol: `(BABA)`, `ticker: BABA`.
    Bracket,
    /// In capitals behind other symbols of this exchange, by number, or behind or before what says that it is one of
    /// its symbols: `BRK.B` in `(NYSE: BRK.A, BRK.B)`, `BABA` in `NYSE ticker: BABA`.
    Listed { exchange: u8, easy: bool },
    /// Behind what announces a symbol of this exchange, by number, and with it: `股份代号：700`.
    Announced(u8),
    /// In capitals, and a class between: `BRK Class B`.
    Class,
}

impl Need {
    /// Whether it is a symbol that is asked for, with an exchange or alone.
    pub(super) fn is_ticker(self) -> bool {
        !matches!(self, Self::Free | Self::Caps { .. } | Self::CapsBut)
    }
}

/// What may stand between a symbol and its suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Suffixed {
    /// A dot or a hyphen.
    Dot,
    /// A dot, for the symbol may mean anything else.
    EasyDot,
    /// A dot, a hyphen, or a space as on terminals: `9988 HK`.
    Space,
    /// A dot, or in brackets a space: `(700 HK)`.
    EasySpace,
}

/// How a phrase is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    /// A name: as it is, and through a comma before a legal form.
    Name(Need),
    /// With its inflections, unless it has capitals.
    Inflected,
    /// As it is.
    Exact,
    /// As it is, in capitals or not.
    AnyCase,
    /// As it is, and the last word may go on.
    Prefix,
}

/// What the words of a term must look like, as it is read.
pub(super) fn need(text: &Text, reading: Reading) -> Need {
    match reading {
        Reading::Name(need) if need != Need::Free => need,
        Reading::Name(_) => Need::Free,
        Reading::Prefix | Reading::AnyCase => Need::Free,
        Reading::Inflected | Reading::Exact => capitals(text),
    }
}

/// Names of four letters and more; a symbol takes no `s`.
pub(super) fn takes_s(text: &Text, need: Need) -> bool {
    matches!(need, Need::Free | Need::Caps { .. })
        && text.tokens.iter().map(|token| token.chars).sum::<u32>() >= 4
        && text.tokens.last().is_some_and(|last| !matches!(last.shape, Shape::Cjk | Shape::Digit))
}

/// The demand of a term in capitals, if it is one.
pub(crate) fn capitals(text: &Text) -> Need {
    if !in_capitals(text) {
        return Need::Free;
    }
    let common = |token: &Token| lexicon::common().contains(&token.hash);
    Need::Caps { everyday: text.tokens.iter().all(common) }
}

/// Every word in capitals or digits, at least one in capitals.
pub(super) fn in_capitals(text: &Text) -> bool {
    text.tokens.iter().all(|token| matches!(token.shape, Shape::Caps | Shape::Digit))
        && text.tokens.iter().any(|token| token.shape == Shape::Caps && !has_digit(text, token))
}

/// `1260H` and `G7` are no words of which one could say that they are in capitals on purpose.
fn has_digit(text: &Text, token: &Token) -> bool {
    text.word(token).bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether any word has a capital.
pub(crate) fn has_capitals(text: &Text) -> bool {
    text.tokens
        .iter()
        .any(|token| matches!(token.shape, Shape::Caps | Shape::Capital) || mixed(text, token))
}

/// A word with a capital inside, as in `iPhone`.
fn mixed(text: &Text, token: &Token) -> bool {
    token.shape == Shape::Lower && token.cased != token.hash && !text.word(token).is_empty()
}

/// The strongest gap that a term may cross: its own, or what its reading allows.
pub(super) fn loosest(text: &Text, reading: Reading) -> Gap {
    let own = text.tokens.iter().skip(1).map(|token| token.gap).max().unwrap_or(Gap::None);
    let most = match reading {
        Reading::Name(Need::Symbol(_)) => Gap::Inner,
        Reading::Name(_) => Gap::Comma,
        _ => Gap::Quote,
    };
    own.max(most)
}
