//! What an import wrote, so that the next one knows what is its own: a line for each entry in a file
//! beside the result.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::model::id::{base32, digest};

const HEADING: &str = "# What `watchlistd import` wrote into the file beside this one: id, day, hash.\n\
     # By it the next import knows what a person has touched since. Keep it with that file.\n";

/// An entry as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The day on which it was first imported.
    pub(super) added: Arc<str>,
    /// Of its text.
    pub(super) hash: String,
}

/// What was written, by the list's tag and the entry's id in the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    lines: Vec<(Arc<str>, Line)>,
    /// Where each stands among them.
    places: HashMap<Arc<str>, usize>,
}

impl Ledger {
    /// Makes room for so many more lines, about.
    pub(super) fn reserve(&mut self, lines: usize) {
        self.lines.reserve(lines);
        self.places.reserve(lines);
    }

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
                let line = Line { added: Arc::from(added), hash: hash.to_owned() };
                ledger.note(&unescaped(key), line);
            }
        }
        ledger
    }

    /// What was written of an entry.
    pub(super) fn line(&self, key: &str) -> Option<&Line> {
        self.places.get(key).map(|at| &self.lines[*at].1)
    }

    /// Notes what was written of an entry.
    pub(super) fn note(&mut self, key: &str, line: Line) {
        if let Some(at) = self.places.get(key) {
            self.lines[*at].1 = line;
            return;
        }
        let key: Arc<str> = Arc::from(key);
        self.places.insert(Arc::clone(&key), self.lines.len());
        self.lines.push((key, line));
    }

    /// All that was written, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|(key, _)| &**key)
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(HEADING.len() + 48 * self.lines.len());
        text.push_str(HEADING);
        for (key, line) in &self.lines {
            let key = escaped(key);
            for part in [&*key, "\t", &*line.added, "\t", &*line.hash, "\n"] {
                text.push_str(part);
            }
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

/// What a key may not hold as it is.
const SIGNS: [char; 4] = ['%', '\t', '\n', '\r'];

fn escaped(key: &str) -> Cow<'_, str> {
    if !key.contains(SIGNS) {
        return Cow::Borrowed(key);
    }
    let key = key.replace('%', "%25").replace('\t', "%09");
    Cow::Owned(key.replace('\n', "%0A").replace('\r', "%0D"))
}

fn unescaped(key: &str) -> Cow<'_, str> {
    if !key.contains('%') {
        return Cow::Borrowed(key);
    }
    let key = key.replace("%0D", "\r").replace("%0A", "\n");
    Cow::Owned(key.replace("%09", "\t").replace("%25", "%"))
}
