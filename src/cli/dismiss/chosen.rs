//! Which of what was found is the false one: a name of a company, or a topic.
//!
//! A name has guards of its own; a topic has them for all its terms and searches, so it is one choice
//! however often it was found. Searches may be pages long: they are shown by their place.

use super::super::exit::{Exit, Failure};
use super::super::find;
use super::Arguments;
use crate::model::watchlist::{WatchlistEntries, one_line};
use crate::model::{EntityKind, Hit, Judgement, Named, Place};

/// Longer terms are shown by their topic and place, in characters.
const SHOWN: usize = 60;

/// The hit that is the false one: the one named, else the only name (or, without a company, the only
/// topic) that was found.
pub(super) fn chosen(
    entries: &WatchlistEntries,
    judgement: &Judgement,
    arguments: &Arguments,
) -> Result<Hit, Failure> {
    let same = |one: &Hit, other: &Hit| {
        let topic = one.kind == EntityKind::Topic;
        one.kind == other.kind && one.entity == other.entity && (topic || one.term == other.term)
    };
    let mut found: Vec<&Hit> = Vec::new();
    for hit in &judgement.hits {
        if !found.iter().any(|one| same(one, hit)) {
            found.push(hit);
        }
    }
    let listed = |found: &[&Hit]| -> String {
        found.iter().map(|hit| format!("\n  {}", option(entries, judgement, hit))).collect()
    };
    if let Some(term) = &arguments.term {
        let small = term.trim().to_lowercase();
        let means =
            |hit: &&Hit| hit.term.to_lowercase() == small || hit.entity.to_lowercase() == small;
        return judgement.hits.iter().find(means).cloned().ok_or_else(|| {
            let near = found.iter().flat_map(|hit| match hit.kind {
                EntityKind::Company => vec![hit.term.to_string()],
                EntityKind::Topic => vec![hit.term.to_string(), hit.entity.to_string()],
            });
            let near = near.filter(|one| {
                let short = one.chars().count() <= SHOWN;
                short && strsim::jaro_winkler(&small, &one.to_lowercase()) > 0.8
            });
            let what = anyhow::anyhow!("'{}' was not found in it", term.trim());
            let hint = find::meant(near, &format!("found was{}", listed(&found)));
            Failure::new(Exit::Data, what).hint(hint)
        });
    }
    let companies: Vec<&Hit> =
        found.iter().filter(|hit| hit.kind == EntityKind::Company).copied().collect();
    let (eligible, several) = match companies.is_empty() {
        true => (&found, "several topics made the alert"),
        false => (&companies, "several words made the alert"),
    };
    let one_company = eligible.iter().all(|hit| hit.entity == eligible[0].entity);
    match eligible.as_slice() {
        [only] => Ok((*only).clone()),
        [first, ..] if arguments.whole_company && one_company => Ok((*first).clone()),
        [] => Err(only_rules(entries, judgement)),
        _ => Err(Failure::new(Exit::Data, anyhow::anyhow!(several))
            .hint(format!("say which one is false:{}", listed(&found)))),
    }
}

/// A rule's own words have no guards: the rule itself is edited.
fn only_rules(entries: &WatchlistEntries, judgement: &Judgement) -> Failure {
    let what = anyhow::anyhow!("only words of rules were found in it, and they have no guards");
    let rules = judgement.reasons.iter().filter_map(|reason| reason.rule.as_ref());
    let hints: Vec<String> = rules
        .map(|name| {
            let rule = entries.rules.iter().find(|one| one.name.value == *name);
            let at = match rule.and_then(|one| one.place.as_ref()) {
                Some(place) => format!("stands at {}", line_of(place)),
                None => "is not in the files".to_owned(),
            };
            format!("the rule \"{name}\" {at}: give its when a NOT")
        })
        .collect();
    let hint = match hints.is_empty() {
        true => "edit the rule, or give it a NOT".to_owned(),
        false => hints.join("\n"),
    };
    Failure::new(Exit::Data, what).hint(hint)
}

/// `--term "Target"   (target)`; a topic by its id where its term is long or one of several.
fn option(entries: &WatchlistEntries, judgement: &Judgement, hit: &Hit) -> String {
    let once = || {
        let of_it = judgement.hits.iter().filter(|one| one.entity == hit.entity);
        of_it.clone().all(|one| one.term == hit.term)
    };
    if hit.kind == EntityKind::Company || (once() && hit.term.chars().count() <= SHOWN) {
        return format!("--term \"{}\"   ({})", hit.term, hit.entity);
    }
    let called = |named: &&Named| named.id == hit.entity;
    let name = judgement.topics.iter().find(called).map_or(&hit.entity, |named| &named.name);
    format!("--term {}   ({name}, by {})", hit.entity, shown(entries, hit))
}

/// A term as an error shows it: in its words, or where they stand if they are many.
pub(super) fn shown(entries: &WatchlistEntries, hit: &Hit) -> String {
    if hit.term.chars().count() <= SHOWN {
        return format!("\"{}\"", hit.term);
    }
    let mut topics = entries.topics.iter().filter(|one| find::topic_id(one) == *hit.entity);
    let place = topics.find_map(|one| {
        let written = one.search.iter().chain(&one.everyday).chain(&one.terms).chain(&one.exact);
        let mut its = written.filter(|term| one_line(&term.value) == one_line(&hit.term));
        its.find_map(|term| term.place.as_ref())
    });
    match place {
        Some(place) => format!("a search at {}", line_of(place)),
        None => format!("a search of {}", hit.entity),
    }
}

/// `topics.toml:120`.
pub(super) fn line_of(place: &Place) -> String {
    format!("{}:{}", place.file.name, place.line())
}
