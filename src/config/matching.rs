//! `[matching]`: whether the default links company and topic, and how far back a new term looks.

use std::time::Duration;

use super::table::{Table, Unfit};
use super::{defaults, duration};
use crate::model::Located;

/// `[matching]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// Whether a company and a topic together alert without any rule.
    pub defaults: bool,
    /// What becomes of stored items that a new or corrected term matches.
    pub backfill: Located<Backfill>,
}

/// What becomes of stored items that a new or corrected term matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backfill {
    /// Those first seen within this time are told as late.
    Told(Duration),
    /// Those of the usual time are recorded and told to nobody.
    Recorded,
}

impl Backfill {
    /// How far back stored items are matched again.
    #[must_use]
    pub fn span(self) -> Duration {
        match self {
            Self::Told(span) => span,
            Self::Recorded => defaults::BACKFILL,
        }
    }
}

/// Reads `[matching]`.
pub(super) fn read(mut table: Table<'_>) -> Matching {
    let linked = table.boolean("defaults");
    let backfill = table.parsed("backfill", backfill);
    table.finish(&[]);
    Matching {
        defaults: linked.map_or(defaults::MATCHING_DEFAULTS, |one| one.value),
        backfill: backfill.unwrap_or(Located::nowhere(Backfill::Told(defaults::BACKFILL))),
    }
}

/// A duration, or "none".
fn backfill(text: &str) -> Result<Backfill, Unfit> {
    match text {
        "none" => Ok(Backfill::Recorded),
        _ => duration::parse(text, duration::SECOND).map(Backfill::Told).map_err(|_| {
            Unfit::new(format!("\"{text}\" is neither a duration nor \"none\"")).accepts(
                "a duration like \"7d\", or \"none\" to record what is found and tell nobody",
            )
        }),
    }
}
