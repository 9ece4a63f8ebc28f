//! Phrases that only rules ask for: their cues, and the phrases themselves once a rule is in question.
//!
//! Invariant: where a phrase stands in an item, one of its cues is among those of the item. So what has
//! no cue is not there; the rest is looked for, all at once, when somebody asks.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::detect::find::{Occ, find_called};
use crate::detect::phrases::Phrases;
use crate::detect::phrases::cue::Calls;
use crate::detect::stem::Lang;
use crate::detect::text::Text;
use crate::detect::watchlist::{Cue, Marks, Needs, OneOf};

/// The cues of an item.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    /// As they come.
    pub(crate) calls: Calls,
    /// A bit for each, of many, and for each phrase that is looked for in every item; none where no rule
    /// asks for a phrase.
    bits: Option<Box<[u64; Cue::MARKS / 64]>>,
    /// Words are looked for by stems that are no English ones, too.
    by_language: bool,
}

impl Cues {
    /// Marks all, and the phrases that were found.
    pub(super) fn fill(&mut self, asked: bool, found: &[Occ], lang: Option<Lang>) {
        self.by_language = lang.is_some_and(|lang| lang != Lang::En);
        if asked {
            let bits = self.bits.get_or_insert_with(|| Box::new([0; Cue::MARKS / 64]));
            bits.fill(0);
            let cues = self.calls.all.iter().map(|call| Cue::of(call.cue));
            let phrases = found.iter().map(|occ| Cue::of_phrase(occ.phrase));
            for mark in cues.chain(phrases).chain([Cue::ANY]).map(Cue::mark) {
                bits[mark >> 6] |= 1 << (mark & 63);
            }
        } else {
            self.bits = None;
        }
    }

    /// Whether one of these is marked as being among them, of cues in the forms that are common to all texts;
    /// where words are looked for in other forms, too, it cannot be told.
    #[inline]
    pub(crate) fn may_mark(&self, cues: Marks) -> bool {
        self.by_language | self.marks(cues)
    }

    #[inline]
    fn marks<const MANY: usize>(&self, cues: OneOf<MANY>) -> bool {
        cues.any(|cue| {
            let mark = cue.mark();
            self.bits.as_ref().is_some_and(|bits| bits[mark >> 6] >> (mark & 63) & 1 == 1)
        })
    }

    /// Whether one of these may be among them.
    #[inline]
    pub(crate) fn may_have(&self, cues: Needs) -> bool {
        cues == Needs::ANY || (self.marks(cues) && self.has(cues))
    }

    #[cold]
    fn has(&self, cues: Needs) -> bool {
        self.calls.all.iter().any(|one| cues.any(|cue| Cue::of(one.cue) == cue))
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
        if !phrases
            .cues_of(phrase)
            .any(|(_, cue)| self.cues.calls.all.iter().any(|call| call.cue == cue))
        {
            return &[];
        }
        let found =
            self.found.get_or_init(|| find_called(phrases, text, self.lang, &self.cues.calls.all));
        let from = found.partition_point(|occ| occ.phrase < phrase);
        let many = found[from..].partition_point(|occ| occ.phrase == phrase);
        &found[from..from + many]
    }
}
