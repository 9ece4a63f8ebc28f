//! Holds everything that is stored against the record of it.
//!
//! Passes: the chain first, putting on a shelf what each line tells; then the rows. Each row must read
//! as the last line about it says. What is left has gone: that is right only for what was forgotten in
//! its time. A record may tell of tens of millions of things, so they are held by hashes, a shelf at a
//! time; names are looked up again for what is wrong.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::model::Timestamp;
use crate::model::record::{Fault, Head, Verified};

use super::super::{fault, restores, values};
use super::instants::{self, Instants, Line, May};
use super::shelves::{Fact, Says, Shelves};
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

/// The last line that tells of a thing.
struct Told {
    fact: Fact,
    met: bool,
    /// Whether it is an item on which something was decided, which is kept longer.
    evidence: bool,
}

/// Something wrong with a thing that is only known by the hash of its name so far.
struct Unnamed {
    name: u128,
    /// The entry that tells of it; `None` when none does.
    entry: Option<u64>,
    /// The view whose row it is, when it is stored.
    view: Option<usize>,
    why: &'static str,
}

struct Book {
    facts: Shelves,
    instants: Instants,
    unnamed: Vec<Unnamed>,
    /// Texts of items first seen before this were forgotten, those of items with hits (later than the
    /// others, always), and accounts of polls.
    texts_before: i64,
    evidence_before: i64,
    polls_before: i64,
    found: Verified,
}

