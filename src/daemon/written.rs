//! What people wrote in a version of the files that the store keeps.
//!
//! Read as far as it is understood today, without a word about the rest: that was said when it was put
//! in force.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::{self, Environment, Files, Parsed};
use crate::model::SourceEntry;
use crate::model::watchlist::WatchlistEntries;

/// The watchlist of a version that the store keeps, as written.
#[must_use]
pub fn watchlist_of(texts: &BTreeMap<String, String>) -> WatchlistEntries {
    parsed(texts).watchlist
}

/// Its sources, as written.
#[must_use]
pub fn sources_of(texts: &BTreeMap<String, String>) -> Vec<SourceEntry> {
    parsed(texts).sources
}

fn parsed(texts: &BTreeMap<String, String>) -> Parsed {
    let files = Files::from_texts(Path::new(""), texts.clone());
    config::parse(&files, &Environment::default())
}
