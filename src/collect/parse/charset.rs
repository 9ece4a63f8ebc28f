//! Bytes to text: which encoding a document is in, and what of it can be no text.
//!
//! Order of belief: byte order mark, bytes that are valid UTF-8, the HTTP header, the declaration,
//! a guess. Wrong bytes are repaired (which is no loss) and said.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A document as text.
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) complaints: Vec<String>,
}

/// Decodes a document and takes out what XML forbids.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Text<'a> {
    let mut complaints = Vec::new();
    let text = to_text(bytes, content_type, &mut complaints);
    let text = undouble(text, &mut complaints);
    let text = without_controls(text, &mut complaints);
    Text { text, complaints }
}

fn to_text<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
    complaints: &mut Vec<String>,
) -> Cow<'a, str> {
    if let Some((wide, order)) = utf32(bytes) {
        return Cow::Owned(from_utf32(wide, order));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return lossy(encoding, &bytes[mark..], complaints);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return lossy(encoding, bytes, complaints);
    }
    let declared = declared(bytes);
    let named = content_type.and_then(charset_parameter).and_then(label).or(declared);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022-JP is ASCII bytes throughout, and valid UTF-8 by accident.
        let escapes = named == Some(encoding_rs::ISO_2022_JP) && text.contains('\u{1b}');
        if !escapes {
            return Cow::Borrowed(text);
        }
    }
    other_than_utf8(bytes, named, declared, complaints)
}

fn other_than_utf8<'a>(
    bytes: &'a [u8],
    named: Option<&'static Encoding>,
    declared: Option<&'static Encoding>,
    complaints: &mut Vec<String>,
) -> Cow<'a, str> {
    for encoding in [named, declared].into_iter().flatten().filter(|one| *one != UTF_8) {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return text;
        }
    }
    if mostly_utf8(bytes) {
        complaints.push("bytes that are no UTF-8 were read as windows-1252".to_owned());
        return Cow::Owned(mixed(bytes));
    }
    let mut detector = chardetng::EncodingDetector::new();
    // Guessing reads slowly, and learns nothing more after a while.
    let enough = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0) + 64 * 1024;
    detector.feed(&bytes[..bytes.len().min(enough)], true);
    let guess = detector.guess(None, false);
    complaints.push(format!("the encoding is not as declared; read as {}", guess.name()));
    lossy(guess, bytes, complaints)
}

fn lossy<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
    complaints: &mut Vec<String>,
) -> Cow<'a, str> {
    let (text, wrong) = encoding.decode_without_bom_handling(bytes);
    if wrong {
        complaints.push(format!("some bytes are no {}", encoding.name()));
    }
    text
}

fn label(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// The charset parameter of a media type.
fn charset_parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })
}

/// The encoding of the XML declaration, which is ASCII in every encoding that reaches here.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    let declaration = &head[head.find("<?xml")?..];
    let declaration = &declaration[..declaration.find('>').unwrap_or(declaration.len())];
    let value = declaration[declaration.find("encoding")? + 8..].trim_start().strip_prefix('=')?;
    let value = value.trim_start();
    let quote = value.chars().next().filter(|one| matches!(one, '"' | '\''))?;
    let encoding = label(value[1..].split(quote).next()?)?;
    // An ASCII declaration cannot be in UTF-16: the name is wrong.
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<' | b'{', 0, second, ..] if *second != 0 => Some(UTF_16BE),
        [b'<' | b'{', 0, second, 0, ..] if *second != 0 => Some(UTF_16LE),
        _ => None,
    }
}

fn utf32(bytes: &[u8]) -> Option<(&[u8], bool)> {
    match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => Some((rest, true)),
        [0xff, 0xfe, 0, 0, rest @ ..] if rest.len() >= 4 => Some((rest, false)),
        [0, 0, 0, b'<', ..] => Some((bytes, true)),
        [b'<', 0, 0, 0, ..] => Some((bytes, false)),
        _ => None,
    }
}

fn from_utf32(bytes: &[u8], big: bool) -> String {
    let code = |four: &[u8; 4]| {
        if big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) }
    };
    let (fours, _) = bytes.as_chunks::<4>();
    fours.iter().map(|four| char::from_u32(code(four)).unwrap_or('\u{fffd}')).collect()
}

/// Whether more than half of what is not ASCII is valid UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|one| !one.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    good >= bad
}

fn mixed(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

/// Undoes UTF-8 that was taken for windows-1252 and encoded once more. Ordinary text does not turn
/// into valid UTF-8 that way.
fn undouble<'a>(text: Cow<'a, str>, complaints: &mut Vec<String>) -> Cow<'a, str> {
    // Lead bytes of UTF-8 (C2..F4), read as windows-1252 and so encoded as C3 82 to C3 B4, followed by
    // a continuation byte, which is not ASCII either. To the end in any case, as that goes in steps
    // of many bytes.
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1)).zip(bytes.iter().skip(2));
    let suspicious = pairs.fold(false, |found, ((one, two), three)| {
        found | ((*one == 0xc3) & (0x82..=0xb4).contains(two) & !three.is_ascii())
    });
    if !suspicious {
        return text;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(&text);
    if unmappable {
        return text;
    }
    match String::from_utf8(bytes.into_owned()) {
        Ok(single) => {
            complaints.push("the text was encoded as UTF-8 twice".to_owned());
            Cow::Owned(single)
        }
        Err(_) => text,
    }
}

