//! A yes in words: the hits that it rests on, quoted from the text.

use std::fmt::Write;

use crate::detect::matching::{By, Found, Occ, term};
use crate::detect::watchlist::Condition;
use crate::model::EntityKind;

use super::Case;
use super::yes::{Said, Yes};

/// Words of a search's find that a reason quotes.
const WORDS: u32 = 8;

impl Case<'_> {
    /// `Alibaba ("BABA", title)`; of a search the words that it found, `Fraud ("misled … holders", title)`.
    pub(crate) fn quoted(&self, found: &Found) -> String {
        let mut words = String::new();
        self.quote(found, &mut words);
        words
    }

    pub(super) fn quote(&self, found: &Found, into: &mut String) {
        let name = match found.kind() {
            EntityKind::Company => &self.watchlist.company(found.entity).named.name,
            EntityKind::Topic => &self.watchlist.topic(found.entity).named.name,
        };
        let field = self.reading.text.field_of(found.first).field;
        into.push_str(name);
        into.push_str(" (\"");
        match found.by {
            By::Search(_) => into.push_str(&self.gist(found.first, found.last)),
            by => into.push_str(term(self.watchlist, by)),
        }
        into.push_str("\", ");
        // A text takes whatever is written to it.
        let _ = write!(into, "{field})");
    }

    /// The words from one to the other; of many only the first and the last.
    fn gist(&self, first: u32, last: u32) -> String {
        if last - first < WORDS {
            return self.reading.words(first, last);
        }
        let (head, tail) = (first + WORDS / 2 - 1, last + 1 - WORDS / 2);
        format!("{} … {}", self.reading.words(first, head), self.reading.words(tail, last))
    }

    /// What a yes says, in words.
    pub(crate) fn words(&self, yes: &Yes) -> String {
        let piece = match &yes.said {
            Said::Words(words) => return words.clone(),
            Said::In(piece) => *piece,
        };
        let mut parts = Vec::new();
        if let Some(rule) = yes.rule {
            self.witnesses(&self.watchlist.conditions[rule].when, piece, &mut parts);
        }
        parts.dedup();
        if parts.is_empty() { "its words are there".to_owned() } else { parts.join(" with ") }
    }

    /// The first hit that is what a condition asks for.
    pub(super) fn witness(&self, when: &Condition, piece: Option<u32>) -> Option<&Found> {
        let seen = |found: &&Found| piece.is_none_or(|piece| self.piece(found) == piece);
        self.reading.counting().filter(seen).find(|found| self.is(found, when))
    }

    /// The same in words, with what else the condition rests on.
    fn witnesses(&self, when: &Condition, piece: Option<u32>, into: &mut Vec<String>) {
        match when {
            Condition::All(all) | Condition::Any(all) => {
                all.iter().for_each(|one| self.witnesses(one, piece, into));
            }
            Condition::In(_, one) => self.witnesses(one, piece, into),
            Condition::Official if self.origin.official => {
                into.push("an official source".to_owned())
            }
            Condition::Talk => into.extend(self.talk().map(|words| self.written(words))),
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
        format!("talk (\"{}\", {field})", self.reading.words(words.first, words.last))
    }
}
