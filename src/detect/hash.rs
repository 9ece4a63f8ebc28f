//! Words as numbers: the hash of a word, character by character.
//!
//! A polynomial, so that the hash of two words written as one follows from theirs.

/// Odd, with bits well spread: the base of the polynomial by which characters become a word.
pub(super) const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads one character over 64 bits.
pub(super) const fn spread(one: u32) -> u64 {
    let mut x = (one as u64).wrapping_add(0x2545_f491_4f6c_dd1d);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ (x >> 27)
}

/// [`spread`] of every ASCII character, of which most texts are made.
pub(super) static ASCII: [u64; 128] = {
    let mut table = [0; 128];
    let mut one = 0;
    while one < 128 {
        table[one] = spread(one as u32);
        one += 1;
    }
    table
};

/// The powers of [`BASE`] by which words of ordinary length are joined.
pub(super) static POWERS: [u64; 32] = {
    let mut table = [1u64; 32];
    let mut n = 1;
    while n < 32 {
        table[n] = table[n - 1].wrapping_mul(BASE);
        n += 1;
    }
    table
};

/// The hash of a word followed by one more character.
#[inline]
pub(crate) fn push(hash: u64, one: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(spread(u32::from(one)))
}

/// The hash of two words written as one: `second` has `chars` characters.
#[inline]
pub(crate) fn joined(first: u64, second: u64, chars: u32) -> u64 {
    let power = match POWERS.get(chars as usize) {
        Some(power) => *power,
        None => BASE.wrapping_pow(chars),
    };
    first.wrapping_mul(power).wrapping_add(second)
}

/// The hash of a word that is in its normal form already.
#[inline]
pub(crate) fn hash(word: &str) -> u64 {
    word.chars().fold(0, push)
}
