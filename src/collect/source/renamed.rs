//! Sources that stand in a newer version of the files under another id.
//!
//! What was read belongs to the id, so whoever gives an address another one must be told that its history
//! stays behind; what was told from that address is told no second time all the same. Pure.

use std::collections::{HashMap, HashSet};

use crate::model::{Place, SourceEntry};

/// A source whose id is gone, and another that reads its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenamedSource {
    /// The id that is gone.
    pub from: String,
    /// The id that reads its address now.
    pub to: String,
    /// Where that stands.
    pub place: Option<Place>,
}

/// What of `old` is read under another id in `new`, in the order of the newer file.
#[must_use]
pub fn renamed(old: &[SourceEntry], new: &[SourceEntry]) -> Vec<RenamedSource> {
    let ids = |all: &[SourceEntry]| -> HashSet<String> {
        all.iter().map(|one| one.id.value.clone()).collect()
    };
    let (before, after) = (ids(old), ids(new));
    let gone = old.iter().filter(|one| !after.contains(&one.id.value));
    let gone: HashMap<&str, &str> =
        gone.map(|one| (one.url.value.trim(), one.id.value.as_str())).collect();
    let come = new.iter().filter(|one| !before.contains(&one.id.value));
    come.filter_map(|one| {
        let from = gone.get(one.url.value.trim())?;
        Some(RenamedSource {
            from: (*from).to_owned(),
            to: one.id.value.clone(),
            place: one.id.place.clone(),
        })
    })
    .collect()
}
