//! Whose database it is, and which shape it has.
//!
//! Everything is looked at before anything is written: a stranger's file and a newer version's file
//! stay as they are. The migrations are the SQL files in `migrations/sqlite`, built in.

use std::path::Path;

use rusqlite::Connection;

use crate::store::StoreError;

use super::fault;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// "WLst" in the file header marks a database as ours.
const APPLICATION: i32 = 0x574c_7374;

/// What stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet.
    Empty,
    /// Ours, at this version (0 when the first migration did not get through).
    Ours(i64),
}

/// Says what stands in the file, or refuses it. Writes nothing.
pub(super) fn inspect(connection: &Connection, path: &Path) -> Result<Found, StoreError> {
    let failed = |error: rusqlite::Error| fault::sorted("open the database", path, &error);
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    if application != APPLICATION {
        return if application == 0 && tables == 0 { Ok(Found::Empty) } else { Err(foreign(path)) };
    }
    let version = version(connection).map_err(failed)?;
    if version > newest() {
        return Err(StoreError::Unusable {
            what: fault::attempt("open the database", path),
            why: format!(
                "it was written by a newer watchlistd (schema {version}, this one knows {})",
                newest()
            ),
            hint: "install the newer version again, or restore a backup from before the upgrade"
                .into(),
        });
    }
    Ok(Found::Ours(version))
}

/// Brings the database to the newest shape, in one transaction: the library notes a migration in one
/// of its own otherwise, and a death between the two leaves a database that no start can open.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // First, so that a death between the steps leaves a file that is known to be ours.
    connection
        .pragma_update(None, "application_id", APPLICATION)
        .map_err(|error| fault::sorted("create the database", path, &error))?;
    if version(connection).map_err(|error| fault::sorted("open the database", path, &error))?
        == newest()
    {
        return Ok(());
    }
    embedded::migrations::runner().set_grouped(true).run(connection).map(|_| ()).map_err(|error| {
        use refinery::error::Kind;
        match error.kind() {
            Kind::DivergentVersion(..) | Kind::MissingVersion(..) => StoreError::Unusable {
                what: fault::attempt("bring the database to this version's shape", path),
                why: error.to_string(),
                hint: "it was written by an unreleased watchlistd; move it away to start afresh"
                    .into(),
            },
            Kind::Connection(_, cause) => match cause.downcast_ref::<rusqlite::Error>() {
                Some(cause) => {
                    fault::sorted("bring the database to this version's shape", path, cause)
                }
                None => unknown(path, &error),
            },
            _ => unknown(path, &error),
        }
    })
}

/// The version that this program writes.
pub(super) fn newest() -> i64 {
    let versions = embedded::migrations::runner();
    versions.get_migrations().iter().map(|one| i64::from(one.version())).max().unwrap_or(0)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    let known = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'",
        [],
        |row| row.get::<_, i64>(0),
    )?;
    if known == 0 {
        return Ok(0);
    }
    connection.query_row(
        "SELECT coalesce(max(version), 0) FROM refinery_schema_history",
        [],
        |row| row.get(0),
    )
}

fn foreign(path: &Path) -> StoreError {
    StoreError::Unusable {
        what: fault::attempt("open the database", path),
        why: "it belongs to another program".into(),
        hint: "name another path as `storage` in watchlistd.toml".into(),
    }
}

fn unknown(path: &Path, error: &refinery::Error) -> StoreError {
    StoreError::Unusable {
        what: fault::attempt("bring the database to this version's shape", path),
        why: error.to_string(),
        hint: "this is a fault of watchlistd: please report it with this message".into(),
    }
}
