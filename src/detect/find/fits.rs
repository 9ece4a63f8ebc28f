//! Whether words that spell a phrase also look like it.

use super::announced::{announced, announced_alone};
use super::room::So;
use super::symbol::{before_suffix, behind_dollar, behind_exchange, bracketed, capital, listed};
use crate::detect::phrases::{Need, Phrase};
use crate::detect::text::{Gap, HANGUL, KANA, Shape, Text, Token};

/// Whether a phrase may stand in these words, the first and the last, after what was come through.
pub(super) fn fits(text: &Text, known: Phrase, (first, last): (usize, usize), so: So) -> bool {
    so.widest <= known.loosest
        && bounded(text, first, last)
        && known.signs.allow(&text.tokens[first..=last])
        && (so.widest <= Gap::Space || known.crossings.allow(&text.tokens[first..=last]))
        && (!so.divided || known.seams.allow(&text.tokens[first..=last]))
}

/// Katakana runs are words, nothing precedes a Korean name, and a part of a number is no number.
fn bounded(text: &Text, first: usize, last: usize) -> bool {
    let tokens = &text.tokens;
    if first.checked_sub(1).is_some_and(|before| grouped(text, before)) || grouped(text, last) {
        return false;
    }
    let (begin, end) = (&tokens[first], &tokens[last]);
    let same = |one: &Token, other: &Token, mark: u16| one.marks & other.marks & mark != 0;
    let before = first.checked_sub(1).map(|at| &tokens[at]).filter(|_| begin.gap == Gap::None);
    if before.is_some_and(|before| same(before, begin, KANA) || same(before, begin, HANGUL)) {
        return false;
    }
    let after = tokens.get(last + 1).filter(|after| after.gap == Gap::None);
    !after.is_some_and(|after| same(after, end, KANA))
}

/// Whether a number goes on behind this token: three digits behind a comma or dot, as in `10,000` and `10.000`.
fn grouped(text: &Text, at: usize) -> bool {
    let [one, next] = match text.tokens.get(at..at + 2) {
        Some([one, next]) if one.shape == Shape::Digit => [one, next],
        _ => return false,
    };
    let marked = matches!(next.gap, Gap::Inner | Gap::Comma) && next.start == one.end + 1;
    let digits = || text.word(next).bytes().take_while(u8::is_ascii_digit).count();
    marked && one.chars <= 3 && digits() == 3
}

/// Whether the words look as a phrase needs them to.
pub(super) fn looks(text: &Text, need: Need, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    match need {
        Need::Free => true,
        Need::Caps { everyday } => {
            let first = u32::try_from(first).unwrap_or(u32::MAX);
            tokens.iter().all(capital) && !(everyday && text.field_of(first).shouting)
        }
        Need::CapsBut => {
            let between = |token: &Token| capital(token) || token.chars <= AND_LONGEST;
            capital(&tokens[0]) && capital(&tokens[last - first]) && tokens.iter().all(between)
        }
        Need::Exchange { easy } => behind_exchange(text, easy, first, last),
        Need::Symbol(how) => before_suffix(text, how, first, last),
        Need::Dollar => behind_dollar(tokens),
        Need::Bracket => bracketed(tokens) || announced_alone(text, first, last),
        Need::Listed { exchange, easy } => {
            listed(text, exchange, first, last) || announced(text, exchange, easy, first, last)
        }
        Need::Announced(exchange) => announced(text, exchange, true, last, last),
        Need::Class => capital(&tokens[0]) && capital(&tokens[last - first]),
    }
}

/// Letters of the longest word that means "and".
const AND_LONGEST: u32 = 3;
