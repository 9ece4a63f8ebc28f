//! Searches over what was found: places of words, NEAR by position, AND, OR and NOT over the item.

use std::cell::OnceCell;

use crate::detect::find::{Occ, sort};
use crate::detect::query::{Expr, Part};
use crate::detect::text::Text;
use crate::model::Field;

/// A stretch of tokens, first and last.
pub(crate) type Stretch = (u32, u32);

/// Which phrases were found, roughly: a bit for each, shared by a few. Nearly all phrases of a search
/// are absent, and this says so of most of them at once.
#[derive(Debug)]
pub(crate) struct Present([u64; 64]);

impl Present {
    /// Of these places.
    pub(crate) fn of<'o>(found: impl Iterator<Item = &'o Occ>) -> Self {
        let mut bits = [0; 64];
        for occ in found {
            bits[(occ.phrase >> 6 & 63) as usize] |= 1 << (occ.phrase & 63);
        }
        Self(bits)
    }

    /// Whether the phrase may be among them.
    pub(crate) fn may_have(&self, phrase: u32) -> bool {
        self.0[(phrase >> 6 & 63) as usize] >> (phrase & 63) & 1 == 1
    }

    /// Whether an expression may hold, by what it cannot do without.
    pub(crate) fn may_hold(&self, expr: &Expr<u32>) -> bool {
        match expr {
            Expr::Words(phrase) => self.may_have(*phrase),
            Expr::And(all) => all.iter().all(|one| self.may_hold(one)),
            Expr::Or(any) => any.iter().any(|one| self.may_hold(one)),
            Expr::Near(_, a, b) => self.may_hold(b) && self.may_hold(a),
            Expr::In(_, one) => self.may_hold(one),
            Expr::Not(_) | Expr::Atom(..) => true,
        }
    }
}

/// Phrases that only rules ask for: of many items none is looked at, so they are sorted when one is.
#[derive(Debug)]
pub(crate) struct Asked {
    from: u32,
    /// In any order.
    pub(crate) found: Vec<Occ>,
    sorted: OnceCell<Vec<Occ>>,
}

impl Asked {
    /// What was found of the phrases that are numbered from here on.
    pub(crate) fn of(from: u32, found: Vec<Occ>) -> Self {
        Self { from, found, sorted: OnceCell::new() }
    }

    fn sorted(&self) -> &[Occ] {
        self.sorted.get_or_init(|| {
            let mut found = self.found.clone();
            sort(&mut found);
            found
        })
    }
}

/// What a search is asked of: the found phrases, perhaps only those of one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) text: &'a Text,
    /// Sorted by phrase and place.
    pub(crate) found: &'a [Occ],
    /// Of the phrases that only rules ask for.
    pub(crate) asked: &'a Asked,
    /// Of both.
    pub(crate) present: &'a Present,
    /// Only what stands in this segment counts.
    pub(crate) segment: Option<u32>,
    /// Only what stands in the title counts.
    pub(crate) title: bool,
    /// Only what begins a sentence, or a piece of a headline, counts.
    pub(crate) opening: bool,
}

impl<'a> Scene<'a> {
    /// The whole item.
    pub(crate) fn whole(
        text: &'a Text,
        (found, asked): (&'a [Occ], &'a Asked),
        present: &'a Present,
    ) -> Self {
        Self { text, found, asked, present, segment: None, title: false, opening: false }
    }

    /// The places of a phrase, in text order, whatever the scene's limits.
    pub(crate) fn all_of(&self, phrase: u32) -> &'a [Occ] {
        if !self.present.may_have(phrase) {
            return &[];
        }
        let found = if phrase < self.asked.from { self.found } else { self.asked.sorted() };
        let from = found.partition_point(|occ| occ.phrase < phrase);
        let end = found[from..].partition_point(|occ| occ.phrase == phrase);
        &found[from..from + end]
    }

    pub(crate) fn sees(&self, token: u32) -> bool {
        self.segment.is_none_or(|segment| self.text.tokens[token as usize].segment == segment)
            && (!self.title || self.text.field_of(token).field == Field::Title)
            && (!self.opening || self.opens(token))
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
        }
    }

    fn sentence(&self, token: u32) -> u32 {
        self.text.tokens[token as usize].sentence
    }

    /// Whether a phrase is there.
    pub(crate) fn has(&self, phrase: u32) -> bool {
        self.all_of(phrase).iter().any(|occ| self.sees(occ.first))
    }

    /// Whether the expression holds.
    pub(crate) fn holds(&self, expr: &Expr<u32>) -> bool {
        match expr {
            Expr::Words(phrase) => self.has(*phrase),
            Expr::And(all) => all.iter().all(|one| self.holds(one)),
            Expr::Or(any) => any.iter().any(|one| self.holds(one)),
            Expr::Not(one) => !self.holds(one),
            Expr::Near(..) => !self.places(expr).is_empty(),
            Expr::In(part, one) => self.part(*part).holds(one),
            // Searches hold none; rules ask them elsewhere.
            Expr::Atom(..) => false,
        }
    }

    /// The places that show why an expression holds; empty where it does not.
    pub(crate) fn places(&self, expr: &Expr<u32>) -> Vec<Stretch> {
        match expr {
            Expr::Words(phrase) => {
                let seen = self.all_of(*phrase).iter().filter(|occ| self.sees(occ.first));
                seen.map(|occ| (occ.first, occ.last)).collect()
            }
            Expr::Or(any) => {
                let mut places: Vec<_> = any.iter().flat_map(|one| self.places(one)).collect();
                places.sort_unstable();
                places.dedup();
                places
            }
            Expr::And(all) => {
                if !self.holds(expr) {
                    return Vec::new();
                }
                // A NEAR says most about where the matter stands; else the first word does.
                let telling = all.iter().find(|one| matches!(one, Expr::Near(..)));
                let mut parts = telling.into_iter().chain(all);
                parts
                    .find_map(|one| Some(self.places(one)).filter(|places| !places.is_empty()))
                    .unwrap_or_default()
            }
            Expr::Near(n, a, b) => self.places_near(*n, a, b),
            Expr::In(part, one) => self.part(*part).places(one),
            Expr::Not(_) | Expr::Atom(..) => Vec::new(),
        }
    }

    /// The places of two expressions near each other.
    pub(crate) fn places_near(&self, n: u32, a: &Expr<u32>, b: &Expr<u32>) -> Vec<Stretch> {
        // Where one side is absent the other need not be looked at.
        let b = self.places(b);
        if b.is_empty() { Vec::new() } else { self.near(n, &self.places(a), &b) }
    }

    /// For each place of `a` the nearest of `b` within `n` words in its sentence; both sorted.
    fn near(&self, n: u32, a: &[Stretch], b: &[Stretch]) -> Vec<Stretch> {
        let longest = b.iter().map(|(first, last)| last - first).max().unwrap_or(0);
        let mut found = Vec::new();
        for (first, last) in a {
            let from = first.saturating_sub(n + longest + 1);
            let to = last.saturating_add(n + 1);
            let begin = b.partition_point(|place| place.0 < from);
            let nearest = b[begin..]
                .iter()
                .take_while(|place| place.0 <= to)
                .filter(|place| self.sentence(place.0) == self.sentence(*first))
                .filter_map(|place| Some((between((*first, *last), *place)?, *place)))
                .filter(|(words, _)| *words <= n)
                .min();
            if let Some((_, place)) = nearest {
                found.push(((*first).min(place.0), (*last).max(place.1)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
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
