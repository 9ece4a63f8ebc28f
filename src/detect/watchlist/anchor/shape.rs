//! Under what a rule is filed, by its shape: the rarest thing without which it cannot hold.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::digest::Digest;
use crate::detect::paths::Form;
use crate::detect::phrases::Phrases;
use crate::detect::query::Ask;
use crate::detect::watchlist::condition::{CompiledRule, Condition};
use crate::detect::watchlist::necessary::anchors;

use super::filed::{Also, Marks, Needs};

/// Something that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Phrase(u32),
    Company(u32),
    Group(Arc<str>),
    Topic(u32),
    Source(String),
    AnyCompany,
    AnyTopic,
    Official,
    Always,
}

impl Anchor {
    /// How often it is there, roughly: a company is in fewer items than a word is.
    fn frequency(&self) -> u32 {
        match self {
            Self::Company(_) => 1,
            Self::Group(_) => 2,
            Self::Phrase(_) => 4,
            Self::Topic(_) => 8,
            Self::Source(_) => 16,
            Self::AnyCompany | Self::AnyTopic => 64,
            Self::Official => 256,
            Self::Always => 1 << 16,
        }
    }
}

/// The phrases that only rules ask for, which are numbered on from others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Phrased<'a> {
    pub(crate) from: u32,
    pub(crate) asked: Option<&'a Phrases>,
}

impl Phrased<'_> {
    /// The cues of a phrase that only rules ask for, and their forms.
    pub(super) fn cues(self, phrase: u32) -> Option<Vec<(Form, u64)>> {
        Some(self.asked?.cues_of(phrase.checked_sub(self.from)?).collect())
    }
}

/// In how many places rules ask for each phrase. Nothing is known of how often texts hold a word, but one that a
/// thousand rules ask for beside another is commoner than that other.
#[derive(Debug, Default)]
pub(super) struct Often(HashMap<u32, usize, Digest>);

impl Often {
    pub(super) fn of(rules: &[CompiledRule]) -> Self {
        let mut often = Self::default();
        rules.iter().for_each(|rule| often.count(&rule.when));
        often
    }

    fn count(&mut self, when: &Condition) {
        match when {
            Condition::Words(phrase) => self.add(*phrase),
            Condition::Near(_, a, b) => [a, b].into_iter().for_each(|one| self.count_ask(one)),
            Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| self.count(one)),
            Condition::In(_, one) | Condition::Sentence(one) | Condition::Not(one) => {
                self.count(one);
            }
            _ => {}
        }
    }

    fn count_ask(&mut self, ask: &Ask) {
        match ask {
            Ask::Words(phrase) => self.add(*phrase),
            Ask::Any(phrases) => phrases.iter().for_each(|phrase| self.add(*phrase)),
            Ask::All(all) | Ask::Or(all) => all.iter().for_each(|one| self.count_ask(one)),
            Ask::Near(_, a, b) => [a, b].into_iter().for_each(|one| self.count_ask(one)),
            Ask::In(_, one) | Ask::Not(one) => self.count_ask(one),
        }
    }

    fn add(&mut self, phrase: u32) {
        *self.0.entry(phrase).or_default() += 1;
    }

    fn get(&self, phrase: u32) -> usize {
        self.0.get(&phrase).copied().unwrap_or(0)
    }

    /// How common one of these is, as far as that is known.
    fn of_set(&self, set: &[Anchor]) -> usize {
        let one = |anchor: &Anchor| match anchor {
            Anchor::Phrase(phrase) => self.get(*phrase),
            _ => 0,
        };
        set.iter().map(one).fold(0, usize::saturating_add)
    }
}

/// What a rule needs beside that under which it is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) also: Also,
    pub(super) needs: Needs,
    pub(super) marks: Marks,
}

/// Whether a rule asks for a company or a group and a topic, and nothing else.
pub(super) fn is_whole(when: &Condition) -> bool {
    let named =
        |one: &Condition| matches!(one, Condition::Company(Some(_)) | Condition::Group(Some(_)));
    let topic = |one: &Condition| matches!(one, Condition::Topic(Some(_)));
    match when {
        Condition::All(all) => match &all[..] {
            [one, other] => named(one) && topic(other) || topic(one) && named(other),
            _ => false,
        },
        _ => false,
    }
}

