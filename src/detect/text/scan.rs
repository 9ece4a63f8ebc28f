//! The walk through one field: characters into tokens, sentences and segments.

use super::entity;
use super::fold::{self, Class, class, fold, narrow};
use super::plain::plain;
use super::{
    CLOSE, COLON, DOLLAR, Gap, HANGUL, JOINS, KANA, OPEN, SEMICOLON, Shape, Text, Token, push,
};
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
                self.begin(!byte.is_ascii_lowercase());
                at = self.word(at);
            } else if byte == b' ' {
                self.between.white();
                at += 1;
            } else if let Some(code) = ideograph_at(bytes, at) {
                self.begin(true);
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
                self.begin(begins(one));
                return self.long_word(at);
            }
            Class::Cjk => {
                self.begin(true);
                return self.character(at, one);
            }
            _ => mark(self.into, &mut self.between, self.text, at, one, self.field),
        }
        one.end
    }

    /// A token begins here: whether what stands before it ended a sentence or segment.
    #[inline]
    fn begin(&mut self, begins: bool) {
        let between = &self.between;
        if !(between.sentence || between.spaced_stop || between.segment || between.newlines > 1)
            || self.into.tokens.len() == self.field
        {
            return;
        }
        let ended = between.sentence
            || between.newlines > 1
            || (between.spaced_stop && begins && !abbreviates(self.into));
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
        token.hash = super::spread(simple);
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
        marks: u8,
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

/// A token in the making, of whatever characters.
#[derive(Default)]
struct Making {
    hash: u64,
    cased: u64,
    chars: u32,
    upper: u32,
    lower: u32,
    other: u32,
    first_upper: bool,
    folded: String,
}

impl Making {
    fn take(&mut self, one: char) {
        fold(one, |part| {
            self.count(part);
            self.cased = push(self.cased, part);
            for small in part.to_lowercase() {
                if !unicode_normalization::char::is_combining_mark(small) {
                    self.hash = push(self.hash, small);
                    self.folded.push(small);
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
}

/// Takes all letters and digits from `start`; invisible characters are not there. Gives the byte
/// after the last letter.
fn run(making: &mut Making, text: &str, start: usize) -> usize {
    let (mut end, mut next) = (start, start);
    while let Some(one) = read(text, next) {
        match one.class {
            Class::Word => {
                making.take(one.char);
                end = one.end;
            }
            Class::Ignorable => {}
            _ => break,
        }
        next = one.end;
    }
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
fn more_initials(text: &str, mut at: usize, making: &mut Making) -> usize {
    while let Some(letter) = single(text, at) {
        making.take(letter.char);
        match read(text, letter.end).filter(|one| one.char == '.') {
            Some(dot) => at = dot.end,
            None => return letter.end,
        }
    }
    at
}
