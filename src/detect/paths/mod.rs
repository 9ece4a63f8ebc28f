//! Names and phrases as paths of word hashes, in flat tables: one for each form of words.
//!
//! A path's beginning is known only to a [`filter`], its end also to a table of [`ends`]. So a text
//! costs a look or two at each word, whatever the number of paths, and nearly all looks are at a
//! filter that is small enough for the caches. There is one filter for first words, one for pairs
//! and one for whatever is longer: the farther on, the more rarely it is asked, and what most texts
//! ask of is small.

mod ends;
mod filter;
mod splits;

pub(crate) use ends::{Bucket, Ends};
pub(crate) use filter::{Block, Filter};
use splits::Splits;

use super::stem::Lang;

/// Which forms of words a path is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// Words as they are.
    Surface,
    /// Stems of a language, by its number.
    Stem(u8),
}

impl Form {
    /// The words as they are, and the stems of four languages.
    const MANY: usize = 5;

    /// Whether every text is walked in this form, whatever its language: as it is, and by English stems.
    pub(crate) fn is_common(self) -> bool {
        matches!(self, Self::Surface | Self::Stem(ENGLISH))
    }

    fn number(self) -> usize {
        match self {
            Self::Surface => 0,
            Self::Stem(lang) => 1 + usize::from(lang),
        }
    }
}

/// The number of English among the languages.
const ENGLISH: u8 = Lang::En as u8;

/// The state before the first word.
pub(crate) const START: u64 = 0x51_7c_c1_b7_27_22_0a_95;

/// The state after one more word.
#[inline]
pub(crate) fn step(state: u64, word: u64) -> u64 {
    let x = (state.rotate_left(23) ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^ (x >> 32)
}

/// The state after a first word of so many characters. Its upper bits say about how many: what is known of
/// words of one length lies together, and the long ones, which are mostly several words of a name written as
/// one, outnumber the others by far and are seldom asked about.
#[inline]
pub(crate) fn begin(word: u64, chars: u32) -> u64 {
    step(START, word) >> LENGTHS | LENGTH[chars.min(15) as usize]
}

/// Bits of a state after a first word that tell its length.
const LENGTHS: u32 = 2;

/// What they tell, by characters: up to 7, 10, 14, or more.
const LENGTH: [u64; 16] = {
    let mut lengths = [0; 16];
    let mut chars = 0;
    while chars < 16 {
        let length = (chars > 7) as u64 + (chars > 10) as u64 + (chars > 14) as u64;
        lengths[chars] = length << (64 - LENGTHS);
        chars += 1;
    }
    lengths
};

/// Where a key belongs among `places`, by its upper bits behind those that may tell a length.
#[inline]
fn place(key: u64, places: usize) -> usize {
    ((u128::from(key << LENGTHS) * places as u128) >> 64) as usize
}

/// Phrases are numbered by 32 bits.
pub(crate) const MOST: usize = u32::MAX as usize - 1;

/// Where a text may divide the words of a path by a space. By a hyphen it may divide any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Divided {
    /// The words that it may divide at all, by their bits.
    pub(crate) words: u64,
    /// Where it may divide the first one: bit n, after n characters (the last bit: that many or more).
    pub(crate) first: u64,
    /// Whether it may divide the first one in two, so that no other path is found at the same place.
    pub(crate) in_two: bool,
    /// In three, alike.
    pub(crate) in_three: bool,
}

impl Divided {
    /// All words, and in as many parts as there may be.
    pub(crate) const ANYWHERE: Self =
        Self { words: u64::MAX, first: u64::MAX, in_two: true, in_three: true };
    /// No word.
    #[cfg(test)]
    const NOWHERE: Self = Self { words: 0, first: 0, in_two: false, in_three: false };

    fn word(self, n: usize) -> bool {
        n > 63 || self.words >> n & 1 == 1
    }
}

/// Collects paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builder {
    forms: [Draft; Form::MANY],
    /// The cues under which something is filed, sorted.
    filed: Vec<u64>,
}

/// The paths of one form.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// Keys and phrases of paths of one word.
    single: Vec<(u64, u32)>,
    /// Of those that are looked for only where words of a text are taken together.
    joined: Vec<(u64, u32)>,
    /// Of two.
    double: Vec<(u64, u32)>,
    /// Of more.
    longer: Vec<(u64, u32)>,
    /// States after a first word that goes on, and whether the next one may be divided.
    first: Vec<(u64, bool)>,
    /// States after a second word that go on, alike.
    second: Vec<(u64, bool)>,
    /// After later words.
    later: Vec<(u64, bool)>,
    /// What stands behind first words, each by the state that it would be as a first one.
    behind: Vec<u64>,
    /// States after the first words of others.
    cues: Vec<u64>,
    /// After such as are looked for only where words are taken together.
    joined_cues: Vec<u64>,
    /// First words that may be divided in two by a space.
    in_two: Splits,
    /// In three.
    in_three: Splits,
}

