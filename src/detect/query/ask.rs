//! A search as it is asked of a text: its words are phrases, by number.

use super::expr::Part;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A phrase.
    Words(u32),
    /// One of these phrases: side by side, for there may be hundreds.
    Any(Box<[u32]>),
    /// All of these.
    All(Vec<Ask>),
    /// One of these.
    Or(Vec<Ask>),
    /// Not this.
    Not(Box<Ask>),
    /// Both within so many words, in one sentence.
    Near(u32, Box<Ask>, Box<Ask>),
    /// In this part of the item only.
    In(Part, Box<Ask>),
}

impl Ask {
    /// One of these: those that are mere phrases side by side.
    pub(crate) fn one_of(asks: Vec<Self>) -> Self {
        let mut phrases: Vec<u32> = Vec::new();
        let mut others: Vec<Self> = Vec::new();
        for ask in asks {
            match ask {
                Self::Words(phrase) => phrases.push(phrase),
                other => others.push(other),
            }
        }
        phrases.sort_unstable();
        phrases.dedup();
        let any = match phrases[..] {
            [] => None,
            [phrase] => Some(Self::Words(phrase)),
            _ => Some(Self::Any(phrases.into())),
        };
        match any {
            Some(any) if others.is_empty() => any,
            any => Self::Or(any.into_iter().chain(others).collect()),
        }
    }

    /// Whether one phrase of several is all that it asks for, be it in the title.
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Self::Words(_) | Self::Any(_) => true,
            Self::In(Part::Title, one) => matches!(**one, Self::Words(_) | Self::Any(_)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_stand_side_by_side() {
        let word = Ask::Words;
        let title = Ask::In(Part::Title, Box::new(word(9)));
        for (asks, expected) in [
            (vec![word(3), word(1), word(3)], Ask::Any([1, 3].into())),
            (vec![word(3), word(3)], word(3)),
            (vec![word(3), title.clone()], Ask::Or(vec![word(3), title.clone()])),
            (
                vec![title.clone(), word(3), word(1)],
                Ask::Or(vec![Ask::Any([1, 3].into()), title.clone()]),
            ),
            (vec![title.clone()], Ask::Or(vec![title])),
        ] {
            assert_eq!(Ask::one_of(asks), expected);
        }
    }
}
