//! A search as a tree, and what stands in its leaves.

use std::ops::Range;

/// What a rule asks of the item beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    /// A company by id, or any.
    Company(Option<String>),
    /// A company of this group, or of any.
    Group(Option<String>),
    /// A topic by id, or any.
    Topic(Option<String>),
    /// The source of this id, or any.
    Source(Option<String>),
    /// An official source.
    Official,
    /// Talk without an act.
    Talk,
}

/// A word or phrase as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The words, without quotes and asterisk.
    pub(crate) text: String,
    /// Taken as they are.
    pub(crate) quoted: bool,
    /// The last word may go on.
    pub(crate) prefix: bool,
    /// Where they stand in the search.
    pub(crate) span: Range<usize>,
}

/// Where something must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// In the title.
    Title,
    /// Where a sentence, or a piece of a headline, begins.
    Opening,
    /// In the title or in the first sentence of a field below it, where news says what happened.
    Lead,
}

/// A search as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    /// A word or phrase.
    Words(Words),
    /// All of these.
    And(Vec<Expr>),
    /// One of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// Both within so many words, in one sentence.
    Near(u32, Box<Expr>, Box<Expr>),
    /// In this part of the item only.
    In(Part, Box<Expr>),
    /// In one sentence, whichever, or in two where the second refers back to the first; only rules ask so.
    Sentence(Box<Expr>),
    /// What only rules ask.
    Atom(Atom, Range<usize>),
}
