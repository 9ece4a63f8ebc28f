//! Searches over what was found: places of words, NEAR by position, AND, OR and NOT over the item.

use std::ops::Range;

use crate::detect::find::Occ;
use crate::detect::query::{Ask, Part};
use crate::detect::text::Text;

use super::asked::Asked;
use super::index::Index;

/// A stretch of tokens, first and last.
pub(crate) type Stretch = (u32, u32);

/// Which phrases were found, roughly: two bits for each, of many. Nearly all phrases of a search are
/// absent, and this says so of most of them at once.
#[derive(Debug, Default)]
pub(crate) struct Present {
    bits: Vec<u64>,
    /// From this number on phrases were not looked for.
    until: u32,
}

impl Present {
    /// Bits, as a power of two: of a few hundred phrases one of a thousand others seems to be there.
    const BITS: u32 = 14;

    /// Of these places, in the room of what was there before.
    pub(super) fn fill(&mut self, found: &[Occ], until: u32) {
        self.until = until;
        self.bits.clear();
        self.bits.resize(1 << (Self::BITS - 6), 0);
        for occ in found {
            let (one, other) = Self::bits(occ.phrase);
            self.bits[one >> 6] |= 1 << (one & 63);
            self.bits[other >> 6] |= 1 << (other & 63);
        }
    }

    #[inline]
    fn bits(phrase: u32) -> (usize, usize) {
        let low = phrase & ((1 << Self::BITS) - 1);
        (low as usize, (phrase.wrapping_mul(0x9e37_79b1) >> (32 - Self::BITS)) as usize)
    }

    /// Whether something may hold, by what it cannot do without.
    pub(crate) fn may_hold(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Words(phrase) => self.may_have(*phrase),
            Ask::Any(phrases) => phrases.iter().any(|phrase| self.may_have(*phrase)),
            Ask::All(all) => all.iter().all(|one| self.may_hold(one)),
            Ask::Or(any) => any.iter().any(|one| self.may_hold(one)),
            Ask::Near(_, a, b) => self.may_hold(b) && self.may_hold(a),
            Ask::In(_, one) => self.may_hold(one),
            Ask::Not(_) => true,
        }
    }

    /// Whether the phrase may be among them, or was not looked for.
    #[inline]
    pub(crate) fn may_have(&self, phrase: u32) -> bool {
        let (one, other) = Self::bits(phrase);
        let there = self.bits[one >> 6] >> (one & 63) & self.bits[other >> 6] >> (other & 63) & 1;
        there == 1 || phrase >= self.until
    }
}

/// What a search is asked of: the found phrases, perhaps only those of one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) text: &'a Text,
    /// Sorted by phrase and place.
    pub(crate) found: &'a [Occ],
    /// Where each phrase's begin and end.
    pub(crate) index: &'a Index,
    /// Of the phrases that only rules ask for.
    pub(crate) asked: &'a Asked,
    /// Of both.
    pub(crate) present: &'a Present,
    /// Only what stands in this stretch of tokens counts.
    pub(crate) within: Option<Stretch>,
    /// Only what stands in the title counts.
    pub(crate) title: bool,
    /// Only what begins a sentence, or a piece of a headline, counts.
    pub(crate) opening: bool,
    /// Only what stands in the title or in the first sentence of a field below it counts.
    pub(crate) lead: bool,
}

impl<'a> Scene<'a> {
    /// The whole item.
    pub(crate) fn whole(
        text: &'a Text,
        (found, index): (&'a [Occ], &'a Index),
        asked: &'a Asked,
        present: &'a Present,
    ) -> Self {
        let (title, opening, lead) = (false, false, false);
        Self { text, found, index, asked, present, within: None, title, opening, lead }
    }

