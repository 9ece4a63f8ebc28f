//! Files written whole or not at all: a new one beside the old, made durable, then renamed over it.
//!
//! The new file has the mode of the old one, and its owner and group as far as we may give them: a
//! file that the service could not read any more is worse than no edit, and refused.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::super::exit::{Exit, Failure};

/// Mode of a file that is new: for the service's user and its group alone.
const NEW_MODE: u32 = 0o640;

/// Holds the folder against other commands of ours until dropped.
pub(super) fn hold(folder: &Path) -> Result<File, Failure> {
    let failed = |error| Failure::file(format!("edit the files in {}", folder.display()), error);
    let open = File::open(folder).map_err(failed)?;
    open.lock().map_err(failed)?;
    Ok(open)
}

/// Replaces files of a folder: by name, the text that stood there (`None`: no such file) and the new
/// one. All are made ready before the first is renamed.
pub(super) fn all(
    folder: &Path,
    texts: &BTreeMap<&str, (Option<&str>, &str)>,
) -> Result<(), Failure> {
    let mut ready = Vec::new();
    for (name, (old, new)) in texts {
        let target = target(&folder.join(name))?;
        unchanged(&target, *old)?;
        ready.push((write_beside(&target, new)?, target));
    }
    ready.into_iter().try_for_each(|(made, target)| put(made, &target))
}

/// Replaces one file, whatever stands in it.
pub(super) fn one(path: &Path, text: &str) -> Result<(), Failure> {
    let target = target(path)?;
    put(write_beside(&target, text)?, &target)
}

fn put(made: tempfile::NamedTempFile, target: &Path) -> Result<(), Failure> {
    let attempt = || format!("write {}", target.display());
    made.persist(target).map_err(|error| Failure::file(attempt(), error.error))?;
    if let Some(parent) = target.parent().and_then(|parent| File::open(parent).ok()) {
        // The rename itself; where a file system cannot, it is as durable as it gets.
        let _ = parent.sync_all();
    }
    Ok(())
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

/// Whether a file is still what the edit began with.
fn unchanged(path: &Path, old: Option<&str>) -> Result<(), Failure> {
    let now = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file(format!("read {}", path.display()), error)),
    };
    let text =
        now.as_deref().map(|bytes| bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes));
    if text == old.map(str::as_bytes) {
        return Ok(());
    }
    let what = anyhow::anyhow!("{} was changed by somebody else meanwhile", path.display());
    Err(Failure::new(Exit::TryAgain, what).hint("nothing was changed; try again"))
}

fn write_beside(target: &Path, text: &str) -> Result<tempfile::NamedTempFile, Failure> {
    let attempt = || format!("write {}", target.display());
    let failed = |error: io::Error| Failure::file(attempt(), error);
    let folder = target.parent().unwrap_or(Path::new("."));
    // Hidden, and no .toml at its end: nobody takes it for a watchlist.
    let mut made = tempfile::Builder::new()
        .prefix(".watchlistd-")
        .suffix(".new")
        .tempfile_in(folder)
        .map_err(failed)?;
    made.write_all(text.as_bytes()).map_err(failed)?;
    match fs::metadata(target) {
        Ok(old) => keep(made.path(), &old).map_err(|()| {
            let what = anyhow::anyhow!(
                "{}: its owner or group cannot be kept, and others could not read it any more",
                attempt()
            );
            Failure::new(Exit::Permission, what)
                .hint("run it as the file's owner, or make it readable to all")
        })?,
        Err(_) => new_file(made.path(), folder).map_err(failed)?,
    }
    made.as_file().sync_all().map_err(failed)?;
    Ok(made)
}

/// Gives a file mode, owner and group of the old one.
fn keep(made: &Path, old: &Metadata) -> Result<(), ()> {
    let own = fs::metadata(made).map_err(|_| ())?;
    let whole = chown(made, Some(old.uid()), Some(old.gid())).is_ok();
    let grouped = whole || own.gid() == old.gid() || chown(made, None, Some(old.gid())).is_ok();
    fs::set_permissions(made, fs::Permissions::from_mode(old.mode() & 0o7777)).map_err(|_| ())?;
    let mine = own.uid() == old.uid();
    let group_reads = grouped && old.mode() & 0o040 != 0;
    let all_read = old.mode() & 0o004 != 0;
    if whole || (mine && grouped) || group_reads || all_read { Ok(()) } else { Err(()) }
}

/// A new file belongs to whom its folder belongs to, as far as we may say so.
fn new_file(made: &Path, folder: &Path) -> io::Result<()> {
    let about = fs::metadata(folder)?;
    if chown(made, Some(about.uid()), Some(about.gid())).is_err() {
        // In a folder of somebody else's: our own then, for its group to read.
        let _ = chown(made, None, Some(about.gid()));
    }
    fs::set_permissions(made, fs::Permissions::from_mode(NEW_MODE))
}
