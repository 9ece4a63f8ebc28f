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

/// Brings the database to the newest shape, and makes its references bind from then on.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed =
        |what: &'static str| move |error: rusqlite::Error| fault::sorted(what, path, &error);
    // First, so that a death between the steps leaves a file that is known to be ours.
    connection
        .pragma_update(None, "application_id", APPLICATION)
        .map_err(failed("create the database"))?;
    if version(connection).map_err(failed("open the database"))? != newest() {
        // A table that is built anew is gone for a moment, and what refers to it must not mind.
        connection
            .pragma_update(None, "foreign_keys", false)
            .map_err(failed("open the database"))?;
        to_newest(connection, path)?;
    }
    connection.pragma_update(None, "foreign_keys", true).map_err(failed("open the database"))
}

/// All steps in one transaction: the library notes a migration in one of its own otherwise, and a
/// death between the two leaves a database that no start can open.
fn to_newest(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use refinery::Target;

    use super::*;
    use crate::store::sqlite::Sqlite;
    use crate::store::{Archive, Store};

    /// A table that others refer to is built anew: what is in it stays, and so do the references.
    #[tokio::test]
    async fn items_of_an_older_shape_are_kept_and_still_referred_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut old = Connection::open(&path).unwrap();
        old.pragma_update(None, "application_id", APPLICATION).unwrap();
        let to = Target::Version(3);
        embedded::migrations::runner().set_grouped(true).set_target(to).run(&mut old).unwrap();
        old.execute_batch(
            "INSERT INTO sources VALUES (1, 'a', 'https://a.test/', 0, NULL, 60000, 0, 'all', 1, NULL);
             INSERT INTO source_states(source, next_poll, health, since, items)
                 VALUES (1, 1, 'healthy', 1, 1);
             INSERT INTO items VALUES (7, 'iabc', 1, 1, 0, 'new', 1, NULL, 1, NULL, NULL, 'h', 'g',
                 NULL, 'A title', NULL, '', '');
             INSERT INTO waiting VALUES (7, 1);",
        )
        .unwrap();
        drop(old);
        let store = Sqlite::open(&path, crate::store::sqlite::Mode::Exclusive).unwrap();
        let items = store.items(None, 9).await.unwrap();
        assert_eq!((items.len(), items[0].text.title.as_str()), (1, "A title"));
        assert!(store.items(Some(items[0].id.clone()), 9).await.unwrap().is_empty());
        assert_eq!(store.unassessed(9).await.unwrap().len(), 1);
        let known = store.sources(None, 9).await.unwrap().remove(0);
        assert_eq!((known.state.health.as_str(), known.items), ("healthy", 1));
        assert_eq!(known.next_poll, crate::model::Timestamp::from_millis(1));
        drop(store);
        // What it was before lies beside it, whole.
        let kept = Connection::open(folder.path().join("state.db.schema-3")).unwrap();
        assert_eq!(version(&kept).unwrap(), 3);
        let waiting = "SELECT count(*) FROM waiting";
        assert_eq!(kept.query_row(waiting, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
        let new = Connection::open(&path).unwrap();
        new.pragma_update(None, "foreign_keys", true).unwrap();
        let broken: i64 = new
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(broken, 0);
        assert!(new.execute("INSERT INTO waiting VALUES (8, 1)", []).is_err(), "no such item");
    }
}
