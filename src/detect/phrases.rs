//! The phrases of a watchlist: what a path's end still demands of the text, and which words lead there.
//!
//! A phrase is any sequence of words that somebody wrote: a name, a term, a word of a search, a
//! guard. Equal ones share a number, so that each is found once however often it is used.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::digest::Digest;
use super::hash::{hash, joined, push};
use super::lexicon;
use super::paths::{Builder, Divided, Form, Paths};
use super::stem::{Lang, stem};
use super::text::{Gap, Shape, Text};

/// Terms longer than this many words are refused: nothing that people write is.
pub(crate) const LONGEST: usize = 64;

/// Of a term with more places where words may be written together, none is.
const MOST_GAPS: usize = 3;

/// What the words found must look like, beside their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Need {
    /// Nothing more.
    Free,
    /// Capitals, for the term is written in capitals; `everyday` when its small form is a common
    /// word, which capitals throughout a text do not make a name.
    Caps { everyday: bool },
    /// The last word is a symbol in capitals: `NYSE: BABA`.
    SymbolLast,
    /// A symbol, a dot and a suffix, in capitals: `9988.HK`.
    Code,
    /// In capitals with a dollar sign before: `$BABA`.
    Dollar,
    /// In capitals and alone in brackets: `(BABA)`.
    Bracket,
}

/// How a phrase is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    /// A name: as it is, and through commas.
    Name(Need),
    /// With its inflections, unless it has capitals.
    Inflected,
    /// As it is.
    Exact,
    /// As it is, in capitals or not.
    AnyCase,
    /// As it is, and the last word may go on.
    Prefix,
}

/// What is known of a phrase while matching.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase {
    /// What the words must look like.
    pub(crate) need: Need,
    /// The strongest gap that it may cross.
    pub(crate) loosest: Gap,
    /// A name that takes an `s` in a German text: `Huaweis`.
    pub(crate) genitive: bool,
    /// Where a text may divide it by a space.
    pub(crate) seams: Seams,
}

/// Where a text may put a space into a phrase: `Tik Tok` for TikTok, but not `Ali Baba` for Alibaba.
///
/// A term may be divided anywhere. A name only where it is divided as written in the watchlist, and
/// between a small letter and a capital (or before a capital that a small letter follows); then each
/// part in the text has a capital, for `we chat` is no WeChat. A hyphen is nothing everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seams {
    /// Bit n: after n characters. Further on than 31 characters anything goes.
    after: u32,
}

impl Seams {
    /// Bit 0, where no seam can be: some seams stand inside a word.
    const INSIDE: u32 = 1;
    const ANYWHERE: Self = Self { after: !Self::INSIDE };

    fn of(text: &Text, term: &str) -> Self {
        let mut seams = Self { after: 0 };
        let mut before = 0;
        for token in &text.tokens {
            let word = &term[token.start as usize..token.end as usize];
            // Nearly all words have no capital but the first letter, and no seam then.
            if token.shape == Shape::Cjk || word.bytes().skip(1).all(|one| one.is_ascii_lowercase())
            {
                before += token.chars as usize;
                seams.put(before);
                continue;
            }
            let letters: Vec<char> = word.chars().collect();
            // Where folding changes the number of letters, their places are not known.
            for at in (1..letters.len()).filter(|_| letters.len() == token.chars as usize) {
                let next_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                if letters[at].is_uppercase() && (letters[at - 1].is_lowercase() || next_small) {
                    seams.after |= Self::INSIDE;
                    seams.put(before + at);
                }
            }
            before += token.chars as usize;
            seams.put(before);
        }
        seams
    }

    /// Whether some seams stand inside a word.
    fn inside(self) -> bool {
        self.after & Self::INSIDE != 0
    }

    /// Whether a seam is after so many characters, or may be.
    fn at(self, after: u32) -> bool {
        after > 31 || self.after >> after & 1 == 1
    }

    /// Which words have a seam inside, or may have one. What a text divides at each seam of a name that
    /// has so many is found as it is written.
    fn divided(self, words: &[Word], most: usize) -> Divided {
        let (mut divided, mut begin) = (0, 0);
        for (n, word) in words.iter().enumerate().take(64) {
            let end = begin + word.chars;
            divided |= u64::from((begin + 1..end.min(33)).any(|at| self.at(at)) || end > 32) << n;
            begin = end;
        }
        let first = divided & 1 == 1;
        Divided { words: divided, in_two: first && most > 2, in_three: first && most > 3 }
    }

    fn put(&mut self, after: usize) {
        if after < 32 {
            self.after |= 1 << after;
        }
    }

