//! The walk through one field: characters into tokens, sentences and segments.

mod abbreviation;
mod between;
mod making;
mod read;

use super::fold::{self, Class};
use super::plain::plain;
use super::token::{Gap, HANGUL, JOINS, KANA, OWNER, Shape, Text, Token};
use crate::detect::hash::spread;

use abbreviation::abbreviates;
use between::{Between, mark, possessive};
use making::{Making, initials, more_initials, run};
use read::{One, read};

/// The walk through one field.
struct Walk<'t> {
    into: &'t mut Text,
    text: &'t str,
    /// Where the field's small letters begin in [`Text::folded`].
    base: usize,
    /// The field's first token.
    field: usize,
    sentence: u32,
    segment: u32,
    between: Between,
}

/// Appends the tokens of `text`.
pub(super) fn scan(into: &mut Text, text: &str) {
    let (sentence, segment) =
        into.tokens.last().map_or((0, 0), |last| (last.sentence + 1, last.segment + 1));
    let (base, field) = (into.folded.len(), into.tokens.len());
    into.folded.push_str(text);
    into.folded[base..].make_ascii_lowercase();
    let between = Between::new(Gap::Break);
    Walk { into, text, base, field, sentence, segment, between }.all();
}

impl Walk<'_> {
    fn all(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if byte.is_ascii_alphanumeric() {
                self.begin(!byte.is_ascii_lowercase(), byte.is_ascii_digit());
                at = self.word(at);
            } else if byte == b' ' {
                self.between.white();
                at += 1;
            } else if let Some(code) = ideograph_at(bytes, at) {
                self.begin(true, false);
                at = self.ideograph(at, code);
            } else {
                let Some(one) = read(self.text, at) else { break };
                at = self.other(at, one);
            }
        }
    }

    /// What is no plain letter, no space and no ideograph. Gives the byte after it.
    fn other(&mut self, at: usize, one: One) -> usize {
        match one.class {
            Class::Ignorable => {}
            Class::Word => {
                self.begin(begins(one), one.char.is_numeric());
                return self.long_word(at);
            }
            Class::Cjk => {
                self.begin(true, false);
                return self.character(at, one);
            }
            _ => mark(self.into, &mut self.between, self.text, at, one, self.field),
        }
        one.end
    }

    /// A token begins here: whether what stands before it ended a sentence or segment. `begins` where a sentence may
    /// begin so, `number` where it is one.
    #[inline]
    fn begin(&mut self, begins: bool, number: bool) {
        let between = &self.between;
        if !(between.sentence || between.spaced_stop || between.segment || between.newlines > 1)
            || self.into.tokens.len() == self.field
        {
            return;
        }
        let ended = between.sentence
            || between.newlines > 1
            || (between.spaced_stop && begins && !abbreviates(self.into, number));
        self.sentence += u32::from(ended);
        if ended || between.segment {
            self.segment += 1;
            self.between.raise(Gap::Break);
        }
    }

    /// A word whose first byte is a plain letter or digit. Gives the byte after it.
    #[inline]
    fn word(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let word = plain(bytes, start);
        let next = bytes.get(word.end).copied();
        // Only these may go on with a word, or with single letters and dots.
        let goes_on = match next {
            Some(b'.') => word.end == start + 1 && word.shape != Shape::Digit,
            Some(byte) => !byte.is_ascii() || byte == b'&',
            None => false,
        };
        if goes_on {
            return self.long_word(start);
        }
        let mut token = self.token(start, word.end, word.shape);
        (token.hash, token.cased) = (word.hash, word.cased);
        token.chars = token.length;
        self.push(token);
        if next == Some(b'\'') {
            return self.after(word.end);
        }
        self.between = Between::new(Gap::None);
        word.end
    }

    /// An ideograph, which folds to one character. Gives the byte after it.
    #[inline]
    fn ideograph(&mut self, start: usize, code: u32) -> usize {
        let end = start + IDEOGRAPH;
        let simple = fold::simplified_code(code);
        let mut token = self.token(start, end, Shape::Cjk);
        token.hash = spread(simple);
        token.cased = token.hash;
        token.chars = 1;
        if simple != code {
            self.fold_apart(&mut token, |folded| folded.extend(char::from_u32(simple)));
        }
        self.push(token);
        // As a rule the next ideograph follows; no mark between them is a possessive.
        if self.text.as_bytes().get(end).is_some_and(|next| (0xe3..=0xe9).contains(next)) {
            self.between = Between::new(Gap::None);
            return end;
        }
        self.after(end)
    }

    /// A token of these bytes, whose normal form is the same bytes in small letters.
    #[inline]
    fn token(&self, start: usize, end: usize, shape: Shape) -> Token {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Token {
            hash: 0,
            cased: 0,
            start: number(start),
            end: number(end),
            at: number(self.base + start),
            length: number(end - start),
            chars: 0,
            sentence: self.sentence,
            segment: self.segment,
            shape,
            gap: self.between.gap,
            marks: self.between.marks,
        }
    }

    #[inline]
    fn push(&mut self, mut token: Token) {
        // A field begins with a break, so no token of another field is looked at.
        if self.into.tokens.last().is_some_and(|before| token.may_join(before)) {
            token.marks |= JOINS;
        }
        self.into.tokens.push(token);
    }

    /// Gives a token a normal form that is not the bytes of its field.
    fn fold_apart(&mut self, token: &mut Token, write: impl FnOnce(&mut String)) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let at = self.into.folded.len();
        write(&mut self.into.folded);
        token.at = number(at);
        token.length = number(self.into.folded.len() - at);
    }

    /// What follows a token: a possessive ending belongs to no word.
    fn after(&mut self, end: usize) -> usize {
        let (next, gap) = possessive(self.text, end);
        if next > end
            && let Some(last) = self.into.tokens[self.field..].last_mut()
        {
            last.marks |= OWNER;
        }
        self.between = Between::new(gap);
        next
    }

    /// A run of letters and digits, or single letters with dots. Gives the byte after it.
    fn long_word(&mut self, start: usize) -> usize {
        let mut making = Making::default();
        let mut end = run(&mut making, self.text, start);
        if let Some(stop) = initials(self.text, end, &making) {
            end = more_initials(self.text, stop, &mut making);
        }
        // Lone combining marks fold to nothing: no token, and nothing to match.
        if making.chars > 0 {
            self.finish(making, start, end, None, 0);
        }
        self.after(end)
    }

    /// A character of a script without spaces, with its voicing mark. Gives the byte after it.
    fn character(&mut self, start: usize, one: One) -> usize {
        let mut making = Making::default();
        let mut end = one.end;
        let mut char = one.char;
        if let Some(next) = read(self.text, end)
            && let Some(whole) = fold::voiced(char, next.char)
        {
            char = whole;
            end = next.end;
        }
        making.take(char);
        let marks = if fold::is_kana(char) {
            KANA
        } else if fold::is_hangul(char) {
            HANGUL
        } else {
            0
        };
        self.finish(making, start, end, Some(Shape::Cjk), marks);
        self.after(end)
    }

    fn finish(
        &mut self,
        making: Making,
        start: usize,
        end: usize,
        shape: Option<Shape>,
        marks: u16,
    ) {
        let mut token = self.token(start, end, shape.unwrap_or_else(|| making.shape()));
        (token.hash, token.cased, token.chars) = (making.hash, making.cased, making.chars);
        token.marks |= marks;
        self.fold_apart(&mut token, |folded| folded.push_str(&making.folded));
        self.push(token);
    }
}

/// Bytes of an ideograph.
const IDEOGRAPH: usize = 3;

/// The code of an ideograph of the two great blocks at `at`.
#[inline]
fn ideograph_at(bytes: &[u8], at: usize) -> Option<u32> {
    if !(0xe3..=0xe9).contains(bytes.get(at)?) {
        return None;
    }
    let three: [u8; IDEOGRAPH] = bytes.get(at..at + IDEOGRAPH)?.try_into().ok()?;
    let [one, two, three] = three.map(u32::from);
    let code = (one & 0xf) << 12 | (two & 0x3f) << 6 | three & 0x3f;
    fold::is_ideograph_code(code).then_some(code)
}

/// Whether a word with this character first may begin a sentence.
fn begins(one: One) -> bool {
    one.class == Class::Cjk || one.char.is_uppercase() || one.char.is_numeric()
}
