//! The walk through one field: characters into tokens, sentences and segments.

use super::entity;
use super::fold::{self, Class, class, fold, narrow};
use super::{CLOSE, COLON, SEMICOLON, DOLLAR, Gap, HANGUL, KANA, OPEN, Shape, Text, Token, push, push_ascii};
use crate::detect::lexicon;

/// One character as the walk sees it: decoded and narrowed, with the bytes it stands for.
#[derive(Clone, Copy)]
struct One {
    char: char,
    class: Class,
    end: usize,
}

/// The character at `at`; `None` at the end.
fn read(text: &str, at: usize) -> Option<One> {
    let byte = *text.as_bytes().get(at)?;
    if byte < 0x80 && byte != b'&' {
        let char = char::from(byte);
        return Some(One { char, class: class(char), end: at + 1 });
    }
    let rest = &text[at..];
    let (char, length) = if byte == b'&' {
        entity::decode(rest).unwrap_or(('&', 1))
    } else {
        let char = rest.chars().next()?;
        (char, char.len_utf8())
    };
    let char = narrow(char);
    Some(One { char, class: class(char), end: at + length })
}

/// Like [`read`], past invisible characters.
fn read_visible(text: &str, mut at: usize) -> Option<One> {
    loop {
        let one = read(text, at)?;
        if one.class != Class::Ignorable {
            return Some(one);
        }
        at = one.end;
    }
}

/// What has been seen since the last token.
struct Between {
    gap: Gap,
    marks: u8,
    newlines: u32,
    /// A full stop was seen, and white space after it.
    stop: bool,
    spaced_stop: bool,
    sentence: bool,
    segment: bool,
    /// White space directly before the mark that is being read.
    space: bool,
}

impl Between {
    fn new(gap: Gap) -> Self {
        Self {
            gap,
            marks: 0,
            newlines: 0,
            stop: false,
            spaced_stop: false,
            sentence: false,
            segment: false,
            space: false,
        }
    }

    fn raise(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn white(&mut self) {
        self.raise(Gap::Space);
        self.space = true;
        self.spaced_stop |= self.stop;
        self.marks &= COLON | SEMICOLON;
    }
}

/// Appends the tokens of `text`.
pub(super) fn scan(into: &mut Text, text: &str) {
    let (mut sentence, mut segment) =
        into.tokens.last().map_or((0, 0), |last| (last.sentence + 1, last.segment + 1));
    let mut between = Between::new(Gap::Break);
    let field = into.tokens.len();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b' ' {
            between.white();
            at += 1;
            continue;
        }
        let Some(one) = read(text, at) else { break };
        match one.class {
            Class::Ignorable => at = one.end,
            Class::Word | Class::Cjk => {
                if into.tokens.len() > field {
                    let ended = between.sentence
                        || between.newlines > 1
                        || (between.spaced_stop && begins(one) && !abbreviates(into));
                    sentence += u32::from(ended);
                    if ended || between.segment {
                        segment += 1;
                        between.raise(Gap::Break);
                    }
                }
                at = if one.class == Class::Cjk {
                    ideograph(into, text, at, one)
                } else {
                    word(into, text, at)
                };
                if let Some(token) = into.tokens.get_mut(field..).and_then(<[Token]>::last_mut) {
                    token.sentence = sentence;
                    token.segment = segment;
                    token.gap = between.gap;
                    token.marks |= between.marks;
                }
                let (next, gap) = possessive(text, at);
                at = next;
                between = Between::new(gap);
            }
            _ => {
                mark(into, &mut between, text, at, one, field);
                at = one.end;
            }
        }
    }
}

/// Whether a word with this character first may begin a sentence.
fn begins(one: One) -> bool {
    one.class == Class::Cjk || one.char.is_uppercase() || one.char.is_numeric()
}

/// Whether a full stop after the last token is part of an abbreviation.
fn abbreviates(text: &Text) -> bool {
    let Some(token) = text.tokens.last() else { return false };
    (token.chars == 1 && token.shape == Shape::Caps)
        || (token.chars <= 5 && lexicon::abbreviations().contains(&token.hash))
        || (token.chars == 2 && token.shape == Shape::Caps && text.word(token) == "us")
}