fn without_controls<'a>(text: Cow<'a, str>, complaints: &mut Vec<String>) -> Cow<'a, str> {
    let Some(clean) = cleaned(&text) else { return text };
    complaints.push("control characters were taken out".to_owned());
    Cow::Owned(clean)
}

/// A text without its control characters, if it has any. Those of a document are taken out before it is
/// read, but what it holds may be packed once more: as base64, or in escapes of JSON.
pub(super) fn cleaned(text: &str) -> Option<String> {
    let forbidden = |one: char| {
        (one < ' ' && !matches!(one, '\t' | '\n' | '\r'))
            // XML allows these, and no text means them; U+0085 is a line break.
            || (('\u{7f}'..='\u{9f}').contains(&one) && one != '\u{85}')
            || matches!(one, '\u{fffe}' | '\u{ffff}')
    };
    let bytes = text.as_bytes();
    let control =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    let controls = bytes.iter().fold(false, |found, byte| found | control(*byte));
    // U+0080 to U+009F are C2 80 to C2 9F.
    let c1 = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .fold(false, |found, (one, two)| found | ((*one == 0xc2) & (*two <= 0x9f)));
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    let pairs = bytes.iter().zip(bytes.iter().skip(1)).zip(bytes.iter().skip(2));
    let no_characters = pairs.fold(false, |found, ((one, two), three)| {
        found | ((*one == 0xef) & (*two == 0xbf) & (*three >= 0xbe))
    });
    if !controls && !c1 && !no_characters {
        return None;
    }
    Some(text.chars().filter(|one| !forbidden(*one)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes, content_type).text, expected, "{bytes:?} {content_type:?}");
    }

    #[test]
    fn encodings_are_found() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        check("<r>caf\u{e9}</r>".as_bytes(), None, "<r>caf\u{e9}</r>");
        check("<r>a\u{7f}b\u{8f}c\u{85}</r>".as_bytes(), None, "<r>abc\u{85}</r>");
        check(b"\xef\xbb\xbf<r/>", Some("text/xml; charset=iso-8859-1"), "<r/>");
        check("<r>\u{963f}</r>".as_bytes(), Some("text/xml; charset=gbk"), "<r>\u{963f}</r>");
        check(&wide("<r>\u{963f}</r>", true), None, "<r>\u{963f}</r>");
        check(&wide("\u{feff}<r/>", false), None, "<r/>");
        check(
            b"<r>\xb0\xa2\xc0\xef</r>",
            Some("text/xml; charset=\"GB2312\""),
            "<r>\u{963f}\u{91cc}</r>",
        );
        check(
            b"<?xml version='1.0' encoding='gbk'?><r>\xb0\xa2</r>",
            None,
            "<?xml version='1.0' encoding='gbk'?><r>\u{963f}</r>",
        );
        check(b"<r>\x1b$B0$\x1b(B</r>", Some("text/xml; charset=iso-2022-jp"), "<r>\u{963f}</r>");
        let utf32: Vec<u8> =
            "<r>\u{963f}</r>".chars().flat_map(|one| u32::from(one).to_be_bytes()).collect();
        check(&utf32, None, "<r>\u{963f}</r>");
    }

    #[test]
    fn wrong_bytes_are_repaired_one_by_one() {
        check("<r>\u{963f}\u{91cc}".as_bytes(), None, "<r>\u{963f}\u{91cc}");
        let mut mixed = "<r>\u{963f}\u{91cc} it".as_bytes().to_vec();
        mixed.extend_from_slice(b"\x92s</r>");
        check(&mixed, None, "<r>\u{963f}\u{91cc} it\u{2019}s</r>");
    }

    #[test]
    fn double_encoding_is_undone_and_plain_text_left_alone() {
        let (double, ..) = WINDOWS_1252.decode("<r>caf\u{e9} \u{2019}</r>".as_bytes());
        check(double.as_bytes(), None, "<r>caf\u{e9} \u{2019}</r>");
        for text in ["<r>\u{c9}t\u{e9} na\u{ef}ve</r>", "<r>\u{c3}\u{a9} and \u{963f}</r>"] {
            check(text.as_bytes(), None, text);
        }
    }

    #[test]
    fn controls_are_taken_out_and_said() {
        let text = decode(b"<r>a\x00b\x0bc\td</r>", None);
        assert_eq!(text.text, "<r>abc\td</r>");
        assert_eq!(text.complaints.len(), 1);
    }
}
