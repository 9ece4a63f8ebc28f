//! Names that an item uses as tickers of somebody else: `Boyd Gaming (NYSE: BYD)`. Then the same letters mean that
//! company throughout the item, unless another name says otherwise.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::detect::find::symbol_at;
use crate::detect::watchlist::Watchlist;
use crate::model::Guard;

use super::{By, Found, Reading};

/// Holds back the names that are written as tickers which are not their companies'.
pub(super) fn symbols(watchlist: &Watchlist, reading: &mut Reading) {
    let mut foreign: BTreeMap<(u32, u64), String> = BTreeMap::new();
    let listed = OnceCell::new();
    for found in reading.found.iter().filter(|found| found.held.is_none()) {
        let hash = reading.text.tokens[found.first as usize].hash;
        if foreign.contains_key(&(found.entity, hash)) {
            continue;
        }
        if let Some((hash, shown)) = symbol(watchlist, reading, found, &listed) {
            foreign.insert((found.entity, hash), shown);
        }
    }
    if foreign.is_empty() {
        return;
    }
    let own: BTreeSet<u32> = reading
        .found
        .iter()
        .filter(|found| found.held.is_none() && matches!(found.by, By::Name(_)))
        .filter(|found| {
            let hash = reading.text.tokens[found.first as usize].hash;
            found.first != found.last || !foreign.contains_key(&(found.entity, hash))
        })
        .map(|found| found.entity)
        .collect();
    for found in &mut reading.found {
        let hash = reading.text.tokens[found.first as usize].hash;
        if found.held.is_none()
            && matches!(found.by, By::Name(_))
            && found.first == found.last
            && !own.contains(&found.entity)
            && let Some(shown) = foreign.get(&(found.entity, hash))
        {
            found.held = Some(Guard::Other(format!("{shown} is another company's ticker")));
        }
    }
}

/// The symbol, if this name stands where a ticker does that is not its company's.
fn symbol(
    watchlist: &Watchlist,
    reading: &Reading,
    found: &Found,
    listed: &OnceCell<BTreeSet<u32>>,
) -> Option<(u64, String)> {
    let By::Name(name) = found.by else { return None };
    if watchlist.names[name as usize].ticker || found.first != found.last {
        return None;
    }
    let at = found.first as usize;
    let symbol = symbol_at(&reading.text, at)?;
    let own = own_ticker(watchlist, reading, found) || behind_name(reading, found, symbol.first);
    // Of a company without tickers nobody can tell whose a bare `BMW.DE` is.
    let with_tickers = || with_tickers(watchlist);
    let told = || symbol.apart || listed.get_or_init(with_tickers).contains(&found.entity);
    (!own && told()).then(|| (reading.text.tokens[at].hash, symbol.shown))
}

/// The companies of which the watchlist knows a ticker.
fn with_tickers(watchlist: &Watchlist) -> BTreeSet<u32> {
    watchlist.names.iter().filter(|name| name.ticker).map(|name| name.company).collect()
}

/// Whether the company's own ticker was found at the place of this name; it begins at most a few
/// words before.
fn own_ticker(watchlist: &Watchlist, reading: &Reading, found: &Found) -> bool {
    let from = reading.found.partition_point(|other| other.first + 8 < found.first);
    reading.found[from..].iter().take_while(|other| other.first <= found.first).any(|other| {
        other.entity == found.entity
            && other.last >= found.last
            && matches!(other.by, By::Name(name) if watchlist.names[name as usize].ticker)
    })
}

/// Whether a name of the company stands directly before the ticker, which then is its own though the watchlist does
/// not know it: `BMW (BMW.DE)`.
fn behind_name(reading: &Reading, found: &Found, first: usize) -> bool {
    let Some(before) = first.checked_sub(1).and_then(|at| u32::try_from(at).ok()) else {
        return false;
    };
    let end = reading.found.partition_point(|other| other.first <= before);
    reading.found[..end].iter().rev().take_while(|other| other.first + 8 > before).any(|other| {
        other.entity == found.entity && other.last == before && matches!(other.by, By::Name(_))
    })
}
