//! The functions that the record's triggers and views call.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Null, ValueRef};
use sha2::{Digest, Sha256};

use super::{Notes, digest_text};

/// Gives a connection `noted(at, line)`, `judged(item, revision)` and `digest(…)`.
pub(super) fn install(connection: &Connection, notes: &Notes) -> rusqlite::Result<()> {
    // Not innocuous: a schema that calls them elsewhere was not made by us. They are for triggers.
    let acting = FunctionFlags::SQLITE_UTF8;
    let noted = notes.clone();
    connection.create_scalar_function("noted", 2, acting, move |context| {
        let (at, line) = (context.get_raw(0).as_i64()?, context.get_raw(1).as_str()?);
        let mut noted = noted.lock();
        noted.lines.push_str(line);
        noted.lines.push('\n');
        noted.at = noted.at.max(at);
        Ok(Null)
    })?;
    let judged = notes.clone();
    connection.create_scalar_function("judged", 2, acting, move |context| {
        let (item, revision) = (context.get_raw(0).as_i64()?, context.get_raw(1).as_i64()?);
        let mut noted = judged.lock();
        noted.judged.revisions += 1;
        noted.judged.which.update(item.to_be_bytes());
        noted.judged.which.update(revision.to_be_bytes());
        Ok(Null)
    })?;
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("digest", -1, pure, digest)
}

/// SHA-256 over all arguments, each with its kind and length before it, so that none can run into
/// the next; NULL of a single NULL.
fn digest(context: &Context<'_>) -> rusqlite::Result<Option<String>> {
    if context.len() == 1 && context.get_raw(0) == ValueRef::Null {
        return Ok(None);
    }
    Ok(Some(digest_of((0..context.len()).map(|at| context.get_raw(at)))))
}

/// The same outside of SQL.
pub(super) fn digest_of<'a>(values: impl IntoIterator<Item = ValueRef<'a>>) -> String {
    let mut hash = Sha256::new();
    for value in values {
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => {
                hash.update([1]);
                hash.update(number.to_be_bytes());
                continue;
            }
            ValueRef::Real(number) => {
                hash.update([2]);
                hash.update(number.to_be_bytes());
                continue;
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    digest_text(hash.finalize().as_slice())
}
