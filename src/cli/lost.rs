//! What stands in the version in force and no longer in the edited files: sources that nobody would read any
//! more, and readers who would be told nothing.
//!
//! An edit may mean it, so it is a remark and no error; a slip that takes one out breaks no rule.

use std::collections::BTreeMap;

use crate::config;
use crate::store::ConfigVersion;

/// Names in a remark before the rest is counted.
const NAMED: usize = 10;

/// A remark, and what to do if it was not meant.
pub(super) struct Remark {
    /// What is gone.
    pub(super) what: String,
    /// The way back.
    pub(super) hint: &'static str,
}

/// What these files take out of a version.
pub(super) fn lost(version: &ConfigVersion, files: &BTreeMap<String, String>) -> Vec<Remark> {
    let sources = config::sources_lost(&version.files, files).lost;
    let (official, others): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(_, is)| *is);
    let official = official.into_iter().map(|(id, _)| format!("'{id}' (official)"));
    let others = others.into_iter().map(|(id, _)| format!("'{id}'"));
    let sources = remark("source", "read", official.chain(others).collect(), version.version);
    let readers = config::readers_lost(&version.files, files);
    let readers = readers.iter().map(|name| format!("'{name}'")).collect();
    let readers = remark("reader", "told", readers, version.version);
    let back_source = "put the entry back if that is not meant; `watchlistd source pause ID` keeps one that \
                       is not to be read";
    let back_reader =
        "put the entry back if that is not meant: nothing would be sent there any more";
    let of = |what: Option<String>, hint| what.map(|what| Remark { what, hint });
    of(sources, back_source).into_iter().chain(of(readers, back_reader)).collect()
}

fn remark(kind: &str, was: &str, mut names: Vec<String>, version: u64) -> Option<String> {
    match names.as_slice() {
        [] => return None,
        [one] => return Some(format!("{kind} {one} is gone and was {was} in version {version}")),
        _ => {}
    }
    let all = names.len();
    names.truncate(NAMED);
    let more = if all > NAMED { format!(" and {} more", all - NAMED) } else { String::new() };
    let names = names.join(", ");
    Some(format!("{all} {kind}s are gone and were {was} in version {version}: {names}{more}"))
}
