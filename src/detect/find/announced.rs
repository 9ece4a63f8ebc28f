//! Whether what stands around a symbol says whose it is: `stock code: 9988`, `纽交所代码：BABA`, `BABA:US`.
//!
//! What announces a symbol (`words/symbols.txt`) needs an exchange beside it, or is said of one exchange's numbers only,
//! or stands before letters of an exchange whose symbols go without its name (`(BABA)`). An exchange that is named and
//! is another one says that the symbol is not meant.

use super::symbol::{alone_in_brackets, are_exchange, capital, ends, glued};
use crate::detect::exchanges::{Announcing, Named, Set, announced_by, exchanges, named_by};
use crate::detect::hash::hash;
use crate::detect::text::{COLON, DOLLAR, Gap, MONEY, OPEN, Shape, Text};

/// So many words before what announces a symbol may name its exchange: `trades on the NYSE under the ticker`.
const BEFORE: usize = 8;
/// So many behind the symbol: `stock code 9988 on the Hong Kong exchange`.
const BEHIND: usize = 8;

/// Whether these words, a symbol of this exchange, are announced as one; `easy` when they may mean anything else.
pub(super) fn announced(text: &Text, exchange: u8, easy: bool, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    if !tokens.iter().all(capital) || tokens[0].marks & (DOLLAR | MONEY) != 0 {
        return false;
    }
    let number = tokens[0].shape == Shape::Digit;
    let Some((begin, says)) = said_before(text, first) else {
        return !easy
            && (behind_market(text, exchange, first) || before_code(text, exchange, first, last));
    };
    let Some(beside) = beside(text, begin, last, says) else { return false };
    let shown = number || !easy || tokens[0].gap != Gap::Space || ends(text, first, last);
    let alone = || match number {
        true => says.numbers_of.has(exchange),
        false => !easy && exchanges()[usize::from(exchange)].dollar,
    };
    shown && (beside.named.has(exchange) || !beside.certain && alone())
}

/// Whether letters are announced as a symbol where no exchange is named.
pub(super) fn announced_alone(text: &Text, first: usize, last: usize) -> bool {
    let tokens = &text.tokens[first..=last];
    tokens.iter().all(capital)
        && said_before(text, first)
            .and_then(|(begin, says)| beside(text, begin, last, says))
            .is_some_and(|beside| !beside.certain)
}

/// The exchanges that are named beside what announces a symbol.
struct Beside {
    named: Set,
    /// Whether an exchange is named, not a market only: then no other can be meant.
    certain: bool,
}

/// Where the words begin that announce the symbol at `first`, directly before it, and what they say.
pub(super) fn said_before(text: &Text, first: usize) -> Option<(usize, Announcing)> {
    let symbol = &text.tokens[first];
    let beside = match symbol.gap {
        Gap::None | Gap::Space | Gap::Quote => true,
        Gap::Comma => symbol.marks & COLON != 0,
        Gap::Hyphen | Gap::Inner | Gap::Break => false,
    };
    let before = &text.tokens[..first];
    let (word, rest) = before.split_last().filter(|_| beside)?;
    let before = if is_copula(word.hash) { rest } else { before };
    announced_by(before).map(|(words, says)| (before.len() - words, says))
}

/// `股票代码为BABA`.
fn is_copula(word: u64) -> bool {
    ["为", "是", "は", "is"].iter().any(|one| hash(one) == word)
}

/// What is named directly before the words from `begin` on that announce a symbol, else what is in its clause. `None`
/// where they say nothing without an exchange directly before.
fn beside(text: &Text, begin: usize, last: usize, says: Announcing) -> Option<Beside> {
    let tokens = &text.tokens;
    let directly = named_before(text, begin).filter(|_| tokens[begin].gap <= Gap::Comma);
    if let Some(named) = directly {
        return Some(Beside { named: named.exchanges.and(named.markets), certain: true });
    }
    if says.behind {
        return None;
    }
    let segment = |at: usize| tokens[at].segment == tokens[last].segment;
    let before = begin.saturating_sub(BEFORE)..begin;
    let behind = last + 1..tokens.len().min(last + 1 + BEHIND);
    let named =
        before.chain(behind).filter(|at| segment(*at)).filter_map(|at| named_before(text, at + 1));
    let (exchanges, markets) = named.fold((Set::default(), Set::default()), |all, named| {
        (all.0.and(named.exchanges), all.1.and(named.markets))
    });
    Some(Beside { named: exchanges.and(markets), certain: !exchanges.is_empty() })
}

/// What the words before `end` name, if they are written as an exchange is.
fn named_before(text: &Text, end: usize) -> Option<Named> {
    let (words, named) = named_by(&text.tokens[..end])?;
    are_exchange(&text.tokens[end - words..end]).then_some(named)
}

/// A market's name before a symbol: `(Hong Kong: 9988)`, `US:BABA`.
fn behind_market(text: &Text, exchange: u8, first: usize) -> bool {
    let symbol = &text.tokens[first];
    if symbol.marks & COLON == 0 || symbol.gap == Gap::Break {
        return false;
    }
    let Some((words, named)) = named_by(&text.tokens[..first]) else { return false };
    let name = &text.tokens[first - words..first];
    named.markets.has(exchange)
        && are_exchange(name)
        && (name[0].marks & OPEN != 0 || glued(&name[words - 1], symbol))
}

/// An exchange's code or name behind a symbol: `BABA:US`, `(BABA: NYSE)`, `（9988，HK）`, `BABA US Equity`.
fn before_code(text: &Text, exchange: u8, first: usize, last: usize) -> bool {
    let tokens = &text.tokens;
    let Some(code) = tokens.get(last + 1).filter(|code| capital(code) && code.gap != Gap::Break)
    else {
        return false;
    };
    let known = &exchanges()[usize::from(exchange)];
    // Letters alone stand behind a dot only.
    if code.chars < 2 || !known.codes.contains(&code.hash) {
        return false;
    }
    let bracketed = alone_in_brackets(&tokens[first..=last + 1]);
    let number = tokens[last].shape == Shape::Digit;
    let equity = hash("equity");
    if code.marks & COLON != 0 {
        return bracketed || glued(&tokens[last], code);
    }
    match code.gap {
        Gap::Comma => bracketed && number,
        Gap::Space => tokens.get(last + 2).is_some_and(|next| next.hash == equity),
        _ => false,
    }
}
