//! Words without their inflection, in the four languages whose rules we have.
//!
//! A stem depends on the normal form alone, so it is remembered by the form's hash; the memory is
//! per thread, bounded, and changes no answer.

use std::borrow::Cow;
use std::cell::RefCell;

use rust_stemmers::{Algorithm, Stemmer};

use super::hash::hash;
use super::lexicon;
use super::text::{Shape, Text, Token};

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

    /// The language of a BCP 47 tag beside English, if it is one of ours. Feeds also write codes of three letters
    /// (ISO 639-2) and underscores.
    pub(crate) fn of_tag(tag: Option<&str>) -> Option<Self> {
        let language = tag?.trim().split(['-', '_']).next()?;
        let is = |codes: &[&str]| codes.iter().any(|one| one.eq_ignore_ascii_case(language));
        let codes: [(Self, &[&str]); 3] = [
            (Self::De, &["de", "deu", "ger"]),
            (Self::Fr, &["fr", "fra", "fre"]),
            (Self::Es, &["es", "spa"]),
        ];
        codes.into_iter().find(|one| is(one.1)).map(|one| one.0)
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

/// Whether the inflections of a language are understood, by its BCP 47 tag.
#[must_use]
pub fn inflects(tag: &str) -> bool {
    let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
    let english = ["en", "eng"].iter().any(|one| one.eq_ignore_ascii_case(first));
    english || Lang::of_tag(Some(tag)).is_some()
}

/// A stem: its hash and how many characters it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stem {
    pub(crate) hash: u64,
    pub(crate) chars: u32,
}

/// Places for words in the memory of one language: a power of two, and enough for the words that a
/// language's news uses (at a quarter of this, every fourth word had lost its place to another).
const PLACES: usize = 1 << 16;

/// Longer words have no inflection that matters, and a hostile one shall not cost time.
const LONGEST: u32 = 40;

/// A shorter stem says too little: English `sued` would be the Spanish `su`.
const SHORTEST: u32 = 3;

/// What a place remembers, in sixteen bytes.
#[derive(Clone, Copy, Default)]
struct Known {
    /// The word's hash, in whose lowest bits, which the place itself says, the stem's characters are
    /// counted. Nothing is known where that count is zero.
    word: u64,
    /// The stem's hash.
    stem: u64,
}

/// The lowest bits of [`Known::word`].
const COUNT: u64 = 0x3f;

/// The words of a language seen last: each has one place, where it drives out the one before. So
/// it never grows, and costs the same whatever the words are.
struct Memo {
    lang: Lang,
    stemmer: Stemmer,
    known: Vec<Known>,
}

impl Memo {
    fn of(lang: Lang) -> Self {
        let stemmer = Stemmer::create(lang.algorithm());
        Self { lang, stemmer, known: vec![Known::default(); PLACES] }
    }

    #[inline]
    fn stem(&mut self, text: &Text, token: &Token) -> Stem {
        if matches!(token.shape, Shape::Cjk | Shape::Digit) || token.chars > LONGEST {
            return Stem { hash: token.hash, chars: token.chars };
        }
        let known = self.known[token.hash as usize % PLACES];
        let chars = (known.word & COUNT) as u32;
        if (known.word ^ token.hash) & !COUNT == 0 && chars != 0 {
            return Stem { hash: known.stem, chars };
        }
        self.learn(text, token)
    }

    #[cold]
    fn learn(&mut self, text: &Text, token: &Token) -> Stem {
        let own = Some(token.hash).filter(|_| self.lang == Lang::En).and_then(lexicon::own_stem);
        let stem = own.map_or_else(|| self.stemmer.stem(text.word(token)), Cow::Borrowed);
        let chars = u32::try_from(stem.chars().count()).unwrap_or(u32::MAX);
        let stem = match chars {
            ..SHORTEST => Stem { hash: token.hash, chars: token.chars },
            _ => Stem { hash: hash(&stem), chars },
        };
        if u64::from(stem.chars) <= COUNT {
            let word = token.hash & !COUNT | u64::from(stem.chars);
            self.known[token.hash as usize % PLACES] = Known { word, stem: stem.hash };
        }
        stem
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
    fn a_tag_is_read_as_a_whole() {
        for (tag, lang) in [
            ("de", Some(Lang::De)),
            ("de-AT", Some(Lang::De)),
            ("FR_ca", Some(Lang::Fr)),
            ("spa", Some(Lang::Es)),
            ("ger", Some(Lang::De)),
            ("en-GB", None),
            // Estonian, Frisian, Western Frisian and nothing at all.
            ("est", None),
            ("frs", None),
            ("fry", None),
            ("", None),
        ] {
            assert_eq!(Lang::of_tag(Some(tag)), lang, "{tag}");
        }
        assert!(inflects("eng") && inflects("es-419") && !inflects("est") && !inflects("ja"));
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

    #[test]
    fn words_that_only_seem_inflected_stand_for_themselves() {
        for (lang, one, other) in [
            (Lang::En, "sued", "su"),
            (Lang::Es, "see", "se"),
            (Lang::En, "import", "important"),
            (Lang::En, "unit", "united"),
            (Lang::En, "authority", "author"),
        ] {
            assert!(!same(lang, one, other), "{one} {other}");
        }
        assert!(same(Lang::En, "imports", "imported"));
        assert!(same(Lang::En, "authority", "authorities"));
    }
}
