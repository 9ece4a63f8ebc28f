//! The named texts of a folder: read from disk, or taken from the stored last good version.
//!
//! Invariant: a file that is missing, unreadable, empty or not UTF-8 becomes a problem and never
//! hides what is wrong in the others. Nothing here knows what a file means.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::unread::unread;
use crate::model::{FileText, Level, Place, Problem};

/// The operator's file.
pub const SERVICE: &str = "watchlistd.toml";
/// The sources.
pub const SOURCES: &str = "sources.toml";
/// The readers.
pub const READERS: &str = "readers.toml";
/// The curated topics.
pub const TOPICS: &str = "topics.toml";
/// The analysts' watchlist.
pub const WATCHLIST: &str = "watchlist.toml";
/// Folder of further watchlists.
pub const WATCHLIST_FOLDER: &str = "watchlist.d";

/// Whether a file of this name, relative to the folder, holds a watchlist.
#[must_use]
pub fn is_watchlist(name: &str) -> bool {
    let inside = name.strip_prefix(WATCHLIST_FOLDER).and_then(|rest| rest.strip_prefix('/'));
    name == TOPICS || name == WATCHLIST || inside.is_some()
}

/// Tables that people put into the wrong file, and where they belong.
pub(super) const HOMES: &[(&str, &str)] = &[
    ("source", "in sources.toml"),
    ("reader", "in readers.toml"),
    ("company", "in watchlist.toml"),
    ("topic", "in topics.toml or watchlist.toml"),
    ("rule", "in watchlist.toml"),
    ("operator", "in watchlistd.toml"),
    ("collect", "in watchlistd.toml"),
    ("matching", "in watchlistd.toml"),
    ("mail", "in watchlistd.toml"),
    ("keep", "in watchlistd.toml"),
    ("canary", "in watchlistd.toml"),
    ("status", "in watchlistd.toml"),
];

/// A folder or file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at this path.
    #[error("cannot read {}: there is no such file or folder", .0.display())]
    Missing(PathBuf),
    /// The permissions forbid it.
    #[error("cannot read {}: permission denied", .0.display())]
    Denied(PathBuf),
    /// A folder was expected.
    #[error("cannot read {}: it is a file, not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds no watchlist.
    #[error("{} holds no watchlist: no watchlist.toml, topics.toml or watchlist.d/*.toml", .0.display())]
    NoWatchlist(PathBuf),
    /// What is there is no file that has an end.
    #[error("cannot read {}: it is {kind}, not a file", path.display())]
    NoFile {
        /// What was to be read.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// The system says something else.
    #[error("cannot read {}: {why}", path.display())]
    Io {
        /// What was read.
        path: PathBuf,
        /// What the system said. Told above, and no cause: it would be told twice.
        why: std::io::Error,
    },
}

impl ReadError {
    fn of(path: &Path, why: std::io::Error) -> Self {
        match why.kind() {
            ErrorKind::NotFound => Self::Missing(path.to_path_buf()),
            ErrorKind::PermissionDenied => Self::Denied(path.to_path_buf()),
            ErrorKind::NotADirectory => Self::NotAFolder(path.to_path_buf()),
            _ => Self::Io { path: path.to_path_buf(), why },
        }
    }
}

/// The bytes of a file. A pipe, a socket or a device is not opened: reading it might never end.
fn bytes_of(path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |error| ReadError::of(path, error);
    let kind = |about: &std::fs::Metadata| {
        let kind = about.file_type();
        match () {
            () if kind.is_file() => None,
            () if kind.is_dir() => Some("a folder"),
            () if kind.is_fifo() => Some("a named pipe"),
            () if kind.is_socket() => Some("a socket"),
            () => Some("a device"),
        }
    };
    let fits = |about: &std::fs::Metadata| match kind(about) {
        None => Ok(()),
        Some(kind) => Err(ReadError::NoFile { path: path.to_path_buf(), kind }),
    };
    fits(&std::fs::metadata(path).map_err(failed)?)?;
    // What is put into its place meanwhile is not waited for either.
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let mut file =
        std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed)?;
    fits(&file.metadata().map_err(failed)?)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The texts of a folder, by name relative to it.
#[derive(Clone, Debug, Default)]
pub struct Files {
    folder: PathBuf,
    texts: BTreeMap<String, Arc<FileText>>,
    /// What went wrong while reading, by the name of the file.
    unreadable: BTreeMap<String, Problem>,
    /// Files that somebody meant and nobody reads.
    unread: Vec<Problem>,
    /// Files that must be there.
    required: &'static [&'static str],
}

