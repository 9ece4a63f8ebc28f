//! What follows from rules, and their names: what is asked of each rule that holds.

use std::ops::Range;

use crate::model::Severity;

use super::info::RuleInfo;

/// What follows from a rule, as far as each one that holds is asked: of a hundred thousand rules these bytes
/// fit the caches, and [`RuleInfo`] does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome(u8);

impl Outcome {
    const SEVERITY: u8 = 0b11;
    const HOLDS: u8 = 0b100;
    const READS: u8 = 0b1000;

    fn of(rule: &RuleInfo) -> Self {
        let severity = match rule.severity {
            None => 0,
            Some(Severity::Low) => 1,
            Some(Severity::Medium) => 2,
            Some(Severity::High) => 3,
        };
        let bit = |bit: u8, set: bool| if set { bit } else { 0 };
        let reads = bit(Self::READS, !rule.readers.is_empty());
        Self(severity | bit(Self::HOLDS, rule.hold.is_some()) | reads)
    }

    pub(crate) fn severity(self) -> Option<Severity> {
        match self.0 & Self::SEVERITY {
            0 => None,
            1 => Some(Severity::Low),
            2 => Some(Severity::Medium),
            _ => Some(Severity::High),
        }
    }

    /// It makes an alert: a rule with neither severity nor readers only holds back.
    pub(crate) fn alerts(self) -> bool {
        self.0 & (Self::SEVERITY | Self::READS) != 0
    }

    /// It holds alerts back.
    pub(crate) fn holds(self) -> bool {
        self.0 & Self::HOLDS != 0
    }

    /// It adds readers.
    pub(crate) fn reads(self) -> bool {
        self.0 & Self::READS != 0
    }
}

/// What is known of a rule: side by side, so that the memory is asked once.
#[derive(Clone, Copy, Debug)]
struct Known {
    outcome: Outcome,
    /// Where its name ends.
    end: u32,
}

/// The outcomes of all rules, by number.
#[derive(Debug)]
pub(crate) struct Outcomes {
    all: Box<[Known]>,
    /// The names of all rules, one behind the other.
    names: String,
}

impl Outcomes {
    pub(super) fn of(rules: &[RuleInfo]) -> Self {
        let mut names = String::new();
        let all = rules.iter().map(|rule| {
            names.push_str(&rule.name);
            let end = u32::try_from(names.len()).expect("less than four gigabytes of names");
            Known { outcome: Outcome::of(rule), end }
        });
        let all = all.collect();
        Self { all, names }
    }

    pub(crate) fn of_rule(&self, rule: usize) -> Outcome {
        self.all[rule].outcome
    }

    /// A rule's name.
    pub(crate) fn name(&self, rule: usize) -> &str {
        &self.names[self.place(rule)]
    }

    /// Where a rule's name is.
    #[inline]
    fn place(&self, rule: usize) -> Range<usize> {
        let begin = rule.checked_sub(1).map_or(0, |before| self.all[before].end);
        begin as usize..self.all[rule].end as usize
    }

    /// Appends the names of rules, in quotes. The memory is asked for all of them before it is waited for the
    /// first.
    pub(crate) fn add_names(&self, rules: &[usize], into: &mut String) {
        let names = self.names.as_bytes();
        let touch = |rule: usize| names.get(self.place(rule).start).copied().unwrap_or(0);
        std::hint::black_box(rules.iter().fold(0, |all, rule| all ^ touch(*rule)));
        let many = rules.iter().map(|rule| self.place(*rule).len() + "“”, ".len()).sum();
        into.reserve(many);
        for (n, rule) in rules.iter().enumerate() {
            into.push_str(if n == 0 { "“" } else { ", “" });
            into.push_str(self.name(*rule));
            into.push('”');
        }
    }

    /// Asks the memory for what follows from rules and for where their names are, without waiting for one
    /// before the next is asked for.
    pub(crate) fn touch(&self, rules: impl Iterator<Item = u32>) {
        std::hint::black_box(rules.fold(0, |all, rule| all ^ self.all[rule as usize].end));
    }
}
