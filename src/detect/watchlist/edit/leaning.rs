//! What leans on entries that differ, and so may mean something else as well.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::Version;
use super::same::{company_id, rule_id, topic_id};
use crate::detect::query::{self, Atom, Expr};
use crate::detect::watchlist::shared::lists_of;
use crate::model::watchlist::WatchlistEntries;

/// Companies that differ, and all that are part of them before or after: a hit of a part names the whole.
pub(super) fn with_parts(
    mut differing: HashSet<Arc<str>>,
    old: &WatchlistEntries,
    new: &WatchlistEntries,
) -> HashSet<Arc<str>> {
    if differing.is_empty() {
        return differing;
    }
    let mut parts: HashMap<&str, Vec<Arc<str>>> = HashMap::new();
    for one in old.companies.iter().chain(&new.companies) {
        if let Some(parent) = &one.part_of {
            parts.entry(parent.value.trim()).or_default().push(company_id(one));
        }
    }
    let mut new: Vec<Arc<str>> = differing.iter().cloned().collect();
    while let Some(whole) = new.pop() {
        for part in parts.get(&*whole).into_iter().flatten() {
            if differing.insert(Arc::clone(part)) {
                new.push(Arc::clone(part));
            }
        }
    }
    differing
}

/// Topics that differ, those whose searches ask for their words, and the lists whose words all these ask
/// for. A list holds no searches, so that nothing leads further.
pub(super) fn with_lists(
    mut differing: HashSet<Arc<str>>,
    old: &WatchlistEntries,
    new: &WatchlistEntries,
) -> HashSet<Arc<str>> {
    if differing.is_empty() {
        return differing;
    }
    let asking: Vec<(Arc<str>, Vec<String>)> = old
        .topics
        .iter()
        .chain(&new.topics)
        .map(|one| (topic_id(one), lists_of(one)))
        .filter(|(_, lists)| !lists.is_empty())
        .collect();
    let differs = |lists: &[String]| lists.iter().any(|list| differing.contains(list.as_str()));
    let leaning: Vec<Arc<str>> =
        asking.iter().filter(|(_, lists)| differs(lists)).map(|(id, _)| Arc::clone(id)).collect();
    differing.extend(leaning);
    let asked = asking.into_iter().filter(|(id, _)| differing.contains(id));
    let asked: Vec<Arc<str>> =
        asked.flat_map(|(_, lists)| lists).map(|list| Arc::from(&*list)).collect();
    differing.extend(asked);
    differing
}

/// What the rules name that there is, but for those that differ: a rule that names something else is left
/// out.
pub(super) fn resolved(
    version: Version<'_>,
    differing: &HashSet<Arc<str>>,
) -> BTreeSet<(u8, Arc<str>)> {
    let mut named = BTreeSet::new();
    let rules = version.entries.rules.iter().filter(|rule| !differing.contains(&rule_id(rule)));
    for rule in rules {
        if let Ok(parsed) = query::parse(&rule.when.value, true) {
            names(&parsed.expr, &mut named);
        }
    }
    if named.is_empty() {
        return named;
    }
    let mut there: HashSet<(u8, &str)> = HashSet::new();
    for one in version.watchlist.companies() {
        there.insert((COMPANY, &one.named.id));
        there.extend(one.groups.iter().map(|group| (GROUP, &**group)));
    }
    there.extend(version.watchlist.topics().map(|one| (TOPIC, &*one.named.id)));
    named.retain(|(kind, id)| there.contains(&(*kind, id)));
    named
}

const COMPANY: u8 = 0;
const TOPIC: u8 = 1;
const GROUP: u8 = 2;

fn names(expr: &Expr, into: &mut BTreeSet<(u8, Arc<str>)>) {
    match expr {
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|one| names(one, into)),
        Expr::Not(one) | Expr::In(_, one) | Expr::Sentence(one) => names(one, into),
        Expr::Near(_, one, other) => [one, other].into_iter().for_each(|one| names(one, into)),
        Expr::Atom(Atom::Company(Some(id)), _) => into.extend([(COMPANY, Arc::from(&**id))]),
        Expr::Atom(Atom::Topic(Some(id)), _) => into.extend([(TOPIC, Arc::from(&**id))]),
        Expr::Atom(Atom::Group(Some(id)), _) => into.extend([(GROUP, Arc::from(&**id))]),
        Expr::Atom(..) | Expr::Words(_) => {}
    }
}
