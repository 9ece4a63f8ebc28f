//! `watchlistd restore`: a backup in place of what is there, and nothing sent until a person says so.
//!
//! What went out after the backup was made is not in it. So the restored database holds all mails, its
//! record names the break, and `restore --resume` lists what may go out a second time. Nothing that is
//! replaced is deleted: it is set aside.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::backup::compact;
use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::config::settings::Storage;
use crate::config::{self, Files};
use crate::daemon::backup::{self, Config, Manifest};
use crate::daemon::privilege::as_owner;
use crate::daemon::wire::{self, Access, StorePlace};
use crate::model::Timestamp;
use crate::model::record::Restore;

mod files;
mod repeats;

/// What `restore` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The backup
    #[arg(required_unless_present = "resume")]
    file: Option<PathBuf>,
    /// Restore the database only, and leave the files as they are
    #[arg(long, requires = "file")]
    keep_config: bool,
    /// After a restore: list the mails that may go out a second time, and let mails go again
    #[arg(long, conflicts_with = "file")]
    resume: bool,
    /// With --resume: only list
    #[arg(long, requires = "resume")]
    dry_run: bool,
}

/// Restores, or lets mails go again.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    match &arguments.file {
        Some(file) => restore(file, arguments.keep_config, &folder, out),
        None => load::wait(resume(&folder, arguments.dry_run, out)),
    }
}

async fn resume(folder: &Folder, dry: bool, out: &mut dyn Write) -> Result<Exit, Failure> {
    let store = match dry {
        true => load::open_for_reading(folder)?,
        false => load::open_to_amend(folder)?,
    };
    let Some(restore) = store.held().await? else {
        writeln!(out, "No restore waits: mails go as usual.")?;
        return Ok(Exit::Fine);
    };
    repeats::tell(&*store, &restore, out).await?;
    if dry {
        writeln!(out, "Mails are still held; `watchlistd restore --resume` lets them go.")?;
        return Ok(Exit::Fine);
    }
    store.resume(SystemClock.now()).await?;
    writeln!(out, "Mails go again; a running service starts within a minute.")?;
    Ok(Exit::Fine)
}

fn restore(
    file: &Path,
    keep_config: bool,
    folder: &Folder,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let now = SystemClock.now();
    // Read as whoever asks, who may be root with a backup that only root can read.
    let backup = backup::read_config(file)?;
    let storage = storage(&backup.config, keep_config, folder);
    let owner = load::owner(&storage);
    let opened = File::open(file)
        .map_err(|error| Failure::file(format!("open {}", file.display()), error))?;
    let prepared = as_owner(owner, || prepare(file, opened, &storage, now)).map_err(stepping)??;
    if !keep_config {
        let aside = files::put(&folder.path, &backup.config, &suffix(now))?;
        told_files(&folder.path, &aside, backup.config.len(), out)?;
    }
    let aside = as_owner(owner, || prepared.put(now)).map_err(stepping)??;
    let Storage::Sqlite(path) = &storage;
    writeln!(out, "The database of {} is at {}.", backup.manifest.made, path.display())?;
    if let Some(aside) = aside {
        writeln!(out, "What stood there was set aside: {}", aside.display())?;
    }
    for one in &backup.manifest.left_out {
        writeln!(out, "Not in the backup, put it back by hand: {} {}", one.key, one.path)?;
    }
    writeln!(
        out,
        "\nStart the service: it reads sources and sends nothing, since what was sent after {} is not \
         known here. `watchlistd restore --resume --dry-run` lists what may go out a second time, and \
         `watchlistd restore --resume` lets mails go.",
        backup.manifest.made
    )?;
    Ok(Exit::Fine)
}

fn stepping(error: std::io::Error) -> Failure {
    Failure::file("go on as the owner of the database", error)
}

fn suffix(now: Timestamp) -> String {
    format!(".before-restore-{}", compact(now))
}

/// Where the database will lie: as the files say that will be in force.
fn storage(restored: &Config, keep_config: bool, folder: &Folder) -> Storage {
    if keep_config {
        return load::storage(folder);
    }
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let texts = restored.iter().map(|(name, bytes)| (name.clone(), text(bytes))).collect();
    let files = Files::from_texts(&folder.path, texts);
    config::parse(&files, &folder.environment)
        .storage
        .unwrap_or_else(|| Storage::Sqlite(folder.environment.default_database()))
}

/// A database that is whole, in this version's shape and holds its mails, beside its place.
struct Prepared {
    place: StorePlace,
    room: tempfile::TempDir,
}

const NEW: &str = "state.db";

/// Takes the place, unpacks beside it and marks the break before anything is put anywhere: whatever
/// dies in between leaves things as they were.
fn prepare(
    file: &Path,
    opened: File,
    storage: &Storage,
    now: Timestamp,
) -> Result<Prepared, Failure> {
    let place = wire::reserve(storage)?;
    let Storage::Sqlite(path) = storage;
    let beside = path.parent().filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let room = tempfile::Builder::new()
        .prefix(".restore-")
        .tempdir_in(beside)
        .map_err(|error| Failure::file(format!("make room in {}", beside.display()), error))?;
    let new = room.path().join(NEW);
    // For its owner alone, whatever the shell's mask would leave to others.
    let mut database = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .map_err(|error| Failure::file("unpack the database", error))?;
    let manifest = backup::unpack(file, opened, &mut database)?.manifest;
    database.sync_all().map_err(|error| Failure::file("unpack the database", error))?;
    drop(database);
    load::wait(mark(&new, &manifest, now))?;
    Ok(Prepared { place, room })
}

async fn mark(new: &Path, manifest: &Manifest, now: Timestamp) -> Result<(), Failure> {
    let store = wire::open_sqlite(new, Access::Alone)?;
    let found = store.archive().verify_record(manifest.record_head()).await?;
    let faults = found.faults.len() as u64 + found.more_faults;
    if faults > 0 {
        tracing::error!(faults, "the record in the backup does not fit; `audit verify` says what");
    }
    let head = store.archive().record_head().await?;
    let (entry, hash) = head.map_or((0, String::new()), |head| (head.number, head.hash));
    let restore = Restore { at: now, made: manifest.made, entry, hash, resumed: None };
    store.note_restore(restore).await?;
    Ok(())
}

impl Prepared {
    fn put(self, now: Timestamp) -> Result<Option<PathBuf>, Failure> {
        Ok(self.place.put(&self.room.path().join(NEW), &suffix(now))?)
    }
}

fn told_files(
    folder: &Path,
    aside: &[PathBuf],
    files: usize,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "{files} files are in {} as they were in the backup.", folder.display())?;
    for path in aside {
        writeln!(out, "  set aside: {}", path.display())?;
    }
    Ok(())
}
