//! A word written as the ticker of whatever company: every writing by which a watched company's own is known
//! (`watchlist/ticker.rs`), for exchanges whose symbols look like the word.
//!
//! What says less of a word than of a symbol that is known needs more: an exchange before a colon stands in brackets
//! with it, or nothing goes on behind, for `Sanctions bit: SMIC cuts staff` names none; symbols of letters are none of an
//! exchange of numbers, so `SHANGHAI: SMIC said` is a dateline.

use super::announced::{announced, announced_alone, said_before};
use super::symbol::{alone_in_brackets, are_exchange, capital, ends, glued, list_of};
use crate::detect::exchanges::{Exchange, Set, exchanges, named_by, of_suffix};
use crate::detect::hash::hash;
use crate::detect::text::{COLON, DOLLAR, Gap, MONEY, OPEN, Shape, Text};

/// A word that is written as a ticker.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// As such tickers are shown: `NYSE: BYD`.
    pub(crate) shown: String,
    /// The first of the words that it is written with.
    pub(crate) first: usize,
    /// A bracket, a dollar sign or an exchange sets it apart from the sentence.
    pub(crate) apart: bool,
}

/// The ticker that the word at `at` is written as, if it is.
pub(crate) fn symbol_at(text: &Text, at: usize) -> Option<Symbol> {
    let token = &text.tokens[at];
    if !matches!(token.shape, Shape::Caps | Shape::Digit) {
        return None;
    }
    let word = text.word(token).to_uppercase();
    if token.marks & DOLLAR != 0 {
        return Some(Symbol { shown: format!("${word}"), first: at, apart: true });
    }
    if token.marks & MONEY != 0 {
        return None;
    }
    let of_exchange = |(exchange, first): (&Exchange, usize)| Symbol {
        shown: format!("{}: {word}", exchange.names[0]),
        first,
        apart: true,
    };
    let behind = behind_exchange(text, at).or_else(|| listed(text, at)).map(of_exchange);
    let alone = || {
        let alone = token.shape == Shape::Caps && announced_alone(text, at, at);
        alone.then(|| Symbol { shown: format!("ticker: {word}"), first: at, apart: true })
    };
    let suffixed = || before_suffix(text, at, &word);
    behind.or_else(suffixed).or_else(alone).or_else(|| is_announced(text, at).map(of_exchange))
}

/// The first of several exchanges whose symbols look like this word.
fn such(text: &Text, at: usize, all: Set) -> Option<&'static Exchange> {
    exchanges().iter().find(|one| all.has(one.number) && like(text, at, one))
}

/// Whether symbols of an exchange look like a word: letters, or digits where they are numbers.
fn like(text: &Text, at: usize, exchange: &Exchange) -> bool {
    (text.tokens[at].shape == Shape::Digit) == exchange.padded.is_some()
}

/// An exchange directly before, with a colon or both alone in brackets.
fn behind_exchange(text: &Text, at: usize) -> Option<(&'static Exchange, usize)> {
    let token = &text.tokens[at];
    if token.gap == Gap::Break {
        return None;
    }
    let (words, named) = named_by(&text.tokens[..at])?;
    let first = at - words;
    let name = &text.tokens[first..at];
    if !are_exchange(name) {
        return None;
    }
    let bracketed = text.tokens[first].marks & OPEN != 0;
    // In a text of capitals `A FULL SET:` looks as a code does.
    let shouting = text.field_of(u32::try_from(at).ok()?).shouting;
    let there = match token.marks & COLON != 0 {
        true if bracketed => ends(text, first, at),
        true => !shouting && (glued(&name[words - 1], token) || ends(text, first, at)),
        false => alone_in_brackets(&text.tokens[first..=at]),
    };
    such(text, at, named.exchanges).filter(|_| there).map(|exchange| (exchange, first))
}

/// Behind other symbols of an exchange: `BYD` in `(NYSE: WYNN, BYD)`.
fn listed(text: &Text, at: usize) -> Option<(&'static Exchange, usize)> {
    let (first, all) = list_of(text, at, at)?;
    such(text, at, all).map(|exchange| (exchange, first))
}

/// An exchange's suffix behind a dot, or alone in brackets what terminals write: `BYD.N`, `(BYD US)`.
fn before_suffix(text: &Text, at: usize, word: &str) -> Option<Symbol> {
    let (token, code) = (&text.tokens[at], text.tokens.get(at + 1)?);
    // Part of something longer, as an address is.
    let goes_on = |next: usize| {
        text.tokens
            .get(next)
            .is_some_and(|token| matches!(token.gap, Gap::Inner | Gap::Hyphen | Gap::None))
    };
    if !capital(code) || goes_on(at) || goes_on(at + 2) {
        return None;
    }
    let suffix = text.word(code).to_uppercase();
    let apart = token.marks & OPEN != 0;
    let symbol = |sign: char| Symbol { shown: format!("{word}{sign}{suffix}"), first: at, apart };
    match code.gap {
        Gap::Inner if glued(token, code) => {
            of_suffix(&suffix).filter(|one| like(text, at, one)).map(|_| symbol('.'))
        }
        Gap::Space if alone_in_brackets(&text.tokens[at..=at + 1]) => {
            let writes = |one: &&Exchange| one.terminals.contains(&&*suffix) && like(text, at, one);
            exchanges().iter().find(writes).map(|_| symbol(' '))
        }
        _ => None,
    }
}

/// Words that announce a symbol with its exchange, or a code behind it: `(NYSE ticker: BYD)`, `(BYD: NYSE)`.
fn is_announced(text: &Text, at: usize) -> Option<(&'static Exchange, usize)> {
    let code = text.tokens.get(at + 1).is_some_and(|code| code.marks & COLON != 0);
    let equity = text.tokens.get(at + 2).is_some_and(|word| word.hash == hash("equity"));
    if !code && !equity && said_before(text, at).is_none() {
        return None;
    }
    let says = |one: &&Exchange| like(text, at, one) && announced(text, one.number, false, at, at);
    exchanges().iter().find(says).map(|exchange| (exchange, at))
}
