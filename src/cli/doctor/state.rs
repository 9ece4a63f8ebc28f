//! The state: whether it opens, what waits in it, and whether there is room and a backup.

use std::path::Path;
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::finding::{Area, Findings};
use crate::config::settings::Storage;
use crate::daemon::disk;
use crate::daemon::wire::{self, Access, Parts};
use crate::model::{MailState, Timestamp};
use crate::store::{Archive, Store, StoreError};

/// A mail that waits longer is late.
const LATE: Duration = Duration::from_secs(3600);

/// A nightly backup is never older than this.
const BACKUP: Duration = Duration::from_secs(36 * 3600);

/// An instant of the record may lie so far ahead: clocks are set by seconds.
const AHEAD: Duration = Duration::from_secs(60);

/// Looks at database, disk and backups.
pub(super) async fn look(
    folder: &Folder,
    storage: &Storage,
    parts: Option<&Parts>,
    now: Timestamp,
    found: &mut Findings,
) {
    let Storage::Sqlite(path) = storage;
    let floor =
        parts.map_or(crate::config::defaults::FREE_SPACE, |one| one.settings.keep.free_space.value);
    room(storage.state_folder(), path, floor, found);
    if !path.exists() {
        return;
    }
    match wire::open_store(storage, Access::Beside) {
        Err(error) => found.failed(Area::State, &Failure::from(error)),
        Ok(store) => {
            if let Err(error) = inside(folder, &*store, now, found).await {
                found.failed(Area::State, &Failure::from(error));
            }
        }
    }
    backups(storage.state_folder(), now, found);
}

async fn inside(
    folder: &Folder,
    store: &dyn Store,
    now: Timestamp,
    found: &mut Findings,
) -> Result<(), StoreError> {
    let archive = store.archive();
    versions(archive, found).await?;
    in_part(folder, store, found).await;
    if let Some(restore) = store.held().await? {
        found.wrong(
            Area::State,
            Exit::TryAgain,
            format!("mails are held since the restore of {}", restore.at),
            "`watchlistd restore --resume --dry-run` lists what may repeat; --resume lets mails go",
        );
    }
    mails(archive, now, found).await?;
    ahead(archive, now, found).await
}

/// What is in force, and whether an edit was refused.
async fn versions(archive: &dyn Archive, found: &mut Findings) -> Result<(), StoreError> {
    match archive.config_in_force().await? {
        Some(version) => found.note(
            Area::State,
            format!("version {} of the files is in force since {}", version.version, version.since),
        ),
        None => found.note(Area::State, "nothing was ever in force: start the service"),
    }
    if let Some(edit) = archive.rejected_edit().await? {
        let first = edit.problems.lines().next().unwrap_or_default();
        found.wrong(
            Area::State,
            Exit::Config,
            format!(
                "an edit was refused at {}, and the version before it works on: {first}",
                edit.at
            ),
            "`watchlistd check` shows all of it; mend it, then `systemctl reload watchlistd`",
        );
    }
    Ok(())
}

/// Whether this program can use all of what is in force.
async fn in_part(folder: &Folder, store: &dyn Store, found: &mut Findings) {
    // Of one of which nothing can be used it is told with the files.
    let Ok((version, parts)) = load::in_force(folder, store).await else { return };
    if let Some(first) = parts.left_out.first() {
        found.wrong(
            Area::State,
            Exit::Config,
            format!(
                "version {} is in force without what this program cannot use: {first}",
                version.version
            ),
            "`watchlistd status` lists all of it; `watchlistd check` shows what to mend",
        );
    }
}

/// Mails that wait for long, and mails that went nowhere.
async fn mails(
    archive: &dyn Archive,
    now: Timestamp,
    found: &mut Findings,
) -> Result<(), StoreError> {
    if let Some(sealed) = archive.oldest_waiting().await?
        && now.since(sealed) > LATE
    {
        found.wrong(
            Area::State,
            Exit::TryAgain,
            format!("a mail has been waiting since {sealed}"),
            "`watchlistd outbox list` shows it with the server's words; is the service running?",
        );
    }
    let mails = archive.outbox().await?;
    let dead: u64 = [MailState::Refused, MailState::Dead]
        .iter()
        .map(|state| mails.get(state).copied().unwrap_or(0))
        .sum();
    if dead > 0 {
        found.warn(
            Area::State,
            if dead == 1 {
                "1 mail was refused or given up".to_owned()
            } else {
                format!("{dead} mails were refused or given up")
            },
            "`watchlistd outbox list` shows them with the server's words",
        );
    }
    Ok(())
}

/// Whether the record ends in what this machine takes for the future.
async fn ahead(
    archive: &dyn Archive,
    now: Timestamp,
    found: &mut Findings,
) -> Result<(), StoreError> {
    if let Some(head) = archive.record_head().await?
        && let Some(last) = archive.record(head.number.saturating_sub(1), 1).await?.first()
        && last.at > now.plus(AHEAD)
    {
        found.wrong(
            Area::Clock,
            Exit::Io,
            format!("this machine's clock says {now}, and the record ends at {}", last.at),
            "set the clock: timedatectl; is a time service running?",
        );
    }
    Ok(())
}

fn room(folder: &Path, database: &Path, floor: u64, found: &mut Findings) {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let free = match disk::free_space(there) {
        Ok(free) => free,
        Err(error) => {
            let what = format!("cannot ask how much room {} has: {error}", there.display());
            return found.warn(Area::Disk, what, "look with df");
        }
    };
    let size = database.metadata().map_or(0, |about| about.len());
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let what = format!(
        "{} MB are free on the disk of {}; the database takes {} MB",
        megabytes(free),
        folder.display(),
        megabytes(size)
    );
    if free < floor {
        let what = format!("{what}; {} MB should be free ([keep] free_space)", megabytes(floor));
        found.wrong(Area::Disk, Exit::Io, what, "make room, or move `storage` to a larger disk");
    } else if free < size.saturating_mul(2) {
        found.warn(
            Area::Disk,
            what,
            "an upgrade and a backup each need a copy of the database there",
        );
    } else {
        found.note(Area::Disk, what);
    }
}

fn backups(state: &Path, now: Timestamp, found: &mut Findings) {
    let folder = state.join("backups");
    let newest = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".tar.gz"))
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max();
    let remedy =
        "systemctl enable --now watchlistd-backup.timer, or call `watchlistd backup` from yours";
    let Some(newest) = newest else {
        let what = format!("there is none in {}", folder.display());
        return found.warn(Area::Backups, what, remedy);
    };
    let seconds = newest.duration_since(std::time::UNIX_EPOCH).map_or(0, |span| span.as_secs());
    let newest = Timestamp::from_millis(i64::try_from(seconds).unwrap_or(0) * 1000);
    let what = format!("the newest in {} is of {newest}", folder.display());
    match now.since(newest) > BACKUP {
        true => found.warn(Area::Backups, what, remedy),
        false => found.note(Area::Backups, what),
    }
}
