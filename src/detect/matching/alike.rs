//! Names of one company that are spelt alike but for capitals, where one of them has guards of its own.

use crate::detect::watchlist::{Name, Watchlist};

use super::guard::cased;
use super::{By, Found, Reading};

/// Leaves of such names at one place the one that is written as the text is, else those with guards of their own: the
/// place is theirs to judge.
pub(super) fn settle(watchlist: &Watchlist, reading: &mut Reading) {
    if !watchlist.has_alike() {
        return;
    }
    let name = |found: &Found| match found.by {
        By::Name(name) => Some(&watchlist.names[name as usize]).filter(|name| !name.ticker),
        _ => None,
    };
    let mut found = std::mem::take(&mut reading.found);
    let mut drops: Vec<bool> = Vec::with_capacity(found.len());
    let place = |one: &Found| (one.first, one.last, one.kind(), one.entity);
    for same in found.chunk_by(|one, next| place(one) == place(next)) {
        // An exact spelling that the text has not is none of it.
        let of_place = |found: &Found, name: &Name| {
            let guards = name.guards.as_deref().filter(|_| !name.derived);
            guards.is_some_and(|guards| !guards.exact_case || cased(reading, found, &name.text))
        };
        let guarded = |found: &Found| name(found).is_some_and(|name| of_place(found, name));
        let as_text = |found: &Found| {
            guarded(found) && name(found).is_some_and(|name| reading.spells(found, &name.text))
        };
        let keeps: Vec<bool> = match same {
            [_] => vec![true],
            _ if same.iter().any(as_text) => same.iter().map(as_text).collect(),
            _ if same.iter().any(guarded) => same.iter().map(guarded).collect(),
            _ => vec![true; same.len()],
        };
        drops.extend(same.iter().zip(keeps).map(|(one, keeps)| !keeps && name(one).is_some()));
    }
    let mut drops = drops.into_iter();
    found.retain(|_| !drops.next().unwrap_or(false));
    reading.found = found;
}
