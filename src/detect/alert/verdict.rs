//! All that was said of an item, as one judgement: its reasons gravest first, its names, and what
//! was held back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::detect::matching::Found;
use crate::model::{EntityKind, HeldBack, Hit, Judgement, Named, Reason, Severity};

use super::Case;
use super::holding::Hold;
use super::yes::{Names, Yes};

/// Hits of one company or topic that are kept of an item, and as many that were held back. A text may be nothing but
/// a name, and each hit comes with all the words of its guard: half a megabyte of names made fifty.
const KEPT: usize = 100;

impl Case<'_> {
    pub(super) fn judgement(&self) -> Judgement {
        let said = self.yes();
        let holds = self.holds(&said);
        let others = self.told_of_others(&holds);
        self.without_bystanders(others.unwrap_or_else(|| self.summed_up(said, &holds)))
    }

    /// All that was said, as one judgement, and what holds it back, if anything does.
    pub(super) fn summed_up(&self, said: Vec<Yes>, holds: &[Hold]) -> Judgement {
        let watchlist = self.watchlist;
        let reasons = self.reasons(said);
        let would_be = reasons.first().map(|reason| reason.severity);
        let alert = would_be.is_some() && holds.is_empty();
        let shown = |found: &&Found| !self.is_hidden(found);
        let hits: Vec<Hit> = self
            .first(self.reading.counting().filter(shown))
            .map(|found| self.reading.hit(watchlist, found))
            .collect();
        let held = self.reading.found.iter().filter(|found| found.held.is_some());
        let mut held_back: Vec<HeldBack> = self
            .first(held.filter(shown))
            .filter_map(|found| self.reading.held_back(watchlist, found))
            .collect();
        if would_be.is_some() {
            held_back.extend(self.held_by(holds, &hits));
        }
        let severity = if alert { would_be } else { (!hits.is_empty()).then_some(Severity::Low) };
        Judgement {
            companies: self.named_companies(),
            topics: self.named_topics(),
            groups: self.groups(),
            hits,
            severity,
            alert,
            would_be: if holds.is_empty() { self.would_be(alert) } else { would_be },
            reasons,
            held_back,
        }
    }

    /// The first few of each company and topic.
    fn first<'f>(&self, found: impl Iterator<Item = &'f Found>) -> impl Iterator<Item = &'f Found> {
        let all = self.reading.found.len() <= KEPT;
        let mut counted: BTreeMap<(EntityKind, u32), usize> = BTreeMap::new();
        found.filter(move |found| {
            all || {
                let many = counted.entry((found.kind(), found.entity)).or_default();
                *many += 1;
                *many <= KEPT
            }
        })
    }

    pub(super) fn is_hidden(&self, found: &Found) -> bool {
        found.kind() == EntityKind::Topic && self.watchlist.topic(found.entity).hidden
    }

    /// Gravest first. What repeats others (no graver, no readers, nothing named that they do not name)
    /// is not told twice: of a rule only its name stays.
    fn reasons(&self, mut said: Vec<Yes>) -> Vec<Reason> {
        said.retain(|yes| self.alerts(yes));
        said.sort_by_key(|yes| std::cmp::Reverse(yes.weight()));
        let (mut told, mut kept) = (Names::default(), Vec::<Reason>::new());
        let mut also: Vec<usize> = Vec::new();
        for yes in said {
            let reads = yes.rule.is_some_and(|rule| self.watchlist.outcomes.of_rule(rule).reads());
            if !yes.names.is_empty() && !reads && yes.names.all_in(&told) {
                also.extend(yes.rule);
                continue;
            }
            let rule = yes.rule.filter(|_| reads).map(|rule| self.watchlist.rule(rule));
            let readers = rule.map_or(&[][..], |rule| &rule.readers);
            kept.push(Reason {
                rule: yes.rule.map(|rule| self.watchlist.outcomes.name(rule).to_owned()),
                severity: yes.weight(),
                words: self.words(&yes),
                readers: readers.iter().map(|reader| reader.value.clone()).collect(),
            });
            told.add_all(&yes.names);
        }
        let host = kept.iter().position(|reason| reason.rule.is_none()).unwrap_or(0);
        if let Some(host) = kept.get_mut(host).filter(|_| !also.is_empty()) {
            host.words.push_str(if also.len() == 1 { "; also rule " } else { "; also rules " });
            self.watchlist.outcomes.add_names(&also, &mut host.words);
        }
        kept
    }

    /// Whether a yes makes an alert by itself: a rule with neither severity nor readers only holds back.
    fn alerts(&self, yes: &Yes) -> bool {
        yes.rule.is_none_or(|rule| self.watchlist.outcomes.of_rule(rule).alerts())
    }

    /// What guards cost: the severity that company and topic would give if nothing were held back. In an item that
    /// tells of several matters they must share a piece, as they do to alert.
    fn would_be(&self, alert: bool) -> Option<Severity> {
        let all = &self.reading.found;
        if alert || !self.watchlist.defaults() || all.iter().all(|found| found.held.is_none()) {
            return None;
        }
        let pieces = self.pieces.or_else(|| self.pieces_of_item());
        let piece = |found: &Found| pieces.map_or(0, |pieces| pieces.of_token(found.first));
        let kind = |kind: EntityKind| all.iter().filter(move |found| found.kind() == kind);
        // Of each piece with a company: whether one of its companies is held back.
        let mut named: BTreeMap<u32, bool> = BTreeMap::new();
        for company in kind(EntityKind::Company) {
            *named.entry(piece(company)).or_default() |= company.held.is_some();
        }
        let missed = |topic: &&Found| {
            let beside = named.get(&piece(topic)).copied();
            !self.is_hidden(topic)
                && self.whole(topic)
                && beside.is_some_and(|held| held || topic.held.is_some())
        };
        let topics = kind(EntityKind::Topic).filter(missed);
        topics.map(|found| self.watchlist.topic(found.entity).severity).max()
    }

    fn named_companies(&self) -> Vec<Named> {
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        sorted(line.map(|company| self.watchlist.company(company).named.clone()))
    }

    fn named_topics(&self) -> Vec<Named> {
        let topics = self.topics.iter().map(|topic| self.watchlist.topic(*topic));
        sorted(topics.filter(|topic| !topic.hidden).map(|topic| topic.named.clone()))
    }

    fn groups(&self) -> Vec<Arc<str>> {
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        let groups = line.flat_map(|company| self.watchlist.company(company).groups.iter());
        let mut groups: Vec<Arc<str>> = groups.cloned().collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

fn sorted(all: impl Iterator<Item = Named>) -> Vec<Named> {
    let mut all: Vec<Named> = all.collect();
    all.sort();
    all.dedup();
    all
}
