//! Names and phrases as paths of word hashes, in one flat table.
//!
//! The table maps the hash of a path's beginning to what ends there and whether any path goes on.
//! So a text costs a look-up or two at each word, whatever the number of paths: nothing here grows
//! with the watchlist but the table.

/// Which forms of words a path is made of. Their seeds keep the forms apart in the one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words as they are.
    Surface,
    /// Stems of a language, by its number.
    Stem(u8),
}

impl Form {
    /// The state before the first word.
    pub(crate) fn seed(self) -> u64 {
        match self {
            Self::Surface => 0x51_7c_c1_b7_27_22_0a_95,
            Self::Stem(lang) => 0x6c_62_27_2e_07_bb_01_42 ^ (u64::from(lang) + 1) << 56,
        }
    }
}

/// The state after one more word.
pub(crate) fn step(state: u64, word: u64) -> u64 {
    let x = (state.rotate_left(23) ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^ (x >> 32)
}

const MORE: u32 = 1 << 31;
const LIST: u32 = 1 << 30;
const NOTHING: u32 = LIST - 1;
/// More phrases than this cannot be numbered.
pub(crate) const MOST: usize = NOTHING as usize - 1;

/// Collects paths.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    entries: Vec<(u64, u32)>,
}

impl Builder {
    /// Adds a path that ends in `phrase`.
    pub(crate) fn add(&mut self, form: Form, words: impl IntoIterator<Item = u64>, phrase: u32) {
        let mut state = form.seed();
        let first = self.entries.len();
        for word in words {
            state = step(state, word);
            self.entries.push((state, MORE));
        }
        if let Some(last) = self.entries.get_mut(first..).and_then(<[_]>::last_mut) {
            last.1 = phrase;
        }
    }

    /// Lays the table out.
    pub(crate) fn build(mut self) -> Paths {
        self.entries.sort_unstable();
        self.entries.dedup();
        let distinct = self.entries.chunk_by(|a, b| a.0 == b.0).count();
        let size = (distinct * 5 / 4).max(16);
        let mut paths = Paths {
            filter: vec![0; (distinct * FILTER_BITS).div_ceil(64).max(1)],
            slots: vec![Slot::default(); size],
            lists: Vec::new(),
        };
        for same in self.entries.chunk_by(|a, b| a.0 == b.0) {
            let more = same.iter().any(|(_, value)| *value == MORE);
            let ends = same.iter().map(|(_, value)| *value).filter(|value| *value != MORE);
            let value = match ends.clone().count() {
                0 => NOTHING,
                1 => ends.clone().next().unwrap_or(NOTHING),
                many => {
                    let at = paths.lists.len();
                    paths.lists.push(u32::try_from(many).unwrap_or(0));
                    paths.lists.extend(ends);
                    LIST | u32::try_from(at).unwrap_or(0)
                }
            };
            paths.put(same[0].0, value | if more { MORE } else { 0 });
        }
        paths
    }
}

/// Bits of the filter for each key, of which each key sets three: of the look-ups for nothing, about
/// two of a hundred pass.
const FILTER_BITS: usize = 10;

/// The finished table: open addressing, never full. Nearly all words of a text lead nowhere, so a
/// filter small enough for the cache is asked first.
#[derive(Debug)]
pub(crate) struct Paths {
    /// Three bits for each key, all in one word.
    filter: Vec<u64>,
    slots: Vec<Slot>,
    lists: Vec<u32>,
}

/// A key and its value, side by side in memory; a key of zero marks a free slot.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// Upper and lower half: as one number it would take four bytes more.
    key: [u32; 2],
    value: u32,
}

impl Slot {
    fn key(self) -> u64 {
        u64::from(self.key[0]) << 32 | u64::from(self.key[1])
    }
}

/// Keeps what is wanted, without a branch that depends on it.
fn keep<T: Copy>(all: &mut Vec<T>, wanted: impl Fn(&T) -> bool) {
    let mut kept = 0;
    for n in 0..all.len() {
        let one = all[n];
        all[kept] = one;
        kept += usize::from(wanted(&one));
    }
    all.truncate(kept);
}

