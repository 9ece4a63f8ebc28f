//! The record: what each commit did, chained by hashes.
//!
//! Triggers (`migrations/sqlite/V7__record.sql`) hand a line to [`Notes`] for each row that is
//! written (a new item's is handed over by whoever stores it); the writing thread appends what was
//! noted as one entry of the chain, in the same transaction. Invariant: a line whose call was taken back is not in the entry, and an entry is
//! there exactly if its commit is.

mod functions;
mod instants;
mod item;
mod shelves;
mod verify;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::model::Timestamp;
use crate::model::record::{Entry, Head};

use super::values;

pub(super) use item::Lines;
pub(super) use verify::verify;

/// Which program judges: its matcher has no version of its own.
pub(super) const PROGRAM: &str = concat!("watchlistd ", env!("CARGO_PKG_VERSION"));

/// What has been noted since the transaction began.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    lines: String,
    at: i64,
    judged: Judged,
}

/// Revisions that were assessed: how many, and a hash over which.
#[derive(Clone, Debug, Default)]
struct Judged {
    revisions: u64,
    which: Sha256,
}

/// How far notes had come, so that what a failed call added can be taken back.
pub(super) struct Mark {
    lines: usize,
    at: i64,
    judged: Judged,
}

impl Notes {
    /// Gives the connection the functions that the triggers call.
    pub(super) fn install(connection: &Connection) -> rusqlite::Result<Self> {
        let notes = Self::default();
        functions::install(connection, &notes)?;
        Ok(notes)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        // One thread owns a connection; a panic in between leaves lines that the mark takes back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was noted outside a transaction of ours.
    pub(super) fn begin(&self) {
        *self.lock() = Noted::default();
    }

    /// Where the notes stand.
    pub(super) fn mark(&self) -> Mark {
        let noted = self.lock();
        Mark { lines: noted.lines.len(), at: noted.at, judged: noted.judged.clone() }
    }

    /// Takes back what was noted since `mark`.
    pub(super) fn take_back(&self, mark: Mark) {
        let mut noted = self.lock();
        noted.lines.truncate(mark.lines);
        (noted.at, noted.judged) = (mark.at, mark.judged);
    }

    /// Appends one entry with all that was noted; nothing noted, no entry. The head is read in the
    /// same transaction, so that two programs on one database write one chain.
    pub(super) fn append(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut noted = std::mem::take(&mut *self.lock());
        if noted.judged.revisions > 0 {
            let which = digest_text(noted.judged.which.finalize().as_slice());
            let revisions = noted.judged.revisions;
            noted.lines.push_str(&format!(
                "{{\"did\":\"judged\",\"revisions\":{revisions},\"which\":\"{which}\"}}\n"
            ));
        }
        if noted.lines.is_empty() {
            return Ok(());
        }
        noted.lines.pop();
        let (number, at, before) = match last(connection)? {
            Some((number, at, hash)) => {
                (number + 1, if noted.at == 0 { at } else { noted.at }, hash)
            }
            None => (1, noted.at, Vec::new()),
        };
        let hash = chain(&before, number, at, &noted.lines);
        connection
            .prepare_cached("INSERT INTO records(number, at, body, hash) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![number, at, noted.lines, hash.as_slice()])?;
        Ok(())
    }
}

/// Number, instant and hash of the last entry.
fn last(connection: &Connection) -> rusqlite::Result<Option<(i64, i64, Vec<u8>)>> {
    connection
        .prepare_cached("SELECT number, at, hash FROM records ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
}

/// The hash of an entry: over the hash before (none before the first), then number, instant and
/// length of the body as 64 bits, big end first, then the body.
fn chain(before: &[u8], number: i64, at: i64, body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"watchlistd record 1\n");
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(at.to_be_bytes());
    hash.update((body.len() as u64).to_be_bytes());
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// A hash within a line: shorter than hexadecimal, since there is one for each item.
fn digest_text(hash: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(hash)
}

/// Notes a line of the program's own: an act that is no row of a table.
pub(super) fn note<T: serde::Serialize>(
    connection: &Connection,
    at: Timestamp,
    line: &T,
) -> rusqlite::Result<()> {
    note_lines(connection, at, &values::json(line)?)
}

/// Notes lines as they are.
fn note_lines(connection: &Connection, at: Timestamp, lines: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("SELECT noted(?1, ?2)")?.query_row(params![at, lines], |_| Ok(()))
}

/// Notes that a program took the database over, and which.
pub(super) fn began(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    note(connection, now, &serde_json::json!({ "did": "began", "program": PROGRAM }))
}

/// The programs that took the database over last, the newest first: two at most.
pub(super) fn programs(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Began {
        did: String,
        program: Option<String>,
    }
    let mut select = connection.prepare_cached(
        "SELECT body FROM records WHERE body LIKE '%\"did\":\"began\"%' ORDER BY number DESC LIMIT 2",
    )?;
    let mut found = Vec::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let lines = row.get_ref(0)?.as_str()?.lines();
        let began = lines.filter_map(|line| serde_json::from_str::<Began>(line).ok());
        found.extend(began.filter(|one| one.did == "began").filter_map(|one| one.program));
    }
    Ok(found)
}

/// Notes that what is older than `before` was forgotten.
pub(super) fn forgot(
    connection: &Connection,
    what: &str,
    before: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    note(
        connection,
        now,
        &serde_json::json!({ "did": "forgot", "what": what, "before": before.millis() }),
    )
}

/// The end of the chain.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Option<Head>> {
    let last = last(connection)?;
    Ok(last
        .map(|(number, _, hash)| Head { number: unsigned(number), hash: HEXLOWER.encode(&hash) }))
}

/// Entries after `after`, oldest first.
pub(super) fn entries(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut select = connection.prepare_cached(
        "SELECT number, at, body, hash FROM records WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let rows = select.query_map(params![values::size(after), values::size(limit)], |row| {
        Ok(Entry {
            number: values::count(row, 0)?,
            at: row.get(1)?,
            body: row.get(2)?,
            hash: HEXLOWER.encode(&row.get::<_, Vec<u8>>(3)?),
        })
    })?;
    rows.collect()
}

/// Lines that name one of these ids, oldest first: each as an entry that holds only it.
pub(super) fn naming(
    connection: &Connection,
    ids: &[String],
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut select =
        connection.prepare_cached("SELECT number, at, body, hash FROM records ORDER BY number")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(2)?.as_str()?;
        // Ids are random letters between quotes or before a slash: no other words look like them.
        if !ids.iter().any(|id| body.contains(id.as_str())) {
            continue;
        }
        for line in body.lines().filter(|line| ids.iter().any(|id| line.contains(id.as_str()))) {
            if found.len() == limit {
                return Ok(found);
            }
            found.push(Entry {
                number: values::count(row, 0)?,
                at: row.get(1)?,
                body: line.to_owned(),
                hash: HEXLOWER.encode(&row.get::<_, Vec<u8>>(3)?),
            });
        }
    }
    Ok(found)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
