//! HTML character references that survived in a text that should be plain.
//!
//! Only references with their semicolon are read, and each stands for one character, so that a span
//! covers it whole. Unknown ones stay as they are.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Longest reference that is looked at, `&` and `;` included: `&thetasym;` and `&#x10ffff;` fit.
const LONGEST: usize = 12;

/// The character that a reference at the start of `text` stands for, and its length in bytes.
pub(crate) fn decode(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    let end = bytes.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = text.get(1..end)?;
    let one = match name.strip_prefix('#') {
        Some(number) => numeric(number)?,
        None => named(name)?,
    };
    Some((one, end + 1))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // Windows-1252 in disguise, as browsers read it.
    let code = match code {
        0x91 | 0x92 => 0x2019,
        0x93 | 0x94 => 0x22,
        0x96 => 0x2013,
        0x97 => 0x2014,
        0 => return None,
        _ => code,
    };
    char::from_u32(code)
}

fn named(name: &str) -> Option<char> {
    static NAMES: LazyLock<HashMap<&'static str, char>> = LazyLock::new(|| {
        let data = include_str!("../words/entities.txt");
        data.lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .filter_map(|pair| {
                let (name, code) = pair.split_once('=')?;
                Some((name, u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?))
            })
            .collect()
    });
    NAMES.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_leave_behind() {
        for (text, expected) in [
            ("&amp;T", Some(('&', 5))),
            ("&#39;s", Some(('\'', 5))),
            ("&#x2019;", Some(('’', 8))),
            ("&eacute;", Some(('é', 8))),
            ("&nbsp;", Some(('\u{a0}', 6))),
            ("&nothing;", None),
            ("& co", None),
            ("&", None),
            ("&#xffffffff;", None),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
