//! Rules: which of them are in question for an item, and whether one holds.

use std::collections::BTreeSet;

use crate::detect::lexicon;
use crate::detect::matching::{Found, Scene, Stretch};
use crate::detect::pieces::Pieces;
use crate::detect::watchlist::{Also, Condition, Filed};
use crate::model::EntityKind;

use super::Case;
use super::yes::{Names, Said, Yes};

/// Pieces of a round-up, or sentences, that a rule looks at whatever the number of rules: more than a digest of
/// headlines has.
const PIECES: usize = 200;
/// Those that all rules together may look at: a bound on the work for a hostile text. A register of a thousand
/// companies is read to its end where a thousand rules ask of sentences.
const LOOKS: usize = 1 << 20;

/// A rule that may hold.
struct Question {
    filed: Filed,
    /// How many companies were looked at before.
    turn: u32,
    /// The company and the topic that are all it asks for, wherever it need not be one piece that names both.
    whole: Option<(u32, u32)>,
}

impl Question {
    fn rule(&self) -> u32 {
        self.filed.rule()
    }
}

impl Case<'_> {
    /// Adds what the rules say.
    pub(super) fn add_rules(&self, said: &mut Vec<Yes>) {
        if self.watchlist.conditions.is_empty() {
            return;
        }
        let questions = self.in_question();
        let by_rule = questions.chunk_by(|one, next| one.rule() == next.rule());
        said.extend(by_rule.filter_map(|same| self.answer(same)));
    }

    /// What a rule says that is in question for one company after another.
    fn answer(&self, same: &[Question]) -> Option<Yes> {
        let first = same.first()?;
        let rule = first.rule() as usize;
        let (said, names) = match first.whole {
            Some((company, topic)) => {
                let (company, piece) = if self.round_up() {
                    let all = same.iter().filter_map(|one| one.whole);
                    let mut companies: Vec<u32> = all.map(|one| one.0).collect();
                    companies.sort_unstable();
                    let (company, piece) = self.together(&companies, topic)?;
                    (company, Some(piece))
                } else {
                    (company, None)
                };
                let shown = Some(topic).filter(|topic| !self.watchlist.topic(*topic).hidden);
                (Said::Both(company, topic, piece), Names::pair(company, shown))
            }
            None => {
                let when = &self.watchlist.conditions[rule].when;
                let piece = self.fires(when)?;
                let mut names = Names::default();
                self.name(when, piece, &mut names);
                (Said::In(piece), names)
            }
        };
        let severity = self.watchlist.outcomes.of_rule(rule).severity();
        Some(Yes { rule: Some(rule), severity, said, names })
    }

    /// The rules that may hold, by number: those filed under something that is there. A rule may be there
    /// for several companies, in text order.
    fn in_question(&self) -> Vec<Question> {
        let (anchors, cues) = (&self.watchlist.anchors, self.reading.cues());
        let mut rules: Vec<Question> = Vec::with_capacity(16);
        let mut add_one = |one: Filed, turn: u32, company: Option<u32>| {
            let (there, topic) = match one.also() {
                Also::Nothing => (true, None),
                Also::Phrase(phrase) => (self.reading.may_have(phrase), None),
                Also::Topic(topic) => (self.is_about(topic), Some(topic)),
                Also::AnyCompany => (!self.companies.is_empty(), None),
            };
            if there {
                let whole = company.zip(topic).filter(|_| one.whole());
                rules.push(Question { filed: one, turn, whole });
            }
        };
        // In text order, so that a rule names the company that is named first.
        let named = self.companies_in_order();
        let lines = (0..)
            .zip(&named)
            .flat_map(|(turn, company)| self.line(*company).map(move |one| (turn, one)));
        anchors.of_companies(lines, &self.topics, |filed, turn| {
            add_one(filed, turn, named.get(turn as usize).copied());
        });
        let marked = |marks| cues.may_mark(marks);
        anchors.of_calls(&cues.calls, marked, |one| add_one(one, 0, None));
        let mut add = |filed: &[Filed]| filed.iter().for_each(|one| add_one(*one, 0, None));
        let any = anchors.of_any(!self.companies.is_empty(), !self.topics.is_empty());
        let standing = anchors.standing(self.origin.official);
        for filed in standing.into_iter().chain(any) {
            add(filed);
        }
        add(anchors.of_source(self.origin.source));
        for topic in &self.topics {
            add(anchors.of_topic(*topic));
        }
        if anchors.on_phrases() {
            let found = self.reading.phrases.chunk_by(|one, next| one.phrase == next.phrase);
            found.for_each(|same| add(anchors.of_phrase(same[0].phrase)));
        }
        // What is known of them lies apart, and is asked for all at once.
        anchors.touch_needs(rules.iter().map(|one| one.filed));
        rules.retain(|one| cues.may_have(anchors.needs(one.filed)));
        self.watchlist.outcomes.touch(rules.iter().map(Question::rule));
        rules.sort_unstable_by_key(|one| (one.rule(), one.turn));
        rules
    }

    /// The companies that count, each once, in the order of their first places.
    fn companies_in_order(&self) -> Vec<u32> {
        let mut seen = vec![false; self.companies.len()];
        let hits = self.reading.counting().filter(|found| found.kind() == EntityKind::Company);
        let mut first = |company: &u32| {
            let at = self.companies.binary_search(company).ok();
            at.is_some_and(|at| !std::mem::replace(&mut seen[at], true))
        };
        hits.map(|found| found.entity).filter(|company| first(company)).collect()
    }

    /// Whether a topic counts.
    fn is_about(&self, topic: u32) -> bool {
        self.topics.binary_search(&topic).is_ok()
    }

    /// Whether a condition holds; in a round-up that mixes companies and topics, in one piece.
    pub(crate) fn fires(&self, when: &Condition) -> Option<Option<u32>> {
        if !self.round_up() || !links(when) {
            return self.asks(when, None).then_some(None);
        }
        self.in_question_of(when).into_iter().map(Some).find(|piece| self.asks(when, *piece))
    }

    /// The pieces in which a condition may hold: those with a hit, and all where words alone may be what it asks for. A
    /// flood of them is cut.
    fn in_question_of(&self, when: &Condition) -> BTreeSet<u32> {
        let mut pieces = self.told();
        if !needs_a_hit(when) {
            let all = self.pieces.map_or(0, Pieces::many);
            pieces.extend((0..all).take(self.most()));
        }
        pieces
    }

    /// The pieces with a hit; a flood of them is cut.
    pub(super) fn told(&self) -> BTreeSet<u32> {
        let told: BTreeSet<u32> = self.reading.counting().map(|found| self.piece(found)).collect();
        told.into_iter().take(self.most()).collect()
    }

    /// How many pieces or sentences a rule looks at.
    fn most(&self) -> usize {
        (LOOKS / self.watchlist.conditions.len().max(1)).max(PIECES)
    }

    pub(super) fn asks(&self, when: &Condition, piece: Option<u32>) -> bool {
        let within = piece.and_then(|piece| Some(self.pieces?.stretch(piece)));
        let scene = Scene { within, ..self.reading.scene() };
        self.asks_in(when, &scene)
    }

    /// The sentences with a hit that the scene sees, as far as they stand in it: others can hold nothing that is asked
    /// of a sentence. A flood of them is cut.
    fn sentences(&self, scene: &Scene<'_>) -> Vec<Stretch> {
        let there = self.reading.counting_in(scene.within).filter(|found| scene.sees(found.first));
        let mut numbers: Vec<u32> = there.map(|found| self.sentence(found)).collect();
        numbers.dedup();
        let (from, to) = scene.within.unwrap_or((0, u32::MAX));
        let stretches = numbers.into_iter().take(self.most()).map(|one| self.spoken_of(one));
        stretches.map(|(first, last)| (first.max(from), last.min(to))).collect()
    }

    /// A sentence, with the one before it where it refers back to whom that was about (`Its unit was fined`).
    fn spoken_of(&self, sentence: u32) -> Stretch {
        let text = &self.reading.text;
        let (first, last) = text.sentence(sentence);
        let word = |at: u32| &text.tokens[at as usize];
        // `A bank was fined` is of another.
        let new = |at: u32| at > first && lexicon::newcomers().contains(&word(at - 1).hash);
        let refers =
            (first..=last).any(|at| lexicon::refers().contains(&word(at).hash) && !new(at));
        let before = sentence.checked_sub(1).filter(|_| refers);
        (before.map_or(first, |before| text.sentence(before).0.min(first)), last)
    }

    fn asks_in(&self, when: &Condition, scene: &Scene<'_>) -> bool {
        match when {
            Condition::Words(phrase) => scene.has(*phrase),
            Condition::Near(n, a, b) => !scene.places_near(*n, a, b).is_empty(),
            Condition::In(part, one) => self.asks_in(one, &scene.part(*part)),
            Condition::Sentence(one) => self
                .sentences(scene)
                .into_iter()
                .any(|within| self.asks_in(one, &Scene { within: Some(within), ..*scene })),
            // What is known already is asked first.
            Condition::All(all) => [false, true].into_iter().all(|words| {
                let mut some = all.iter().filter(|one| asks_for_words(one) == words);
                some.all(|one| self.asks_in(one, scene))
            }),
            Condition::Any(any) => any.iter().any(|one| self.asks_in(one, scene)),
            Condition::Not(one) => !self.asks_in(one, scene),
            Condition::Official => self.origin.official,
            Condition::Talk => {
                self.talk().is_some_and(|talk| talk.whole || scene.sees(talk.words.first))
            }
            Condition::Source(id) => id.as_deref().is_none_or(|id| id == self.origin.source),
            Condition::Topic(Some(topic)) if !self.is_about(*topic) => false,
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                let mut there = self.reading.counting_in(scene.within);
                there.any(|found| self.is(found, when) && scene.sees(found.first))
            }
        }
    }

    /// Whether a hit is what the condition asks for. A hit of a part also names the whole.
    pub(super) fn is(&self, found: &Found, when: &Condition) -> bool {
        let company = found.kind() == EntityKind::Company;
        match when {
            Condition::Company(None) => company,
            Condition::Company(Some(id)) => {
                company && self.any_of_line(found.entity, |one| one == *id)
            }
            Condition::Group(None) => {
                let grouped = |one| !self.watchlist.company(one).groups.is_empty();
                company && self.any_of_line(found.entity, grouped)
            }
            Condition::Group(Some(group)) => {
                let member = |one| self.watchlist.company(one).groups.contains(group);
                company && self.any_of_line(found.entity, member)
            }
            // A hidden topic is a building block: it is asked for by its id only.
            Condition::Topic(None) => !company && !self.watchlist.topic(found.entity).hidden,
            Condition::Topic(Some(id)) => !company && found.entity == *id && self.whole(found),
            _ => false,
        }
    }

    /// Whether a company or one that it is part of is wanted.
    fn any_of_line(&self, company: u32, wanted: impl Fn(u32) -> bool) -> bool {
        self.line(company).any(wanted)
    }

    /// A company and those that it is part of, which are no ring.
    pub(super) fn line(&self, company: u32) -> impl Iterator<Item = u32> {
        self.watchlist.line(company)
    }

    /// The hits that a rule's condition names.
    pub(super) fn name(&self, when: &Condition, piece: Option<u32>, into: &mut Names) {
        match when {
            Condition::All(all) | Condition::Any(all) => {
                all.iter().for_each(|one| self.name(one, piece, into));
            }
            Condition::In(_, one) | Condition::Sentence(one) => self.name(one, piece, into),
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                let shown = self.witness(when, piece).filter(|hit| !self.is_hidden(hit));
                shown.into_iter().for_each(|hit| into.add((hit.kind(), hit.entity)));
            }
            _ => {}
        }
    }
}

