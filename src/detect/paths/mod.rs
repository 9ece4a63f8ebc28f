//! Names and phrases as paths of word hashes, in flat tables.
//!
//! A path's beginning is known only to a [`filter`], its end also to a table of [`ends`]. So a text
//! costs a look or two at each word, whatever the number of paths, and nearly all looks are at a
//! filter that is small enough for the caches. The filter of first words is apart from the others,
//! because it is asked far oftener.

mod ends;
mod filter;

use ends::Ends;
use filter::Filter;
pub(crate) use filter::Sight;

/// Which forms of words a path is made of. Their seeds keep the forms apart in the same tables.
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
#[derive(Debug, Default)]
pub(crate) struct Builder {
    /// Keys and phrases of paths of one word.
    single: Vec<(u64, u32)>,
    /// Of longer ones.
    longer: Vec<(u64, u32)>,
    /// States after a first word that goes on, and whether the next one may be divided.
    first: Vec<(u64, bool)>,
    /// States after later words that go on, alike.
    later: Vec<(u64, bool)>,
    /// States after first words that may be divided anywhere.
    anywhere: Vec<u64>,
    /// Words with which the divided first word of another path may begin.
    leads: Vec<u64>,
}

impl Builder {
    /// Makes room for the paths of so many more phrases, about.
    pub(crate) fn reserve(&mut self, phrases: usize) {
        self.single.reserve(phrases);
        self.first.reserve(phrases);
        self.longer.reserve(phrases);
        self.later.reserve(phrases / 2);
    }

    /// Adds a path that ends in `phrase`.
    pub(crate) fn add(
        &mut self,
        form: Form,
        words: impl IntoIterator<Item = u64>,
        divided: Divided,
        phrase: u32,
    ) {
        let mut words = words.into_iter();
        let Some(word) = words.next() else { return };
        let mut state = step(form.seed(), word);
        if divided == Divided::Anywhere {
            self.anywhere.push(state);
        }
        let mut many = 1;
        for word in words {
            let states = if many == 1 { &mut self.first } else { &mut self.later };
            states.push((state, divided.word(many)));
            state = step(state, word);
            many += 1;
        }
        if many == 1 { &mut self.single } else { &mut self.longer }.push((state, phrase));
    }

    /// Says that a divided first word may begin with this word.
    pub(crate) fn lead(&mut self, word: u64) {
        self.leads.push(lead(word));
    }

    /// Lays the tables out.
    pub(crate) fn build(mut self) -> Paths {
        for states in [&mut self.first, &mut self.later] {
            states.sort_unstable();
            states.dedup();
        }
        for states in [&mut self.anywhere, &mut self.leads] {
            states.sort_unstable();
            states.dedup();
        }
        let mut first = Filter::with_room(self.single.len() + self.first.len());
        let mut later = Filter::with_room(self.longer.len() + self.later.len());
        self.first.iter().for_each(|(state, divided)| first.put_going_on(*state, *divided));
        self.later.iter().for_each(|(state, divided)| later.put_going_on(*state, *divided));
        self.single.iter().for_each(|(state, _)| first.put_end(*state));
        self.longer.iter().for_each(|(state, _)| later.put_end(*state));
        let of = |states: &[u64]| {
            let mut filter = Filter::with_room(states.len());
            states.iter().for_each(|state| filter.put_end(*state));
            (!states.is_empty()).then_some(filter)
        };
        let ends = Ends::of(&[&self.single, &self.longer]);
        let (anywhere, leads) = (of(&self.anywhere), of(&self.leads));
        Paths { first, later, anywhere, leads, ends }
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
    /// Of states after one word.
    first: Filter,
    /// Of states after several.
    later: Filter,
    /// Of states after one word that may be divided anywhere; most words of a text stand beside words
    /// with which they could be one, and this spares looking for them among all paths.
    anywhere: Option<Filter>,
    /// Of words with which the divided first word of other paths may begin.
    leads: Option<Filter>,
    ends: Ends,
}

impl Default for Paths {
    fn default() -> Self {
        Builder::default().build()
    }
}

impl Paths {
    /// Whether a path may begin with this one word, or be it.
    #[inline]
    pub(crate) fn may_begin(&self, state: u64) -> bool {
        self.first.any(state)
    }

    /// The same for words with a space between them that are taken for one: `leads` says whether the
    /// first of them may lead.
    #[inline]
    pub(crate) fn may_begin_divided(&self, state: u64, leads: bool) -> bool {
        if leads {
            return self.first.any(state);
        }
        self.anywhere.as_ref().is_some_and(|filter| filter.any(state))
    }

    /// Whether a divided first word may begin with this word of so many characters.
    #[inline]
    pub(crate) fn may_lead(&self, word: u64, chars: u32) -> bool {
        chars > FAR || self.leads.as_ref().is_some_and(|filter| filter.any(lead(word)))
    }

    /// Whether any first word may be divided anywhere.
    #[inline]
    pub(crate) fn divides_anywhere(&self) -> bool {
        self.anywhere.is_some()
    }

    /// What may follow the first word.
    #[inline]
    pub(crate) fn after_first(&self, state: u64) -> Sight {
        self.first.see(state)
    }

    /// What may follow several words.
    #[inline]
    pub(crate) fn after_more(&self, state: u64) -> Sight {
        self.later.see(state)
    }

    /// The phrases that end here.
    #[inline]
    pub(crate) fn ends(&self, state: u64) -> impl Iterator<Item = u32> + '_ {
        self.ends.get(state)
    }

    /// Bytes that the tables take.
    pub(crate) fn bytes(&self) -> usize {
        let filters =
            [Some(&self.first), Some(&self.later), self.anywhere.as_ref(), self.leads.as_ref()];
        filters.into_iter().flatten().map(Filter::bytes).sum::<usize>() + self.ends.bytes()
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
        let state = |form: Form, words: &[u64]| {
            words.iter().fold(form.seed(), |state, word| step(state, *word))
        };
        let ends = |form, words: &[u64]| paths.ends(state(form, words)).collect::<Vec<_>>();
        for n in 0..1000u64 {
            let first = state(Form::Surface, &[n * 7 + 1]);
            assert!(paths.may_begin(first) && paths.after_first(first).goes_on);
            let both = [n * 7 + 1, n + 1];
            assert!(paths.after_more(state(Form::Surface, &both)).ends);
            assert!(ends(Form::Surface, &both).contains(&(n as u32)));
            assert!(paths.after_first(state(Form::Stem(0), &[n + 1])).ends);
        }
        assert_eq!(ends(Form::Surface, &[1, 1]).len(), 2);
        let both = paths.after_more(state(Form::Surface, &[1, 1]));
        assert!(both.goes_on && both.divides);
        assert!(paths.may_begin_divided(state(Form::Stem(0), &[7]), false));
        assert!(paths.may_lead(42, 2) && paths.may_lead(43, 40));
        assert!(ends(Form::Surface, &[3]).is_empty());
        assert!(ends(Form::Stem(1), &[1]).is_empty());
        assert!(paths.bytes() < 2002 * 20);
    }
}
