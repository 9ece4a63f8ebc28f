//! What ordeals came to: how long they are run, and the figures that a full run leaves behind.
//!
//! A full run removes an ordeal's figures when it begins and writes them when it ends well, so that
//! figures in the book are always those of a run that held.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Set to `full` for the long form.
const LENGTH: &str = "WATCHLISTD_ORDEALS";

/// Whether ordeals are run at length.
pub(crate) fn is_full() -> bool {
    std::env::var_os(LENGTH).is_some_and(|length| length == "full")
}

/// An ordeal under way.
pub(crate) struct Ordeal {
    name: &'static str,
    pub(crate) full: bool,
    figures: Vec<Figure>,
}

/// "512 kills".
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) count: u64,
    pub(crate) of: String,
}

impl Ordeal {
    /// Begins the ordeal of this name in the book.
    pub(crate) fn begin(name: &'static str) -> Self {
        assert!(
            super::book::ORDEALS.iter().any(|one| one.name == name),
            "{name} has no entry in tests/ordeals/book"
        );
        let full = is_full();
        if full {
            // None there is as good.
            let _ = fs::remove_file(path(name));
        }
        Self { name, full, figures: Vec::new() }
    }

    /// `long` in a full run, `short` otherwise.
    pub(crate) fn either<T>(&self, short: T, long: T) -> T {
        if self.full { long } else { short }
    }

    /// Notes a figure; more of the same is added up.
    pub(crate) fn count(&mut self, count: u64, of: &str) {
        match self.figures.iter_mut().find(|one| one.of == of) {
            Some(figure) => figure.count += count,
            None => self.figures.push(Figure { count, of: of.to_owned() }),
        }
    }

    /// It held. A full run writes its figures and the book.
    pub(crate) fn held(self) {
        let told: Vec<String> =
            self.figures.iter().map(|one| format!("{} {}", one.count, one.of)).collect();
        crate::support::said::note(format_args!("{}: {}", self.name, told.join(", ")));
        if self.full {
            fs::create_dir_all(folder()).unwrap();
            let text = serde_json::to_string_pretty(&self.figures).unwrap();
            fs::write(path(self.name), text + "\n").unwrap();
            super::book::write();
        }
    }
}

/// The figures of the last full run of an ordeal; `None` when there was none that held.
pub(crate) fn of(name: &str) -> Option<Vec<Figure>> {
    let text = fs::read_to_string(path(name)).ok()?;
    Some(serde_json::from_str(&text).expect("findings are ours and well-formed"))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ordeals/results")
}

fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.json"))
}
