//! The record of what was done, as it is read back: entries, the head, and what verifying found.

use serde::Serialize;

use super::Timestamp;

/// The end of the chain: whoever kept one can tell whether what lies before it was rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Number of the last entry, counting from 1.
    pub number: u64,
    /// Its hash: SHA-256 in lower-case hexadecimal.
    pub hash: String,
}

/// One entry: what one commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counting from 1, without a gap.
    pub number: u64,
    /// The latest instant among what it tells.
    pub at: Timestamp,
    /// One JSON object a line, each with what was `did` and the `id` of what it was done to.
    pub body: String,
    /// SHA-256 over the hash before, the number, the instant and the body.
    pub hash: String,
}

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The end of the chain, if there is one.
    pub head: Option<Head>,
    /// Entries read.
    pub entries: u64,
    /// Rows held against what was recorded of them.
    pub rows: u64,
    /// Items and accounts of polls that were forgotten when their time had come.
    pub forgotten: u64,
    /// Text of items without hits, first seen before this, is gone.
    pub texts_before: Option<Timestamp>,
    /// So is that of items which alerted or were held back, first seen before this.
    pub evidence_before: Option<Timestamp>,
    /// Single accounts of polls that ended before this are gone; the record tells them.
    pub polls_before: Option<Timestamp>,
    /// Whatever does not fit, by number of entry.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more_faults: u64,
    /// Restores from a backup, oldest first: at each the record breaks off and goes on.
    pub restores: Vec<Restore>,
}

/// A database that was restored from a backup: what was recorded between the two is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restore {
    /// When it was restored.
    pub at: Timestamp,
    /// When the backup was made.
    pub made: Timestamp,
    /// The last entry of the record in the backup; 0 when it had none.
    pub entry: u64,
    /// The hash of that entry; empty when there was none.
    pub hash: String,
    /// When mails were let go again; `None` while they are held.
    pub resumed: Option<Timestamp>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// The entry that it does not fit; of a row that no entry tells of, the one after the last.
    pub number: u64,
    /// What it is about: "item i…".
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}
