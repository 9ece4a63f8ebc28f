//! What matching knows of phrases.

use super::need::Need;
use super::prefixes::Prefixes;
use super::seams::Seams;
use crate::detect::paths::Paths;
use crate::detect::text::Gap;

/// What is known of a phrase while matching.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase {
    /// What the words must look like.
    pub(crate) need: Need,
    /// The strongest gap that it may cross.
    pub(crate) loosest: Gap,
    /// A name that takes an `s` in a German text: `Huaweis`.
    pub(crate) genitive: bool,
    /// Where a text may divide it by a space.
    pub(crate) seams: Seams,
}

/// All phrases, findable.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    pub(crate) all: Box<[Phrase]>,
    pub(crate) paths: Paths,
    pub(crate) prefixes: Prefixes,
    /// Whether any phrase is inflected, so that stems are worth finding.
    pub(crate) inflected: bool,
    /// From this number on only rules ask for phrases.
    pub(crate) asked_from: u32,
}

impl Phrases {
    /// Bytes of paths and phrases; prefixes are few.
    pub(crate) fn bytes(&self) -> usize {
        self.paths.bytes() + size_of_val(&*self.all)
    }
}
