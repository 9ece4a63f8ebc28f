//! Character references: numeric ones and the names of HTML 4, which feeds use without declaring.
//!
//! An unknown name stays as it is written: it may be text ("AT&T; more"). Nothing is expanded twice
//! here, and declared entities are never expanded, so there is no entity bomb.

use std::borrow::Cow;

mod names;

use super::tokens::find;
use names::NAMES;

/// The longest name (`thetasym`) or number with its zeros that is looked at.
const LONGEST: usize = 12;

/// The text with its references resolved.
pub(super) fn resolve(raw: &str) -> Cow<'_, str> {
    if find(raw, b'&').is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    append(raw, &mut out);
    Cow::Owned(out)
}

/// Appends the text with its references resolved.
pub(super) fn append(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = find(rest, b'&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match reference(rest) {
            Some((one, length)) => {
                out.push(one);
                length
            }
            None => {
                out.push('&');
                1
            }
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
}

/// The character that the reference at the start of `text` means, and the length of the reference.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let name = &body[..end];
    let one = match name.strip_prefix('#') {
        Some(number) => numeric(number)?,
        None => named(name)?,
    };
    Some((one, end + 2))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    match code {
        // Numbers of windows-1252 are meant, as browsers read them (HTML standard, 13.2.5.80).
        0x80..=0x9f => {
            let byte = [u8::try_from(code).ok()?];
            let one =
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next()?;
            Some(if one.is_control() { ' ' } else { one })
        }
        0x7f | 0xfffe | 0xffff => Some(' '),
        0..0x20 if !matches!(code, 9 | 10 | 13) => Some(' '),
        _ => char::from_u32(code),
    }
}

fn named(name: &str) -> Option<char> {
    let at = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    char::from_u32(NAMES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_once() {
        for (raw, expected) in [
            ("AT&amp;T", "AT&T"),
            ("a &amp;lt; b", "a &lt; b"),
            ("caf&eacute; &#233; &#xE9;", "caf\u{e9} \u{e9} \u{e9}"),
            ("&alpha;&Omega;", "\u{3b1}\u{3a9}"),
            ("it&#146;s", "it\u{2019}s"),
            ("R&D & more; &bogus;", "R&D & more; &bogus;"),
            ("&#0;&#x1F;|&#55296;|&#99999999999;", "  |&#55296;|&#99999999999;"),
            ("&#127;&#x81;|", "  |"),
            ("&", "&"),
            ("&\u{963f}\u{91cc};", "&\u{963f}\u{91cc};"),
        ] {
            assert_eq!(resolve(raw), expected, "{raw}");
        }
    }

    #[test]
    fn the_names_are_sorted() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
