//! Judgements as JSON, with long terms of the watchlist stored once.
//!
//! A search may be hundreds of bytes long and stand in tens of thousands of hits. Invariant: what is
//! read is what was written; a term is never changed or taken away once a hit names it.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::model::{Hit, Judgement};

use super::values;

/// Shorter terms stand where they are.
const LONG: usize = 24;
/// Begins what stands in place of a long term; a term that begins with it counts as long.
const SIGN: char = '\u{1f}';

/// A judgement as it is stored.
pub(super) fn json(connection: &Connection, judgement: &Judgement) -> rusqlite::Result<String> {
    let hits = || {
        judgement.hits.iter().chain(judgement.held_back.iter().filter_map(|one| one.hit.as_ref()))
    };
    if !hits().any(|hit| is_long(&hit.term)) {
        return values::json(judgement);
    }
    let mut short = judgement.clone();
    for hit in hits_of(&mut short).filter(|hit| is_long(&hit.term)) {
        hit.term = format!("{SIGN}{}", key(connection, &hit.term)?).into();
    }
    values::json(&short)
}

/// A judgement from what is stored in column `at`.
pub(super) fn judgement(
    connection: &Connection,
    row: &rusqlite::Row<'_>,
    at: usize,
) -> rusqlite::Result<Judgement> {
    let mut judgement: Judgement = values::from_json(row, at)?;
    let mut known: HashMap<i64, Arc<str>> = HashMap::new();
    for hit in hits_of(&mut judgement) {
        let Some(key) = hit.term.strip_prefix(SIGN).and_then(|key| key.parse().ok()) else {
            continue;
        };
        hit.term = match known.get(&key) {
            Some(term) => Arc::clone(term),
            None => {
                let term: Arc<str> = connection
                    .prepare_cached("SELECT text FROM terms WHERE key = ?1")?
                    .query_row([key], |row| Ok(row.get_ref(0)?.as_str()?.into()))?;
                known.insert(key, Arc::clone(&term));
                term
            }
        };
    }
    Ok(judgement)
}

fn hits_of(judgement: &mut Judgement) -> impl Iterator<Item = &mut Hit> {
    judgement
        .hits
        .iter_mut()
        .chain(judgement.held_back.iter_mut().filter_map(|one| one.hit.as_mut()))
}

fn is_long(term: &str) -> bool {
    term.len() > LONG || term.starts_with(SIGN)
}

fn key(connection: &Connection, term: &str) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached("SELECT key FROM terms WHERE text = ?1")?
        .query_row([term], |row| row.get(0))
        .optional()?;
    match known {
        Some(key) => Ok(key),
        None => {
            connection.prepare_cached("INSERT INTO terms(text) VALUES (?1)")?.execute([term])?;
            Ok(connection.last_insert_rowid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntityKind, Field, Guard, HeldBack};

    fn hit(term: &str) -> Hit {
        Hit {
            kind: EntityKind::Topic,
            entity: "delisting".into(),
            term: term.into(),
            field: Field::Title,
            start: 0,
            end: 6,
        }
    }

    #[test]
    fn what_is_read_is_what_was_written_and_long_terms_are_kept_once() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE terms (key INTEGER PRIMARY KEY, text TEXT UNIQUE)")
            .unwrap();
        let long = "(trading OR listing) NEAR/5 (halt OR suspend)";
        for term in ["delist", long, "\u{1f}1", "\u{1f}x", ""] {
            let held = HeldBack { hit: Some(hit(term)), guard: Guard::Weak };
            let before = Judgement {
                hits: vec![hit(term), hit(long)],
                held_back: vec![held],
                ..Judgement::default()
            };
            let text = json(&connection, &before).unwrap();
            assert!(!text.contains("NEAR"), "{text}");
            let after = connection
                .query_row("SELECT ?1", [text], |row| judgement(&connection, row, 0))
                .unwrap();
            assert_eq!(after, before, "{term:?}");
        }
        let count: i64 =
            connection.query_row("SELECT count(*) FROM terms", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 3);
    }
}
