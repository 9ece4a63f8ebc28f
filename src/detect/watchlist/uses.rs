//! What each phrase is found for, in four bytes a phrase: nearly all are found for one thing.

/// Where the kind begins in a packed use.
const KINDS: u32 = 30;
const NAME: u32 = 0;
const TERM: u32 = 1;
const SEARCHES: u32 = 2;
/// The number is a place in [`Uses::several`].
const SEVERAL: u32 = 3;
/// For nothing by itself: guards and rules ask for the phrase.
const NONE: u32 = u32::MAX;

/// What a phrase is found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Name(u32),
    Term(u32),
    /// Searches of which it is a part: the number of their list.
    Searches(u32),
}

impl Use {
    /// Kind and number in four bytes: the kind in the two upper bits.
    pub(super) fn packed(self) -> u32 {
        let (kind, number) = match self {
            Self::Name(number) => (NAME, number),
            Self::Term(number) => (TERM, number),
            Self::Searches(number) => (SEARCHES, number),
        };
        // A thousand million names take more memory than any machine has that polls feeds.
        assert!(number >> KINDS == 0, "fewer than a thousand million names");
        kind << KINDS | number
    }

    fn unpacked(packed: u32) -> Self {
        let number = packed & ((1 << KINDS) - 1);
        match packed >> KINDS {
            NAME => Self::Name(number),
            TERM => Self::Term(number),
            _ => Self::Searches(number),
        }
    }
}

/// The uses of all phrases.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// By phrase: its only use, where its several ones are, or [`NONE`].
    first: Vec<u32>,
    /// How many, then each.
    several: Vec<u32>,
}

impl Uses {
    /// Of so many phrases; `all` is sorted by phrase.
    pub(super) fn of(phrases: usize, all: &[(u32, u32)]) -> Self {
        let mut uses = Self { first: vec![NONE; phrases], several: Vec::new() };
        for same in all.chunk_by(|one, next| one.0 == next.0) {
            let packed = match same {
                [(_, only)] => *only,
                _ => {
                    let at = uses.several.len();
                    // As many uses as would need more are not numbered either.
                    assert!(at >> KINDS == 0, "fewer than a thousand million uses");
                    uses.several.push(u32::try_from(same.len()).unwrap_or(u32::MAX));
                    uses.several.extend(same.iter().map(|(_, one)| one));
                    SEVERAL << KINDS | at as u32
                }
            };
            uses.first[same[0].0 as usize] = packed;
        }
        uses
    }

    /// What a phrase is found for.
    #[inline]
    pub(super) fn get(&self, phrase: u32) -> impl Iterator<Item = Use> + '_ {
        let first = &self.first[phrase as usize];
        let packed = match *first {
            NONE => &[],
            packed if packed >> KINDS == SEVERAL => {
                let at = (packed & ((1 << KINDS) - 1)) as usize;
                &self.several[at + 1..=at + self.several[at] as usize]
            }
            _ => std::slice::from_ref(first),
        };
        packed.iter().map(|one| Use::unpacked(*one))
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.first) + size_of_val(&*self.several)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_come_back() {
        let all = [(1, Use::Name(7)), (3, Use::Name(0)), (3, Use::Term(5)), (4, Use::Searches(9))];
        let uses = Uses::of(6, &all.map(|(phrase, one)| (phrase, one.packed())));
        for phrase in 0..6 {
            let expected: Vec<Use> =
                all.iter().filter(|one| one.0 == phrase).map(|one| one.1).collect();
            assert_eq!(uses.get(phrase).collect::<Vec<_>>(), expected);
        }
    }
}
