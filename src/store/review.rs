//! What a new version of the files makes of the last days, and whether somebody stands by it.

use crate::model::{Difference, Timestamp};

/// A version held against the newest one that somebody stood by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The version.
    pub version: u64,
    /// The one that it was held against; itself where there was nothing to hold it against.
    pub base: u64,
    /// When.
    pub at: Timestamp,
    /// Why somebody must say that it is meant, in words; `None` when nobody must.
    pub grave: Option<String>,
    /// What it makes of the last days; `None` where both match alike.
    pub difference: Option<Difference>,
    /// When somebody said that it is meant, and who.
    pub accepted: Option<(Timestamp, String)>,
}

impl Review {
    /// Whether somebody still has to say that it is meant.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.grave.is_some() && self.accepted.is_none()
    }
}

/// A file of the watchlist whose absence somebody said is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its name, relative to the folder.
    pub name: String,
    /// When it was said.
    pub at: Timestamp,
}
