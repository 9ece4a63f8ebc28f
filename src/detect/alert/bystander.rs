//! Bystanders: companies that only the text below the title names, each time behind words which say that they have no
//! part in what is told (`the buyer was advised by …`, `rival …`), in a sentence that tells of no act and no matter.
//!
//! Of a sentence that does a clause is enough which only describes somebody (`Shein, which competes with Temu, was
//! fined`). And so are companies of which is said that they are no party (`Arm is not a party`), whatever the sentence
//! tells.
//!
//! Of a list of names (`advised by HSBC and Rothschild`) all are such. An alert that rests on nobody else is held back,
//! and says by which words.

use std::collections::BTreeMap;

use crate::detect::lexicon;
use crate::detect::manner::Says;
use crate::detect::matching::{Found, Occ};
use crate::detect::text::{Gap, SEMICOLON, Shape, Text, Token};
use crate::model::EntityKind;

use super::Case;

/// Words that may stand between these and a name: an article, or the names before it.
const BETWEEN: u32 = 5;
/// So many words behind a name it may be said that it is no party.
const DENIED: u32 = 12;
/// Words from the one with which a clause begins to these: `which also competes with`.
const BEGINS: u32 = 3;
/// A clause that describes somebody is no longer.
const CLAUSE: usize = 16;

/// The first and last of the words that say so, and where a name stands beside them.
type Passing = ((u32, u32), &'static str);

impl Case<'_> {
    /// The bystanders, by number, with the words that say so.
    pub(super) fn bystanders(&self) -> BTreeMap<u32, String> {
        let (text, title) = (&self.reading.text, self.reading.text.title_end());
        let Some(manner) = self.manner else { return BTreeMap::new() };
        let company = |found: &&Found| found.kind() == EntityKind::Company;
        let named = |found: &&Found| !company(found) && !self.is_hidden(found);
        // In text order, as sentences are; a search may stand in several.
        let mut matters: Vec<u32> = self
            .reading
            .counting()
            .filter(named)
            .flat_map(|found| self.sentence_of(found.first)..=self.sentence_of(found.last))
            .collect();
        matters.sort_unstable();
        let quiet =
            |sentence: u32| !manner.reports(sentence) && matters.binary_search(&sentence).is_err();
        let matter = |(first, last): (u32, u32)| {
            let in_it = |found: &Found| found.kind() == EntityKind::Topic && !self.is_hidden(found);
            self.reading.counting_in(Some((first, last))).any(in_it)
        };
        let still = |(first, last): (u32, u32)| {
            manner.places_in(Says::Act, first..=last).next().is_none() && !matter((first, last))
        };
        let describes =
            |mark: &Occ, found: &Found| clause(text, mark, found.last).is_some_and(still);
        let behind = |found: &Found| {
            let near = found.first.saturating_sub(2 * BETWEEN)..=found.first;
            let mark = manner.places_in(Says::Bystander, near).find(|mark| {
                mark.last < found.first
                    && found.first - mark.last <= BETWEEN
                    && self.sentence_of(mark.first) == self.sentence(found)
                    && beside(text, mark, found.first)
            });
            let mark = mark.filter(|mark| quiet(self.sentence(found)) || describes(mark, found))?;
            Some((mark.first, mark.last))
        };
        let no_party = |found: &Found| {
            let near = found.last..=found.last + DENIED;
            let mark = manner.places_in(Says::NoParty, near).find(|mark| {
                self.sentence_of(mark.first) == self.sentence(found) && mark.first > found.last
            })?;
            // Who did something before, or stands before somebody else, is not the one of whom it is said.
            let between = (found.last + 1, mark.first - 1);
            let mut others = self.reading.counting_in(Some(between)).filter(company);
            let meant = others.all(|other| other.entity == found.entity) && still(between);
            meant.then_some((mark.first, mark.last))
        };
        let passing = |found: &Found| {
            if found.first < title {
                return None;
            }
            let behind = behind(found).map(|words| (words, "behind"));
            behind.or_else(|| no_party(found).map(|words| (words, "before")))
        };
        // The words beside the first place, or `None` of a company that stands otherwise anywhere.
        let mut standing: BTreeMap<u32, Option<Passing>> = BTreeMap::new();
        for found in self.reading.counting().filter(company) {
            let place = passing(found);
            let known = standing.entry(found.entity).or_insert(place);
            *known = known.filter(|_| place.is_some());
        }
        let words = |((first, last), beside): Passing| {
            let words: Vec<&str> =
                (first..=last).map(|at| text.word(&text.tokens[at as usize])).collect();
            format!("named in passing, {beside} \"{}\"", words.join(" "))
        };
        let told =
            standing.into_iter().filter_map(|(company, place)| Some((company, words(place?))));
        told.collect()
    }
}

