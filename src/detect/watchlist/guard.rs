//! Guards: the words that must, or must not, stand beside a term.

use crate::detect::phrases::{Need, Reading, capitals, has_capitals};
use crate::detect::query::Expr;
use crate::detect::stem::{Lang, stem};
use crate::detect::text::Text;
use crate::model::Located;
use crate::model::watchlist::{CaseRule, Guards};

use super::Making;
use super::phrase::Of;

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
    /// The last day on which it is silenced.
    pub(crate) muted_until: Option<chrono::NaiveDate>,
}

/// Whether anything but `weak` and `muted_until` is said: then a person has thought about what the name
/// means.
pub(crate) fn speaks(guards: &Guards) -> bool {
    guards.case.is_some()
        || !guards.only_with.is_empty()
        || !guards.not_with.is_empty()
        || !guards.never_in_item.is_empty()
}

impl Making {
    /// Compiles guards; `of` are the ways in which what they guard can be found.
    pub(super) fn guards(&mut self, guards: &Guards, of: &[Way]) -> Option<Box<Guarding>> {
        let muted_until = guards.muted_until.as_ref().map(|until| until.value);
        self.mutes |= muted_until.is_some();
        if !speaks(guards) {
            return muted_until.map(|_| Box::new(Guarding { muted_until, ..Guarding::default() }));
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
            muted_until,
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

    /// Guards that can never or always apply, as far as words alone can tell.
    fn sense(&mut self, guards: &Guards, of: &[Way]) {
        if of.is_empty() {
            return;
        }
        for (key, words) in [
            ("only_with", &guards.only_with),
            ("not_with", &guards.not_with),
            ("never_in_item", &guards.never_in_item),
        ] {
            for word in words {
                self.doubt_phrase(&format!("{key} \"{}\"", word.value), word, Of::Guard);
            }
        }
        for word in &guards.only_with {
            let guard = Phrase::of(&word.value);
            let (what, hint) = if of.iter().all(|way| guard.within(&way.beside)) {
                (
                    "stands beside the match in any case, so it guards nothing",
                    "name words that tell the meant sense from others",
                )
            } else if of.iter().all(|way| way.at.iter().any(|at| guard.is(at))) {
                (
                    "is the guarded term itself: only a second mention of it would count",
                    "name words that tell the meant sense from others",
                )
            } else {
                continue;
            };
            let what = format!("only_with \"{}\" {what}", word.value);
            self.warn(word.place.clone(), what, hint);
        }
        let lists = [(&guards.not_with, false), (&guards.never_in_item, true)];
        for (word, anywhere) in
            lists.iter().flat_map(|(list, anywhere)| list.iter().map(|word| (word, *anywhere)))
        {
            let guard = Phrase::of(&word.value);
            let inside = |way: &Way| guard.within(&way.at) || anywhere && guard.within(&way.beside);
            if of.iter().all(inside) {
                let what = format!(
                    "\"{}\" is part of every guarded term, so none can ever match",
                    word.value
                );
                self.warn(word.place.clone(), what, "take it away, or make it longer");
            }
        }
        self.quarrels(guards);
        self.caseless(guards, of);
    }

    /// Guards that contradict or repeat each other.
    fn quarrels(&mut self, guards: &Guards) {
        let never: Vec<(&Located<String>, Phrase)> =
            guards.never_in_item.iter().map(|word| (word, Phrase::of(&word.value))).collect();
        let forbids = |word: &Located<String>| {
            let word = Phrase::of(&word.value);
            never.iter().find(|(_, never)| never.within(std::slice::from_ref(&word)))
        };
        let forbidden: Vec<_> = guards.only_with.iter().map(forbids).collect();
        if let Some(Some((word, _))) = forbidden.first()
            && forbidden.iter().all(Option::is_some)
        {
            self.warn(
                word.place.clone(),
                format!("never_in_item \"{}\" forbids what only_with asks for, so nothing can ever match", word.value),
                "take one of them away",
            );
        }
        for word in &guards.not_with {
            if let Some((never, _)) = forbids(word) {
                let what = format!(
                    "not_with \"{}\" can never apply: never_in_item \"{}\" covers it",
                    word.value, never.value
                );
                self.warn(word.place.clone(), what, "take one of them away");
            }
        }
    }

    /// `case` where no letter has a case, or where it changes nothing.
    fn caseless(&mut self, guards: &Guards, of: &[Way]) {
        let Some(case) = &guards.case else { return };
        let what = match case.value {
            CaseRule::Exact if !of.iter().any(|way| way.cased) => "its names have no capitals",
            CaseRule::Any if !of.iter().any(|way| way.capitals) => {
                "only names in capitals are bound to them"
            }
            _ => return,
        };
        let written = if case.value == CaseRule::Exact { "exact" } else { "any" };
        let what = format!("case = \"{written}\" changes nothing: {what}");
        self.warn(case.place.clone(), what, "take it away");
    }
}

/// One way in which something guarded can be found, as normal forms.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// Words that the match itself holds.
    at: Vec<Phrase>,
    /// Words that the item holds beside it.
    beside: Vec<Phrase>,
    /// Whether letters of it can be capitals or not.
    cased: bool,
    /// Whether it is written in capitals.
    capitals: bool,
}

impl Way {
    /// A name or term.
    pub(super) fn of_term(term: &str) -> Self {
        Self {
            at: vec![Phrase::of(term)],
            beside: Vec::new(),
            cased: term.chars().any(|one| one.is_lowercase() || one.is_uppercase()),
            capitals: capitals(&Text::of_term(term)) != Need::Free,
        }
    }