/// Whether a condition asks for words that may have to be looked for.
fn asks_for_words(when: &Condition) -> bool {
    match when {
        Condition::Words(_) | Condition::Near(..) => true,
        Condition::In(_, one) | Condition::Sentence(one) | Condition::Not(one) => {
            asks_for_words(one)
        }
        Condition::All(all) | Condition::Any(all) => all.iter().any(asks_for_words),
        _ => false,
    }
}

/// Whether a condition holds nowhere without a company or topic.
fn needs_a_hit(when: &Condition) -> bool {
    match when {
        // What is asked of a sentence asks for one.
        Condition::Company(_)
        | Condition::Group(_)
        | Condition::Topic(_)
        | Condition::Sentence(_) => true,
        Condition::All(all) => all.iter().any(needs_a_hit),
        Condition::Any(any) => any.iter().all(needs_a_hit),
        Condition::In(_, one) => needs_a_hit(one),
        Condition::Words(_)
        | Condition::Near(..)
        | Condition::Not(_)
        | Condition::Source(_)
        | Condition::Official
        | Condition::Talk => false,
    }
}

/// Whether a condition asks for two things that a round-up must not mix.
pub(super) fn links(when: &Condition) -> bool {
    fn things(when: &Condition) -> usize {
        match when {
            Condition::All(all) | Condition::Any(all) => all.iter().map(things).sum(),
            Condition::In(_, one) | Condition::Sentence(one) => things(one),
            Condition::Words(_)
            | Condition::Near(..)
            | Condition::Company(_)
            | Condition::Group(_)
            | Condition::Topic(_) => 1,
            Condition::Not(_) | Condition::Source(_) | Condition::Official | Condition::Talk => 0,
        }
    }
    things(when) > 1
}
