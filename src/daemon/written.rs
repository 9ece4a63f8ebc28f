//! What people wrote in a version of the files that the store keeps.
//!
//! Read as far as it is understood today, without a word about the rest: that was said when it was put
//! in force.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::salvage::leave_out_unread;
use crate::config::{self, Environment, Files, Parsed};
use crate::detect::Watchlist;
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

/// The compiled watchlist of a version that the store keeps: what can be used of it.
pub(super) fn compile_watchlist(texts: &BTreeMap<String, String>) -> Arc<Watchlist> {
    let mut parsed = parsed(texts);
    leave_out_unread(&mut parsed);
    let defaults = parsed.settings.as_ref().is_none_or(|settings| settings.matching.defaults);
    Arc::new(Watchlist::compile(&parsed.watchlist).0.with_defaults(defaults))
}

/// Whether two versions match alike, as far as their texts tell: the same watchlist's files, and the same
/// `[matching] defaults`.
pub(super) fn match_alike(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> bool {
    let lists = |texts: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let list = texts.iter().filter(|(name, _)| config::is_watchlist(name));
        list.map(|(name, text)| (name.clone(), text.clone())).collect()
    };
    let defaults = |texts: &BTreeMap<String, String>| {
        parsed(texts).settings.map(|settings| settings.matching.defaults)
    };
    lists(old) == lists(new) && defaults(old) == defaults(new)
}

fn parsed(texts: &BTreeMap<String, String>) -> Parsed {
    let files = Files::from_texts(Path::new(""), texts.clone());
    config::parse(&files, &Environment::default())
}
