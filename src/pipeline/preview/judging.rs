//! A page of items against both watchlists, on several threads.
//!
//! Threads take small stretches in turn, so that one long item does not hold up the page; the answers
//! come in the order of the items. An item that cannot be judged for a bug of ours tells nothing here, as
//! assessing records it and tells nobody.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinHandle;

use super::Scope;
use crate::detect::{Origin, Watchlist, judge};
use crate::model::item::Arrival;
use crate::model::{Item, ItemId, Judgement};

/// Items that a thread takes at a time.
const STRETCH: usize = 32;

/// An item that at least one of the watchlists tells.
pub(super) struct Told {
    /// Its place in the page.
    pub(super) at: usize,
    /// What the earlier watchlist makes of it.
    pub(super) old: Judgement,
    /// What the later one does.
    pub(super) new: Judgement,
}

/// What was decided about items, by their ids.
pub(super) type Decided = HashMap<ItemId, Judgement>;

/// A page under way.
pub(super) struct Judging {
    items: Arc<Vec<Item>>,
    threads: Vec<JoinHandle<Vec<Told>>>,
}

impl Judging {
    /// Begins.
    /// What was decided then stands for the earlier watchlist, where it is given.
    pub(super) fn start(scope: &Scope, items: Vec<Item>, decided: Option<Arc<Decided>>) -> Self {
        let items = Arc::new(items);
        let next = Arc::new(AtomicUsize::new(0));
        let threads = (0..scope.threads.max(1)).map(|_| {
            let (items, next) = (Arc::clone(&items), Arc::clone(&next));
            let (old, new) = (Arc::clone(&scope.old), Arc::clone(&scope.new));
            let decided = decided.clone();
            tokio::task::spawn_blocking(move || {
                let before = |item: &Item| match &decided {
                    Some(decided) => decided.get(&item.id).cloned().unwrap_or_default(),
                    None => judge(&old, &item.text, Origin::of(item)),
                };
                let same = decided.is_none() && Arc::ptr_eq(&old, &new);
                work(&items, &next, &new, same, &before)
            })
        });
        Self { threads: threads.collect(), items }
    }

    /// Waits for all of it.
    pub(super) async fn end(self) -> (Arc<Vec<Item>>, Vec<Told>) {
        let mut all = Vec::new();
        for thread in self.threads {
            // A thread only ends early when the process does.
            all.extend(thread.await.unwrap_or_default());
        }
        all.sort_by_key(|one| one.at);
        (self.items, all)
    }
}

fn work(
    items: &[Item],
    next: &AtomicUsize,
    new: &Watchlist,
    same: bool,
    before: &dyn Fn(&Item) -> Judgement,
) -> Vec<Told> {
    let mut told = Vec::new();
    loop {
        let from = next.fetch_add(STRETCH, Ordering::Relaxed);
        if from >= items.len() {
            return told;
        }
        for (at, item) in items.iter().enumerate().skip(from).take(STRETCH) {
            let one = catch_unwind(AssertUnwindSafe(|| both(item, new, same, before)));
            if let Ok(Some((old, new))) = one {
                told.push(Told { at, old, new });
            }
        }
    }
}

/// Both judgements, if at least one tells the item.
fn both(
    item: &Item,
    new: &Watchlist,
    same: bool,
    before: &dyn Fn(&Item) -> Judgement,
) -> Option<(Judgement, Judgement)> {
    if item.arrival == Arrival::Baseline {
        return None;
    }
    let after = judge(new, &item.text, Origin::of(item));
    let before = if same { after.clone() } else { before(item) };
    (before.alert || after.alert).then_some((before, after))
}
