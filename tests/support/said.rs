//! What a test says past the test runner's capture, so that a skipped one shows in every log.

use std::io::Write;

/// Says that a test was skipped, and why.
pub(crate) fn skipped(why: impl std::fmt::Display) {
    note(format_args!("SKIPPED: {why}"));
}

/// Says what a long test came to.
pub(crate) fn note(words: impl std::fmt::Display) {
    // Nobody may be reading.
    let _ = writeln!(std::io::stderr(), "{words}");
}
