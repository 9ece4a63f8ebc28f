//! Files that lie where the watchlist is read and are not read, since their names are not what is looked for.
//!
//! What an editor or a package leaves behind is nobody's loss, and is not told.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::model::Problem;

/// Endings by which people, editors and packages put a file aside.
const ASIDE: [&str; 12] = [
    ".bak",
    ".backup",
    ".orig",
    ".old",
    ".save",
    ".swp",
    ".tmp",
    ".new",
    ".disabled",
    ".off",
    ".rej",
    ".lock",
];
/// What packages, and `restore`, put between `.toml` and the rest of such a name: `.dpkg-dist`, `.rpmnew`, `.ucf-old`.
const PACKAGED: [&str; 4] = [".dpkg-", ".rpm", ".ucf-", ".before-restore"];

/// A warning for each file of a configuration folder that somebody meant to be read: of those that are called like
/// one of `ours`, and of those in the folder of watchlists.
pub(super) fn unread(folder: &Path, ours: &[&str], watchlists: &str) -> Vec<Problem> {
    let mut told = Vec::new();
    for name in names(folder, false) {
        if let Some(meant) = as_one_of(ours, &name) {
            let what = format!("{} is not read: {meant} is", folder.join(&name).display());
            told.push(
                Problem::warning(None, what).hint(format!("rename it to {meant}, or take it away")),
            );
        }
    }
    let inside = folder.join(watchlists);
    for name in names(&inside, false) {
        if let Some(meant) = as_toml(&name) {
            let shown = inside.join(&name);
            let what =
                format!("{} is not read: only files whose names end in .toml are", shown.display());
            told.push(
                Problem::warning(None, what).hint(format!("rename it to {meant}, or take it away")),
            );
        }
    }
    for path in deeper(&inside) {
        let what = format!("{} is not read: only files in {watchlists} itself are", path.display());
        let hint = format!("move it to {}, or take it away", inside.display());
        told.push(Problem::warning(None, what).hint(hint));
    }
    told
}

/// Names in a folder, sorted, without what was put aside. A folder that cannot be listed is told elsewhere.
fn names(folder: &Path, folders: bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // A link to a folder is none, so that no walk goes round.
    let kind = |one: &std::fs::DirEntry| one.file_type().is_ok_and(|kind| kind.is_dir() == folders);
    let names = entries.filter(kind).map(|one| one.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !is_aside(name)).collect();
    names.sort();
    names
}

fn is_aside(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with(['.', '#'])
        || name.ends_with(['~', '#'])
        || ASIDE.iter().any(|end| lower.ends_with(end))
        || PACKAGED.iter().any(|mark| lower.contains(mark))
}

/// The name that a file of a watchlist's folder was meant to have; `None` where it has it, or is something else.
fn as_toml(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let at = lower.find(".toml").or_else(|| lower.strip_suffix(".txt").map(str::len))?;
    let stem = name.get(..at).filter(|stem| !stem.eq_ignore_ascii_case("readme"))?;
    (!name.ends_with(".toml")).then(|| format!("{stem}.toml"))
}

/// The file of ours that a name in the folder itself stands for.
fn as_one_of<'o>(ours: &[&'o str], name: &str) -> Option<&'o str> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_suffix(".txt").unwrap_or(&lower);
    let bare = bare.strip_suffix(".toml").or_else(|| (bare != lower).then_some(bare))?;
    ours.iter().copied().find(|one| one.strip_suffix(".toml") == Some(bare) && *one != name)
}

/// Watchlists in folders within the folder, however deep.
fn deeper(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        names(folder, true).iter().map(|one| folder.join(one)).collect();
    while let Some(one) = folders.pop() {
        let toml = |name: &String| {
            let end = Path::new(name).extension().and_then(OsStr::to_str);
            end.is_some_and(|end| end.eq_ignore_ascii_case("toml"))
        };
        found.extend(names(&one, false).into_iter().filter(toml).map(|name| one.join(name)));
        folders.extend(names(&one, true).iter().map(|name| one.join(name)));
    }
    found.sort();
    found
}
