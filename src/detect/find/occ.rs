//! A phrase at a place.

/// A phrase at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Occ {
    /// Which phrase.
    pub(crate) phrase: u32,
    /// Its first token.
    pub(crate) first: u32,
    /// Its last token.
    pub(crate) last: u32,
}

/// Sorts by phrase and place, and leaves each place once.
pub(crate) fn sort(found: &mut Vec<Occ>) {
    let begins = |occ: &Occ| u64::from(occ.phrase) << 32 | u64::from(occ.first);
    found.sort_unstable_by_key(begins);
    // Hardly ever does a phrase begin at one place and end at several.
    for same in found.chunk_by_mut(|one, next| begins(one) == begins(next)) {
        if same.len() > 1 {
            same.sort_unstable_by_key(|occ| occ.last);
        }
    }
    found.dedup();
}