impl Files {
    /// Whether there is a folder at all.
    ///
    /// # Errors
    /// When there is none, or it cannot be looked at.
    pub fn folder_at(path: &Path) -> Result<(), ReadError> {
        let about = std::fs::metadata(path).map_err(|error| ReadError::of(path, error))?;
        about.is_dir().then_some(()).ok_or_else(|| ReadError::NotAFolder(path.to_path_buf()))
    }

    /// Reads the folder's files. One that cannot be read is among the problems of
    /// [`super::parse`].
    ///
    /// # Errors
    /// When the folder itself cannot be listed.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let mut files = Self {
            folder: folder.to_path_buf(),
            required: &[SERVICE, SOURCES, READERS],
            ..Self::default()
        };
        let present = toml_names(folder).map_err(|error| ReadError::of(folder, error))?;
        for name in [SERVICE, SOURCES, READERS] {
            if present.iter().any(|one| one == name) {
                files.load(name.to_owned());
            }
        }
        files.load_watchlist(&present);
        Ok(files)
    }

    /// The operator's file alone, for whoever needs nothing of the others: no file is there where it
    /// cannot be read.
    #[must_use]
    pub fn service_of(folder: &Path) -> Self {
        let mut files = Self { folder: folder.to_path_buf(), ..Self::default() };
        files.load(SERVICE.to_owned());
        files
    }

    /// The stored texts of a version, as they were in `folder`.
    #[must_use]
    pub fn from_texts(folder: &Path, texts: BTreeMap<String, String>) -> Self {
        let texts = texts
            .into_iter()
            .map(|(name, text)| {
                let shown = folder.join(&name).display().to_string();
                (name, Arc::new(FileText { name: shown, text }))
            })
            .collect();
        Self {
            folder: folder.to_path_buf(),
            texts,
            required: &[SERVICE, SOURCES, READERS],
            ..Self::default()
        }
    }

    /// The watchlists at a path: a folder's, or the one file.
    pub(super) fn watchlist_at(path: &Path) -> Result<Self, ReadError> {
        let about = std::fs::metadata(path).map_err(|error| ReadError::of(path, error))?;
        let mut files = Self { folder: path.to_path_buf(), ..Self::default() };
        if about.is_dir() {
            let present = toml_names(path).map_err(|error| ReadError::of(path, error))?;
            files.load_watchlist(&present);
            if files.texts.is_empty() && files.unreadable.is_empty() {
                return Err(ReadError::NoWatchlist(path.to_path_buf()));
            }
            return Ok(files);
        }
        // Named by hand it may well be a pipe: what a shell puts in the place of `<(…)`.
        let bytes = std::fs::read(path).map_err(|error| ReadError::of(path, error))?;
        files.take(WATCHLIST.to_owned(), path.display().to_string(), bytes);
        Ok(files)
    }

    /// The texts by name, as a version stores them.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.texts.iter().map(|(name, file)| (name.clone(), file.text.clone())).collect()
    }

    /// Names of the files that are there and could not be taken.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.keys().map(String::as_str)
    }

    /// Whether a file of this name is there, readable or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name) || self.unreadable.contains_key(name)
    }

    /// Whether every file could be read.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems().iter().all(|one| one.level != Level::Error)
    }

    /// The folder they belong to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file's text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&Arc<FileText>> {
        self.texts.get(name)
    }

    /// The name of the file in which a place lies.
    #[must_use]
    pub fn name_of(&self, place: &Place) -> Option<&str> {
        let mut texts = self.texts.iter();
        texts.find(|(_, file)| file.name == place.file.name).map(|(name, _)| name.as_str())
    }

    /// The same files with another text in one of them, which may be new.
    #[must_use]
    pub fn with(&self, name: &str, text: String) -> Self {
        let mut files = self.clone();
        files.unreadable.remove(name);
        let shown = self.folder.join(name).display().to_string();
        files.texts.insert(name.to_owned(), Arc::new(FileText { name: shown, text }));
        files
    }

    /// Names of the files that hold watchlists, in the order in which they are read.
    pub(super) fn watchlist_names(&self) -> impl Iterator<Item = &str> {
        let further = self.texts.keys().map(String::as_str);
        [TOPICS, WATCHLIST]
            .into_iter()
            .filter(|name| self.texts.contains_key(*name))
            .chain(further.filter(|name| name.starts_with(WATCHLIST_FOLDER)))
    }

    /// What is wrong with the files as files.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let missing = self
            .required
            .iter()
            .filter(|name| {
                !self.texts.contains_key(**name) && !self.unreadable.contains_key(**name)
            })
            .map(|name| self.missing(name));
        let unread = self.unread.iter().cloned();
        self.unreadable.values().cloned().chain(missing).chain(unread).collect()
    }

    fn missing(&self, name: &str) -> Problem {
        let path = self.folder.join(name);
        Problem::error(None, format!("{} is missing", path.display())).hint(
            "`watchlistd init DIR --to ADDRESS --timezone ZONE` writes a commented file to start from, and \
             leaves those that are there as they are",
        )
    }

    fn load_watchlist(&mut self, present: &[String]) {
        let ours = [SERVICE, SOURCES, READERS, TOPICS, WATCHLIST];
        self.unread = unread(&self.folder, &ours, WATCHLIST_FOLDER);
        for name in [TOPICS, WATCHLIST] {
            if present.iter().any(|one| one == name) {
                self.load(name.to_owned());
            }
        }
        let folder = self.folder.join(WATCHLIST_FOLDER);
        match toml_names(&folder) {
            Ok(names) => {
                for name in names {
                    self.load(format!("{WATCHLIST_FOLDER}/{name}"));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let error = ReadError::of(&folder, error);
                self.unreadable.insert(WATCHLIST_FOLDER.to_owned(), unreadable(&folder, &error));
            }
        }
    }

    fn load(&mut self, name: String) {
        let path = self.folder.join(&name);
        match bytes_of(&path) {
            Ok(bytes) if bytes.is_empty() => {
                self.unreadable.insert(name, empty(&path));
            }
            Ok(bytes) => self.take(name, path.display().to_string(), bytes),
            Err(error) => {
                self.unreadable.insert(name, unreadable(&path, &error));
            }
        }
    }

    /// Takes a file's bytes as text; a byte order mark is dropped, so that columns count right.
    fn take(&mut self, name: String, shown: String, bytes: Vec<u8>) {
        match String::from_utf8(bytes) {
            Ok(mut text) => {
                if text.starts_with('\u{feff}') {
                    text.drain(..'\u{feff}'.len_utf8());
                }
                self.texts.insert(name, Arc::new(FileText { name: shown, text }));
            }
            Err(error) => {
                let problem = not_utf8(shown, error.as_bytes(), error.utf8_error().valid_up_to());
                self.unreadable.insert(name, problem);
            }
        }
    }
}

