//! Text into tokens, once: each with its normal form's hash, its bytes in the original, its shape,
//! and what stands between it and the token before.
//!
//! Invariant: spans are bytes of the string as given, on character boundaries; folding a span alone
//! gives the hash of its token. Sentences and segments are counted through all fields, so that two
//! tokens share a sentence exactly if their numbers are equal. Linear in the text.
//!
//! What a word is (UAX #29 otherwise): a hyphen divides (the matcher joins again), a possessive `'s`
//! and an apostrophe end a word, single letters with dots are one word (`U.S.`), a dot between
//! letters divides (`JD.com`) as every other mark does (`1,000`), every Han, kana and Hangul character is a token of its own, and
//! invisible characters are not there at all. `uax29.rs` holds each deviation as a row.

mod entity;
mod fold;
mod plain;
mod scan;
#[cfg(test)]
mod uax29;

use crate::model::{Field, ItemText};

/// How a token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Capitals only (digits may stand among them).
    Caps,
    /// A capital first, small letters after.
    Capital,
    /// Anything else with letters.
    Lower,
    /// Digits only.
    Digit,
    /// A Han, kana or Hangul character.
    Cjk,
}

/// What stands between a token and the one before it in the same field, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// Nothing, or only invisible characters.
    None,
    /// A hyphen without spaces.
    Hyphen,
    /// Spaces, or a possessive ending.
    Space,
    /// One mark within a word: dot, slash, ampersand, apostrophe.
    Inner,
    /// Quotes or brackets.
    Quote,
    /// Comma, colon, or other marks.
    Comma,
    /// The field begins, or a sentence or segment ended.
    Break,
}

/// A dollar sign directly before.
pub(crate) const DOLLAR: u8 = 1;
/// An opening bracket directly before.
pub(crate) const OPEN: u8 = 2;
/// A closing bracket directly after.
pub(crate) const CLOSE: u8 = 4;
/// Katakana.
pub(crate) const KANA: u8 = 8;
/// Hangul.
pub(crate) const HANGUL: u8 = 16;
/// A colon before, with or without spaces.
pub(crate) const COLON: u8 = 32;
/// May be one word with the token before, which somebody divided: `de-list`, `Tik Tok`.
pub(crate) const JOINS: u8 = 64;
/// A semicolon before.
pub(crate) const SEMICOLON: u8 = 128;

/// One word or CJK character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Hash of the normal form.
    pub(crate) hash: u64,
    /// Hash of the normal form with its case.
    pub(crate) cased: u64,
    /// First byte in the field.
    pub(crate) start: u32,
    /// Byte after the last.
    pub(crate) end: u32,
    /// Where the normal form begins in [`Text::folded`].
    at: u32,
    /// Its bytes there.
    length: u32,
    /// Its characters there.
    pub(crate) chars: u32,
    /// Number of its sentence, counted through all fields.
    pub(crate) sentence: u32,
    /// Number of its segment: a sentence, or a part of it between semicolons, bars or spaced dashes.
    pub(crate) segment: u32,
    /// How it is written.
    pub(crate) shape: Shape,
    /// What stands before it.
    pub(crate) gap: Gap,
    /// What else is around it: [`DOLLAR`] and the others.
    pub(crate) marks: u8,
}

impl Token {
    /// Whether it may be one word with the token before.
    #[inline]
    pub(crate) fn joins(&self) -> bool {
        self.marks & JOINS != 0
    }

    /// What [`JOINS`] says.
    #[inline]
    fn may_join(&self, before: &Self) -> bool {
        match self.gap {
            Gap::Hyphen => before.shape != Shape::Cjk && self.shape != Shape::Cjk,
            Gap::Space => {
                let letters = |shape| !matches!(shape, Shape::Cjk | Shape::Digit);
                letters(before.shape)
                    && letters(self.shape)
                    && before.chars > 1
                    && self.chars > 1
                    && before.chars.saturating_add(self.chars) > 5
            }
            _ => false,
        }
    }
}

/// One field's tokens.
#[derive(Clone, Debug)]
pub(crate) struct FieldTokens {
    /// Which field.
    pub(crate) field: Field,
    /// First token.
    pub(crate) first: u32,
    /// Token after the last.
    pub(crate) end: u32,
    /// Written in capitals throughout, so that case says nothing.
    pub(crate) shouting: bool,
}

