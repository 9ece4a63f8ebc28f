//! Words of a term as paths need them.

use crate::detect::hash::joined;
use crate::detect::text::{Gap, Shape, Text, Token};

/// Of a term with more places where words may be written together, none is.
pub(super) const MOST_GAPS: usize = 3;

/// A word of a term as paths need it.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) hash: u64,
    pub(super) chars: u32,
    /// Whether it may be written together with the word before.
    pub(super) joins: bool,
}

/// Words as paths take them.
pub(super) fn lengths(words: &[Word]) -> impl Iterator<Item = (u64, u32)> + '_ {
    words.iter().map(|word| (word.hash, word.chars))
}

/// A name with all its words in one, where they may be written together.
pub(super) fn as_one(words: &[Word]) -> Option<Vec<Word>> {
    let gaps = words.iter().skip(1).filter(|word| word.joins).count();
    if gaps == 0 || gaps > MOST_GAPS {
        return None;
    }
    let mut merged: Vec<Word> = Vec::with_capacity(words.len() - gaps);
    for word in words {
        match merged.last_mut() {
            Some(last) if word.joins => {
                last.hash = joined(last.hash, word.hash, word.chars);
                last.chars += word.chars;
            }
            _ => merged.push(*word),
        }
    }
    Some(merged)
}

/// The words of a term in one form.
pub(super) fn words(text: &Text, form: impl Fn(&Token) -> (u64, u32)) -> Vec<Word> {
    let mut before = Shape::Cjk;
    text.tokens
        .iter()
        .map(|token| {
            let (hash, chars) = form(token);
            let letters = |shape| !matches!(shape, Shape::Cjk | Shape::Digit);
            let joins =
                token.gap == Gap::Hyphen && before != Shape::Cjk && token.shape != Shape::Cjk
                    || letters(before) && letters(token.shape);
            before = token.shape;
            Word { hash, chars, joins }
        })
        .collect()
}
