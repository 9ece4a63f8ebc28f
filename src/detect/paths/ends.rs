//! Which phrases end where a path does, or what else is known of it: the whole key of each path, in buckets.
//!
//! All entries lie side by side, sorted into buckets of about two by counting; so the table is as
//! large as its entries, is made without comparing any two of them, and equal keys need no lists.

/// Entries in a bucket, on average.
const IN_BUCKET: usize = 2;

/// A path's key in two halves (as one number it would take four bytes more) and what ends there.
#[derive(Clone, Copy, Debug, Default)]
struct Entry<T> {
    key: [u32; 2],
    what: T,
}

/// The halves of a key.
fn halves(key: u64) -> [u32; 2] {
    [(key >> 32) as u32, key as u32]
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
pub(crate) struct Ends<T> {
    /// Where each bucket begins; one more than buckets.
    starts: Vec<u32>,
    entries: Vec<Entry<T>>,
}

impl<T: Copy + Default> Ends<T> {
    /// Lays out what was collected, in several lists.
    pub(crate) fn of(lists: &[&[(u64, T)]]) -> Self {
        let many = lists.iter().map(|list| list.len()).sum::<usize>();
        let buckets = many.div_ceil(IN_BUCKET).max(1);
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
        let mut entries = vec![Entry::default(); many];
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

    /// Gives everything in a bucket, and whether its path has this key: nothing here is decided by
    /// a branch that would have to wait for memory.
    #[inline]
    pub(crate) fn each(&self, bucket: Bucket, key: u64, mut each: impl FnMut(T, bool)) {
        for entry in &self.entries[bucket.0 as usize..bucket.1 as usize] {
            each(entry.what, entry.key == halves(key));
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.entries.len() * size_of::<Entry<T>>()
    }
}