/// Whether words say it of the name that begins at `name`: between them stand names, articles and what describes it, and
/// no mark parts them but in a list of names. `Made by rival Boeing` tells what Boeing did.
fn beside(text: &Text, mark: &Occ, name: u32) -> bool {
    let token = |at: u32| &text.tokens[at as usize];
    let did =
        mark.first.checked_sub(1).is_some_and(|at| lexicon::doers().contains(&token(at).hash));
    let between = mark.last + 1..name;
    if did
        || token(mark.last + 1).gap >= Gap::Comma
        || !between.clone().all(|at| describes(text, mark, at))
    {
        return false;
    }
    let parted = (between.start + 1..=name).any(|at| token(at).gap >= Gap::Comma);
    !parted || listed(text, mark, name)
}

/// Whether a word may stand before a name that it describes, or between names.
fn describes(text: &Text, mark: &Occ, at: u32) -> bool {
    let token = &text.tokens[at as usize];
    is_name(token)
        || binds(text, mark, token)
        || !lexicon::small().contains(&token.hash)
            && !lexicon::stop_words().contains(&token.hash)
            && !lexicon::saying().contains(&token.hash)
}

/// An article, what joins names, or the last of the words once more: `advised by HSBC and by Rothschild`.
fn binds(text: &Text, mark: &Occ, token: &Token) -> bool {
    lexicon::articles().contains(&token.hash)
        || lexicon::joining().contains(&token.hash)
        || text.tokens[mark.last as usize].hash == token.hash
}

fn is_name(token: &Token) -> bool {
    token.shape != Shape::Lower
}

/// Whether the name at `name` stands in a list behind these words that ends where its clause does: `advised by HSBC,
/// Rothschild and Boeing.`, and not `unlike its rival Wolfspeed, Huawei lost`.
fn listed(text: &Text, mark: &Occ, name: u32) -> bool {
    let rest = &text.tokens[mark.last as usize + 1..];
    let mut joined = false;
    for (n, token) in rest.iter().enumerate().take(CLAUSE) {
        let ends = token.gap == Gap::Break
            || token.marks & SEMICOLON != 0
            || joined && token.gap >= Gap::Comma;
        if n > 0 && ends {
            return joined && mark.last as usize + 1 + n > name as usize;
        }
        if lexicon::joining().contains(&token.hash) {
            joined = true;
        } else if !is_name(token) && !binds(text, mark, token) {
            return false;
        }
    }
    joined && rest.len() <= CLAUSE
}

/// The clause, first and last word, in which these words and the name that ends at `last` describe somebody.
fn clause(text: &Text, mark: &Occ, last: u32) -> Option<(u32, u32)> {
    let token = |at: u32| &text.tokens[at as usize];
    let mut near = (mark.first.saturating_sub(BEGINS)..mark.first).rev();
    let first = near.find(|at| lexicon::relative().contains(&token(*at).hash))?;
    // A mark between parts clauses.
    if (first + 1..=mark.first).any(|at| token(at).gap > Gap::Inner) {
        return None;
    }
    let rest = text.tokens[last as usize + 1..].iter().take(CLAUSE);
    let more = rest.take_while(|token| token.gap < Gap::Comma).count();
    Some((first, last + u32::try_from(more).unwrap_or(0)))
}
