//! Full stops that end no sentence.

use std::sync::LazyLock;

use crate::detect::text::token::{Shape, Text};
use crate::detect::wordlist::{Words, folded_words};

/// Abbreviations after which a full stop ends no sentence.
fn abbreviations() -> &'static Words {
    static LIST: LazyLock<Words> =
        LazyLock::new(|| folded_words(include_str!("../../words/abbreviations.txt")));
    &LIST
}

/// Those that are words of their own, and abbreviations before a number only: `No. 5`, `Art. 12`.
fn before_a_number() -> &'static Words {
    static LIST: LazyLock<Words> =
        LazyLock::new(|| folded_words(include_str!("../../words/before_a_number.txt")));
    &LIST
}

/// Whether a full stop after the last token is part of an abbreviation; `number` where a digit follows.
pub(super) fn abbreviates(text: &Text, number: bool) -> bool {
    let Some(token) = text.tokens.last() else { return false };
    (number && token.chars <= 4 && before_a_number().contains(&token.hash))
        || (token.chars == 1 && token.shape == Shape::Caps)
        || (token.chars <= 5 && abbreviations().contains(&token.hash))
        || (token.chars == 2 && token.shape == Shape::Caps && text.word(token) == "us")
}
