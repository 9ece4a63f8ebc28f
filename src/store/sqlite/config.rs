//! Configurations that were accepted, and the edit that waits to be mended.
//!
//! A version covers all files. Texts are kept once, under their hash, so a large list that did not
//! change costs nothing with the next version.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::model::{Timestamp, id};
use crate::store::{ConfigVersion, FileChange, RejectedEdit};

use super::record::PROGRAM;
use super::values;

/// Puts files in force and answers their version.
pub(super) fn adopt(
    connection: &Connection,
    files: &BTreeMap<String, String>,
    now: Timestamp,
) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("UPDATE rejected_edits SET mended = ?1 WHERE mended IS NULL")?
        .execute([now])?;
    if let Some(present) = in_force(connection)?
        && present.files == *files
    {
        return Ok(present.version);
    }
    connection.prepare_cached("INSERT INTO config_versions(since) VALUES (?1)")?.execute([now])?;
    let version = connection.last_insert_rowid();
    for (name, text) in files {
        let hash = HEXLOWER.encode(&id::digest(&[text]));
        connection
            .prepare_cached(
                "INSERT INTO config_texts(hash, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute([&hash, text])?;
        connection
            .prepare_cached("INSERT INTO config_files(version, name, hash) VALUES (?1, ?2, ?3)")?
            .execute(params![version, name, hash])?;
    }
    Ok(u64::try_from(version).unwrap_or(0))
}

/// The configuration in force.
pub(super) fn in_force(connection: &Connection) -> rusqlite::Result<Option<ConfigVersion>> {
    at(connection, Timestamp::from_millis(i64::MAX))
}

/// The configuration that was in force at an instant.
pub(super) fn at(
    connection: &Connection,
    at: Timestamp,
) -> rusqlite::Result<Option<ConfigVersion>> {
    let newest: Option<(i64, Timestamp)> = connection
        .prepare_cached("SELECT version, since FROM config_versions WHERE since <= ?1 ORDER BY version DESC LIMIT 1")?
        .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    newest.map(|(version, since)| self::version(connection, version, since)).transpose()
}

/// One version with its files.
pub(super) fn version(
    connection: &Connection,
    version: i64,
    since: Timestamp,
) -> rusqlite::Result<ConfigVersion> {
    let mut select = connection.prepare_cached(
        "SELECT f.name, t.text FROM config_files f JOIN config_texts t ON t.hash = f.hash
         WHERE f.version = ?1",
    )?;
    let files = select
        .query_map([version], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ConfigVersion { version: u64::try_from(version).unwrap_or(0), files, since })
}

/// Versions after a number, in force since later than `from`, that changed a file.
pub(super) fn file_changes(
    connection: &Connection,
    name: &str,
    from: Timestamp,
    (after, limit): (u64, usize),
) -> rusqlite::Result<Vec<FileChange>> {
    let mut select = connection.prepare_cached(
        "WITH later AS (
             SELECT v.version, v.since, (SELECT max(b.version) FROM config_versions b
                 WHERE b.version < v.version) AS old
             FROM config_versions v WHERE v.version > ?2 AND v.since > ?3)
         SELECT l.version, l.since, t.text FROM later l
           LEFT JOIN config_files f ON f.version = l.version AND f.name = ?1
           LEFT JOIN config_files b ON b.version = l.old AND b.name = ?1
           LEFT JOIN config_texts t ON t.hash = b.hash
         WHERE f.hash IS NOT b.hash ORDER BY l.version LIMIT ?4",
    )?;
    select
        .query_map(params![name, values::size(after), from, values::size(limit)], |row| {
            Ok(FileChange {
                version: values::count(row, 0)?,
                since: row.get(1)?,
                before: row.get(2)?,
            })
        })?
        .collect()
}

/// Notes that an edit was refused. The same edit seen again keeps its first instant.
pub(super) fn reject(connection: &Connection, rejected: &RejectedEdit) -> rusqlite::Result<()> {
    if waiting(connection)?.is_some_and(|old| old.problems == rejected.problems) {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE rejected_edits SET mended = ?1 WHERE mended IS NULL")?
        .execute([rejected.at])?;
    connection
        .prepare_cached("INSERT INTO rejected_edits(at, problems) VALUES (?1, ?2)")?
        .execute(params![rejected.at, rejected.problems])?;
    Ok(())
}

/// The edit that waits to be mended.
pub(super) fn waiting(connection: &Connection) -> rusqlite::Result<Option<RejectedEdit>> {
    connection
        .prepare_cached(
            "SELECT at, problems FROM rejected_edits WHERE mended IS NULL ORDER BY key DESC LIMIT 1",
        )?
        .query_row([], |row| Ok(RejectedEdit { at: row.get(0)?, problems: row.get(1)? }))
        .optional()
}

/// What a program could not use of a version.
#[derive(Serialize, Deserialize)]
struct LeftOut {
    program: String,
    version: u64,
    lines: Vec<String>,
}

/// Notes what this program cannot use of a version that it put in force, beside the other notes of what was put in
/// force last: to find it anew every entry would have to be understood.
pub(super) fn note_left_out(
    connection: &Connection,
    version: u64,
    lines: &[String],
) -> rusqlite::Result<()> {
    let noted = LeftOut { program: PROGRAM.to_owned(), version, lines: lines.to_vec() };
    connection
        .prepare_cached(
            "INSERT INTO adopted(what, digest) VALUES ('left_out', ?1)
             ON CONFLICT(what) DO UPDATE SET digest = excluded.digest
             WHERE digest <> excluded.digest",
        )?
        .execute([values::json(&noted)?.into_bytes()])?;
    Ok(())
}

/// What was noted of the version in force, if it was this program that put it there.
pub(super) fn left_out(connection: &Connection) -> rusqlite::Result<Option<Vec<String>>> {
    let noted: Option<Vec<u8>> = connection
        .prepare_cached("SELECT digest FROM adopted WHERE what = 'left_out'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let noted = noted.and_then(|noted| serde_json::from_slice::<LeftOut>(&noted).ok());
    let newest: Option<u64> = connection
        .prepare_cached("SELECT max(version) FROM config_versions")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .and_then(|version| u64::try_from(version).ok());
    let ours = |one: &LeftOut| one.program == PROGRAM && Some(one.version) == newest;
    Ok(noted.filter(ours).map(|one| one.lines))
}
