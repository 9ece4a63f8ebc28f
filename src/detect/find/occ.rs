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
    let place = |occ: &Occ| u64::from(occ.first) << 32 | u64::from(occ.last);
    found.sort_unstable_by_key(|occ| u128::from(occ.phrase) << 64 | u128::from(place(occ)));
    found.dedup();
}