    /// Whether these words, which together are the phrase, are divided at its seams.
    pub(crate) fn allow(self, tokens: &[super::text::Token]) -> bool {
        let mut before = 0;
        tokens.windows(2).all(|pair| {
            before += pair[0].chars;
            let here = before > 31 || self.after >> before & 1 == 1;
            pair[1].gap != Gap::Space || here
        }) && (self.after & Self::INSIDE == 0
            || tokens.iter().all(|token| token.shape != Shape::Lower))
    }
}

/// A phrase whose last word may go on.
#[derive(Clone, Debug)]
struct Prefix {
    phrase: u32,
    /// The words before the last one.
    before: Vec<u64>,
    /// The hash of its first few characters, if it has as many.
    early: Option<u64>,
}

/// Phrases by the hash of their last word's beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefixes {
    /// Bit n: some prefix has n characters (the last bit: that many or more).
    lengths: u64,
    by_hash: HashMap<u64, Vec<Prefix>>,
    /// Of all beginnings.
    all: Marks,
    /// Of the first [`EARLY`](Self::EARLY) characters of those that have as many.
    early: Marks,
}

impl Prefixes {
    /// The longest beginning that is looked at.
    const LONGEST: usize = 63;
    /// After so many characters nearly all words are known to begin with no prefix.
    const EARLY: usize = 4;

    pub(crate) fn is_empty(&self) -> bool {
        self.lengths == 0
    }

    fn add(&mut self, beginning: &str, before: Vec<u64>, phrase: u32) {
        self.lengths |= 1 << beginning.chars().count();
        let same = self.by_hash.entry(hash(beginning)).or_default();
        same.push(Prefix { phrase, before, early: early(beginning) });
    }

    fn fill_marks(&mut self) {
        self.all = Marks::of(self.by_hash.keys().copied());
        let early = self.by_hash.values().flatten().filter_map(|prefix| prefix.early);
        self.early = Marks::of(early.collect::<Vec<_>>().into_iter());
    }

    /// Gives each phrase that ends in the token of this index, with its first token.
    pub(crate) fn each(&self, text: &Text, last: usize, mut found: impl FnMut(u32, usize)) {
        let mut beginning = 0;
        let word = text.word(&text.tokens[last]);
        for (n, one) in word.chars().take(Self::LONGEST).enumerate() {
            let many = n + 1;
            beginning = push(beginning, one);
            if many == Self::EARLY && !self.early.may_have(beginning) {
                break;
            }
            if self.lengths >> many & 1 == 0 || !self.all.may_have(beginning) {
                continue;
            }
            for prefix in self.by_hash.get(&beginning).into_iter().flatten() {
                let Some(first) = last.checked_sub(prefix.before.len()) else { continue };
                let before = &text.tokens[first..last];
                let unbroken =
                    text.tokens[first + 1..=last].iter().all(|token| token.gap <= Gap::Quote);
                if unbroken
                    && before.iter().map(|token| token.hash).eq(prefix.before.iter().copied())
                {
                    found(prefix.phrase, first);
                }
            }
        }
    }
}

/// The hash of a beginning's own beginning, if it has one.
fn early(beginning: &str) -> Option<u64> {
    let (end, _) = beginning.char_indices().nth(Prefixes::EARLY - 1)?;
    let last = beginning[end..].chars().next()?;
    Some(hash(&beginning[..end + last.len_utf8()]))
}

/// Sixteen bits for each hash, of which one is set.
#[derive(Clone, Debug, Default)]
struct Marks(Vec<u64>);

impl Marks {
    fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut marks = Self(vec![0; hashes.len().div_ceil(4).max(1)]);
        for hash in hashes {
            let (word, bit) = marks.bit(hash);
            marks.0[word] |= bit;
        }
        marks
    }

    /// Where a hash has its bit.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let bits = 64 * self.0.len() as u64;
        let bit = ((u128::from(hash) * u128::from(bits)) >> 64) as u64;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.bit(hash);
        self.0[word] & bit != 0
    }
}

/// All phrases, findable.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    pub(crate) all: Box<[Phrase]>,
    pub(crate) paths: Paths,
    pub(crate) prefixes: Prefixes,
    /// Whether any phrase is inflected, so that stems are worth finding.
    pub(crate) inflected: bool,
    /// From this number on only rules ask for phrases.
    pub(crate) asked_from: u32,
}

impl Phrases {
    /// Bytes of paths and phrases; prefixes are few.
    pub(crate) fn bytes(&self) -> usize {
        self.paths.bytes() + size_of_val(&*self.all)
    }
}

/// Why a text is no phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPhrase {
    #[error("holds no word")]
    Empty,
    #[error("has more than 64 words")]
    TooLong,
    #[error("is one phrase too many for one watchlist")]
    TooMany,
}

