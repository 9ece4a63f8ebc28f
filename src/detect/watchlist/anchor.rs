//! Which rules are worth asking: each is filed under something without which it cannot hold.
//!
//! So an item costs what its own words, companies and topics lead to, whatever the number of rules.
//! A rule is filed under the rarest necessary thing that its shape shows; one that needs nothing in
//! particular is always asked. Filing decides nothing: every rule found here is asked in full.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::digest::Digest;

use super::condition::{CompiledRule, Condition};
use super::necessary::anchors;

/// Something that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Anchor {
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

/// A second thing without which a rule cannot hold, so that most rules need not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Also {
    /// Nothing that could be said in a word.
    Nothing,
    /// A phrase.
    Phrase(u32),
    /// A topic.
    Topic(u32),
}

/// A rule where it is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Filed {
    /// Its number.
    pub(crate) rule: u32,
    /// What it needs beside.
    pub(crate) also: Also,
}

/// Rules from numbered things.
#[derive(Debug, Default)]
struct Lists {
    /// Where each thing's rules begin; one more entry than things.
    starts: Vec<u32>,
    rules: Vec<Filed>,
}

impl Lists {
    fn of(mut pairs: Vec<(u32, Filed)>) -> Self {
        pairs.sort_unstable();
        let Some((last, _)) = pairs.last() else { return Self::default() };
        let mut starts = vec![0u32; *last as usize + 2];
        for (thing, _) in &pairs {
            starts[*thing as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, rules: pairs.into_iter().map(|(_, rule)| rule).collect() }
    }

    fn get(&self, thing: u32) -> &[Filed] {
        let at = thing as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.rules[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// Rules, filed.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    phrases: Lists,
    companies: Lists,
    topics: Lists,
    groups: HashMap<Arc<str>, Vec<Filed>, Digest>,
    sources: HashMap<String, Vec<Filed>, Digest>,
    any_company: Vec<Filed>,
    any_topic: Vec<Filed>,
    official: Vec<Filed>,
    always: Vec<Filed>,
}

impl Anchors {
    pub(super) fn of(rules: &[CompiledRule]) -> Self {
        let mut filed = Self::default();
        let (mut phrases, mut companies, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, compiled) in rules.iter().enumerate() {
            let rule = u32::try_from(rule).expect("fewer than four billion rules");
            let (anchors, also) = places(&compiled.when);
            let rule = Filed { rule, also };
            for anchor in anchors {
                match anchor {
                    Anchor::Phrase(phrase) => phrases.push((phrase, rule)),
                    Anchor::Company(company) => companies.push((company, rule)),
                    Anchor::Topic(topic) => topics.push((topic, rule)),
                    Anchor::Group(group) => filed.groups.entry(group).or_default().push(rule),
                    Anchor::Source(source) => filed.sources.entry(source).or_default().push(rule),
                    Anchor::AnyCompany => filed.any_company.push(rule),
                    Anchor::AnyTopic => filed.any_topic.push(rule),
                    Anchor::Official => filed.official.push(rule),
                    Anchor::Always => filed.always.push(rule),
                }
            }
        }
        filed.phrases = Lists::of(phrases);
        filed.companies = Lists::of(companies);
        filed.topics = Lists::of(topics);
        filed
    }

    /// Rules that always are to be asked, and those of official sources.
    pub(crate) fn standing(&self, official: bool) -> impl Iterator<Item = Filed> {
        let official = if official { &self.official[..] } else { &[] };
        self.always.iter().chain(official).copied()
    }

    /// Rules that need this source.
    pub(crate) fn of_source(&self, source: &str) -> impl Iterator<Item = Filed> {
        self.sources.get(source).into_iter().flatten().copied()
    }

    /// Whether any rule needs a phrase.
    pub(crate) fn on_phrases(&self) -> bool {
        !self.phrases.rules.is_empty()
    }

    /// Rules that need this phrase.
    pub(crate) fn of_phrase(&self, phrase: u32) -> impl Iterator<Item = Filed> {
        self.phrases.get(phrase).iter().copied()
    }

    /// Rules that need this company, or one of its groups.
    pub(crate) fn of_company(
        &self,
        company: u32,
        groups: &[Arc<str>],
    ) -> impl Iterator<Item = Filed> {
        let groups = groups.iter().filter_map(|group| self.groups.get(group)).flatten();
        self.companies.get(company).iter().chain(groups).copied()
    }

    /// Rules that need this topic.
    pub(crate) fn of_topic(&self, topic: u32) -> impl Iterator<Item = Filed> {
        self.topics.get(topic).iter().copied()
    }

    /// Rules that need a company, or a topic, whichever it is.
    pub(crate) fn of_any(&self, company: bool, topic: bool) -> impl Iterator<Item = Filed> {
        let companies = if company { &self.any_company[..] } else { &[] };
        let topics = if topic { &self.any_topic[..] } else { &[] };
        companies.iter().chain(topics).copied()
    }
}

/// Where a rule is filed: under the rarest of the sets of which it needs one each, with one of the
/// others beside.
fn places(when: &Condition) -> (Vec<Anchor>, Also) {
    let words = |expr| anchors(expr, &|_| 1).into_iter().map(Anchor::Phrase).collect::<Vec<_>>();
    let mut sets = match when {
        Condition::Near(_, a, b) => vec![words(a), words(b)],
        Condition::All(all) => all.iter().map(necessary).collect(),
        other => vec![necessary(other)],
    };
    sets.retain(|set| !set.is_empty());
    sets.sort_by_key(|set| frequency(set));
    let also = sets.iter().skip(1).find_map(|set| match set[..] {
        [Anchor::Phrase(phrase)] => Some(Also::Phrase(phrase)),
        [Anchor::Topic(topic)] => Some(Also::Topic(topic)),
        _ => None,
    });
    let rarest = sets.into_iter().next().unwrap_or_else(|| vec![Anchor::Always]);
    (rarest, also.unwrap_or(Also::Nothing))
}

/// Things of which one must be there where the condition holds: the rarest such set.
fn necessary(when: &Condition) -> Vec<Anchor> {
    match when {
        Condition::Words(phrase) => vec![Anchor::Phrase(*phrase)],
        Condition::Near(..) | Condition::All(_) => places(when).0,
        Condition::In(_, one) => necessary(one),
        Condition::Any(any) => any.iter().flat_map(necessary).collect(),
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
            assert_eq!(necessary(&when), expected, "{when:?}");
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
            assert_eq!(places(&when).1, expected, "{when:?}");
        }
    }

    #[test]
    fn lists_give_back_what_was_filed() {
        let filed = |rule| Filed { rule, also: Also::Nothing };
        let lists = Lists::of(vec![(5, filed(1)), (2, filed(0)), (5, filed(0))]);
        assert_eq!((lists.get(5), lists.get(2)), (&[filed(0), filed(1)][..], &[filed(0)][..]));
        assert!(lists.get(0).is_empty() && lists.get(6).is_empty() && lists.get(900).is_empty());
        assert!(Lists::default().get(0).is_empty());
    }
}
