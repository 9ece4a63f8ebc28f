//! How long things are kept, and what forgetting took.

use std::time::Duration;

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Text of items that neither alerted nor were held back, from first sight.
    pub items: Duration,
    /// Text of items that did or were; never taken before `items`.
    pub audit: Duration,
    /// The account of each poll.
    pub polls: Duration,
}

/// What one step of forgetting took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Accounts of polls.
    pub polls: u64,
    /// Items past keeping that were looked at: those without hits lost their text and stay known.
    pub texts: u64,
    /// Items that alerted or were held back and lost their text.
    pub evidence: u64,
    /// Items that are no longer known at all.
    pub identities: u64,
}

impl Pruned {
    /// Whether nothing went, because nothing is past its time.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}
