//! Which phrases end where a path does, or what else is known of it: the whole key of each path, in buckets.
//!
//! All entries lie side by side, sorted into buckets of about two by counting; so the table is as
//! large as its entries, is made without comparing any two of them, and equal keys need no lists.

/// A path's key in two halves (as one number it would take four bytes more), or only its lower half where a
/// wrong entry now and then does no harm; and what ends there.
#[derive(Clone, Copy, Debug)]
struct Entry<T, const HALVES: usize> {
    key: [u32; HALVES],
    what: T,
}

/// The halves of a key, the lower one first.
#[inline]
fn halves<const HALVES: usize>(key: u64) -> [u32; HALVES] {
    std::array::from_fn(|half| (key >> (32 * half)) as u32)
}

/// Where entries begin and end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket(u32, u32);

impl Bucket {
    /// How many entries there are.
    pub(crate) fn entries(self) -> usize {
        (self.1 - self.0) as usize
    }
}

/// The finished table.
#[derive(Debug)]
pub(crate) struct Ends<T, const HALVES: usize = 2> {
    /// Where each bucket begins; one more than buckets.
    starts: Vec<u32>,
    entries: Vec<Entry<T, HALVES>>,
}

impl<T: Copy + Default, const HALVES: usize> Ends<T, HALVES> {
    /// Entries in a bucket, on average: the more is known of each, the fewer should be read in vain; but with
    /// whole keys the table of buckets would be as large as what it saves.
    const IN_BUCKET: usize = HALVES;

    /// Lays out what was collected, in several lists.
    pub(crate) fn of(lists: &[&[(u64, T)]]) -> Self {
        let many = lists.iter().map(|list| list.len()).sum::<usize>();
        let buckets = many.div_ceil(Self::IN_BUCKET).max(1);
        let mut starts = vec![0u32; buckets + 1];
        for (key, _) in lists.iter().copied().flatten() {
            starts[super::place(*key, buckets)] += 1;
        }
        // First to each bucket's end; filling it moves that to its beginning.
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut entries = vec![Entry { key: [0; HALVES], what: T::default() }; many];
        for (key, what) in lists.iter().copied().flatten() {
            let start = &mut starts[super::place(*key, buckets)];
            *start -= 1;
            entries[*start as usize] = Entry { key: halves(*key), what: *what };
        }
        Self { starts, entries }
    }

    /// Where the entries of a key begin and end, beside others: so that many keys are asked for
    /// before the first entry is.
    #[inline]
    pub(crate) fn bucket(&self, key: u64) -> Bucket {
        let bucket = super::place(key, self.starts.len() - 1);
        Bucket(self.starts[bucket], self.starts[bucket + 1])
    }

    /// Asks the memory for what is in a bucket without waiting for it: what is given is nothing but a
    /// reason to read it.
    #[inline]
    pub(crate) fn touch(&self, bucket: Bucket) -> u32 {
        let key = |at: u32| self.entries.get(at as usize).map_or(0, |entry| entry.key[0]);
        // A few entries may lie across two lines of the cache.
        key(bucket.0) ^ key(bucket.1.saturating_sub(1))
    }

    /// Gives everything in a bucket, and whether its path has this key: nothing here is decided by
    /// a branch that would have to wait for memory.
    #[inline]
    pub(crate) fn each(&self, bucket: Bucket, key: u64, mut each: impl FnMut(T, bool)) {
        for entry in &self.entries[bucket.0 as usize..bucket.1 as usize] {
            each(entry.what, entry.key == halves(key));
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.entries.len() * size_of::<Entry<T, HALVES>>()
    }
}
