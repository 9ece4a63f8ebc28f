//! Files written back by commands, with owner, group, mode and attributes (access lists) as they were.
//!
//! Where we may, whole or not at all: a new file beside the old, made durable, then renamed over it. Where
//! the folder allows no new file, or the new one could not be the old one's owner's, the file is
//! written in its place: a group may edit the watchlist in a folder that is root's alone, because whoever may
//! rename files there could lay down another `watchlistd.toml`. Invariant: who may not write a file does
//! not replace it, and nothing is written before everything is ready.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use crate::config::ReadError;
use crate::daemon::disk;

/// Mode of a file that is new: for the service's user and its group alone.
const NEW_MODE: u32 = 0o640;
/// In a folder whose group makes files in it: the group that edits.
const NEW_SHARED_MODE: u32 = 0o660;
/// Hands its group on, and the group writes.
const SHARED_FOLDER: u32 = 0o2020;

/// What some editors begin a file with. Texts lie without it, the file keeps it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How often, and how many times, a folder is asked for that another command holds: for half a minute.
const ASK_AGAIN: Duration = Duration::from_millis(100);
const ASK_TIMES: usize = 300;

/// Holds the folder against other commands of ours until dropped.
pub(super) fn hold(folder: &Path) -> Result<File, Failure> {
    let failed = |error| Failure::file(format!("edit the files in {}", folder.display()), error);
    let open = File::open(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(folder.to_path_buf()).into(),
        _ => failed(error),
    })?;
    for _ in 0..ASK_TIMES {
        match open.try_lock() {
            Ok(()) => return Ok(open),
            Err(TryLockError::WouldBlock) => wait(),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    let what = anyhow::anyhow!("another command is editing the files in {}", folder.display());
    Err(Failure::new(Exit::TryAgain, what).hint("nothing was changed; try again when it has ended"))
}

#[expect(clippy::disallowed_methods, reason = "a command has nothing else to do meanwhile")]
fn wait() {
    std::thread::sleep(ASK_AGAIN);
}

/// Replaces files of a folder: by name, the text that stood there (`None`: no such file) and the new
/// one. All are made ready before the first is written.
pub(super) fn all(
    folder: &Path,
    texts: &BTreeMap<&str, (Option<&str>, &str)>,
) -> Result<(), Failure> {
    let mut ready = Vec::new();
    for (name, (old, new)) in texts {
        let target = target(&folder.join(name))?;
        unchanged(&target, *old)?;
        ready.push(Ready::make(target, new)?);
    }
    ready.into_iter().try_for_each(Ready::put)
}

/// Replaces one file, whatever stands in it.
pub(super) fn one(path: &Path, text: &str) -> Result<(), Failure> {
    Ready::make(target(path)?, text)?.put()
}

/// A file that only waits to be written.
struct Ready {
    target: PathBuf,
    how: How,
}

enum How {
    /// Renamed over the old one.
    Renamed(tempfile::NamedTempFile),
    /// Written in its place, for which there is room.
    InPlace(File, Vec<u8>),
}

impl Ready {
    fn make(target: PathBuf, text: &str) -> Result<Self, Failure> {
        let attempt = || format!("write {}", target.display());
        let old = match OpenOptions::new().read(true).write(true).open(&target) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(refused(&target, error)),
        };
        let Some(old) = old else {
            let made = beside(&target, text.as_bytes()).and_then(|made| {
                new_file(made.path(), folder_of(&target))?;
                Ok(made)
            });
            let made = made.map_err(|error| not_made(&target, error))?;
            return Ok(Self { target, how: How::Renamed(made) });
        };
        let bytes = with_mark(&target, text).map_err(|error| Failure::file(attempt(), error))?;
        let twin = beside(&target, &bytes).and_then(|made| alike(made, &old));
        let how = match twin {
            Ok(made) => How::Renamed(made),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                disk::make_room(&old, bytes.len() as u64)
                    .map_err(|error| Failure::file(attempt(), error))?;
                How::InPlace(old, bytes)
            }
            Err(error) => return Err(Failure::file(attempt(), error)),
        };
        Ok(Self { target, how })
    }

    fn put(self) -> Result<(), Failure> {
        let attempt = || format!("write {}", self.target.display());
        match self.how {
            How::Renamed(made) => {
                made.persist(&self.target).map_err(|error| Failure::file(attempt(), error.error))?;
                if let Ok(folder) = File::open(folder_of(&self.target)) {
                    // The rename itself; where a file system cannot, it is as durable as it gets.
                    let _ = folder.sync_all();
                }
                Ok(())
            }
            How::InPlace(mut file, bytes) => over(&mut file, &bytes).map_err(|error| {
                Failure::file(attempt(), error).hint(
                    "it may be half written; `watchlistd watch history` and `watch restore` bring a version back",
                )
            }),
        }
    }
}

