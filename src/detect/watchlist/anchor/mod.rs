//! Which rules are worth asking: each is filed under something without which it cannot hold.
//!
//! So an item costs what its own words, companies and topics lead to, whatever the number of rules.
//! A rule is filed under the rarest necessary thing that its shape shows; one that needs nothing in
//! particular is always asked. Filing decides nothing but for the plainest of rules, a company or a group
//! with a topic: where both are there such a rule holds, and need not be asked. All others are asked in
//! full.

mod filed;
mod lists;
mod shape;

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::digest::Digest;
use crate::detect::paths::{Bucket, Ends, Form};
use crate::detect::phrases::cue::Calls;

use super::condition::CompiledRule;
use super::info::CompanyInfo;

pub(crate) use filed::{Also, Cue, Filed, Marks, Needs, OneOf};
use lists::{Kinds, Lists, Topical};
pub(crate) use shape::Phrased;
use shape::{Anchor, Beside, Often, is_whole, places};

/// A rule under a cue. What else it needs is looked up where one of these is marked, which is rare.
#[derive(Clone, Copy, Debug, Default)]
struct Called {
    rule: u32,
    marks: Marks,
}

/// Rules of companies, or of groups.
#[derive(Debug, Default)]
struct Named {
    /// Those that need a topic as well.
    topical: Topical,
    others: Lists<Filed>,
}

impl Named {
    fn of(filed: Vec<(u32, Filed)>) -> Self {
        let topical = |one: &(u32, Filed)| matches!(one.1.also(), Also::Topic(_));
        let (topical, others) = filed.into_iter().partition(topical);
        Self { topical: Topical::of(topical), others: Lists::of(others) }
    }
}

/// A company or a group that is there, and where those of its rules are that need a topic.
#[derive(Clone, Copy)]
struct Place {
    group: bool,
    number: u32,
    /// For which company, as the caller counts them.
    turn: u32,
    range: (u32, u32),
}

