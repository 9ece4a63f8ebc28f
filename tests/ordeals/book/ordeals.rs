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
    Entry {
        name: "a-full-disk",
        test: "ordeals::disk::a_full_disk_is_waited_out_and_told_once",
        promises: &[1, 2, 9],
        what: "The state lies on a small file system that others fill to the last byte while sources \
               publish. Polling pauses and the operator is told, with what the reserve gave back; the \
               service lives, is also started on the full disk, and goes on by itself within a cycle of \
               there being room; a digest says when nothing was polled.",
    },
    Entry {
        name: "no-room-at-any-write",
        test: "ordeals::disk::a_write_that_finds_no_room_loses_nothing",
        promises: &[1],
        what: "A round whose database finds no room (ENOSPC) at its first, second, third … write and at \
               some after it.",
    },
    Entry {
        name: "torn-and-scribbled-log",
        test: "ordeals::damage::a_torn_or_scribbled_log_costs_commits_from_its_end_and_nothing_else",
        promises: &[1, 12],
        what: "The database's log (WAL) is cut short, has single bits turned, sectors blanked and pages \
               overwritten. It opens, and what it lost is whole commits from its end: the chain up to \
               there is the old one.",
    },
    Entry {
        name: "scribbled-pages",
        test: "ordeals::damage::scribbled_pages_are_noticed_whenever_they_change_a_recorded_word",
        promises: &[12],
        what: "Up to 16 bytes anywhere in the database file are overwritten. Whenever that changes \
               anything that the record tells of, opening refuses the file or `audit verify` names what \
               does not fit.",
    },
    Entry {
        name: "changed-values",
        test: "ordeals::damage::every_value_that_the_record_tells_of_is_named_when_it_is_changed",
        promises: &[12],
        what: "A value of each column of each recorded table is changed behind the program's back; where \
               the record tells of the column, `audit verify` names it.",
    },
    Entry {
        name: "failing-disk",
        test: "ordeals::damage::a_disk_that_fails_is_told_and_loses_nothing",
        promises: &[1],
        what: "The first, second, third … fsync or read of a round fails with an I/O error.",
    },
    Entry {
        name: "two-days-without-a-network",
        test: "ordeals::outage::two_days_without_a_network_heal_by_themselves",
        promises: &[1, 3],
        what: "All three steps on a clock that is moved: no host answers for 48 hours. No source is blamed, \
               few connections are tried, and what was published meanwhile is told within an hour of the \
               network's return.",
    },
    Entry {
        name: "six-hours-without-a-mail-server",
        test: "ordeals::outage::six_hours_without_a_mail_server_heal_by_themselves",
        promises: &[1, 5],
        what: "The same with a mail server that refuses every connection for six hours while sources \
               publish. Afterwards each reader gets the mail that was under way and one of all the rest, \
               not one for each alert.",
    },
    Entry {
        name: "names-gone",
        test: "ordeals::outage::names_that_no_longer_resolve_heal_by_themselves",
        promises: &[1, 3, 9],
        what: "The running service finds that no host name resolves any more, and later that they do.",
    },
    Entry {
        name: "killed-while-migrating",
        test: "ordeals::processes::killed_while_its_database_is_brought_up_to_date_it_opens_and_goes_on",
        promises: &[1, 12],
        what: "Databases of schema 7, left behind by a killed service (an item not judged, a digest not \
               sealed, mails half sent), are taken over by this version, which is killed at each write \
               of the upgrade. The next start tells all that the old one owed.",
    },
    Entry {
        name: "killed-while-reloading",
        test: "ordeals::processes::killed_while_files_are_read_again_one_version_is_in_force",
        promises: &[1, 8],
        what: "The service is told to read edited files, some of them broken, and killed up to 60 ms later.",
    },
    Entry {
        name: "signals-in-the-middle-of-a-mail",
        test: "ordeals::processes::signals_and_a_new_start_in_the_middle_of_a_mail_lose_nothing",
        promises: &[1, 8, 9],
        what: "The mail server stops answering after the dot, after DATA or after MAIL of a digest or \
               another mail; SIGTERM, SIGHUP or SIGKILL comes, and a new start.",
    },
    Entry {
        name: "a-hung-loop",
        test: "ordeals::watchdog::a_loop_that_hangs_stops_the_pings",
        promises: &[9],
        what: "The database hangs for ever (a delayed fsync) under the running service. After the three \
               minutes that a loop may be silent the watchdog gets no more pings, so that systemd restarts \
               the service.",
    },
    Entry {
        name: "a-generous-umask",
        test: "ordeals::discretion::nothing_is_for_others_to_read",
        promises: &[11],
        what: "Commands are run under umask 000 with a password for the mail server. Every folder of the \
               state is 0700, every file and backup 0600, and no output, file or mail holds the password. \
               (All other ordeals look for both as well.)",
    },
];
