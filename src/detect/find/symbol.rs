//! Whether words look like a ticker: rows of the table in `watchlist/ticker.rs`.

use crate::detect::exchanges::{Set, announced_by, named_by};
use crate::detect::hash::{hash, push};
use crate::detect::phrases::Suffixed;
use crate::detect::text::{CLOSE, COLON, DOLLAR, Gap, MONEY, OPEN, SEMICOLON, Shape, Text, Token};

/// An exchange's list of symbols holds no more words before one of them.
const LIST: usize = 12;

/// An exchange's two letters and a number of so many characters are a symbol in small letters, too.
const LONG: u32 = 7;

/// In capitals, or of digits.
pub(super) fn capital(token: &Token) -> bool {
    token.shape != Shape::Capital && token.shape != Shape::Lower
}

/// An exchange before a symbol: with a colon, or both alone in brackets, or a number directly behind its letters.
pub(super) fn behind_exchange(text: &Text, easy: bool, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    if let [one] = tokens {
        // `sh600519`: five digits are no part of a word.
        let shown = capital(one) || one.chars >= LONG;
        return !easy && shown && text.word(one).ends_with(|one: char| one.is_ascii_digit());
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
    if is_amount(text, first, last) {
        return false;
    }
    let (before, dotted) = (&tokens[..tokens.len() - 2], suffix.gap == Gap::Inner);
    before.iter().chain([suffix]).all(capital)
        && (capital(symbol) || dotted && of_a_class(text, symbol))
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

/// Whether a number and what stands behind it are an amount of money: `$9988 HK`, `9988 HK dollars`.
fn is_amount(text: &Text, first: usize, last: usize) -> bool {
    const MONIES: [&str; 12] = [
        "dollar", "dollars", "cent", "cents", "yen", "yuan", "won", "pound", "pounds", "euro",
        "euros", "rupees",
    ];
    let number = text.tokens[first].shape == Shape::Digit;
    let signed = text.tokens[first].marks & (DOLLAR | MONEY) != 0;
    let named = text.tokens.get(last + 1).is_some_and(|next| {
        next.gap <= Gap::Space && MONIES.iter().any(|word| hash(word) == next.hash)
    });
    number && (signed || named)
}

/// Capitals and a small letter, as Reuters marks a class of shares: `BRKb.N`, `SIEGn.DE`.
fn of_a_class(text: &Text, symbol: &Token) -> bool {
    let word = text.word(symbol);
    let Some((last, _)) = word.char_indices().last().filter(|(at, _)| *at > 0) else {
        return false;
    };
    let capitals = word[..last].chars().flat_map(char::to_uppercase).fold(0, push);
    symbol.cased == word[last..].chars().fold(capitals, push)
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
    list_of(text, first, last).is_some_and(|(_, exchanges)| exchanges.has(exchange))
}

/// The exchanges whose list these words stand in behind other symbols, and where it begins.
pub(super) fn list_of(text: &Text, first: usize, last: usize) -> Option<(usize, Set)> {
    let tokens = &text.tokens;
    let class = hash("class");
    let inside = |token: &Token| {
        token.marks & CLOSE == 0
            && (capital(token)
                || token.shape == Shape::Lower && token.chars <= 3
                || token.hash == class)
    };
    let here = &tokens[first..=last];
    if !here.iter().all(capital) || here[0].marks & (COLON | DOLLAR | MONEY) != 0 {
        return None;
    }
    let joined = first.checked_sub(1).is_some_and(|at| tokens[at].shape == Shape::Lower);
    let parted = here[0].gap == Gap::Comma || here[0].gap == Gap::Inner || joined;
    let goes_on = tokens.get(last + 1).is_some_and(|next| {
        next.gap >= Gap::Comma || next.gap == Gap::Inner || next.shape == Shape::Lower
    });
    if !parted || !(here[here.len() - 1].marks & CLOSE != 0 || goes_on) {
        return None;
    }
    let before = (first.saturating_sub(LIST)..first).rev();
    for at in before {
        let token = &tokens[at];
        if tokens[at + 1].marks & COLON != 0 {
            return opens_list(text, at + 1);
        }
        if !inside(token) {
            return None;
        }
    }
    None
}

/// The exchanges that are named before the colon of a list, or whose numbers are announced there, and where the words
/// begin that do: `(SEHK: 700, 9988)`, `(股份代號：700、9988)`.
fn opens_list(text: &Text, end: usize) -> Option<(usize, Set)> {
    let tokens = &text.tokens[..end];
    let announced = announced_by(tokens);
    let name = announced.map_or(tokens, |(words, _)| &tokens[..end - words]);
    let named = named_by(name).filter(|(words, _)| are_exchange(&name[name.len() - words..]));
    let (first, exchanges) = match (named, announced) {
        (Some((words, named)), _) => (name.len() - words, named.exchanges),
        (None, Some((_, says))) => (name.len(), says.numbers_of),
        (None, None) => return None,
    };
    (text.tokens[first].marks & (OPEN | SEMICOLON) != 0).then_some((first, exchanges))
}

/// The words of an exchange's name: a code of three letters or fewer in capitals, any other with capitals.
pub(super) fn are_exchange(words: &[Token]) -> bool {
    words.iter().enumerate().all(|(n, token)| match token.shape {
        // `Stock Exchange of Hong Kong`.
        Shape::Lower => token.cased != token.hash || n > 0 && token.chars <= 3,
        Shape::Capital => token.chars > 3 || words.len() > 1,
        Shape::Caps | Shape::Digit | Shape::Cjk => true,
    })
}

pub(super) fn alone_in_brackets(tokens: &[Token]) -> bool {
    tokens[0].marks & OPEN != 0 && tokens[tokens.len() - 1].marks & CLOSE != 0
}

/// Whether one sign stands between two words and nothing else.
pub(super) fn glued(one: &Token, next: &Token) -> bool {
    next.start == one.end + 1
}

/// Whether nothing goes on behind a symbol: the text or the sentence ends, or in brackets at least a clause.
pub(super) fn ends(text: &Text, first: usize, last: usize) -> bool {
    let after = text.tokens.get(last + 1).map_or(Gap::Break, |next| next.gap);
    after == Gap::Break
        || text.tokens[last].marks & CLOSE != 0
        || text.tokens[first].marks & OPEN != 0 && after >= Gap::Quote
}
