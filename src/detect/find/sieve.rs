//! A list from which most of what is put in falls through, without a branch.
//!
//! Whether something stays is known when its filter was looked at, and a processor that guesses
//! wrongly throws away the looks that it had begun since. So everything is written, and what does not
//! stay is written over by the next.

/// The list.
#[derive(Debug)]
pub(super) struct Sieve<T> {
    /// Longer than what is in it.
    all: Vec<T>,
    len: usize,
}

impl<T> Default for Sieve<T> {
    fn default() -> Self {
        Self { all: Vec::new(), len: 0 }
    }
}

impl<T: Copy + Default> Sieve<T> {
    /// Empties the list, and makes room for so many to be put in.
    pub(super) fn start(&mut self, most: usize) {
        self.len = 0;
        self.room_for(most);
    }

    /// Makes room for so many more.
    pub(super) fn room_for(&mut self, more: usize) {
        // One beyond: what falls through last is written, too.
        if self.all.len() <= self.len + more {
            self.all.resize(self.len + more + 1, T::default());
        }
    }

    /// Puts one in, for which there is room; it stays or falls through.
    #[inline]
    pub(super) fn put(&mut self, one: T, stays: bool) {
        self.all[self.len] = one;
        self.len += usize::from(stays);
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> T {
        self.all[..self.len][at]
    }

    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.all[..self.len].iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_in_order() {
        let mut sieve = Sieve::default();
        for most in [9, 3, 20] {
            sieve.start(most);
            (0..most).for_each(|n| sieve.put(n, n % 3 == 1));
            sieve.room_for(1);
            sieve.put(77, true);
            let expected: Vec<usize> = (0..most).filter(|n| n % 3 == 1).chain([77]).collect();
            assert_eq!(sieve.iter().collect::<Vec<_>>(), expected);
            assert_eq!(sieve.len(), expected.len());
        }
        sieve.start(0);
        assert_eq!(sieve.len(), 0);
    }
}
