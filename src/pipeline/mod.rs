//! The sentence that joins the stages: poll, assess, deliver.
//!
//! The three steps meet only in the store. Each takes what an earlier one left there, does its part,
//! and writes the result in one transaction; so a step may die at any point and be run again.
//! No step knows about signals, schedules of the process or the command line: `daemon` and `cli` call
//! them, `once` and the service alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::detect::Watchlist;
use crate::model::edit::{SourcesLost, TableEdit};
use crate::model::watchlist::WatchlistEntries;
use crate::model::{LeftOut, SourceEntry, SourceId};
use crate::notify::Subjects;
use crate::notify::reader::{Reader, Vocabulary};
use crate::notify::schedule::Schedule;
use crate::store::Store;

pub mod assess;
pub mod canary;
pub mod channel;
pub mod deliver;
mod network;
mod pace;
mod places;
pub mod poll;
pub mod preview;
pub mod retain;
mod turns;

/// The version of people's files that is in force: what assess and deliver work by.
#[derive(Debug)]
pub struct InForce {
    /// Its number in the store.
    pub version: u64,
    /// The compiled watchlist.
    pub watchlist: Arc<Watchlist>,
    /// All readers.
    pub readers: Vec<Reader>,
    /// Sources that a person has paused.
    pub paused: Vec<SourceId>,
    /// The operator as the reader of alerts that reach nobody else.
    pub operator: Reader,
    /// Who is told of edits, beside the operator.
    pub editors: Vec<String>,
    /// What the watchlist calls things.
    pub vocabulary: Vocabulary,
    /// What mails say of us.
    pub letterhead: Letterhead,
    /// How the operator is reached without mail.
    pub channel: channel::Channel,
    /// When a canary flies; `None` is never.
    pub canary: Option<Schedule>,
    /// What of this version waits for a restart of the service, by the names of the settings.
    pub needs_restart: Vec<&'static str>,
    /// The problems of an edit that was refused while this version stays in force.
    pub rejected: Option<String>,
    /// What of this version this program cannot use, because another one accepted it.
    pub left_out: Vec<LeftOut>,
    /// Reads the watchlist of an earlier version's files, so that a digest can say what changed.
    pub read_watchlist: fn(&Texts) -> WatchlistEntries,
    /// Reads the sources of an earlier version's files.
    pub read_sources: fn(&Texts) -> Vec<SourceEntry>,
    /// Compiles the watchlist of an earlier version's files, as far as it is understood today.
    pub compile_watchlist: fn(&Texts) -> Arc<Watchlist>,
    /// Whether two versions' files match alike: then nothing stored needs to be matched again.
    pub match_alike: fn(&Texts, &Texts) -> bool,
    /// Which tables of the operator's files differ between two versions.
    pub edited_tables: fn(&Texts, &Texts) -> Vec<TableEdit>,
    /// Which sources the later of two versions no longer reads.
    pub sources_lost: fn(&Texts, &Texts) -> SourcesLost,
    /// Whom the later of two versions tells nothing any more, by name.
    pub readers_lost: fn(&Texts, &Texts) -> Vec<String>,
    /// Who takes no digests by a version's files, by name.
    pub without_digests: fn(&Texts) -> BTreeSet<String>,
    /// How far back a new or corrected term looks.
    pub backfill: Backfill,
}

/// The files of a version, by name.
pub type Texts = BTreeMap<String, String>;

/// How far back a new or corrected term looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Stored items first seen within this time are matched again.
    pub span: Duration,
    /// What is found is recorded and told to nobody.
    pub silent: bool,
}

impl InForce {
    /// Everybody who can be sent a digest: the readers, and the operator for what reaches nobody.
    pub fn everybody(&self) -> impl Iterator<Item = &Reader> {
        self.readers.iter().chain(std::iter::once(&self.operator))
    }
}

/// What stands on every mail of ours.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The sender.
    pub from: String,
    /// Where answers go: a person.
    pub reply_to: String,
    /// How much subjects give away.
    pub subjects: Subjects,
}

/// What every step stands on.
#[derive(Clone)]
pub struct Ground {
    /// The memory.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}
