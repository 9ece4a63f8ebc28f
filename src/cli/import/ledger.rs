//! What an import wrote, so that the next one knows what is its own: a line for each entry in a file
//! beside the result.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::model::id::{base32, digest};

const HEADING: &str = "# What `watchlistd import` wrote into the file beside this one: id, day, hash.\n\
     # By it the next import knows what a person has touched since. Keep it with that file.\n";

/// An entry as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The day on which it was first imported.
    pub(super) added: String,
    /// Of its text.
    pub(super) hash: String,
}

/// What was written, by the list's tag and the entry's id in the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    lines: HashMap<String, Line>,
    order: Vec<String>,
}

impl Ledger {
    /// The name of the file for a result's file.
    pub(super) fn path(&self, file: &str) -> String {
        beside(file)
    }

    /// Reads the ledger of a result's file; what is missing or not understood was not written by us.
    pub(super) fn read(folder: &Path, file: &str) -> Self {
        let mut ledger = Self::default();
        let text = std::fs::read_to_string(folder.join(beside(file))).unwrap_or_default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            if let (Some(key), Some(added), Some(hash)) = (cells.next(), cells.next(), cells.next())
            {
                let line = Line { added: added.to_owned(), hash: hash.to_owned() };
                ledger.note(unescaped(key), line);
            }
        }
        ledger
    }

    /// What was written of an entry.
    pub(super) fn line(&self, key: &str) -> Option<&Line> {
        self.lines.get(key)
    }

    /// Notes what was written of an entry.
    pub(super) fn note(&mut self, key: String, line: Line) {
        if self.lines.insert(key.clone(), line).is_none() {
            self.order.push(key);
        }
    }

    /// All that was written, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let mut text = HEADING.to_owned();
        for key in &self.order {
            let line = &self.lines[key];
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\t{}\t{}", escaped(key), line.added, line.hash);
        }
        text
    }
}

fn beside(file: &str) -> String {
    format!("{}.imported", file.trim_end_matches(".toml"))
}

/// The hash of an entry's text, without the blank lines around it.
pub(super) fn hash(text: &str) -> String {
    base32(&digest(&[text.trim()])[..10])
}

fn escaped(key: &str) -> String {
    key.replace('%', "%25").replace('\t', "%09").replace('\n', "%0A").replace('\r', "%0D")
}

fn unescaped(key: &str) -> String {
    key.replace("%0D", "\r").replace("%0A", "\n").replace("%09", "\t").replace("%25", "%")
}
