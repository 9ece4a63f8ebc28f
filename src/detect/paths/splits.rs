//! Where a text may divide words by a space, by lengths alone: asked before two words are taken for one.

/// Where words of which length may be divided.
#[derive(Clone, Debug)]
pub(super) struct Splits {
    /// By characters before the place: bit n for words of n characters. The last of both: or more.
    after: [u64; 64],
}

impl Default for Splits {
    fn default() -> Self {
        Self { after: [0; 64] }
    }
}

impl Splits {
    /// A word of so many characters, which may be divided after as many as the bits say.
    pub(super) fn put(&mut self, places: u64, chars: u32) {
        let mut places = places & !1 & u64::MAX.checked_shr(64 - chars.min(64)).unwrap_or(0);
        while places != 0 {
            self.after[places.trailing_zeros() as usize] |= 1 << chars.min(63);
            places &= places - 1;
        }
    }

    /// Where others divide words, these do as well.
    pub(super) fn add(&mut self, others: &Self) {
        self.after.iter_mut().zip(&others.after).for_each(|(after, other)| *after |= other);
    }

    /// Whether a word of so many characters may be divided after as many as are `before`.
    #[inline]
    pub(super) fn has(&self, before: u32, chars: u32) -> bool {
        self.after[before.min(63) as usize] >> chars.min(63) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_divided_where_they_may_be() {
        let mut splits = Splits::default();
        splits.put(1 << 3 | 1 << 7 | 1, 7);
        splits.put(u64::MAX, 90);
        let has = |before, chars| splits.has(before, chars);
        assert!(has(3, 7) && !has(7, 7) && !has(0, 7) && !has(4, 7) && !has(3, 8));
        assert!((1..90).all(|before| has(before, 90)) && !has(0, 90));
        assert!(Splits::default().after.iter().all(|bits| *bits == 0));
    }
}
