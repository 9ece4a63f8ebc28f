//! The manner of a text: whether its words report an act or only talk, and whether it is a round-up.
//!
//! All knowledge is in the word lists. Nothing here looks at companies, topics or sources; what the
//! manner means for an alert is decided in [`super::alert`] and [`super::talk`].

mod lists;

use crate::model::Field;

use super::find::{Occ, find};
use super::stem::Lang;
use super::text::{SEMICOLON, Text};

use lists::LISTS;
pub(crate) use lists::{Says, collector};

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

/// Whether a phrase is one that may report an act, wherever it stands. To be asked of what was found by
/// lists and watchlist together.
pub(crate) fn may_act(phrase: u32) -> bool {
    LISTS.says(phrase).is_some_and(|says| says.iter().any(|(what, _)| *what == Says::Act))
}

impl Manner {
    /// Reads the manner of a text in which nothing was looked for yet.
    pub(crate) fn of(text: &Text, lang: Option<Lang>) -> Self {
        Self::among(text, &find(&LISTS.phrases, text, lang))
    }

    /// Reads it off what was found, sorted by phrase: the lists' come first.
    pub(crate) fn among(text: &Text, found: &[Occ]) -> Self {
        let mut said: Vec<(Occ, Says)> = Vec::new();
        for occ in found {
            let Some(says) = LISTS.says(occ.phrase) else { break };
            let there = says.iter().filter(|(_, stands)| stands.holds(text, occ.first, occ.last));
            said.extend(there.map(|(what, _)| (*occ, *what)));
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
