//! Which rules are worth asking: each is filed under something without which it cannot hold.
//!
//! So an item costs what its own words, companies and topics lead to, whatever the number of rules.
//! A rule is filed under the rarest necessary thing that its shape shows; one that needs nothing in
//! particular is always asked. Filing decides nothing: every rule found here is asked in full.

use std::collections::HashMap;
use std::sync::Arc;

use super::rule::{CompiledRule, Condition};
use super::topic::anchors;

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
            Self::Phrase(_) => 2,
            Self::Group(_) => 4,
            Self::Topic(_) => 8,
            Self::Source(_) => 16,
            Self::AnyCompany | Self::AnyTopic => 64,
            Self::Official => 256,
            Self::Always => 1 << 16,
        }
    }
}

/// Rules by number, from numbered things.
#[derive(Debug, Default)]
struct Lists {
    /// Where each thing's rules begin; one more entry than things.
    starts: Vec<u32>,
    rules: Vec<u32>,
}

impl Lists {
    fn of(mut pairs: Vec<(u32, u32)>) -> Self {
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

    fn get(&self, thing: u32) -> &[u32] {
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
    groups: HashMap<Arc<str>, Vec<u32>>,
    sources: HashMap<String, Vec<u32>>,
    any_company: Vec<u32>,
    any_topic: Vec<u32>,
    official: Vec<u32>,
    always: Vec<u32>,
}

impl Anchors {
    pub(super) fn of(rules: &[CompiledRule]) -> Self {
        let mut filed = Self::default();
        let (mut phrases, mut companies, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, compiled) in rules.iter().enumerate() {
            let rule = u32::try_from(rule).expect("fewer than four billion rules");
            for anchor in necessary(&compiled.when) {
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
    pub(crate) fn standing(&self, official: bool) -> impl Iterator<Item = u32> {
        let official = if official { &self.official[..] } else { &[] };
        self.always.iter().chain(official).copied()
    }

    /// Rules that need this source.
    pub(crate) fn of_source(&self, source: &str) -> impl Iterator<Item = u32> {
        self.sources.get(source).into_iter().flatten().copied()
    }

    /// Rules that need this phrase.
    pub(crate) fn of_phrase(&self, phrase: u32) -> impl Iterator<Item = u32> {
        self.phrases.get(phrase).iter().copied()
    }

    /// Rules that need this company, or one of its groups.
    pub(crate) fn of_company(
        &self,
        company: u32,
        groups: &[Arc<str>],
    ) -> impl Iterator<Item = u32> {
        let groups = groups.iter().filter_map(|group| self.groups.get(group)).flatten();
        self.companies.get(company).iter().chain(groups).copied()
    }

    /// Rules that need this topic.
    pub(crate) fn of_topic(&self, topic: u32) -> impl Iterator<Item = u32> {
        self.topics.get(topic).iter().copied()
    }

    /// Rules that need a company, or a topic, whichever it is.
    pub(crate) fn of_any(&self, company: bool, topic: bool) -> impl Iterator<Item = u32> {
        let companies = if company { &self.any_company[..] } else { &[] };
        let topics = if topic { &self.any_topic[..] } else { &[] };
        companies.iter().chain(topics).copied()
    }
}

/// Things of which one must be there where the condition holds: the rarest such set.
fn necessary(when: &Condition) -> Vec<Anchor> {
    let words = |expr| anchors(expr).into_iter().map(Anchor::Phrase).collect::<Vec<_>>();
    match when {
        Condition::Words(phrase) => vec![Anchor::Phrase(*phrase)],
        Condition::Near(_, a, b) => [words(a), words(b)]
            .into_iter()
            .filter(|set| !set.is_empty())
            .min_by_key(frequency)
            .unwrap_or_else(|| vec![Anchor::Always]),
        Condition::Title(one) => necessary(one),
        Condition::All(all) => {
            all.iter().map(necessary).min_by_key(frequency).unwrap_or_else(|| vec![Anchor::Always])
        }
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

fn frequency(set: &Vec<Anchor>) -> u32 {
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
    fn lists_give_back_what_was_filed() {
        let lists = Lists::of(vec![(5, 1), (2, 0), (5, 0)]);
        assert_eq!((lists.get(5), lists.get(2)), (&[0, 1][..], &[0][..]));
        assert!(lists.get(0).is_empty() && lists.get(6).is_empty() && lists.get(900).is_empty());
        assert!(Lists::default().get(0).is_empty());
    }
}
