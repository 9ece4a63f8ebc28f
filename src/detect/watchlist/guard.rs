//! Guards: the words that must, or must not, stand beside a term.

use crate::detect::phrases::Reading;
use crate::detect::text::Text;
use crate::model::Located;
use crate::model::watchlist::{CaseRule, Guards};

use super::Making;

/// A guard word: its phrase, and as written.
#[derive(Clone, Debug)]
pub(crate) struct Spoken {
    pub(crate) phrase: u32,
    pub(crate) text: String,
}

/// The guards of a company, a name or a topic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guarding {
    pub(crate) exact_case: bool,
    pub(crate) only_with: Vec<Spoken>,
    pub(crate) not_with: Vec<Spoken>,
    pub(crate) never_in_item: Vec<Spoken>,
}

/// Whether anything but `weak` is said: then a person has thought about the name.
pub(crate) fn speaks(guards: &Guards) -> bool {
    guards.case.is_some()
        || !guards.only_with.is_empty()
        || !guards.not_with.is_empty()
        || !guards.never_in_item.is_empty()
}

impl Making {
    /// Compiles guards; `of` are the terms that they guard, for sense.
    pub(super) fn guards(&mut self, guards: &Guards, of: &[&str]) -> Option<Box<Guarding>> {
        if !speaks(guards) {
            return None;
        }
        for word in &guards.never_in_item {
            self.warn(
                word.place.clone(),
                format!("never_in_item \"{}\" silences whole items", word.value),
                "not_with is usually enough: it looks at the sentence of the match",
            );
        }
        self.sense(guards, of);
        Some(Box::new(Guarding {
            exact_case: guards.case.as_ref().is_some_and(|case| case.value == CaseRule::Exact),
            only_with: self.spoken("only_with", &guards.only_with),
            not_with: self.spoken("not_with", &guards.not_with),
            never_in_item: self.spoken("never_in_item", &guards.never_in_item),
        }))
    }

    fn spoken(&mut self, key: &str, words: &[Located<String>]) -> Vec<Spoken> {
        let mut spoken = Vec::with_capacity(words.len());
        for word in words {
            match self.phrases.add(&word.value, Reading::Inflected) {
                Ok(phrase) => spoken.push(Spoken { phrase, text: word.value.clone() }),
                Err(why) => {
                    let what = format!("{key} \"{}\" {why}", word.value);
                    self.error(word.place.clone(), what, Some("write a word or phrase".to_owned()));
                }
            }
        }
        spoken
    }

    /// Guards that can never or always apply.
    fn sense(&mut self, guards: &Guards, of: &[&str]) {
        let folded =
            |term: &str| Text::of_term(term).tokens.iter().map(|one| one.hash).collect::<Vec<_>>();
        let own: Vec<Vec<u64>> = of.iter().map(|term| folded(term)).collect();
        for word in &guards.only_with {
            if own.contains(&folded(&word.value)) {
                self.warn(
                    word.place.clone(),
                    format!(
                        "only_with \"{}\" is the guarded term itself, so it always holds",
                        word.value
                    ),
                    "name words that tell the meant sense from others",
                );
            }
        }
        for word in guards.not_with.iter().chain(&guards.never_in_item) {
            let guard = folded(&word.value);
            let inside = |term: &Vec<u64>| {
                !guard.is_empty() && term.windows(guard.len()).any(|part| part == guard)
            };
            if !own.is_empty() && own.iter().all(inside) {
                self.warn(
                    word.place.clone(),
                    format!(
                        "\"{}\" is part of every guarded term, so none can ever match",
                        word.value
                    ),
                    "take it away, or make it longer",
                );
            }
        }
    }
}
