//! What people's files put in force, and edits that were refused.

use std::collections::BTreeMap;

use crate::model::{Source, Timestamp};

/// A set of configuration files that was accepted: one version covers all files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigVersion {
    /// Counting from 1.
    pub version: u64,
    /// File name relative to the folder → text.
    pub files: BTreeMap<String, String>,
    /// Since when it is in force.
    pub since: Timestamp,
}

/// A version in which a file is another one than in the version before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The version.
    pub version: u64,
    /// Since when it is in force.
    pub since: Timestamp,
    /// The file as it was until then; `None` where there was none.
    pub before: Option<String>,
}

/// An edit that was refused while an earlier version stays in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEdit {
    /// When it was seen.
    pub at: Timestamp,
    /// All its problems in words, one a line, with file, line, column.
    pub problems: String,
}

/// All that people's files put in force, at one stroke.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The sources in force.
    pub sources: Vec<Source>,
    /// The readers in force, by name.
    pub readers: Vec<String>,
    /// The files' texts, by name.
    pub files: BTreeMap<String, String>,
    /// What of them this program cannot use, a line each.
    pub left_out: Vec<String>,
}
