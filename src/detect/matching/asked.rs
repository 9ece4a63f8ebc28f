//! Phrases that only rules ask for: their cues, and the phrases themselves once a rule is in question.
//!
//! Invariant: where a phrase stands in an item, one of its cues is among those of the item. So what has
//! no cue is not there; the rest is looked for, all at once, when somebody asks.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::detect::find::{Occ, find_called};
use crate::detect::phrases::Phrases;
use crate::detect::phrases::cue::Call;
use crate::detect::stem::Lang;
use crate::detect::text::Text;
use crate::detect::watchlist::Cue;

/// The cues of an item.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    /// As they come.
    pub(crate) all: Vec<Call>,
    /// A bit for each, of many; none where no rule asks for a phrase.
    bits: Vec<u64>,
}

impl Cues {
    /// Says that all are there.
    pub(super) fn fill(&mut self, asked: bool) {
        self.bits.clear();
        if asked {
            self.bits.resize(Cue::MARKS / 64, 0);
            for cue in &self.all {
                let mark = Cue::of(cue.cue).mark();
                self.bits[mark >> 6] |= 1 << (mark & 63);
            }
        }
    }

    /// Whether one of these may be among them.
    #[inline]
    pub(crate) fn may_have(&self, cues: &[Cue]) -> bool {
        let there = |cue: &Cue| {
            let mark = cue.mark();
            self.bits.get(mark >> 6).is_some_and(|bits| bits >> (mark & 63) & 1 == 1)
        };
        cues[0] == Cue::ANY || cues.iter().any(|cue| there(cue) && self.has(*cue))
    }

    #[cold]
    fn has(&self, cue: Cue) -> bool {
        self.all.iter().any(|one| Cue::of(one.cue) == cue)
    }
}

/// The phrases of an item that only rules ask for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// From this number on.
    pub(super) from: u32,
    /// Of the item.
    pub(super) cues: Cues,
    phrases: Option<Arc<Phrases>>,
    lang: Option<Lang>,
    found: OnceCell<Vec<Occ>>,
}

impl Asked {
    /// Of a text in this language.
    pub(super) fn of(phrases: &Phrases, cues: Cues, lang: Option<Lang>) -> Self {
        let (from, phrases) = (phrases.asked_from(), phrases.asked.clone());
        Self { from, cues, phrases, lang, found: OnceCell::new() }
    }

    /// The places of one of them in text order, numbered among them.
    pub(super) fn places(&self, text: &Text, phrase: u32) -> &[Occ] {
        let Some(phrases) = &self.phrases else { return &[] };
        if !phrases.cues_of(phrase).any(|cue| self.cues.all.iter().any(|call| call.cue == cue)) {
            return &[];
        }
        let found =
            self.found.get_or_init(|| find_called(phrases, text, self.lang, &self.cues.all));
        let from = found.partition_point(|occ| occ.phrase < phrase);
        let many = found[from..].partition_point(|occ| occ.phrase == phrase);
        &found[from..from + many]
    }
}
