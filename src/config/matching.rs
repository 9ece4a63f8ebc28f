//! `[matching]`: whether the default links company and topic, and how far back a new term looks.

use std::time::Duration;

use super::table::Table;
use super::{defaults, duration};
use crate::model::Located;

/// `[matching]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// Whether a company and a topic together alert without any rule.
    pub defaults: bool,
    /// How far back a new term is matched.
    pub backfill: Located<Duration>,
}

/// Reads `[matching]`.
pub(super) fn read(mut table: Table<'_>) -> Matching {
    let linked = table.boolean("defaults");
    let backfill = table.duration("backfill", duration::SECOND);
    table.finish(&[]);
    Matching {
        defaults: linked.map_or(defaults::MATCHING_DEFAULTS, |one| one.value),
        backfill: backfill.unwrap_or(Located::nowhere(defaults::BACKFILL)),
    }
}