/// Collects phrases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    /// By two digests of term and reading: 128 bits tell terms apart as surely as the terms do.
    known: HashMap<(u64, u64), u32, Digest>,
    all: Vec<Phrase>,
    paths: Builder,
    prefixes: Prefixes,
    inflected: bool,
    asked_from: Option<u32>,
}

/// A word of a term as paths need it.
#[derive(Clone, Copy)]
struct Word {
    hash: u64,
    chars: u32,
    /// Whether it may be written together with the word before.
    joins: bool,
}

impl Collector {
    /// Makes room for so many more phrases, about.
    pub(crate) fn reserve(&mut self, phrases: usize) {
        self.known.reserve(phrases);
        self.all.reserve(phrases);
        self.paths.reserve(phrases);
    }

    /// Says that only rules ask for what is new from now on.
    pub(crate) fn rules_ask(&mut self) {
        self.asked_from = u32::try_from(self.all.len()).ok();
    }

    /// The number of a phrase; equal ones get the same.
    pub(crate) fn add(&mut self, term: &str, reading: Reading) -> Result<u32, NoPhrase> {
        match self.known.get(&key(term, reading)) {
            Some(known) => Ok(*known),
            None => self.add_text(term, &Text::of_term(term), reading),
        }
    }

    /// The same for a term that is divided already.
    pub(crate) fn add_text(
        &mut self,
        term: &str,
        text: &Text,
        reading: Reading,
    ) -> Result<u32, NoPhrase> {
        let key = key(term, reading);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        if text.tokens.is_empty() {
            return Err(NoPhrase::Empty);
        }
        if text.tokens.len() > LONGEST {
            return Err(NoPhrase::TooLong);
        }
        if self.all.len() >= super::paths::MOST {
            return Err(NoPhrase::TooMany);
        }
        let phrase =
            u32::try_from(self.all.len()).expect("fewer phrases than the table can number");
        let need = need(text, reading);
        let named = matches!(reading, Reading::Name(_));
        self.all.push(Phrase {
            need,
            loosest: loosest(text, reading),
            genitive: named && takes_s(text, need),
            seams: if named { Seams::of(text, term) } else { Seams::ANYWHERE },
        });
        self.lead(text, reading, phrase);
        self.known.insert(key, phrase);
        Ok(phrase)
    }

    fn lead(&mut self, text: &Text, reading: Reading, phrase: u32) {
        match reading {
            Reading::Prefix => return self.prefix(text, phrase),
            Reading::Inflected if !in_capitals(text) => {
                self.inflected = true;
                for lang in Lang::ALL {
                    // German nouns have capitals of their own, which say nothing.
                    if has_capitals(text) && lang != Lang::De {
                        continue;
                    }
                    let words = words(text, |token| {
                        let stem = stem(text, token, lang);
                        (stem.hash, stem.chars)
                    });
                    self.ways(&words, Form::Stem(lang as u8), phrase);
                }
            }
            _ => {}
        }
        let words = words(text, |token| (token.hash, token.chars));
        if matches!(reading, Reading::Name(_)) {
            self.name(&words, phrase);
        } else {
            self.ways(&words, Form::Surface, phrase);
        }
    }

    /// A name is written as it is, or with all its words in one.
    fn name(&mut self, words: &[Word], phrase: u32) {
        let seams = self.all[phrase as usize].seams;
        let most = if seams.inside() { usize::MAX } else { words.len() };
        self.paths.add(Form::Surface, lengths(words), seams.divided(words, most), phrase);
        let Some(one) = as_one(words) else { return };
        self.paths.add(Form::Surface, lengths(&one), seams.divided(&one, most), phrase);
    }

    /// All ways in which hyphens, spaces or nothing may stand between the words.
    fn ways(&mut self, words: &[Word], form: Form, phrase: u32) {
        let gaps: Vec<usize> = (1..words.len()).filter(|n| words[*n].joins).collect();
        self.paths.add(form, lengths(words), Divided::ANYWHERE, phrase);
        if gaps.len() > MOST_GAPS {
            return;
        }
        for closed in 1..1usize << gaps.len() {
            let mut merged: Vec<Word> = Vec::with_capacity(words.len());
            for (n, word) in words.iter().enumerate() {
                let gap = gaps.iter().position(|gap| *gap == n);
                match merged.last_mut() {
                    Some(last) if gap.is_some_and(|gap| closed >> gap & 1 == 1) => {
                        last.hash = joined(last.hash, word.hash, word.chars);
                        last.chars += word.chars;
                    }
                    _ => merged.push(*word),
                }
            }
            self.paths.add(form, lengths(&merged), Divided::ANYWHERE, phrase);
        }
    }

