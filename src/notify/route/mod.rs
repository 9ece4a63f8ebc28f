//! An alert becomes notices: who is told, and how soon.
//!
//! Filters, severities, quiet hours and days away are judged here, each against the given `now`.
//! When an urgent mail actually goes out is [`urgency`]'s matter; what no reader would ever receive
//! is [`reach`]'s.

mod reach;
mod urgency;

pub use reach::unreached;
pub use urgency::{Full, StorySoFar, Told, UrgentMail, UrgentPlan, marks_in_story, plan_urgent};

use std::collections::{BTreeMap, BTreeSet};

use super::reader::Reader;
use crate::model::item::Arrival;
use crate::model::reader::UrgentFrom;
use crate::model::{Alert, Item, Notice, Severity, Timestamp, Urgency};

/// Who is told of an alert, one notice for each reader, in the readers' order.
///
/// A reader gets it when the filters let it pass or when a rule names the reader. What was already
/// there, was published long before it was seen, or was found late by a new term, is never urgent; the
/// baseline of a first read is told to nobody. While a reader is away the deputy is told in their place, and the reader's own digest
/// keeps it for the return.
#[must_use]
pub fn route(alert: &Alert, item: &Item, readers: &[Reader], now: Timestamp) -> Vec<Notice> {
    if !item.arrival.is_told() {
        return Vec::new();
    }
    let named = named_by_rules(alert);
    let mut told: BTreeMap<usize, Notice> = BTreeMap::new();
    for (at, reader) in readers.iter().enumerate() {
        let by_rule = named.contains(reader.name.as_str());
        if !by_rule && !passes(reader, alert) {
            continue;
        }
        let Some(urgency) = urgency_for(reader, alert, item, by_rule) else { continue };
        if !reader.is_away(now) {
            add(&mut told, at, notice(reader, alert, urgency, now));
            continue;
        }
        if !reader.schedule.is_never() {
            add(&mut told, at, notice(reader, alert, Urgency::Digest, now));
        }
        if let Some((deputy_at, deputy)) = deputy_of(reader, readers, now) {
            let reachable = urgency == Urgency::Urgent || !deputy.schedule.is_never();
            if reachable {
                add(&mut told, deputy_at, notice(deputy, alert, urgency, now));
            }
        }
    }
    told.into_values().collect()
}

fn named_by_rules(alert: &Alert) -> BTreeSet<&str> {
    alert.judgement.reasons.iter().flat_map(|why| &why.readers).map(String::as_str).collect()
}

/// Whether an alert is for this reader at all: the filters let it pass, or a rule names the reader.
#[must_use]
pub fn concerns(reader: &Reader, alert: &Alert) -> bool {
    passes(reader, alert) || named_by_rules(alert).contains(reader.name.as_str())
}

/// Whether `reader` is told of an alert only in the place of `other`, who was away when it was decided.
#[must_use]
pub fn stands_in(reader: &Reader, other: &Reader, alert: &Alert, readers: &[Reader]) -> bool {
    !concerns(reader, alert)
        && concerns(other, alert)
        && other.is_away(alert.at)
        && deputy_of(other, readers, alert.at).is_some_and(|(_, deputy)| deputy.name == reader.name)
}

/// Companies or groups, and topics, and severity; an empty list does not filter, and an alert
/// without a company fails a company or group filter.
fn passes(reader: &Reader, alert: &Alert) -> bool {
    let judgement = &alert.judgement;
    let any_company = reader.companies.is_empty() && reader.groups.is_empty();
    let company = any_company
        || judgement.companies.iter().any(|one| reader.companies.contains(one.id.as_ref()))
        || judgement.groups.iter().any(|group| reader.groups.contains(group.as_ref()));
    let topic = reader.topics.is_empty()
        || judgement.topics.iter().any(|one| reader.topics.contains(one.id.as_ref()));
    company && topic && alert.severity >= reader.min_severity
}

/// How soon, or `None` when the reader has no way to be told: neither digests nor urgent mails.
fn urgency_for(reader: &Reader, alert: &Alert, item: &Item, by_rule: bool) -> Option<Urgency> {
    let quiet = alert.marks.iter().any(|mark| mark.is_quiet());
    let may_be_urgent = !quiet && !matches!(item.arrival, Arrival::AlreadyThere | Arrival::Old);
    if may_be_urgent && is_urgent(reader.urgent, alert.severity) {
        return Some(Urgency::Urgent);
    }
    if !reader.schedule.is_never() {
        return Some(Urgency::Digest);
    }
    // Who takes no digests but is named by a rule can be reached in one way only.
    let only_way = by_rule && may_be_urgent && reader.urgent != UrgentFrom::Never;
    only_way.then_some(Urgency::Urgent)
}

fn is_urgent(from: UrgentFrom, severity: Severity) -> bool {
    match from {
        UrgentFrom::High => severity >= Severity::High,
        UrgentFrom::Medium => severity >= Severity::Medium,
        UrgentFrom::Never => false,
    }
}

fn notice(reader: &Reader, alert: &Alert, urgency: Urgency, now: Timestamp) -> Notice {
    let quiet = reader.quiet_until(now).filter(|_| alert.severity < Severity::High);
    Notice {
        alert: alert.id.clone(),
        reader: reader.name.clone(),
        urgency,
        not_before: quiet.unwrap_or(now),
    }
}

/// One notice for each reader: of two, the more urgent and earlier.
fn add(told: &mut BTreeMap<usize, Notice>, at: usize, new: Notice) {
    told.entry(at)
        .and_modify(|old| {
            old.not_before = old.not_before.min(new.not_before);
            old.urgency = old.urgency.max(new.urgency);
        })
        .or_insert(new);
}

/// Who stands in: the deputy, or the deputy's deputy when that one is away too.
fn deputy_of<'a>(
    reader: &Reader,
    readers: &'a [Reader],
    now: Timestamp,
) -> Option<(usize, &'a Reader)> {
    let mut asked = BTreeSet::from([reader.name.as_str()]);
    let mut name = reader.away.as_ref()?.deputy.as_deref()?;
    loop {
        let (at, deputy) = readers.iter().enumerate().find(|(_, one)| one.name == name)?;
        if !deputy.is_away(now) {
            return Some((at, deputy));
        }
        if !asked.insert(deputy.name.as_str()) {
            return None;
        }
        name = deputy.away.as_ref()?.deputy.as_deref()?;
    }
}
