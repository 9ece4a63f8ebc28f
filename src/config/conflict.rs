//! What a merge leaves in a file where two versions contradict each other: both, between marks.
//!
//! The marks are one mistake; of the two versions the first is read, so that the rest of the file is judged.

use std::ops::Range;

use super::lines::line_of;

/// What is said of one.
pub(super) const WHAT: &str = "not TOML: a merge left both of two versions here, between marks";
/// What to do.
pub(super) const HINT: &str =
    "keep one of the two, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>";

/// Two versions of some lines.
pub(super) struct Conflict {
    /// The first mark.
    pub(super) span: Range<usize>,
    /// Lines that are not to be read: the marks, and the second version.
    pub(super) unread: Vec<Range<usize>>,
}

/// All of a text that begin and end; a mark alone may be anything.
pub(super) fn all(text: &str) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(begin) = mark(text, from, "<<<<<<<") {
        let Some(end) = mark(text, begin.end, ">>>>>>>") else { break };
        from = end.end;
        // Some programs also show what both began with, behind a mark of its own.
        let begun = mark(text, begin.end, "|||||||").filter(|one| one.start < end.start);
        let middle = mark(text, begin.end, "=======").filter(|one| one.start < end.start);
        let second = begun.or(middle).map_or(end.start, |one| one.start);
        let span = begin.start..begin.start + text[begin.clone()].trim_end().len();
        found.push(Conflict { span, unread: vec![begin, second..end.end] });
    }
    found
}

/// The next line that is this mark, alone or before a name.
fn mark(text: &str, from: usize, sign: &str) -> Option<Range<usize>> {
    let mut at = from;
    while at < text.len() {
        let line = line_of(text, at);
        let rest = text[line.clone()].strip_prefix(sign);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            return Some(line);
        }
        at = line.end;
    }
    None
}
