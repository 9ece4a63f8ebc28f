//! Items that only look back: whatever they say of a matter, or of what an authority does, stands in sentences that
//! are dated years ago. Reports of all kinds end in such sentences.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Datelike;

use crate::detect::find::Occ;
use crate::detect::manner::Manner;
use crate::detect::matching::{By, Found, Scene};
use crate::detect::talk::Dated;
use crate::model::EntityKind;

use super::Case;

/// What happened within so many days is news, though a year has ended since.
const NEWS: Duration = Duration::from_secs(60 * 24 * 60 * 60);

impl Case<'_> {
    /// The words that date the first of the matters that an item only looks back at.
    pub(super) fn looks_back(&self, manner: &Manner) -> Option<Occ> {
        // An authority's notice names the years of what it is about, and a round-up's pieces are short.
        let seen = self.origin.seen.filter(|_| !self.origin.official && !self.round_up())?;
        let year = seen.minus(NEWS).to_chrono().year();
        let dated = Dated::of(&self.reading.text, manner, year);
        if dated.tells_news() {
            return None;
        }
        let topics = self.reading.counting().filter(|hit| hit.kind() == EntityKind::Topic);
        let date = |hit: &Found| {
            dated.date(self.sentence(hit)).or_else(|| dated.date(self.sentence_of(hit.last)))
        };
        // What is put together from several places rests on a date if one of them does.
        let mut searches: BTreeMap<u32, Option<Occ>> = BTreeMap::new();
        let mut first = None;
        for hit in topics.filter(|hit| self.tells(hit)) {
            let date = date(hit);
            first = first.or(date);
            match hit.by {
                By::Search(search) => {
                    let known = searches.entry(search).or_default();
                    *known = known.or(date);
                }
                By::Name(_) | By::Term(_) if date.is_none() => return None,
                By::Name(_) | By::Term(_) => {}
            }
        }
        let fresh =
            |(search, date): (u32, Option<Occ>)| date.is_none() || self.holds_apart(search, &dated);
        first.filter(|_| !searches.into_iter().any(fresh))
    }

    /// Whether a topic's hit says that there is news: all but those by which rules make exceptions.
    fn tells(&self, hit: &Found) -> bool {
        !self.is_hidden(hit) || self.watchlist.alerting.binary_search(&hit.entity).is_ok()
    }

    /// Whether a search holds in what is not dated years ago.
    fn holds_apart(&self, search: u32, dated: &Dated) -> bool {
        let ask = &self.watchlist.searches[search as usize].ask;
        dated.fresh().iter().any(|within| {
            let scene = Scene { within: Some(*within), ..self.reading.scene() };
            scene.holds(ask)
        })
    }
}
