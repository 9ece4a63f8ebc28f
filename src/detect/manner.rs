//! The manner of a text: whether its words report an act or only talk, and whether it is a round-up.
//!
//! All knowledge is in the word lists. Nothing here looks at companies, topics or sources.

use std::sync::LazyLock;

use crate::model::Field;

use super::lexicon::entries;
use super::matching::{Occ, find};
use super::phrases::{Collector, Phrases, Reading};
use super::stem::Lang;
use super::text::Text;

/// What a list's phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Act,
    Talk,
    RoundUp,
    Reaction,
}

struct Lists {
    phrases: Phrases,
    /// By phrase: what it says, possibly several things.
    says: Vec<Vec<Says>>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut collector = Collector::default();
    let mut says: Vec<Vec<Says>> = Vec::new();
    let lists = [
        (Says::Act, include_str!("words/acts.txt")),
        (Says::Talk, include_str!("words/talk.txt")),
        (Says::RoundUp, include_str!("words/round_up.txt")),
        (Says::Reaction, include_str!("words/reactions.txt")),
    ];
    for (what, list) in lists {
        for entry in entries(list) {
            let (entry, reading) = reading(entry);
            // A list's entry that is no phrase is a fault of the list, which a test finds.
            let Ok(phrase) = collector.add(entry, reading) else { continue };
            says.resize_with(says.len().max(phrase as usize + 1), Vec::new);
            says[phrase as usize].push(what);
        }
    }
    Lists { phrases: collector.finish(), says }
});

/// An entry and how it is read: in quotes as it is, else with its inflections.
fn reading(entry: &'static str) -> (&'static str, Reading) {
    match entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(exact) => (exact, Reading::Exact),
        None => (entry, Reading::Inflected),
    }
}

/// The manner of one text.
#[derive(Debug)]
pub(crate) struct Manner {
    /// Sentences in which an act is reported.
    acts: Vec<u32>,
    /// Sentences that talk.
    talks: Vec<u32>,
    /// Sentences of the title.
    title: Vec<u32>,
    round_up: bool,
    reacts: bool,
}

impl Manner {
    /// Reads a text's manner.
    pub(crate) fn of(text: &Text, lang: Option<Lang>) -> Self {
        let lists = &*LISTS;
        let found = find(&lists.phrases, text, lang);
        let sentences = |what: Says| {
            let says = |occ: &&Occ| lists.says[occ.phrase as usize].contains(&what);
            let mut all: Vec<u32> = found
                .iter()
                .filter(says)
                .map(|occ| text.tokens[occ.first as usize].sentence)
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let title = text.fields.iter().find(|field| field.field == Field::Title);
        let tokens =
            title.map_or(&[][..], |title| &text.tokens[title.first as usize..title.end as usize]);
        let mut title: Vec<u32> = tokens.iter().map(|token| token.sentence).collect();
        title.dedup();
        let mut segments: Vec<u32> = tokens.iter().map(|token| token.segment).collect();
        segments.dedup();
        let announced = sentences(Says::RoundUp).iter().any(|sentence| title.contains(sentence));
        Self {
            acts: sentences(Says::Act),
            talks: sentences(Says::Talk),
            round_up: announced || segments.len() >= 4,
            reacts: sentences(Says::Reaction).iter().any(|sentence| title.contains(sentence)),
            title,
        }
    }

    /// Whether the title tells how somebody answers an event, rather than the event.
    pub(crate) fn reacts(&self) -> bool {
        self.reacts
    }

    /// Whether the text tells of several matters that need not belong together.
    pub(crate) fn round_up(&self) -> bool {
        self.round_up
    }

    /// Whether an act is reported in this sentence, or in the title, which speaks for all.
    pub(crate) fn acts(&self, sentence: u32) -> bool {
        self.acts.binary_search(&sentence).is_ok()
            || self.title.iter().any(|title| self.acts.binary_search(title).is_ok())
    }

    /// Whether this sentence or the title only talks.
    pub(crate) fn talks(&self, sentence: u32) -> bool {
        self.talks.binary_search(&sentence).is_ok()
            || self.title.iter().any(|title| self.talks.binary_search(title).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_lists_is_a_phrase() {
        let lists = ["acts", "talk", "round_up", "reactions"];
        let texts = [
            include_str!("words/acts.txt"),
            include_str!("words/talk.txt"),
            include_str!("words/round_up.txt"),
            include_str!("words/reactions.txt"),
        ];
        for (name, list) in lists.iter().zip(texts) {
            for entry in entries(list) {
                let (entry, reading) = reading(entry);
                assert!(Collector::default().add(entry, reading).is_ok(), "{name}: {entry}");
            }
        }
    }

    #[test]
    fn acts_are_told_from_talk() {
        for (title, acts, talks) in [
            ("EU sanctions target Belarus trucking", true, false),
            ("Minister mulls sanctions", false, true),
            ("商务部将14家实体列入清单", true, false),
            ("学者：中国军民融合", false, true),
        ] {
            let manner = Manner::of(&Text::of_term(title), None);
            assert_eq!((manner.acts(0), manner.talks(0)), (acts, talks), "{title}");
        }
    }

    #[test]
    fn round_ups_announce_themselves() {
        for (title, expected) in [
            ("Dutch briefs: campus approved; bank fined", true),
            ("Regulator fines bank over data transfers", false),
            ("One; two; three; four", true),
        ] {
            assert_eq!(Manner::of(&Text::of_term(title), None).round_up(), expected, "{title}");
        }
    }
}
