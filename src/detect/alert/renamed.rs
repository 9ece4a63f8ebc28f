//! Entries whose ids changed: what was told under the old id is not told again under the new one.
//!
//! History goes by id, and an id that is made from a name changes with it. Invariant: an entry counts
//! as renamed only if its old id is gone from the watchlist, and only where it has the same name or
//! found the item by the same term: a further entry with that name is news. Pure.

use std::sync::Arc;

use crate::detect::watchlist::Watchlist;
use crate::model::{EntityKind, Hit, Judgement, Named};

/// A judgement of `before` under the ids that `watchlist` has, by which the item is judged `now`.
#[must_use]
pub fn under_ids_of(watchlist: &Watchlist, before: Judgement, now: &Judgement) -> Judgement {
    let Judgement { companies, topics, hits, held_back, .. } = &before;
    let company = |id: &str| watchlist.company_of_id(id).is_none();
    let companies = renamed(EntityKind::Company, (companies, hits), now, company);
    let topic = |id: &str| watchlist.topic_of_id(id).is_none();
    let topics = renamed(EntityKind::Topic, (topics, hits), now, topic);
    if companies.is_empty() && topics.is_empty() {
        return before;
    }
    let ids = |kind: EntityKind| match kind {
        EntityKind::Company => &companies,
        EntityKind::Topic => &topics,
    };
    let of = |hit: &Hit| Hit { entity: new_id(ids(hit.kind), hit), ..hit.clone() };
    let hits = hits.iter().map(of).collect();
    let held_back = held_back.iter().cloned().map(|mut held| {
        held.hit = held.hit.as_ref().map(of);
        held
    });
    Judgement {
        held_back: held_back.collect(),
        hits,
        companies: with_new(&before.companies, &companies),
        topics: with_new(&before.topics, &topics),
        ..before
    }
}

/// An entry that has another id now.
struct Renamed<'a> {
    from: Arc<str>,
    to: &'a Named,
    /// Whether it has its name still: then all its terms are its own, whatever they are.
    whole: bool,
    /// The terms by which both found the item.
    terms: Vec<Arc<str>>,
}

fn renamed<'a>(
    kind: EntityKind,
    (known, hits): (&[Named], &[Hit]),
    now: &'a Judgement,
    gone: impl Fn(&str) -> bool,
) -> Vec<Renamed<'a>> {
    let named = match kind {
        EntityKind::Company => &now.companies,
        EntityKind::Topic => &now.topics,
    };
    let fresh = named.iter().filter(|one| !known.iter().any(|old| old.id == one.id));
    let mut all = Vec::new();
    for to in fresh {
        for old in known.iter().filter(|old| gone(&old.id)) {
            let of = |hits: &[Hit], id: &str| -> Vec<Arc<str>> {
                let its = hits.iter().filter(|hit| hit.kind == kind && *hit.entity == *id);
                its.map(|hit| Arc::clone(&hit.term)).collect()
            };
            let mut terms = of(hits, &old.id);
            let found = of(&now.hits, &to.id);
            terms.retain(|term| found.contains(term));
            let whole = old.name == to.name;
            if whole || !terms.is_empty() {
                all.push(Renamed { from: Arc::clone(&old.id), to, whole, terms });
            }
        }
    }
    all
}

fn new_id(renamed: &[Renamed<'_>], hit: &Hit) -> Arc<str> {
    let by_term = |one: &&Renamed<'_>| one.terms.contains(&hit.term);
    let mut its = renamed.iter().filter(|one| one.from == hit.entity);
    let to = its.clone().find(by_term).or_else(|| its.find(|one| one.whole));
    to.map_or_else(|| Arc::clone(&hit.entity), |one| Arc::clone(&one.to.id))
}

/// With new ids for old ones, sorted, each once.
fn with_new(known: &[Named], renamed: &[Renamed<'_>]) -> Vec<Named> {
    let kept = known.iter().filter(|one| !renamed.iter().any(|other| other.from == one.id));
    let mut all: Vec<Named> =
        kept.cloned().chain(renamed.iter().map(|one| one.to.clone())).collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all.dedup_by(|one, other| one.id == other.id);
    all
}
