//! What must be there where a search holds.

use std::collections::BTreeSet;

use crate::detect::query::{Ask, Part as Of};

/// Phrases of which one must be present where a search holds: the lightest such set that the
/// shape of the search shows. Empty where nothing need be present, as for `NOT a`, and so for
/// `b OR NOT a`.
pub(super) fn anchors(ask: &Ask, weight: &impl Fn(u32) -> usize) -> BTreeSet<u32> {
    let heavy = |set: &BTreeSet<u32>| heavy(set, weight);
    match ask {
        Ask::Words(phrase) => BTreeSet::from([*phrase]),
        Ask::Any(phrases) => phrases.iter().copied().collect(),
        Ask::Or(any) => {
            let sets: Vec<_> = any.iter().map(|one| anchors(one, weight)).collect();
            if sets.iter().any(BTreeSet::is_empty) {
                return BTreeSet::new();
            }
            sets.into_iter().flatten().collect()
        }
        Ask::All(all) => all
            .iter()
            .map(|one| anchors(one, weight))
            .filter(|set| !set.is_empty())
            .min_by_key(heavy)
            .unwrap_or_default(),
        Ask::Near(_, a, b) => {
            let (a, b) = (anchors(a, weight), anchors(b, weight));
            if a.is_empty() || (!b.is_empty() && heavy(&b) < heavy(&a)) { b } else { a }
        }
        Ask::In(_, one) => anchors(one, weight),
        Ask::Not(_) => BTreeSet::new(),
    }
}

/// For how many words the phrases stand.
fn heavy(phrases: &BTreeSet<u32>, weight: &impl Fn(u32) -> usize) -> usize {
    phrases.iter().map(|phrase| weight(*phrase)).sum()
}

/// A part of a search without which it does not hold: one of these phrases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) phrases: BTreeSet<u32>,
    /// In the title.
    pub(super) title: bool,
    /// Which of the things that the search asks for together this part is the whole of.
    pub(super) whole_of: Option<usize>,
}

/// All parts of a search, the lightest first.
pub(super) fn parts(ask: &Ask, weight: &impl Fn(u32) -> usize) -> Vec<Part> {
    let mut found = Vec::new();
    match ask {
        Ask::All(all) => {
            for (n, one) in all.iter().enumerate() {
                let from = found.len();
                add(one, false, weight, &mut found);
                if one.is_plain() {
                    found[from..].iter_mut().for_each(|part| part.whole_of = Some(n));
                }
            }
        }
        _ => add(ask, false, weight, &mut found),
    }
    found.sort_by_key(|part| heavy(&part.phrases, weight));
    found
}

fn add(ask: &Ask, title: bool, weight: &impl Fn(u32) -> usize, into: &mut Vec<Part>) {
    match ask {
        Ask::All(all) => all.iter().for_each(|one| add(one, title, weight, into)),
        Ask::Near(_, a, b) => [a, b].into_iter().for_each(|one| add(one, title, weight, into)),
        Ask::In(Of::Title, one) => add(one, true, weight, into),
        Ask::In(Of::Opening | Of::Lead, one) => add(one, title, weight, into),
        Ask::Words(_) | Ask::Any(_) | Ask::Or(_) => {
            let phrases = anchors(ask, weight);
            if !phrases.is_empty() {
                into.push(Part { phrases, title, whole_of: None });
            }
        }
        Ask::Not(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(n: u32) -> Ask {
        Ask::Words(n)
    }

    fn not(n: u32) -> Ask {
        Ask::Not(Box::new(word(n)))
    }

    #[test]
    fn an_alternative_that_needs_nothing_leaves_nothing_necessary() {
        let either = Ask::Or(vec![word(1), not(2)]);
        for (ask, expected) in [
            (Ask::All(vec![either.clone(), word(3)]), vec![3]),
            (Ask::All(vec![Ask::Any([1, 2].into()), word(3)]), vec![3]),
            (Ask::All(vec![not(1), Ask::Any([2, 3].into())]), vec![2, 3]),
            (Ask::Near(2, Box::new(either.clone()), Box::new(word(4))), vec![4]),
            (Ask::Near(2, Box::new(word(4)), Box::new(either.clone())), vec![4]),
            (either, vec![]),
        ] {
            assert_eq!(anchors(&ask, &|_| 1), BTreeSet::from_iter(expected), "{ask:?}");
        }
    }

    #[test]
    fn each_part_is_necessary() {
        let title = |one| Ask::In(Of::Title, Box::new(one));
        let near = Ask::Near(2, Box::new(word(5)), Box::new(Ask::Any([6, 7].into())));
        let part = |phrases: &[u32], title, whole_of| Part {
            phrases: phrases.iter().copied().collect(),
            title,
            whole_of,
        };
        for (ask, expected) in [
            (word(1), vec![part(&[1], false, None)]),
            (
                Ask::All(vec![near.clone(), title(word(3)), not(4), word(8)]),
                vec![
                    part(&[5], false, None),
                    part(&[3], true, Some(1)),
                    part(&[8], false, Some(3)),
                    part(&[6, 7], false, None),
                ],
            ),
            (title(near), vec![part(&[5], true, None), part(&[6, 7], true, None)]),
            (Ask::Or(vec![word(1), title(word(2))]), vec![part(&[1, 2], false, None)]),
            (
                Ask::All(vec![Ask::Or(vec![word(1), not(2)]), word(3)]),
                vec![part(&[3], false, Some(1))],
            ),
        ] {
            assert_eq!(parts(&ask, &|_| 1), expected, "{ask:?}");
        }
    }
}
