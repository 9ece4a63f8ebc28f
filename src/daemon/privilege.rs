//! Commands of root that go on as the owner of the database.
//!
//! A file that root makes beside the database is one that the service cannot write; a link that the
//! service's user lays is one that root should not follow. Linux keeps the identity of each thread;
//! a thread that gives it up hands it on to the threads it starts and can never take it back.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::{Gid, Uid};
use rustix::thread;

/// Whom the state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    user: Uid,
    group: Gid,
}

impl Owner {
    /// Whom root should become to work on the database at `path`: its owner, or the owner of the folder
    /// in which it will lie. `None` when we are not root, or everything is root's.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let about = path.ancestors().find_map(|path| path.metadata().ok())?;
        let (user, group) = (Uid::from_raw(about.uid()), Gid::from_raw(about.gid()));
        (!user.is_root()).then_some(Self { user, group })
    }

    /// This thread, and those that it starts from now on, go on as the owner. Called while the process
    /// has no other thread, it holds for all of it.
    ///
    /// # Errors
    /// When the system refuses; then nothing more may be done.
    pub fn assume(self) -> io::Result<()> {
        thread::set_thread_groups(&[])?;
        thread::set_thread_res_gid(self.group, self.group, self.group)?;
        thread::set_thread_res_uid(self.user, self.user, self.user)?;
        Ok(())
    }
}

/// Does `work` as the owner, in a thread of its own, while this one stays what it is.
///
/// # Errors
/// When the identity cannot be taken on; then `work` is not done.
pub fn as_owner<T: Send>(owner: Option<Owner>, work: impl FnOnce() -> T + Send) -> io::Result<T> {
    let Some(owner) = owner else { return Ok(work()) };
    std::thread::scope(|scope| {
        let done = scope.spawn(move || owner.assume().map(|()| work())).join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