/// Rules, filed.
#[derive(Debug)]
pub(crate) struct Anchors {
    phrases: Lists<Filed>,
    /// By the cues of phrases that only rules ask for, in the forms that are common to all texts.
    cues: Ends<Called, 1>,
    /// In others.
    cues_by_language: Ends<Called, 1>,
    /// Of each rule, as it is filed.
    filed: Vec<Filed>,
    /// Cues of which a rule needs one, by rule.
    needs: Vec<Needs>,
    companies: Named,
    topics: Lists<Filed>,
    /// By number of a group.
    groups: Named,
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
            cues_by_language: Ends::of(&[]),
            filed: Vec::new(),
            needs: Vec::new(),
            companies: Named::default(),
            topics: Lists::default(),
            groups: Named::default(),
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
    /// Files rules, which ask for these phrases, and gives the cues under which some are.
    pub(super) fn of(
        rules: &[CompiledRule],
        companies_of: &[CompanyInfo],
        words: Phrased<'_>,
    ) -> (Self, Vec<u64>) {
        let mut filed = Self::default();
        let mut by_cue: Vec<(Form, (u64, Called))> = Vec::new();
        let (mut phrases, mut companies, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        let mut groups: Vec<(u32, Filed)> = Vec::new();
        let mut numbers: HashMap<Arc<str>, u32, Digest> = HashMap::default();
        let often = Often::of(rules);
        for (rule, compiled) in (0..).zip(rules) {
            let (anchors, Beside { also, needs, marks }) = places(&compiled.when, words, &often);
            let one = Filed::of(rule, also, needs != Needs::ANY, is_whole(&compiled.when));
            filed.needs.push(needs);
            filed.filed.push(one);
            for anchor in anchors {
                match anchor {
                    Anchor::Phrase(phrase) => match words.cues(phrase) {
                        Some(cues) => {
                            let called = Called { rule, marks };
                            by_cue
                                .extend(cues.into_iter().map(|(form, cue)| (form, (cue, called))));
                        }
                        None => phrases.push((phrase, one)),
                    },
                    Anchor::Company(company) => companies.push((company, one)),
                    Anchor::Topic(topic) => topics.push((topic, one)),
                    Anchor::Group(group) => {
                        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                        groups.push((*numbers.entry(group).or_insert(next), one));
                    }
                    Anchor::Source(source) => filed.sources.entry(source).or_default().push(one),
                    Anchor::AnyCompany => filed.any_company.push(one),
                    Anchor::AnyTopic => filed.any_topic.push(one),
                    Anchor::Official => filed.official.push(one),
                    Anchor::Always => filed.always.push(one),
                }
            }
        }
        filed.phrases = Lists::of(phrases);
        filed.companies = Named::of(companies);
        let of = |common: bool| -> Vec<(u64, Called)> {
            let some = by_cue.iter().filter(|one| one.0.is_common() == common);
            some.map(|one| one.1).collect()
        };
        filed.cues = Ends::of(&[&of(true)]);
        filed.cues_by_language = Ends::of(&[&of(false)]);
        filed.topics = Lists::of(topics);
        filed.groups = Named::of(groups);
        filed.groups_of = Lists::of(memberships(companies_of, &numbers));
        let mut cues: Vec<u64> = by_cue.into_iter().map(|one| one.1.0).collect();
        cues.sort_unstable();
        cues.dedup();
        (filed, cues)
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
        !self.phrases.is_empty()
    }

    /// Rules that need this phrase.
    pub(crate) fn of_phrase(&self, phrase: u32) -> &[Filed] {
        self.phrases.get(phrase)
    }

    /// Of the cues that a rule needs beside that under which it is filed one must be there.
    #[inline]
    pub(crate) fn needs(&self, filed: Filed) -> Needs {
        if filed.cued() { self.needs[filed.rule() as usize] } else { Needs::ANY }
    }

    /// Asks the memory for the cues that rules need, without waiting for one before the next is asked for.
    pub(crate) fn touch_needs(&self, filed: impl Iterator<Item = Filed>) {
        let first = |one: Filed| self.needs[one.rule() as usize].first();
        std::hint::black_box(filed.filter(|one| one.cued()).fold(0, |all, one| all ^ first(one)));
    }

    /// Gives rules that need a phrase which may begin with one of these cues, and of the cues that they need
    /// beside one that is `marked`: all buckets are asked for before the first entry is.
    pub(crate) fn of_calls(
        &self,
        calls: &Calls,
        marked: impl Fn(Marks) -> bool,
        mut each: impl FnMut(Filed),
    ) {
        self.called(&self.cues, &calls.filed, &marked, &mut each);
        self.called(&self.cues_by_language, &calls.filed_by_language, &marked, &mut each);
    }

    fn called(
        &self,
        filed: &Ends<Called, 1>,
        calls: &[u64],
        marked: &impl Fn(Marks) -> bool,
        each: &mut impl FnMut(Filed),
    ) {
        let mut buckets = [Bucket::default(); 32];
        for some in calls.chunks(buckets.len()) {
            let asked = buckets.iter_mut().zip(some);
            asked.for_each(|(bucket, call)| *bucket = filed.bucket(*call));
            let touched = buckets[..some.len()].iter().fold(0, |all, one| all ^ filed.touch(*one));
            std::hint::black_box(touched);
            for (bucket, call) in buckets.iter().zip(some) {
                filed.each(*bucket, *call, |one, here| {
                    if here && marked(one.marks) {
                        each(self.filed[one.rule as usize]);
                    }
                });
            }
        }
    }

    /// Gives the rules that need one of these companies, or one of its groups, and those of them that need a
    /// topic as well only where it is among these; each with the number beside the company. What lies
    /// apart in memory is asked for all at once.
    pub(crate) fn of_companies(
        &self,
        companies: impl Iterator<Item = (u32, u32)>,
        topics: &[u32],
        mut each: impl FnMut(Filed, u32),
    ) {
        let mut places: Vec<Place> = Vec::with_capacity(16);
        for (turn, company) in companies {
            let place = |group, number| Place { group, number, turn, range: (0, 0) };
            places.push(place(false, company));
            places.extend(self.groups_of.get(company).iter().map(|group| place(true, *group)));
        }
        let kinds = Kinds::of(topics.iter().copied());
        places.retain_mut(|place| {
            let named = self.named(place.group);
            named.others.get(place.number).iter().for_each(|one| each(*one, place.turn));
            let (range, may) = named.topical.may_need(place.number, &kinds);
            place.range = range;
            may
        });
        let touch = |place: &Place| self.named(place.group).topical.touch(place.range);
        std::hint::black_box(places.iter().fold(0, |all, place| all ^ touch(place)));
        for place in &places {
            let topical = &self.named(place.group).topical;
            topical.each(place.range, topics, &kinds, |one| each(one, place.turn));
        }
    }

    fn named(&self, group: bool) -> &Named {
        if group { &self.groups } else { &self.companies }
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
