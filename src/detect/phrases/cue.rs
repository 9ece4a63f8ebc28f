//! Cues: the first words by which a phrase that only rules ask for may begin.
//!
//! Of a hundred thousand rules a handful are in question for an item, so their words are not looked for;
//! it is enough to know which of them the item's words may begin. A cue is a path's state after its first
//! word, in whatever form, so that the walk that looks for names and terms comes by all cues. What has no
//! cue among an item's words is not in it.

use crate::detect::paths::{Form, START, begin, step};

/// A cue in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The cue.
    pub(crate) cue: u64,
    /// Words of which form.
    pub(crate) form: Form,
    /// The first token, and the last of those that were taken together for a first word.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// The cues of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    /// As they come.
    pub(crate) all: Vec<Call>,
    /// Those under which rules are filed, and others hardly ever: of the forms that are common to all texts.
    pub(crate) filed: Vec<u64>,
    /// Of the text's own language, if it is not English.
    pub(crate) filed_by_language: Vec<u64>,
}

impl Calls {
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.filed.clear();
        self.filed_by_language.clear();
    }
}

/// The cue of paths with this first word of so many characters.
pub(super) fn of_word(word: u64, chars: u32) -> u64 {
    begin(word, chars)
}

/// The cue of a phrase whose last word may go on, by its number among those that rules ask for: such
/// phrases are looked for by themselves.
pub(crate) fn of_prefix(phrase: u32) -> u64 {
    step(!START, u64::from(phrase))
}
