//! Plain words: runs of ASCII letters and digits, eight bytes at a time.
//!
//! Nearly all words of most texts are such runs, so this is where the time of reading a text goes. It
//! gives exactly what [`push`](crate::detect::hash::push) gives letter by letter, which a test holds; what else a word may
//! hold (diacritics, references, invisible characters) is left to the walk.

use super::token::Shape;
use crate::detect::hash::{ASCII, BASE, POWERS, spread};

/// The upper bit of every byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
/// One in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// `EIGHT[n][byte]`: what this byte adds to a word's hash where it is the n-th of eight, the last of
/// which ends the word. Capitals count as small letters, and a zero byte is nothing.
static EIGHT: [[u64; 128]; 8] = {
    let mut table = [[0; 128]; 8];
    let mut n = 8;
    let mut power = 1u64;
    while n > 0 {
        n -= 1;
        let mut byte = 1;
        while byte < 128 {
            let small = (byte as u8).to_ascii_lowercase();
            table[n][byte] = spread(small as u32).wrapping_mul(power);
            byte += 1;
        }
        power = power.wrapping_mul(BASE);
    }
    table
};

/// A plain word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// Byte after the last.
    pub(super) end: usize,
    /// Hash of the normal form.
    pub(super) hash: u64,
    /// Hash of the normal form with its case.
    pub(super) cased: u64,
    /// How it is written.
    pub(super) shape: Shape,
}

/// Eight bytes from `at`; zeros beyond the end.
fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().expect("eight bytes are eight")),
        None => {
            let rest = &bytes[at..];
            rest.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
        }
    }
}

/// The upper bit of each byte (all below 0x80) that is at least `least`.
fn at_least(bytes: u64, least: u8) -> u64 {
    (bytes | HIGH).wrapping_sub(ONES * u64::from(least)) & HIGH
}

/// Which of eight bytes are letters, and which letters or digits, by their upper bits.
fn classes(bytes: u64) -> (u64, u64) {
    let ascii = !bytes & HIGH;
    let low = bytes & !HIGH;
    let small = low | (ONES * 0x20);
    let letters = at_least(small, b'a') & !at_least(small, b'z' + 1) & ascii;
    let digits = at_least(low, b'0') & !at_least(low, b'9' + 1) & ascii;
    (letters, letters | digits)
}

/// The hash of the last `many` (one to eight) of eight letters, moved to the end; zeros before.
fn sum(moved: u64) -> u64 {
    let part = |n: usize| EIGHT[n][(moved >> (8 * n)) as usize & 0x7f];
    let one = part(0).wrapping_add(part(1)).wrapping_add(part(2).wrapping_add(part(3)));
    let two = part(4).wrapping_add(part(5)).wrapping_add(part(6).wrapping_add(part(7)));
    one.wrapping_add(two)
}

/// What capitals add to the hash of `moved`: `upper` has the upper bits of their bytes.
fn capitals(moved: u64, mut upper: u64) -> u64 {
    let mut more = 0u64;
    while upper != 0 {
        let n = upper.trailing_zeros() as usize / 8;
        let byte = (moved >> (8 * n)) as u8 & 0x7f;
        let (as_is, small) = (ASCII[usize::from(byte)], ASCII[usize::from(byte | 0x20)]);
        more = more.wrapping_add(as_is.wrapping_sub(small).wrapping_mul(POWERS[7 - n]));
        upper &= upper - 1;
    }
    more
}

/// The longest run of ASCII letters and digits from `start`, where at least one stands.
#[inline]
pub(super) fn plain(bytes: &[u8], start: usize) -> Plain {
    let (mut hash, mut more) = (0u64, 0u64);
    let (mut uppers, mut lowers) = (0u32, 0u64);
    let mut at = start;
    loop {
        let here = eight(bytes, at);
        let (letters, word) = classes(here);
        let many = (!word & HIGH).trailing_zeros() / 8;
        if many == 0 {
            break;
        }
        let moved = here << (64 - 8 * many);
        // A letter is small where its bit of value 0x20 is set.
        let kept = letters << (64 - 8 * many);
        let upper = kept & !(moved << 2);
        lowers |= kept & (moved << 2);
        hash = hash.wrapping_mul(POWERS[many as usize]).wrapping_add(sum(moved));
        more = more.wrapping_mul(POWERS[many as usize]);
        if upper != 0 {
            more = more.wrapping_add(capitals(moved, upper));
            uppers += upper.count_ones();
        }
        at += many as usize;
        if many < 8 {
            break;
        }
    }
    let shape = match (uppers, lowers) {
        (0, 0) => Shape::Digit,
        (1.., 0) => Shape::Caps,
        (1, _) if bytes[start].is_ascii_uppercase() => Shape::Capital,
        _ => Shape::Lower,
    };
    Plain { end: at, hash, cased: hash.wrapping_add(more), shape }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::hash::push;

    /// The same letter by letter.
    fn slow(text: &[u8], start: usize) -> Plain {
        let run: Vec<u8> =
            text[start..].iter().copied().take_while(u8::is_ascii_alphanumeric).collect();
        let of = |small: bool| {
            run.iter().fold(0, |hash, byte| {
                push(hash, char::from(if small { byte.to_ascii_lowercase() } else { *byte }))
            })
        };
        let uppers = run.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let lower = run.iter().any(u8::is_ascii_lowercase);
        let shape = match (uppers, lower) {
            (0, false) => Shape::Digit,
            (_, false) => Shape::Caps,
            (1, true) if run[0].is_ascii_uppercase() => Shape::Capital,
            _ => Shape::Lower,
        };
        Plain { end: start + run.len(), hash: of(true), cased: of(false), shape }
    }

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(
            before in "[ -~é京]{0,4}",
            word in "[a-zA-Z0-9]{1,40}",
            after in "[^a-zA-Z0-9]{0,9}|[^a-zA-Z0-9][a-z]{0,9}",
        ) {
            let text = format!("{before}{word}{after}");
            prop_assert_eq!(
                plain(text.as_bytes(), before.len()),
                slow(text.as_bytes(), before.len())
            );
        }
    }
}
