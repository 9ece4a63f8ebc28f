//! Content decoding under a cap, shared by fetching and by the `parse` command.
//!
//! Done here and not by the HTTP client because a compressed body that ends early must be seen as
//! loss: what was decoded before the damage is kept, and the damage is said. Never holds more than
//! the cap, whatever an archive claims.

use std::io::Read;

/// Most bytes that a body may have after decompression: 15 MiB.
pub const MAX_BODY: usize = 15 * 1024 * 1024;

/// A body without its content encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What could be decoded.
    pub bytes: Vec<u8>,
    /// Why it is not the whole body, in words; `None` when it is.
    pub cut: Option<String>,
}

/// A body that cannot be decoded at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the server sent the content encoding '{0}', which was not asked for")]
pub struct UnknownEncoding(pub String);

/// The encodings that [`decode`] reads, as an `Accept-Encoding` header.
pub const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// Undoes the encodings of a `Content-Encoding` header (`None`: only what the first bytes show,
/// gzip or zstd), keeping at most `limit` bytes at every stage.
///
/// # Errors
/// When an encoding is not one of [`ACCEPTED`]. Damage is no error: see [`Decoded::cut`].
pub fn decode(
    raw: Vec<u8>,
    encoding: Option<&str>,
    limit: usize,
) -> Result<Decoded, UnknownEncoding> {
    let mut body = Decoded { bytes: raw, cut: None };
    for name in encoding.unwrap_or("").rsplit(',').map(str::trim).filter(|name| !name.is_empty()) {
        let coding = Coding::named(name).ok_or_else(|| UnknownEncoding(name.to_owned()))?;
        undo(coding, &mut body, limit);
    }
    // Archives are also served as they are, without a header that says so.
    for coding in [Coding::Gzip, Coding::Zstd] {
        undo(coding, &mut body, limit);
    }
    if body.bytes.len() > limit {
        body.bytes.truncate(limit);
        body.cut = Some(format!("the body is longer than {limit} bytes"));
    }
    Ok(body)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "identity" | "none" | "utf-8" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Replaces the bytes by their decoded form. A body that does not begin as its coding does was sent
/// plain under a wrong header and stays as it is.
fn undo(coding: Coding, body: &mut Decoded, limit: usize) {
    let raw = body.bytes.as_slice();
    let decoded = match coding {
        Coding::Identity => return,
        Coding::Gzip if raw.starts_with(&[0x1f, 0x8b]) => {
            read(flate2::bufread::MultiGzDecoder::new(raw), limit)
        }
        Coding::Zstd if raw.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => zstd(raw, limit),
        Coding::Gzip | Coding::Zstd => return,
        Coding::Deflate if is_zlib(raw) => read(flate2::bufread::ZlibDecoder::new(raw), limit),
        Coding::Deflate | Coding::Brotli if is_plain(raw) => return,
        Coding::Deflate => read(flate2::bufread::DeflateDecoder::new(raw), limit),
        Coding::Brotli => read(brotli_decompressor::Decompressor::new(raw, 4096), limit),
    };
    body.bytes = decoded.bytes;
    body.cut = decoded.cut.or(body.cut.take());
}

/// RFC 1950: method 8, and the first two bytes as a number divide by 31.
fn is_zlib(raw: &[u8]) -> bool {
    matches!(raw, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) * 256 + u16::from(*second)) % 31 == 0)
}

fn is_plain(raw: &[u8]) -> bool {
    let start = raw.trim_ascii_start();
    start.is_empty() || start.starts_with(b"<?xml") || start.starts_with(b"<rss")
}

/// Zstandard frames larger than this window are refused before anything is allocated for them
/// (RFC 8878 recommends supporting 8 MiB).
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

fn zstd(raw: &[u8], limit: usize) -> Decoded {
    let damaged = |why: String| Decoded {
        bytes: Vec::new(),
        cut: Some(format!("the compressed body is damaged: {why}")),
    };
    match zstd_window(raw) {
        Some(window) if window <= ZSTD_WINDOW => {}
        Some(window) => return damaged(format!("it wants a window of {window} bytes")),
        None => return damaged("its header is cut".to_owned()),
    }
    match ruzstd::decoding::StreamingDecoder::new(raw) {
        Ok(decoder) => read(decoder, limit),
        Err(why) => damaged(why.to_string()),
    }
}

