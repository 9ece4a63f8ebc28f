//! Which rules are worth asking: each is filed under something without which it cannot hold.
//!
//! So an item costs what its own words, companies and topics lead to, whatever the number of rules.
//! A rule is filed under the rarest necessary thing that its shape shows; one that needs nothing in
//! particular is always asked. Filing decides nothing but for the plainest of rules, a company or a group
//! with a topic: where both are there such a rule holds, and need not be asked. All others are asked in
//! full.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::digest::Digest;
use crate::detect::paths::{Bucket, Ends};
use crate::detect::phrases::Phrases;
use crate::detect::phrases::cue::Call;

use super::CompanyInfo;
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
    /// A phrase that is looked for in every item.
    Phrase(u32),
    /// A topic.
    Topic(u32),
    /// A company, whichever it is.
    AnyCompany,
}

/// Kinds of [`Also`] in the two upper bits of a number.
impl Also {
    const KINDS: u32 = 30;

    fn packed(self) -> u32 {
        let (kind, number) = match self {
            Self::Nothing => (0, 0),
            Self::Phrase(phrase) => (1, phrase),
            Self::Topic(topic) => (2, topic),
            Self::AnyCompany => (3, 0),
        };
        assert!(number >> Self::KINDS == 0, "fewer than a thousand million phrases");
        kind << Self::KINDS | number
    }

    #[inline]
    fn unpacked(packed: u32) -> Self {
        let number = packed & ((1 << Self::KINDS) - 1);
        match packed >> Self::KINDS {
            0 => Self::Nothing,
            1 => Self::Phrase(number),
            2 => Self::Topic(number),
            _ => Self::AnyCompany,
        }
    }
}

/// So many cues fit into what is known of a rule: mostly a word and its stems in four languages are no
/// more.
const CUES: usize = 4;

/// A few bits of a [cue](crate::detect::phrases::cue).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cue(u16);

impl Cue {
    /// Whatever an item's words are.
    pub(crate) const ANY: Self = Self(0);
    /// How many marks there are.
    pub(crate) const MARKS: usize = 1 << 13;

    /// Of a whole cue.
    #[inline]
    pub(crate) fn of(cue: u64) -> Self {
        Self(((cue >> 40) as u16).max(1))
    }

    /// A number below [`MARKS`](Self::MARKS).
    #[inline]
    pub(crate) fn mark(self) -> usize {
        usize::from(self.0) & (Self::MARKS - 1)
    }
}

/// The phrases that rules ask for.
#[derive(Clone, Copy)]
struct Phrased<'a>(&'a Phrases);

impl Phrased<'_> {
    /// The cues of a phrase that only rules ask for.
    fn cues(self, phrase: u32) -> Option<Vec<u64>> {
        let asked = self.0.asked.as_ref()?;
        Some(asked.cues_of(phrase.checked_sub(self.0.asked_from())?).collect())
    }

    /// The cues of which one must be there, if this phrase is needed and they are few.
    fn few(self, phrase: u32) -> Option<[Cue; CUES]> {
        let cues = self.cues(phrase).filter(|cues| cues.len() <= CUES)?;
        let mut few = [Cue::of(*cues.first()?); CUES];
        few.iter_mut().zip(&cues).for_each(|(few, cue)| *few = Cue::of(*cue));
        Some(few)
    }
}

/// What a rule needs beside that under which it is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Beside {
    also: Also,
    cues: [Cue; CUES],
}

/// A rule where it is filed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Filed {
    /// Its number, and whether it is whole.
    packed: u32,
    also: u32,
}

/// A rule under a cue.
#[derive(Clone, Copy, Debug, Default)]
struct Called {
    filed: Filed,
    /// One of these it needs as well.
    cues: [Cue; CUES],
}

impl Filed {
    fn of(rule: u32, also: Also, whole: bool) -> Self {
        Self { packed: rule << 1 | u32::from(whole), also: also.packed() }
    }

    /// What it needs beside.
    #[inline]
    pub(crate) fn also(self) -> Also {
        Also::unpacked(self.also)
    }

    /// Its number.
    pub(crate) fn rule(self) -> u32 {
        self.packed >> 1
    }

    /// Whether what it is filed under and what it needs beside are all that it asks for.
    pub(crate) fn whole(self) -> bool {
        self.packed & 1 == 1
    }
}

/// Lists by numbered things.
#[derive(Debug)]
struct Lists<T> {
    /// Where each thing's list begins; one more entry than things.
    starts: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { starts: Vec::new(), all: Vec::new() }
    }
}

