//! The manner of a text: whether its words report an act or only talk, and whether it is a round-up.
//!
//! All knowledge is in the word lists. Nothing here looks at companies, topics or sources; what the
//! manner means for an alert is decided in [`super::alert`] and [`super::talk`].

mod acting;
mod lists;

use std::ops::RangeInclusive;

use crate::model::Field;

use super::find::{Occ, find};
use super::stem::Lang;
use super::text::{LISTED, SEMICOLON, Shape, Text, Token};

pub(crate) use acting::acting;
use lists::{LISTS, Stands};
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
    /// Whether any of them reports an act, and whether any talks.
    title_acts: bool,
    title_talks: bool,
    round_up: bool,
    reacts: bool,
}

/// Words of a matter in a list, or characters of a language without spaces.
const WORDS: usize = 3;
const CHARACTERS: usize = 5;

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
        leave_sure(&mut said);
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
        let semicolons = tokens.iter().filter(|token| token.marks & SEMICOLON != 0).count();
        let in_title =
            |sentences: &[u32]| sentences.iter().any(|one| title.binary_search(one).is_ok());
        let (acts, talks) = (sentences(Says::Act), sentences(Says::Talk));
        let announced = in_title(&sentences(Says::RoundUp));
        Self {
            title_acts: in_title(&acts),
            title_talks: in_title(&talks),
            acts,
            talks,
            round_up: announced || segments.len() >= 4 || semicolons >= 2 || lists(tokens),
            reacts: in_title(&sentences(Says::Reaction)),
            title,
            said,
        }
    }

    /// Whether words stand as a label: before a colon, in brackets, or alone between bars or dashes.
    pub(crate) fn labels(&self, text: &Text, words: &Occ) -> bool {
        Stands::Label.holds(text, words.first, words.last)
    }

    /// Places of what one list found, in text order.
    pub(crate) fn places(&self, what: Says) -> impl Iterator<Item = &Occ> {
        self.said.iter().filter(move |(_, says)| *says == what).map(|(occ, _)| occ)
    }

    /// The same, of those that begin in a stretch of tokens: what is asked of each word of a text must not look at
    /// the whole text again.
    pub(crate) fn places_in(
        &self,
        what: Says,
        tokens: RangeInclusive<u32>,
    ) -> impl Iterator<Item = &Occ> {
        let from = self.said.partition_point(|(occ, _)| occ.first < *tokens.start());
        let near = self.said[from..].iter().take_while(move |(occ, _)| occ.first <= *tokens.end());
        near.filter(move |(_, says)| *says == what).map(|(occ, _)| occ)
    }

    /// Whether a sentence belongs to the title.
    pub(crate) fn in_title(&self, sentence: u32) -> bool {
        self.title.binary_search(&sentence).is_ok()
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
        self.title_acts || self.acts.binary_search(&sentence).is_ok()
    }

    /// Whether an act is reported in this very sentence.
    pub(crate) fn reports(&self, sentence: u32) -> bool {
        self.acts.binary_search(&sentence).is_ok()
    }

    /// Whether this sentence or the title only talks.
    pub(crate) fn talks(&self, sentence: u32) -> bool {
        self.title_talks || self.talks.binary_search(&sentence).is_ok()
    }
}

/// Whether bullets or slashes part a title into three matters at least, of which one may be told in a word or two:
/// what is named in a word each (`Apple / Broadcom / Qualcomm: …`) belongs together.
fn lists(tokens: &[Token]) -> bool {
    let parts = tokens.chunk_by(|_, next| next.marks & LISTED == 0);
    let long = |part: &&[Token]| {
        let cjk = part.first().is_some_and(|token| token.shape == Shape::Cjk);
        part.len() >= if cjk { CHARACTERS } else { WORDS }
    };
    let (many, long) = (parts.clone().count(), parts.filter(long).count());
    many >= 3 && long + 1 >= many
}

/// Takes out what seems to doubt and stands within words that do not. Sorted by place.
fn leave_sure(said: &mut Vec<(Occ, Says)>) {
    // How far the words that begin here or before reach.
    let mut reach: Vec<(u32, u32)> = Vec::new();
    for (occ, _) in said.iter().filter(|one| one.1 == Says::NoDoubt) {
        let before = reach.last().map_or(0, |before| before.1);
        reach.push((occ.first, occ.last.max(before)));
    }
    let sure = |occ: &Occ| {
        let many = reach.partition_point(|one| one.0 <= occ.first);
        many.checked_sub(1).is_some_and(|last| occ.last <= reach[last].1)
    };
    if !reach.is_empty() {
        said.retain(|(occ, what)| *what != Says::NoDoubt && !(what.doubts() && sure(occ)));
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
    fn words_within_words_doubt_nothing() {
        for (text, doubts) in [
            ("数据传输", 0),
            ("据传", 1),
            ("风险管理不力 存在风险 风险", 1),
            ("数据传数据传", 0),
            ("理论论", 1),
        ] {
            let manner = Manner::of(&Text::of_term(text), None);
            let many = manner.said.iter().filter(|one| one.1.doubts()).count();
            let all = |says| manner.places(says).count();
            assert_eq!(all(Says::NoDoubt), 0);
            assert_eq!(many.min(1), doubts, "{text}: {:?}", manner.said);
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
            ("Kompakt: Amt straft Händler +++ Konzern zeigt Tablet +++ Börse müde", true),
            ("Händler+++", false),
            ("Apple marks new highs / Builder admits paying mayor / Euribor falls", true),
            ("◆苹果在京都开新店 ◆公取委处罚纸箱卡特尔 ◆百货销售增长", true),
            ("Apple / Broadcom / Qualcomm: EU fines chipmakers over cartel", false),
            ("TikTok ban / Supreme Court / Trump: app goes dark in US", false),
            ("Alibaba ★★★ Nasdaq ★★★ delisting ordered by SEC", false),
            ("Hotel reopens near the lake / Lakeside news from the valley", false),
        ] {
            assert_eq!(Manner::of(&Text::of_term(title), None).round_up(), expected, "{title}");
        }
    }
}
