//! A reader's filters against the watchlist's words.

use std::collections::BTreeSet;

use super::Vocabulary;
use super::written::unknown_name;
use crate::model::{Located, Problem, ReaderEntry};

/// Companies, groups and topics, by id.
pub(super) type Filters = (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>);

/// Reads all three lists; every name that the watchlist does not know becomes a problem.
pub(super) fn filters(
    entry: &ReaderEntry,
    vocabulary: &Vocabulary,
    problems: &mut Vec<Problem>,
) -> Filters {
    let companies: Vec<_> =
        vocabulary.companies.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    let topics: Vec<_> =
        vocabulary.topics.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    let groups: BTreeSet<&str> =
        vocabulary.companies.iter().flat_map(|one| one.groups.iter().map(String::as_str)).collect();
    let groups: Vec<_> = groups.into_iter().map(|group| (group, group)).collect();
    (
        known_ids(&entry.companies, "company", &companies, problems),
        known_ids(&entry.groups, "group", &groups, problems),
        known_ids(&entry.topics, "topic", &topics, problems),
    )
}

/// Ids as they are; a name in place of an id is answered with its id.
fn known_ids(
    written: &[Located<String>],
    kind: &str,
    known: &[(&str, &str)],
    problems: &mut Vec<Problem>,
) -> BTreeSet<String> {
    for one in written {
        let text = one.value.trim();
        let by_name =
            known.iter().find(|(id, name)| *id != text && name.eq_ignore_ascii_case(text));
        match by_name {
            Some((id, _)) if !known.iter().any(|(id, _)| *id == text) => {
                let what = format!("'{text}' is the name of a {kind}; here its id stands");
                problems
                    .push(Problem::error(one.place.clone(), what).hint(format!("write '{id}'")));
            }
            _ => problems.extend(unknown_name(one, kind, known.iter().map(|(id, _)| *id))),
        }
    }
    written.iter().map(|one| one.value.trim().to_owned()).collect()
}
