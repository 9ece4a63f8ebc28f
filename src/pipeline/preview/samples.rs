//! A few samples that stand for many: the gravest and newest, and not all of one matter.
//!
//! Invariant: never more than asked for, whatever is offered.

use std::cmp::Reverse;

use crate::model::difference::Sample;
use crate::model::{Severity, Timestamp};

/// Samples of one company with one topic, at most: the other places are for other matters.
const OF_A_MATTER: usize = 3;

/// How much a sample is worth showing.
type Worth = (Option<Severity>, Timestamp);

/// The best so far.
#[derive(Debug)]
pub(super) struct Samples {
    most: usize,
    kept: Vec<Sample>,
}

impl Samples {
    pub(super) fn of(most: usize) -> Self {
        Self { most, kept: Vec::new() }
    }

    /// Whether a sample of this worth may be kept: making one costs more than asking.
    pub(super) fn wants(&self, worth: Worth) -> bool {
        self.kept.len() < self.most || self.kept.iter().any(|one| worth_of(one) < worth)
    }

    pub(super) fn offer(&mut self, sample: Sample) {
        let alike = |one: &Sample| matter(one) == matter(&sample);
        let worth = worth_of(&sample);
        let crowded = self.kept.iter().filter(|one| alike(one)).count() >= OF_A_MATTER;
        let rivals = self.kept.iter().enumerate().filter(|(_, one)| !crowded || alike(one));
        let least =
            rivals.min_by_key(|(_, one)| worth_of(one)).map(|(at, one)| (at, worth_of(one)));
        if !crowded && self.kept.len() < self.most {
            self.kept.push(sample);
        } else if let Some((at, least)) = least
            && least < worth
        {
            self.kept[at] = sample;
        }
    }

    /// Gravest and newest first.
    pub(super) fn end(mut self) -> Vec<Sample> {
        self.kept
            .sort_by(|a, b| (Reverse(worth_of(a)), &a.item).cmp(&(Reverse(worth_of(b)), &b.item)));
        self.kept
    }
}

fn worth_of(sample: &Sample) -> Worth {
    (sample.before.max(sample.after), sample.seen)
}

fn matter(sample: &Sample) -> (Option<&String>, Option<&String>) {
    (sample.companies.first(), sample.topics.first())
}
