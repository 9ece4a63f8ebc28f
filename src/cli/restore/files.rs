//! The files of a backup back in their folder. One that reads the same stays; one that differs, or that
//! the backup does not know, is set aside under a name that nobody reads.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::super::exit::Failure;
use crate::daemon::backup::{self, Config};

/// For the service's user and its group alone, as `init` writes them.
const MODE: u32 = 0o640;

/// Puts the files in place and answers what was set aside.
pub(super) fn put(folder: &Path, files: &Config, suffix: &str) -> Result<Vec<PathBuf>, Failure> {
    let present = backup::gather(folder)?;
    let same = |name: &str, bytes: &[u8]| files.get(name).is_some_and(|new| new == bytes);
    let mut aside = Vec::new();
    for (name, bytes) in &present {
        if same(name, bytes) {
            continue;
        }
        let from = folder.join(name);
        let to = folder.join(format!("{name}{suffix}"));
        match files.get(name) {
            // Copied, not moved: at every instant one of the two stands there.
            Some(_) => fs::copy(&from, &to).map(|_| ()),
            None => fs::rename(&from, &to),
        }
        .map_err(|error| Failure::file(format!("set aside {}", from.display()), error))?;
        aside.push(to);
    }
    for (name, bytes) in files {
        if !present.iter().any(|(known, old)| known == name && old == bytes) {
            let path = folder.join(name);
            write(&path, bytes)
                .map_err(|error| Failure::file(format!("write {}", path.display()), error))?;
        }
    }
    Ok(aside)
}

/// Whole or not at all; whose it was, it stays.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().prefix(".restore-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    let (mode, owner) = match fs::metadata(path) {
        Ok(old) => (old.mode() & 0o777, Some((old.uid(), old.gid()))),
        Err(_) => (MODE, None),
    };
    new.as_file().set_permissions(PermissionsExt::from_mode(mode))?;
    if let Some((user, group)) = owner {
        // Only root can, and only root needs to.
        let _ = std::os::unix::fs::fchown(new.as_file(), Some(user), Some(group));
    }
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}
