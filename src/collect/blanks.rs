//! Whether a text's blanks are single spaces already, which most are: then nothing needs copying
//! word by word. When in doubt the answer is no.

/// Whether the text begins and ends with a visible ASCII character and has no blanks but single
/// spaces within.
pub(super) fn are_single(text: &str) -> bool {
    let visible = |byte: Option<&u8>| byte.is_some_and(|byte| (b'!'..=b'~').contains(byte));
    let bytes = text.as_bytes();
    let plain = |pair: &[u8]| match pair {
        [b' ', next] => *next > b' ',
        // Blanks beyond ASCII begin with one of these bytes.
        [one, _] => *one >= b' ' && !matches!(one, 0xc2 | 0xe1 | 0xe2 | 0xe3),
        _ => true,
    };
    visible(bytes.first()) && visible(bytes.last()) && bytes.windows(2).all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_spaces_are_told_from_all_other_blanks() {
        for (text, single) in [
            ("a", true),
            ("one two three.", true),
            ("caf\u{e9} au lait", true),
            ("", false),
            (" a", false),
            ("a ", false),
            ("a  b", false),
            ("a\tb", false),
            ("a\nb", false),
            ("a \u{a0}b", false),
            ("a\u{a0}b", false),
            ("a\u{1680}b", false),
            ("a\u{2003}b", false),
            ("a\u{2028}b", false),
            ("a\u{3000}b", false),
        ] {
            assert_eq!(are_single(text), single, "{text:?}");
        }
        for blank in ('\0'..=char::MAX).filter(|one| one.is_whitespace() && *one != ' ') {
            assert!(!are_single(&format!("a{blank}b")), "{blank:?}");
        }
    }
}
