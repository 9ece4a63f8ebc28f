//! What an import tells of what it did.

use std::io::Write;

use super::gathered::Gathered;
use super::merge::Merged;
use crate::cli::samples::counted;
use crate::notify::outside;

/// Names that are shown of each kind.
const SHOWN: usize = 5;

/// Some names: how many, and the first of them. Of a long list nobody reads more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// How many.
    pub(super) count: usize,
    first: Vec<String>,
}

impl Names {
    /// One more.
    pub(super) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(name.to_owned());
        }
    }

    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.count == 0
    }

    /// Tells how many and some of them, where there are any.
    pub(super) fn tell(&self, what: &str, out: &mut dyn Write) -> std::io::Result<()> {
        if self.are_none() {
            return Ok(());
        }
        writeln!(out, "  {:>8} {what}", self.count)?;
        for one in &self.first {
            writeln!(out, "             {}", outside::line(one, 90))?;
        }
        if self.count > self.first.len() {
            writeln!(out, "             … and {} more", self.count - self.first.len())?;
        }
        Ok(())
    }
}

/// Tells what was read, and what of the file it is to become changes.
pub(super) fn tell(
    gathered: &Gathered,
    merged: &Merged,
    file: &str,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    write!(out, "{} read", counted(gathered.rows, "row"))?;
    match gathered.unwanted {
        0 => writeln!(out)?,
        some => writeln!(out, "; of another kind, program or country than asked for: {some}")?,
    }
    writeln!(out, "{file}")?;
    merged.added.tell("added", out)?;
    merged.changed.tell("changed in the list, and here", out)?;
    merged.gone.tell("gone from the list, and taken out here", out)?;
    if merged.same > 0 {
        writeln!(out, "  {:>8} as before", merged.same)?;
    }
    merged.edited.tell("kept as a person edited them", out)?;
    merged.taken_out.tell("left out, because a person took them out", out)?;
    merged.known.tell("left out, because they are watched already", out)?;
    gathered.weak.tell("left out, because only short or common names are known", out)?;
    gathered.unusable.tell("left out, because no name of theirs can be read", out)
}
