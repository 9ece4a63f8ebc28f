//! Exchanges: their names, and what stands behind the symbols of their shares.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text::Text;
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
}

/// Reads the list: `names ; suffixes ; dollar or digits ; what terminals write`.
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
    let names = part().split(',').map(str::trim).collect();
    let suffixes = part().split_whitespace().collect();
    let last = part();
    let terminals = part().split_whitespace().collect();
    Exchange {
        number,
        names,
        suffixes,
        terminals,
        dollar: last == "dollar",
        padded: last.parse().ok(),
    }
}

/// The exchange whose code of one word has this hash.
pub(crate) fn exchange_of(code: u64) -> Option<&'static Exchange> {
    static LIST: LazyLock<HashMap<u64, usize, AsIs>> = LazyLock::new(|| {
        let mut codes = HashMap::default();
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
