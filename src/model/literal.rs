//! Where a byte of a string's value stands in what was written: quotes, escapes and the line end behind opening
//! quotes are no part of the value (TOML 1.1, "String").

/// The byte of `written`, a TOML string with its quotes, at which the byte `at` of its value begins. What is no string
/// in quotes is its own value. Never beyond `written`.
pub(super) fn offset(written: &str, at: usize) -> usize {
    let (quotes, escapes) = match written.as_bytes() {
        [b'"', b'"', b'"', ..] => (3, true),
        [b'\'', b'\'', b'\'', ..] => (3, false),
        [b'"', ..] => (1, true),
        [b'\'', ..] => (1, false),
        _ => return at.min(written.len()),
    };
    let mut here = quotes;
    if quotes == 3 {
        here += line_end(&written[here..]);
    }
    let mut value = 0;
    while value < at {
        let rest = written.get(here..).unwrap_or_default();
        let Some(one) = rest.chars().next() else { break };
        let (read, gives) = match one {
            '\\' if escapes => escape(rest),
            _ => (one.len_utf8(), one.len_utf8()),
        };
        if value + gives > at {
            break;
        }
        here += read;
        value += gives;
    }
    // What is escaped away before a character is not where it begins.
    while escapes && quotes == 3 && is_folded(written.get(here..).unwrap_or_default()) {
        here += escape(&written[here..]).0;
    }
    here.min(written.len())
}

/// The line end with which a text begins, in bytes.
fn line_end(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}

/// Whether a text begins with a backslash that ends its line.
fn is_folded(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('\\') else { return false };
    line_end(rest.trim_start_matches([' ', '\t'])) > 0
}

/// How many bytes an escape at the beginning of a text takes, and how many it gives.
fn escape(text: &str) -> (usize, usize) {
    if is_folded(text) {
        let rest = text[1..].trim_start_matches([' ', '\t', '\r', '\n']);
        return (text.len() - rest.len(), 0);
    }
    let digits = match text.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => return (2.min(text.len()), 1),
    };
    let code = text.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value's `c` must be found where it is written.
    #[test]
    fn a_byte_of_the_value_is_found_in_what_is_written() {
        for (written, at) in [
            (r#""abc""#, 2),
            (r#""\"bc""#, 2),
            (r#""\\\tc""#, 2),
            (r#""\u00e9c""#, 2),
            (r#""\U0001F600c""#, 4),
            (r#""\x41c""#, 1),
            ("'\\bc'", 2),
            ("\"éc\"", 2),
            ("\"\"\"\nabc\"\"\"", 2),
            ("\"\"\"\r\nabc\"\"\"", 2),
            ("\"\"\"a\r\nc\"\"\"", 3),
            ("\"\"\"a\\\n   c\"\"\"", 1),
            ("\"\"\"a \\  \r\n\r\n\tc\"\"\"", 2),
            ("'''\na\\c'''", 2),
            ("abc", 2),
        ] {
            assert_eq!(written[offset(written, at)..].chars().next(), Some('c'), "{written:?}");
        }
    }

    #[test]
    fn it_never_leaves_what_is_written() {
        for written in
            ["", "\"", "\"\\", "\"\\u00", "\"\"\"", "'''\n", "\"\"\"\\\n", "\"é\\U0011ffffé\""]
        {
            for at in 0..12 {
                let found = offset(written, at);
                assert!(written.get(found..).is_some(), "{written:?} {at}");
            }
        }
    }
}
