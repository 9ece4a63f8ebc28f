//! Tokens, and the text that they make up.

use crate::model::{Field, ItemText};

/// So many words before a sentence are a dateline, or the code of a share.
const DATELINE: u32 = 6;

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
pub(crate) const DOLLAR: u16 = 1;
/// An opening bracket directly before.
pub(crate) const OPEN: u16 = 2;
/// A closing bracket directly after.
pub(crate) const CLOSE: u16 = 4;
/// Katakana.
pub(crate) const KANA: u16 = 8;
/// Hangul.
pub(crate) const HANGUL: u16 = 16;
/// A colon before, with or without spaces.
pub(crate) const COLON: u16 = 32;
/// May be one word with the token before, which somebody divided: `de-list`, `Tik Tok`.
pub(crate) const JOINS: u16 = 64;
/// A semicolon before.
pub(crate) const SEMICOLON: u16 = 128;
/// A bullet, a slash or a bar before, which parts the items of a list.
pub(crate) const LISTED: u16 = 256;
/// A line ends before: a paragraph, or an item of a list.
pub(crate) const LINE: u16 = 512;
/// An ampersand or a plus stands between it and the word before: `H&M`, `Gruner + Jahr`.
pub(crate) const AND: u16 = 1024;
/// A possessive ending directly after: `Moody's`.
pub(crate) const OWNER: u16 = 2048;
/// Another sign of money than a dollar directly before.
pub(crate) const MONEY: u16 = 4096;

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
    pub(super) at: u32,
    /// Its bytes there.
    pub(super) length: u32,
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
    pub(crate) marks: u16,
}

impl Token {
    /// Whether it may be one word with the token before.
    #[inline]
    pub(crate) fn joins(&self) -> bool {
        self.marks & JOINS != 0
    }

    /// Whether a space goes before it in a language that writes none between words: there it parts clauses.
    #[inline]
    pub(crate) fn spaced(&self) -> bool {
        self.shape == Shape::Cjk && self.marks & HANGUL == 0 && self.gap == Gap::Space
    }

    /// What [`JOINS`] says.
    #[inline]
    pub(super) fn may_join(&self, before: &Self) -> bool {
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
    /// The title is a question: it ends in a question mark, or in Japanese with か.
    pub(crate) asks: bool,
    /// The word behind the first question mark of the first field.
    pub(crate) answer: Option<u32>,
    /// The fields in small letters, which is the normal form of most tokens, and between them the
    /// normal forms of the others.
    pub(super) folded: String,
}

impl Text {
    /// The normal form of a token.
    pub(crate) fn word(&self, token: &Token) -> &str {
        let at = token.at as usize;
        &self.folded[at..at + token.length as usize]
    }

    /// Appends what stands in the item from one token to another of its field, white space as single spaces.
    pub(crate) fn write(&self, item: &ItemText, (first, last): (u32, u32), into: &mut String) {
        let field = match self.field_of(first).field {
            Field::Title => &item.title,
            Field::Summary => &item.summary,
            Field::Content => &item.content,
            Field::Category(n) => &item.categories[n],
        };
        let (from, to) = (&self.tokens[first as usize], &self.tokens[last as usize]);
        let written = field.get(from.start as usize..to.end as usize).unwrap_or_default();
        for (n, word) in written.split_whitespace().enumerate() {
            into.push_str(if n == 0 { "" } else { " " });
            into.push_str(word);
        }
    }

    /// Token after the last of the title.
    pub(crate) fn title_end(&self) -> u32 {
        let title = self.fields.first().filter(|field| field.field == Field::Title);
        title.map_or(0, |title| title.end)
    }

    /// First and last token of a sentence, by its number.
    pub(crate) fn sentence(&self, number: u32) -> (u32, u32) {
        let starts = |number: u32| {
            let at = self.tokens.partition_point(|token| token.sentence < number);
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        (starts(number), starts(number + 1).saturating_sub(1))
    }

    /// Whether a token stands in the title, or in the first sentence of a field below it; a stock code or a dateline
    /// before that is no sentence.
    pub(crate) fn leads(&self, token: u32) -> bool {
        let field = self.fields.partition_point(|field| field.end <= token);
        let begins = field.checked_sub(1).map_or(0, |before| self.fields[before].end);
        let first = self.sentence(self.tokens[token as usize].sentence).0;
        self.fields[field].field == Field::Title || first < begins + DATELINE
    }

    /// The field in which the token of this index stands.
    pub(crate) fn field_of(&self, token: u32) -> &FieldTokens {
        let after = self.fields.partition_point(|field| field.end <= token);
        &self.fields[after]
    }
}
