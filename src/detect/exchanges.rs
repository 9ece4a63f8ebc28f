//! Exchanges: their names, what stands behind the symbols of their shares, and what says that a symbol follows.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::hash::joined;
use super::text::{Gap, Text, Token};
use super::wordlist::{AsIs, entries};

/// An exchange as `words/exchanges.txt` knows it.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Its number among them.
    pub(crate) number: u8,
    /// Codes and names that stand before a symbol; the first is the one to show.
    pub(crate) names: Vec<&'static str>,
    /// What stands behind a symbol and a dot.
    pub(crate) suffixes: Vec<&'static str>,
    /// What terminals write behind a symbol and a space.
    pub(crate) terminals: Vec<&'static str>,
    /// Its symbols are written with a dollar sign.
    pub(crate) dollar: bool,
    /// Digits to which numbers are padded, if they are numbers.
    pub(crate) padded: Option<usize>,
    /// Hashes of what of these is one word.
    pub(crate) codes: Vec<u64>,
    /// What names its market, which other exchanges may share.
    markets: Vec<&'static str>,
}

/// Several exchanges, a bit for each by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(u128);

impl Set {
    /// Whether this exchange is among them.
    pub(crate) fn has(self, exchange: u8) -> bool {
        self.0 & 1 << exchange != 0
    }

    /// Whether there is none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and others.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    fn add(&mut self, exchange: u8) {
        self.0 |= 1 << exchange;
    }
}

/// What words name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Named {
    /// Exchanges of this name or code.
    pub(crate) exchanges: Set,
    /// Exchanges of a market of this name.
    pub(crate) markets: Set,
}

/// Words that announce a symbol, as `words/symbols.txt` knows them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Announcing {
    /// Exchanges whose numbers they announce where none is named.
    pub(crate) numbers_of: Set,
    /// They say nothing without an exchange directly before them.
    pub(crate) behind: bool,
}

/// Words of the longest name, each Han, kana and Hangul character being one.
const LONGEST: usize = 12;

/// Reads the list: `names ; suffixes ; dollar or digits ; what terminals write ; markets`.
pub(crate) fn exchanges() -> &'static [Exchange] {
    static LIST: LazyLock<Vec<Exchange>> = LazyLock::new(|| {
        let lines = entries(include_str!("words/exchanges.txt"));
        (0..).zip(lines).map(|(number, line)| exchange(number, line)).collect()
    });
    &LIST
}

fn exchange(number: u8, line: &'static str) -> Exchange {
    let mut parts = line.split(';').map(str::trim);
    let mut part = || parts.next().unwrap_or("");
    let names: Vec<&str> = listed(part()).collect();
    let suffixes: Vec<&str> = part().split_whitespace().collect();
    let last = part();
    let terminals: Vec<&str> = part().split_whitespace().collect();
    let markets = listed(part()).collect();
    let words = names.iter().chain(&suffixes).chain(&terminals).map(|one| Text::of_term(one));
    let codes = words.filter(|one| one.tokens.len() == 1).map(|one| one.tokens[0].hash).collect();
    Exchange {
        number,
        names,
        suffixes,
        terminals,
        dollar: last == "dollar",
        padded: last.parse().ok(),
        codes,
        markets,
    }
}

fn listed(part: &'static str) -> impl Iterator<Item = &'static str> {
    part.split(',').map(str::trim).filter(|one| !one.is_empty())
}

/// The longest name of an exchange or a market with which these words end, and of how many it is.
pub(crate) fn named_by(words: &[Token]) -> Option<(usize, Named)> {
    static LIST: LazyLock<HashMap<u64, Named, AsIs>> = LazyLock::new(|| {
        let mut all: HashMap<u64, Named, AsIs> = HashMap::default();
        for exchange in exchanges() {
            for name in &exchange.names {
                all.entry(written_as_one(name)).or_default().exchanges.add(exchange.number);
            }
            for name in &exchange.markets {
                all.entry(written_as_one(name)).or_default().markets.add(exchange.number);
            }
        }
        all
    });
    longest(words, &LIST)
}

/// The longest words with which these end that announce a symbol, and how many they are.
pub(crate) fn announced_by(words: &[Token]) -> Option<(usize, Announcing)> {
    static LIST: LazyLock<HashMap<u64, Announcing, AsIs>> = LazyLock::new(|| {
        let mut all = HashMap::default();
        for line in entries(include_str!("words/symbols.txt")) {
            let (words, of) = line.split_once(';').unwrap_or((line, ""));
            let mut says = Announcing { behind: of.trim() == "behind", ..Announcing::default() };
            of.split_whitespace()
                .filter_map(of_name)
                .for_each(|one| says.numbers_of.add(one.number));
            all.extend(listed(words).map(|word| (written_as_one(word), says)));
        }
        all
    });
    longest(words, &LIST)
}

/// All words that announce a symbol.
pub(crate) fn announcements() -> impl Iterator<Item = &'static str> {
    let lines = entries(include_str!("words/symbols.txt"));
    lines.flat_map(|line| listed(line.split(';').next().unwrap_or(line)))
}

/// The hash of words written as one: spaces and hyphens within a name are nothing.
fn written_as_one(words: &str) -> u64 {
    let text = Text::of_term(words);
    text.tokens.iter().fold(0, |hash, token| joined(hash, token.hash, token.chars))
}

fn longest<T: Copy>(words: &[Token], list: &HashMap<u64, T, AsIs>) -> Option<(usize, T)> {
    let (mut hash, mut chars, mut found) = (0, 0, None);
    for (n, token) in words.iter().rev().take(LONGEST).enumerate() {
        hash = joined(token.hash, hash, chars);
        chars += token.chars;
        found = list.get(&hash).map(|one| (n + 1, *one)).or(found);
        if token.gap > Gap::Inner {
            break;
        }
    }
    found
}

/// The exchange that a symbol may stand behind: by its code or name, or by what else stands behind a dot, if that is
/// more than a letter, which may mean anything.
pub(crate) fn of_name(name: &str) -> Option<&'static Exchange> {
    let same = |one: &&str| one.eq_ignore_ascii_case(name);
    let named = exchanges().iter().find(|one| one.names.iter().any(same));
    let suffixed = || exchanges().iter().find(|one| one.suffixes.iter().any(same));
    named.or_else(|| suffixed().filter(|_| name.len() > 1))
}

/// The exchange whose symbols have this suffix behind a dot.
pub(crate) fn of_suffix(suffix: &str) -> Option<&'static Exchange> {
    let same = |one: &&str| one.eq_ignore_ascii_case(suffix);
    exchanges().iter().find(|one| one.suffixes.iter().any(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_well_written() {
        assert!(exchanges().len() <= 128, "a set has a bit for each");
        for line in entries(include_str!("words/symbols.txt")) {
            let of = line.split_once(';').map_or("", |(_, of)| of.trim());
            let known = of == "behind" || of.split_whitespace().all(|one| of_name(one).is_some());
            assert!(known, "{line}");
        }
        let words = |text: &str| Text::of_term(text).tokens.len();
        let names = exchanges().iter().flat_map(|one| one.names.iter().chain(&one.markets));
        for name in names.copied().chain(announcements()) {
            assert!(words(name) <= LONGEST, "{name}");
        }
    }

    #[test]
    fn the_longest_name_counts() {
        let of = |text: &str| named_by(&Text::of_term(text).tokens);
        let (words, named) = of("shares on the Hong Kong Stock Exchange").expect("a name");
        assert_eq!(words, 4);
        assert!(of_name("HKEX").is_some_and(|one| named.exchanges.has(one.number)));
        assert!(of("a bazaar").is_none());
    }
}
