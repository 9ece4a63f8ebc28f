//! Names and terms with their places in the original text: the first step of every judgement, alone.
//!
//! It asks no guard, links nothing and puts nothing into words. Searches are no places of their own and
//! are left to [`super::Reading`], which begins with the same step.

use crate::detect::find::{Occ, find_into};
use crate::detect::stem::Lang;
use crate::detect::text::Text;
use crate::detect::watchlist::{Seen, Use, Watchlist};
use crate::model::{EntityKind, Field, ItemText};

use super::asked::Cues;
use super::eval::Present;
use super::index::Index;
use super::shared::spread;

/// A name or term at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Company or topic.
    pub kind: EntityKind,
    /// Its number, in file order.
    pub entity: u32,
    /// The field.
    pub field: Field,
    /// First byte (UTF-8) in that field's original text.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// Finds names and terms in one item after another, in the same room.
#[derive(Debug)]
pub struct Finder<'w> {
    watchlist: &'w Watchlist,
    words: Words,
    places: Vec<Place>,
}

/// An item's words and the phrases found among them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// The words.
    pub(crate) text: Text,
    /// All phrases found, sorted, but for those that only rules ask for.
    pub(crate) phrases: Vec<Occ>,
    /// Where those of each phrase begin.
    pub(crate) index: Index,
    /// Which phrases are there at all.
    pub(crate) present: Present,
    /// The cues of those that only rules ask for.
    pub(crate) cues: Cues,
    /// The language in which they were looked for, beside English.
    pub(crate) lang: Option<Lang>,
    /// Which searches they lead to.
    pub(crate) searches: Seen,
}

impl Words {
    /// Reads an item in the place of what was read before.
    pub(crate) fn read(&mut self, watchlist: &Watchlist, item: &ItemText) {
        self.text.fill(item);
        self.find(watchlist, Lang::of_tag(item.lang.as_deref()));
    }

    /// Finds a watchlist's phrases in the words, in the place of what was found before.
    pub(crate) fn find(&mut self, watchlist: &Watchlist, lang: Option<Lang>) {
        self.places(watchlist, lang);
        self.lang = lang;
        self.present.fill(&self.phrases, watchlist.phrases.asked_from());
        self.cues.fill(watchlist.phrases.asked.is_some(), &self.phrases, lang);
    }

    fn places(&mut self, watchlist: &Watchlist, lang: Option<Lang>) {
        let Self { text, phrases, cues, .. } = self;
        find_into(&watchlist.phrases, text, lang, phrases, &mut cues.calls);
        spread(watchlist, phrases);
    }
}

impl<'w> Finder<'w> {
    /// A finder for this watchlist.
    #[must_use]
    pub fn new(watchlist: &'w Watchlist) -> Self {
        Self { watchlist, words: Words::default(), places: Vec::new() }
    }

    /// All names and terms in an item, by phrase and place; the same place once for each that stands
    /// there.
    pub fn find(&mut self, item: &ItemText) -> &[Place] {
        self.words.text.fill(item);
        self.words.places(self.watchlist, Lang::of_tag(item.lang.as_deref()));
        self.places.clear();
        let Words { text, phrases, .. } = &self.words;
        for occ in phrases {
            let (first, last) = (&text.tokens[occ.first as usize], &text.tokens[occ.last as usize]);
            for one in self.watchlist.uses(occ.phrase) {
                let (kind, entity) = match one {
                    Use::Name(name) => {
                        (EntityKind::Company, self.watchlist.names[name as usize].company)
                    }
                    Use::Term(term) => {
                        (EntityKind::Topic, self.watchlist.terms[term as usize].topic)
                    }
                    Use::Searches(_) => continue,
                };
                let field = text.field_of(occ.first).field;
                self.places.push(Place { kind, entity, field, start: first.start, end: last.end });
            }
        }
        &self.places
    }
}
