//! Ordeals: the program is killed, starved, cut off and lied to, and afterwards an oracle that knows
//! all that was published reads all mails.
//!
//! In the ordinary test run each ordeal has a short form. With `WATCHLISTD_ORDEALS=full` it is run at
//! length, and what it came to is noted (`findings`) and told in docs/RELIABILITY.md (`book`). A new
//! ordeal has an entry in `book/ordeals.rs` and calls [`findings::Ordeal::begin`].

mod book;
mod boundaries;
mod clock;
mod damage;
mod discretion;
mod disk;
mod findings;
mod kills;
mod load;
mod moments;
mod oracle;
mod outage;
mod processes;
mod soak;
mod strace;
mod watchdog;
mod wire;
mod world;