/// A file that is listed and cannot be read; one that is not there is a link to nothing.
fn unreadable(path: &Path, error: &ReadError) -> Problem {
    match std::fs::read_link(path) {
        Ok(target) if matches!(error, ReadError::Missing(_)) => {
            let (shown, target) = (path.display(), target.display());
            let what = format!("cannot read {shown}: it is a link to {target}, where nothing is");
            Problem::error(None, what)
                .hint("put the file back there, or a file in the link's place")
        }
        _ => {
            let problem = Problem::error(None, error.to_string());
            match error {
                ReadError::Denied(_) => problem
                    .hint("the service's user must be able to read it: `ls -l` tells whose it is")
                    .denied(),
                ReadError::NoFile { .. } => {
                    problem.hint("put a file in its place, or take it away")
                }
                _ => problem,
            }
        }
    }
}

/// An editor or a full disk may leave a file of no bytes; taking it at its word would silently
/// watch nothing.
fn empty(path: &Path) -> Problem {
    Problem::error(None, format!("{} is empty (0 bytes)", path.display())).hint(
        "put its text back; if it is meant to hold nothing, write a comment into it or delete it",
    )
}

fn not_utf8(name: String, bytes: &[u8], at: usize) -> Problem {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let byte = bytes.get(at).copied().unwrap_or_default();
    let hint = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it looks like UTF-16; save the file as UTF-8",
        _ => "save the file as UTF-8; an editor may call its present form Windows-1252 or Latin-1",
    };
    let end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let file = Arc::new(FileText { name, text });
    let what = format!("not UTF-8: byte 0x{byte:02X} at offset {at}");
    Problem::error(Some(Place { file, span: at..end }), what).hint(hint)
}

/// Names of the `*.toml` files in a folder, sorted; hidden ones (editors' locks) are left out.
fn toml_names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
