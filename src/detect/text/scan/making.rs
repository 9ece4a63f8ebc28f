//! Words of whatever characters, one by one.

use super::read::{read, single};
use crate::detect::hash::push;
use crate::detect::text::fold::{Class, fold};
use crate::detect::text::token::Shape;

/// A token in the making, of whatever characters.
#[derive(Default)]
pub(super) struct Making {
    pub(super) hash: u64,
    pub(super) cased: u64,
    pub(super) chars: u32,
    upper: u32,
    lower: u32,
    other: u32,
    first_upper: bool,
    pub(super) folded: String,
}

impl Making {
    /// One more character.
    pub(super) fn take(&mut self, one: char) {
        fold(one, |part| {
            self.count(part);
            self.cased = push(self.cased, part);
            for small in part.to_lowercase() {
                if !unicode_normalization::char::is_combining_mark(small) {
                    self.hash = push(self.hash, small);
                    self.folded.push(small);
                    self.chars += 1;
                }
            }
        });
    }

    fn count(&mut self, one: char) {
        if one.is_uppercase() {
            self.first_upper |= self.chars == 0;
            self.upper += 1;
        } else if one.is_numeric() {
        } else if one.is_lowercase() {
            self.lower += 1;
        } else {
            self.other += 1;
        }
    }

    /// How it is written.
    pub(super) fn shape(&self) -> Shape {
        match (self.upper, self.lower, self.other) {
            (0, 0, 0) => Shape::Digit,
            (1.., 0, 0) => Shape::Caps,
            (1, _, _) if self.first_upper => Shape::Capital,
            _ => Shape::Lower,
        }
    }
}

/// Takes all letters and digits from `start`; invisible characters are not there. Gives the byte
/// after the last letter.
pub(super) fn run(making: &mut Making, text: &str, start: usize) -> usize {
    let (mut end, mut next) = (start, start);
    while let Some(one) = read(text, next) {
        match one.class {
            Class::Word => {
                making.take(one.char);
                end = one.end;
            }
            Class::Ignorable => {}
            _ => break,
        }
        next = one.end;
    }
    end
}

/// Where the dot ends after a single letter that another single letter follows.
pub(super) fn initials(text: &str, end: usize, making: &Making) -> Option<usize> {
    if making.chars != 1 || making.upper + making.lower != 1 {
        return None;
    }
    let dot = read(text, end).filter(|one| one.char == '.')?;
    single(text, dot.end)?;
    Some(dot.end)
}

/// Takes `S.A.` of `U.S.A.`; `at` lies behind the first dot. Gives the byte after the last dot.
pub(super) fn more_initials(text: &str, mut at: usize, making: &mut Making) -> usize {
    while let Some(letter) = single(text, at) {
        making.take(letter.char);
        match read(text, letter.end).filter(|one| one.char == '.') {
            Some(dot) => at = dot.end,
            None => return letter.end,
        }
    }
    at
}
