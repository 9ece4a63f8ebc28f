//! Whether paths go on, or end, after certain words: roughly, and in memory that fits the caches.
//!
//! A Bloom filter in blocks of 64 bits. Each key sets two bits that say "something is here" and two
//! for each thing that is to be known of it (three for an end); so one look at memory answers all. It
//! never says no to what is there. What it wrongly says yes to (about one of a hundred of the others; of
//! keys of which something else is known, one of ten, as an end one of thirty) costs time and changes
//! nothing: an end is looked up with its whole key, and what goes on must end.

use super::LENGTHS;

/// Bits of the filter for each key.
const BITS: usize = 12;

/// What the filter says of a key: each thing is worked out where it is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    block: u64,
    key: u64,
}

impl Sight {
    #[inline]
    fn has(self, bits: u64) -> bool {
        self.block & bits == bits
    }

    /// Longer paths may begin so.
    #[inline]
    pub(crate) fn goes_on(self) -> bool {
        self.has(goes_on(self.key))
    }

    /// Paths may end so.
    #[inline]
    pub(crate) fn ends(self) -> bool {
        self.has(ends(self.key))
    }

    /// Paths may end so that are looked for only where words are taken together.
    #[inline]
    pub(crate) fn ends_joined(self) -> bool {
        self.has(ends_joined(self.key))
    }

    /// A text may divide the next word by a space.
    #[inline]
    pub(crate) fn divides(self) -> bool {
        self.has(divides(self.key))
    }

    /// Paths that are not looked for here may begin so, or may where words are taken together.
    #[inline]
    pub(crate) fn cue(self, joined: bool) -> bool {
        self.has(cue(self.key, joined))
    }

    /// Something is filed under this cue.
    #[inline]
    pub(crate) fn filed(self) -> bool {
        self.has(filed(self.key))
    }

    /// This word may stand behind the first one.
    #[inline]
    pub(crate) fn later(self) -> bool {
        self.has(later(self.key))
    }
}

/// The filter.
#[derive(Debug)]
pub(crate) struct Filter {
    blocks: Vec<u64>,
    /// Where the blocks of each length begin, and how many they are.
    lengths: [(usize, usize); 1 << LENGTHS],
}

/// The bits of a key that say that something is here.
#[inline]
fn marks(key: u64) -> u64 {
    two_bits(key, 0)
}

/// What a key tells of a first word's length.
#[inline]
fn length(key: u64) -> usize {
    (key >> (64 - LENGTHS)) as usize
}

/// Two bits by twelve bits of a key. Its upper bits say where the block is. No two things are known by the
/// same six bits of a key, or where the one is here the other would seem to be.
#[inline]
fn two_bits(key: u64, from: u32) -> u64 {
    1 << (key >> from & 63) | 1 << (key >> (from + 6) & 63)
}

#[inline]
fn goes_on(key: u64) -> u64 {
    two_bits(key, 12)
}

#[inline]
fn ends(key: u64) -> u64 {
    // One more: what is looked up in vain costs more than a bit of the filter.
    two_bits(key, 24) | 1 << (key >> 21 & 63)
}

#[inline]
fn ends_joined(key: u64) -> u64 {
    two_bits(key, 36)
}

#[inline]
fn later(key: u64) -> u64 {
    two_bits(key, 3)
}

#[inline]
fn divides(key: u64) -> u64 {
    two_bits(key, 15)
}

#[inline]
fn cue(key: u64, joined: bool) -> u64 {
    two_bits(key, if joined { 34 } else { 27 })
}

#[inline]
fn filed(key: u64) -> u64 {
    two_bits(key, 31)
}

impl Filter {
    /// With room for these keys.
    pub(super) fn with_room(keys: impl Iterator<Item = u64>) -> Self {
        let mut lengths = [(0, 0); 1 << LENGTHS];
        keys.for_each(|key| lengths[length(key)].1 += 1);
        let mut begin = 0;
        for (from, many) in &mut lengths {
            (*from, *many) = (begin, (*many * BITS).div_ceil(64).max(1));
            begin += *many;
        }
        Self { blocks: vec![0; begin], lengths }
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        let (from, many) = self.lengths[length(key)];
        from + super::place(key, many)
    }

    pub(super) fn put_going_on(&mut self, key: u64, divided: bool) {
        let at = self.place(key);
        let divided = if divided { divides(key) } else { 0 };
        self.blocks[at] |= marks(key) | goes_on(key) | divided;
    }

    pub(super) fn put_end(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= marks(key) | ends(key);
    }

    pub(super) fn put_joined_end(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= marks(key) | ends_joined(key);
    }

    pub(super) fn put_cue(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= marks(key) | cue(key, false) | cue(key, true);
    }

    pub(super) fn put_joined_cue(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= marks(key) | cue(key, true);
    }

    /// Says of a cue that something is filed under it.
    pub(super) fn put_filed(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= filed(key);
    }

    pub(super) fn put_later(&mut self, key: u64) {
        let at = self.place(key);
        self.blocks[at] |= marks(key) | later(key);
    }

    /// The block that says what is here.
    #[inline]
    pub(crate) fn block(&self, key: u64) -> Block {
        Block(self.blocks[self.place(key)])
    }

    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * 8
    }
}

/// What the filter knows of some keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block(u64);

impl Block {
    /// Whether anything may be here.
    #[inline]
    pub(crate) fn has(self, key: u64) -> bool {
        let marks = marks(key);
        self.0 & marks == marks
    }

    /// What is here, where something may be.
    #[inline]
    pub(crate) fn see(self, key: u64) -> Sight {
        Sight { block: self.0, key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Filter {
        /// What may be here.
        pub(crate) fn see(&self, key: u64) -> Sight {
            let block = self.block(key);
            if block.has(key) { block.see(key) } else { Block(0).see(key) }
        }
    }

    #[test]
    fn what_is_there_is_seen_and_little_else() {
        let key = |n: u64| super::super::step(n, 77);
        let all = [0..2000, 200_000..201_000].into_iter().flatten();
        let mut filter = Filter::with_room(all.map(key));
        for n in 0..1000 {
            filter.put_going_on(key(n), n % 2 == 0);
            filter.put_end(key(n + 1000));
            filter.put_joined_end(key(n + 200_000));
            filter.put_later(key(n));
        }
        for n in 0..1000 {
            assert!(filter.see(key(n)).goes_on());
            assert!(filter.see(key(n)).divides() || n % 2 == 1);
            assert!(filter.see(key(n)).later());
            assert!(filter.see(key(n + 1000)).ends());
            assert!(filter.see(key(n + 200_000)).ends_joined());
        }
        // What is known of a key says little of what else is.
        let few = |known: &dyn Fn(Sight) -> bool| {
            let many = (0..1000).filter(|n| n % 2 == 1 && known(filter.see(key(*n)))).count();
            assert!(many < 120, "{many} of 500");
        };
        few(&|sight| sight.divides());
        few(&|sight| sight.ends());
        few(&|sight| sight.ends_joined());
        few(&|sight| sight.cue(false));
        few(&|sight| sight.cue(true));
        few(&|sight| sight.filed());
        let others = (0..1000).filter(|n| filter.see(key(*n)).ends()).count();
        assert!(others < 120, "{others} of 1,000");
        let seen = |sight: Sight| sight.ends() || sight.goes_on();
        let wrong = (2000..102_000).filter(|n| seen(filter.see(key(*n)))).count();
        assert!(wrong < 3000, "{wrong} of 100,000");
    }
}
