//! Edits: noticing that people's files have changed, and showing what each version that was taken does.
//!
//! The system tells of changes in the folder; because it may miss some (a folder that is replaced, a
//! file system of another machine), the files are also looked at every few seconds. Either way the look
//! decides: names, sizes, times and numbers of the files. An editor writes in several steps (a backup, an
//! empty file, a rename), so an edit is taken when the files lie still. Whether it is good is not
//! decided here.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use file_watch::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

use super::shared::{Shared, trouble};
use crate::config;
use crate::model::Timestamp;
use crate::pipeline::deliver::{DeliverError, Deliverer, SETTLED};

/// How often the files are looked at when nobody tells of a change.
const LOOK: Duration = Duration::from_secs(10);

/// The same while an edit is refused: somebody is at it.
const LOOK_REFUSED: Duration = Duration::from_secs(2);

/// Files that did not change for this long lie still: editors take milliseconds between their steps,
/// copies over a network less than this between their blocks.
const STILL: Duration = Duration::from_millis(700);

/// Files that never lie still are taken after this many looks.
const RESTLESS: u32 = 40;

/// What can be seen of a file without reading it.
type Stamp = (u64, i64, i64, u64);

/// The files of a folder by path, as far as they are ours.
type Look = BTreeMap<PathBuf, Stamp>;

/// Waits for edits and says so, until the service stops. `taken` is what was in force when it began.
pub(super) async fn run(shared: Shared, folder: PathBuf, edited: Sender<()>) -> &'static str {
    let told = Arc::new(Notify::new());
    let mut taken = look(&folder);
    let mut accepted = None;
    let mut watching = Watching::of(&folder, &told);
    // What was edited between the start's reading and this look, taken as any other edit is.
    taken = still(&shared, &folder, taken).await;
    let _ = edited.send(()).await;
    while !shared.stopping() {
        let refused = shared.current.borrow().rejected.is_some();
        let pause = if refused { LOOK_REFUSED } else { LOOK };
        shared.rest(Some(shared.now().plus(pause)), &told).await;
        let mut now = look(&folder);
        if now != taken {
            now = still(&shared, &folder, now).await;
        }
        let accepts = if refused { newest_absence(&shared).await } else { accepted };
        if (now == taken && accepts == accepted) || shared.stopping() {
            continue;
        }
        (taken, accepted) = (now, accepts);
        // What was renamed or made anew is watched anew.
        watching.again(&folder, &told);
        // Nobody hears any more only when the service ends.
        let _ = edited.send(()).await;
    }
    "edits"
}

/// Looks until nothing changes any more.
async fn still(shared: &Shared, folder: &Path, mut last: Look) -> Look {
    let never = Notify::new();
    for _ in 0..RESTLESS {
        shared.rest(Some(shared.now().plus(STILL)), &never).await;
        let now = look(folder);
        if now == last || shared.stopping() {
            return now;
        }
        last = now;
    }
    last
}

/// When somebody last said that a file is meant to be gone.
async fn newest_absence(shared: &Shared) -> Option<Timestamp> {
    let archive = shared.ground.store.archive();
    match archive.absences(Timestamp::default()).await {
        Ok(absences) => absences.last().map(|one| one.at),
        Err(error) => {
            trouble(shared, "look for accepted absences", &error);
            None
        }
    }
}

/// The files that could be ours, by what can be seen without reading them.
fn look(folder: &Path) -> Look {
    let mut seen = Look::new();
    for folder in [folder.to_path_buf(), folder.join(config::WATCHLIST_FOLDER)] {
        // A folder that is not there has no files.
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let ours = path.extension().is_some_and(|kind| kind == "toml");
            // Through links, as reading goes.
            if let (true, Ok(about)) = (ours, std::fs::metadata(&path)) {
                let changed = (about.mtime(), about.mtime_nsec());
                seen.insert(path, (about.len(), changed.0, changed.1, about.ino()));
            }
        }
    }
    seen
}

/// The system's own way of watching, as far as it works.
struct Watching(Option<RecommendedWatcher>);

impl Watching {
    fn of(folder: &Path, told: &Arc<Notify>) -> Self {
        let told = Arc::clone(told);
        let watcher = file_watch::recommended_watcher(move |event: file_watch::Result<_>| {
            let event: file_watch::Event = match event {
                Ok(event) => event,
                // What it is about is found by looking.
                Err(_) => return told.notify_one(),
            };
            let about_us = |path: &PathBuf| path.extension().is_none_or(|kind| kind == "toml");
            // Reading the files is no edit of them.
            if !event.kind.is_access() && event.paths.iter().any(about_us) {
                told.notify_one();
            }
        });
        let mut watcher = watcher.ok();
        for folder in [folder.to_path_buf(), folder.join(config::WATCHLIST_FOLDER)] {
            if let Some(watcher) = &mut watcher
                && let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive)
            {
                tracing::debug!(%error, "{} is only looked at", folder.display());
            }
        }
        Self(watcher)
    }

    fn again(&mut self, folder: &Path, told: &Arc<Notify>) {
        self.0 = None;
        *self = Self::of(folder, told);
    }
}

/// Shows what each version does to the last days, once it has settled.
pub(super) async fn review(shared: Shared, deliverer: Deliverer) -> &'static str {
    while !shared.stopping() {
        let in_force = Arc::clone(&shared.current.borrow());
        let stopping = || shared.stopping();
        let pause = match deliverer.review_due(&in_force, SETTLED, &stopping).await {
            Ok(done) => {
                if done.sealed {
                    shared.sealed.notify_one();
                }
                done.wake
            }
            Err(DeliverError::Store(error)) => Some(trouble(&shared, "review an edit", &error)),
            Err(error) => {
                tracing::error!(%error, "an edit could not be reviewed: {error}");
                None
            }
        };
        shared.rest(pause, &shared.reviewable).await;
    }
    "review"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_look_sees_what_editors_do_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("watchlist.toml"), "a = 1\n").unwrap();
        let first = look(folder.path());
        fs::write(path("watchlist.toml~"), "a = 1\n").unwrap();
        fs::write(path("4913"), "").unwrap();
        fs::create_dir(path("state")).unwrap();
        fs::write(path("state/x.toml"), "").unwrap();
        assert_eq!(look(folder.path()), first, "backups, tests and the state are not ours");
        // Written beside and renamed over it, with the same length.
        fs::write(path(".new"), "a = 2\n").unwrap();
        fs::rename(path(".new"), path("watchlist.toml")).unwrap();
        let renamed = look(folder.path());
        assert_ne!(renamed, first);
        fs::create_dir(path("watchlist.d")).unwrap();
        fs::write(path("watchlist.d/more.toml"), "").unwrap();
        assert_eq!(look(folder.path()).len(), 2);
        fs::remove_file(path("watchlist.d/more.toml")).unwrap();
        assert_eq!(look(folder.path()), renamed);
    }
}
