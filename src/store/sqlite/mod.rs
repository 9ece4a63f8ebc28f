//! The SQLite backend: one file, one writer thread, one reader thread.
//!
//! [`Sqlite`] hands each call to a thread as a closure and answers when the thread does: writes are
//! committed, several waiting ones together, before anybody hears of them. `steps.rs` is the list of
//! calls; the files beside it hold the SQL of one step each. Nothing here decides anything about
//! feeds, matching or mail, and nothing reads a clock.

mod actions;
mod answers;
mod archive;
mod assess;
mod backfill;
mod backup;
mod canary;
mod claims;
mod clock;
mod config;
mod copy;
mod coverage;
mod deliver;
mod fault;
mod items;
mod known;
mod lock;
mod mails;
mod open;
mod outbox;
mod pauses;
mod poll;
mod prune;
mod readers;
mod record;
mod restores;
mod reviews;
mod schema;
mod seen;
mod size;
mod sources;
mod starts;
mod steps;
mod stops;
mod strangers;
mod terms;
mod told;
mod values;
mod windows;
mod worker;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use crate::store::{Answer, StoreError};

use claims::Claims;
use lock::Lock;
use worker::Worker;

pub use backup::Place;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To work on it, alone: the daemon and `once`. Creates what is missing.
    Exclusive,
    /// To write a little beside a running daemon: each call is one short transaction, for which the
    /// others wait. Creates nothing, and finds a database in this version's shape or refuses.
    Beside,
    /// To look at it, also beside a running daemon. Creates nothing and changes nothing; a writing
    /// call answers [`StoreError::Permission`].
    Reader,
}

/// A database in one file (or, for a dry run, in memory).
#[derive(Debug)]
pub struct Sqlite {
    path: Arc<Path>,
    claims: Claims,
    // Dropped in this order: the threads end and close the file before the lock is let go.
    writer: Option<Worker>,
    reader: Option<Worker>,
    lock: Option<Lock>,
}

impl Sqlite {
    /// Runs `work` in a transaction of its own (shared with other waiting calls) and answers after
    /// the commit. `what` completes the sentence "could not …".
    fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        match &self.writer {
            Some(writer) => writer.call(&self.path, what, work),
            None => {
                let refused = StoreError::Permission {
                    what: fault::attempt(what, &self.path),
                    why: "it was opened for reading only".into(),
                };
                Box::pin(std::future::ready(Err(refused)))
            }
        }
    }

    /// Runs `work` on one consistent state of the database.
    fn read<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        match self.reader.as_ref().or(self.writer.as_ref()) {
            Some(reader) => reader.call(&self.path, what, work),
            None => unreachable!("every way of opening starts at least one thread"),
        }
    }
}
