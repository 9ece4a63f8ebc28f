//! Reviews of versions, and absences that are meant.

use rusqlite::{Connection, Row, params};

use crate::model::Timestamp;
use crate::store::review::{Absence, Review};

use super::values;

/// Writes a review, once for each version.
pub(super) fn write(connection: &Connection, review: &Review) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO reviews(version, base, at, grave, difference)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            values::size(review.version),
            values::size(review.base),
            review.at,
            review.grave,
            values::json(&review.difference)?
        ])?;
    Ok(())
}

/// Notes that somebody stands by a version. Answers whether that was still open.
pub(super) fn accept(
    connection: &Connection,
    version: u64,
    by: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE reviews SET accepted_by = ?2, accepted = ?3
             WHERE version = ?1 AND grave IS NOT NULL AND accepted IS NULL",
        )?
        .execute(params![values::size(version), by, now])?;
    Ok(changed > 0)
}

/// The newest reviews, newest first.
pub(super) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Review>> {
    let mut select =
        connection.prepare_cached(&format!("{REVIEW} ORDER BY version DESC LIMIT ?1"))?;
    select.query_map([values::size(limit)], review)?.collect()
}

/// The newest version that somebody stands by, or that nobody has to.
pub(super) fn stood_by(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    let version: Option<i64> = connection
        .prepare_cached(
            "SELECT max(version) FROM reviews WHERE grave IS NULL OR accepted IS NOT NULL",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(version.and_then(|one| u64::try_from(one).ok()))
}

const REVIEW: &str =
    "SELECT version, base, at, grave, difference, accepted, accepted_by FROM reviews";

fn review(row: &Row<'_>) -> rusqlite::Result<Review> {
    let accepted: Option<Timestamp> = row.get(5)?;
    let by: Option<String> = row.get(6)?;
    Ok(Review {
        version: values::count(row, 0)?,
        base: values::count(row, 1)?,
        at: row.get(2)?,
        grave: row.get(3)?,
        difference: values::from_json(row, 4)?,
        accepted: accepted.map(|at| (at, by.unwrap_or_default())),
    })
}

/// Notes that files are meant to be absent.
pub(super) fn accept_absences(
    connection: &Connection,
    names: &[String],
    by: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT INTO absences(at, name, by) VALUES (?1, ?2, ?3)")?;
    for name in names {
        insert.execute(params![now, name, by])?;
    }
    Ok(())
}

/// Absences that were said to be meant since an instant, oldest first.
pub(super) fn absences(
    connection: &Connection,
    since: Timestamp,
) -> rusqlite::Result<Vec<Absence>> {
    let mut select =
        connection.prepare_cached("SELECT name, at FROM absences WHERE at >= ?1 ORDER BY key")?;
    select.query_map([since], |row| Ok(Absence { name: row.get(0)?, at: row.get(1)? }))?.collect()
}
