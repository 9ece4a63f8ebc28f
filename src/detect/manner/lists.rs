//! The lists behind a text's manner, as phrases.
//!
//! A watchlist's phrases are collected after these, so that one walk through a text finds both, and
//! equal ones once. What they mean for a text is read off in [`super::Manner`].

use std::sync::LazyLock;

use crate::detect::lexicon;
use crate::detect::phrases::{Collector, Phrases, Reading};
use crate::detect::text::{CLOSE, COLON, Gap, OPEN, Shape, Text};
use crate::detect::wordlist::entries;

use super::acting::acting;

/// What a list's phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Act,
    Talk,
    RoundUp,
    Reaction,
    /// The item is of a kind that reports no event.
    Genre,
    /// The item explains or sums up, and may report an event.
    Explainer,
    Threat,
    /// Something might be done, whoever is its subject.
    Supposed,
    /// The act that follows is not real.
    Unreal,
    /// No act of the clause is real.
    If,
    /// The act that follows went before.
    Aftermath,
    /// That a title looks back, unless a clause beside it tells what is new.
    YearsAfter,
    /// A title's words that report no act: a doubt, a look back, what somebody fears or denies.
    Doubt,
    /// What follows is another matter.
    Aside,
    /// Of these words none doubts, supposes or talks.
    NoDoubt,
    /// A doubt in these words is the reason of what follows.
    Reason,
    /// The sentence stands in every filing, whatever happens.
    Boilerplate,
    /// A link to another article follows.
    Related,
    /// The company that follows has no part in what is told.
    Bystander,
    /// The company before has no part in what is told.
    NoParty,
    /// The sentence tells of what was some years ago.
    Past,
    /// The sentence tells of these days.
    Now,
}

impl Says {
    /// Whether it counts for nothing within words that doubt nothing.
    pub(super) fn doubts(self) -> bool {
        matches!(
            self,
            Self::Talk
                | Self::Genre
                | Self::Explainer
                | Self::Supposed
                | Self::Unreal
                | Self::If
                | Self::Doubt
        )
    }
}

/// Words of a title's label, a quarter of its characters where no spaces divide words.
const LABEL: usize = 5;

/// Where a list's phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Anywhere,
    /// Where a sentence begins.
    First,
    /// Where a sentence, a segment or a part behind a comma begins.
    Part,
    /// Before a colon, in brackets, alone between bars or dashes, or, where no spaces divide words, before a space.
    Label,
    /// At the end of a label with which a title begins: before a colon or a bar, before a closing bracket, or, where no
    /// spaces divide words, before a space.
    LabelEnd,
    /// Where it is a verb: behind no article and no noun that it would be one with (`the list`).
    Verb,
    /// Between one who acts and an object.
    Acting,
}

/// The lists, as phrases.
pub(super) struct Lists {
    collector: Collector,
    pub(super) phrases: Phrases,
    /// By phrase: what it says and where, possibly several things.
    says: Vec<Vec<(Says, Stands)>>,
}

impl Lists {
    /// What a phrase says, if it is one of the lists'.
    pub(super) fn says(&self, phrase: u32) -> Option<&[(Says, Stands)]> {
        self.says.get(phrase as usize).map(Vec::as_slice)
    }
}

/// A collector that begins with the phrases of the lists: what it collects finds the manner of a text
/// on the way.
pub(crate) fn collector() -> Collector {
    LISTS.collector.clone()
}

const FILES: [(Says, &str); 22] = [
    (Says::Act, include_str!("../words/acts.txt")),
    (Says::Talk, include_str!("../words/talk.txt")),
    (Says::RoundUp, include_str!("../words/round_up.txt")),
    (Says::Reaction, include_str!("../words/reactions.txt")),
    (Says::Genre, include_str!("../words/genres.txt")),
    (Says::Explainer, include_str!("../words/explainers.txt")),
    (Says::Threat, include_str!("../words/threats.txt")),
    (Says::Supposed, include_str!("../words/supposed.txt")),
    (Says::Unreal, include_str!("../words/unreal.txt")),
    (Says::If, include_str!("../words/if.txt")),
    (Says::Aftermath, include_str!("../words/aftermath.txt")),
    (Says::YearsAfter, include_str!("../words/years_after.txt")),
    (Says::Doubt, include_str!("../words/doubts.txt")),
    (Says::Aside, include_str!("../words/asides.txt")),
    (Says::NoDoubt, include_str!("../words/no_doubt.txt")),
    (Says::Reason, include_str!("../words/reasons.txt")),
    (Says::Boilerplate, include_str!("../words/boilerplate.txt")),
    (Says::Related, include_str!("../words/related.txt")),
    (Says::Bystander, include_str!("../words/bystanders.txt")),
    (Says::NoParty, include_str!("../words/no_party.txt")),
    (Says::Past, include_str!("../words/past.txt")),
    (Says::Now, include_str!("../words/now.txt")),
];

