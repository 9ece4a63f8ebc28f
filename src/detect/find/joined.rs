//! Words that may be one word which somebody divided.

use super::room::So;
use crate::detect::hash::joined;
use crate::detect::stem::Stem;
use crate::detect::text::Token;

/// How many words can be one word that somebody divided.
pub(super) const JOINED: usize = 3;

/// The word at `at` and the next, which may be one word, and these with the one after, if it may too:
/// gives how many are joined to the first, and the whole.
#[inline]
pub(super) fn joined_ways(
    tokens: &[Token],
    at: usize,
    word: impl Fn(usize) -> Stem,
    mut each: impl FnMut(usize, Stem),
) {
    // The stem of the whole is what stands before and the stem of the last part.
    let both = |hash: u64, chars: u32, last: Stem| Stem {
        hash: joined(hash, last.hash, last.chars),
        chars: chars.saturating_add(last.chars),
    };
    each(1, both(tokens[at].hash, tokens[at].chars, word(at + 1)));
    // The first word of a field is never one with that before.
    if !tokens.get(at + 2).is_some_and(Token::joins) {
        return;
    }
    let middle = &tokens[at + 1];
    let middle = Stem { hash: middle.hash, chars: middle.chars };
    let begun = both(tokens[at].hash, tokens[at].chars, middle);
    each(2, both(begun.hash, begun.chars, word(at + 2)));
}

/// What is come through by taking `more` words together with the one at `at`.
pub(super) fn over(tokens: &[Token], so: So, at: usize, more: usize) -> So {
    tokens[at + 1..=at + more].iter().fold(so, |so, token| so.over(token.gap))
}
