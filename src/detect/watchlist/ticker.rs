//! Tickers: every way in which a symbol with its exchange is written, and no other.
//!
//! The exchange matters: the same letters elsewhere are another company. What may mean anything else needs more: a
//! symbol is *easy* when it is a common word or has at most two letters, and a number when it has fewer than four digits
//! as it is written or may be a year.
//!
//! | writing | as in | of which symbols |
//! |---|---|---|
//! | exchange, colon, symbol | `NYSE: BABA`, `HK: 9988`, `纽交所：BABA` | all; an easy one without a space (`NYSE:A`), or where nothing goes on behind it: `(NYSE: A)` |
//! | both in brackets | `(NYSE BABA)` | not easy |
//! | symbol, dot, suffix | `9988.HK`, `BABA.N` | all |
//! | symbol, hyphen, suffix | `09988-HK` | not easy |
//! | symbol, terminal's code | `9988 HK`, `7203 JP` | numbers that are not easy |
//! | both in brackets | `(700 HK)`, `(BABA US)` | numbers, and letters that are not easy |
//! | letters, number | `SH600519`, `sh600519` | numbers that are not easy, of exchanges with a code of two letters; in small letters of five digits and more |
//! | dollar sign | `$BABA` | letters, of exchanges whose list says so; a single one is weak |
//! | brackets | `(BABA)` | the same; an easy one is weak |
//! | brackets, comma, code | `（600519，SH）` | numbers that are not easy |
//! | symbol, colon, code | `BABA:US`, `(BABA: NYSE)` | not easy; a space behind the colon in brackets only |
//! | symbol, terminal's code, `Equity` | `BABA US Equity` | not easy |
//! | market, colon, symbol | `(Hong Kong: 9988)`, `US:BABA` | not easy; a space behind the colon in brackets only |
//! | words that announce it, with an exchange or market beside them | `港交所股份代号：9988`, `(NYSE ticker: BABA)`, `stock code 700 in Hong Kong` | all; easy letters with a colon or quotes |
//! | words that announce one exchange's numbers | `股份代號：9988`, `証券コード6502` | numbers, where no other exchange is named in the clause |
//! | words that announce letters | `ticker: BABA` | as in brackets, where no other exchange is named in the clause |
//! | symbol of a class | `BRK Class B` | letters, of exchanges whose list says so, if what is before the class is not easy |
//! | behind others of its exchange | `BRK.B` in `(NYSE: BRK.A, BRK.B)` | not easy; letters also where a dollar sign may stand before them |
//!
//! Words that announce a symbol are in `words/symbols.txt`, exchanges and markets in `words/exchanges.txt`. Behind a dot
//! Reuters marks classes by small letters: `BRKb.N`, `SIEGn.DE`.
//!
//! Symbols and suffixes stand in capitals, codes of up to three letters too, other exchanges begin with one. A sign of
//! money between exchange and number makes it an amount: `HK$981 million`.

use crate::detect::exchanges::{Exchange, announcements, of_name, of_suffix};
use crate::detect::hash::hash;
use crate::detect::lexicon;
use crate::detect::phrases::{Need, Suffixed};
use crate::detect::text::Text;

