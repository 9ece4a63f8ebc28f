//! How well judgements agree with labels: precision, recall, F1, stories by pairs, folding.
//!
//! Plain counting over what was judged and what was labelled; a label that is missing is not
//! scored. Nothing here knows how a judgement came about.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::cli::lines::Answer;

/// What people say of an item. Missing keys and nulls are not scored; unknown keys are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// Ids of the companies that the text truly means.
    pub companies: Option<BTreeSet<String>>,
    /// Ids of its topics.
    pub topics: Option<BTreeSet<String>>,
    /// Whether it is to be told.
    pub alert: Option<bool>,
    /// Items of one story share this.
    pub story: Option<String>,
    /// Stories that follow each other share this.
    pub thread: Option<String>,
    /// The story that this one follows, for an update.
    pub follows: Option<String>,
    /// What kind of item it is, in the labeller's words.
    pub kind: Option<String>,
}

impl Labels {
    /// Whether there is any of those that figures are made of.
    pub fn say_anything(&self) -> bool {
        self.companies.is_some()
            || self.topics.is_some()
            || self.alert.is_some()
            || self.story.is_some()
    }
}

/// An item with its labels.
#[derive(Debug)]
pub struct Case {
    /// What the watchlist made of it.
    pub answer: Answer,
    /// What it should have made of it.
    pub labels: Labels,
}

impl Case {
    /// Ids of the companies found.
    pub fn companies(&self) -> BTreeSet<&str> {
        self.answer.judgement.companies.iter().map(|one| &*one.id).collect()
    }

    /// Ids of the topics found.
    pub fn topics(&self) -> BTreeSet<&str> {
        self.answer.judgement.topics.iter().map(|one| &*one.id).collect()
    }
}

/// How often something was said rightly, wrongly, or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Of what was found, the share that is right; 1 when nothing was found.
    pub precision: f64,
    /// Of what is labelled, the share that was found; 1 when nothing is labelled.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Found and labelled.
    pub right: u64,
    /// Found, not labelled.
    pub extra: u64,
    /// Labelled, not found.
    pub missing: u64,
}

impl Tally {
    fn of(right: u64, extra: u64, missing: u64) -> Self {
        let share = |of: u64| if of == 0 { 1.0 } else { right as f64 / of as f64 };
        let (precision, recall) = (share(right + extra), share(right + missing));
        let sum = precision + recall;
        let f1 = if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum };
        Self { precision, recall, f1, right, extra, missing }
    }
}

/// What folding copies under their originals would do to what is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Folding {
    /// Labelled updates, and those of them that were folded with a story of their thread.
    pub updates: u64,
    /// See `updates`.
    pub updates_folded: u64,
    /// Stories that are to be told, and those of them that folding would leave untold.
    pub stories: u64,
    /// See `stories`.
    pub stories_lost: u64,
    /// Pairs of items that were folded together.
    pub pairs: u64,
    /// Items that are to be told and stay when copies are folded.
    pub left: u64,
}

/// All figures of a labelled set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Items that were judged.
    pub items: usize,
    /// Tags of companies.
    pub companies: Tally,
    /// Tags of topics.
    pub topics: Tally,
    /// Items told.
    pub alerts: Tally,
    /// Pairs of items in one story.
    pub stories: Tally,
    /// Folding.
    pub folding: Folding,
}

/// Scores a set.
pub fn score(cases: &[Case]) -> Score {
    Score {
        items: cases.len(),
        companies: tags(cases.iter().map(|case| (case.companies(), &case.labels.companies))),
        topics: tags(cases.iter().map(|case| (case.topics(), &case.labels.topics))),
        alerts: alerts(cases),
        stories: stories(cases),
        folding: folding(cases),
    }
}

fn tags<'a>(all: impl Iterator<Item = (BTreeSet<&'a str>, &'a Option<BTreeSet<String>>)>) -> Tally {
    let (mut right, mut extra, mut missing) = (0, 0, 0);
    for (found, labelled) in all {
        let Some(labelled) = labelled else { continue };
        let common = found.iter().filter(|one| labelled.contains(**one)).count();
        right += common as u64;
        extra += (found.len() - common) as u64;
        missing += (labelled.len() - common) as u64;
    }
    Tally::of(right, extra, missing)
}

fn alerts(cases: &[Case]) -> Tally {
    let count = |told: bool, wanted: bool| {
        let same =
            |case: &&Case| case.answer.judgement.alert == told && case.labels.alert == Some(wanted);
        cases.iter().filter(same).count() as u64
    };
    Tally::of(count(true, true), count(true, false), count(false, true))
}

/// Pairs in groups of these sizes.
fn pairs(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().map(|size| size * size.saturating_sub(1) / 2).sum()
}

/// Every pair of items that either side puts into one story counts once.
fn stories(cases: &[Case]) -> Tally {
    let mut found: HashMap<&str, u64> = HashMap::new();
    let mut labelled: HashMap<&str, u64> = HashMap::new();
    let mut both: HashMap<(&str, &str), u64> = HashMap::new();
    for case in cases {
        let Some(label) = case.labels.story.as_deref() else { continue };
        let story = &*case.answer.story;
        *found.entry(story).or_default() += 1;
        *labelled.entry(label).or_default() += 1;
        *both.entry((story, label)).or_default() += 1;
    }
    let right = pairs(both.into_values());
    let (found, labelled) = (pairs(found.into_values()), pairs(labelled.into_values()));
    Tally::of(right, found - right, labelled - right)
}

fn folding(cases: &[Case]) -> Folding {
    let mut folded: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let under = case.answer.copy_of.as_deref().unwrap_or(&case.answer.id);
        folded.entry(under).or_default().push(case);
    }
    let mut updates: BTreeMap<&str, bool> = BTreeMap::new();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut left = 0;
    for group in folded.values() {
        for case in group {
            let Some(story) = case.labels.story.as_deref() else { continue };
            if case.labels.follows.is_some() {
                *updates.entry(story).or_default() |= group.iter().any(|other| {
                    other.labels.thread == case.labels.thread
                        && other.labels.story.as_deref().is_some_and(|other| other != story)
                });
            }
            if case.labels.alert == Some(true) {
                wanted.insert(story);
            }
        }
        // Of a group only its first item that is to be told would be.
        let first = group
            .iter()
            .filter(|case| case.labels.alert == Some(true) && case.labels.story.is_some())
            .min_by_key(|case| (case.answer.published, &case.answer.id));
        left += u64::from(first.is_some());
        told.extend(first.and_then(|case| case.labels.story.as_deref()));
    }
    Folding {
        updates: updates.len() as u64,
        updates_folded: updates.values().filter(|folded| **folded).count() as u64,
        stories: wanted.len() as u64,
        stories_lost: wanted.difference(&told).count() as u64,
        pairs: pairs(folded.values().map(|group| group.len() as u64)),
        left,
    }
}
