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

/// Where the system keeps its users (passwd(5)).
const USERS: &str = "/etc/passwd";

/// Who this process works as: the number, and the name that the system has for it, if it has one.
#[must_use]
pub fn user() -> (u32, Option<String>) {
    let uid = rustix::process::geteuid().as_raw();
    let users = std::fs::read(USERS).unwrap_or_default();
    (uid, named(&String::from_utf8_lossy(&users), uid))
}

/// The name of a user among the lines of passwd(5): `name:password:uid:…`.
fn named(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().map(str::trim).filter(|name| !name.is_empty())?;
        let same = fields.nth(1)?.parse() == Ok(uid);
        same.then(|| name.to_owned())
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_number() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\n# no line\n+::::::\n:x:7:7::/:\n\
                     mei:x:1000:1000:Mei, desk:/home/mei:/bin/sh\nbroken:x\n";
        for (uid, name) in [(0, Some("root")), (1000, Some("mei")), (7, None), (100, None)] {
            assert_eq!(named(users, uid).as_deref(), name, "{uid}");
        }
    }
}