impl<T: Ord> Lists<T> {
    fn of(mut pairs: Vec<(u32, T)>) -> Self {
        pairs.sort_unstable();
        let Some((last, _)) = pairs.last() else { return Self::default() };
        let mut starts = vec![0u32; *last as usize + 2];
        for (thing, _) in &pairs {
            starts[*thing as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, all: pairs.into_iter().map(|(_, one)| one).collect() }
    }

    fn get(&self, thing: u32) -> &[T] {
        let at = thing as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.all[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// Rules, filed.
#[derive(Debug)]
pub(crate) struct Anchors {
    phrases: Lists<Filed>,
    /// By the cues of phrases that only rules ask for.
    cues: Ends<Called>,
    /// Cues of which a rule needs one, by rule.
    needs: Vec<[Cue; CUES]>,
    companies: Lists<Filed>,
    topics: Lists<Filed>,
    /// By number of a group.
    groups: Lists<Filed>,
    /// Groups that rules need, by company.
    groups_of: Lists<u32>,
    sources: HashMap<String, Vec<Filed>, Digest>,
    any_company: Vec<Filed>,
    any_topic: Vec<Filed>,
    official: Vec<Filed>,
    always: Vec<Filed>,
}

impl Default for Anchors {
    fn default() -> Self {
        Self {
            phrases: Lists::default(),
            cues: Ends::of(&[]),
            needs: Vec::new(),
            companies: Lists::default(),
            topics: Lists::default(),
            groups: Lists::default(),
            groups_of: Lists::default(),
            sources: HashMap::default(),
            any_company: Vec::new(),
            any_topic: Vec::new(),
            official: Vec::new(),
            always: Vec::new(),
        }
    }
}

impl Anchors {
    /// Files rules, which ask for these phrases.
    pub(super) fn of(
        rules: &[CompiledRule],
        companies_of: &[CompanyInfo],
        phrases_of: &Phrases,
    ) -> Self {
        let words = Phrased(phrases_of);
        let mut filed = Self::default();
        let mut by_cue: Vec<(u64, Called)> = Vec::new();
        let (mut phrases, mut companies, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        let mut groups: Vec<(u32, Filed)> = Vec::new();
        let mut numbers: HashMap<Arc<str>, u32, Digest> = HashMap::default();
        for (rule, compiled) in (0..).zip(rules) {
            assert!(rule >> 31 == 0, "fewer than two billion rules");
            let (anchors, beside) = places(&compiled.when, words);
            let Beside { also, cues: needs } = beside;
            filed.needs.push(needs);
            let rule = Filed::of(rule, also, is_whole(&compiled.when));
            for anchor in anchors {
                match anchor {
                    Anchor::Phrase(phrase) => match words.cues(phrase) {
                        Some(cues) => by_cue.extend(
                            cues.into_iter().map(|cue| (cue, Called { filed: rule, cues: needs })),
                        ),
                        None => phrases.push((phrase, rule)),
                    },
                    Anchor::Company(company) => companies.push((company, rule)),
                    Anchor::Topic(topic) => topics.push((topic, rule)),
                    Anchor::Group(group) => {
                        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                        groups.push((*numbers.entry(group).or_insert(next), rule));
                    }
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
        filed.cues = Ends::of(&[&by_cue]);
        filed.topics = Lists::of(topics);
        filed.groups = Lists::of(groups);
        filed.groups_of = Lists::of(memberships(companies_of, &numbers));
        filed
    }

    /// Rules that always are to be asked, and those of official sources.
    pub(crate) fn standing(&self, official: bool) -> [&[Filed]; 2] {
        [&self.always, if official { &self.official } else { &[] }]
    }

    /// Rules that need this source.
    pub(crate) fn of_source(&self, source: &str) -> &[Filed] {
        self.sources.get(source).map_or(&[], |rules| rules)
    }

    /// Whether any rule needs a phrase.
    pub(crate) fn on_phrases(&self) -> bool {
        !self.phrases.all.is_empty()
    }

    /// Rules that need this phrase.
    pub(crate) fn of_phrase(&self, phrase: u32) -> &[Filed] {
        self.phrases.get(phrase)
    }

    /// Of the cues that a rule needs one must be there.
    pub(crate) fn needs(&self, filed: Filed) -> &[Cue] {
        &self.needs[filed.rule() as usize]
    }

    /// Gives rules that need a phrase which may begin with one of these cues, each with the cues of which
    /// it needs one beside, and whether it is indeed such a rule: all buckets are asked for before the
    /// first entry is.
    pub(crate) fn of_calls(&self, calls: &[Call], mut each: impl FnMut(Filed, &[Cue], bool)) {
        let mut buckets = [Bucket::default(); 32];
        for some in calls.chunks(buckets.len()) {
            let asked = buckets.iter_mut().zip(some);
            asked.for_each(|(bucket, call)| *bucket = self.cues.bucket(call.cue));
            for (bucket, call) in buckets.iter().zip(some) {
                self.cues.each(*bucket, call.cue, |one, here| each(one.filed, &one.cues, here));
            }
        }
    }

    /// Rules that need this company, or one of its groups.
    pub(crate) fn of_company(&self, company: u32) -> impl Iterator<Item = &[Filed]> {
        let groups = self.groups_of.get(company).iter().map(|group| self.groups.get(*group));
        std::iter::once(self.companies.get(company)).chain(groups)
    }

    /// Rules that need this topic.
    pub(crate) fn of_topic(&self, topic: u32) -> &[Filed] {
        self.topics.get(topic)
    }

    /// Rules that need a company, or a topic, whichever it is.
    pub(crate) fn of_any(&self, company: bool, topic: bool) -> [&[Filed]; 2] {
        let companies = if company { &self.any_company[..] } else { &[] };
        let topics = if topic { &self.any_topic[..] } else { &[] };
        [companies, topics]
    }
}

/// Which companies are in which of these groups.
fn memberships(
    companies: &[CompanyInfo],
    numbers: &HashMap<Arc<str>, u32, Digest>,
) -> Vec<(u32, u32)> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let of = |(company, info): (u32, &CompanyInfo)| {
        let groups = info.groups.iter().filter_map(|group| numbers.get(group));
        groups.map(|group| (company, *group)).collect::<Vec<_>>()
    };
    (0..).zip(companies).flat_map(of).collect()
}

/// Whether a rule asks for a company or a group and a topic, and nothing else.
fn is_whole(when: &Condition) -> bool {
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
fn places(when: &Condition, of: Phrased<'_>) -> (Vec<Anchor>, Beside) {
    let words = |expr| anchors(expr, &|_| 1).into_iter().map(Anchor::Phrase).collect::<Vec<_>>();
    let mut sets = match when {
        Condition::Near(_, a, b) => vec![words(a), words(b)],
        Condition::All(all) => all.iter().map(|one| necessary(one, of)).collect(),
        other => vec![necessary(other, of)],
    };
    sets.retain(|set| !set.is_empty());
    sets.sort_by_key(|set| frequency(set));
    let others = || sets.iter().skip(1);
    let also = others().find_map(|set| match set[..] {
        [Anchor::Phrase(phrase)] if of.cues(phrase).is_none() => Some(Also::Phrase(phrase)),
        [Anchor::Topic(topic)] => Some(Also::Topic(topic)),
        [Anchor::AnyCompany] => Some(Also::AnyCompany),
        _ => None,
    });
    let cues = others().find_map(|set| match set[..] {
        [Anchor::Phrase(phrase)] => of.few(phrase),
        _ => None,
    });
    let also = also.unwrap_or(Also::Nothing);
    let beside = Beside { also, cues: cues.unwrap_or([Cue::ANY; CUES]) };
    let rarest = sets.into_iter().next().unwrap_or_else(|| vec![Anchor::Always]);
    (rarest, beside)
}

/// Things of which one must be there where the condition holds: the rarest such set.
fn necessary(when: &Condition, of: Phrased<'_>) -> Vec<Anchor> {
    match when {
        Condition::Words(phrase) => vec![Anchor::Phrase(*phrase)],
        Condition::Near(..) | Condition::All(_) => places(when, of).0,
        Condition::In(_, one) => necessary(one, of),
        Condition::Any(any) => any.iter().flat_map(|one| necessary(one, of)).collect(),
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
            assert_eq!(necessary(&when, Phrased(&Phrases::default())), expected, "{when:?}");
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
            assert_eq!(places(&when, Phrased(&Phrases::default())).1.also, expected, "{when:?}");
        }
    }

    #[test]
    fn lists_give_back_what_was_filed() {
        let filed = |rule| Filed::of(rule, Also::Nothing, rule == 1);
        let lists = Lists::of(vec![(5, filed(1)), (2, filed(0)), (5, filed(0))]);
        assert_eq!((lists.get(5), lists.get(2)), (&[filed(0), filed(1)][..], &[filed(0)][..]));
        assert!(lists.get(0).is_empty() && lists.get(6).is_empty() && lists.get(900).is_empty());
        assert!(Lists::<u32>::default().get(0).is_empty());
    }
}
