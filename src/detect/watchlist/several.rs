//! Whether one name is several that their writer divided by commas.
//!
//! Many names hold a comma (`Alphabet, Inc.`, `Pierce, Fenner & Smith`, `University of California, Berkeley`), so
//! it is asked for more than commas, and in doubt a name is one.

use crate::detect::legal;
use crate::detect::lexicon;
use crate::detect::text::{Shape, Text};

/// The words of a name that people set between commas without thinking.
const FEW_WORDS: usize = 3;

/// How many names are written as one; `None` where it is one.
pub(super) fn names_in(name: &str) -> Option<usize> {
    // No name holds the first two, and hardly one the others: what is divided by them is a list.
    const LISTING: [char; 5] = [';', '；', '、', '，', '\n'];
    let count = |parts: &[&str]| (parts.len() > 1).then_some(parts.len());
    if name.contains(LISTING) {
        return count(&parts(name, &LISTING));
    }
    if !name.contains(',') {
        return None;
    }
    let parts = parts(name, &[',']);
    let texts: Vec<Text> = parts.iter().map(|part| Text::of_term(part)).collect();
    let joined = |part: &&str| part.contains('&') || part.split_whitespace().any(is_joining);
    if parts.iter().any(joined) || !parts.iter().zip(&texts).all(stands_alone) {
        return None;
    }
    // Of two a surname and a first name are nothing else (`IVANOV, Ivan`), nor is a seat behind a name of several words.
    let sure = match texts.as_slice() {
        [first, second] => {
            let single = first.tokens.len() == 1 && second.tokens.len() == 1;
            let shout = |text: &Text| text.tokens[0].shape == Shape::Caps;
            single && (!shout(first) || shout(second))
        }
        _ => true,
    };
    sure.then(|| count(&parts)).flatten()
}

fn parts<'n>(name: &'n str, signs: &[char]) -> Vec<&'n str> {
    name.split(signs)
        .map(str::trim)
        .filter(|part| part.chars().any(char::is_alphanumeric))
        .collect()
}

fn is_joining(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "and" | "und" | "et" | "y" | "e" | "i" | "of" | "for" | "de"
    )
}

/// Whether a part may be a name without the others: a few words, the first with a capital, that are neither a
/// place nor hold a legal form.
fn stands_alone((part, text): (&&str, &Text)) -> bool {
    let Some(first) = text.tokens.first() else { return false };
    let capital = part.chars().find(|one| one.is_alphabetic()).is_some_and(char::is_uppercase);
    let form = |hash| legal::single().contains(&hash);
    (first.shape == Shape::Cjk || capital && text.tokens.len() <= FEW_WORDS)
        && !text.tokens.iter().any(|token| form(token.hash))
        && !lexicon::is_place(&text.tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_from_names() {
        for (name, expected) in [
            ("HuaCloud, HiSilicon, Honor", Some(3)),
            ("HiSilicon, Honor", Some(2)),
            ("HUAWEI, SMIC", Some(2)),
            ("HiSilicon,Honor,", Some(2)),
            ("Huawei Cloud, Honor Device, HiSilicon", Some(3)),
            ("华为、海思", Some(2)),
            ("华为, 海思, 荣耀", Some(3)),
            ("Huawei Technologies Co., Ltd.; Honor Device Co., Ltd.", Some(2)),
            ("Huawei", None),
            ("Huawei;", None),
            ("Alphabet, Inc.", None),
            ("Huawei Technologies Co., Ltd.", None),
            ("Huawei Technologies Co., Ltd., Shenzhen, China", None),
            ("Foods, Beverages & Co", None),
            ("Merrill Lynch, Pierce, Fenner & Smith", None),
            ("Cravath, Swaine and Moore", None),
            ("University of California, Berkeley", None),
            ("Institute of Physics, Academy of Sciences, Moscow", None),
            ("Hitachi, Japan", None),
            ("IVANOV, Ivan", None),
            ("Toys, games", None),
            ("Yahoo, inc", None),
        ] {
            assert_eq!(names_in(name), expected, "{name}");
        }
    }
}