/// Whether a word begins with an exchange and a colon, as `NYSE:BABA` does.
pub(super) fn names_exchange(word: &str) -> bool {
    word.split_once(':').is_some_and(|(name, _)| of_name(name).is_some())
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

impl Writing {
    /// As a person would write it.
    pub(crate) fn shown(&self) -> String {
        match self.need {
            Need::Dollar => format!("${}", self.text),
            Need::Bracket => format!("({})", self.text),
            _ => self.text.clone(),
        }
    }

    /// As a terminal writes it.
    pub(crate) fn on_terminals(&self) -> Option<String> {
        let number = self.text.starts_with(|one: char| one.is_ascii_digit());
        match self.need {
            Need::Symbol(Suffixed::Space) if number => Some(self.text.replacen('.', " ", 1)),
            Need::Symbol(Suffixed::Space) => Some(format!("({})", self.text.replace('.', " "))),
            Need::Symbol(Suffixed::EasySpace) if number => {
                Some(format!("({})", self.text.replace('.', " ")))
            }
            _ => None,
        }
    }
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
        let exchange = of_suffix(suffix);
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

/// Every way in which it is written: the table above.
pub(crate) fn writings(symbol: &str, exchange: Option<&'static Exchange>) -> Vec<Writing> {
    let mut all = Vec::new();
    let mut add = |text: String, need, weak| all.push(Writing { text, need, weak });
    let numeric = symbol.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(exchange) = exchange {
        for symbol in padded(symbol, exchange) {
            let easy = is_easy(&symbol);
            for name in &exchange.names {
                add(format!("{name}:{symbol}"), Need::Exchange { easy }, false);
                if numeric && !easy && name.len() == 2 {
                    add(format!("{name}{symbol}"), Need::Exchange { easy }, false);
                }
            }
            // `O.K` and `J.K` are words and initials.
            let letter = symbol.chars().count() == 1;
            let dots = exchange.suffixes.iter().enumerate().filter(|(n, suffix)| {
                let initials = letter && *n > 0 && suffix.len() == 1;
                !initials && !exchange.terminals.contains(suffix)
            });
            let how = if easy { Suffixed::EasyDot } else { Suffixed::Dot };
            for (_, suffix) in dots {
                add(format!("{symbol}.{suffix}"), Need::Symbol(how), false);
            }
            let how = if easy { Suffixed::EasySpace } else { Suffixed::Space };
            for suffix in &exchange.terminals {
                add(format!("{symbol}.{suffix}"), Need::Symbol(how), false);
            }
            // An easy one that is no phrase otherwise would be looked up in every text.
            if !easy || !numeric && exchange.dollar {
                add(symbol, Need::Listed { exchange: exchange.number, easy }, false);
            } else if Text::of_term(&symbol).tokens.len() == 1 {
                for words in announcements() {
                    add(format!("{words}:{symbol}"), Need::Announced(exchange.number), false);
                }
            }
        }
        if let Some((root, class)) = of_a_class(symbol).filter(|_| exchange.dollar) {
            for suffix in &exchange.suffixes {
                add(format!("{root}{class}.{suffix}"), Need::Symbol(Suffixed::Dot), false);
            }
            if !is_easy(root) {
                add(format!("{root} Class {class}"), Need::Class, false);
            }
        }
    }
    if !numeric && exchange.is_none_or(|exchange| exchange.dollar) {
        add(symbol.to_owned(), Need::Dollar, symbol.chars().count() == 1);
        add(symbol.to_owned(), Need::Bracket, is_easy(symbol));
    }
    all
}

/// The symbol of a share's class taken apart: `BRK.B`.
fn of_a_class(symbol: &str) -> Option<(&str, &str)> {
    let (root, class) = symbol.rsplit_once(['.', '-', '/', ' '])?;
    let letter = class.len() == 1 && class.starts_with(|one: char| one.is_ascii_uppercase());
    let root_of_letters = !root.is_empty() && root.bytes().all(|one| one.is_ascii_uppercase());
    (letter && root_of_letters).then_some((root, class))
}

/// Whether a symbol may mean anything else, so that more must show that it is one.
fn is_easy(symbol: &str) -> bool {
    if symbol.bytes().all(|byte| byte.is_ascii_digit()) {
        let year = matches!(symbol.as_bytes(), [b'1', b'9', _, _] | [b'2', b'0', _, _]);
        return symbol.len() < 4 || year;
    }
    symbol.chars().count() <= 2 || lexicon::common().contains(&hash(&symbol.to_lowercase()))
}

/// Digits of the longest number that an exchange has for a share, with room.
const LONGEST_NUMBER: usize = 12;

/// A number with fewer and more leading zeros; letters as they are.
fn padded(symbol: &str, exchange: &Exchange) -> Vec<String> {
    let bare = symbol.trim_start_matches('0');
    match exchange.padded {
        // What is longer than any number of an exchange is written in one way only.
        Some(_) if symbol.len() > LONGEST_NUMBER => vec![symbol.to_owned()],
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
        let alone = |one: &Writing| !matches!(one.need, Need::Listed { .. });
        writings(&symbol, exchange).into_iter().filter(alone).map(|one| one.text).collect()
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
