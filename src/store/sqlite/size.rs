//! How large the database is, and how large it was day by day.
//!
//! The file's pages count, free ones included: what was forgotten leaves room that is used again before
//! the file grows.

use rusqlite::{Connection, params};

use crate::model::Timestamp;
use crate::store::Size;

use super::values;

const DAY: i64 = 86_400_000;

/// Days that are read back: a quarter of a year says how fast it grows.
const DAYS: usize = 92;

const BYTES: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

/// Notes the size of this day, at the first call of it.
pub(super) fn note(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO sizes(day, bytes) SELECT ?1, ({BYTES}) WHERE true
             ON CONFLICT(day) DO NOTHING"
        ))?
        .execute(params![now.millis().div_euclid(DAY)])?;
    Ok(())
}

/// The size now, and that of earlier days.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Size> {
    let bytes = connection.prepare_cached(BYTES)?.query_row([], |row| values::count(row, 0))?;
    let mut select =
        connection.prepare_cached("SELECT day, bytes FROM sizes ORDER BY day DESC LIMIT ?1")?;
    let mut before: Vec<(i64, u64)> = select
        .query_map([values::size(DAYS)], |row| Ok((row.get(0)?, values::count(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    before.reverse();
    Ok(Size { bytes, before })
}
