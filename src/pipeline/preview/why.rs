//! Why one watchlist tells an item and another does not, in words.
//!
//! Read off the two judgements alone: what was found here and not there, what a guard held back
//! there. Nothing is matched again.

use crate::model::{EntityKind, Guard, Hit, Judgement};

/// Differences named one by one before the rest is left out.
const NAMED: usize = 3;

/// A term by which one watchlist tells an item and the other does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanting {
    /// `"阿里" (Alibaba)`.
    pub what: String,
    /// The guard that holds it back; `None` where it is not found at all.
    pub held: Option<Guard>,
}

/// What `telling` finds that does not count to `silent`, in text order, each once.
#[must_use]
pub fn wanting(telling: &Judgement, silent: &Judgement) -> Vec<Wanting> {
    let mut all: Vec<Wanting> = Vec::new();
    for hit in &telling.hits {
        if silent.hits.iter().any(|other| same(hit, other)) {
            continue;
        }
        let held = silent
            .held_back
            .iter()
            .find(|held| held.hit.as_ref().is_some_and(|other| same(hit, other)));
        let held = held.map(|held| held.guard.clone());
        let one = Wanting { what: quoted(telling, hit), held };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all.truncate(NAMED);
    all
}

/// What keeps `silent` from telling what `telling` tells, in words: terms that it does not find, hits
/// that it holds back, else that nothing of it makes an alert. Nothing when both tell it for the same
/// finds and only the severity differs.
#[must_use]
pub fn why_not(telling: &Judgement, silent: &Judgement) -> Vec<String> {
    let mut said: Vec<String> = wanting(telling, silent)
        .into_iter()
        .map(|one| match one.held {
            Some(guard) => format!("{} is held back: {guard}", one.what),
            None => format!("{} is not found", one.what),
        })
        .collect();
    // Of what makes the alert no hit is missing: a rule or a severity says otherwise.
    if said.is_empty() && !silent.alert {
        let hold = silent.held_back.iter().find_map(|held| match &held.guard {
            Guard::Hold(reason) => Some(format!("the alert is held back: {reason}")),
            _ => None,
        });
        said.push(hold.unwrap_or_else(|| match silent.would_be {
            Some(_) => "a rule or guard holds the alert back".to_owned(),
            None => "what is found makes no alert".to_owned(),
        }));
    }
    said
}

/// Why a judgement alerts, gravest first; a rule is named, for it may be why it is as grave as it is.
pub(super) fn why(judgement: &Judgement) -> impl Iterator<Item = String> + '_ {
    judgement.reasons.iter().take(NAMED).map(|reason| match &reason.rule {
        Some(rule) => format!("{} (rule “{rule}”)", reason.words),
        None => reason.words.clone(),
    })
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
