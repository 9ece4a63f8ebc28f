//! `watchlistd backup`: database, files and their versions in one file, beside a running service.
//!
//! As root, the database is copied by its owner and the backup written by root: so it may go anywhere.
//! A backup whose record does not fit is written all the same, and said.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::config::settings::Storage;
use crate::config::{self, Files, Settings};
use crate::daemon::backup::{self, BackupError, Manifest, Written};
use crate::daemon::privilege::as_owner;
use crate::daemon::wire::{self, Access};
use crate::model::record::Verified;
use crate::model::{Timestamp, counted};
use crate::store::StoreError;

/// How files of `--into` begin and end; between stands the instant, so that names sort by age.
const NAME: (&str, &str) = ("watchlistd-", ".tar.gz");

/// What `backup` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// File to write, which must not exist; `-` is standard output
    #[arg(required_unless_present = "into")]
    file: Option<PathBuf>,
    /// Write to this folder instead, under a name with the time
    #[arg(long, value_name = "DIR", conflicts_with = "file")]
    into: Option<PathBuf>,
    /// Of the backups in that folder, keep so many, the newest
    #[arg(long, value_name = "N", requires = "into", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

/// A closed copy of the database, and what was found in it.
struct Copied {
    file: File,
    /// `None`: it is of an older version than this program, which can copy but not read it.
    found: Option<Verified>,
}

/// Writes one.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let now = SystemClock.now();
    let target = match (&arguments.into, &arguments.file) {
        (Some(into), _) => into.join(format!("{}{}{}", NAME.0, compact(now), NAME.1)),
        (None, file) => file.clone().unwrap_or_default(),
    };
    let settings = settings(&folder);
    folder.is_there()?;
    let storage = load::storage(&folder);
    let Storage::Sqlite(path) = &storage;
    let copied = as_owner(load::owner(&storage), || copy(&storage, path))
        .map_err(|error| Failure::file("go on as the owner of the database", error))?
        .map_err(|failure| load::unseen(&folder).unwrap_or(failure))?;
    let files = backup::gather(&folder.path)?;
    let written = Written {
        made: now,
        folder: &folder.path,
        files: &files,
        storage: &storage,
        settings: settings.as_ref(),
        head: copied.found.as_ref().and_then(|found| found.head.clone()),
    };
    if target.as_os_str() == "-" {
        let manifest = backup::pack(&written, copied.file, &mut *out)?;
        out.flush()?;
        return tell(&manifest, "standard output", copied.found.as_ref(), &mut std::io::stderr());
    }
    let manifest = write(&target, &written, copied.file)?;
    let code = tell(&manifest, &target.display().to_string(), copied.found.as_ref(), out)?;
    if let (Some(keep), Some(into)) = (arguments.keep, &arguments.into) {
        forget(into, keep as usize, out)?;
    }
    Ok(code)
}

/// What the present files say, if they say it: a backup of broken files is a backup all the same.
fn settings(folder: &Folder) -> Option<Settings> {
    let files = Files::read(&folder.path).ok()?;
    config::parse(&files, &folder.environment).settings
}

