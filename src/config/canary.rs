//! `[canary]`: when the daily synthetic item goes through; absent, it is off.

use super::table::{Table, Unfit};
use crate::model::Located;

/// `[canary]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Canary {
    /// Time of day in the service's zone.
    pub at: Located<chrono::NaiveTime>,
}

/// Reads `[canary]`; one that is written needs its time.
pub(super) fn read(mut table: Table<'_>) -> Option<Canary> {
    let at = table.parsed("at", |text| {
        chrono::NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| {
            Unfit::new(format!("\"{text}\" is no time of day")).accepts("a time like \"06:00\"")
        })
    });
    if table.is_written() && !table.has("at") {
        table.require("at", "\"06:00\"");
    }
    table.finish(&[]);
    at.map(|at| Canary { at })
}