impl Default for Paths {
    fn default() -> Self {
        Builder::default().build()
    }
}

/// Where a key belongs among `places`, by its upper bits.
fn place(key: u64, places: usize) -> usize {
    ((u128::from(key) * places as u128) >> 64) as usize
}

/// The bits of a key in its word of the filter, by its lower bits.
fn marks(key: u64) -> u64 {
    1 << (key & 63) | 1 << (key >> 6 & 63) | 1 << (key >> 12 & 63)
}

/// What the table knows of a path's beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    value: u32,
}

impl Found {
    /// Whether a longer path begins so.
    pub(crate) fn more(self) -> bool {
        self.value & MORE != 0
    }
}

impl Paths {
    fn put(&mut self, key: u64, value: u32) {
        let word = place(key, self.filter.len());
        self.filter[word] |= marks(key);
        // A key of zero would only be lost, at odds of 2^-64.
        let mut at = place(key, self.slots.len());
        while self.slots[at].key() != 0 {
            at = self.after(at);
        }
        self.slots[at] = Slot { key: [(key >> 32) as u32, key as u32], value };
    }

    /// Looks a path's beginning up.
    pub(crate) fn get(&self, key: u64) -> Option<Found> {
        let mut at = place(key, self.slots.len());
        loop {
            match self.slots[at].key() {
                0 => return None,
                found if found == key => return Some(Found { value: self.slots[at].value }),
                _ => at = self.after(at),
            }
        }
    }

    /// Takes out what surely is not in the table. No step waits for the one before, and none is
    /// decided by a branch, so that the memory is asked many things at once.
    pub(crate) fn retain<T: Copy>(&self, all: &mut Vec<T>, key: impl Fn(&T) -> u64) {
        let filtered = |key: u64| {
            let marks = marks(key);
            self.filter[place(key, self.filter.len())] & marks == marks
        };
        let there = |key: u64| self.slots[place(key, self.slots.len())].key() != 0;
        keep(all, |one| filtered(key(one)));
        keep(all, |one| there(key(one)));
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    /// The phrases that end here.
    pub(crate) fn ends(&self, found: Found) -> impl Iterator<Item = u32> {
        let value = found.value & !MORE;
        let (single, list): (Option<u32>, &[u32]) = if value & LIST != 0 {
            let at = (value & NOTHING) as usize;
            let many = self.lists[at] as usize;
            (None, &self.lists[at + 1..at + 1 + many])
        } else {
            ((value != NOTHING).then_some(value), &[])
        };
        single.into_iter().chain(list.iter().copied())
    }

    /// Bytes that the table takes.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.filter.len() * 8 + self.slots.len() * 12 + self.lists.len() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_found_and_no_other() {
        let mut builder = Builder::default();
        for n in 0..1000u64 {
            builder.add(Form::Surface, [n * 7 + 1, n + 1], n as u32);
            builder.add(Form::Stem(0), [n + 1], n as u32);
        }
        builder.add(Form::Surface, [1, 1], 5000);
        let paths = builder.build();
        let seek = |form: Form, words: &[u64]| {
            let state = words.iter().fold(form.seed(), |state, word| step(state, *word));
            paths.get(state)
        };
        for n in 0..1000u64 {
            assert!(seek(Form::Surface, &[n * 7 + 1]).is_some_and(Found::more));
            let end = seek(Form::Surface, &[n * 7 + 1, n + 1]).unwrap();
            assert!(paths.ends(end).any(|phrase| phrase == n as u32));
        }
        assert_eq!(paths.ends(seek(Form::Surface, &[1, 1]).unwrap()).count(), 2);
        assert!(seek(Form::Surface, &[3]).is_none());
        assert!(seek(Form::Stem(1), &[1]).is_none());
        assert!(paths.bytes() < 3001 * 64);
    }
}
