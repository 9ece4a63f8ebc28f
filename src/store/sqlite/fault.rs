//! SQLite's errors sorted by what the caller should do about them.
//!
//! The attempt and the file go into every message; the remedy stands apart as a hint. Decisions are
//! made on codes, never on words.

use std::io;
use std::path::Path;

use rusqlite::ffi::{ErrorCode, SQLITE_IOERR, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;

use crate::store::StoreError;

/// "could not write a poll in /var/lib/watchlistd/state.db".
pub(super) fn attempt(what: &str, path: &Path) -> String {
    format!("could not {what} in {}", path.display())
}

/// An error of this program's own, carried where SQLite's go.
pub(super) fn own(words: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(words.into().into())
}

/// Trouble with a file beside the database, carried where SQLite's go: it may work later.
pub(super) fn file(words: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(SQLITE_IOERR), Some(words.into()))
}

/// What a failed `what` on `path` means.
pub(super) fn sorted(what: &str, path: &Path, error: &rusqlite::Error) -> StoreError {
    let what = attempt(what, path);
    match error {
        rusqlite::Error::SqliteFailure(code, _)
            if code.code == ErrorCode::CannotOpen && is_forbidden(path) =>
        {
            StoreError::Permission { what, why: "permission denied".into() }
        }
        rusqlite::Error::SqliteFailure(code, words) => {
            let why = words.clone().unwrap_or_else(|| code.to_string());
            by_code(what, why, code.code, code.extended_code)
        }
        rusqlite::Error::ToSqlConversionFailure(words) => unusable(
            what,
            words.to_string(),
            "this is a fault of watchlistd: please report it with this message",
        ),
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => unusable(
            what,
            format!("it holds a value that cannot be read ({error})"),
            "the database is damaged or was changed by something else; restore a backup",
        ),
        other => unusable(
            what,
            other.to_string(),
            "this is a fault of watchlistd: please report it with this message",
        ),
    }
}

/// Whether we may not read the file: SQLite only says that it could not be opened. Asked by its name, since a
/// descriptor of our own would drop SQLite's locks when it is closed.
fn is_forbidden(path: &Path) -> bool {
    let asked = rustix::fs::accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS);
    asked == Err(Errno::ACCESS)
}

/// The same sorting for errors of the file system.
pub(super) fn sorted_io(what: &str, path: &Path, error: &io::Error) -> StoreError {
    use io::ErrorKind as Kind;
    let what = format!("could not {what} {}", path.display());
    let why = error.to_string();
    match error.kind() {
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => StoreError::Permission { what, why },
        Kind::StorageFull | Kind::QuotaExceeded => StoreError::Later { what, why, full: true },
        Kind::NotADirectory
        | Kind::NotFound
        | Kind::IsADirectory
        | Kind::AlreadyExists
        | Kind::InvalidInput
        | Kind::InvalidFilename => StoreError::Unusable {
            what,
            why,
            hint: "name a path in a folder that can be created and written as `storage` in \
                   watchlistd.toml"
                .into(),
        },
        _ => StoreError::Later { what, why, full: false },
    }
}

fn by_code(what: String, why: String, code: ErrorCode, extended: i32) -> StoreError {
    match code {
        ErrorCode::DiskFull => {
            StoreError::Later { what, why: "the disk is full".into(), full: true }
        }
        // A write or a growing shared-memory file that falls short says I/O error on some file
        // systems where others say full: it heals the same way.
        ErrorCode::SystemIoFailure => {
            let full = matches!(extended, SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE);
            StoreError::Later { what, why, full }
        }
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::OutOfMemory
        | ErrorCode::OperationInterrupted
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::CannotOpen => StoreError::Later { what, why, full: false },
        ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::AuthorizationForStatementDenied => StoreError::Permission { what, why },
        ErrorCode::NotADatabase => unusable(
            what,
            "the file is no SQLite database".into(),
            "name another path as `storage` in watchlistd.toml, or move the file away",
        ),
        ErrorCode::DatabaseCorrupt => unusable(
            what,
            format!("the file is damaged ({why})"),
            "stop the service, keep a copy of the file and restore a backup",
        ),
        _ => {
            unusable(what, why, "this is a fault of watchlistd: please report it with this message")
        }
    }
}

fn unusable(what: String, why: String, hint: &str) -> StoreError {
    StoreError::Unusable { what, why, hint: hint.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn kind(code: i32) -> &'static str {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        match sorted("write", Path::new("x.db"), &error) {
            StoreError::Held { .. } => "held",
            StoreError::Later { full: true, .. } => "full",
            StoreError::Later { full: false, .. } => "later",
            StoreError::Permission { .. } => "permission",
            StoreError::Unusable { .. } => "unusable",
        }
    }

    #[test]
    fn codes_say_what_to_do() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, "full"),
            (ffi::SQLITE_IOERR_WRITE, "full"),
            (ffi::SQLITE_IOERR_READ, "later"),
            (ffi::SQLITE_BUSY, "later"),
            (ffi::SQLITE_READONLY, "permission"),
            (ffi::SQLITE_NOTADB, "unusable"),
            (ffi::SQLITE_CORRUPT, "unusable"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, "unusable"),
        ] {
            assert_eq!(kind(code), expected, "code {code}");
        }
    }
}
