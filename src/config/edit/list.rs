//! Values put into a list and taken out of it, with the lines and comments around them.
//!
//! In a list over several lines a comment behind a value belongs to it, and so does one on the lines
//! above. TOML's tree keeps the first with the *next* value (it stands behind the comma), so what is
//! before a value is divided at its first line end.

use toml_edit::{Array, Value};

/// Adds a value as the last, in the manner of the one before.
pub(super) fn append(list: &mut Array, mut value: Value) {
    let before = list.iter().last().map(|last| raw(last.decor().prefix()));
    let Some(indent) = before.as_deref().and_then(|one| one.rsplit_once('\n')).map(|one| one.1)
    else {
        // On one line: the library's own spacing, whatever was behind the last value kept.
        list.push(value);
        return;
    };
    let mut behind = list.trailing().as_str().unwrap_or("").to_owned();
    if !list.trailing_comma() {
        // What stands behind the last value would stand before its comma.
        if let Some(last) = list.iter_mut().last() {
            behind = format!("{}{behind}", raw(last.decor().suffix()));
            last.decor_mut().set_suffix("");
        }
    }
    let (comments, end) = behind.rsplit_once('\n').unwrap_or((&behind, ""));
    value.decor_mut().set_prefix(format!("{comments}\n{indent}"));
    let end = format!("\n{end}");
    list.push_formatted(value);
    list.set_trailing_comma(true);
    list.set_trailing(end);
}

/// Takes a value out with the comments that are its own.
pub(super) fn take_out(list: &mut Array, nth: usize) {
    let gone = list.remove(nth);
    let before = raw(gone.decor().prefix());
    if let Some(next) = list.get_mut(nth) {
        let joined = joined(&before, &raw(next.decor().prefix()), nth == 0);
        next.decor_mut().set_prefix(joined);
    } else {
        let joined = joined(&before, list.trailing().as_str().unwrap_or(""), nth == 0);
        list.set_trailing(if list.is_empty() { String::new() } else { joined });
    }
}

/// What stands between two neighbours once what was between them is gone: behind the first line end
/// of `before` begins what was its own, before that of `after` as well.
fn joined(before: &str, after: &str, first: bool) -> String {
    match (before.split_once('\n'), after.split_once('\n')) {
        (Some((same_line, _)), Some((_, below))) => format!("{same_line}\n{below}"),
        _ if first => before.to_owned(),
        _ => after.to_owned(),
    }
}

fn raw(text: Option<&toml_edit::RawString>) -> String {
    text.and_then(toml_edit::RawString::as_str).unwrap_or("").to_owned()
}
