//! Which encoding a list is in: spreadsheets save in their own.
//!
//! Order of belief: byte order mark, bytes that are valid UTF-8, zeros between letters, a guess. What is not UTF-8 is
//! read all the same and said, so that whoever imports it looks at the names.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes looked through at a time, and enough of them to guess by.
const WINDOW: usize = 1 << 16;

/// A list as text, and in which encoding it was if not in UTF-8.
pub(super) fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
    let sure = sure(bytes);
    let encoding = match sure {
        Some((encoding, _)) => encoding,
        None => match std::str::from_utf8(bytes) {
            Ok(_) => UTF_8,
            // Only cut off.
            Err(error) if error.error_len().is_none() => UTF_8,
            Err(error) => guessed(&bytes[error.valid_up_to()..]),
        },
    };
    let mark = sure.map_or(0, |(_, mark)| mark);
    let text = encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    (text, (encoding != UTF_8).then(|| encoding.name()))
}

/// The encoding and the bytes of its mark, where the first bytes leave no doubt.
fn sure(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or(match bytes {
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some((UTF_16BE, 0)),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some((UTF_16LE, 0)),
        _ => None,
    })
}

/// The encoding of bytes that begin with one that is no UTF-8.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let bytes = &bytes[..bytes.len().min(WINDOW)];
    let chunks = || bytes.utf8_chunks();
    let whole = chunks().flat_map(|one| one.valid().chars()).filter(|one| !one.is_ascii()).count();
    let broken = chunks().filter(|one| !one.invalid().is_empty()).count();
    // A few bytes went wrong in a list that is UTF-8: read otherwise, all its names would be lost.
    if whole > broken {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new();
    detector.feed(bytes, true);
    detector.guess(None, false)
}

/// Whether a list is UTF-8 and can be read as it stands, behind the bytes of its mark. Long lists are not held in
/// memory for it.
pub(super) fn plain_from(input: &mut dyn Read) -> io::Result<Option<u64>> {
    let mut window = vec![0; WINDOW];
    let mut kept = 0;
    let mut mark = None;
    loop {
        let filled = kept + input.read(&mut window[kept..])?;
        let ended = filled == kept;
        let bytes = &window[..filled];
        let mark = match (mark, sure(bytes)) {
            (Some(mark), _) => mark,
            (None, None) => *mark.insert(0),
            (None, Some((encoding, bytes))) if encoding == UTF_8 => *mark.insert(bytes as u64),
            (None, Some(_)) => return Ok(None),
        };
        kept = match std::str::from_utf8(bytes) {
            Ok(_) => 0,
            // A character may go on in what is read next.
            Err(error) if error.error_len().is_none() && !ended => filled - error.valid_up_to(),
            Err(_) => return Ok(None),
        };
        if ended {
            return Ok(Some(mark));
        }
        window.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: &str = "what lies in memory can be read";

    #[test]
    fn lists_are_read_in_what_they_are_written_in() {
        let plain = "name,alias\nNestlé SA,Nestlé\nMüller AG,Müller\n";
        let chinese = "name,alias\n华为技术有限公司,华为\n中芯国际集成电路制造有限公司,中芯国际\n";
        let wide = |big: bool, mark: &str| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            format!("{mark}{plain}").encode_utf16().flat_map(bytes).collect()
        };
        let of = |encoding: &'static Encoding, text: &str| encoding.encode(text).0.into_owned();
        for (bytes, text_is, name) in [
            (plain.as_bytes().to_vec(), plain, None),
            (format!("\u{feff}{plain}").into_bytes(), plain, None),
            (wide(false, "\u{feff}"), plain, Some("UTF-16LE")),
            (wide(true, "\u{feff}"), plain, Some("UTF-16BE")),
            (wide(false, ""), plain, Some("UTF-16LE")),
            (of(encoding_rs::WINDOWS_1252, plain), plain, Some("windows-1252")),
            (of(encoding_rs::GBK, chinese), chinese, Some("GBK")),
        ] {
            assert_eq!(text(&bytes), (text_is.to_owned(), name));
            let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let expected = name.is_none().then_some(mark);
            assert_eq!(plain_from(&mut bytes.as_slice()).expect(MEMORY), expected, "{name:?}");
        }
    }

    #[test]
    fn one_wrong_byte_does_not_cost_the_names() {
        let mut bytes = b"Nestl\xe9 SA\n".to_vec();
        bytes.extend("华为,中芯\n".as_bytes());
        assert_eq!(text(&bytes), ("Nestl\u{fffd} SA\n华为,中芯\n".to_owned(), None));
    }

    #[test]
    fn a_character_between_two_readings_is_whole() {
        let long = format!("{}é{}", "a".repeat(WINDOW - 1), "b".repeat(WINDOW));
        assert_eq!(plain_from(&mut long.as_bytes()).expect(MEMORY), Some(0));
        assert_eq!(plain_from(&mut &long.as_bytes()[..WINDOW]).expect(MEMORY), None);
    }
}
