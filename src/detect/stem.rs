//! Words without their inflection, in the four languages whose rules we have.
//!
//! A stem depends on the normal form alone, so it is remembered by the form's hash; the memory is
//! per thread, bounded, and changes no answer.

use std::cell::RefCell;

use rust_stemmers::{Algorithm, Stemmer};

use super::text::{Shape, Text, Token, hash};

/// A language whose inflection is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English, also for texts of unknown language.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

impl Lang {
    /// All of them: a term is compiled in each, for its language is not written beside it.
    pub(crate) const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// The language of a BCP 47 tag beside English, if it is one of ours.
    pub(crate) fn of_tag(tag: Option<&str>) -> Option<Self> {
        match tag?.get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "fr" => Some(Self::Fr),
            "es" => Some(Self::Es),
            _ => None,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::En => Algorithm::English,
            Self::De => Algorithm::German,
            Self::Fr => Algorithm::French,
            Self::Es => Algorithm::Spanish,
        }
    }
}

/// A stem: its hash and how many characters it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stem {
    pub(crate) hash: u64,
    pub(crate) chars: u32,
}

/// Places for words in the memory of one language: a power of two, and enough for everyday speech.
const PLACES: usize = 1 << 14;

/// Longer words have no inflection that matters, and a hostile one shall not cost time.
const LONGEST: u32 = 40;

/// The words of a language seen last: each has one place, where it drives out the one before. So
/// it never grows, and costs the same whatever the words are.
struct Memo {
    stemmer: Stemmer,
    /// A word's hash and its stem; no word has the hash zero.
    known: Vec<(u64, Stem)>,
}

impl Memo {
    fn of(lang: Lang) -> Self {
        let nothing = (0, Stem { hash: 0, chars: 0 });
        Self { stemmer: Stemmer::create(lang.algorithm()), known: vec![nothing; PLACES] }
    }

    fn stem(&mut self, text: &Text, token: &Token) -> Stem {
        let whole = Stem { hash: token.hash, chars: token.chars };
        if matches!(token.shape, Shape::Cjk | Shape::Digit) || token.chars > LONGEST {
            return whole;
        }
        let place = &mut self.known[(token.hash >> 32) as usize % PLACES];
        if place.0 != token.hash {
            let stem = self.stemmer.stem(text.word(token));
            let chars = u32::try_from(stem.chars().count()).unwrap_or(u32::MAX);
            let stem = if chars == 0 { whole } else { Stem { hash: hash(&stem), chars } };
            *place = (token.hash, stem);
        }
        place.1
    }
}

thread_local! {
    static MEMOS: RefCell<[Option<Memo>; 4]> = const { RefCell::new([None, None, None, None]) };
}

fn with_memo<T>(lang: Lang, ask: impl FnOnce(&mut Memo) -> T) -> T {
    MEMOS.with_borrow_mut(|memos| ask(memos[lang as usize].get_or_insert_with(|| Memo::of(lang))))
}

/// The stem of a token.
pub(crate) fn stem(text: &Text, token: &Token, lang: Lang) -> Stem {
    with_memo(lang, |memo| memo.stem(text, token))
}

/// Appends the stems of all tokens.
pub(crate) fn stems(text: &Text, lang: Lang, into: &mut Vec<Stem>) {
    with_memo(lang, |memo| into.extend(text.tokens.iter().map(|token| memo.stem(text, token))));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(lang: Lang, one: &str, other: &str) -> bool {
        let (one, other) = (Text::of_term(one), Text::of_term(other));
        stem(&one, &one.tokens[0], lang) == stem(&other, &other.tokens[0], lang)
    }

    #[test]
    fn inflections_meet() {
        for (lang, one, other) in [
            (Lang::En, "delist", "delisting"),
            (Lang::En, "sanction", "Sanctions"),
            (Lang::De, "Sanktion", "Sanktionen"),
            (Lang::Fr, "sanction", "sanctions"),
            (Lang::Fr, "sanctionné", "sanctionnés"),
            (Lang::Es, "sanción", "sanciones"),
        ] {
            assert!(same(lang, one, other), "{one} {other}");
        }
        assert!(!same(Lang::En, "recall", "target"));
    }
}
