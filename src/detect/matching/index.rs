//! Where the places of each phrase begin: searches ask that of many phrases, of which most are absent.

use std::ops::Range;

use crate::detect::find::Occ;

/// A table with room for twice as many as there are, each at the first free place from its own on.
#[derive(Debug, Default)]
pub(crate) struct Index {
    places: Vec<Place>,
    /// What leaves the number of a place of a phrase's spread bits.
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    phrase: u32,
    from: u32,
    to: u32,
}

impl Place {
    /// Phrases are numbered below this.
    const FREE: Self = Self { phrase: u32::MAX, from: 0, to: 0 };
}

impl Index {
    /// Of these places, sorted by phrase, in the room of what was there before.
    pub(super) fn fill(&mut self, found: &[Occ]) {
        let phrases = found.chunk_by(|one, next| one.phrase == next.phrase).count();
        let bits = (2 * phrases).max(2).next_power_of_two().trailing_zeros();
        self.places.clear();
        self.places.resize(1 << bits, Place::FREE);
        self.shift = 32 - bits;
        let mut from = 0;
        for same in found.chunk_by(|one, next| one.phrase == next.phrase) {
            let to = from + u32::try_from(same.len()).unwrap_or(u32::MAX);
            let at = self.place_of(same[0].phrase);
            self.places[at] = Place { phrase: same[0].phrase, from, to };
            from = to;
        }
    }

    /// Where a phrase stands or would stand.
    #[inline]
    fn place_of(&self, phrase: u32) -> usize {
        let mut at = (phrase.wrapping_mul(0x9e37_79b1) >> self.shift) as usize;
        while self.places[at].phrase != phrase && self.places[at].phrase != Place::FREE.phrase {
            at = (at + 1) & (self.places.len() - 1);
        }
        at
    }

    /// Where the places of a phrase begin and end.
    #[inline]
    pub(crate) fn get(&self, phrase: u32) -> Range<usize> {
        let Place { from, to, .. } = self.places[self.place_of(phrase)];
        from as usize..to as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_has_its_places() {
        let mut index = Index::default();
        for many in [0, 1, 2, 3, 100, 513] {
            let phrase = |n: u32| n * 64 + 5;
            let found: Vec<Occ> = (0..many)
                .flat_map(|n| (0..=n % 3).map(move |first| (n, first)))
                .map(|(n, first)| Occ { phrase: phrase(n), first, last: first })
                .collect();
            index.fill(&found);
            for n in 0..many {
                let places = &found[index.get(phrase(n))];
                assert_eq!(places.len(), n as usize % 3 + 1);
                assert!(places.iter().all(|occ| occ.phrase == phrase(n)));
            }
            assert!((0..300).all(|n| index.get(n * 64 + 4).is_empty()));
        }
    }
}
