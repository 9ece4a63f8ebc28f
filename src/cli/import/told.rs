//! What an import tells of what it did.

use std::io::Write;

use super::gathered::Gathered;
use super::merge::Merged;
use crate::model::counted;

/// Tells that a list was in another encoding than UTF-8: where that was guessed, names may have come out wrong.
pub(super) fn encoding(name: &str, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(
        out,
        "Not UTF-8: read as {name}. Look whether the names came out right; if not, save the list as UTF-8."
    )
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
