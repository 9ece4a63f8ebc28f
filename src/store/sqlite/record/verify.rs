//! Holds everything that is stored against the record of it.
//!
//! Passes: the chain first, keeping of each thing the last line that tells of it; then the rows,
//! each of which must read as its last line says. What is left has gone: that is right only for what
//! was forgotten in its time.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::model::Timestamp;
use crate::model::record::{Fault, Head, Verified};

use super::super::restores;
use super::{chain, unsigned};

/// Faults that are listed; of a damaged database more would say nothing new.
const LISTED: usize = 100;

/// The views whose rows must read as recorded.
const VIEWS: &[&str] = &[
    "sources",
    "canaries",
    "polls",
    "gaps",
    "pauses",
    "items",
    "terms",
    "decisions",
    "alerts",
    "notices",
    "readers",
    "occasions",
    "mails",
    "attempts",
    "files",
    "versions",
    "edits",
    "backfills",
    "reviews",
    "absences",
    "restores",
    "actions",
];

/// What a line says of itself.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    did: std::borrow::Cow<'a, str>,
    #[serde(default)]
    id: serde_json::Value,
    /// Of a poll's account: when it ended.
    last: Option<i64>,
    /// Of forgetting: everything before.
    before: Option<i64>,
    what: Option<String>,
}

/// The last line that tells of a thing.
struct Told {
    line: [u8; 16],
    number: u64,
    at: i64,
    met: bool,
    goes: bool,
}

#[derive(Default)]
struct Book {
    told: HashMap<String, Told>,
    /// Texts of items first seen before this were forgotten, and accounts of polls.
    texts_before: i64,
    polls_before: i64,
    found: Verified,
}

/// Reads the whole record and all that it tells of. `claimed`: an entry whose hash was kept elsewhere.
pub(in crate::store::sqlite) fn verify(
    connection: &Connection,
    claimed: Option<&Head>,
) -> rusqlite::Result<Verified> {
    let mut book = Book::default();
    book.chain(connection, claimed)?;
    for view in VIEWS {
        book.rows(connection, view)?;
    }
    book.gone(connection)?;
    book.file(connection)?;
    book.found.restores = restores::all(connection)?;
    if let Some(head) = claimed {
        book.name_break(head);
    }
    book.found.faults.sort();
    let bound = |before: i64| (before > 0).then(|| Timestamp::from_millis(before));
    book.found.texts_before = bound(book.texts_before);
    book.found.polls_before = bound(book.polls_before);
    Ok(book.found)
}

impl Book {
    fn fault(&mut self, number: u64, what: impl Into<String>, why: impl Into<String>) {
        if self.found.faults.len() < LISTED {
            self.found.faults.push(Fault { number, what: what.into(), why: why.into() });
        } else {
            self.found.more_faults += 1;
        }
    }

    /// A head from a mail that went out after the backup and before the restore fits nothing: that
    /// alone is no sign of a rewrite, and is said.
    fn name_break(&mut self, head: &Head) {
        let Some(restore) = self.found.restores.iter().find(|one| one.entry < head.number) else {
            return;
        };
        let words = format!(
            "; the database was restored at {} from a backup of {}, which ended with entry {}: what \
             was recorded between the two is gone",
            restore.at, restore.made, restore.entry
        );
        for fault in &mut self.found.faults {
            if fault.number == head.number && matches!(&*fault.what, "the chain" | "the entry") {
                fault.why.push_str(&words);
            }
        }
    }

