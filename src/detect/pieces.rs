//! The pieces of an item that tells of several matters: what stands in one of them belongs together.
//!
//! Of a round-up, a piece is a segment: a sentence, or what bars, bullets, slashes, semicolons and spaced dashes divide.
//! Round-ups also string their matters together with commas ("Chipmaker opens plant, pastor charged with
//! fraud, jury out in cartel case"): a segment all of whose parts between commas are long enough to be a
//! matter is divided there, and so is one where somebody new comes in behind a comma and an `and`. Commas that
//! set off a name or an aside leave short parts, and divide nothing. So titles do; below them sentences are as long
//! as anybody's (`…, the equivalent of a statement of objections, alleging …`), and only newcomers divide them. Below
//! the title of one that is written in paragraphs, a piece is a paragraph.
//!
//! Nobody announces a newsletter, but its paragraphs have labels (`Sourcing. …`), and a short one says something
//! new with every sentence. Labels in capitals (`IN COURT. …`) tell one whatever its title names, if it names companies
//! in several of its paragraphs. Other texts are of one matter, however long: who is meant may be named only at their end.
//!
//! A round-up with an undivided title that names a company sums up one matter if nobody else is named. What only the
//! sentences of a text say is a guess, which nobody takes of an authority's notice.
//!
//! An item that is no round-up is divided where its words lead to another matter ("Elsewhere, …"), where
//! somebody new comes in behind business news ("…; a pastor is charged"), and a title where it strings
//! together three clauses, each with a subject of its own.

mod letter;

use std::cell::OnceCell;

use crate::detect::find::Occ;
use crate::detect::lexicon;
use crate::detect::manner::{Manner, Says};
use crate::detect::text::{COLON, Gap, HANGUL, KANA, LISTED, SEMICOLON, Shape, Text, Token};

use letter::{PARAGRAPHS, lettered, paragraphs, strewn};

/// Commas that divide matters: two at least, for one comma mostly divides a sentence's own clauses.
const COMMAS: usize = 2;
/// Words, or characters of a language without spaces, that a matter has at least.
const WORDS: u32 = 2;
const CHARACTERS: u32 = 5;
/// Words of a clause that stands in no announced round-up, and characters of a clause between spaces.
const CLAUSE: u32 = 3;
const CLAUSE_CHARACTERS: u32 = 7;

/// Words of a clause that only says who says so, at most.
const ATTRIBUTION: usize = 5;

/// Where pieces begin, in order.
#[derive(Debug)]
pub(crate) struct Pieces {
    starts: Vec<u32>,
    /// Nothing but the sentences of a text under a title that names nothing says that they are several matters.
    pub(crate) guessed: bool,
}

impl Pieces {
    /// The pieces of an item that tells of several matters. `named` says whether its title names a watched
    /// company, and whether that or a topic; `several` whether parts of it that begin so name companies each of its own.
    pub(crate) fn of_item(
        text: &Text,
        manner: &Manner,
        named: impl Fn() -> (bool, bool),
        several: impl Fn(&[u32]) -> bool,
    ) -> Option<Self> {
        let letter = || lettered(text).is_some_and(|paragraphs| several(&paragraphs));
        if manner.round_up() {
            let pieces = Self::of(text, manner);
            // `Nestlé recall at a glance`: one matter is summed up, if its title is undivided and nobody else is named.
            let summed_up = pieces.whole_title(text) && named().0 && !several(&pieces.starts);
            return if summed_up { Self::among(text, manner) } else { Some(pieces) };
        }
        if letter() {
            return Some(Self::of(text, manner));
        }
        if strewn(text, manner) && !named().1 {
            return Some(Self { guessed: true, ..Self::of(text, manner) });
        }
        Self::among(text, manner)
    }

    /// The pieces of a round-up.
    fn of(text: &Text, manner: &Manner) -> Self {
        let (title, paragraphs) = (text.title_end(), paragraphs(text));
        let written = paragraphs.len() >= PARAGRAPHS;
        let mut starts = Vec::new();
        let mut first = 0u32;
        for segment in text.tokens.chunk_by(|one, next| one.segment == next.segment) {
            let after = first + length(segment.len());
            if written && first >= title {
                break;
            }
            starts.push(first);
            let parted = parted(text, first, after);
            let mut parts: Vec<u32> = std::iter::once(first).chain(parted).collect();
            parts.sort_unstable();
            starts.extend(&parts[1..]);
            parts.push(after);
            let parts = parts.windows(2).map(|part| (part[0], part[1]));
            if first < title {
                parts.for_each(|part| divide(text, manner, part, &mut starts));
            } else {
                starts.extend(parts.filter_map(|(from, to)| come_in(text, from, to)));
            }
            first = after;
        }
        if written {
            starts.extend(paragraphs);
        }
        starts.sort_unstable();
        starts.dedup();
        Self { starts, guessed: false }
    }

