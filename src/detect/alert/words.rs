//! A yes in words: the hits that it rests on, quoted from the text.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::detect::matching::{Found, Occ};
use crate::detect::watchlist::Condition;
use crate::model::EntityKind;

use super::Case;
use super::yes::{Said, Yes};

/// Bytes of a reason that quotes two hits, about.
const QUOTED: usize = 96;
/// Words of a search's find that a reason quotes.
const WORDS: u32 = 8;
/// Words by which a piece is told.
const OPENING: u32 = 5;

impl Case<'_> {
    /// `Alibaba ("BABA", title)`, in the words of the text: `Fraud ("misled … holders", title)`.
    pub(crate) fn quoted(&self, found: &Found) -> String {
        let mut words = String::new();
        self.quote(found, &mut words);
        words
    }

    /// A company with a topic, quoted.
    pub(super) fn linked_words(&self, company: &Found, topic: &Found) -> String {
        let mut words = String::with_capacity(QUOTED);
        self.quote(company, &mut words);
        words.push_str(" with ");
        self.quote(topic, &mut words);
        words
    }

    fn quote(&self, found: &Found, into: &mut String) {
        let name = match found.kind() {
            EntityKind::Company => &self.watchlist.company(found.entity).named.name,
            EntityKind::Topic => &self.watchlist.topic(found.entity).named.name,
        };
        let field = self.reading.text.field_of(found.first).field;
        into.push_str(name);
        into.push_str(" (\"");
        self.gist(found.first, found.last, into);
        into.push_str("\", ");
        // A text takes whatever is written to it.
        let _ = write!(into, "{field})");
    }

    /// The words from one to the other as they are written; of many only the first and the last.
    fn gist(&self, first: u32, last: u32, into: &mut String) {
        if last - first < WORDS {
            return self.write(first, last, into);
        }
        self.write(first, first + WORDS / 2 - 1, into);
        into.push_str(" … ");
        self.write(last + 1 - WORDS / 2, last, into);
    }

    /// What stands in the item from one word to another, white space as single spaces.
    fn write(&self, first: u32, last: u32, into: &mut String) {
        self.reading.text.write(self.item, (first, last), into);
    }

    /// The first words of each piece of an item that tells of several matters.
    pub(crate) fn openings(&self) -> Vec<String> {
        let Some(pieces) = self.pieces else { return Vec::new() };
        let tokens = u32::try_from(self.reading.text.tokens.len()).unwrap_or(u32::MAX);
        pieces
            .stretches(tokens)
            .map(|(first, last)| {
                // Never beyond the field in which it begins.
                let last = last.min(self.reading.text.field_of(first).end - 1);
                let shown = last.min(first + OPENING - 1);
                let mut words = String::new();
                self.write(first, shown, &mut words);
                if shown < last {
                    words.push_str(" …");
                }
                words
            })
            .collect()
    }

    /// What a yes says, in words.
    pub(crate) fn words(&self, yes: &Yes) -> String {
        let piece = match &yes.said {
            Said::Words(words) => return words.clone(),
            Said::Both(company, topic, piece) => {
                let there = |found: &&Found| piece.is_none_or(|piece| self.piece(found) == piece);
                let company = self.hits(EntityKind::Company, *company).find(there);
                let mut topics = self.hits(EntityKind::Topic, *topic).filter(|hit| self.whole(hit));
                let both = company.zip(topics.find(there));
                return both.map_or_else(String::new, |both| self.linked_words(both.0, both.1));
            }
            Said::In(piece) => *piece,
        };
        let mut parts = Vec::new();
        if let Some(rule) = yes.rule {
            self.witnesses(&self.watchlist.conditions[rule].when, piece, &mut parts);
        }
        let mut told = BTreeSet::new();
        parts.retain(|part| told.insert(part.clone()));
        if parts.is_empty() { "its words are there".to_owned() } else { parts.join(" with ") }
    }

    /// The first hit that is what a condition asks for.
    pub(super) fn witness(&self, when: &Condition, piece: Option<u32>) -> Option<&Found> {
        let within = piece.and_then(|piece| Some(self.pieces?.stretch(piece)));
        self.reading.counting_in(within).find(|found| self.is(found, when))
    }

    /// The same in words, with what else the condition rests on.
    fn witnesses(&self, when: &Condition, piece: Option<u32>, into: &mut Vec<String>) {
        match when {
            Condition::All(all) | Condition::Any(all) => {
                all.iter().for_each(|one| self.witnesses(one, piece, into));
            }
            Condition::In(_, one) | Condition::Sentence(one) => self.witnesses(one, piece, into),
            Condition::Official if self.origin.official => {
                into.push("an official source".to_owned())
            }
            Condition::Talk => into.extend(self.talk().map(|talk| self.written(talk.words))),
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                let hit = self.witness(when, piece);
                into.extend(hit.map(|found| self.quoted(found)));
            }
            _ => {}
        }
    }

    /// `talk ("oral history", title)`.
    fn written(&self, words: Occ) -> String {
        let field = self.reading.text.field_of(words.first).field;
        let mut said = String::from("talk (\"");
        self.gist(words.first, words.last, &mut said);
        let _ = write!(said, "\", {field})");
        said
    }
}
