//! Names and phrases as paths of word hashes, in flat tables: one for each form of words.
//!
//! A path's beginning is known only to a [`filter`], its end also to a table of [`ends`]. So a text
//! costs a look or two at each word, whatever the number of paths, and nearly all looks are at a
//! filter that is small enough for the caches. There is one filter for first words, one for pairs
//! and one for whatever is longer: the farther on, the more rarely it is asked, and what most texts
//! ask of is small.

mod ends;
mod filter;

pub(crate) use ends::Bucket;
use ends::Ends;
pub(crate) use filter::Filter;

/// Which forms of words a path is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words as they are.
    Surface,
    /// Stems of a language, by its number.
    Stem(u8),
}

impl Form {
    /// The words as they are, and the stems of four languages.
    const MANY: usize = 5;

    fn number(self) -> usize {
        match self {
            Self::Surface => 0,
            Self::Stem(lang) => 1 + usize::from(lang),
        }
    }
}

/// The state before the first word.
pub(crate) const START: u64 = 0x51_7c_c1_b7_27_22_0a_95;

/// The state after one more word.
#[inline]
pub(crate) fn step(state: u64, word: u64) -> u64 {
    let x = (state.rotate_left(23) ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^ (x >> 32)
}

/// Where a key belongs among `places`, by its upper bits.
#[inline]
fn place(key: u64, places: usize) -> usize {
    ((u128::from(key) * places as u128) >> 64) as usize
}

/// Phrases are numbered by 32 bits.
pub(crate) const MOST: usize = u32::MAX as usize - 1;

/// Which words of a path a text may divide by a space. By a hyphen it may divide any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divided {
    /// All words.
    Anywhere,
    /// Those whose bits are set.
    Only(u64),
}

impl Divided {
    fn word(self, n: usize) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Only(words) => n > 63 || words >> n & 1 == 1,
        }
    }
}

/// Collects paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builder {
    forms: [Draft; Form::MANY],
}

/// The paths of one form.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// Keys and phrases of paths of one word.
    single: Vec<(u64, u32)>,
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
    /// States after first words that may be divided anywhere.
    anywhere: Vec<u64>,
    /// Words with which the divided first word of another path may begin.
    leads: Vec<u64>,
}

impl Builder {
    /// Makes room for so many more names, about.
    pub(crate) fn reserve(&mut self, names: usize) {
        let surface = &mut self.forms[Form::Surface.number()];
        surface.single.reserve(names);
        surface.first.reserve(names);
        surface.double.reserve(names / 2);
        surface.second.reserve(names / 2);
        surface.longer.reserve(names / 2);
    }

    /// Adds a path that ends in `phrase`.
    pub(crate) fn add(
        &mut self,
        form: Form,
        words: impl IntoIterator<Item = u64>,
        divided: Divided,
        phrase: u32,
    ) {
        let draft = &mut self.forms[form.number()];
        let mut words = words.into_iter();
        let Some(word) = words.next() else { return };
        let mut state = step(START, word);
        if divided == Divided::Anywhere {
            draft.anywhere.push(state);
        }
        let mut many = 1;
        for word in words {
            let states = match many {
                1 => &mut draft.first,
                2 => &mut draft.second,
                _ => &mut draft.later,
            };
            states.push((state, divided.word(many)));
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

    /// Says that a name's divided first word may begin with this word.
    pub(crate) fn lead(&mut self, word: u64) {
        self.forms[Form::Surface.number()].leads.push(lead(word));
    }

    /// Lays the tables out.
    pub(crate) fn build(self) -> Paths {
        Paths { forms: self.forms.map(Draft::build) }
    }
}

impl Draft {
    fn build(mut self) -> Table {
        for states in [&mut self.first, &mut self.second, &mut self.later] {
            states.sort_unstable();
            states.dedup();
        }
        for states in [&mut self.anywhere, &mut self.leads] {
            states.sort_unstable();
            states.dedup();
        }
        let of = |ends: &[(u64, u32)], states: &[(u64, bool)]| {
            let mut filter = Filter::with_room(ends.len() + states.len());
            states.iter().for_each(|(state, divided)| filter.put_going_on(*state, *divided));
            ends.iter().for_each(|(state, _)| filter.put_end(*state));
            filter
        };
        let mut first = of(&self.single, &self.first);
        self.anywhere.iter().for_each(|state| first.put_anywhere(*state));
        let mut leads = Filter::with_room(self.leads.len());
        self.leads.iter().for_each(|lead| leads.put_end(*lead));
        Table {
            first,
            second: of(&self.double, &self.second),
            later: of(&self.longer, &self.later),
            anywhere: !self.anywhere.is_empty(),
            leads,
            ends: Ends::of(&[&self.single, &self.double, &self.longer]),
        }
    }
}

/// A word as the filter of leads knows it.
#[inline]
fn lead(word: u64) -> u64 {
    step(0x94d0_49bb_1331_11eb, word)
}

/// Nobody knows where words longer than this may be divided.
const FAR: u32 = 31;

/// The finished tables.
#[derive(Debug)]
pub(crate) struct Paths {
    forms: [Table; Form::MANY],
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
    /// Whether any first word may be divided anywhere.
    pub(crate) anywhere: bool,
    /// Of words with which the divided first word of other paths may begin.
    leads: Filter,
    ends: Ends,
}

impl Table {
    /// Whether a divided first word may begin with this word of so many characters.
    #[inline]
    pub(crate) fn may_lead(&self, word: u64, chars: u32) -> bool {
        (chars > FAR) | self.leads.any(lead(word))
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
        let filters = [&self.first, &self.second, &self.later, &self.leads];
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
            builder.add(Form::Surface, [n * 7 + 1, n + 1], Divided::Only(0), n as u32);
            builder.add(Form::Stem(0), [n + 1], Divided::Anywhere, n as u32);
        }
        builder.add(Form::Surface, [1, 1], Divided::Only(0), 5000);
        builder.add(Form::Surface, [1, 1, 9], Divided::Only(4), 5001);
        builder.lead(42);
        let paths = builder.build();
        let state = |words: &[u64]| words.iter().fold(START, |state, word| step(state, *word));
        let ends = |form, words: &[u64]| {
            let (table, state) = (paths.of(form), state(words));
            let mut found = Vec::new();
            table.each_end(table.bucket(state), state, |phrase, here| {
                found.extend(here.then_some(phrase));
            });
            found
        };
        let (surface, stems) = (paths.of(Form::Surface), paths.of(Form::Stem(0)));
        for n in 0..1000u64 {
            assert!(surface.first.see(state(&[n * 7 + 1])).goes_on);
            let both = [n * 7 + 1, n + 1];
            assert!(surface.second.see(state(&both)).ends);
            assert!(ends(Form::Surface, &both).contains(&(n as u32)));
            let sight = stems.first.see(state(&[n + 1]));
            assert!(sight.ends && sight.anywhere);
        }
        assert_eq!(ends(Form::Surface, &[1, 1]).len(), 2);
        let both = surface.second.see(state(&[1, 1]));
        assert!(both.goes_on && both.divides);
        assert_eq!(ends(Form::Surface, &[1, 1, 9]), [5001]);
        assert!(surface.later.see(state(&[1, 1, 9])).ends);
        assert!(!surface.anywhere && stems.anywhere);
        assert!(surface.may_lead(42, 2) && surface.may_lead(43, 40));
        assert!(ends(Form::Surface, &[3]).is_empty());
        assert!(ends(Form::Stem(1), &[1]).is_empty());
        assert!(paths.bytes() < 2002 * 20);
    }
}