impl Builder {
    /// Makes room for so many more names, about.
    pub(crate) fn reserve(&mut self, names: usize) {
        let surface = &mut self.forms[Form::Surface.number()];
        surface.single.reserve(names);
        surface.first.reserve(names);
        surface.behind.reserve(names);
        surface.double.reserve(names / 2);
        surface.second.reserve(names / 2);
        surface.longer.reserve(names / 2);
    }

    /// Adds a path of words, given with their characters, that ends in `phrase`.
    pub(crate) fn add(
        &mut self,
        form: Form,
        words: impl IntoIterator<Item = (u64, u32)>,
        divided: Divided,
        phrase: u32,
    ) {
        let draft = &mut self.forms[form.number()];
        let mut words = words.into_iter();
        let Some((word, chars)) = words.next() else { return };
        let mut state = begin(word, chars);
        draft.divide(chars, divided);
        let mut many = 1;
        for (word, chars) in words {
            let states = match many {
                1 => &mut draft.first,
                2 => &mut draft.second,
                _ => &mut draft.later,
            };
            states.push((state, divided.word(many)));
            draft.behind.push(begin(word, chars));
            state = step(state, word);
            many += 1;
        }
        let ends = match many {
            1 => &mut draft.single,
            2 => &mut draft.double,
            _ => &mut draft.longer,
        };
        ends.push((state, phrase));
    }

    /// Adds a path of one word that is looked for only where words of a text are taken together: as it
    /// stands, another form finds it.
    pub(crate) fn add_joined(
        &mut self,
        form: Form,
        (word, chars): (u64, u32),
        divided: Divided,
        phrase: u32,
    ) {
        let draft = &mut self.forms[form.number()];
        draft.joined.push((begin(word, chars), phrase));
        draft.divide(chars, divided);
    }

    /// Makes the first words of others known as cues.
    pub(crate) fn listen_for(&mut self, others: &Self) {
        for (draft, other) in self.forms.iter_mut().zip(&others.forms) {
            let ends = other.single.iter().map(|one| one.0);
            draft.cues.extend(other.first.iter().map(|one| one.0).chain(ends));
            draft.joined_cues.extend(other.joined.iter().map(|one| one.0));
            draft.in_two.add(&other.in_two);
            draft.in_three.add(&other.in_three);
        }
    }

    /// Says under which cues something is filed; they are sorted.
    pub(crate) fn files_under(&mut self, cues: Vec<u64>) {
        self.filed = cues;
    }

    /// Lays the tables out.
    pub(crate) fn build(self) -> Paths {
        let filed = &self.filed;
        Paths { forms: Box::new(self.forms.map(|draft| draft.build(filed))) }
    }
}

impl Draft {
    /// A first word of so many characters may be divided so.
    fn divide(&mut self, chars: u32, divided: Divided) {
        if divided.in_two {
            self.in_two.put(divided.first, chars);
        }
        if divided.in_three {
            self.in_three.put(divided.first, chars);
        }
    }

    fn build(mut self, filed: &[u64]) -> Table {
        for states in [&mut self.first, &mut self.second, &mut self.later] {
            states.sort_unstable();
            states.dedup();
        }
        for keys in [&mut self.cues, &mut self.joined_cues, &mut self.behind] {
            keys.sort_unstable();
            keys.dedup();
        }
        let of = |ends: &[(u64, u32)],
                  joined: &[(u64, u32)],
                  states: &[(u64, bool)],
                  [cues, joined_cues, behind]: [&[u64]; 3]| {
            let paths = ends.iter().chain(joined).map(|one| one.0);
            let words = [cues, joined_cues, behind].into_iter().flatten().copied();
            let keys = paths.chain(states.iter().map(|one| one.0)).chain(words);
            let mut filter = Filter::with_room(keys);
            behind.iter().for_each(|word| filter.put_later(*word));
            cues.iter().for_each(|cue| filter.put_cue(*cue));
            joined_cues.iter().for_each(|cue| filter.put_joined_cue(*cue));
            let under = |cue: &&u64| filed.binary_search(cue).is_ok();
            cues.iter().chain(joined_cues).filter(under).for_each(|cue| filter.put_filed(*cue));
            states.iter().for_each(|(state, divided)| filter.put_going_on(*state, *divided));
            ends.iter().for_each(|(state, _)| filter.put_end(*state));
            joined.iter().for_each(|(state, _)| filter.put_joined_end(*state));
            filter
        };
        let words = [&self.cues[..], &self.joined_cues, &self.behind];
        Table {
            first: of(&self.single, &self.joined, &self.first, words),
            second: of(&self.double, &[], &self.second, [&[]; 3]),
            later: of(&self.longer, &[], &self.later, [&[]; 3]),
            in_two: self.in_two,
            in_three: self.in_three,
            ends: Ends::of(&[&self.single, &self.joined, &self.double, &self.longer]),
        }
    }
}

