//! Whether a service works on a database, told from the lock that it holds.
//!
//! The lock is looked up among those that the kernel lists: to try it would keep away, for a moment, a
//! service that starts just then.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Where Linux lists all locks (proc_locks(5)).
const LOCKS: &str = "/proc/locks";

/// How often the list is read before a lock counts as let go: it is given out a page at a time, and where others let
/// locks go meanwhile, what stands behind them is skipped.
const LOOKS: usize = 5;

/// Whether somebody holds the lock of the database at `path`; `None` where that cannot be known.
pub fn holds(path: &Path) -> Option<bool> {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let about = match std::fs::metadata(&lock) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(false),
        Err(_) => return None,
    };
    for _ in 0..LOOKS {
        if listed(&std::fs::read_to_string(LOCKS).ok()?, about.ino()) {
            return Some(true);
        }
    }
    Some(false)
}

/// Whether the list has an exclusive lock of a whole file with this inode. Devices are not compared: some file
/// systems give the list another number than they give of the file.
fn listed(locks: &str, inode: u64) -> bool {
    locks.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let exclusive = words.next() == Some("FLOCK") && words.nth(1) == Some("WRITE");
        let file = words.nth(1).and_then(|file| file.rsplit(':').next()?.parse::<u64>().ok());
        exclusive && file == Some(inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_kernel_is_read() {
        let list = "1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF\n\
                    2: FLOCK  ADVISORY  WRITE 3517 fd:00:2531448 0 EOF\n\
                    2: -> FLOCK  ADVISORY  WRITE 4000 fd:00:77 0 EOF\n\
                    3: FLOCK  ADVISORY  READ 3517 fd:00:99 0 EOF\n";
        assert!(listed(list, 2_531_448));
        for other in [2_531_452, 77, 99, 1] {
            assert!(!listed(list, other), "{other}");
        }
    }
}