/// The window that a frame asks for (RFC 8878, 3.1.1.1).
fn zstd_window(raw: &[u8]) -> Option<u64> {
    let descriptor = *raw.get(4)?;
    let single = descriptor & 0x20 != 0;
    if !single {
        let window = *raw.get(5)?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(raw.get(5 + dictionary..5 + dictionary + size)?);
    Some(u64::from_le_bytes(bytes))
}

fn read(mut from: impl Read, limit: usize) -> Decoded {
    let mut bytes = Vec::new();
    let mut block = [0; 16 * 1024];
    let cut = loop {
        match from.read(&mut block) {
            Ok(0) => break None,
            Ok(count) => bytes.extend_from_slice(&block[..count]),
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(why) => {
                break Some(format!("the compressed body is damaged or ended early: {why}"));
            }
        }
        if bytes.len() > limit {
            bytes.truncate(limit);
            break Some(format!("the body is longer than {limit} bytes"));
        }
    };
    Decoded { bytes, cut }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const MEMORY: &str = "memory takes every byte";

    /// Decodes what comes in encodings that are known: damage is no error.
    fn undone(raw: Vec<u8>, encoding: Option<&str>, limit: usize) -> Decoded {
        decode(raw, encoding, limit).expect("only an unknown encoding is an error")
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text).expect(MEMORY);
        out.finish().expect(MEMORY)
    }

    #[test]
    fn whole_bodies_come_back_whole() {
        let text = b"<rss>hello</rss>".repeat(50);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&text).expect(MEMORY);
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(&text).expect(MEMORY);
        let zstd = ruzstd::encoding::compress_to_vec(
            &text[..],
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        for (encoding, body) in [
            (Some("gzip"), gzip(&text)),
            (Some("GZIP, identity"), gzip(&text)),
            (Some("gzip, gzip"), gzip(&gzip(&text))),
            (None, gzip(&text)),
            (Some("gzip"), text.clone()),
            (Some("deflate"), zlib.finish().expect(MEMORY)),
            (Some("deflate"), raw.finish().expect(MEMORY)),
            (Some("zstd"), zstd),
            (Some("br"), text.clone()),
        ] {
            let decoded = undone(body, encoding, MAX_BODY);
            assert_eq!(decoded, Decoded { bytes: text.clone(), cut: None }, "{encoding:?}");
        }
    }

    #[test]
    fn a_body_that_ends_early_is_kept_and_said() {
        let text: Vec<u8> = (0..60_000_u32).flat_map(u32::to_be_bytes).collect();
        let whole = gzip(&text);
        let cut = undone(whole[..whole.len() * 2 / 3].to_vec(), Some("gzip"), MAX_BODY);
        assert!(cut.cut.is_some());
        assert!(text.starts_with(&cut.bytes) && !cut.bytes.is_empty());
        let trailer = undone(whole[..whole.len() - 3].to_vec(), Some("gzip"), MAX_BODY);
        assert!(trailer.cut.is_some(), "a missing checksum is damage too");
        let twice = gzip(&whole);
        for encoding in [Some("gzip"), Some("gzip, gzip")] {
            let outside = undone(twice[..twice.len() - 3].to_vec(), encoding, MAX_BODY);
            assert!(outside.cut.is_some(), "{encoding:?}: what is whole inside mends nothing");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![b' '; 3_000_000]);
        let decoded = undone(bomb, Some("gzip"), 100_000);
        assert_eq!(decoded.bytes.len(), 100_000);
        assert!(decoded.cut.expect("a bomb is cut").contains("longer than"));
    }

    #[test]
    fn a_greedy_zstd_window_is_refused() {
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0, 0, 0];
        let decoded = undone(frame.to_vec(), None, MAX_BODY);
        assert!(
            decoded.cut.expect("what is refused is said").contains("window"),
            "before anything is allocated"
        );
    }

    #[test]
    fn an_unknown_encoding_is_refused() {
        assert!(decode(vec![1], Some("compress"), 10).is_err());
    }
}
