//! By what entries are known, and whether two mean the same.
//!
//! Each comparison takes its entry apart, so that a new key must be thought of here. Where an entry
//! stands, and what people note for themselves, means nothing to a text.

use std::sync::Arc;

use crate::detect::watchlist::{id_of, id_of_company};
use crate::model::Located;
use crate::model::watchlist::{CompanyEntry, Remarks, RuleEntry, TopicEntry, one_line};

pub(in crate::detect::watchlist) fn company_id(one: &CompanyEntry) -> Arc<str> {
    match &one.id {
        Some(id) if !id.value.trim().is_empty() => Arc::from(id.value.trim()),
        _ => id_of_company(&one.name.value).into(),
    }
}

pub(in crate::detect::watchlist) fn topic_id(one: &TopicEntry) -> Arc<str> {
    id_of(one.id.as_ref(), &one.name.value)
}

pub(super) fn rule_id(one: &RuleEntry) -> Arc<str> {
    id_of(one.id.as_ref(), &one.name.value)
}

pub(super) fn same_company(one: &CompanyEntry, other: &CompanyEntry) -> bool {
    let CompanyEntry { place: _, id, name, aliases, tickers, groups, part_of, guards, remarks } =
        one;
    *id == other.id
        && *name == other.name
        && *aliases == other.aliases
        && *tickers == other.tickers
        && *groups == other.groups
        && *part_of == other.part_of
        && *guards == other.guards
        && same_note(remarks, &other.remarks)
}

pub(super) fn same_topic(one: &TopicEntry, other: &TopicEntry) -> bool {
    let TopicEntry {
        place: _,
        id,
        name,
        terms,
        exact,
        search,
        everyday,
        akin,
        setting,
        guards,
        severity,
        without_company,
        hidden,
        remarks,
    } = one;
    *id == other.id
        && *name == other.name
        && *terms == other.terms
        && *exact == other.exact
        && same_searches(search, &other.search)
        && same_searches(everyday, &other.everyday)
        && *akin == other.akin
        && *setting == other.setting
        && *guards == other.guards
        && *severity == other.severity
        && *without_company == other.without_company
        && *hidden == other.hidden
        && same_note(remarks, &other.remarks)
}

pub(super) fn same_rule(one: &RuleEntry, other: &RuleEntry) -> bool {
    let RuleEntry { place: _, id, name, when, severity, readers, hold, remarks: _ } = one;
    *id == other.id
        && *name == other.name
        && one_line(&when.value) == one_line(&other.when.value)
        && *severity == other.severity
        && *readers == other.readers
        && *hold == other.hold
}

fn same_searches(some: &[Located<String>], others: &[Located<String>]) -> bool {
    let lines = |all: &[Located<String>]| -> Vec<String> {
        all.iter().map(|one| one_line(&one.value)).collect()
    };
    some == others || lines(some) == lines(others)
}

fn same_note(one: &Remarks, other: &Remarks) -> bool {
    let Remarks { note, why: _, owner: _, added: _, review_by: _ } = one;
    *note == other.note
}