/// The finished tables.
#[derive(Debug)]
pub(crate) struct Paths {
    forms: Box<[Table; Form::MANY]>,
}

impl Default for Paths {
    fn default() -> Self {
        Builder::default().build()
    }
}

impl Paths {
    /// The paths of one form.
    pub(crate) fn of(&self, form: Form) -> &Table {
        &self.forms[form.number()]
    }

    /// Bytes that the tables take.
    pub(crate) fn bytes(&self) -> usize {
        self.forms.iter().map(Table::bytes).sum()
    }
}

/// The paths of one form.
#[derive(Debug)]
pub(crate) struct Table {
    /// Of states after one word.
    pub(crate) first: Filter,
    /// Of states after two.
    pub(crate) second: Filter,
    /// Of states after more.
    pub(crate) later: Filter,
    in_two: Splits,
    in_three: Splits,
    ends: Ends<u32>,
}

impl Table {
    /// Whether a text may divide a first word of so many characters in two by a space, after as many
    /// as are `before`. Mostly two words of a text have not the lengths for that.
    #[inline]
    pub(crate) fn in_two(&self, before: u32, chars: u32) -> bool {
        self.in_two.has(before, chars)
    }

    /// In three, of which one place is looked at.
    #[inline]
    pub(crate) fn in_three(&self, before: u32, chars: u32) -> bool {
        self.in_three.has(before, chars)
    }

    /// Where the phrases that end here would be.
    #[inline]
    pub(crate) fn bucket(&self, state: u64) -> Bucket {
        self.ends.bucket(state)
    }

    /// Gives each phrase there, and whether it ends here.
    #[inline]
    pub(crate) fn each_end(&self, bucket: Bucket, state: u64, each: impl FnMut(u32, bool)) {
        self.ends.each(bucket, state, each);
    }

    fn bytes(&self) -> usize {
        let filters = [&self.first, &self.second, &self.later];
        filters.into_iter().map(Filter::bytes).sum::<usize>() + self.ends.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_found_and_no_other() {
        let mut builder = Builder::default();
        for n in 0..1000u64 {
            let words = [(n * 7 + 1, 4), (n + 1, 5)];
            builder.add(Form::Surface, words, Divided::NOWHERE, n as u32);
            builder.add(Form::Stem(0), [(n + 1, 6)], Divided::ANYWHERE, n as u32);
        }
        builder.add(Form::Surface, [(1, 4), (1, 4)], Divided::NOWHERE, 5000);
        let third = Divided { words: 4, ..Divided::NOWHERE };
        builder.add(Form::Surface, [(1, 4), (1, 4), (9, 1)], third, 5001);
        let paths = builder.build();
        let state = |words: &[(u64, u32)]| {
            let (word, chars) = words[0];
            words[1..].iter().fold(begin(word, chars), |state, (word, _)| step(state, *word))
        };
        let ends = |form, words: &[(u64, u32)]| {
            let (table, state) = (paths.of(form), state(words));
            let mut found = Vec::new();
            table.each_end(table.bucket(state), state, |phrase, here| {
                found.extend(here.then_some(phrase));
            });
            found
        };
        let (surface, stems) = (paths.of(Form::Surface), paths.of(Form::Stem(0)));
        for n in 0..1000u64 {
            assert!(surface.first.see(state(&[(n * 7 + 1, 4)])).goes_on());
            let both = [(n * 7 + 1, 4), (n + 1, 5)];
            assert!(surface.second.see(state(&both)).ends());
            assert!(ends(Form::Surface, &both).contains(&(n as u32)));
            assert!(stems.first.see(state(&[(n + 1, 6)])).ends());
            assert!(surface.first.see(state(&[(n + 1, 5)])).later());
        }
        assert_eq!(ends(Form::Surface, &[(1, 4), (1, 4)]).len(), 2);
        let both = surface.second.see(state(&[(1, 4), (1, 4)]));
        assert!(both.goes_on() && both.divides());
        assert_eq!(ends(Form::Surface, &[(1, 4), (1, 4), (9, 1)]), [5001]);
        assert!(surface.later.see(state(&[(1, 4), (1, 4), (9, 1)])).ends());
        assert!(!surface.in_two(2, 4) && stems.in_two(2, 6) && stems.in_three(5, 6));
        assert!(!stems.in_two(2, 7) && !stems.in_two(6, 6));
        assert!(ends(Form::Surface, &[(3, 4)]).is_empty());
        assert!(ends(Form::Stem(1), &[(1, 4)]).is_empty());
        assert!(paths.bytes() < 2002 * 20);
    }
}
