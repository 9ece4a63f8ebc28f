//! Why a text matches, and why it does not.

use crate::model::{EntityKind, Hit, ItemText, Judgement, Named, Severity};

use super::{Origin, Watchlist};

/// One default or rule that looked at the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The rule's name; `None` for the defaults.
    pub rule: Option<String>,
    /// Whether it said yes.
    pub fired: bool,
    /// The severity it gives, if it fired and gives one.
    pub severity: Option<Severity>,
    /// Why, or why not, in words.
    pub words: String,
}

/// Something that nearly counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Company or topic.
    pub kind: EntityKind,
    /// Which one.
    pub named: Named,
    /// What was there and what was missing, in words.
    pub words: String,
}

/// All that is to be said of a text.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// The judgement, the same as [`super::judge`] gives: hits, held-back hits with their guard, reasons.
    pub judgement: Judgement,
    /// Hits of hidden topics, which only rules see.
    pub hidden: Vec<Hit>,
    /// Whether the text was read as a round-up, where company and topic must share a sentence.
    pub round_up: bool,
    /// Each default and rule that came into question, those that fired first.
    pub decisions: Vec<Decision>,
    /// What nearly counted.
    pub near: Vec<NearMiss>,
}

/// Explains what the watchlist makes of a text.
#[must_use]
pub fn explain(watchlist: &Watchlist, text: &ItemText, origin: Origin<'_>) -> Explanation {
    Explanation { judgement: super::judge(watchlist, text, origin), ..Explanation::default() }
}
