//! Whose the files and the state are, and who may read and write them.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::exit::Exit;
use super::super::load::Folder;
use super::finding::{Area, Findings};
use crate::config::settings::Storage;
use crate::daemon::backup;

/// Looks at the folder, at the file with the mail server's password, and at the state, where that is known. What may
/// not be read (`denied`) is said as a problem of the configuration.
pub(super) fn look(
    folder: &Folder,
    secret: Option<&Path>,
    storage: Option<&Storage>,
    denied: bool,
    found: &mut Findings,
) {
    let before = found.troubles(Area::Permissions);
    for path in listed(&folder.path) {
        of_config(&path, found);
    }
    if let Some(path) = secret {
        of_secret(path, found);
    }
    if let Some(Storage::Sqlite(database)) = storage {
        of_state(database, found);
    }
    if found.troubles(Area::Permissions) == before && !denied {
        found.note(
            Area::Permissions,
            "files and state are readable for the service, and for no stranger",
        );
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let names = backup::gather(folder).map(|files| files.into_iter().map(|(name, _)| name));
    let mut paths = vec![folder.to_path_buf(), folder.join("watchlist.d")];
    match names {
        Ok(names) => paths.extend(names.map(|name| folder.join(name))),
        // One that cannot be read is a problem of the configuration, and said there.
        Err(_) => paths.push(folder.join("watchlistd.toml")),
    }
    paths
}

fn of_config(path: &Path, found: &mut Findings) {
    let Ok(about) = path.metadata() else { return };
    let shown = path.display();
    if mode(&about) & 0o002 != 0 {
        found.wrong(
            Area::Permissions,
            Exit::Permission,
            format!("everybody on this machine may change {shown}"),
            format!("chmod o-w {shown}"),
        );
    } else if about.is_file() && mode(&about) & 0o004 != 0 {
        found.warn(
            Area::Permissions,
            format!("everybody on this machine can read {shown}: who is watched, and who is told"),
            format!("chmod o-r {shown}"),
        );
    }
}

fn of_secret(path: &Path, found: &mut Findings) {
    let Ok(about) = path.metadata() else { return };
    if mode(&about) & 0o007 != 0 {
        let shown = path.display();
        found.wrong(
            Area::Permissions,
            Exit::Permission,
            format!("everybody on this machine can read the mail server's password: {shown}"),
            format!("chmod o= {shown}, and think of another password"),
        );
    }
}

fn of_state(database: &Path, found: &mut Findings) {
    let folder = database.parent().unwrap_or(Path::new("."));
    match folder.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            found.note(
                Area::State,
                format!("{} is not there yet; the first start makes it", folder.display()),
            );
            return;
        }
        Err(error) => {
            found.wrong(
                Area::Permissions,
                Exit::Permission,
                format!("cannot look at {}: {error}", folder.display()),
                "run doctor as root: it goes on as the service's user",
            );
            return;
        }
        Ok(_) => {}
    }
    if let Err(error) = tempfile::tempfile_in(folder) {
        found.wrong(
            Area::Permissions,
            Exit::Permission,
            format!("{} cannot be written by this user: {error}", folder.display()),
            "run doctor as root, which goes on as the owner of the state; if it was root that made the \
             folder, give it to the service: chown -R watchlistd:watchlistd FOLDER",
        );
    }
    if let Ok(about) = database.metadata()
        && mode(&about) & 0o077 != 0
    {
        let shown = database.display();
        found.warn(
            Area::Permissions,
            format!("others than its owner may open {shown}"),
            format!("chmod 600 {shown}"),
        );
    }
}

fn mode(about: &Metadata) -> u32 {
    about.permissions().mode()
}
