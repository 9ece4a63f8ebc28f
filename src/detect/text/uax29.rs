//! The word rule beside UAX #29 (Unicode text segmentation): equal on plain text in any script, and
//! every deviation a row with both answers.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::Text;

fn ours(text: &str) -> Vec<&str> {
    let tokens = Text::of_term(text).tokens;
    tokens.iter().map(|token| &text[token.start as usize..token.end as usize]).collect()
}

fn theirs(text: &str) -> Vec<&str> {
    text.unicode_words().collect()
}

#[test]
fn every_deviation_is_known() {
    for (text, here, there) in [
        // An apostrophe ends a word, and a possessive ending belongs to none (a name that has one asks for it).
        ("Alibaba's", "Alibaba", "Alibaba's"),
        ("can't", "can|t", "can't"),
        ("d’Alibaba", "d|Alibaba", "d’Alibaba"),
        // A dot divides, but for single letters; then the last dot belongs to them.
        ("JD.com", "JD|com", "JD.com"),
        ("U.S. and", "U.S.|and", "U.S|and"),
        ("3.14", "3|14", "3.14"),
        // So does every other mark.
        ("1,000", "1|000", "1,000"),
        ("snake_case", "snake|case", "snake_case"),
        ("a·b", "a|b", "a·b"),
        ("צה\"ל", "צה|ל", "צה\"ל"),
        // Every kana and Hangul character is a token, as Han characters are in both.
        ("アップル", "ア|ッ|プ|ル", "アップル"),
        ("화웨이가", "화|웨|이|가", "화웨이가"),
        ("京东方", "京|东|方", "京|东|方"),
        // Scripts without spaces and without a rule here stay in one piece.
        ("ไทย", "ไทย", "ไ|ท|ย"),
        // What is invisible is not there.
        ("ali\u{200b}baba", "ali\u{200b}baba", "ali|baba"),
        ("ali\u{ad}baba", "ali\u{ad}baba", "ali\u{ad}baba"),
        // A character reference is the character.
        ("AT&amp;T", "AT|T", "AT|amp|T"),
        // An ampersand and a plus divide, in both; here a name that has one between its words asks for it.
        ("H&M", "H|M", "H|M"),
        ("Gruner + Jahr", "Gruner|Jahr", "Gruner|Jahr"),
        ("caf&eacute;", "caf&eacute;", "caf|eacute"),
        // Half-width voicing marks belong to their kana.
        ("ﾄﾞ", "ﾄﾞ", "ﾄﾞ"),
    ] {
        assert_eq!((ours(text).join("|"), theirs(text).join("|")), (here.into(), there.into()));
    }
}

const WORDS: [&str; 14] = [
    "Alibaba",
    "ÉCLAIR",
    "e\u{301}tude",
    "Straße",
    "Москва",
    "Αθήνα",
    "G7",
    "1260H",
    "京",
    "騰",
    "Ａｌｉ",
    "école",
    "x",
    "ﬁne",
];
const BETWEEN: [&str; 14] =
    [" ", ", ", "; ", " - ", "-", "–", "—", "/", " (", ") ", "! ", "? ", " “", "” "];

proptest! {
    #[test]
    fn plain_text_is_divided_alike(pieces in prop::collection::vec((0..14usize, 0..14usize), 1..12)) {
        let text: String =
            pieces.iter().flat_map(|(word, gap)| [WORDS[*word], BETWEEN[*gap]]).collect();
        prop_assert_eq!(ours(&text), theirs(&text), "{:?}", text);
    }
}
