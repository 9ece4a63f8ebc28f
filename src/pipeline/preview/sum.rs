//! Sums over judged items: what is told before, after, and by one of the two alone.
//!
//! Copies are recognised on each side by itself, as `match` does: by items that this side tells, in the
//! order in which they were seen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::judging::Told;
use super::samples::Samples;
use super::why::why;
use super::{Scope, why_not};
use crate::detect::{Candidate, CopyBook, Imprint};
use crate::model::difference::{DayCount, Sample, Shift};
use crate::model::{Difference, Item, Judgement, Named, Severity, Timestamp, Tz};

/// Items that take part in recognising copies, on each side; as `match` has it.
const WINDOW: usize = 10_000;

/// Longest headline and reason kept in a sample, in characters.
const LONGEST: usize = 300;

/// Sums under way.
pub(super) struct Sum {
    difference: Difference,
    zone: Tz,
    sides: [CopyBook; 2],
    companies: BTreeMap<Arc<str>, Shift>,
    topics: BTreeMap<Arc<str>, Shift>,
    days: BTreeMap<String, (u64, u64)>,
    gained: Samples,
    lost: Samples,
    changed: Samples,
}

impl Sum {
    pub(super) fn new(scope: &Scope) -> Self {
        let (since, until) = (scope.since, scope.until);
        Self {
            difference: Difference { since, until, ..Difference::default() },
            zone: scope.zone,
            sides: [CopyBook::new(WINDOW), CopyBook::new(WINDOW)],
            companies: BTreeMap::new(),
            topics: BTreeMap::new(),
            days: days(since, until, scope.zone),
            gained: Samples::of(scope.samples),
            lost: Samples::of(scope.samples),
            changed: Samples::of(scope.samples),
        }
    }

    pub(super) fn items(&self) -> u64 {
        self.difference.items
    }

    /// Adds a page.
    pub(super) fn add(&mut self, items: &[Item], told: Vec<Told>) {
        self.difference.items += items.len() as u64;
        for one in told {
            self.one(&items[one.at], &one);
        }
    }

    fn one(&mut self, item: &Item, told: &Told) {
        let (old, new) = (&told.old, &told.new);
        let before = self.side(0, item, old, &told.imprint);
        let after = self.side(1, item, new, &told.imprint);
        let sums = &mut self.difference;
        for (side, sum) in [(before, &mut sums.before), (after, &mut sums.after)] {
            if let Some((severity, copy)) = side {
                sum.add(severity, copy);
            }
        }
        let day = self.days.entry(iso_day(item.first_seen, self.zone)).or_default();
        day.0 += u64::from(before.is_some());
        day.1 += u64::from(after.is_some());
        let high = |side: Option<(Severity, bool)>| side.is_some_and(|one| one.0 == Severity::High);
        sums.high_lost += u64::from(high(before) && !high(after));
        match (before, after) {
            (None, Some((severity, copy))) => sums.gained.add(severity, copy),
            (Some((severity, copy)), None) => sums.lost.add(severity, copy),
            _ => {}
        }
        shift(&mut self.companies, names(before, &old.companies), names(after, &new.companies));
        shift(&mut self.topics, names(before, &old.topics), names(after, &new.topics));
        self.sample(item, (before, old), (after, new));
    }

    /// What a side tells of an item: how grave, and whether as a copy.
    fn side(
        &mut self,
        side: usize,
        item: &Item,
        judgement: &Judgement,
        imprint: &Imprint,
    ) -> Option<(Severity, bool)> {
        let severity = judgement.severity.filter(|_| judgement.alert)?;
        let candidate = Candidate {
            id: item.id.as_str(),
            source: item.source.as_str(),
            published: item.published.map_or(item.first_seen, |at| at.min(item.first_seen)),
            text: &item.text,
            companies: &judgement.companies,
            topics: &judgement.topics,
            alert: judgement.alert,
        };
        Some((severity, self.sides[side].add(&candidate, imprint)))
    }

