//! What stands between two words: whether it ends a sentence or a segment, and what it says of both.

use super::read::{One, read_visible};
use crate::detect::text::fold::Class;
use crate::detect::text::token::{
    AND, CLOSE, COLON, DOLLAR, Gap, LINE, LISTED, MONEY, OPEN, SEMICOLON, Text, Token,
};

/// What has been seen since the last token.
pub(super) struct Between {
    pub(super) gap: Gap,
    pub(super) marks: u16,
    pub(super) newlines: u32,
    /// A full stop was seen, and white space after it.
    stop: bool,
    pub(super) spaced_stop: bool,
    pub(super) sentence: bool,
    pub(super) segment: bool,
    /// White space directly before the mark that is being read.
    space: bool,
}

impl Between {
    /// Nothing but this gap.
    pub(super) fn new(gap: Gap) -> Self {
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

    /// The gap is at least this one.
    pub(super) fn raise(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// White space.
    pub(super) fn white(&mut self) {
        self.raise(Gap::Space);
        self.space = true;
        self.spaced_stop |= self.stop;
        self.marks &= KEPT;
    }
}

/// What is seen before white space and brackets is still seen behind them.
const KEPT: u16 = COLON | SEMICOLON | LISTED | LINE | AND;

/// Reads what stands between two words.
pub(super) fn mark(
    into: &mut Text,
    between: &mut Between,
    text: &str,
    at: usize,
    one: One,
    field: usize,
) {
    let spaced = between.space;
    match one.class {
        Class::Space => return between.white(),
        Class::Newline => {
            if !(one.char == '\n' && at > 0 && text.as_bytes()[at - 1] == b'\r') {
                between.newlines += 1;
            }
            between.white();
            between.marks |= LINE;
            return;
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
        // `+++` parts the items of a ticker, as semicolons do.
        _ if spaced && text[at..].starts_with("++") => {
            between.segment = true;
            between.marks |= SEMICOLON;
        }
        // A wide slash joins two names as often as it parts two matters.
        _ if !spaced && text[at..].starts_with('／') => {
            between.raise(Gap::Comma);
            between.marks |= LISTED;
        }
        // `Disney+ Hotstar` has no word between.
        _ if one.char == '+' => {
            let follows = read_visible(text, one.end).is_none_or(|next| next.class == Class::Space);
            between.raise(Gap::Inner);
            between.marks |= if spaced == follows { AND } else { 0 };
        }
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
            if matches!(one, '?' | '⁇' | '؟') && field == 0 {
                let next = u32::try_from(into.tokens.len()).unwrap_or(u32::MAX);
                into.answer.get_or_insert(next);
            }
            between.sentence = true;
            between.raise(Gap::Break);
        }
        ';' => {
            between.segment = true;
            between.marks |= SEMICOLON;
        }
        '•' | '▪' | '■' | '●' | '◆' | '◇' | '▶' | '▽' | '◎' | '□' => {
            between.segment = true;
            between.marks |= LISTED;
        }
        '/' | '／' if spaced => {
            between.segment = true;
            between.marks |= LISTED;
        }
        '|' | '¦' => {
            between.segment = true;
            between.marks |= LISTED;
        }
        '★' => between.segment = true,
        '&' => {
            between.raise(Gap::Inner);
            between.marks |= AND;
        }
        // Signs of what a number counts end no clause: `a 50% tariff`.
        '/' | '@' | '_' | '%' | '％' | '‰' | '°' => between.raise(Gap::Inner),
        '(' | '[' | '（' | '【' | '〔' => {
            between.raise(Gap::Quote);
            between.marks = between.marks & KEPT | OPEN;
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
            between.marks = between.marks & KEPT | DOLLAR;
        }
        '€' | '£' | '￡' | '¥' | '￥' | '₩' | '₹' | '₽' => {
            between.raise(Gap::Comma);
            between.marks |= MONEY;
        }
        ':' => {
            between.raise(Gap::Comma);
            between.marks |= COLON;
        }
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›' | '「' | '」' | '『' | '』' | '《'
        | '》' | '‚' | '`' | '*' | '#' | '®' | '™' | '℠' => between.raise(Gap::Quote),
        _ => between.raise(Gap::Comma),
    }
}

/// Steps over a possessive ending, which belongs to no word.
pub(super) fn possessive(text: &str, at: usize) -> (usize, Gap) {
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
