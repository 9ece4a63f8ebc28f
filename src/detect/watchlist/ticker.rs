//! Tickers: every way in which a symbol with its exchange is written, and no other.
//!
//! The exchange matters: the same letters elsewhere are another company.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::detect::hash::hash;
use crate::detect::lexicon;
use crate::detect::phrases::Need;
use crate::detect::text::Text;
use crate::detect::wordlist::entries;

/// An exchange as `words/exchanges.txt` knows it.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Codes and names that stand before a symbol; the first is the one to show.
    pub(crate) names: Vec<&'static str>,
    /// What stands behind a symbol and a dot.
    pub(crate) suffixes: Vec<&'static str>,
    /// Its symbols are written with a dollar sign.
    dollar: bool,
    /// Digits to which numbers are padded, if they are numbers.
    padded: Option<usize>,
}

/// Reads the list: `names ; suffixes ; dollar or digits`.
pub(crate) fn exchanges() -> &'static [Exchange] {
    static LIST: LazyLock<Vec<Exchange>> = LazyLock::new(|| {
        entries(include_str!("../words/exchanges.txt"))
            .map(|line| {
                let mut parts = line.split(';').map(str::trim);
                let names = parts.next().unwrap_or("").split(',').map(str::trim).collect();
                let suffixes = parts.next().unwrap_or("").split_whitespace().collect();
                let last = parts.next().unwrap_or("");
                Exchange { names, suffixes, dollar: last == "dollar", padded: last.parse().ok() }
            })
            .collect()
    });
    &LIST
}

/// The exchange whose code of one word has this hash.
pub(crate) fn exchange_of(code: u64) -> Option<&'static Exchange> {
    static LIST: LazyLock<HashMap<u64, usize>> = LazyLock::new(|| {
        let mut codes = HashMap::new();
        for (at, exchange) in exchanges().iter().enumerate() {
            for name in &exchange.names {
                if let [token] = Text::of_term(name).tokens.as_slice() {
                    codes.entry(token.hash).or_insert(at);
                }
            }
        }
        codes
    });
    LIST.get(&code).map(|at| &exchanges()[*at])
}

/// Whether a word begins with an exchange and a colon, as `NYSE:BABA` does.
pub(super) fn names_exchange(word: &str) -> bool {
    word.split_once(':').is_some_and(|(name, _)| of_name(name).is_some())
}

/// The exchange that a symbol may stand behind: by its code or name, or by what else stands behind a dot, if that is
/// more than a letter, which may mean anything.
fn of_name(name: &str) -> Option<&'static Exchange> {
    let same = |one: &&str| one.eq_ignore_ascii_case(name);
    let named = exchanges().iter().find(|one| one.names.iter().any(same));
    let suffixed = || exchanges().iter().find(|one| one.suffixes.iter().any(same));
    named.or_else(|| suffixed().filter(|_| name.len() > 1))
}

/// One way of writing a ticker.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Writing {
    /// The words.
    pub(crate) text: String,
    /// What they need.
    pub(crate) need: Need,
    /// Too common to stand alone.
    pub(crate) weak: bool,
}

/// What is wrong with a ticker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It names no exchange.
    NoExchange,
    /// This exchange is not known.
    UnknownExchange(String),
    /// It holds no symbol.
    NoSymbol,
    /// What stands where its symbol should is none: several tickers in one string, most likely.
    Several(String),
}

