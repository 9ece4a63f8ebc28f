//! Where a word of a shared list is found, the list is found.

use crate::detect::find::{Occ, sort};
use crate::detect::watchlist::Watchlist;

/// Adds the places of lists to those of their words. Both are sorted by phrase and place.
pub(super) fn spread(watchlist: &Watchlist, found: &mut Vec<Occ>) {
    let shared = &watchlist.shared;
    if shared.is_empty() {
        return;
    }
    let mut lists = Vec::new();
    for same in found.chunk_by(|one, next| one.phrase == next.phrase) {
        for list in shared.lists_of(same[0].phrase) {
            lists.extend(same.iter().map(|occ| Occ { phrase: list, ..*occ }));
        }
    }
    sort(&mut lists);
    // Lists are numbered side by side, and nothing else has a number between theirs.
    if let Some(first) = lists.first() {
        let at = found.partition_point(|occ| occ.phrase < first.phrase);
        found.splice(at..at, lists);
    }
}
