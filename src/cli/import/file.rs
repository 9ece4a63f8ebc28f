//! Which file comes in, what it is, and into which file it goes.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use clap::ValueEnum as _;

use super::{Arguments, Kind, encoding};
use crate::cli::exit::{Exit, Failure};

/// Kind and file; of a file alone the kind is guessed.
pub(super) fn asked(arguments: &Arguments) -> Result<(Kind, &Path), Failure> {
    let kind = |word: &Path| word.to_str().and_then(|word| Kind::from_str(word, true).ok());
    match arguments.list.as_slice() {
        [word, path] => {
            let kind = kind(word).ok_or_else(|| {
                let what = anyhow::anyhow!("'{}' is no kind of list", word.display());
                Failure::new(Exit::Usage, what)
                    .hint("the kinds are opml, csv, csl, opensanctions and sec")
            })?;
            Ok((kind, path))
        }
        [word] if kind(word).is_some() && !word.exists() => {
            let what = anyhow::anyhow!("no file is named");
            Err(Failure::new(Exit::Usage, what)
                .hint(format!("`watchlistd import {} FILE`", word.display())))
        }
        [path] => Ok((guessed(path)?, path)),
        _ => unreachable!("the command line takes one word or two"),
    }
}

/// Bytes that tell what a file is.
const HEAD: usize = 4_096;

/// A folder opens like a file, and cannot be read like one.
fn open(path: &Path) -> Result<File, Failure> {
    let file = File::open(path).map_err(|error| unread(path, error))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(unread(path, io::ErrorKind::IsADirectory.into()).hint("name the list itself"));
    }
    Ok(file)
}

/// A list that cannot be read is no input.
fn unread(path: &Path, error: io::Error) -> Failure {
    let mut failure = Failure::file(format!("read {}", path.display()), error);
    if failure.exit == Exit::Io {
        failure.exit = Exit::NoInput;
    }
    failure
}

/// The list as a whole.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|error| unread(path, error))?;
    Ok(bytes)
}

pub(super) fn head(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    open(path)?.take(HEAD as u64).read_to_end(&mut bytes).map_err(|error| unread(path, error))?;
    // Cut off anywhere, it may end within a character.
    Ok(encoding::text(&bytes).0.trim_start().to_owned())
}

/// What a file is by its first words.
fn guessed(path: &Path) -> Result<Kind, Failure> {
    let head = head(path)?;
    let first = head.lines().next().unwrap_or("").to_lowercase();
    let has = |names: &[&str]| names.iter().all(|name| first.contains(name));
    let kind = if head.starts_with('<') && head.to_lowercase().contains("<opml") {
        Some(Kind::Opml)
    } else if head.starts_with('{') && head.contains("\"cik") {
        Some(Kind::Sec)
    } else if head.starts_with('{') && head.contains("\"results\"") {
        Some(Kind::Csl)
    } else if has(&["schema", "aliases", "dataset"]) {
        Some(Kind::Opensanctions)
    } else if has(&["source", "entity_number", "alt_names"]) {
        Some(Kind::Csl)
    } else if !head.starts_with(['<', '{', '[']) && !head.is_empty() && !head.contains('\0') {
        Some(Kind::Csv)
    } else {
        None
    };
    kind.ok_or_else(|| {
        let what = anyhow::anyhow!("{} is no list that is known", path.display());
        Failure::new(Exit::Data, what).hint("name its kind: opml, csv, csl, opensanctions or sec")
    })
}

/// The name of the result's file.
pub(super) fn name(arguments: &Arguments, kind: Kind, path: &Path) -> Result<String, Failure> {
    let given = arguments.name.as_deref().map(|name| name.trim_end_matches(".toml"));
    let given = given.map(|name| name.trim_start_matches("watchlist.d/").to_owned());
    let name = given.unwrap_or_else(|| match kind {
        Kind::Csl => "csl".to_owned(),
        Kind::Opensanctions => "opensanctions".to_owned(),
        Kind::Sec => "sec".to_owned(),
        Kind::Csv | Kind::Opml => {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            crate::detect::watchlist::id_of_name(&stem.unwrap_or_default())
        }
    });
    let sane = |one: char| one.is_alphanumeric() || "-_.".contains(one);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(sane) {
        let what = anyhow::anyhow!("'{name}' is no name for a file of watchlist.d");
        return Err(
            Failure::new(Exit::Usage, what).hint("--name with letters, digits, '-' and '_'")
        );
    }
    Ok(name)
}

/// The list as UTF-8 from its first sign on (serde's and csv's readers each take a byte order mark for text), and in
/// which encoding it was if in another.
pub(super) fn read(path: &Path) -> Result<(Box<dyn Read>, Option<&'static str>), Failure> {
    let mut file = open(path)?;
    let plain = encoding::plain_from(&mut file).map_err(|error| unread(path, error))?;
    if let Some(mark) = plain {
        file.seek(SeekFrom::Start(mark)).map_err(|error| unread(path, error))?;
        return Ok((Box::new(BufReader::with_capacity(1 << 16, file)), None));
    }
    let (text, encoding) = encoding::text(&bytes(path)?);
    Ok((Box::new(Cursor::new(text)), encoding))
}

/// The sign between cells: people's spreadsheets have semicolons and tabs too.
pub(super) fn separator(header: &str) -> u8 {
    let count = |sign: char| header.matches(sign).count();
    [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))]
        .into_iter()
        .max_by_key(|(sign, n)| (*n, *sign == b','))
        .map_or(b',', |(sign, _)| sign)
}
