//! What of the version in force cannot be used by this program: another version of the program accepted it.

use std::fmt;

use serde::Serialize;

/// One thing that people wrote, that was accepted once and cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What is therefore not done: `rule 'Energy' is not asked`.
    pub what: String,
    /// Place, mistake and remedy in one line, as `check` tells them.
    pub why: String,
    /// Readers whom it concerns, by name: those whom a rule adds, or the one that is told without a part of
    /// what was asked for.
    pub readers: Vec<String>,
}

/// One line: what, and why.
impl fmt::Display for LeftOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.why)
    }
}