    fn sample(
        &mut self,
        item: &Item,
        (before, old): (Option<(Severity, bool)>, &Judgement),
        (after, new): (Option<(Severity, bool)>, &Judgement),
    ) {
        let kept = match (before, after) {
            (None, Some(_)) => &mut self.gained,
            (Some(_), None) => &mut self.lost,
            (Some(one), Some(other)) if one.0 != other.0 || otherwise(old, new) => {
                self.difference.changed += 1;
                &mut self.changed
            }
            _ => return,
        };
        let severity = |side: Option<(Severity, bool)>| side.map(|one| one.0);
        let (before_is, after_is) = (severity(before), severity(after));
        // A copy stands for nothing that its original does not.
        let copy = after.or(before).is_some_and(|one| one.1);
        if copy || !kept.wants((before_is.max(after_is), item.first_seen)) {
            return;
        }
        let (telling, other) = if after.is_some() { (new, old) } else { (old, new) };
        kept.offer(Sample {
            item: item.id.clone(),
            source: item.source.clone(),
            title: cut(&item.text.title),
            link: item.link.clone(),
            seen: item.first_seen,
            companies: telling.companies.iter().map(|one| one.name.to_string()).collect(),
            topics: telling.topics.iter().map(|one| one.name.to_string()).collect(),
            before: before_is,
            after: after_is,
            why: why(telling).map(|one| cut(&one)).collect(),
            why_not: why_not(telling, other).iter().map(|one| cut(one)).collect(),
        });
    }

    /// What it comes to.
    pub(super) fn difference(self) -> Difference {
        let days = self.days.into_iter();
        Difference {
            companies: most_first(self.companies),
            topics: most_first(self.topics),
            days: days.map(|(day, (before, after))| DayCount { day, before, after }).collect(),
            gained_samples: self.gained.end(),
            lost_samples: self.lost.end(),
            changed_samples: self.changed.end(),
            ..self.difference
        }
    }
}

/// Whether two judgements that both tell an item name different things.
fn otherwise(old: &Judgement, new: &Judgement) -> bool {
    let ids = |all: &[Named]| all.iter().map(|one| Arc::clone(&one.id)).collect::<Vec<_>>();
    ids(&old.companies) != ids(&new.companies) || ids(&old.topics) != ids(&new.topics)
}

/// What is named where an item is told.
fn names(side: Option<(Severity, bool)>, named: &[Named]) -> &[Named] {
    if side.is_some() { named } else { &[] }
}

fn shift(sums: &mut BTreeMap<Arc<str>, Shift>, old: &[Named], new: &[Named]) {
    let known = |all: &[Named], id: &str| all.iter().any(|one| &*one.id == id);
    for one in new.iter().chain(old.iter().filter(|one| !known(new, &one.id))) {
        let sum = sums.entry(Arc::clone(&one.id)).or_insert_with(|| Shift {
            id: one.id.to_string(),
            name: one.name.to_string(),
            ..Shift::default()
        });
        let (before, after) = (known(old, &one.id), known(new, &one.id));
        sum.before += u64::from(before);
        sum.after += u64::from(after);
        sum.gained += u64::from(after && !before);
        sum.lost += u64::from(before && !after);
    }
}

/// Those that change, most first.
fn most_first(sums: BTreeMap<Arc<str>, Shift>) -> Vec<Shift> {
    let mut all: Vec<Shift> =
        sums.into_values().filter(|one| one.gained > 0 || one.lost > 0).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.gained + one.lost));
    all
}

/// Every day of the window, so that days without alerts are seen to have none.
fn days(since: Timestamp, until: Timestamp, zone: Tz) -> BTreeMap<String, (u64, u64)> {
    // Half a day at a time meets each civil day, also the one that is an hour shorter.
    const STEP: Duration = Duration::from_secs(12 * 3600);
    const MOST: usize = 10_000;
    let mut days = BTreeMap::new();
    let mut at = since;
    while at < until && days.len() < MOST {
        days.insert(iso_day(at, zone), (0, 0));
        at = at.plus(STEP);
    }
    days
}

fn iso_day(at: Timestamp, zone: Tz) -> String {
    at.to_chrono().with_timezone(&zone).format("%Y-%m-%d").to_string()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
