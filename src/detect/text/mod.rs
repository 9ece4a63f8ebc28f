//! Text into tokens, once: each with its normal form's hash, its bytes in the original, its shape,
//! and what stands between it and the token before.
//!
//! Invariant: spans are bytes of the string as given, on character boundaries; folding a span alone
//! gives the hash of its token. Sentences and segments are counted through all fields, so that two
//! tokens share a sentence exactly if their numbers are equal. Linear in the text.
//!
//! What a word is (UAX #29 otherwise): a hyphen divides (the matcher joins again), a possessive `'s`
//! and an apostrophe end a word, single letters with dots are one word (`U.S.`), a dot between
//! letters divides (`JD.com`) as every other mark does (`1,000`; an ampersand or a plus too, though a name that has one
//! asks for it: `H&M` is no HM), every Han, kana and Hangul character is a token of its own, and
//! invisible characters are not there at all. `uax29.rs` holds each deviation as a row.

mod entity;
mod fold;
mod plain;
mod scan;
mod token;
#[cfg(test)]
mod uax29;

use crate::model::{Field, ItemText};

pub(crate) use entity::decode;
pub(crate) use token::{
    AND, CLOSE, COLON, DOLLAR, FieldTokens, Gap, HANGUL, KANA, LINE, LISTED, MONEY, OPEN, OWNER,
    SEMICOLON, Shape, Text, Token,
};

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
        self.asks = asks(&item.title);
        self.answer = None;
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
        self.asks = asks(term);
        self.answer = None;
        self.add(Field::Title, term);
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

/// Characters in quotes, without a space, from which on they are what somebody said.
const QUOTED: usize = 8;

/// Whether a title is a question as a whole, not one that somebody is quoted with at its end. か also ends words
/// that state something (明らか).
fn asks(title: &str) -> bool {
    let quote = |one: char| {
        matches!(one, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '‘' | '’' | '\'')
    };
    let title = title.trim();
    let quoted = || title.trim_end_matches(quote).rsplit(quote).next().unwrap_or_default();
    // A single word in quotes is no quotation: `Will Brussels ban “Temu?”`.
    let said = |words: &str| words.contains(' ') || words.chars().count() > QUOTED;
    if title.ends_with(quote) && !title.starts_with(quote) && said(quoted()) {
        return false;
    }
    let ended = |one: char| one.is_whitespace() || quote(one);
    let title = title.trim_end_matches(ended);
    title.ends_with(['?', '？', '؟', '⁇'])
        || title.strip_suffix('か').is_some_and(|before| !before.ends_with(['ら', '豊', '静']))
}

/// A text of capitals throughout: at least three words of letters, none of them small, and one too long to be an
/// abbreviation; of four words one that is longer than most abbreviations.
fn shouts(tokens: &[Token]) -> bool {
    let (mut caps, mut longest) = (0, 0);
    for token in tokens {
        match token.shape {
            Shape::Caps => {
                caps += 1;
                longest = longest.max(token.chars);
            }
            Shape::Lower | Shape::Capital => return false,
            Shape::Digit | Shape::Cjk => {}
        }
    }
    caps >= 3 && longest > 5 || caps >= 4 && longest > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_capitals_is_told_from_abbreviations() {
        for (text, expected) in [
            ("APPLE FINED BY EU", true),
            ("EU ANTITRUST REGULATORS OPEN CASE", true),
            ("NYSE BABA UFLPA", false),
            ("TSMC ASML", false),
            ("APPLE fined by EU", false),
        ] {
            assert_eq!(shouts(&Text::of_term(text).tokens), expected, "{text}");
        }
    }
}
