//! Databases as an older version left them: made by the migrations up to that one, with rows as written.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use refinery::Target;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Makes a database of schema `version` and fills it. The rows bring their own record, if any.
pub(crate) fn database(path: &Path, version: i32, rows: &str) {
    let mut old = Connection::open(path).expect("the folder is there");
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("it was just made");
    old.execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;").expect("it is empty");
    old.pragma_update(None, "application_id", 0x574c_7374).expect("it is empty");
    let runner = embedded::migrations::runner().set_grouped(true);
    runner.set_target(Target::Version(version)).run(&mut old).expect("released migrations hold");
    for name in ["noted", "judged"] {
        let nothing = old.create_scalar_function(name, -1, FunctionFlags::SQLITE_UTF8, |_| Ok(0));
        nothing.expect("the name is free");
    }
    let digest = old.create_scalar_function("digest", -1, FunctionFlags::SQLITE_UTF8, |_| Ok(""));
    digest.expect("the name is free");
    old.pragma_update(None, "foreign_keys", false).expect("no transaction is open");
    old.execute_batch(&format!("BEGIN; {rows} COMMIT;")).expect("the rows fit that schema");
}

/// The schema of a database.
pub(crate) fn version(path: &Path) -> i32 {
    let database = Connection::open(path).expect("it is there");
    let sql = "SELECT max(version) FROM refinery_schema_history";
    database.query_row(sql, [], |row| row.get(0)).expect("it is one of ours")
}
