//! Writing a backup.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::manifest::{FORMAT, LeftOut, Manifest, Part};
use super::{BackupError, unpack};
use crate::config::settings::{Settings, Storage, Transport};
use crate::model::Timestamp;
use crate::model::record::Head;

/// The files that a folder holds, as they are, whether anybody can make sense of them or not: by name
/// below the folder.
///
/// # Errors
/// When the folder or a file cannot be read.
pub fn gather(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, BackupError> {
    let mut found = Vec::new();
    for (below, prefix) in
        [(folder.to_path_buf(), ""), (folder.join("watchlist.d"), "watchlist.d/")]
    {
        let listed = match std::fs::read_dir(&below) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listed => listed.map_err(BackupError::io(format!("list {}", below.display())))?,
        };
        for entry in listed {
            let path = entry.map_err(BackupError::io(format!("list {}", below.display())))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".toml") || name.starts_with('.') || !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(&path)
                .map_err(BackupError::io(format!("read {}", path.display())))?;
            found.push((format!("{prefix}{name}"), bytes));
        }
    }
    found.sort();
    Ok(found)
}

/// What a backup is made from.
pub struct Written<'a> {
    /// When.
    pub made: Timestamp,
    /// The folder of the files.
    pub folder: &'a Path,
    /// The files.
    pub files: &'a [(String, Vec<u8>)],
    /// Where the database lies.
    pub storage: &'a Storage,
    /// What the files say, if it can be read.
    pub settings: Option<&'a Settings>,
    /// The end of the record.
    pub head: Option<Head>,
}

/// Writes a backup of `written` and of the closed copy `database` to `out`, and answers what is in it.
///
/// # Errors
/// When the copy cannot be read or `out` cannot be written.
pub fn pack(
    written: &Written<'_>,
    mut database: File,
    out: impl Write,
) -> Result<Manifest, BackupError> {
    let manifest = describe(written, &mut database)
        .map_err(BackupError::io("read the copy of the database"))?;
    let failed = BackupError::io("write the backup");
    write(&manifest, written, database, out).map_err(failed)?;
    Ok(manifest)
}

fn describe(written: &Written<'_>, database: &mut File) -> io::Result<Manifest> {
    let Storage::Sqlite(path) = written.storage;
    let part = Part::of(unpack::DATABASE, database)?;
    database.rewind()?;
    let config = written
        .files
        .iter()
        .map(|(name, bytes)| Part::of(name.clone(), &mut bytes.as_slice()))
        .collect::<io::Result<_>>()?;
    Ok(Manifest {
        format: FORMAT,
        program: concat!("watchlistd ", env!("CARGO_PKG_VERSION")).to_owned(),
        made: written.made,
        folder: written.folder.display().to_string(),
        storage: format!("sqlite:{}", path.display()),
        head: written.head.clone().map(|head| (head.number, head.hash)),
        database: part,
        config,
        left_out: written.settings.map(left_out).unwrap_or_default(),
    })
}

/// Files that the settings name: a secret must not travel with every backup, and authorities belong
/// to the machine.
fn left_out(settings: &Settings) -> Vec<LeftOut> {
    let Transport::Smtp(smtp) = &settings.mail.transport else { return Vec::new() };
    [("password_file", &smtp.password_file), ("ca_file", &smtp.ca_file)]
        .into_iter()
        .filter_map(|(key, file)| {
            let path = file.as_ref()?.value.display().to_string();
            Some(LeftOut { key: key.to_owned(), path })
        })
        .collect()
}

fn write(
    manifest: &Manifest,
    written: &Written<'_>,
    database: File,
    out: impl Write,
) -> io::Result<()> {
    // Fast: a database of text shrinks to a third at once, and little more with patience.
    let mut tar = Builder::new(GzEncoder::new(out, Compression::fast()));
    let seconds = u64::try_from(manifest.made.millis() / 1000).unwrap_or(0);
    let mut add = |name: &str, size: u64, content: &mut dyn Read| {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(seconds);
        header.set_size(size);
        tar.append_data(&mut header, name, content)
    };
    let text = serde_json::to_vec_pretty(manifest)?;
    add(unpack::MANIFEST, text.len() as u64, &mut text.as_slice())?;
    for (name, bytes) in written.files {
        let name = format!("{}{name}", unpack::CONFIG);
        add(&name, bytes.len() as u64, &mut bytes.as_slice())?;
    }
    let size = manifest.database.size;
    add(unpack::DATABASE, size, &mut database.take(size))?;
    tar.into_inner()?.finish()?.flush()
}