    fn chain(&mut self, connection: &Connection, claimed: Option<&Head>) -> rusqlite::Result<()> {
        let mut select =
            connection.prepare("SELECT number, at, body, hash FROM records ORDER BY number")?;
        let mut rows = select.query([])?;
        let mut before: Vec<u8> = Vec::new();
        let mut expected = 1;
        let mut confirmed = claimed.is_none();
        while let Some(row) = rows.next()? {
            let (number, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (body, hash) = (row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_blob()?);
            let name = unsigned(number);
            if number != expected {
                self.fault(
                    unsigned(expected),
                    "the chain",
                    format!("the entry is missing; entry {number} follows"),
                );
            }
            if chain(&before, number, at, body) != hash {
                self.fault(
                    name,
                    "the entry",
                    "its hash does not fit: it, or one before it, was changed",
                );
            }
            if let Some(head) = claimed.filter(|head| head.number == name) {
                confirmed = true;
                if head.hash != HEXLOWER.encode(hash) {
                    self.fault(name, "the entry", "it does not have the hash that was given: the record was rewritten up to here or further");
                }
            }
            for line in body.lines() {
                self.tell(line, name, at);
            }
            before = hash.to_vec();
            expected = number + 1;
            self.found.entries += 1;
            self.found.head = Some(Head { number: name, hash: HEXLOWER.encode(hash) });
        }
        if let (false, Some(head)) = (confirmed, claimed) {
            self.fault(
                head.number,
                "the chain",
                "there is no such entry any more: the record ends before it",
            );
        }
        Ok(())
    }

    /// Keeps what a line tells, over what was told of the same thing before.
    fn tell(&mut self, line: &str, number: u64, at: i64) {
        let Ok(read) = serde_json::from_str::<Line<'_>>(line) else {
            return self.fault(number, "a line", "it cannot be read");
        };
        if let ("forgot", Some(before)) = (&*read.did, read.before) {
            match read.what.as_deref() {
                Some("polls") => self.polls_before = self.polls_before.max(before),
                _ => self.texts_before = self.texts_before.max(before),
            }
        }
        if read.id.is_null() {
            return;
        }
        let goes = matches!(&*read.did, "item" | "polled");
        let told = Told { line: hash(line), number, at: read.last.unwrap_or(at), met: false, goes };
        self.told.insert(key(&read.did, &read.id), told);
    }

    fn rows(&mut self, connection: &Connection, view: &str) -> rusqlite::Result<()> {
        let after = self.found.head.as_ref().map_or(0, |head| head.number) + 1;
        let mut select = connection.prepare(&format!("SELECT line FROM recorded_{view}"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let line = row.get_ref(0)?.as_str()?;
            self.found.rows += 1;
            let Ok(read) = serde_json::from_str::<Line<'_>>(line) else { continue };
            let key = key(&read.did, &read.id);
            let wrong = match self.told.get_mut(&key) {
                None => Some((after, "no entry tells of it")),
                Some(told) => {
                    told.met = true;
                    (told.line != hash(line))
                        .then_some((told.number, "it is not as the entry tells: it was changed"))
                }
            };
            if let Some((number, why)) = wrong {
                self.fault(number, key, why);
            }
        }
        Ok(())
    }

    /// What SQLite itself finds wrong: a damaged index changes no row, and hides some.
    fn file(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let after = self.found.head.as_ref().map_or(0, |head| head.number) + 1;
        let mut check = connection.prepare(&format!("PRAGMA integrity_check({LISTED})"))?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let found: String = row.get(0)?;
            if found != "ok" {
                self.fault(after, "the file", found);
            }
        }
        Ok(())
    }

    /// What the record tells of and nothing stored answers to.
    fn gone(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut faults = Vec::new();
        let mut being_sent = connection.prepare(
            "SELECT count(*) FROM mails WHERE id = ?1 AND state IN ('pending', 'sending')",
        )?;
        for (key, told) in self.told.iter().filter(|(_, told)| !told.met) {
            let bound =
                if key.starts_with("polled") { self.polls_before } else { self.texts_before };
            if told.goes && told.at < bound {
                self.found.forgotten += 1;
            } else if let Some(id) = key.strip_prefix("attempt ")
                && being_sent.query_row([id], |row| row.get::<_, i64>(0))? > 0
            {
                // It is on its way again: where it stands will be told.
            } else {
                faults.push((told.number, key.clone()));
            }
        }
        for (number, key) in faults {
            self.fault(number, key, "the entry tells of it and it is gone");
        }
        Ok(())
    }
}

fn key(did: &str, id: &serde_json::Value) -> String {
    match id {
        serde_json::Value::String(id) => format!("{did} {id}"),
        other => format!("{did} {other}"),
    }
}

fn hash(line: &str) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(line.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}
