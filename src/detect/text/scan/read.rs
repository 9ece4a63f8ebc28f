//! One character after another, decoded and narrowed.

use crate::detect::text::entity;
use crate::detect::text::fold::{Class, class, narrow};

/// One character as the walk sees it: decoded and narrowed, with the bytes it stands for.
#[derive(Clone, Copy)]
pub(super) struct One {
    pub(super) char: char,
    pub(super) class: Class,
    /// Byte after it.
    pub(super) end: usize,
}

/// The character at `at`; `None` at the end.
pub(super) fn read(text: &str, at: usize) -> Option<One> {
    let byte = *text.as_bytes().get(at)?;
    if byte < 0x80 && byte != b'&' {
        let char = char::from(byte);
        return Some(One { char, class: class(char), end: at + 1 });
    }
    let rest = &text[at..];
    let (char, length) = if byte == b'&' {
        entity::decode(rest).unwrap_or(('&', 1))
    } else {
        let char = rest.chars().next()?;
        (char, char.len_utf8())
    };
    let char = narrow(char);
    Some(One { char, class: class(char), end: at + length })
}

/// Like [`read`], past invisible characters.
pub(super) fn read_visible(text: &str, mut at: usize) -> Option<One> {
    loop {
        let one = read(text, at)?;
        if one.class != Class::Ignorable {
            return Some(one);
        }
        at = one.end;
    }
}

/// A letter that stands alone.
pub(super) fn single(text: &str, at: usize) -> Option<One> {
    let letter =
        read(text, at).filter(|one| one.class == Class::Word && one.char.is_alphabetic())?;
    match read(text, letter.end) {
        Some(after) if matches!(after.class, Class::Word | Class::Ignorable) => None,
        _ => Some(letter),
    }
}
