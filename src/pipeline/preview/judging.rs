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

use super::{Scope, Way};
use crate::detect::{Comparison, Edit, Imprint, Origin, Watchlist, alert_of, judge, under_ids_of};
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
    /// By which copies of it are known.
    pub(super) imprint: Imprint,
}

/// What was decided about items, by their ids.
pub(super) type Decided = HashMap<ItemId, Judgement>;

/// A page under way.
pub(super) struct Judging {
    items: Arc<Vec<Item>>,
    threads: Vec<JoinHandle<Vec<Told>>>,
}

impl Judging {
    /// Begins. What was decided then stands for the earlier watchlist, where it is given.
    pub(super) fn start(scope: &Scope, items: Vec<Item>, decided: Option<Arc<Decided>>) -> Self {
        let items = Arc::new(items);
        let next = Arc::new(AtomicUsize::new(0));
        let judges = Arc::new(Judges::of(scope, decided));
        let threads = (0..scope.threads.max(1)).map(|_| {
            let (items, next, judges) =
                (Arc::clone(&items), Arc::clone(&next), Arc::clone(&judges));
            tokio::task::spawn_blocking(move || work(&items, &next, &judges))
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

/// How both judgements are come by.
enum Judges {
    /// The later one is asked, of items that were told or may be.
    Decided(Arc<Decided>, Arc<Watchlist>),
    /// Both at once.
    Shared(Comparison),
    /// Each by itself, of every item.
    Each(Arc<Watchlist>, Arc<Watchlist>),
}

impl Judges {
    fn of(scope: &Scope, decided: Option<Arc<Decided>>) -> Self {
        let (old, new) = (Arc::clone(&scope.old), Arc::clone(&scope.new));
        match (decided, &scope.way) {
            (Some(decided), _) => Self::Decided(decided, new),
            (None, Way::Each) => Self::Each(old, new),
            (None, Way::Shared(edit)) => {
                Self::Shared(Comparison { old, new, edit: Arc::<Edit>::clone(edit) })
            }
        }
    }

    /// The later watchlist, whose ids both sides are told by: what has another id in it is the same.
    fn newer(&self) -> &Watchlist {
        match self {
            Self::Decided(_, new) | Self::Each(_, new) => new,
            Self::Shared(comparison) => &comparison.new,
        }
    }

    /// Both judgements, if at least one tells the item.
    fn both(&self, item: &Item) -> Option<(Judgement, Judgement)> {
        let (text, origin) = (&item.text, Origin::of(item));
        let told = |one: &(Judgement, Judgement)| one.0.alert || one.1.alert;
        match self {
            Self::Shared(comparison) => comparison.of(text, origin),
            Self::Each(old, new) => {
                Some((judge(old, text, origin), judge(new, text, origin))).filter(told)
            }
            Self::Decided(decided, new) => match decided.get(&item.id) {
                Some(before) if before.alert => Some((before.clone(), judge(new, text, origin))),
                before => {
                    let after = alert_of(new, text, origin)?;
                    Some((before.cloned().unwrap_or_default(), after))
                }
            },
        }
    }
}

fn work(items: &[Item], next: &AtomicUsize, judges: &Judges) -> Vec<Told> {
    let mut told = Vec::new();
    loop {
        let from = next.fetch_add(STRETCH, Ordering::Relaxed);
        if from >= items.len() {
            return told;
        }
        for (at, item) in items.iter().enumerate().skip(from).take(STRETCH) {
            if !item.arrival.is_told() {
                continue;
            }
            let one = catch_unwind(AssertUnwindSafe(|| judges.both(item)));
            if let Ok(Some((old, new))) = one {
                let old = under_ids_of(judges.newer(), old, &new);
                told.push(Told { at, old, new, imprint: Imprint::of(&item.text) });
            }
        }
    }
}
