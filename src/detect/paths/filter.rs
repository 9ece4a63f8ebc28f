//! Whether paths go on, or end, after certain words: roughly, and in memory that fits the caches.
//!
//! A Bloom filter in blocks of 64 bits. Each key sets two bits that say "something is here" and two
//! for each thing that is to be known of it (three for an end); so one look at memory answers all. It
//! never says no to what is there. What it wrongly says yes to (few of the
//! others, more of keys of which something else is known; the test below holds how many) costs time and changes
//! nothing: an end is looked up with its whole key, and what goes on must end.

use super::LENGTHS;

/// Bits of the filter for each key.
const BITS: usize = 12;

/// Things that are known of keys, each a number of bits by which a key's places are moved on. No two of them are
/// half a block apart, or where the one is known the other could seem to be.
const HERE: u32 = 0;
const GOES_ON: u32 = 5;
const ENDS: u32 = 11;
const ENDS_JOINED: u32 = 18;
const DIVIDES: u32 = 23;
const LATER: u32 = 29;
const CUE: u32 = 36;
const JOINED_CUE: u32 = 44;
const FILED: u32 = 51;

/// A key's places in its block. Its upper bits say where the block is, and the lowest are mixed least.
#[inline]
fn places(key: u64) -> [u32; 3] {
    [14, 20, 26].map(|from| (key >> from & 63) as u32)
}

/// The bits that say a thing of a key.
#[inline]
fn bits(key: u64, thing: u32) -> u64 {
    let [one, other, third] = places(key);
    // One more for an end: what is looked up in vain costs more than a bit of the filter.
    let third = if thing == ENDS { 1u64 << third } else { 0 };
    (1 << one | 1 << other | third).rotate_left(thing)
}

/// What the filter says of a key: a block turned by one of the key's places and by the other, so that in both
/// of them all that is known of the key stands where it stands of every other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    both: u64,
    third: u64,
}

impl Sight {
    #[inline]
    fn of(block: u64, key: u64) -> Self {
        let [one, other, third] = places(key).map(|place| block.rotate_right(place));
        Self { both: one & other, third }
    }

    #[inline]
    fn has(self, thing: u32) -> bool {
        self.both >> thing & 1 == 1
    }

    /// Longer paths may begin so.
    #[inline]
    pub(crate) fn goes_on(self) -> bool {
        self.has(GOES_ON)
    }

    /// Paths may end so.
    #[inline]
    pub(crate) fn ends(self) -> bool {
        (self.both & self.third) >> ENDS & 1 == 1
    }

    /// Paths may end so that are looked for only where words are taken together.
    #[inline]
    pub(crate) fn ends_joined(self) -> bool {
        self.has(ENDS_JOINED)
    }

    /// A text may divide the next word by a space.
    #[inline]
    pub(crate) fn divides(self) -> bool {
        self.has(DIVIDES)
    }

    /// Paths that are not looked for here may begin so, or may where words are taken together.
    #[inline]
    pub(crate) fn cue(self, joined: bool) -> bool {
        self.has(if joined { JOINED_CUE } else { CUE })
    }

    /// Something is filed under this cue.
    #[inline]
    pub(crate) fn filed(self) -> bool {
        self.has(FILED)
    }

    /// This word may stand behind the first one.
    #[inline]
    pub(crate) fn later(self) -> bool {
        self.has(LATER)
    }
}

/// The filter.
#[derive(Debug)]
pub(crate) struct Filter {
    blocks: Vec<u64>,
    /// Where the blocks of each length begin, and how many they are.
    lengths: [(usize, usize); 1 << LENGTHS],
}

/// What a key tells of a first word's length.
#[inline]
fn length(key: u64) -> usize {
    (key >> (64 - LENGTHS)) as usize
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

    fn put<const MANY: usize>(&mut self, key: u64, things: [u32; MANY]) {
        let at = self.place(key);
        self.blocks[at] |= things.iter().fold(0, |all, thing| all | bits(key, *thing));
    }

    pub(super) fn put_going_on(&mut self, key: u64, divided: bool) {
        self.put(key, [HERE, GOES_ON, if divided { DIVIDES } else { GOES_ON }]);
    }

    pub(super) fn put_end(&mut self, key: u64) {
        self.put(key, [HERE, ENDS]);
    }

    pub(super) fn put_joined_end(&mut self, key: u64) {
        self.put(key, [HERE, ENDS_JOINED]);
    }

    pub(super) fn put_cue(&mut self, key: u64) {
        self.put(key, [HERE, CUE, JOINED_CUE]);
    }

    pub(super) fn put_joined_cue(&mut self, key: u64) {
        self.put(key, [HERE, JOINED_CUE]);
    }

    /// Says of a cue that something is filed under it.
    pub(super) fn put_filed(&mut self, key: u64) {
        self.put(key, [FILED]);
    }

    pub(super) fn put_later(&mut self, key: u64) {
        self.put(key, [HERE, LATER]);
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
        let [one, other, _] = places(key);
        self.0 >> one & self.0 >> other & 1 == 1
    }

    /// What is here, where something may be.
    #[inline]
    pub(crate) fn see(self, key: u64) -> Sight {
        Sight::of(self.0, key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::step;
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
        let key = |n: u64| step(step(n, 77), 5);
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
        // Of each of these keys more is known than of a usual one.
        assert!(wrong < 6000, "{wrong} of 100,000");
    }
}
