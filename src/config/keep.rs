//! `[keep]`: how long what is remembered, and how much of the disk stays free.

use std::time::Duration;

use super::table::Table;
use super::{defaults, duration};
use crate::model::Located;

/// `[keep]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Keep {
    /// How long items are kept.
    pub items: Duration,
    /// How long single polls are kept.
    pub polls: Duration,
    /// How long the text of alerted and held-back items is kept.
    pub audit: Located<Duration>,
    /// Free space in bytes on the database's disk below which the operator is told.
    pub free_space: Located<u64>,
}

/// Reads `[keep]`.
pub(super) fn read(mut table: Table<'_>) -> Keep {
    let items = table.duration("items", duration::SECOND);
    let polls = table.duration("polls", duration::SECOND);
    let audit = table.duration("audit", duration::SECOND);
    let free_space = table.size("free_space");
    table.finish(&[]);
    Keep {
        items: items.map_or(defaults::KEEP_ITEMS, |one| one.value),
        polls: polls.map_or(defaults::KEEP_POLLS, |one| one.value),
        audit: audit.unwrap_or(Located::nowhere(defaults::KEEP_AUDIT)),
        free_space: free_space.unwrap_or(Located::nowhere(defaults::FREE_SPACE)),
    }
}