fn copy(storage: &Storage, path: &Path) -> Result<Copied, Failure> {
    let beside = path.parent().filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let room = tempfile::Builder::new()
        .prefix(".backup-")
        .tempdir_in(beside)
        .map_err(|error| Failure::file(format!("make room in {}", beside.display()), error));
    // Without a database there may be no folder either, and that is what should be told.
    let room = match room {
        Err(failure) if path.exists() => return Err(failure),
        Err(_) => tempfile::tempdir().map_err(|error| Failure::file("make room", error))?,
        Ok(room) => room,
    };
    let copy = room.path().join("state.db");
    wire::copy_store(storage, &copy)?;
    let found = load::wait_on(&load::runtime()?, async {
        match wire::open_sqlite(&copy, Access::Beside) {
            Ok(store) => store.archive().verify_record(None).await.map(Some),
            Err(StoreError::Unusable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    })?;
    let file = File::open(&copy).map_err(|error| Failure::file("open the copy", error))?;
    Ok(Copied { file, found })
}

/// Whole or not at all, and never over another.
fn write(target: &Path, written: &Written<'_>, database: File) -> Result<Manifest, Failure> {
    let exists = || {
        let what = anyhow::anyhow!("{} exists; nothing was written", target.display());
        Failure::new(Exit::Usage, what).hint("name another file: a backup never replaces one")
    };
    if target.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let beside = target.parent().filter(|one| !one.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    if !beside.exists() {
        // Not made: where a disk should be mounted, a folder of that name would fill another.
        let what =
            anyhow::anyhow!("write {}: there is no folder {}", target.display(), beside.display());
        return Err(Failure::new(Exit::Io, what).hint(format!("mkdir -m 700 {}", beside.display())));
    }
    let attempt = || format!("write {}", target.display());
    let mut new = tempfile::Builder::new()
        .prefix(".backup-")
        .permissions(PermissionsExt::from_mode(0o600))
        .tempfile_in(beside)
        .map_err(|error| Failure::file(attempt(), error))?;
    let manifest = backup::pack(written, database, new.as_file_mut())?;
    new.as_file().sync_all().map_err(|error| Failure::file(attempt(), error))?;
    new.persist_noclobber(target).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(),
        _ => Failure::file(attempt(), error.error),
    })?;
    let synced = File::open(beside).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Failure::file(attempt(), error))?;
    Ok(manifest)
}

fn tell(
    manifest: &Manifest,
    target: &str,
    found: Option<&Verified>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    writeln!(
        out,
        "Written to {target}: the database ({:.1} MB) and {} of {}.",
        manifest.database.size as f64 / 1e6,
        counted(manifest.config.len() as u64, "file"),
        manifest.folder
    )?;
    for one in &manifest.left_out {
        writeln!(out, "Not in it: {} {}", one.key, one.path)?;
    }
    match found {
        None => writeln!(out, "The database is of an older version: its record was not verified.")?,
        Some(found) => {
            if let Some(head) = &found.head {
                writeln!(out, "Its record ends with entry {} {}.", head.number, head.hash)?;
            }
            let faults = found.faults.len() as u64 + found.more_faults;
            if faults > 0 {
                out.flush()?;
                let what = anyhow::anyhow!("the backup was written, but its record does NOT fit");
                return Err(Failure::new(Exit::Data, what)
                    .hint("`watchlistd audit verify` names what does not"));
            }
        }
    }
    Ok(Exit::Fine)
}

/// Takes the oldest away, so many that `keep` are left.
fn forget(folder: &Path, keep: usize, out: &mut dyn Write) -> Result<(), Failure> {
    let listed = std::fs::read_dir(folder)
        .map_err(|error| Failure::file(format!("list {}", folder.display()), error))?;
    let mut ours: Vec<PathBuf> = listed
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let stamp = name.strip_prefix(NAME.0).and_then(|rest| rest.strip_suffix(NAME.1));
            stamp.is_some_and(|stamp| {
                stamp.len() == 16 && stamp.bytes().all(|one| one.is_ascii_alphanumeric())
            })
        })
        .collect();
    ours.sort();
    let gone = ours.len().saturating_sub(keep);
    for path in &ours[..gone] {
        std::fs::remove_file(path)
            .map_err(|error| Failure::file(format!("remove {}", path.display()), error))?;
        writeln!(out, "Removed {}: {keep} are kept.", path.display())?;
    }
    Ok(())
}

/// `20261126T083000Z`.
pub(super) fn compact(at: Timestamp) -> String {
    at.to_chrono().format("%Y%m%dT%H%M%SZ").to_string()
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let exit = match &error {
            BackupError::Io { error, .. } => match error.kind() {
                std::io::ErrorKind::PermissionDenied => Exit::Permission,
                std::io::ErrorKind::NotFound => Exit::NoInput,
                _ => Exit::Io,
            },
            BackupError::Unfit { .. } => Exit::Data,
        };
        Self::new(exit, error)
    }
}
