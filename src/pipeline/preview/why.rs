//! Why one watchlist tells an item and another does not, in words.
//!
//! Read off the two judgements alone: what was found here and not there, what a guard held back
//! there. Nothing is matched again.

use crate::model::{EntityKind, Hit, Judgement};

/// Differences named one by one before the rest is left out.
const NAMED: usize = 3;

/// What keeps `silent` from telling what `telling` tells, gravest reason first: terms that it does not
/// find, hits that it holds back, else that nothing of it makes an alert. Nothing when both tell it for the
/// same finds and only the severity differs.
#[must_use]
pub fn why_not(telling: &Judgement, silent: &Judgement) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for hit in &telling.hits {
        let found = silent.hits.iter().any(|other| same(hit, other));
        if found {
            continue;
        }
        let held = silent.held_back.iter().find(|held| same(hit, &held.hit));
        let what = quoted(telling, hit);
        let words = match held {
            Some(held) => format!("{what} is held back: {}", held.guard),
            None => format!("{what} is not found"),
        };
        if !said.contains(&words) {
            said.push(words);
        }
    }
    // Of what makes the alert no hit is missing: a rule or a severity says otherwise.
    if said.is_empty() && !silent.alert {
        said.push(match silent.would_be {
            Some(_) => "a rule or guard holds the alert back".to_owned(),
            None => "what is found makes no alert".to_owned(),
        });
    }
    said.truncate(NAMED);
    said
}

/// The same thing named by words at the same place.
fn same(one: &Hit, other: &Hit) -> bool {
    one.kind == other.kind
        && one.entity == other.entity
        && one.field == other.field
        && one.start < other.end
        && other.start < one.end
}

/// `"阿里" (Alibaba)`.
fn quoted(judgement: &Judgement, hit: &Hit) -> String {
    let named = match hit.kind {
        EntityKind::Company => &judgement.companies,
        EntityKind::Topic => &judgement.topics,
    };
    let name = named.iter().find(|one| one.id == hit.entity).map_or(&hit.entity, |one| &one.name);
    match **name == *hit.term {
        true => format!("\"{}\"", hit.term),
        false => format!("\"{}\" ({name})", hit.term),
    }
}