/// Over what stands there, and only then cut to length: the file is never empty.
fn over(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

fn not_made(target: &Path, error: io::Error) -> Failure {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let shown = target.display();
    let failure = Failure::file(format!("create {shown}"), error);
    match target.extension().is_some_and(|kind| kind == "toml") {
        _ if !denied => failure,
        true => failure.hint(
            "nothing was changed; only the folder's owner makes files there: --file watchlist.d/NAME.toml \
             names one in the folder of those who edit",
        ),
        false => failure.hint(format!(
            "nothing was changed; let the folder's owner make it once: \
             sudo install -g watchlistd -m 660 /dev/null {shown}"
        )),
    }
}

fn refused(target: &Path, error: io::Error) -> Failure {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let failure = Failure::file(format!("write {}", target.display()), error);
    if denied {
        return failure.hint(
            "nothing was changed; the file's owner and group may write it: `ls -l` tells who they are, and \
             whether it is read-only",
        );
    }
    failure
}

/// Where a file really lies: a link stays a link.
fn target(path: &Path) -> Result<PathBuf, Failure> {
    match fs::canonicalize(path) {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                let attempt = || format!("create {}", parent.display());
                fs::create_dir_all(parent).map_err(|error| Failure::file(attempt(), error))?;
            }
            Ok(path.to_owned())
        }
        Err(error) => Err(Failure::file(format!("read {}", path.display()), error)),
    }
}

fn folder_of(target: &Path) -> &Path {
    target.parent().unwrap_or(Path::new("."))
}

/// Whether a file is still what the edit began with.
fn unchanged(path: &Path, old: Option<&str>) -> Result<(), Failure> {
    let now = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file(format!("read {}", path.display()), error)),
    };
    let text = now.as_deref().map(|bytes| bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes));
    if text == old.map(str::as_bytes) {
        return Ok(());
    }
    let what = anyhow::anyhow!("{} was changed by somebody else meanwhile", path.display());
    Err(Failure::new(Exit::TryAgain, what).hint("nothing was changed; try again"))
}

/// The bytes to be written: those of a file that begins with a mark keep it.
fn with_mark(target: &Path, text: &str) -> io::Result<Vec<u8>> {
    let marked = fs::read(target)?.starts_with(BYTE_ORDER_MARK);
    let mark = if marked { BYTE_ORDER_MARK } else { b"" };
    Ok([mark, text.as_bytes()].concat())
}

/// A new file beside, durable.
fn beside(target: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    // Hidden, and no .toml at its end: nobody takes it for a watchlist.
    let mut made = tempfile::Builder::new()
        .prefix(".watchlistd-")
        .suffix(".new")
        .tempfile_in(folder_of(target))
        // Without the name of a file that nobody knows.
        .map_err(|error| io::Error::from(error.kind()))?;
    made.write_all(bytes)?;
    made.as_file().sync_all()?;
    Ok(made)
}

/// Gives a new file owner, group, mode and attributes of the old one, or is denied it.
fn alike(made: tempfile::NamedTempFile, old: &File) -> io::Result<tempfile::NamedTempFile> {
    let (new, was): (Metadata, Metadata) = (made.as_file().metadata()?, old.metadata()?);
    if (new.uid(), new.gid()) != (was.uid(), was.gid()) {
        chown(made.path(), Some(was.uid()), Some(was.gid()))?;
    }
    made.as_file().set_permissions(fs::Permissions::from_mode(was.mode() & 0o7777))?;
    disk::carry_attributes(old, made.as_file())?;
    Ok(made)
}

/// A new file belongs to whom its folder belongs to, as far as we may say so.
fn new_file(made: &Path, folder: &Path) -> io::Result<()> {
    let about = fs::metadata(folder)?;
    if chown(made, Some(about.uid()), Some(about.gid())).is_err() {
        // In a folder of somebody else's: our own then, for its group to read.
        let _ = chown(made, None, Some(about.gid()));
    }
    let shared = about.mode() & SHARED_FOLDER == SHARED_FOLDER;
    let mode = if shared { NEW_SHARED_MODE } else { NEW_MODE };
    fs::set_permissions(made, fs::Permissions::from_mode(mode))
}