    /// Whether the title is one piece.
    fn whole_title(&self, text: &Text) -> bool {
        self.starts.get(1).is_none_or(|second| *second >= text.title_end())
    }

    /// The pieces of an item that is no round-up, if it has several.
    fn among(text: &Text, manner: &Manner) -> Option<Self> {
        let mut starts = asides(text, manner);
        // Nothing goes before the first words of an item: there they announce several matters.
        if starts.first() == Some(&0) {
            return Some(Self::of(text, manner));
        }
        starts.extend(strung(text, manner));
        starts.extend(elsewhere(text, manner));
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        (starts.len() > 1).then_some(Self { starts, guessed: false })
    }

    /// The piece that a token stands in.
    pub(crate) fn of_token(&self, token: u32) -> u32 {
        let after = self.starts.partition_point(|start| *start <= token);
        u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// How many they are.
    pub(crate) fn many(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// First and last token of each piece of a text with so many tokens.
    pub(crate) fn stretches(&self, tokens: u32) -> impl Iterator<Item = (u32, u32)> {
        let ends = self.starts.iter().skip(1).copied().chain(std::iter::once(tokens));
        self.starts
            .iter()
            .copied()
            .zip(ends)
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (from, to - 1))
    }

    /// First and last token of a piece.
    pub(crate) fn stretch(&self, piece: u32) -> (u32, u32) {
        let at = piece as usize;
        let end = self.starts.get(at + 1).map_or(u32::MAX, |next| next.saturating_sub(1));
        (self.starts.get(at).copied().unwrap_or(u32::MAX), end)
    }
}

/// Where bullets and wide slashes part the matters of a round-up, and the spaces of a Chinese one: Japanese headlines
/// have them between the clauses of one matter, too.
fn parted(text: &Text, first: u32, after: u32) -> Vec<u32> {
    let tokens = &text.tokens[first as usize..after as usize];
    let kana = tokens.iter().any(|token| token.marks & (KANA | HANGUL) != 0);
    let all = |such: &dyn Fn(&Token) -> bool| -> Vec<u32> {
        (first + 1..after).filter(|at| such(&text.tokens[*at as usize])).collect()
    };
    // All parts, a label with the first, are matters, not words that somebody set apart.
    let long = |starts: Vec<u32>, characters: u32| {
        let begins = std::iter::once(first).chain(starts.iter().copied());
        let ends = starts.iter().copied().chain(std::iter::once(after));
        let all = begins.zip(ends).all(|(from, to)| {
            let cjk = text.tokens[from as usize].shape == Shape::Cjk;
            to - from >= if cjk { characters } else { WORDS }
        });
        if all { starts } else { Vec::new() }
    };
    let listed = long(all(&|token| token.marks & LISTED != 0), CHARACTERS);
    let spaced = long(all(&|token| token.spaced() && !kana), CLAUSE_CHARACTERS);
    [listed, spaced].concat()
}

/// Where an announced matter is divided by commas and newcomers.
fn divide(text: &Text, manner: &Manner, (first, after): (u32, u32), starts: &mut Vec<u32>) {
    let mut commas: Vec<u32> = (first + 1..after).filter(|at| comma(text, *at)).collect();
    commas.extend(last_and(text, &commas, after, WORDS));
    if commas.len() >= COMMAS && mostly_long(text, first, &commas, after) {
        starts.extend(commas);
    } else if let [comma] = commas[..]
        && two(text, manner, (first, comma, after))
    {
        starts.push(comma);
    } else {
        starts.extend(come_in(text, first, after));
    }
}

/// Whether a label goes before two matters with one comma between them (`Tech digest: maker opens plant, start-up leaves
/// exchange`): the second is a clause with a subject of its own that refers to nothing before it.
fn two(text: &Text, manner: &Manner, (first, comma, after): (u32, u32, u32)) -> bool {
    let tokens = |from: u32, to: u32| text.tokens[from as usize..to as usize].iter();
    let colon = (first + 1..comma).rev().find(|at| text.tokens[*at as usize].marks & COLON != 0);
    let Some(label) = colon else { return false };
    let back = |one: &Token| lexicon::refers().contains(&one.hash) || causes(one);
    long(text, label, &[], comma, CLAUSE)
        && long(text, comma, &[], after, CLAUSE)
        && has_subject(text, manner, comma)
        && !tokens(comma, after).any(back)
}

/// Whether a comma that divides stands before a token.
fn comma(text: &Text, at: u32) -> bool {
    let token = &text.tokens[at as usize];
    token.gap == Gap::Comma && token.marks & COLON == 0
}

/// Whether every part between commas is long enough to be a matter of its own.
fn long(text: &Text, first: u32, commas: &[u32], after: u32, words: u32) -> bool {
    parts(text, first, commas, after, words).all(|long| long)
}

/// The same of an announced round-up, which may name one matter of four in a word (`OPEC`).
fn mostly_long(text: &Text, first: u32, commas: &[u32], after: u32) -> bool {
    let short = parts(text, first, commas, after, WORDS).filter(|long| !long).count();
    short * 4 <= commas.len() + 1 && (short == 0 || commas.len() > COMMAS)
}

/// Of each part between commas, whether it is long enough.
fn parts(
    text: &Text,
    first: u32,
    commas: &[u32],
    after: u32,
    words: u32,
) -> impl Iterator<Item = bool> {
    let starts = std::iter::once(first).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain(std::iter::once(after));
    starts.zip(ends).map(move |(from, to)| {
        let cjk = text.tokens[from as usize].shape == Shape::Cjk;
        to - from >= if cjk { CHARACTERS } else { words }
    })
}

/// Where asides lead to another matter: the rest of their sentence does not speak of what went before.
fn asides(text: &Text, manner: &Manner) -> Vec<u32> {
    // The last word that refers back of the sentence that was read last: it may hold an aside behind each comma.
    let mut read: Option<(u32, Option<u32>)> = None;
    let leads = |aside: &&Occ| {
        let sentence = text.tokens[aside.last as usize].sentence;
        let known = read.filter(|read| read.0 == sentence);
        let (_, back) = known.unwrap_or_else(|| {
            let rest = (0..).zip(&text.tokens).skip(aside.last as usize + 1);
            let rest = rest.take_while(|(_, token)| token.sentence == sentence);
            let back = rest.filter(|(_, token)| lexicon::refers().contains(&token.hash)).last();
            (sentence, back.map(|(at, _)| at))
        });
        read = Some((sentence, back));
        back.is_none_or(|back| back <= aside.last)
    };
    manner.places(Says::Aside).filter(leads).map(|aside| aside.first).collect()
}

/// Where the clauses of a title begin that are as many matters: three at least, divided by commas and a last
/// `and`, none of which goes on with the subject or the cause of another.
fn strung(text: &Text, manner: &Manner) -> Vec<u32> {
    let end = text.title_end();
    let mut starts: Vec<u32> = (1..end).filter(|at| comma(text, *at)).collect();
    if starts.is_empty() || explained(text, manner, &starts, end) {
        return Vec::new();
    }
    starts.extend(last_and(text, &starts, end, CLAUSE));
    let subject = |start: &u32| has_subject(text, manner, *start);
    let several = starts.len() >= COMMAS && starts.iter().all(subject);
    if several && long(text, 0, &starts, end, CLAUSE) { starts } else { Vec::new() }
}

/// Whether a clause that begins here, perhaps with an `and`, has a subject of its own.
fn has_subject(text: &Text, manner: &Manner, start: u32) -> bool {
    let joins = lexicon::joining().contains(&text.tokens[start as usize].hash);
    let first = start + u32::from(joins);
    let verb = manner.places_in(Says::Act, first..=first).next().is_some();
    let goes_on = text.tokens.get(first as usize).is_none_or(|token| {
        let word = text.word(token);
        lexicon::goes_on().contains(&token.hash)
            || (word.len() > 4 && word.ends_with("ing"))
            || token.shape == Shape::Digit
    });
    !verb && !goes_on
}

/// Whether a title's last words give the cause of all its clauses: `…, shares sink as the US tightens curbs`. A
/// cause of a single act (`…, FDA bans dye after a study`) does not.
fn explained(text: &Text, manner: &Manner, commas: &[u32], end: u32) -> bool {
    let acts = |from: u32, to: u32| {
        to > from && manner.places_in(Says::Act, from..=to - 1).next().is_some()
    };
    let part = |at: u32| {
        let many = commas.partition_point(|comma| *comma <= at);
        many.checked_sub(1).map_or(0, |last| commas[last])
    };
    (0..end).any(|at| causes(&text.tokens[at as usize]) && !acts(part(at), at))
}

/// Where another matter begins behind business news that opens the title: behind a semicolon or a spaced dash, or
/// behind a comma, `while` or full stop where somebody new comes in. What follows must not refer back.
fn elsewhere(text: &Text, manner: &Manner) -> impl Iterator<Item = u32> {
    let (end, all) = (text.title_end(), length(text.tokens.len()));
    let ordinary = |token: &Token| lexicon::ordinary().contains(&token.hash);
    let business = text.tokens[..end as usize].iter().position(ordinary).map_or(all, length);
    // `names` and `opens` are acts of authorities, too.
    let acts = manner.places(Says::Act).map(|act| act.first);
    let act = acts.into_iter().find(|act| !ordinary(&text.tokens[*act as usize])).unwrap_or(all);
    let first = business + 1;
    let back = |one: &Token| lexicon::refers().contains(&one.hash) || causes(one);
    // The last word of each sentence of the title that refers back, once somebody asked: a sentence may be all
    // commas and newcomers.
    let refers = OnceCell::new();
    let title = move || {
        let mut all: Vec<(u32, u32)> = Vec::new();
        let backs = (0..end).zip(&text.tokens).filter(|(_, token)| back(token));
        backs.for_each(|(at, token)| match all.last_mut() {
            Some(last) if last.0 == token.sentence => last.1 = at,
            _ => all.push((token.sentence, at)),
        });
        all
    };
    (first.max(1)..all).filter(move |at| act >= *at).filter(move |at| {
        let token = &text.tokens[*at as usize];
        let rest = || {
            let rest = text.tokens[*at as usize..].iter();
            rest.take_while(|one| one.sentence == token.sentence)
        };
        let comes_in =
            |words: usize| rest().take(words).any(|one| lexicon::newcomers().contains(&one.hash));
        let begins = *at >= end && token.sentence != text.tokens[*at as usize - 1].sentence;
        let apart = match () {
            () if begins => comes_in(1),
            () if *at >= end => false,
            () if token.marks & SEMICOLON != 0 || token.gap == Gap::Break => true,
            () => divides(text, *at) && comes_in(4),
        };
        // `…, court filing shows` says who says so.
        let says_who = || {
            let clause = || rest().take(ATTRIBUTION + 1);
            let last = clause().last().is_some_and(|one| lexicon::saying().contains(&one.hash));
            let whole = clause().skip(1).all(|one| one.gap != Gap::Comma);
            last && whole && clause().count() <= ATTRIBUTION
        };
        let refers_back = || {
            if *at < end && says_who() {
                return true;
            }
            if *at >= end {
                return rest().skip(1).any(back);
            }
            let refers = refers.get_or_init(title);
            let last = refers.binary_search_by_key(&token.sentence, |last| last.0);
            last.is_ok_and(|last| refers[last].1 > *at)
        };
        apart && rest().take(CLAUSE as usize).count() == CLAUSE as usize && !refers_back()
    })
}

/// Whether a clause of a title may begin at a token.
fn divides(text: &Text, at: u32) -> bool {
    let token = &text.tokens[at as usize];
    comma(text, at) || token.gap == Gap::Break || lexicon::beside().contains(&token.hash)
}

/// Where somebody new comes in behind a comma and an `and`: `…, and an ex-minister was held`.
fn come_in(text: &Text, first: u32, after: u32) -> Option<u32> {
    let at = |at: u32| &text.tokens[at as usize];
    (first + CLAUSE..after.saturating_sub(CLAUSE)).find(|and| {
        comma(text, *and)
            && lexicon::joining().contains(&at(*and).hash)
            && lexicon::newcomers().contains(&at(*and + 1).hash)
    })
}

/// Where an `and` behind the last comma joins a clause of its own.
fn last_and(text: &Text, commas: &[u32], end: u32, words: u32) -> Option<u32> {
    let last = *commas.last()?;
    let joins = |at: &u32| lexicon::joining().contains(&text.tokens[*at as usize].hash);
    (last + 1..end).find(joins).filter(|at| *at >= last + words)
}

/// Whether a word gives a cause, so that clauses belong together.
fn causes(token: &Token) -> bool {
    lexicon::causes().contains(&token.hash)
}

fn length(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_divide_only_what_is_long_enough_to_be_a_matter() {
        for (text, pieces) in [
            ("Chipmaker opens plant, pastor charged with fraud, jury out in cartel case", 3),
            ("Apple, Meta, Visa fined by Brussels", 1),
            ("Regulator fines the bank, which will appeal", 1),
            ("Gap hires a designer; Ohio pastor charged", 2),
            ("小米发布新款平板，欧盟对钢铁反倾销，央行开展逆回购", 3),
            ("阿里、腾讯、百度被罚", 1),
            ("Chipmaker hits record, EU fines retailer, oil slips", 3),
            ("Oil major begins a buyback, and a former minister is held over bribes", 2),
            ("The bank appeals, and the regulator fines it again", 1),
            ("Sold, and a pity", 1),
            // What wide slashes part is divided by its own commas.
            (
                "小米发布新款平板，欧盟对钢铁反倾销，央行开展逆回购／苹果在京都开新店／油价下跌三成",
                5,
            ),
        ] {
            let text = Text::of_term(text);
            let all = Pieces::of(&text, &Manner::of(&text, None));
            let last = u32::try_from(text.tokens.len()).expect("a headline has few words") - 1;
            assert_eq!((all.starts.len(), all.of_token(last)), (pieces, pieces as u32 - 1));
            assert_eq!(all.stretch(0).0, 0);
            assert!(all.starts.is_sorted(), "{:?}", all.starts);
        }
    }

    #[test]
    fn a_title_is_divided_where_each_clause_has_a_subject_of_its_own() {
        for (text, pieces) in [
            (
                "Apple unveils foldable iPhone, US widens Russia sanctions and a heatwave grips Europe",
                3,
            ),
            ("Oil slides, HSBC cuts rates, and Treasury sanctions shippers", 0),
            (
                "Oil prices slide, HSBC cuts mortgage rates, and Treasury sanctions Iranian shippers",
                3,
            ),
            ("Brussels fines Apple heavily, opens probe into Meta, orders Temu to act", 0),
            ("Volkswagen recalls 30,000 cars, 20,000 of them in Germany, over brakes", 0),
            (
                "Alibaba shares tumble, Tencent sheds five percent, Hong Kong falls as US tightens curbs",
                0,
            ),
            (
                "Walmart and Target lift wages, Kroger settles a suit, and FDA bans dye after study",
                3,
            ),
            ("Shell lifts its dividend, plus a banker is convicted of bribery", 2),
            ("Micron hires 500 people; dog food recall widens", 2),
            ("JD.com starts grocery test, a watchdog fines an adult site", 2),
            // Who says so is no matter of its own, but what somebody says behind a further comma is.
            ("JD.com starts grocery test, a court filing shows", 0),
            ("JD.com starts grocery test, a watchdog fines an adult site, filing shows", 2),
            ("Nvidia slumps; US tightens chip export rules", 0),
            ("Trump orders a tax on chips; two plants win a carve-out", 0),
            ("Mexiko hebt 50% Abgabe auf Autos, Hersteller klagen laut darüber", 0),
            ("Regulator fines the bank. Elsewhere, oil rose", 2),
            ("Regulator fines the bank. Separately, it named a new chief", 0),
            // Of several asides in a sentence each is asked about what stands behind it.
            ("Regulator fines bank. Plus, its chief left, plus, oil rose", 2),
            ("Regulator fines bank. Plus, oil rose, plus, its chief left", 0),
        ] {
            let text = Text::of_term(text);
            let all = Pieces::among(&text, &Manner::of(&text, None));
            assert_eq!(
                all.map_or(0, |all| all.starts.len()),
                pieces,
                "{}",
                text.word(&text.tokens[0])
            );
        }
    }
}
