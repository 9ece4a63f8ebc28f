//! Which searches are worth asking: those of which every necessary part is there.
//!
//! Each phrase knows of which parts of which searches it is one, so an item costs what its own phrases
//! lead to, however long the lists of alternatives are. Of a part in the title only phrases of the
//! title count. What a part is the whole of need not be asked again.

use std::collections::BTreeMap;

use crate::detect::query::Ask;

use super::necessary::parts;

/// Of a search with more parts the lightest are looked at: the rarest, mostly.
const PARTS: usize = 8;
/// Bits of an entry that number the part.
const PART: u32 = 3;

/// The parts of all searches, by phrase.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    /// By list: where its entries begin, and where those of parts in the title do; one list more than
    /// phrases that are searched for.
    starts: Vec<[u32; 2]>,
    /// A search and one of its parts.
    entries: Vec<u32>,
    /// By search: all its parts.
    all: Vec<u8>,
}

/// Collects the parts of searches.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// By phrase: search, part, and whether it is one in the title.
    by_phrase: BTreeMap<u32, Vec<(bool, u32)>>,
    all: Vec<u8>,
}

impl Parts {
    /// Adds the search of the next number; `weight` says for how many words a phrase stands. Gives the things asked for together that need not be asked
    /// again where all parts are there, by their bits.
    pub(super) fn add(&mut self, ask: &Ask, weight: &impl Fn(u32) -> usize) -> u64 {
        let search = u32::try_from(self.all.len()).expect("fewer than four billion searches");
        assert!(search >> (32 - PART) == 0, "fewer than five hundred million searches");
        let mut parts = parts(ask, weight);
        parts.truncate(PARTS);
        let mut sure = 0;
        for (n, part) in (0..).zip(&parts) {
            for phrase in &part.phrases {
                let entries = self.by_phrase.entry(*phrase).or_default();
                entries.push((part.title, search << PART | n));
            }
            sure |= part.whole_of.filter(|whole| *whole < 64).map_or(0, |whole| 1 << whole);
        }
        self.all.push((0..parts.len()).fold(0, |all, n| all | 1 << n));
        sure
    }

    /// Lays the lists out: these, and for each the phrase that leads there.
    pub(super) fn finish(self) -> (Searched, Vec<u32>) {
        let (mut starts, mut entries) = (Vec::new(), Vec::new());
        let number = |n: usize| u32::try_from(n).expect("fewer than four billion words");
        let mut phrases = Vec::with_capacity(self.by_phrase.len());
        for (phrase, mut list) in self.by_phrase {
            list.sort_unstable();
            let anywhere = list.partition_point(|(title, _)| !title);
            starts.push([number(entries.len()), number(entries.len() + anywhere)]);
            entries.extend(list.into_iter().map(|(_, entry)| entry));
            phrases.push(phrase);
        }
        starts.push([number(entries.len()); 2]);
        (Searched { starts, entries, all: self.all }, phrases)
    }
}

/// The searches of one item, as far as their parts were seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By search: the parts that are there.
    there: Vec<u8>,
    /// Searches of which all are.
    pub(crate) whole: Vec<u32>,
}

impl Seen {
    /// Begins with nothing.
    pub(crate) fn start(&mut self, searched: &Searched) {
        self.there.clear();
        self.there.resize(searched.all.len(), 0);
        self.whole.clear();
    }

    /// A phrase was found that leads to this list, be it in the title.
    #[inline]
    pub(crate) fn see(&mut self, searched: &Searched, list: u32, in_title: bool) {
        let [from, title] = searched.starts[list as usize];
        let to = if in_title { searched.starts[list as usize + 1][0] } else { title };
        for entry in &searched.entries[from as usize..to as usize] {
            let search = (entry >> PART) as usize;
            let before = self.there[search];
            let now = before | 1 << (entry & ((1 << PART) - 1));
            self.there[search] = now;
            if now == searched.all[search] && now != before {
                self.whole.push(entry >> PART);
            }
        }
    }
}

impl Searched {
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.entries) + self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::query::Part;

    #[test]
    fn a_search_is_whole_when_all_its_parts_are_there() {
        let word = Ask::Words;
        let title = |one| Ask::In(Part::Title, Box::new(one));
        let mut parts = Parts::default();
        let both = Ask::All(vec![Ask::Any([1, 2].into()), title(word(3)), word(1)]);
        assert_eq!(parts.add(&both, &|_| 1), 0b111);
        let near = Ask::Near(1, Box::new(word(1)), Box::new(word(9)));
        assert_eq!(parts.add(&Ask::All(vec![near, word(2)]), &|_| 1), 0b10);
        let many = Ask::All((0..40).map(word).collect());
        assert_eq!(parts.add(&many, &|_| 1).count_ones(), PARTS as u32);
        let (searched, phrases) = parts.finish();
        let list = |phrase| phrases.binary_search(&phrase).unwrap() as u32;
        let mut seen = Seen::default();
        for (found, expected) in [
            (vec![(1, false), (3, false)], vec![]),
            (vec![(1, false), (3, true)], vec![0]),
            (vec![(2, true), (3, true)], vec![]),
            (vec![(2, false), (9, false), (1, true)], vec![1]),
            ((0..8).map(|phrase| (phrase, false)).collect(), vec![2]),
            (vec![], vec![]),
        ] {
            seen.start(&searched);
            for (phrase, in_title) in &found {
                seen.see(&searched, list(*phrase), *in_title);
            }
            seen.whole.sort_unstable();
            assert_eq!(seen.whole, expected, "{found:?}");
        }
    }
}