    /// The places of a phrase, in text order, whatever the scene's limits.
    pub(crate) fn all_of(&self, phrase: u32) -> &'a [Occ] {
        if !self.present.may_have(phrase) {
            return &[];
        }
        match phrase.checked_sub(self.asked.from) {
            Some(phrase) => self.asked.places(self.text, phrase),
            None => &self.found[self.index.get(phrase)],
        }
    }

    /// Those that begin in the scene's stretch.
    fn within(&self, phrase: u32) -> &'a [Occ] {
        let all = self.all_of(phrase);
        let Some((first, last)) = self.within else { return all };
        let begin = all.partition_point(|occ| occ.first < first);
        let many = all[begin..].partition_point(|occ| occ.first <= last);
        &all[begin..begin + many]
    }

    pub(crate) fn sees(&self, token: u32) -> bool {
        self.within.is_none_or(|(first, last)| (first..=last).contains(&token))
            && (!self.title || token < self.text.title_end())
            && (!self.opening || self.opens(token))
            && (!self.lead || self.text.leads(token))
    }

    /// Whether a token is the first of its segment.
    fn opens(&self, token: u32) -> bool {
        let segment = |token: u32| self.text.tokens[token as usize].segment;
        token.checked_sub(1).is_none_or(|before| segment(before) != segment(token))
    }

    /// The same scene, where only what stands in this part counts.
    pub(crate) fn part(&self, part: Part) -> Self {
        match part {
            Part::Title => Scene { title: true, ..*self },
            Part::Opening => Scene { opening: true, ..*self },
            Part::Lead => Scene { lead: true, ..*self },
        }
    }

    fn sentence(&self, token: u32) -> u32 {
        self.text.tokens[token as usize].sentence
    }

    /// Whether a phrase is there.
    pub(crate) fn has(&self, phrase: u32) -> bool {
        self.within(phrase).iter().any(|occ| self.sees(occ.first))
    }

    /// Whether it holds.
    pub(crate) fn holds(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Words(phrase) => self.has(*phrase),
            Ask::Any(phrases) => phrases.iter().any(|phrase| self.has(*phrase)),
            Ask::All(all) => all.iter().all(|one| self.holds(one)),
            Ask::Or(any) => any.iter().any(|one| self.holds(one)),
            Ask::Not(one) => !self.holds(one),
            Ask::Near(n, a, b) => !self.places_near(*n, a, b).is_empty(),
            Ask::In(part, one) => self.part(*part).holds(one),
        }
    }

    /// Appends the places that show why a search holds; none where it does not. What it asks for
    /// together and is `sure`, by its bit, is not asked again.
    pub(crate) fn add_search(&self, ask: &Ask, sure: u64, into: &mut Vec<Stretch>) {
        match ask {
            Ask::All(all) => self.add_all(all, sure, into),
            _ => self.add_places(ask, into),
        }
    }

    /// The places of two things near each other.
    pub(crate) fn places_near(&self, n: u32, a: &Ask, b: &Ask) -> Vec<Stretch> {
        let mut places = Vec::new();
        self.add_near(n, a, b, &mut places);
        places
    }

    /// Appends the places that show why it holds, sorted and each once.
    fn add_places(&self, ask: &Ask, into: &mut Vec<Stretch>) {
        let from = into.len();
        match ask {
            Ask::Words(phrase) => self.add_words(*phrase, into),
            Ask::Any(phrases) => {
                phrases.iter().for_each(|phrase| self.add_words(*phrase, into));
                distinct(into, from);
            }
            Ask::Or(any) => {
                any.iter().for_each(|one| self.add_places(one, into));
                distinct(into, from);
            }
            Ask::All(all) => self.add_all(all, 0, into),
            Ask::Near(n, a, b) => self.add_near(*n, a, b, into),
            Ask::In(part, one) => self.part(*part).add_places(one, into),
            Ask::Not(_) => {}
        }
    }

    fn add_words(&self, phrase: u32, into: &mut Vec<Stretch>) {
        let seen = self.within(phrase).iter().filter(|occ| self.sees(occ.first));
        into.extend(seen.map(|occ| (occ.first, occ.last)));
    }

    fn add_all(&self, all: &[Ask], sure: u64, into: &mut Vec<Stretch>) {
        let from = into.len();
        // A NEAR says most about where the matter stands; else the first word does.
        let telling = all.iter().position(|one| matches!(one, Ask::Near(..)));
        if let Some(telling) = telling {
            self.add_places(&all[telling], into);
            if into.len() == from {
                return;
            }
        }
        let is_sure = |n: usize| n < 64 && sure >> n & 1 == 1;
        let mut asked = all.iter().enumerate().filter(|(n, _)| Some(*n) != telling && !is_sure(*n));
        if !asked.all(|(_, one)| self.holds(one)) {
            return into.truncate(from);
        }
        if telling.is_none() {
            // The first that stands anywhere.
            let _ = all.iter().find(|one| {
                self.add_places(one, into);
                into.len() > from
            });
        }
    }

    fn add_near(&self, n: u32, a: &Ask, b: &Ask, into: &mut Vec<Stretch>) {
        let from = into.len();
        // Where one side is absent the other need not be looked at.
        self.add_places(b, into);
        let middle = into.len();
        if middle == from {
            return;
        }
        self.add_places(a, into);
        let end = into.len();
        self.near(n, middle..end, from..middle, into);
        into.drain(from..end);
        distinct(into, from);
    }

    /// For each place of `a` the nearest of `b` within `n` words in its sentence, appended; both are
    /// sorted stretches of the same list.
    fn near(&self, n: u32, a: Range<usize>, b: Range<usize>, into: &mut Vec<Stretch>) {
        let longest = into[b.clone()].iter().map(|(first, last)| last - first).max().unwrap_or(0);
        for at in a {
            let (first, last) = into[at];
            let (from, to) = (first.saturating_sub(n + longest + 1), last.saturating_add(n + 1));
            let others = &into[b.clone()];
            let begin = others.partition_point(|place| place.0 < from);
            let nearest = others[begin..]
                .iter()
                .take_while(|place| place.0 <= to)
                .filter(|place| self.sentence(place.0) == self.sentence(first))
                .filter_map(|place| Some((between((first, last), *place)?, *place)))
                .filter(|(words, _)| *words <= n)
                .min();
            if let Some((_, place)) = nearest {
                into.push((first.min(place.0), last.max(place.1)));
            }
        }
    }
}

/// Sorts what was appended, and leaves each place once.
fn distinct(places: &mut Vec<Stretch>, from: usize) {
    if places.len() - from < 2 {
        return;
    }
    places[from..].sort_unstable();
    let mut kept = from + 1;
    for at in from + 1..places.len() {
        if places[at] != places[kept - 1] {
            places[kept] = places[at];
            kept += 1;
        }
    }
    places.truncate(kept);
}

/// Words between two stretches; `None` when they overlap.
fn between(one: Stretch, other: Stretch) -> Option<u32> {
    if other.0 > one.1 {
        Some(other.0 - one.1 - 1)
    } else if one.0 > other.1 {
        Some(one.0 - other.1 - 1)
    } else {
        None
    }
}
