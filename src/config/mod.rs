//! The files that people edit, read into typed values that carry their place.
//!
//! Three forms follow each other: as written (a TOML tree with the span of every value), merged with
//! the defaults (each section takes its keys through a table that knows what is accepted), and valid
//! ([`Settings`] and the entries of [`crate::model`]).
//!
//! Invariant: the problems of all files are reported in one go, each with file, line and column; only
//! the spelling mistakes of one file end somewhere (after 50, in files of many megabytes sooner).
//! Config understands no crontab, no search and no mail address: those stay text with their place
//! for the stage that speaks the language.

mod address;
mod canary;
mod changes;
mod collect;
mod conflict;
mod credential;
pub mod defaults;
mod desk;
mod document;
mod duration;
pub mod edit;
mod environment;
mod files;
mod hint;
mod keep;
mod lines;
mod mail;
mod matching;
mod odd;
mod operator;
mod reader;
pub mod schema;
pub mod secret;
mod service;
pub mod settings;
mod size;
mod source;
mod status;
mod syntax;
mod table;
mod unread;
mod watchlist;

pub use changes::{changes, readers_lost, sources_lost, without_digests};
pub use credential::Credential;
pub use environment::Environment;
pub use files::{
    Files, READERS, ReadError, SERVICE, SOURCES, TOPICS, WATCHLIST, WATCHLIST_FOLDER, is_watchlist,
};
pub use matching::Backfill;
pub use secret::password;
pub use settings::Settings;

use std::path::PathBuf;
use std::time::Duration;

use self::document::Findings;
use crate::model::watchlist::WatchlistEntries;
use crate::model::{Level, Problem, ReaderEntry, SourceEntry};

/// What the files say, and all that is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// `watchlistd.toml`; `None` when something required is missing or unusable.
    pub settings: Option<Settings>,
    /// What of it other rooms judge, also when settings as a whole are `None`.
    pub legible: settings::Legible,
    /// Whether something is wrong with `storage`, `[mail]` or `[keep]`: what would stand in for it may lose mails,
    /// evidence or a secret. Of all else that `watchlistd.toml` says the defaults may stand in; what has none
    /// (`contact`, `timezone`, `[operator] to`) makes [`Parsed::settings`] `None` where it is missing.
    pub unfit: bool,
    /// Where the state lies, as far as `watchlistd.toml` can be read, also when other parts of it
    /// cannot; `None` when the file itself cannot. The last good version is looked for there.
    pub storage: Option<settings::Storage>,
    /// `sources.toml`, with the defaults of `[collect]` filled in.
    pub sources: Vec<SourceEntry>,
    /// `readers.toml`, with the defaults filled in.
    pub readers: Vec<ReaderEntry>,
    /// `topics.toml`, `watchlist.toml`, `watchlist.d/*.toml`, in this order.
    pub watchlist: WatchlistEntries,
    /// All problems, by file and position; equal ones once.
    pub problems: Vec<Problem>,
    /// Whether every file could be read and is TOML. When not, an entry that seems to be missing
    /// may stand in the broken part: references between files say nothing then.
    pub whole: bool,
    /// Whether every entry's name, id and groups could be read as well. When not, an id that seems to be
    /// nobody's may be one of those.
    pub named: bool,
}

/// Reads all files of a folder into typed values. Looks at no file itself and at no clock.
#[must_use]
pub fn parse(files: &Files, environment: &Environment) -> Parsed {
    let problems = files.problems();
    let whole = problems.iter().all(|one| one.level != Level::Error);
    let mut found = Findings { problems, whole, named: whole };
    let service = files
        .text(SERVICE)
        .map(|text| service::read(text, files.folder(), environment, &mut found));
    let unfit = !found.whole || service.as_ref().is_none_or(|one| one.unfit);
    let (settings, legible, storage, collect) = service.map_or_else(Default::default, |one| {
        (one.settings, one.legible, Some(one.storage), one.collect)
    });
    let zone = legible.timezone.as_ref();
    let sources = || {
        let mut found = Findings::none();
        let read = files.text(SOURCES).map(|text| source::read(text, &collect, &mut found));
        (read.unwrap_or_default(), found)
    };
    let others = || {
        let mut found = Findings::none();
        let readers = files.text(READERS).map(|text| reader::read(text, zone, &mut found));
        let watchlist = watchlists(files, &mut found);
        (readers.unwrap_or_default(), watchlist, found)
    };
    // Thousands of sources take as long to read as a long watchlist: each has a thread then.
    let many = files.text(SOURCES).is_some_and(|file| file.text.len() > MANY);
    let ((sources, of_sources), (readers, watchlist, of_others)) = match many {
        true => std::thread::scope(|scope| {
            let beside = scope.spawn(sources);
            let others = others();
            let read = beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (read, others)
        }),
        false => (sources(), others()),
    };
    for one in [of_sources, of_others] {
        found.problems.extend(one.problems);
        found.whole &= one.whole;
        found.named &= one.named;
    }
    if found.whole && watchlist::is_empty(&watchlist) {
        found.problems.push(watchlist::nothing_watched());
    }
    Parsed {
        settings,
        legible,
        unfit,
        storage,
        sources,
        readers,
        watchlist,
        problems: in_order(found.problems),
        whole: found.whole,
        named: found.named,
    }
}

/// Bytes of sources that are worth a thread.
const MANY: usize = 1 << 17;

fn watchlists(files: &Files, found: &mut Findings) -> WatchlistEntries {
    let mut entries = WatchlistEntries::default();
    for text in files.watchlist_names().filter_map(|name| files.text(name)) {
        entries.append(watchlist::read(text, found));
    }
    entries
}

/// Reads watchlists alone, as `match` and `evaluate` take them: a folder means its
/// `watchlist.toml`, `topics.toml` and `watchlist.d/*.toml`, a file is read as given.
///
/// # Errors
/// When a path cannot be read at all; what is wrong inside a file is among the problems.
pub fn watchlist_from(paths: &[PathBuf]) -> Result<(WatchlistEntries, Vec<Problem>), ReadError> {
    let mut found = Findings::none();
    let mut entries = WatchlistEntries::default();
    for path in paths {
        let files = Files::watchlist_at(path)?;
        found.problems.extend(files.problems());
        entries.append(watchlists(&files, &mut found));
    }
    Ok((entries, in_order(found.problems)))
}

/// Reads a span of time as the files have it, `30d` for example.
///
/// # Errors
/// What is wrong with it.
pub fn span(text: &str) -> Result<Duration, Problem> {
    duration::parse(text, duration::SECOND).map_err(|unfit| unfit.problem(None, "a span of time"))
}

/// Problems by file (in the order in which the files are read) and position, equal ones once; those
/// without a place come first. Several rooms may find the same mistake: each tells it, people read
/// it once.
#[must_use]
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    let mut names: Vec<String> = Vec::new();
    for place in problems.iter().filter_map(|one| one.place.as_ref()) {
        if !names.contains(&place.file.name) {
            names.push(place.file.name.clone());
        }
    }
    problems.sort_by_key(|one| {
        one.place.as_ref().map(|place| {
            let file = names.iter().position(|name| *name == place.file.name);
            (file, place.span.start, place.span.end)
        })
    });
    problems.dedup();
    problems
}
