//! The ordeals, in the order in which the book tells them.

use super::Entry;

pub(crate) const ORDEALS: &[Entry] = &[
    Entry {
        name: "killed-at-every-write",
        test: "ordeals::boundaries::killed_at_every_write_nothing_is_lost",
        promises: &[1, 12],
        what: "`once` with one new alert and a held-back item is killed by `strace` at the first, second, third … \
               call of pwrite64, fsync, fdatasync, sendto, sendmsg, write, writev, rename, unlink and \
               ftruncate, until a round comes to its end before the call does; mail by folder and by SMTP. A round undisturbed \
               follows each kill.",
    },
    Entry {
        name: "killed-at-random",
        test: "ordeals::kills::killed_at_random_moments_nothing_is_lost",
        promises: &[1, 12],
        what: "The service reads 200 sources, mails by SMTP with a password, and is killed at seeded \
               moments while sources publish.",
    },
];
