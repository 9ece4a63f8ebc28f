//! Starts: who had the store to itself last, and by which files.

use crate::model::Timestamp;

/// Who has the store to itself while it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// The service, which looks all the time.
    Service,
    /// One round (`once`), after which nobody looks.
    Round,
}

/// The last start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Whose it was.
    pub by: Starter,
    /// The version of the files that it was set up from.
    pub version: u64,
    /// When.
    pub at: Timestamp,
}
