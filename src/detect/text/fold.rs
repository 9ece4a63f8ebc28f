//! One character at a time into the normal form in which words are compared.
//!
//! The normal form has no case, no diacritics on letters, no width, no compatibility forms, and one
//! script for Chinese. It is applied alike to the watchlist and to texts, so it may be coarse; what
//! it must never do is depend on neighbouring characters, or spans could not be exact.

use std::sync::LazyLock;

use unicode_normalization::char::{
    compose, decompose_canonical, decompose_compatible, is_combining_mark,
};

/// What a character means to the division into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Part of a word that spaces or punctuation end.
    Word,
    /// Written without spaces: a token of its own.
    Cjk,
    /// Invisible: soft hyphen, zero width, bidirectional control, variation selector.
    Ignorable,
    /// An apostrophe or closing single quote.
    Apostrophe,
    /// A hyphen or any short dash.
    Hyphen,
    /// A long dash, which divides even without spaces.
    Dash,
    /// White space without a line end.
    Space,
    /// A line end.
    Newline,
    /// Everything else.
    Mark,
}

/// Sorts one character, after full width was undone by [`narrow`].
pub(crate) fn class(one: char) -> Class {
    match one {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Word,
        ' ' | '\t' => Class::Space,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Newline,
        '-' => Class::Hyphen,
        '\'' => Class::Apostrophe,
        '\0'..='\u{7f}' => Class::Mark,
        _ if is_ideograph(one) => Class::Cjk,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e01ef}' => Class::Ignorable,
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{b4}' | '\u{2032}' => {
            Class::Apostrophe
        }
        '\u{2010}'..='\u{2013}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{30fb}'
        | '\u{b7}'
        | '\u{2027}'
        | '\u{fe63}'
        | '\u{fe58}' => Class::Hyphen,
        '\u{2014}' | '\u{2015}' => Class::Dash,
        _ if is_cjk(one) => Class::Cjk,
        _ if one.is_whitespace() => Class::Space,
        _ if one.is_alphanumeric() || is_combining_mark(one) => Class::Word,
        _ => Class::Mark,
    }
}

/// Undoes full width, so that punctuation is judged in its ordinary form.
pub(crate) fn narrow(one: char) -> char {
    match one {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(one) - 0xfee0).expect("full width mirrors printable ASCII")
        }
        '\u{3000}' => ' ',
        _ => one,
    }
}

/// The characters of nearly all Chinese text: one token each, with nothing to fold but the script.
pub(crate) fn is_ideograph(one: char) -> bool {
    is_ideograph_code(u32::from(one))
}

/// The same of a character's code.
#[inline]
pub(crate) fn is_ideograph_code(code: u32) -> bool {
    matches!(code, 0x3400..=0x4dbf | 0x4e00..=0x9fff)
}

fn is_cjk(one: char) -> bool {
    is_kana(one)
        || is_hangul(one)
        || matches!(one,
            '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}' | '\u{3105}'..='\u{312f}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}')
}

/// Katakana, whose runs are words: a name in it must not be cut out of a longer run.
pub(crate) fn is_kana(one: char) -> bool {
    matches!(one, '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{ff66}'..='\u{ff9d}')
}

/// Hangul, where particles follow a name without a space but nothing precedes it.
pub(crate) fn is_hangul(one: char) -> bool {
    matches!(one, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether a half-width voicing mark follows a kana that takes it: the pair is one character.
pub(crate) fn voiced(kana: char, mark: char) -> Option<char> {
    let mark = match mark {
        '\u{ff9e}' | '\u{3099}' => '\u{3099}',
        '\u{ff9f}' | '\u{309a}' => '\u{309a}',
        _ => return None,
    };
    compose(full_width_kana(kana), mark)
}

fn full_width_kana(kana: char) -> char {
    let mut full = kana;
    if matches!(kana, '\u{ff66}'..='\u{ff9d}') {
        decompose_compatible(kana, |one| full = one);
    }
    full
}

/// Gives the normal form of one word or CJK character, case kept, to `emit`.
pub(crate) fn fold(one: char, mut emit: impl FnMut(char)) {
    match one {
        '\0'..='\u{7f}' => emit(one),
        '\u{ac00}'..='\u{d7af}' | '\u{3041}'..='\u{30ff}' => emit(one),
        '\u{ff66}'..='\u{ff9d}' => emit(full_width_kana(one)),
        '\u{3400}'..='\u{9fff}' => emit(simplified(one)),
        '\u{f900}'..='\u{faff}' => decompose_canonical(one, |one| emit(simplified(one))),
        _ => decompose_compatible(one, |part| {
            if is_combining_mark(part) {
                return;
            }
            match special(part) {
                Some(letters) => letters.chars().for_each(&mut emit),
                None => emit(part),
            }
        }),
    }
}

/// Letters that Unicode does not take apart, as they are written where they are missing.
fn special(one: char) -> Option<&'static str> {
    Some(match one {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "TH",
        'ı' => "i",
        // At the end of a word, which capitals do not tell.
        'ς' => "σ",
        'ħ' => "h",
        'Ħ' => "H",
        _ => return None,
    })
}

const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

static SIMPLIFIED: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let mut table: Box<[u16]> = (FIRST..=LAST)
        .map(|code| u16::try_from(code).expect("the range lies in the basic plane"))
        .collect();
    let data = include_str!("../words/simplified.txt");
    for pair in data.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
        let mut chars = pair.chars().map(u32::from);
        if let (Some(from), Some(to)) = (chars.next(), chars.next())
            && (FIRST..=LAST).contains(&from)
            && let Ok(to) = u16::try_from(to)
        {
            table[(from - FIRST) as usize] = to;
        }
    }
    // Some forms are simplified in two steps; folding twice must change nothing.
    for at in 0..table.len() {
        let next = (u32::from(table[at])).wrapping_sub(FIRST) as usize;
        table[at] = table.get(next).copied().unwrap_or(table[at]);
    }
    table
});

/// The simplified form of an ideograph; any other character as it is.
pub(crate) fn simplified(one: char) -> char {
    char::from_u32(simplified_code(u32::from(one))).unwrap_or(one)
}

/// The same by code.
#[inline]
pub(crate) fn simplified_code(code: u32) -> u32 {
    match SIMPLIFIED.get(code.wrapping_sub(FIRST) as usize) {
        Some(simple) => u32::from(*simple),
        None => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_to_one_form() {
        for (from, to) in [
            ('é', "e"),
            ('Ö', "O"),
            ('ß', "ss"),
            ('ﬁ', "fi"),
            ('Ａ', "A"),
            ('騰', "腾"),
            ('滙', "汇"),
            ('京', "京"),
            ('ｱ', "ア"),
            ('삼', "삼"),
            ('Å', "A"),
            ('ё', "е"),
            ('ς', "σ"),
        ] {
            let mut folded = String::new();
            fold(narrow(from), |one| folded.push(one));
            assert_eq!(folded, to, "{from}");
        }
        assert_eq!(voiced('ﾄ', 'ﾞ'), Some('ド'));
    }

    #[test]
    fn every_simplified_form_is_final() {
        for code in FIRST..=LAST {
            let one = char::from_u32(code).unwrap();
            assert_eq!(simplified(simplified(one)), simplified(one), "{one}");
        }
    }
}