/// An item's words as tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// The tokens of all fields, in order.
    pub(crate) tokens: Vec<Token>,
    /// The fields that have tokens, in order.
    pub(crate) fields: Vec<FieldTokens>,
    /// The fields in small letters, which is the normal form of most tokens, and between them the
    /// normal forms of the others.
    folded: String,
}

impl Text {
    /// Divides all fields of an item.
    pub(crate) fn of(item: &ItemText) -> Self {
        let mut text = Self::default();
        text.fill(item);
        text
    }

    /// Divides all fields of an item, in the place of what was there: its room is used again.
    pub(crate) fn fill(&mut self, item: &ItemText) {
        self.tokens.clear();
        self.fields.clear();
        self.folded.clear();
        let bytes = item.title.len() + item.summary.len() + item.content.len();
        self.tokens.reserve(bytes / 5 + 8);
        self.folded.reserve(bytes + bytes / 8);
        self.add(Field::Title, &item.title);
        self.add(Field::Summary, &item.summary);
        self.add(Field::Content, &item.content);
        for (n, category) in item.categories.iter().enumerate() {
            self.add(Field::Category(n), category);
        }
    }

    /// Divides a term of the watchlist.
    pub(crate) fn of_term(term: &str) -> Self {
        let mut text = Self::default();
        text.fill_term(term);
        text
    }

    /// The same, in the place of what was there.
    pub(crate) fn fill_term(&mut self, term: &str) {
        self.tokens.clear();
        self.fields.clear();
        self.folded.clear();
        self.add(Field::Title, term);
    }

    /// The normal form of a token.
    pub(crate) fn word(&self, token: &Token) -> &str {
        let at = token.at as usize;
        &self.folded[at..at + token.length as usize]
    }

    /// The field in which the token of this index stands.
    pub(crate) fn field_of(&self, token: u32) -> &FieldTokens {
        let after = self.fields.partition_point(|field| field.end <= token);
        &self.fields[after]
    }

    fn add(&mut self, field: Field, text: &str) {
        // Spans are 32 bit; what lies beyond four gigabytes was never a feed's item.
        if text.is_empty() || u32::try_from(text.len()).is_err() {
            return;
        }
        let first = self.tokens.len();
        scan::scan(self, text);
        if self.tokens.len() > first {
            let shouting = shouts(&self.tokens[first..]);
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let (first, end) = (number(first), number(self.tokens.len()));
            self.fields.push(FieldTokens { field, first, end, shouting });
        }
    }
}

/// A text of capitals throughout: at least three words of letters, none of them small, and one too
/// long to be an abbreviation.
fn shouts(tokens: &[Token]) -> bool {
    let mut caps = 0;
    let mut long = false;
    for token in tokens {
        match token.shape {
            Shape::Caps => {
                caps += 1;
                long |= token.chars > 5;
            }
            Shape::Lower | Shape::Capital => return false,
            Shape::Digit | Shape::Cjk => {}
        }
    }
    caps >= 3 && long
}

/// Odd, with bits well spread: the base of the polynomial by which characters become a word.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads one character over 64 bits.
const fn spread(one: u32) -> u64 {
    let mut x = (one as u64).wrapping_add(0x2545_f491_4f6c_dd1d);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ (x >> 27)
}

/// [`spread`] of every ASCII character, of which most texts are made.
static ASCII: [u64; 128] = {
    let mut table = [0; 128];
    let mut one = 0;
    while one < 128 {
        table[one] = spread(one as u32);
        one += 1;
    }
    table
};

/// The powers of [`BASE`] by which words of ordinary length are joined.
static POWERS: [u64; 32] = {
    let mut table = [1u64; 32];
    let mut n = 1;
    while n < 32 {
        table[n] = table[n - 1].wrapping_mul(BASE);
        n += 1;
    }
    table
};

/// The hash of a word followed by one more character.
pub(crate) fn push(hash: u64, one: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(spread(u32::from(one)))
}

/// The hash of two words written as one: `second` has `chars` characters.
pub(crate) fn joined(first: u64, second: u64, chars: u32) -> u64 {
    let power = match POWERS.get(chars as usize) {
        Some(power) => *power,
        None => BASE.wrapping_pow(chars),
    };
    first.wrapping_mul(power).wrapping_add(second)
}

/// The hash of a word that is in its normal form already.
pub(crate) fn hash(word: &str) -> u64 {
    word.chars().fold(0, push)
}
