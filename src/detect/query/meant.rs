//! A slip in a search, and what was meant.

use std::ops::Range;

/// What was most likely meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An operator that is not written in capitals.
    Case,
    /// `NEAR/n`, without its slash or as another program writes it: within how many words.
    Distance(String),
    /// This operator, by another program's sign.
    Sign(&'static str),
    /// An operator, inside quotes: the phrases apart, with the operator between them.
    Quoted(String),
    /// A scope, and which one it may be.
    Scope(Option<&'static str>),
    /// `official`, misspelt.
    Official,
    /// An asterisk inside quotes: what to write without them.
    Starred(Option<String>),
    /// A sign for any letter.
    AnyLetter,
    /// A sign for words that are alike; the word without it.
    Alike(String),
    /// A list that is read as one phrase: its parts, joined by OR.
    Listed(String),
    /// Brackets around what AND binds, beside an OR: how it is read.
    Mixed(Option<String>),
}

/// A word that is searched as it is written and was hardly meant so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) kind: Kind,
    /// As written.
    pub(crate) word: String,
    /// The bare words among which it stands, it included; of a long run nothing.
    pub(crate) run: String,
    /// Where, in the search.
    pub(crate) span: Range<usize>,
}
