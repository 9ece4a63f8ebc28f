//! What matching knows of phrases.

use std::sync::Arc;

use super::crossings::Crossings;
use super::need::Need;
use super::prefixes::Prefixes;
use super::seams::Seams;
use super::signs::Signs;
use crate::detect::paths::{Form, Paths};
use crate::detect::text::Gap;

/// What is known of a phrase while matching.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase {
    /// What the words must look like.
    pub(crate) need: Need,
    /// The strongest gap that it may cross.
    pub(crate) loosest: Gap,
    /// Signs that it has or takes.
    pub(crate) signs: Signs,
    /// Where a text may divide it by a space.
    pub(crate) seams: Seams,
    /// Signs between its words that it is found through.
    pub(crate) crossings: Crossings,
}

/// All phrases, findable.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    pub(crate) all: Box<[Phrase]>,
    pub(crate) paths: Paths,
    pub(crate) prefixes: Prefixes,
    /// Whether any phrase is inflected, so that stems are worth finding.
    pub(crate) inflected: bool,
    /// Phrases that only rules ask for, which are numbered on from these. An item's words are asked
    /// for their [cues](super::cue) only, for few rules are ever in question.
    pub(crate) asked: Option<Arc<Phrases>>,
    /// The cues of these, if only rules ask for them: by phrase, sorted.
    pub(super) cues: Box<[(u32, Form, u64)]>,
}

impl Phrases {
    /// From this number on only rules ask for phrases, and they are numbered anew.
    pub(crate) fn asked_from(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// The cues of a phrase, by its number among these, and in which form of words each is one.
    pub(crate) fn cues_of(&self, phrase: u32) -> impl Iterator<Item = (Form, u64)> + '_ {
        let from = self.cues.partition_point(|one| one.0 < phrase);
        let some = self.cues[from..].iter().take_while(move |one| one.0 == phrase);
        some.map(|one| (one.1, one.2))
    }

    /// Bytes of paths and phrases; prefixes are few.
    pub(crate) fn bytes(&self) -> usize {
        let asked = self.asked.as_ref().map_or(0, |asked| asked.bytes());
        self.paths.bytes() + size_of_val(&*self.all) + size_of_val(&*self.cues) + asked
    }
}
