//! A rule where it is filed, and what else it needs: a few bytes that say of most rules that they need not
//! be asked.

use std::collections::BTreeSet;

/// A second thing without which a rule cannot hold, so that most rules need not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Also {
    /// Nothing that could be said in a word.
    Nothing,
    /// A phrase that is looked for in every item.
    Phrase(u32),
    /// A topic.
    Topic(u32),
    /// A company, whichever it is.
    AnyCompany,
}

/// Kinds of [`Also`] in the two upper bits of a number.
impl Also {
    const KINDS: u32 = 30;

    fn packed(self) -> u32 {
        let (kind, number) = match self {
            Self::Nothing => (0, 0),
            Self::Phrase(phrase) => (1, phrase),
            Self::Topic(topic) => (2, topic),
            Self::AnyCompany => (3, 0),
        };
        assert!(number >> Self::KINDS == 0, "fewer than a thousand million phrases");
        kind << Self::KINDS | number
    }

    #[inline]
    fn unpacked(packed: u32) -> Self {
        let number = packed & ((1 << Self::KINDS) - 1);
        match packed >> Self::KINDS {
            0 => Self::Nothing,
            1 => Self::Phrase(number),
            2 => Self::Topic(number),
            _ => Self::AnyCompany,
        }
    }
}

/// A few bits of a [cue](crate::detect::phrases::cue).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cue(u16);

impl Cue {
    /// Whatever an item's words are.
    pub(crate) const ANY: Self = Self(0);
    /// How many marks there are.
    pub(crate) const MARKS: usize = 1 << 15;

    /// Of a whole cue.
    #[inline]
    pub(crate) fn of(cue: u64) -> Self {
        Self(((cue >> 40) as u16).max(1))
    }

    /// Of a phrase that is looked for in every item: it is marked as cues are.
    #[inline]
    pub(crate) fn of_phrase(phrase: u32) -> Self {
        Self((phrase.wrapping_mul(0x9e37_79b1) >> 16) as u16)
    }

    /// A number below [`MARKS`](Self::MARKS).
    #[inline]
    pub(crate) fn mark(self) -> usize {
        usize::from(self.0) & (Self::MARKS - 1)
    }
}

/// Cues of which one is wanted: so many at most, or whatever they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OneOf<const MANY: usize>([Cue; MANY]);

/// Cues of which a rule needs one: a word and its stems in four languages.
pub(crate) type Needs = OneOf<5>;

/// Marks of which one is there where a rule holds that is filed under a cue, in the forms that are common
/// to all texts: a word and its English stem.
pub(crate) type Marks = OneOf<2>;

impl<const MANY: usize> Default for OneOf<MANY> {
    fn default() -> Self {
        Self::ANY
    }
}

impl<const MANY: usize> OneOf<MANY> {
    /// Whatever an item's words are.
    pub(crate) const ANY: Self = Self([Cue::ANY; MANY]);

    /// Of whole cues, if they are few; of many it is not known.
    pub(super) fn few(cues: impl Iterator<Item = u64>) -> Self {
        let cues: BTreeSet<Cue> = cues.map(Cue::of).collect();
        let Some(first) = cues.first().filter(|_| cues.len() <= MANY) else { return Self::ANY };
        let mut few = [*first; MANY];
        few.iter_mut().zip(&cues).for_each(|(few, cue)| *few = *cue);
        Self(few)
    }

    /// Of a phrase that is looked for in every item.
    pub(super) fn phrase(phrase: u32) -> Self {
        Self([Cue::of_phrase(phrase); MANY])
    }

    /// Something of the first: a reason to read it.
    #[inline]
    pub(super) fn first(self) -> u16 {
        self.0.first().map_or(0, |cue| cue.0)
    }

    /// Whether one of them, or [`Cue::ANY`], is such a one. All are looked at, so that nothing waits for
    /// the first.
    #[inline]
    pub(crate) fn any(self, such: impl Fn(Cue) -> bool) -> bool {
        self.0.into_iter().fold(false, |any, cue| any | such(cue))
    }
}

/// A rule where it is filed; lists of them are sorted by what else is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Filed {
    also: u32,
    /// Its number, whether it needs cues, and whether it is whole.
    packed: u32,
}

impl Filed {
    /// The most rules that can be numbered.
    const MOST: u32 = 1 << 30;

    pub(super) fn of(rule: u32, also: Also, cued: bool, whole: bool) -> Self {
        assert!(rule < Self::MOST, "fewer than a thousand million rules");
        let packed = rule << 2 | u32::from(cued) << 1 | u32::from(whole);
        Self { also: also.packed(), packed }
    }

    /// What it needs beside.
    #[inline]
    pub(crate) fn also(self) -> Also {
        Also::unpacked(self.also)
    }

    /// The topic, where that is what it needs beside.
    #[inline]
    pub(super) fn topic(self) -> u32 {
        self.also & ((1 << Also::KINDS) - 1)
    }

    /// Its number.
    #[inline]
    pub(crate) fn rule(self) -> u32 {
        self.packed >> 2
    }

    /// Whether it needs cues that are no part of what it is filed under.
    #[inline]
    pub(super) fn cued(self) -> bool {
        self.packed >> 1 & 1 == 1
    }

    /// Whether what it is filed under and what it needs beside are all that it asks for.
    #[inline]
    pub(crate) fn whole(self) -> bool {
        self.packed & 1 == 1
    }
}
