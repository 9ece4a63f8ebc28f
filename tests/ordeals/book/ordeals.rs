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
    Entry {
        name: "clock-jumps",
        test: "ordeals::clock::a_clock_that_jumps_costs_a_minute",
        promises: &[1, 10],
        what: "The clock is set under the running service (libfaketime) an hour ahead and back, a day ahead and \
               back, a year back, ten years ahead and back. After each jump an alert is told and every source is \
               planned within its interval; each day that comes has one digest; no jump brings more than five mails.",
    },
    Entry {
        name: "many-sources",
        test: "ordeals::load::many_sources_of_which_a_third_fails_take_little_memory",
        promises: &[9, 11],
        what: "The service reads 10,000 sources twice, of which three in ten fail (no host, 400, 404); its memory \
               stays below 128 MB and an alert of one of the others is told.",
    },
    Entry {
        name: "few-descriptors",
        test: "ordeals::load::few_descriptors_make_it_slower_and_nothing_else",
        promises: &[1, 9],
        what: "The same with a limit of 256 descriptors (`ulimit -n`) and 64 requests at a time: every source is \
               read, alerts are told, and nothing fails for want of a descriptor.",
    },
    Entry {
        name: "soak",
        test: "ordeals::soak::three_days_leave_memory_and_descriptors_flat",
        promises: &[1, 11],
        what: "72 hours at step level under a clock that the test moves: polls, matches, mails, a canary a day and \
               forgetting; memory and descriptors stay as after the first day, the log is brought home, and the \
               database grows no faster on the third day than on the second.",
    },
];
