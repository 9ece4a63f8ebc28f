//! Reading a backup: nothing is taken that the manifest does not name, or that differs from what it
//! says. A name that leads out of its folder is no name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use tar::Archive;

use super::BackupError;
use super::manifest::{FORMAT, Hashing, Manifest, Part};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const CONFIG: &str = "config/";
pub(super) const DATABASE: &str = "state.db";

/// Most bytes of the manifest, and of one file: larger ones are not ours.
const LARGEST: u64 = 512 * 1024 * 1024;

/// The files of a backup, by name below the folder.
pub type Config = BTreeMap<String, Vec<u8>>;

/// What a backup holds beside the database.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The files.
    pub config: Config,
}

/// Reads the manifest and the files, which lie before the database.
///
/// # Errors
/// When it is no backup, or damaged in that part.
pub fn read_config(path: &Path) -> Result<Unpacked, BackupError> {
    let file = File::open(path).map_err(BackupError::io(format!("open {}", path.display())))?;
    read(path, file, None)
}

/// Reads all of `file`, which was opened at `path`, and writes the database to `database`.
///
/// # Errors
/// When it is no backup, damaged anywhere, or cannot be written.
pub fn unpack(path: &Path, file: File, database: &mut File) -> Result<Unpacked, BackupError> {
    read(path, file, Some(database))
}

fn read(path: &Path, file: File, mut database: Option<&mut File>) -> Result<Unpacked, BackupError> {
    let unfit = |why: String| BackupError::Unfit { path: path.to_path_buf(), why };
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(file)));
    let entries = archive.entries().map_err(|error| unfit(error.to_string()))?;
    let mut manifest: Option<Manifest> = None;
    let mut config = Config::new();
    let mut whole = false;
    for entry in entries {
        let mut entry = entry.map_err(|error| unfit(error.to_string()))?;
        let name = entry.path().map_err(|error| unfit(error.to_string()))?;
        let name = name.to_string_lossy().into_owned();
        let Some(known) = &manifest else {
            manifest = Some(first(&name, &mut entry).map_err(unfit)?);
            continue;
        };
        if let Some(below) = name.strip_prefix(CONFIG) {
            let part = known.config.iter().find(|part| part.name == below);
            let part = part.filter(|part| is_plain(&part.name) && part.size <= LARGEST);
            let part = part.ok_or_else(|| unfit(format!("it does not announce {name}")))?;
            let mut bytes = Vec::new();
            take(part, &mut entry, &mut bytes).map_err(|why| unfit(format!("{name}: {why}")))?;
            config.insert(below.to_owned(), bytes);
        } else if name == DATABASE {
            if let Some(database) = database.as_deref_mut() {
                take(&known.database, &mut entry, database)
                    .map_err(|why| unfit(format!("{name}: {why}")))?;
            }
            whole = true;
            break;
        } else {
            return Err(unfit(format!("it does not announce {name}")));
        }
    }
    let manifest = manifest.ok_or_else(|| unfit("it is empty".to_owned()))?;
    if !whole || config.len() != manifest.config.len() {
        return Err(unfit("it ends early".to_owned()));
    }
    Ok(Unpacked { manifest, config })
}

fn first(name: &str, entry: &mut impl Read) -> Result<Manifest, String> {
    if name != MANIFEST {
        return Err(format!("it begins with {name}, not with {MANIFEST}"));
    }
    let mut text = Vec::new();
    entry.take(LARGEST).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| format!("{MANIFEST}: {error}"))?;
    if manifest.format > FORMAT {
        let program = &manifest.program;
        return Err(format!("it was written by {program}, whose form this version does not know"));
    }
    Ok(manifest)
}

/// Takes a part and holds it against what was announced.
fn take(part: &Part, entry: &mut impl Read, out: &mut impl Write) -> Result<(), String> {
    let mut content = Hashing::new(entry.take(part.size + 1));
    io::copy(&mut content, out).map_err(|error| error.to_string())?;
    let found = content.part(part.name.clone());
    if found.size != part.size {
        return Err(format!("{} bytes were announced and {} found", part.size, found.size));
    }
    if found.sha256 != part.sha256 {
        return Err("its hash differs from the announced one: it was damaged or changed".to_owned());
    }
    Ok(())
}

/// `sources.toml` or `watchlist.d/mine.toml`, and nothing that leads elsewhere.
fn is_plain(name: &str) -> bool {
    let file = name.strip_prefix("watchlist.d/").unwrap_or(name);
    file.ends_with(".toml") && !file.contains(['/', '\\', '\0']) && !file.starts_with('.')
}
