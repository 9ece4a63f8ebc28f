//! Which entries of two lists differ.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Ids of entries that stand in one of the two only, or otherwise, or in another order; `None` where
/// two entries of one side have the same id.
pub(super) fn differing<T>(
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> Arc<str>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<HashSet<Arc<str>>> {
    let mut places: HashMap<Arc<str>, usize> = HashMap::with_capacity(old.len());
    for (at, one) in old.iter().enumerate() {
        if places.insert(id(one), at).is_some() {
            return None;
        }
    }
    let mut ids: HashSet<Arc<str>> = HashSet::with_capacity(new.len());
    let mut equal: Vec<(usize, Arc<str>)> = Vec::with_capacity(new.len());
    for one in new {
        let id = id(one);
        if !ids.insert(Arc::clone(&id)) {
            return None;
        }
        if let Some(at) = places.get(&id).filter(|at| same(&old[**at], one)) {
            equal.push((*at, id));
        }
    }
    ids.extend(places.into_keys());
    let order: Vec<usize> = equal.iter().map(|one| one.0).collect();
    for at in in_order(&order) {
        ids.remove(&equal[at].1);
    }
    Some(ids)
}

/// The places of as many numbers as grow from each to the next.
fn in_order(numbers: &[usize]) -> Vec<usize> {
    // The last of the best chain of each length, and what stood before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        chain.push(at);
        next = before[at];
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_can_stay_in_order() {
        for (numbers, longest) in [
            (&[][..], 0),
            (&[0, 1, 2], 3),
            (&[1, 2, 0], 2),
            (&[2, 0, 1], 2),
            (&[3, 2, 1, 0], 1),
            (&[5, 0, 6, 1, 7, 2, 3], 4),
        ] {
            let chain = in_order(numbers);
            assert_eq!(chain.len(), longest, "{numbers:?}");
            assert!(
                chain.windows(2).all(|two| two[0] > two[1] && numbers[two[0]] > numbers[two[1]])
            );
        }
    }
}