pub(super) static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut collector = Collector::default();
    let mut says: Vec<Vec<(Says, Stands)>> = Vec::new();
    for (what, list) in FILES {
        for entry in entries(list) {
            let (entry, reading, stands) = read(what, entry);
            // A list's entry that is no phrase is a fault of the list, which a test finds.
            let Ok(phrase) = collector.add(entry, reading) else { continue };
            says.resize_with(says.len().max(phrase as usize + 1), Vec::new);
            says[phrase as usize].push((what, stands));
        }
    }
    Lists { phrases: collector.clone().finish(), collector, says }
});

/// An entry, how it is read (in quotes as it is, else with its inflections) and where it counts.
fn read(what: Says, entry: &'static str) -> (&'static str, Reading, Stands) {
    let (entry, stands) = match (what, entry.strip_prefix('^'), entry.strip_suffix(':')) {
        (Says::Genre | Says::Doubt, Some(rest), _) => (rest, Stands::First),
        (Says::Genre | Says::Doubt | Says::Explainer, _, Some(rest)) => (rest, Stands::Label),
        (Says::RoundUp, _, Some(rest)) => (rest, Stands::LabelEnd),
        (Says::Aside, ..) => (entry, Stands::Part),
        (Says::Related, ..) => (entry, Stands::First),
        (Says::Act, ..) if entry.starts_with('~') => (&entry[1..], Stands::Verb),
        (Says::Act, ..) if entry.starts_with('>') => (&entry[1..], Stands::Acting),
        _ => (entry, Stands::Anywhere),
    };
    match entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(exact) => (exact, Reading::Exact, stands),
        None => (entry, Reading::Inflected, stands),
    }
}

impl Stands {
    /// Whether the words at this place stand where they must.
    pub(super) fn holds(self, text: &Text, first: u32, last: u32) -> bool {
        let token = &text.tokens[first as usize];
        let field = text.field_of(first);
        let before = (first > field.first).then(|| &text.tokens[first as usize - 1]);
        let after = (last + 1 < field.end).then(|| &text.tokens[last as usize + 1]);
        match self {
            Self::Anywhere => true,
            Self::Verb => before.is_none_or(|before| {
                before.sentence != token.sentence
                    || !lexicon::before_a_noun().contains(&before.hash)
            }),
            Self::Acting => first == last && acting(text, first),
            Self::First => before.is_none_or(|before| before.sentence != token.sentence),
            Self::Part => before
                .is_none_or(|before| before.segment != token.segment || token.gap >= Gap::Comma),
            Self::Label => {
                let bracketed =
                    token.marks & OPEN != 0 && text.tokens[last as usize].marks & CLOSE != 0;
                let alone = before.is_none_or(|before| before.segment != token.segment)
                    && after.is_none_or(|after| {
                        after.segment != token.segment || after.marks & COLON != 0 || after.spaced()
                    });
                bracketed || alone
            }
            Self::LabelEnd => {
                let label = &text.tokens[field.first as usize..=last as usize];
                let most = if token.shape == Shape::Cjk { 4 * LABEL } else { LABEL };
                let begins = label.len() <= most
                    && label.iter().skip(1).all(|one| one.marks & COLON == 0)
                    && label.iter().all(|one| one.segment == token.segment);
                let closed = label.first().is_some_and(|one| one.marks & OPEN != 0)
                    && text.tokens[last as usize].marks & CLOSE != 0;
                let ends = after.is_some_and(|after| {
                    after.segment != token.segment
                        || after.marks & (COLON | OPEN) != 0
                        || after.spaced()
                });
                begins && (closed || ends)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_lists_is_a_phrase() {
        for (what, list) in FILES {
            for entry in entries(list) {
                let (entry, reading, _) = read(what, entry);
                assert!(Collector::default().add(entry, reading).is_ok(), "{what:?}: {entry}");
            }
        }
    }
}
