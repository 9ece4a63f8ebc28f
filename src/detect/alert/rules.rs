//! Rules: which of them are in question for an item, and whether one holds.

use std::collections::BTreeSet;

use crate::detect::matching::{Found, Scene};
use crate::detect::watchlist::{Also, Condition, Filed};
use crate::model::EntityKind;

use super::Case;
use super::yes::{Names, Said, Yes};

/// Pieces of a round-up that a rule looks at: far more than a digest of headlines has, and a bound
/// on the work for a hostile one.
const PIECES: usize = 200;

impl Case<'_> {
    /// What the rules say.
    pub(super) fn rules(&self) -> Vec<Yes> {
        let conditions = &self.watchlist.conditions;
        self.in_question()
            .into_iter()
            .filter_map(|rule| {
                let piece = self.fires(&conditions[rule].when)?;
                let info = self.watchlist.rule(rule);
                let mut names = Names::default();
                self.name(&conditions[rule].when, piece, &mut names);
                let said = Said::In(piece);
                Some(Yes { rule: Some(rule), severity: info.severity, said, names })
            })
            .collect()
    }

    /// The rules that may hold, by number: those filed under something that is there.
    fn in_question(&self) -> Vec<usize> {
        let anchors = &self.watchlist.anchors;
        let mut rules: Vec<usize> = Vec::new();
        let mut add = |filed: &mut dyn Iterator<Item = Filed>| {
            let worth = filed.filter(|one| self.may_hold(one.also));
            rules.extend(worth.map(|one| one.rule as usize));
        };
        add(&mut anchors.standing(self.origin.official));
        add(&mut anchors.of_source(self.origin.source));
        add(&mut anchors.of_any(!self.companies.is_empty(), !self.topics.is_empty()));
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        for company in line {
            add(&mut anchors.of_company(company, &self.watchlist.company(company).groups));
        }
        for topic in &self.topics {
            add(&mut anchors.of_topic(*topic));
        }
        if anchors.on_phrases() {
            let found = self.reading.phrases.chunk_by(|one, next| one.phrase == next.phrase);
            let found = found.map(|same| same[0].phrase);
            for phrase in found.chain(self.reading.asked().iter().map(|occ| occ.phrase)) {
                add(&mut anchors.of_phrase(phrase));
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether a topic counts.
    fn is_about(&self, topic: u32) -> bool {
        self.topics.binary_search(&topic).is_ok()
    }

    fn may_hold(&self, also: Also) -> bool {
        match also {
            Also::Nothing => true,
            Also::Phrase(phrase) => self.reading.may_have(phrase),
            Also::Topic(topic) => self.is_about(topic),
        }
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
        let within = piece.and_then(|piece| Some(self.pieces.as_ref()?.stretch(piece)));
        let scene = Scene { within, ..self.reading.scene() };
        self.asks_in(when, &scene)
    }

    fn asks_in(&self, when: &Condition, scene: &Scene<'_>) -> bool {
        match when {
            Condition::Words(phrase) => scene.has(*phrase),
            Condition::Near(n, a, b) => !scene.places_near(*n, a, b).is_empty(),
            Condition::In(part, one) => self.asks_in(one, &scene.part(*part)),
            Condition::All(all) => all.iter().all(|one| self.asks_in(one, scene)),
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
            Condition::Topic(Some(id)) => !company && found.entity == *id,
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
    fn name(&self, when: &Condition, piece: Option<u32>, into: &mut Names) {
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
