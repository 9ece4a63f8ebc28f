//! What a line of TOML is, told without parsing it: for texts that do not parse.

use std::ops::Range;

/// `[name]` or `[[name]]`.
pub(super) fn is_header(line: &str) -> bool {
    header(line).is_some()
}

/// The name in a header.
pub(super) fn header(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or(line).trim();
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let inner = match inner.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None => inner,
    };
    let name = inner.trim();
    (!name.is_empty() && name.chars().all(bare)).then_some(name)
}

/// `key =`.
pub(super) fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim();
        !key.is_empty() && key.chars().all(bare)
    })
}

/// Characters of a bare TOML key.
pub(super) fn bare(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.')
}

/// A span of a text in which signs stand for wider ones, as one of the text itself: of such a sign all is meant.
pub(super) fn in_whole_signs(text: &str, span: Range<usize>) -> Range<usize> {
    text.floor_char_boundary(span.start)..text.ceil_char_boundary(span.end)
}

/// Bytes of the line around `at`, its line end included.
pub(super) fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found + 1);
    start..end
}
