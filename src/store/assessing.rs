//! What assess takes and leaves: items that wait, the stories they may join, what was decided.

use crate::model::{Alert, Item, ItemId, Judgement, Notice, Severity, StoryId, Timestamp};

/// An item waiting to be assessed, with what was made of its earlier revisions.
#[derive(Clone, Debug)]
pub struct Unassessed {
    /// Where the store keeps the item: handed back with what is decided, so that it need not be looked
    /// for again.
    pub row: i64,
    /// The item, at its oldest revision that waits: an edit never hides what was seen before it.
    pub item: Item,
    /// What was made of the revisions before, taken together, if this is an edit: going back to an
    /// older text is no news.
    pub before: Option<Judgement>,
    /// The story that its earlier revision belongs to.
    pub story: Option<StoryId>,
}

/// An assessed item with hits, as grouping into stories needs it.
#[derive(Clone, Debug)]
pub struct StoryMember {
    /// The item.
    pub item: Item,
    /// Ids of its companies, sorted.
    pub companies: Vec<String>,
    /// Ids of its topics, sorted.
    pub topics: Vec<String>,
    /// Its story.
    pub story: StoryId,
    /// The item that it repeats.
    pub copy_of: Option<ItemId>,
    /// Its alert's severity, if it alerted.
    pub severity: Option<Severity>,
}

/// What was decided about one item.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The item.
    pub item: ItemId,
    /// Where the store keeps it, as [`Unassessed`] says; `None` has it looked for.
    pub row: Option<i64>,
    /// Which revision.
    pub revision: u32,
    /// What the watchlist makes of it.
    pub judgement: Judgement,
    /// Its story, if it has hits.
    pub story: Option<StoryId>,
    /// The item that it repeats.
    pub copy_of: Option<ItemId>,
    /// The alert, if it is to be told.
    pub alert: Option<Alert>,
    /// Who is told.
    pub notices: Vec<Notice>,
    /// Why an alert is recorded but told to nobody ("baseline", "edit brings nothing new"), if so.
    pub untold: Option<String>,
}

/// A batch of decisions, to be written in one transaction.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The version of the watchlist that decided.
    pub watchlist: u64,
    /// When.
    pub at: Timestamp,
    /// One for each item, in stored order.
    pub decisions: Vec<Decision>,
}