/// Reads what stands between two words.
fn mark(into: &mut Text, between: &mut Between, text: &str, at: usize, one: One, field: usize) {
    let spaced = between.space;
    match one.class {
        Class::Space => return between.white(),
        Class::Newline => {
            if !(one.char == '\n' && at > 0 && text.as_bytes()[at - 1] == b'\r') {
                between.newlines += 1;
            }
            return between.white();
        }
        Class::Hyphen | Class::Dash => {
            let follows = read_visible(text, one.end).is_none_or(|next| next.class == Class::Space);
            if spaced && follows {
                between.segment = true;
            }
            let joins = one.class == Class::Hyphen && !spaced && !follows;
            between.raise(if joins { Gap::Hyphen } else { Gap::Comma });
        }
        Class::Apostrophe => between.raise(Gap::Inner),
        _ => punctuation(into, between, one.char, spaced, field),
    }
    between.space = false;
}

fn punctuation(into: &mut Text, between: &mut Between, one: char, spaced: bool, field: usize) {
    match one {
        '.' => {
            between.stop = true;
            between.raise(Gap::Inner);
        }
        '!' | '?' | '…' | '。' | '‼' | '⁇' | '؟' | '।' => {
            between.sentence = true;
            between.raise(Gap::Break);
        }
        ';' => {
            between.segment = true;
            between.marks |= SEMICOLON;
        }
        '|' | '•' | '▪' | '■' | '●' | '▶' | '★' | '¦' => between.segment = true,
        '/' if spaced => between.segment = true,
        '/' | '&' | '+' | '@' | '_' => between.raise(Gap::Inner),
        '(' | '[' | '（' | '【' | '〔' => {
            between.raise(Gap::Quote);
            between.marks = between.marks & (COLON | SEMICOLON) | OPEN;
        }
        ')' | ']' | '】' | '〕' => {
            if between.gap == Gap::None
                && let Some(last) = into.tokens.get_mut(field..).and_then(<[Token]>::last_mut)
            {
                last.marks |= CLOSE;
            }
            between.raise(Gap::Quote);
        }
        '$' => {
            between.raise(Gap::Comma);
            between.marks = between.marks & (COLON | SEMICOLON) | DOLLAR;
        }
        ':' => {
            between.raise(Gap::Comma);
            between.marks |= COLON;
        }
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›' | '「' | '」' | '『' | '』' | '《'
        | '》' | '‚' | '`' | '*' | '#' => between.raise(Gap::Quote),
        _ => between.raise(Gap::Comma),
    }
}

/// Steps over a possessive ending, which belongs to no word.
fn possessive(text: &str, at: usize) -> (usize, Gap) {
    if matches!(text.as_bytes().get(at), Some(byte) if byte.is_ascii() && !b"'&".contains(byte)) {
        return (at, Gap::None);
    }
    let Some(one) = read_visible(text, at).filter(|one| one.class == Class::Apostrophe) else {
        return (at, Gap::None);
    };
    let Some(next) = read_visible(text, one.end).filter(|next| matches!(next.char, 's' | 'S'))
    else {
        return (at, Gap::None);
    };
    match read_visible(text, next.end) {
        Some(after) if after.class == Class::Word => (at, Gap::None),
        _ => (next.end, Gap::Space),
    }
}

/// A token in the making.
#[derive(Default)]
struct Making {
    hash: u64,
    cased: u64,
    chars: u32,
    upper: u32,
    lower: u32,
    other: u32,
    first_upper: bool,
}

impl Making {
    /// Takes a run of ASCII letters and digits, the same as [`Making::take`] one by one. Gives the
    /// byte after it.
    fn take_ascii(&mut self, folded: &mut String, text: &str, start: usize) -> usize {
        let (mut hash, mut cased) = (self.hash, self.cased);
        let (mut upper, mut digits, mut length) = (0, 0, 0);
        for byte in &text.as_bytes()[start..] {
            if !byte.is_ascii_alphanumeric() {
                break;
            }
            cased = push_ascii(cased, *byte);
            hash = push_ascii(hash, byte.to_ascii_lowercase());
            upper += u32::from(byte.is_ascii_uppercase());
            digits += u32::from(byte.is_ascii_digit());
            length += 1;
        }
        if length == 0 {
            return start;
        }
        let end = start + length as usize;
        self.first_upper |= self.chars == 0 && text.as_bytes()[start].is_ascii_uppercase();
        self.upper += upper;
        self.lower += length - upper - digits;
        self.chars += length;
        (self.hash, self.cased) = (hash, cased);
        let at = folded.len();
        folded.push_str(&text[start..end]);
        if upper > 0 {
            folded[at..].make_ascii_lowercase();
        }
        end
    }

    fn take(&mut self, folded: &mut String, one: char) {
        fold(one, |part| {
            self.count(part);
            self.cased = push(self.cased, part);
            for small in part.to_lowercase() {
                if !unicode_normalization::char::is_combining_mark(small) {
                    self.hash = push(self.hash, small);
                    folded.push(small);
                    self.chars += 1;
                }
            }
        });
    }

