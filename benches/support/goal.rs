//! A goal in a bench's words: one that does not hold is said and fails nothing.

use std::io::{self, Write};

pub(crate) fn goal(
    out: &mut impl Write,
    what: &str,
    wanted: &str,
    got: &str,
    holds: bool,
) -> io::Result<()> {
    let holds = if holds { "holds" } else { "DOES NOT HOLD" };
    writeln!(out, "  goal {what} {wanted}: {got}: {holds}")
}