    /// A search; what it holds in any case.
    pub(super) fn of_search(expr: &Expr) -> Self {
        let mut way = Self { cased: true, capitals: true, ..Self::default() };
        match expr {
            // Where an AND is found depends on its parts: nothing of it is sure to be at the place.
            Expr::And(all) => all.iter().for_each(|one| way.beside.extend(needed(one))),
            _ => way.at = needed(expr),
        }
        way
    }
}

/// Words without which an expression does not hold.
fn needed(expr: &Expr) -> Vec<Phrase> {
    match expr {
        Expr::Words(words) if words.prefix => Vec::new(),
        Expr::Words(words) => vec![Phrase::of(&words.text)],
        Expr::And(all) => all.iter().flat_map(needed).collect(),
        Expr::Near(_, a, b) => [needed(a), needed(b)].concat(),
        Expr::In(_, one) | Expr::Sentence(one) => needed(one),
        Expr::Or(any) => {
            let mut sets = any.iter().map(needed);
            let first = sets.next().unwrap_or_default();
            sets.fold(first, |common, set| {
                common.into_iter().filter(|words| set.contains(words)).collect()
            })
        }
        Expr::Not(_) | Expr::Atom(..) => Vec::new(),
    }
}

/// Words as they are and without their inflections.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    /// Each word's normal form and its stem.
    words: Vec<(u64, u64)>,
    /// With a capital it is found as it is only.
    as_it_is: bool,
}

impl Phrase {
    fn of(term: &str) -> Self {
        let text = Text::of_term(term);
        // Other languages inflect otherwise, and what is sure in English is worth saying.
        let stem = |token| stem(&text, token, Lang::En).hash;
        let words = text.tokens.iter().map(|token| (token.hash, stem(token))).collect();
        Self { words, as_it_is: has_capitals(&text) }
    }

    /// Whether these words of a text are what a guard of this phrase finds.
    fn finds(&self, words: &[(u64, u64)]) -> bool {
        words.len() == self.words.len()
            && self
                .words
                .iter()
                .zip(words)
                .all(|(own, other)| own.0 == other.0 || !self.as_it_is && own.1 == other.1)
    }

    fn is(&self, other: &Self) -> bool {
        self.finds(&other.words)
    }

    /// Whether one of these phrases holds it.
    fn within(&self, phrases: &[Self]) -> bool {
        let many = self.words.len();
        many > 0
            && phrases.iter().any(|phrase| phrase.words.windows(many).any(|some| self.finds(some)))
    }
}
