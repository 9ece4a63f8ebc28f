//! The manner of a text: whether its words report an act or only talk, and whether it is a round-up.
//!
//! All knowledge is in the word lists. Nothing here looks at companies, topics or sources; what the
//! manner means for an alert is decided in [`super::alert`] and [`super::talk`].

use std::sync::LazyLock;

use crate::model::Field;

use super::lexicon::entries;
use super::matching::{Occ, find};
use super::phrases::{Collector, Phrases, Reading};
use super::stem::Lang;
use super::text::{COLON, SEMICOLON, Text};

/// What a list's phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Act,
    Talk,
    RoundUp,
    Reaction,
    /// The item is of a kind that reports no event.
    Genre,
    Threat,
    /// The act that follows is not real.
    Unreal,
    /// The act that follows went before.
    Aftermath,
}

/// Where a list's phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Anywhere,
    /// Where a sentence begins.
    First,
    /// Before a colon, or alone between bars or dashes.
    Label,
}

struct Lists {
    phrases: Phrases,
    /// By phrase: what it says and where, possibly several things.
    says: Vec<Vec<(Says, Stands)>>,
}

const FILES: [(Says, &str); 8] = [
    (Says::Act, include_str!("words/acts.txt")),
    (Says::Talk, include_str!("words/talk.txt")),
    (Says::RoundUp, include_str!("words/round_up.txt")),
    (Says::Reaction, include_str!("words/reactions.txt")),
    (Says::Genre, include_str!("words/genres.txt")),
    (Says::Threat, include_str!("words/threats.txt")),
    (Says::Unreal, include_str!("words/unreal.txt")),
    (Says::Aftermath, include_str!("words/aftermath.txt")),
];

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
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
    Lists { phrases: collector.finish(), says }
});

/// An entry, how it is read (in quotes as it is, else with its inflections) and where it counts.
fn read(what: Says, entry: &'static str) -> (&'static str, Reading, Stands) {
    let (entry, stands) = match (what, entry.strip_prefix('^'), entry.strip_suffix(':')) {
        (Says::Genre, Some(rest), _) => (rest, Stands::First),
        (Says::Genre, _, Some(rest)) => (rest, Stands::Label),
        _ => (entry, Stands::Anywhere),
    };
    match entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(exact) => (exact, Reading::Exact, stands),
        None => (entry, Reading::Inflected, stands),
    }
}

impl Stands {
    /// Whether the words at this place stand where they must.
    fn holds(self, text: &Text, occ: &Occ) -> bool {
        let token = &text.tokens[occ.first as usize];
        let field = text.field_of(occ.first);
        let before = (occ.first > field.first).then(|| &text.tokens[occ.first as usize - 1]);
        let after = (occ.last + 1 < field.end).then(|| &text.tokens[occ.last as usize + 1]);
        match self {
            Self::Anywhere => true,
            Self::First => before.is_none_or(|before| before.sentence != token.sentence),
            Self::Label => {
                before.is_none_or(|before| before.segment != token.segment)
                    && after.is_none_or(|after| {
                        after.segment != token.segment || after.marks & COLON != 0
                    })
            }
        }
    }
}

/// The manner of one text.
#[derive(Debug)]
pub(crate) struct Manner {
    /// What the lists found, in text order.
    said: Vec<(Occ, Says)>,
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
        let mut said: Vec<(Occ, Says)> = Vec::new();
        for occ in find(&lists.phrases, text, lang) {
            let there = lists.says[occ.phrase as usize].iter();
            let there = there.filter(|(_, stands)| stands.holds(text, &occ));
            said.extend(there.map(|(what, _)| (occ, *what)));
        }
        said.sort_by_key(|(occ, what)| (occ.first, occ.last, *what as u8));
        let sentences = |what: Says| {
            let mut all: Vec<u32> = said
                .iter()
                .filter(|(_, says)| *says == what)
                .map(|(occ, _)| text.tokens[occ.first as usize].sentence)
                .collect();
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
        // Bars and dashes may set off a source's name; two semicolons only divide matters.
        let listed = tokens.iter().filter(|token| token.marks & SEMICOLON != 0).count();
        let announced = sentences(Says::RoundUp).iter().any(|sentence| title.contains(sentence));
        Self {
            acts: sentences(Says::Act),
            talks: sentences(Says::Talk),
            round_up: announced || segments.len() >= 4 || listed >= 2,
            reacts: sentences(Says::Reaction).iter().any(|sentence| title.contains(sentence)),
            title,
            said,
        }
    }

    /// Places of what one list found, in text order.
    pub(crate) fn places(&self, what: Says) -> impl Iterator<Item = &Occ> {
        self.said.iter().filter(move |(_, says)| *says == what).map(|(occ, _)| occ)
    }

    /// Whether a sentence belongs to the title.
    pub(crate) fn in_title(&self, sentence: u32) -> bool {
        self.title.contains(&sentence)
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
        for (what, list) in FILES {
            for entry in entries(list) {
                let (entry, reading, _) = read(what, entry);
                assert!(Collector::default().add(entry, reading).is_ok(), "{what:?}: {entry}");
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
            ("Bank names chair; regulator fines truckmakers; chipmaker forecasts record", true),
            ("Regulator fines bank | Business | Daily News", false),
        ] {
            assert_eq!(Manner::of(&Text::of_term(title), None).round_up(), expected, "{title}");
        }
    }
}
