//! Whether words look like a ticker: rows of the table in `watchlist/ticker.rs`.

use crate::detect::exchanges::exchange_of;
use crate::detect::phrases::Suffixed;
use crate::detect::text::{CLOSE, COLON, DOLLAR, Gap, MONEY, OPEN, SEMICOLON, Shape, Text, Token};

/// An exchange's list of symbols holds no more words before one of them.
const LIST: usize = 12;

/// In capitals, or of digits.
pub(super) fn capital(token: &Token) -> bool {
    token.shape != Shape::Capital && token.shape != Shape::Lower
}

/// An exchange before a symbol: with a colon, or both alone in brackets, or a number directly behind its letters.
pub(super) fn behind_exchange(text: &Text, easy: bool, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    if let [one] = tokens {
        return !easy && capital(one) && text.word(one).ends_with(|one: char| one.is_ascii_digit());
    }
    let Some(at) = (1..tokens.len()).find(|at| tokens[*at].marks & COLON != 0) else {
        let (symbol, exchange) = (&tokens[tokens.len() - 1], &tokens[..tokens.len() - 1]);
        return !easy
            && alone_in_brackets(tokens)
            && are_exchange(exchange)
            && capital(symbol)
            && symbol.marks & (DOLLAR | MONEY) == 0;
    };
    let (exchange, symbol) = tokens.split_at(at);
    let amount = symbol[0].marks & MONEY != 0
        || symbol[0].marks & DOLLAR != 0 && symbol[0].shape == Shape::Digit;
    are_exchange(exchange)
        && symbol.iter().all(capital)
        && !amount
        && (!easy || glued(&exchange[at - 1], &symbol[0]) || ends(text, first, last))
}

/// A symbol before a suffix.
pub(super) fn before_suffix(text: &Text, how: Suffixed, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    let [.., symbol, suffix] = tokens else {
        // `T.N`, which is read as initials; `T.N.` is no ticker, nor is `TN`.
        let one = &tokens[0];
        return capital(one) && one.end - one.start == one.chars + 1;
    };
    let easy = matches!(how, Suffixed::EasyDot | Suffixed::EasySpace);
    let spaced = matches!(how, Suffixed::Space | Suffixed::EasySpace);
    tokens.iter().all(capital)
        && match suffix.gap {
            Gap::Inner => glued(symbol, suffix),
            Gap::Hyphen => !easy,
            Gap::Space if spaced => {
                let number = tokens.len() == 2 && symbol.shape == Shape::Digit;
                alone_in_brackets(tokens) && (number || !easy) || number && !easy
            }
            _ => false,
        }
}

/// A symbol behind a dollar sign.
pub(super) fn behind_dollar(tokens: &[Token]) -> bool {
    tokens.iter().all(capital) && tokens[0].marks & DOLLAR != 0
}

/// A symbol alone in brackets.
pub(super) fn bracketed(tokens: &[Token]) -> bool {
    tokens.iter().all(capital) && alone_in_brackets(tokens)
}

/// A symbol behind others of an exchange: `BRK.B` in `(NYSE: BRK.A, BRK.B)`.
pub(super) fn listed(text: &Text, exchange: u8, first: usize, last: usize) -> bool {
    let tokens = &text.tokens;
    let inside = |token: &Token| {
        token.marks & CLOSE == 0
            && (capital(token) || token.shape == Shape::Lower && token.chars <= 3)
    };
    let here = &tokens[first..=last];
    if !here.iter().all(capital) || here[0].marks & (COLON | DOLLAR | MONEY) != 0 {
        return false;
    }
    let joined = first.checked_sub(1).is_some_and(|at| tokens[at].shape == Shape::Lower);
    let parted = here[0].gap == Gap::Comma || here[0].gap == Gap::Inner || joined;
    let goes_on = tokens.get(last + 1).is_some_and(|next| {
        next.gap >= Gap::Comma || next.gap == Gap::Inner || next.shape == Shape::Lower
    });
    if !parted || !(here[here.len() - 1].marks & CLOSE != 0 || goes_on) {
        return false;
    }
    let before = (first.saturating_sub(LIST)..first).rev();
    for at in before {
        let token = &tokens[at];
        if tokens[at + 1].marks & COLON != 0 {
            let opens = token.marks & (OPEN | SEMICOLON) != 0;
            return opens && exchange_of(token.hash).is_some_and(|one| one.number == exchange);
        }
        if !inside(token) {
            return false;
        }
    }
    false
}

/// The words of an exchange's name: a code of three letters or fewer in capitals, any other with capitals.
fn are_exchange(words: &[Token]) -> bool {
    words.iter().all(|token| match token.shape {
        Shape::Lower => token.cased != token.hash,
        Shape::Capital => token.chars > 3 || words.len() > 1,
        Shape::Caps | Shape::Digit | Shape::Cjk => true,
    })
}

fn alone_in_brackets(tokens: &[Token]) -> bool {
    tokens[0].marks & OPEN != 0 && tokens[tokens.len() - 1].marks & CLOSE != 0
}

/// Whether one sign stands between two words and nothing else.
fn glued(one: &Token, next: &Token) -> bool {
    next.start == one.end + 1
}

/// Whether nothing goes on behind a symbol: the text or the sentence ends, or in brackets at least a clause.
fn ends(text: &Text, first: usize, last: usize) -> bool {
    let after = text.tokens.get(last + 1).map_or(Gap::Break, |next| next.gap);
    after == Gap::Break
        || text.tokens[last].marks & CLOSE != 0
        || text.tokens[first].marks & OPEN != 0 && after >= Gap::Quote
}
