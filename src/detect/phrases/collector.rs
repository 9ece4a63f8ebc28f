//! Terms into phrases, and into the paths that lead to them.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::crossings::Crossings;
use super::cue;
use super::need::{Need, Reading, has_capitals, in_capitals, loosest, need, takes_s};
use super::prefixes::Prefixes;
use super::seams::Seams;
use super::signs::Signs;
use super::table::{Phrase, Phrases};
use super::word::{MOST_GAPS, Word, as_one, lengths, words};
use crate::detect::digest::Digest;
use crate::detect::hash::joined;
use crate::detect::paths::{Builder, Divided, Form, MOST};
use crate::detect::stem::{Lang, stem};
use crate::detect::text::{Gap, Text};

/// Terms longer than this many words are refused: nothing that people write is.
pub(crate) const LONGEST: usize = 64;

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
    main: Draft,
    /// Of what only rules ask for, which is numbered on from there.
    asked: Option<Draft>,
    /// The same, laid out.
    laid_out: Option<Arc<Phrases>>,
}

/// Phrases in the making.
#[derive(Clone, Debug, Default)]
struct Draft {
    all: Vec<Phrase>,
    paths: Builder,
    prefixes: Prefixes,
    inflected: bool,
    /// Each phrase's cues, if they are wanted.
    cues: Option<Vec<(u32, Form, u64)>>,
}

impl Collector {
    /// Makes room for so many more phrases, about.
    pub(crate) fn reserve(&mut self, phrases: usize) {
        self.known.reserve(phrases);
        self.main.all.reserve(phrases);
        self.main.paths.reserve(phrases);
    }

    /// Says that only rules ask for what is new from now on.
    pub(crate) fn rules_ask(&mut self) {
        self.asked = Some(Draft { cues: Some(Vec::new()), ..Draft::default() });
    }

    /// The number of a phrase; equal ones get the same.
    pub(crate) fn add(&mut self, term: &str, reading: Reading) -> Result<u32, NoPhrase> {
        match self.known.get(&key(term, reading)) {
            Some(known) => Ok(*known),
            None => self.add_text(term, &Text::of_term(term), reading),
        }
    }

    /// A number for a list of other phrases, which is found nowhere by itself.
    pub(crate) fn list(&mut self) -> u32 {
        assert!(self.asked.is_none(), "lists are numbered before rules ask for anything");
        let all = &mut self.main.all;
        let phrase = u32::try_from(all.len()).expect("fewer phrases than the table can number");
        all.push(Phrase {
            need: Need::Free,
            loosest: Gap::None,
            signs: Signs::default(),
            seams: Seams::ANYWHERE,
            crossings: Crossings::ANY,
        });
        phrase
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
        let main = self.main.all.len();
        let (draft, from) = match &mut self.asked {
            Some(asked) => (asked, main),
            None => (&mut self.main, 0),
        };
        if from + draft.all.len() >= MOST {
            return Err(NoPhrase::TooMany);
        }
        let number = |n: usize| u32::try_from(n).expect("fewer phrases than the table can number");
        let phrase = number(from) + draft.add(term, text, reading);
        self.known.insert(key, phrase);
        Ok(phrase)
    }

    /// Lays out what only rules ask for, if they ask for anything: from which number on, and what. Nothing
    /// is added afterwards.
    pub(crate) fn lay_out_asked(&mut self) -> (u32, Option<Arc<Phrases>>) {
        let from = u32::try_from(self.main.all.len()).unwrap_or(u32::MAX);
        if let Some(asked) = self.asked.take().filter(|asked| !asked.all.is_empty()) {
            self.main.inflected |= asked.inflected;
            self.main.paths.listen_for(&asked.paths);
            self.laid_out = Some(Arc::new(asked.finish()));
        }
        (from, self.laid_out.clone())
    }

    /// Says under which cues rules are filed: of the others it is only asked whether they are there.
    pub(crate) fn rules_are_filed_under(&mut self, cues: Vec<u64>) {
        self.main.paths.files_under(cues);
    }

    /// Lays the tables out.
    pub(crate) fn finish(mut self) -> Phrases {
        let (_, asked) = self.lay_out_asked();
        Phrases { asked, ..self.main.finish() }
    }
}

impl Draft {
    fn add(&mut self, term: &str, text: &Text, reading: Reading) -> u32 {
        let phrase =
            u32::try_from(self.all.len()).expect("fewer phrases than the table can number");
        let need = need(text, reading);
        let named = matches!(reading, Reading::Name(_));
        self.all.push(Phrase {
            need,
            loosest: loosest(text, reading),
            signs: if named { Signs::of(text, takes_s(text, need)) } else { Signs::default() },
            seams: if named { Seams::of(text, term) } else { Seams::ANYWHERE },
            crossings: if named && !need.is_ticker() {
                Crossings::of(text)
            } else {
                Crossings::ANY
            },
        });
        self.lead(text, reading, foreign(term), phrase);
        phrase
    }