/// Where a rule is filed: under the rarest of the sets of which it needs one each, with one of the
/// others beside.
pub(super) fn places(when: &Condition, of: Phrased<'_>, often: &Often) -> (Vec<Anchor>, Beside) {
    let weight = |phrase| often.get(phrase);
    let words = |expr| anchors(expr, &weight).into_iter().map(Anchor::Phrase).collect::<Vec<_>>();
    let mut sets = match when {
        Condition::Near(_, a, b) => vec![words(a), words(b)],
        Condition::All(all) => all.iter().map(|one| necessary(one, of, often)).collect(),
        other => vec![necessary(other, of, often)],
    };
    sets.retain(|set| !set.is_empty());
    sets.sort_by_key(|set| (frequency(set), often.of_set(set)));
    let others = || sets.iter().skip(1);
    let also = others().find_map(|set| match set[..] {
        [Anchor::Phrase(phrase)] if of.cues(phrase).is_none() => Some(Also::Phrase(phrase)),
        [Anchor::Topic(topic)] => Some(Also::Topic(topic)),
        [Anchor::AnyCompany] => Some(Also::AnyCompany),
        _ => None,
    });
    let cues = others().find_map(|set| match set[..] {
        [Anchor::Phrase(phrase)] => of.cues(phrase),
        _ => None,
    });
    let also = also.unwrap_or(Also::Nothing);
    let (needs, marks) = match (cues, also) {
        (Some(cues), _) => {
            let common = cues.iter().filter(|one| one.0.is_common()).map(|one| one.1);
            (Needs::few(cues.iter().map(|one| one.1)), Marks::few(common))
        }
        (None, Also::Phrase(phrase)) => (Needs::ANY, Marks::phrase(phrase)),
        _ => (Needs::ANY, Marks::ANY),
    };
    let beside = Beside { also, needs, marks };
    let rarest = sets.into_iter().next().unwrap_or_else(|| vec![Anchor::Always]);
    (rarest, beside)
}

/// Things of which one must be there where the condition holds: the rarest such set.
fn necessary(when: &Condition, of: Phrased<'_>, often: &Often) -> Vec<Anchor> {
    match when {
        Condition::Words(phrase) => vec![Anchor::Phrase(*phrase)],
        Condition::Near(..) | Condition::All(_) => places(when, of, often).0,
        Condition::In(_, one) | Condition::Sentence(one) => necessary(one, of, often),
        Condition::Any(any) => any.iter().flat_map(|one| necessary(one, of, often)).collect(),
        Condition::Company(Some(company)) => vec![Anchor::Company(*company)],
        Condition::Company(None) | Condition::Group(None) => vec![Anchor::AnyCompany],
        Condition::Group(Some(group)) => vec![Anchor::Group(Arc::clone(group))],
        Condition::Topic(Some(topic)) => vec![Anchor::Topic(*topic)],
        Condition::Topic(None) => vec![Anchor::AnyTopic],
        Condition::Source(Some(source)) => vec![Anchor::Source(source.clone())],
        Condition::Official => vec![Anchor::Official],
        Condition::Source(None) | Condition::Not(_) | Condition::Talk => vec![Anchor::Always],
    }
}

fn frequency(set: &[Anchor]) -> u32 {
    set.iter().map(Anchor::frequency).fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::query::Part;

    #[test]
    fn a_rule_is_filed_under_what_it_cannot_do_without() {
        use Condition::{All, Any, Company, Not, Official, Source, Topic, Words};
        let never = |one: Condition| Not(Box::new(one));
        for (when, expected) in [
            (All(vec![Topic(Some(3)), Company(Some(7))]), vec![Anchor::Company(7)]),
            (All(vec![Company(None), Words(5)]), vec![Anchor::Phrase(5)]),
            (Any(vec![Words(1), Words(2)]), vec![Anchor::Phrase(1), Anchor::Phrase(2)]),
            (All(vec![Company(None), never(Words(5))]), vec![Anchor::AnyCompany]),
            (Any(vec![Words(1), never(Official)]), vec![Anchor::Phrase(1), Anchor::Always]),
            (All(vec![Official, Source(None)]), vec![Anchor::Official]),
            (Topic(None), vec![Anchor::AnyTopic]),
        ] {
            assert_eq!(
                necessary(&when, Phrased::default(), &Often::default()),
                expected,
                "{when:?}"
            );
        }
    }

    #[test]
    fn a_word_that_many_rules_ask_for_is_taken_for_a_common_one() {
        use Condition::{All, Company, In, Near, Not, Words};
        let title = |one| In(Part::Title, Box::new(one));
        let near = |a, b| Near(5, Box::new(Ask::Words(a)), Box::new(Ask::Words(b)));
        let asked = [
            (All(vec![Words(1), Words(2)]), 2),
            (All(vec![Words(1), title(Words(3))]), 3),
            (near(1, 4), 4),
            (All(vec![Company(None), Not(Box::new(Words(1))), near(5, 1)]), 5),
        ];
        let rules: Vec<CompiledRule> =
            asked.iter().map(|(when, _)| CompiledRule { when: when.clone() }).collect();
        let often = Often::of(&rules);
        for (when, expected) in asked {
            let place = necessary(&when, Phrased::default(), &often);
            assert_eq!(place, [Anchor::Phrase(expected)], "{when:?}");
        }
    }

    #[test]
    fn what_else_a_rule_needs_stands_beside_it() {
        use Condition::{All, Company, Not, Topic, Words};
        for (when, expected) in [
            (All(vec![Topic(Some(3)), Company(Some(7))]), Also::Topic(3)),
            (All(vec![Words(5), Words(6), Company(None)]), Also::Phrase(6)),
            (All(vec![Company(Some(7)), Not(Box::new(Words(5)))]), Also::Nothing),
            (Words(5), Also::Nothing),
        ] {
            assert_eq!(
                places(&when, Phrased::default(), &Often::default()).1.also,
                expected,
                "{when:?}"
            );
        }
    }
}
