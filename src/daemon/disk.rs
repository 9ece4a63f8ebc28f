//! How much room the disk of the state has left.

use std::io;
use std::path::Path;

/// Bytes that the service's user may still write on the file system of `path`.
///
/// # Errors
/// When the system does not know the path or will not say.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let room = rustix::fs::statvfs(path)?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_a_missing_one_is_an_error() {
        assert!(free_space(&std::env::temp_dir()).unwrap() > 0);
        assert!(free_space(Path::new("/no/such/folder")).is_err());
    }
}