    fn prefix(&mut self, text: &Text, phrase: u32) {
        let Some((last, before)) = text.tokens.split_last() else { return };
        let beginning: String = text.word(last).chars().take(Prefixes::LONGEST).collect();
        let before = before.iter().map(|token| token.hash).collect();
        self.prefixes.add(&beginning, before, phrase);
    }

    /// Lays the tables out.
    pub(crate) fn finish(mut self) -> Phrases {
        self.prefixes.fill_marks();
        Phrases {
            asked_from: self.asked_from.unwrap_or(u32::MAX),
            all: self.all.into(),
            paths: self.paths.build(),
            prefixes: self.prefixes,
            inflected: self.inflected,
        }
    }
}

fn key(term: &str, reading: Reading) -> (u64, u64) {
    const OTHER: Digest = Digest::seeded(0x6c62_272e_07bb_0142);
    (Digest::default().hash_one((term, reading)), OTHER.hash_one((term, reading)))
}

/// Words as paths take them.
fn lengths(words: &[Word]) -> impl Iterator<Item = (u64, u32)> + '_ {
    words.iter().map(|word| (word.hash, word.chars))
}

/// A name with all its words in one, where they may be written together.
fn as_one(words: &[Word]) -> Option<Vec<Word>> {
    let gaps = words.iter().skip(1).filter(|word| word.joins).count();
    if gaps == 0 || gaps > MOST_GAPS {
        return None;
    }
    let mut merged: Vec<Word> = Vec::with_capacity(words.len() - gaps);
    for word in words {
        match merged.last_mut() {
            Some(last) if word.joins => {
                last.hash = joined(last.hash, word.hash, word.chars);
                last.chars += word.chars;
            }
            _ => merged.push(*word),
        }
    }
    Some(merged)
}

fn words(text: &Text, form: impl Fn(&super::text::Token) -> (u64, u32)) -> Vec<Word> {
    let mut before = Shape::Cjk;
    text.tokens
        .iter()
        .map(|token| {
            let (hash, chars) = form(token);
            let letters = |shape| !matches!(shape, Shape::Cjk | Shape::Digit);
            let joins =
                token.gap == Gap::Hyphen && before != Shape::Cjk && token.shape != Shape::Cjk
                    || letters(before) && letters(token.shape);
            before = token.shape;
            Word { hash, chars, joins }
        })
        .collect()
}

fn need(text: &Text, reading: Reading) -> Need {
    match reading {
        Reading::Name(need) if need != Need::Free => need,
        Reading::Name(_) => Need::Free,
        Reading::Prefix | Reading::AnyCase => Need::Free,
        Reading::Inflected | Reading::Exact => capitals(text),
    }
}

/// Names of four letters and more; a symbol takes no `s`.
fn takes_s(text: &Text, need: Need) -> bool {
    matches!(need, Need::Free | Need::Caps { .. })
        && text.tokens.iter().map(|token| token.chars).sum::<u32>() >= 4
        && text.tokens.last().is_some_and(|last| !matches!(last.shape, Shape::Cjk | Shape::Digit))
}

/// The demand of a term in capitals, if it is one.
pub(crate) fn capitals(text: &Text) -> Need {
    if !in_capitals(text) {
        return Need::Free;
    }
    let common = |token: &super::text::Token| lexicon::common().contains(&token.hash);
    Need::Caps { everyday: text.tokens.iter().all(common) }
}

/// Every word in capitals or digits, at least one in capitals.
fn in_capitals(text: &Text) -> bool {
    text.tokens.iter().all(|token| matches!(token.shape, Shape::Caps | Shape::Digit))
        && text.tokens.iter().any(|token| token.shape == Shape::Caps && !has_digit(text, token))
}

/// `1260H` and `G7` are no words of which one could say that they are in capitals on purpose.
fn has_digit(text: &Text, token: &super::text::Token) -> bool {
    text.word(token).bytes().any(|byte| byte.is_ascii_digit())
}

fn has_capitals(text: &Text) -> bool {
    text.tokens
        .iter()
        .any(|token| matches!(token.shape, Shape::Caps | Shape::Capital) || mixed(text, token))
}

/// A word with a capital inside, as in `iPhone`.
fn mixed(text: &Text, token: &super::text::Token) -> bool {
    token.shape == Shape::Lower && token.cased != token.hash && !text.word(token).is_empty()
}

fn loosest(text: &Text, reading: Reading) -> Gap {
    let own = text.tokens.iter().skip(1).map(|token| token.gap).max().unwrap_or(Gap::None);
    let most = match reading {
        Reading::Name(Need::Code) => Gap::Inner,
        Reading::Name(_) => Gap::Comma,
        _ => Gap::Quote,
    };
    own.max(most)
}
