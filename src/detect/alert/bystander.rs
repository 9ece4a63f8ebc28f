//! Bystanders: companies that only the text below the title names, each time behind words which say that they have no
//! part in what is told (`the buyer was advised by …`, `rival …`), in a sentence that tells of no act and no matter.
//!
//! Of a list of names (`advised by HSBC and Rothschild`) all are such. An alert that rests on nobody else is held back,
//! and says by which words.

use std::collections::BTreeMap;

use crate::detect::manner::Says;
use crate::detect::matching::Found;
use crate::model::EntityKind;

use super::Case;

/// Words that may stand between these and a name: an article, or the names before it.
const BETWEEN: u32 = 5;

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
        let behind = |found: &Found| {
            let near = found.first.saturating_sub(2 * BETWEEN)..=found.first;
            let mark = manner.places_in(Says::Bystander, near).find(|mark| {
                mark.last < found.first
                    && found.first - mark.last <= BETWEEN
                    && self.sentence_of(mark.first) == self.sentence(found)
            });
            let mark = mark.filter(|_| found.first >= title && quiet(self.sentence(found)))?;
            Some((mark.first, mark.last))
        };
        // The words before the first place, or `None` of a company that stands otherwise anywhere.
        let mut standing: BTreeMap<u32, Option<(u32, u32)>> = BTreeMap::new();
        for found in self.reading.counting().filter(company) {
            let place = behind(found);
            let known = standing.entry(found.entity).or_insert(place);
            *known = known.filter(|_| place.is_some());
        }
        let words = |(first, last): (u32, u32)| {
            let words: Vec<&str> =
                (first..=last).map(|at| text.word(&text.tokens[at as usize])).collect();
            format!("named in passing, behind \"{}\"", words.join(" "))
        };
        let told =
            standing.into_iter().filter_map(|(company, place)| Some((company, words(place?))));
        told.collect()
    }
}
