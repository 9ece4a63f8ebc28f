//! Preview: stored items against another watchlist, and what it would have told otherwise.
//!
//! Pages are read from the archive while the page before is matched, by several threads; what is
//! kept of them are sums and a few samples, so that memory does not grow with the history. Nothing is
//! written. Over history an alert is the judgement of an item's newest revision, by whichever
//! watchlist is asked: not what was told then. Items that lay in a source at its first read and were
//! older than it looks back are left out, because they would never be told.

mod judging;
mod samples;
mod sum;
mod why;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::detect::{Edit, Version, Watchlist};
use crate::model::{Difference, Item, ItemId, Judgement, Timestamp, Tz};
use crate::store::{Archive, SeenMark, SeenPage, StoreError};

use judging::Judging;
use sum::Sum;

pub use why::{Wanting, wanting, why_not};

/// How far back an edit is held against stored items when nobody says otherwise.
pub const USUAL: Duration = Duration::from_secs(30 * 24 * 3600);

/// Items in a page: enough that threads are busy, and a few megabytes at most.
const PAGE: usize = 2_000;

/// What is compared.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The watchlist before.
    pub old: Arc<Watchlist>,
    /// The watchlist after.
    pub new: Arc<Watchlist>,
    /// Items first seen from here on.
    pub since: Timestamp,
    /// Items first seen before.
    pub until: Timestamp,
    /// Where days begin.
    pub zone: Tz,
    /// How many samples of each kind.
    pub samples: usize,
    /// Threads that match: [`all_threads`], or one beside other work.
    pub threads: usize,
    /// How both are asked.
    pub way: Way,
}

/// How two watchlists are asked about an item. The answers are the same.
#[derive(Clone, Debug)]
pub enum Way {
    /// Together, where the edit may touch the item, and only about items that may be told.
    Shared(Arc<Edit>),
    /// Each about every item: the slow twin.
    Each,
}

impl Way {
    /// The short way between two watchlists, each as written and as compiled.
    #[must_use]
    pub fn between(old: Version<'_>, new: Version<'_>) -> Self {
        Self::Shared(Arc::new(Edit::between(old, new)))
    }
}

/// As many threads as the machine runs at a time.
#[must_use]
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How far a preview has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Items matched.
    pub items: u64,
    /// Where in the window, in percent of its time.
    pub percent: u8,
}

/// Matches the items of the window against both watchlists. `progress` is called after each page;
/// when it breaks off, the answer is `None`.
///
/// # Errors
///
/// When the store cannot be read.
pub async fn preview(
    archive: &dyn Archive,
    scope: &Scope,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Option<Difference>, StoreError> {
    walk(archive, scope, false, progress).await
}

/// Holds what was decided about the items of the window against what this program makes of them with
/// `scope.new`: the difference is the program's own where that watchlist decided then, too. Items that
/// wait to be assessed are left out.
///
/// # Errors
///
/// When the store cannot be read.
pub async fn since_decided(
    archive: &dyn Archive,
    scope: &Scope,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Option<Difference>, StoreError> {
    walk(archive, scope, true, progress).await
}

async fn walk(
    archive: &dyn Archive,
    scope: &Scope,
    decided: bool,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Option<Difference>, StoreError> {
    let read = |after: Option<SeenMark>| archive.items_seen(scope.since, scope.until, after, PAGE);
    let mut sum = Sum::new(scope);
    let mut page = read(None).await?;
    while !page.items.is_empty() {
        let mut items = page.items;
        let before = match decided {
            true => Some(Arc::new(decisions(archive, &mut items).await?)),
            false => None,
        };
        let judging = Judging::start(scope, items, before);
        // The next page is read while this one is matched.
        let next = match page.next {
            Some(mark) => read(Some(mark)).await?,
            None => SeenPage::default(),
        };
        let (items, told) = judging.end().await;
        sum.add(&items, told);
        let at = items.last().map_or(scope.until, |item| item.first_seen);
        let percent = percent(scope, at);
        if progress(Progress { items: sum.items(), percent }).is_break() {
            return Ok(None);
        }
        page = next;
    }
    Ok(Some(sum.difference()))
}

/// What was decided about a page; items that wait are taken out of it.
async fn decisions(
    archive: &dyn Archive,
    items: &mut Vec<Item>,
) -> Result<HashMap<ItemId, Judgement>, StoreError> {
    let ids = items.iter().map(|item| item.id.clone()).collect();
    let decided: HashMap<ItemId, Option<Judgement>> =
        archive.decisions_on(ids).await?.into_iter().collect();
    items.retain(|item| decided.contains_key(&item.id));
    Ok(decided.into_iter().filter_map(|(id, one)| Some((id, one?))).collect())
}

fn percent(scope: &Scope, at: Timestamp) -> u8 {
    let whole = scope.until.since(scope.since).as_millis().max(1);
    let done = at.since(scope.since).as_millis() * 100 / whole;
    u8::try_from(done.min(100)).unwrap_or(100)
}
