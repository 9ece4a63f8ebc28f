//! What back-fill hands to and fro: stored items that a new version is to match again.

use crate::model::{Alert, Item, ItemId, Judgement, SourceId, StoryId, Timestamp};

use super::{Assessment, SeenMark};

/// What assessing works by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessing {
    /// The version of the files.
    pub version: u64,
    /// What of it the program could not use that adopted it, a line each.
    pub without: Vec<String>,
}

/// A version of the files that assessing is to work by from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// Its number, and what of it is not used.
    pub by: Assessing,
    /// The version whose lack is named where stored items are told late; `None` for the first one.
    pub before: Option<u64>,
    /// Stored items first seen from here on are to be matched again; `None`: it matches as the one
    /// before does.
    pub since: Option<Timestamp>,
    /// Whether what is found so is recorded and told to nobody.
    pub silent: bool,
}

/// Stored items that are to be matched again next.
#[derive(Clone, Debug)]
pub struct BackfillPage {
    /// By this version.
    pub version: u64,
    /// How often this version was adopted before, with other parts of it left out.
    pub round: u32,
    /// The version by which these items were judged so far: the same one where only a part of it was used.
    pub before: u64,
    /// Whether what is found is told to nobody.
    pub silent: bool,
    /// The items, at their newest revisions.
    pub items: Vec<Item>,
    /// Where the page before ended; `None` for the first.
    pub from: Option<SeenMark>,
    /// Where this page ends; `None` for the last.
    pub until: Option<SeenMark>,
}

/// An item that was stored and judged before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its source.
    pub source: SourceId,
    /// The item.
    pub item: ItemId,
}

/// What was made of an item so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MadeBefore {
    /// All that was ever found in it, taken together.
    pub judgement: Judgement,
    /// The version that took the last decision on it, whose held-back hits these are.
    pub version: Option<u64>,
    /// The story that it belongs to.
    pub story: Option<StoryId>,
    /// Whether a revision of it waits to be assessed.
    pub waits: bool,
}

/// A late alert that no mail has told yet to some reader.
#[derive(Clone, Debug)]
pub struct OwedLate {
    /// Where it stands: the next page begins behind it.
    pub row: i64,
    /// The alert.
    pub alert: Alert,
    /// Its item, at the revision that it is about.
    pub item: Item,
    /// What was made of the item before it, taken together.
    pub made: Judgement,
}

/// A page that was matched again.
#[derive(Clone, Debug)]
pub struct FinishedBackfill {
    /// The round of its version, as the page says.
    pub round: u32,
    /// Where it began, as the page says: of two who finish it only the first writes.
    pub from: Option<SeenMark>,
    /// Where it ended.
    pub until: Option<SeenMark>,
    /// How many items it held.
    pub items: u64,
    /// Decisions on those of them that are to be told late.
    pub late: Assessment,
    /// Which item each decision is about.
    pub about: Vec<Asked>,
}