/// A ticker taken apart: the symbol, and its exchange.
pub(crate) fn split(ticker: &str) -> (String, Option<&'static Exchange>, Option<Doubt>) {
    let ticker = ticker.trim();
    if let Some((name, symbol)) = ticker.split_once(':') {
        let (name, symbol) = (name.trim(), symbol.trim().to_uppercase());
        let exchange = of_name(name);
        let doubt = exchange.is_none().then(|| Doubt::UnknownExchange(name.to_owned()));
        return if symbol.is_empty() {
            (symbol, None, Some(Doubt::NoSymbol))
        } else {
            let several =
                symbol.contains([':', ',', ';', '|']).then(|| Doubt::Several(symbol.clone()));
            (symbol, exchange, several.or(doubt))
        };
    }
    if let Some((symbol, suffix)) = ticker.rsplit_once('.') {
        let exchange = exchanges()
            .iter()
            .find(|one| one.suffixes.iter().any(|other| other.eq_ignore_ascii_case(suffix)));
        if exchange.is_some() && !symbol.is_empty() {
            return (symbol.to_uppercase(), exchange, None);
        }
        if exchange.is_none() && !symbol.is_empty() && suffix.len() > 1 {
            return (ticker.to_uppercase(), None, Some(Doubt::UnknownExchange(suffix.to_owned())));
        }
    }
    let symbol = ticker.trim_start_matches('$').to_uppercase();
    let doubt = match () {
        () if symbol.is_empty() => Doubt::NoSymbol,
        () if symbol.contains([',', ';', '|']) => Doubt::Several(symbol.clone()),
        () => Doubt::NoExchange,
    };
    (symbol, None, Some(doubt))
}

/// Every way in which it is written.
pub(crate) fn writings(symbol: &str, exchange: Option<&'static Exchange>) -> Vec<Writing> {
    let mut all = Vec::new();
    let mut add = |text: String, need, weak| all.push(Writing { text, need, weak });
    let numeric = symbol.bytes().all(|byte| byte.is_ascii_digit());
    for symbol in padded(symbol, exchange) {
        if let Some(exchange) = exchange {
            for name in &exchange.names {
                add(format!("{name}:{symbol}"), Need::SymbolLast, false);
            }
            for suffix in &exchange.suffixes {
                add(format!("{symbol}.{suffix}"), Need::Code, false);
            }
        }
    }
    if !numeric && exchange.is_none_or(|exchange| exchange.dollar) {
        let common = lexicon::common().contains(&hash(&symbol.to_lowercase()));
        add(symbol.to_owned(), Need::Dollar, false);
        add(symbol.to_owned(), Need::Bracket, common || symbol.chars().count() <= 2);
    }
    all
}

/// A number with fewer and more leading zeros; letters as they are.
fn padded(symbol: &str, exchange: Option<&'static Exchange>) -> Vec<String> {
    let digits = exchange.and_then(|exchange| exchange.padded);
    let bare = symbol.trim_start_matches('0');
    match digits {
        Some(digits) if !bare.is_empty() && symbol.bytes().all(|byte| byte.is_ascii_digit()) => {
            (bare.len()..=digits.max(symbol.len()))
                .map(|width| format!("{bare:0>width$}"))
                .collect()
        }
        _ => vec![symbol.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ticker: &str) -> Vec<String> {
        let (symbol, exchange, _) = split(ticker);
        writings(&symbol, exchange).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn tickers_are_written_in_many_ways() {
        let hong_kong = written("9988.HK");
        for one in ["9988.HK", "09988.HK", "HKEX:9988", "SEHK:09988"] {
            assert!(hong_kong.iter().any(|other| other == one), "{one} in {hong_kong:?}");
        }
        assert!(written("0005.HK").contains(&"5.HK".to_owned()));
        assert_eq!(written("HKEX:9988"), hong_kong);
        assert!(written("NYSE:BABA").contains(&"BABA".to_owned()));
        assert!(!written("STAN.L").contains(&"STAN".to_owned()));
    }

    #[test]
    fn doubts_are_told() {
        for (ticker, doubt) in [
            ("NYSE:BABA", None),
            ("BABA", Some(Doubt::NoExchange)),
            ("MOON:BABA", Some(Doubt::UnknownExchange("MOON".to_owned()))),
            ("NYSE:", Some(Doubt::NoSymbol)),
            ("NYSE:BABA, HKEX:9988", Some(Doubt::Several("BABA, HKEX:9988".to_owned()))),
            ("NYSE:BABA:X", Some(Doubt::Several("BABA:X".to_owned()))),
            ("BABA; BIDU", Some(Doubt::Several("BABA; BIDU".to_owned()))),
            ("NYSE:BRK.B", None),
            ("NYSE:BF-B", None),
            ("GLE.PA", None),
        ] {
            assert_eq!(split(ticker).2, doubt, "{ticker}");
        }
    }
}
