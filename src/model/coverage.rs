//! Coverage: what a mail says about how well we looked.

use super::source::{Gap, SourceState};
use super::{Guard, Named, Source, Timestamp};

/// What readers are told about coverage between two instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Sources in force, with their state now.
    pub sources: Vec<SourceCoverage>,
    /// Items first seen in the window.
    pub items_read: u64,
    /// Newest publication (or first sight) among them.
    pub newest: Option<Timestamp>,
    /// Gaps noticed in the window.
    pub gaps: Vec<Gap>,
    /// Mentions (a company without an alert) in the window, by company.
    pub mentions: Vec<(Named, u64)>,
    /// Held-back hits in the window: guard in words, company or topic id, count.
    pub held_back: Vec<(Guard, u64)>,
    /// Old items recorded at a source's first read and not told, in the window.
    pub baselined: u64,
}

/// One source in a coverage block.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceCoverage {
    /// The source.
    pub source: Source,
    /// How it is doing.
    pub state: SourceState,
}
