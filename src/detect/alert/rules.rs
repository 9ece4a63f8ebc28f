//! Rules: which of them are in question for an item, and whether one holds.

use std::collections::BTreeSet;

use crate::detect::matching::{Found, Scene};
use crate::detect::watchlist::{Also, Condition, Cue, Filed};
use crate::model::EntityKind;

use super::Case;
use super::yes::{Names, Said, Yes};

/// Pieces of a round-up that a rule looks at: far more than a digest of headlines has, and a bound
/// on the work for a hostile one.
const PIECES: usize = 200;

/// A rule that may hold.
struct Question {
    rule: u32,
    /// How many companies were looked at before.
    turn: u32,
    /// The company and the topic with which it holds wherever it need not be one piece that names both.
    whole: Option<(u32, u32)>,
}

impl Case<'_> {
    /// What the rules say.
    pub(super) fn rules(&self) -> Vec<Yes> {
        self.in_question().into_iter().filter_map(|one| self.answer(&one)).collect()
    }

    fn answer(&self, question: &Question) -> Option<Yes> {
        let rule = question.rule as usize;
        let (mut names, mut piece) = (Names::default(), None);
        match question.whole.filter(|_| !self.round_up()) {
            Some((company, topic)) => {
                let topic = Some(topic).filter(|topic| !self.watchlist.topic(*topic).hidden);
                names = Names::pair(company, topic);
            }
            None => {
                let when = &self.watchlist.conditions[rule].when;
                piece = self.fires(when)?;
                self.name(when, piece, &mut names);
            }
        }
        let severity = self.watchlist.outcome(rule).severity;
        Some(Yes { rule: Some(rule), severity, said: Said::In(piece), names })
    }

    /// The rules that may hold, by number: those filed under something that is there.
    fn in_question(&self) -> Vec<Question> {
        let anchors = &self.watchlist.anchors;
        let topics = self.topics.iter().fold(0u64, |bits, topic| bits | 1 << (topic % 64));
        let is_about = |topic: u32| topics >> (topic % 64) & 1 == 1 && self.is_about(topic);
        let mut rules: Vec<Question> = Vec::new();
        let mut add_one = |one: &Filed, needs: Option<&[Cue]>, turn: u32, company: Option<u32>| {
            let (there, topic) = match one.also() {
                Also::Nothing => (true, None),
                Also::Phrase(phrase) => (self.reading.may_have(phrase), None),
                Also::Topic(topic) => (is_about(topic), Some(topic)),
                Also::AnyCompany => (!self.companies.is_empty(), None),
            };
            if there && self.reading.cues().may_have(needs.unwrap_or_else(|| anchors.needs(*one))) {
                let whole = company.zip(topic).filter(|_| one.whole());
                rules.push(Question { rule: one.rule(), turn, whole });
            }
        };
        anchors.of_calls(&self.reading.cues().all, |one, needs, here| {
            if here {
                add_one(&one, Some(needs), 0, None);
            }
        });
        let mut add = |filed: &[Filed], turn: u32, company: Option<u32>| {
            filed.iter().for_each(|one| add_one(one, None, turn, company));
        };
        let any = anchors.of_any(!self.companies.is_empty(), !self.topics.is_empty());
        let standing = anchors.standing(self.origin.official);
        for filed in standing.into_iter().chain(any) {
            add(filed, 0, None);
        }
        add(anchors.of_source(self.origin.source), 0, None);
        // In text order, so that a rule names the company that is named first.
        for (turn, company) in (0..).zip(self.companies_in_order()) {
            for one in self.line(company) {
                anchors.of_company(one).for_each(|filed| add(filed, turn, Some(company)));
            }
        }
        for topic in &self.topics {
            add(anchors.of_topic(*topic), 0, None);
        }
        if anchors.on_phrases() {
            let found = self.reading.phrases.chunk_by(|one, next| one.phrase == next.phrase);
            found.for_each(|same| add(anchors.of_phrase(same[0].phrase), 0, None));
        }
        rules.sort_unstable_by_key(|one| (one.rule, one.turn));
        rules.dedup_by_key(|one| one.rule);
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
        // Only a piece with a hit can hold more than an empty one does; a flood of them is cut.
        let told: BTreeSet<u32> = self.reading.counting().map(|found| self.piece(found)).collect();
        told.into_iter().take(PIECES).map(Some).find(|piece| self.asks(when, *piece))
    }

    fn asks(&self, when: &Condition, piece: Option<u32>) -> bool {
        let within = piece.and_then(|piece| Some(self.pieces?.stretch(piece)));
        let scene = Scene { within, ..self.reading.scene() };
        self.asks_in(when, &scene)
    }

    fn asks_in(&self, when: &Condition, scene: &Scene<'_>) -> bool {
        match when {
            Condition::Words(phrase) => scene.has(*phrase),
            Condition::Near(n, a, b) => !scene.places_near(*n, a, b).is_empty(),
            Condition::In(part, one) => self.asks_in(one, &scene.part(*part)),
            // What is known already is asked first.
            Condition::All(all) => [false, true].into_iter().all(|words| {
                let mut some = all.iter().filter(|one| asks_for_words(one) == words);
                some.all(|one| self.asks_in(one, scene))
            }),
            Condition::Any(any) => any.iter().any(|one| self.asks_in(one, scene)),
            Condition::Not(one) => !self.asks_in(one, scene),
            Condition::Official => self.origin.official,
            Condition::Talk => self.talk().is_some(),
            Condition::Source(id) => id.as_deref().is_none_or(|id| id == self.origin.source),
            Condition::Topic(Some(topic)) if !self.is_about(*topic) => false,
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                self.reading.counting().any(|found| self.is(found, when) && scene.sees(found.first))
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
            Condition::In(_, one) => self.name(one, piece, into),
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
        Condition::In(_, one) | Condition::Not(one) => asks_for_words(one),
        Condition::All(all) | Condition::Any(all) => all.iter().any(asks_for_words),
        _ => false,
    }
}

/// Whether a condition asks for two things that a round-up must not mix.
fn links(when: &Condition) -> bool {
    fn things(when: &Condition) -> usize {
        match when {
            Condition::All(all) | Condition::Any(all) => all.iter().map(things).sum(),
            Condition::In(_, one) => things(one),
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
