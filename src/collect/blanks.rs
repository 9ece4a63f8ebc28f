//! Whether a text's blanks are single ones already, which they mostly are: then nothing needs copying
//! word by word. When in doubt the answer is no.

/// Whether the text begins and ends with a visible character and has no blanks but single spaces
/// within.
pub(super) fn are_single(text: &str) -> bool {
    are_neat(text, false)
}

/// The same where single line feeds count as well.
pub(super) fn are_single_or_lines(text: &str) -> bool {
    are_neat(text, true)
}

fn are_neat(text: &str, lines: bool) -> bool {
    let visible = |one: char| one > ' ' && !one.is_whitespace();
    if !text.starts_with(visible) || !text.ends_with(visible) {
        return false;
    }
    let feed = if lines { b'\n' } else { b' ' };
    let blank = |byte: u8| byte == b' ' || byte == feed;
    let bytes = text.as_bytes();
    // To the end in any case: without a way out in between, many bytes are looked at in one step.
    let (odd, wide) =
        bytes.iter().zip(&bytes[1..]).fold((false, false), |(odd, wide), (one, next)| {
            let control = *one < b' ' && *one != feed;
            // Blanks beyond ASCII begin with one of these bytes.
            let lead = matches!(one, 0xc2 | 0xe1 | 0xe2 | 0xe3);
            (odd | control | (blank(*one) & blank(*next)), wide | lead)
        });
    let wide_blank = |one: char| !one.is_ascii() && one.is_whitespace();
    !(odd || wide && text.contains(wide_blank))
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
            ("\u{201c}quoted\u{201d} \u{4e2d}\u{6587}\u{3002}", true),
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
        for (text, single) in [
            ("a\nb c", true),
            ("a\n\nb", false),
            ("a \nb", false),
            ("a\n b", false),
            ("a\n", false),
            ("a\tb", false),
        ] {
            assert_eq!(are_single_or_lines(text), single, "{text:?}");
        }
        for blank in ('\0'..=char::MAX).filter(|one| one.is_whitespace() && *one != ' ') {
            assert!(!are_single(&format!("a{blank}b")), "{blank:?}");
        }
    }
}
