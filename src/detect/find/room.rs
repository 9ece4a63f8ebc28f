//! What a walk has to remember.

use super::sieve::Sieve;
use crate::detect::paths::{Block, Bucket};
use crate::detect::phrases::Phrase;
use crate::detect::stem::Stem;
use crate::detect::text::Gap;

/// Room for what a walk has to remember.
#[derive(Default)]
pub(super) struct Room {
    /// Words, alone and together with the next ones, that a filter is to be asked about.
    pub(super) tries: Sieve<Try>,
    /// What the filter has where it would know these, in the same order.
    pub(super) blocks: Vec<Block>,
    /// Those of which the filter says anything.
    pub(super) looks: Sieve<(u32, Block)>,
    /// Those after which a phrase may end.
    pub(super) whole: Sieve<u32>,
    /// Those that may go on, and whether a text may divide the next word by a space.
    pub(super) onward: Sieve<(u32, bool)>,
    /// Which of the looks are cues of phrases that only rules ask for.
    pub(super) cues: Sieve<u32>,
    /// Those under which rules are.
    pub(super) filed: Sieve<u64>,
    /// Words that may be one with the next.
    pub(super) joins: Sieve<u32>,
    /// Whether the words may stand behind first ones; empty where that was not asked.
    pub(super) behind: Vec<bool>,
    /// Beginnings that may go on.
    pub(super) steps: Vec<Step>,
    pub(super) begun: Vec<Step>,
    /// Paths that may end.
    pub(super) ends: Vec<Step>,
    /// Where these would end, in the same order.
    pub(super) buckets: Vec<Bucket>,
    /// Phrases that do: which, and by which of these paths.
    pub(super) phrases: Sieve<(u32, u32)>,
    /// What is known of these, in the same order.
    pub(super) known: Vec<Phrase>,
    /// Stems of the form that is walked, by token.
    pub(super) stems: Vec<Stem>,
}

/// A state that may lead somewhere: from which beginning (of the first words, none), after the words
/// up to which last one.
#[derive(Clone, Copy, Default)]
pub(super) struct Try {
    pub(super) state: u64,
    pub(super) from: u32,
    pub(super) last: u32,
    /// Words were taken together for the last one.
    pub(super) joined: bool,
}

/// What a walk has come through.
#[derive(Clone, Copy)]
pub(super) struct So {
    /// The strongest gap between two words.
    pub(super) widest: Gap,
    /// Two words with a space between them were taken for one.
    pub(super) divided: bool,
}

impl So {
    pub(super) const NOTHING: Self = Self { widest: Gap::None, divided: false };

    /// After taking two words with this gap between them for one.
    pub(super) fn over(self, gap: Gap) -> Self {
        Self { divided: self.divided || gap == Gap::Space, ..self }
    }

    /// After crossing this gap between two words.
    pub(super) fn across(self, gap: Gap) -> Self {
        Self { widest: self.widest.max(gap), ..self }
    }
}

/// A state, and the words that led there.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) state: u64,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) so: So,
    /// A text may divide the next word by a space.
    pub(super) divides: bool,
}

/// The number of a token.
pub(super) fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