/// Reads the whole record and all that it tells of. `claimed`: an entry whose hash was kept elsewhere.
pub(in crate::store::sqlite) fn verify(
    connection: &Connection,
    claimed: Option<&Head>,
) -> rusqlite::Result<Verified> {
    let mut book = Book {
        facts: Shelves::new(),
        instants: Instants::default(),
        unnamed: Vec::new(),
        texts_before: 0,
        evidence_before: 0,
        polls_before: 0,
        found: Verified::default(),
    };
    book.chain(connection, claimed)?;
    for view in 0..VIEWS.len() {
        book.rows(connection, view)?;
    }
    book.compare(connection)?;
    book.name(connection)?;
    book.file(connection)?;
    book.found.restores = restores::all(connection)?;
    if let Some(head) = claimed {
        book.name_break(head);
    }
    book.found.faults.sort();
    let bound = |before: i64| (before > 0).then(|| Timestamp::from_millis(before));
    book.found.texts_before = bound(book.texts_before);
    book.found.evidence_before = bound(book.evidence_before);
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
        let mut elsewhere = None;
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
            if let Some(head) = claimed {
                let same = head.hash == HEXLOWER.encode(hash);
                match head.number == name {
                    true if same => confirmed = true,
                    true => {}
                    false if same => elsewhere = Some(name),
                    false => {}
                }
            }
            let lines: Vec<Option<Line<'_>>> =
                body.lines().map(|line| serde_json::from_str(line).ok()).collect();
            let entry = instants::Entry::of(at, &lines);
            for (line, read) in body.lines().zip(&lines) {
                self.tell(line, read.as_ref(), name, &entry)?;
            }
            before = hash.to_vec();
            expected = number + 1;
            self.found.entries += 1;
            self.found.head = Some(Head { number: name, hash: HEXLOWER.encode(hash) });
        }
        if let (false, Some(head)) = (confirmed, claimed) {
            let ends_before = self.found.head.as_ref().is_none_or(|last| last.number < head.number);
            let (what, why) = match (elsewhere, ends_before) {
                (Some(other), _) => (
                    "the entry",
                    format!("the hash that was given is that of entry {other}: is the number as the mail has it?"),
                ),
                (None, true) => (
                    "the chain",
                    "there is no such entry any more: the record ends before it".to_owned(),
                ),
                (None, false) => (
                    "the entry",
                    "it does not have the hash that was given: the record was rewritten up to here or further"
                        .to_owned(),
                ),
            };
            self.fault(head.number, what, why);
        }
        Ok(())
    }

    /// Keeps what a line tells.
    fn tell(
        &mut self,
        line: &str,
        read: Option<&Line<'_>>,
        number: u64,
        entry: &instants::Entry<'_>,
    ) -> rusqlite::Result<()> {
        let Some(read) = read else {
            self.fault(number, "a line", "it cannot be read");
            return Ok(());
        };
        self.instants.keep(read);
        if let ("forgot", Some(before)) = (&*read.did, read.before) {
            match read.what.as_deref() {
                Some("polls") => self.polls_before = self.polls_before.max(before),
                Some("evidence") => self.evidence_before = self.evidence_before.max(before),
                _ => self.texts_before = self.texts_before.max(before),
            }
        }
        if read.id.is_null() {
            return Ok(());
        }
        let says = match &*read.did {
            "item" => Says::ToldItem,
            "polled" => Says::ToldPolls,
            "attempt" => Says::ToldAttempt,
            _ => Says::Told,
        };
        if let ("decision", Some(item)) = (&*read.did, read.item) {
            let name = hash(&format!("item {item}"));
            self.put(Fact { name, number, says: Says::ToldDecision, ..Fact::NOTHING })?;
        }
        let (line, more) = hashes(&read.did, line);
        // What the line says itself needs no bounds.
        let may = if more == 0 { self.instants.allowed(read, entry) } else { May::ANY };
        let (name, at) = (hash(&key(&read.did, &read.id)), Instants::at(read, entry));
        self.put(Fact { name, line, more, number, at, may, says })
    }

    fn put(&mut self, fact: Fact) -> rusqlite::Result<()> {
        self.facts.put(fact).map_err(|error| {
            fault::file(format!("no room for what is set aside of a long record: {error}"))
        })
    }

    fn rows(&mut self, connection: &Connection, view: usize) -> rusqlite::Result<()> {
        let number = view as u64;
        let mut wrong = Ok(());
        each_row(connection, view, |name, read, line| {
            self.found.rows += 1;
            let (line, more) = hashes(&read.did, line);
            let may = May::of_row(read);
            let name = hash(name);
            wrong = self.put(Fact { name, line, more, number, at: 0, may, says: Says::Stored });
            wrong.is_ok()
        })?;
        wrong
    }

    /// Holds what is stored against what was told last, shelf by shelf. What was told and is not there
    /// must have gone in its time.
    fn compare(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let facts = std::mem::replace(&mut self.facts, Shelves::new());
        for shelf in facts.into_shelves() {
            let shelf = shelf.map_err(|error| {
                fault::file(format!("what was set aside of the record cannot be read: {error}"))
            })?;
            let mut told: HashMap<u128, Told> = HashMap::new();
            for fact in shelf {
                match fact.says {
                    Says::Stored => self.meet(&mut told, fact),
                    Says::ToldDecision => {
                        if let Some(item) = told.get_mut(&fact.name) {
                            item.evidence = true;
                        }
                    }
                    _ => {
                        let before = told.get(&fact.name);
                        // A later revision of evidence is evidence.
                        let evidence = before.is_some_and(|one| one.evidence);
                        told.insert(
                            fact.name,
                            Told { fact: after(before, fact), met: false, evidence },
                        );
                    }
                }
            }
            for one in told.into_values().filter(|one| !one.met) {
                self.miss(connection, one)?;
            }
        }
        Ok(())
    }

    fn meet(&mut self, told: &mut HashMap<u128, Told>, row: Fact) {
        let (entry, why) = match told.get_mut(&row.name) {
            None => (None, "no entry tells of it"),
            Some(told) => {
                told.met = true;
                let why = match told.fact {
                    fact if fact.line != row.line => "it is not as the entry tells: it was changed",
                    fact if fact.more == 0 && !fact.may.lets(row.may) => {
                        "it bears a time, or an official source, that the entry cannot have told: it was \
                         changed"
                    }
                    fact if fact.more != 0 && fact.more != row.more => {
                        "its time is not as the entry tells: it was changed"
                    }
                    _ => return,
                };
                (Some(told.fact.number), why)
            }
        };
        self.unname(Unnamed { name: row.name, entry, view: Some(row.number as usize), why });
    }

    fn miss(&mut self, connection: &Connection, told: Told) -> rusqlite::Result<()> {
        let Told { fact: told, evidence, .. } = told;
        let right = match told.says {
            Says::ToldItem if evidence => told.at < self.evidence_before,
            Says::ToldItem => told.at < self.texts_before,
            Says::ToldPolls => told.at < self.polls_before,
            _ => false,
        };
        if right {
            self.found.forgotten += 1;
            return Ok(());
        }
        // One that is on its way again: where it stands will be told.
        if told.says == Says::ToldAttempt && is_on_its_way(connection, told)? {
            return Ok(());
        }
        let why = "the entry tells of it and it is gone";
        self.unname(Unnamed { name: told.name, entry: Some(told.number), view: None, why });
        Ok(())
    }

    fn unname(&mut self, one: Unnamed) {
        if self.found.faults.len() + self.unnamed.len() < LISTED {
            self.unnamed.push(one);
        } else {
            self.found.more_faults += 1;
        }
    }

    /// Finds the names of what is wrong, in the entry that tells of it or among the rows.
    fn name(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let after = self.found.head.as_ref().map_or(0, |head| head.number) + 1;
        for one in std::mem::take(&mut self.unnamed) {
            let named = match (one.entry, one.view) {
                (Some(number), _) => name_in_entry(connection, number, one.name)?,
                (None, Some(view)) => name_in_view(connection, view, one.name)?,
                (None, None) => None,
            };
            let what = named.unwrap_or_else(|| "something".to_owned());
            self.found.faults.push(Fault {
                number: one.entry.unwrap_or(after),
                what,
                why: one.why.to_owned(),
            });
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
}

/// A thing as it was told last. An item that is known under other keys since was seen earlier than its
/// last line was written: where older lines do not say when, it was at one of the instants at which they
/// tell of it.
fn after(before: Option<&Told>, fact: Fact) -> Fact {
    match before.map(|one| one.fact) {
        Some(earlier) if fact.says == Says::ToldItem && fact.more == 0 => {
            Fact { may: fact.may.or(earlier.may), ..fact }
        }
        _ => fact,
    }
}

/// Each row of a view by name and line, until `take` says no.
fn each_row(
    connection: &Connection,
    view: usize,
    mut take: impl FnMut(&str, &Line<'_>, &str) -> bool,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare(&format!("SELECT line FROM recorded_{}", VIEWS[view]))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let line = row.get_ref(0)?.as_str()?;
        let Ok(read) = serde_json::from_str::<Line<'_>>(line) else { continue };
        if !take(&key(&read.did, &read.id), &read, line) {
            break;
        }
    }
    Ok(())
}

fn name_in_view(
    connection: &Connection,
    view: usize,
    wanted: u128,
) -> rusqlite::Result<Option<String>> {
    let mut found = None;
    each_row(connection, view, |name, _, _| {
        found = (hash(name) == wanted).then(|| name.to_owned());
        found.is_none()
    })?;
    Ok(found)
}

fn name_in_entry(
    connection: &Connection,
    number: u64,
    wanted: u128,
) -> rusqlite::Result<Option<String>> {
    let mut select = connection.prepare_cached("SELECT body FROM records WHERE number = ?1")?;
    let mut rows = select.query([values::size(number)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let names = row.get_ref(0)?.as_str()?.lines().filter_map(|line| {
        let read = serde_json::from_str::<Line<'_>>(line).ok()?;
        Some(key(&read.did, &read.id))
    });
    Ok({ names }.find(|name| hash(name) == wanted))
}

/// Whether a mail is being sent and all else of it is as was told. What may be sent again was deferred or
/// uncertain before: what was sent, or refused for good, is not on its way, whoever says so.
fn is_on_its_way(connection: &Connection, told: Fact) -> rusqlite::Result<bool> {
    let name = name_in_entry(connection, told.number, told.name)?;
    let Some(id) = name.as_deref().and_then(|name| name.strip_prefix("attempt ")) else {
        return Ok(false);
    };
    let mut select = connection.prepare_cached(
        "SELECT json_object('did', 'attempt', 'id', m.id, 'state', before.state,
             'attempts', m.attempts, 'reply', m.reply, 'sent', m.sent, 'at', m.settled)
         FROM mails m, (SELECT 'deferred' AS state UNION ALL SELECT 'uncertain') before
         WHERE m.id = ?1 AND m.state = 'sending'",
    )?;
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        let (line, more) = hashes("attempt", row.get_ref(0)?.as_str()?);
        if line == told.line && (told.more == 0 || told.more == more) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn key(did: &str, id: &serde_json::Value) -> String {
    match id {
        serde_json::Value::String(id) => format!("{did} {id}"),
        other => format!("{did} {other}"),
    }
}

/// Hashes of a line: of what all programs wrote, and of what it says of its time (0 when it says nothing).
fn hashes(did: &str, line: &str) -> (u128, u128) {
    let (all, more) = instants::parted(did, line);
    (hash(all.strip_suffix('}').unwrap_or(all)), more.map_or(0, hash))
}

/// Half of a SHA-256: nobody can make two lines or names of one.
fn hash(words: &str) -> u128 {
    let whole: [u8; 32] = Sha256::digest(words.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    u128::from_be_bytes(half)
}
