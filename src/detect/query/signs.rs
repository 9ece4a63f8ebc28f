//! Signs that other programs read in a search and this one does not, and lists that are read as one phrase.

use std::ops::Range;

use super::lex::Piece;
use super::meant::{Kind, Slip};

/// What parts the words of a list where people forget that a phrase is no list.
const COMMAS: [char; 7] = [',', ';', '；', '、', '，', '､', '\n'];

/// Runs of more words are not shown.
const LONGEST: usize = 200;

/// The phrases of a list that is written as one phrase; `None` where it is one. Commas between digits part no words.
pub(crate) fn listed(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, sign) in text.match_indices(COMMAS) {
        if !(digit(at.checked_sub(1)) && digit(Some(at + sign.len()))) {
            parts.push(&text[from..at]);
            from = at + sign.len();
        }
    }
    parts.push(&text[from..]);
    let words = |part: &&str| part.contains(char::is_alphanumeric);
    let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(words).collect();
    (parts.len() > 1).then_some(parts)
}

/// What is not read of a bare word or of a run of bare words that begins with it.
pub(super) fn bare(
    text: &str,
    pieces: &[(Piece, Range<usize>)],
    at: usize,
    word: &str,
) -> Option<Slip> {
    let span = pieces[at].1.clone();
    let slip = |kind: Kind, word: &str, span: Range<usize>| {
        Some(Slip { kind, word: word.to_owned(), run: String::new(), span })
    };
    let is_bare = |at: usize| matches!(pieces.get(at), Some((Piece::Bare(_), _)));
    if let Some(kind) = inside(word) {
        return slip(kind, word, span);
    }
    // A list is told where it begins.
    if at.checked_sub(1).is_some_and(is_bare) {
        return None;
    }
    let last = (at..).take_while(|at| is_bare(*at)).last()?;
    let run = span.start..pieces[last].1.end;
    let words = text.get(run.clone()).filter(|words| words.len() <= LONGEST)?;
    let parts = listed(words)?;
    slip(Kind::Listed(parts.join(" OR ")), words, run)
}

/// A sign for any letter, or for what is alike, inside a word. An address may hold both.
fn inside(word: &str) -> Option<Kind> {
    let plain = |part: &str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    if let Some((first, digits)) = word.split_once('~')
        && plain(first)
        && digits.bytes().all(|one| one.is_ascii_digit())
    {
        return Some(Kind::Alike(first.to_owned()));
    }
    let parts: Vec<&str> = word.split('?').collect();
    (parts.len() > 1 && parts.iter().all(|part| plain(part))).then_some(Kind::AnyLetter)
}

/// What to write for quoted words with an asterisk at the end of one; nothing where none has.
pub(super) fn starred(words: &str) -> Option<Kind> {
    let ends = |word: &str| {
        word.strip_suffix('*').is_some_and(|stem| stem.ends_with(char::is_alphanumeric))
    };
    let words: Vec<&str> = words.split_whitespace().collect();
    let (last, before) = words.split_last()?;
    if before.iter().any(|word| ends(word)) {
        return Some(Kind::Starred(None));
    }
    ends(last).then(|| Kind::Starred(Some(words.join(" "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_from_phrases() {
        for (text, expected) in [
            ("delist, halt", Some(vec!["delist", "halt"])),
            ("halt,stop", Some(vec!["halt", "stop"])),
            ("退市、停牌", Some(vec!["退市", "停牌"])),
            ("a b; c d;", Some(vec!["a b", "c d"])),
            ("fines of 1,000 dollars", None),
            ("halt,", None),
            (", halt", None),
            ("halt", None),
        ] {
            assert_eq!(listed(text), expected, "{text}");
        }
    }

    #[test]
    fn signs_inside_words_are_seen() {
        for (word, expected) in [
            ("h?lt", Some(Kind::AnyLetter)),
            ("halt~", Some(Kind::Alike("halt".to_owned()))),
            ("halt~2", Some(Kind::Alike("halt".to_owned()))),
            ("what?", None),
            ("https://a.test/x?y=1", None),
            ("~3", None),
            ("halt", None),
        ] {
            assert_eq!(inside(word), expected, "{word}");
        }
    }

    #[test]
    fn asterisks_in_quotes_are_seen() {
        assert_eq!(starred("a b*"), Some(Kind::Starred(Some("a b*".to_owned()))));
        assert_eq!(starred("a* b"), Some(Kind::Starred(None)));
        for words in ["E*Trade", "a * b", "M*A*S", "", "*"] {
            assert_eq!(starred(words), None, "{words}");
        }
    }
}
