//! Versions as they lie in the store, and what differs between the texts of two.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use similar::TextDiff;

use super::super::exit::{Exit, Failure};
use crate::store::{Archive, ConfigVersion};

/// File name relative to the folder → text.
pub type Texts = BTreeMap<String, String>;

/// Lines shown around those that differ.
const AROUND: usize = 3;

/// A version by its number.
pub async fn version(archive: &dyn Archive, number: u64) -> Result<ConfigVersion, Failure> {
    let page = archive.config_versions(number.saturating_sub(1), 1).await?;
    if let Some(found) = page.into_iter().find(|one| one.version == number) {
        return Ok(found);
    }
    let newest = archive.config_in_force().await?.map_or(0, |one| one.version);
    let what = anyhow::anyhow!("there is no version {number}; the newest is {newest}");
    Err(Failure::new(Exit::Data, what).hint("`watchlistd watch history` lists them"))
}

/// Names of the files that differ: `topics.toml`, `watchlist.d/a.toml (new)`, `… (gone)`.
pub fn edited(old: &Texts, new: &Texts) -> Vec<String> {
    let differing = names(old, new).into_iter().filter(|name| old.get(*name) != new.get(*name));
    differing
        .map(|name| match (old.contains_key(name), new.contains_key(name)) {
            (false, _) => format!("{name} (new)"),
            (_, false) => format!("{name} (gone)"),
            _ => name.clone(),
        })
        .collect()
}

fn names<'t>(old: &'t Texts, new: &'t Texts) -> BTreeSet<&'t String> {
    old.keys().chain(new.keys()).collect()
}

/// The lines that differ, file by file, as `diff -u` shows them.
pub fn lines(old: (&str, &Texts), new: (&str, &Texts)) -> String {
    let mut shown = String::new();
    let ((old_name, old), (new_name, new)) = (old, new);
    for name in names(old, new) {
        let text = |texts: &Texts| texts.get(name).cloned().unwrap_or_default();
        let (before, after) = (text(old), text(new));
        if old.get(name) == new.get(name) {
            continue;
        }
        let diff = TextDiff::from_lines(&before, &after);
        let mut unified = diff.unified_diff();
        unified
            .context_radius(AROUND)
            .header(&format!("{name} ({old_name})"), &format!("{name} ({new_name})"));
        // Writing to a text cannot fail.
        let _ = write!(shown, "{unified}");
    }
    shown
}