    fn count(&mut self, one: char) {
        if one.is_uppercase() {
            self.first_upper |= self.chars == 0;
            self.upper += 1;
        } else if one.is_numeric() {
        } else if one.is_lowercase() {
            self.lower += 1;
        } else {
            self.other += 1;
        }
    }

    fn shape(&self) -> Shape {
        match (self.upper, self.lower, self.other) {
            (0, 0, 0) => Shape::Digit,
            (1.., 0, 0) => Shape::Caps,
            (1, _, _) if self.first_upper => Shape::Capital,
            _ => Shape::Lower,
        }
    }

    fn finish(self, into: &mut Text, start: usize, end: usize, at: usize, shape: Shape, marks: u8) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        into.tokens.push(Token {
            hash: self.hash,
            cased: self.cased,
            start: number(start),
            end: number(end),
            at: number(at),
            length: number(into.folded.len() - at),
            chars: self.chars,
            sentence: 0,
            segment: 0,
            shape,
            gap: Gap::None,
            marks,
        });
    }
}

/// A run of letters and digits, or single letters with dots. Gives the byte after it.
fn word(into: &mut Text, text: &str, start: usize) -> usize {
    let at = into.folded.len();
    let mut making = Making::default();
    let mut end = start;
    let mut next = start;
    loop {
        let plain = making.take_ascii(&mut into.folded, text, next);
        if plain > next {
            (end, next) = (plain, plain);
        }
        // What is plain ends most words; only these bytes may go on with one.
        if !text.as_bytes().get(next).is_some_and(|byte| !byte.is_ascii() || *byte == b'&') {
            break;
        }
        let Some(one) = read(text, next) else { break };
        match one.class {
            Class::Word => {
                making.take(&mut into.folded, one.char);
                end = one.end;
            }
            Class::Ignorable => {}
            _ => break,
        }
        next = one.end;
    }
    if let Some(stop) = initials(text, end, &making) {
        end = more_initials(into, text, stop, &mut making);
    }
    if making.chars == 0 {
        // Lone combining marks fold to nothing: no token, and nothing to match.
        return end;
    }
    let shape = making.shape();
    making.finish(into, start, end, at, shape, 0);
    end
}

/// Where the dot ends after a single letter that another single letter follows.
fn initials(text: &str, end: usize, making: &Making) -> Option<usize> {
    if making.chars != 1 || making.upper + making.lower != 1 {
        return None;
    }
    let dot = read(text, end).filter(|one| one.char == '.')?;
    single(text, dot.end)?;
    Some(dot.end)
}

/// A letter that stands alone.
fn single(text: &str, at: usize) -> Option<One> {
    let letter =
        read(text, at).filter(|one| one.class == Class::Word && one.char.is_alphabetic())?;
    match read(text, letter.end) {
        Some(after) if matches!(after.class, Class::Word | Class::Ignorable) => None,
        _ => Some(letter),
    }
}

/// Takes `S.A.` of `U.S.A.`; `at` lies behind the first dot. Gives the byte after the last dot.
fn more_initials(into: &mut Text, text: &str, mut at: usize, making: &mut Making) -> usize {
    while let Some(letter) = single(text, at) {
        making.take(&mut into.folded, letter.char);
        match read(text, letter.end).filter(|one| one.char == '.') {
            Some(dot) => at = dot.end,
            None => return letter.end,
        }
    }
    at
}

/// A CJK character, with its voicing mark. Gives the byte after it.
fn ideograph(into: &mut Text, text: &str, start: usize, one: One) -> usize {
    let at = into.folded.len();
    if fold::is_ideograph(one.char) {
        let char = fold::simplified(one.char);
        let hash = push(0, char);
        into.folded.push(char);
        let making = Making { hash, cased: hash, chars: 1, ..Making::default() };
        making.finish(into, start, one.end, at, Shape::Cjk, 0);
        return one.end;
    }
    let mut making = Making::default();
    let mut end = one.end;
    let mut char = one.char;
    if let Some(next) = read(text, end)
        && let Some(whole) = fold::voiced(char, next.char)
    {
        char = whole;
        end = next.end;
    }
    making.take(&mut into.folded, char);
    let marks = if fold::is_kana(char) {
        KANA
    } else if fold::is_hangul(char) {
        HANGUL
    } else {
        0
    };
    making.finish(into, start, end, at, Shape::Cjk, marks);
    end
}