    fn cue(&mut self, form: Form, cue: u64, phrase: u32) {
        if let Some(cues) = &mut self.cues {
            cues.push((phrase, form, cue));
        }
    }

    fn path(&mut self, form: Form, words: &[Word], divided: Divided, phrase: u32) {
        self.paths.add(form, lengths(words), divided, phrase);
        if let Some(first) = words.first() {
            self.cue(form, cue::of_word(first.hash, first.chars), phrase);
        }
    }

    fn lead(&mut self, text: &Text, reading: Reading, foreign: bool, phrase: u32) {
        // Whether each word of a text that is a word of the term is found by its stem.
        let mut by_stem = false;
        match reading {
            Reading::Prefix => return self.prefix(text, phrase),
            Reading::Inflected if !in_capitals(text) => {
                self.inflected = true;
                by_stem = !has_capitals(text) && !foreign;
                for lang in Lang::ALL {
                    // German nouns have capitals of their own, which say nothing.
                    let named = has_capitals(text) && lang != Lang::De;
                    // By the rules of English, `libère` would be `liberation`.
                    if named || foreign && lang == Lang::En {
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
        if let ([word], true) = (&words[..], by_stem) {
            self.cue(Form::Surface, cue::of_word(word.hash, word.chars), phrase);
            let word = (word.hash, word.chars);
            self.paths.add_joined(Form::Surface, word, Divided::ANYWHERE, phrase);
        } else if matches!(reading, Reading::Name(_)) {
            self.name(&words, phrase);
        } else {
            self.ways(&words, Form::Surface, phrase);
        }
    }

    /// A name is written as it is, or with all its words in one.
    fn name(&mut self, words: &[Word], phrase: u32) {
        let Phrase { seams, signs, need, .. } = self.all[phrase as usize];
        let most = if seams.inside() { usize::MAX } else { words.len() };
        self.path(Form::Surface, words, seams.divided(words, most), phrase);
        // What has a sign between its words is never one, nor is a ticker.
        if signs.any() || !matches!(need, Need::Free | Need::Caps { .. }) {
            return;
        }
        let Some(one) = as_one(words) else { return };
        self.path(Form::Surface, &one, seams.divided(&one, most), phrase);
    }

    /// All ways in which hyphens, spaces or nothing may stand between the words.
    fn ways(&mut self, words: &[Word], form: Form, phrase: u32) {
        let gaps: Vec<usize> = (1..words.len()).filter(|n| words[*n].joins).collect();
        self.path(form, words, Divided::ANYWHERE, phrase);
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
            self.path(form, &merged, Divided::ANYWHERE, phrase);
        }
    }

    fn prefix(&mut self, text: &Text, phrase: u32) {
        let Some((last, before)) = text.tokens.split_last() else { return };
        let beginning: String = text.word(last).chars().take(Prefixes::LONGEST).collect();
        // `black-list*` is blacklist*, too.
        let hyphens = text.tokens.iter().skip(1).all(|token| token.gap == Gap::Hyphen);
        if hyphens && !before.is_empty() {
            let whole = text.tokens.iter().flat_map(|token| text.word(token).chars());
            let whole: String = whole.take(Prefixes::LONGEST).collect();
            self.prefixes.add(&whole, Vec::new(), phrase);
        }
        let before = before.iter().map(|token| token.hash).collect();
        self.prefixes.add(&beginning, before, phrase);
        self.cue(Form::Surface, cue::of_prefix(phrase), phrase);
    }

    /// Lays the tables out.
    fn finish(mut self) -> Phrases {
        self.prefixes.fill_marks();
        let mut cues = self.cues.unwrap_or_default();
        cues.sort_unstable();
        cues.dedup();
        Phrases {
            cues: cues.into(),
            asked: None,
            all: self.all.into(),
            paths: self.paths.build(),
            prefixes: self.prefixes,
            inflected: self.inflected,
        }
    }
}

/// Whether a term has letters that English words do not have.
fn foreign(term: &str) -> bool {
    term.chars().any(|one| matches!(one, 'À'..='ɏ') && one.is_alphabetic())
}

fn key(term: &str, reading: Reading) -> (u64, u64) {
    const OTHER: Digest = Digest::seeded(0x6c62_272e_07bb_0142);
    (Digest::default().hash_one((term, reading)), OTHER.hash_one((term, reading)))
}
