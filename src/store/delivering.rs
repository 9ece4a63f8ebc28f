//! What deliver asks and does: what a reader has had, mails as they lie in the outbox.

use crate::model::mail::Letter;
use crate::model::{MailState, Timestamp};

use super::MailRow;

/// What a reader has had so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderHistory {
    /// When the reader was first known.
    pub since: Timestamp,
    /// The end of what digests (of any kind) covered without a hole, if there was one: one that reached
    /// nobody covered nothing.
    pub covered_until: Option<Timestamp>,
    /// When the last scheduled slot was sealed.
    pub last_slot: Option<Timestamp>,
    /// When urgent mails were sealed within the last hour, oldest first.
    pub urgent_last_hour: Vec<Timestamp>,
    /// Whether the reader was welcomed.
    pub welcomed: bool,
    /// Addresses at which the reader was welcomed in vain, while no mail reached the reader at all.
    pub welcomed_in_vain: Vec<String>,
}

/// By which mails a reader can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// The reader, by name.
    pub reader: String,
    /// Takes digests, which tell whatever is pending.
    pub digests: bool,
    /// Takes urgent mails, which tell what is urgent.
    pub urgent: bool,
}

/// Urgent mails on one story that a reader has had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrgentSealed {
    /// When the last was sealed.
    pub last: Option<Timestamp>,
    /// Their Message-IDs, oldest first: a follow-up answers them.
    pub message_ids: Vec<String>,
    /// The highest number that such a mail had, those included that were given up before anybody had
    /// them: no number is given twice.
    pub numbered: u32,
}

/// What a person wants done with a mail in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amend {
    /// Try it again now.
    Retry,
    /// Give it up: what it told comes back when no other address of its occasion can be reached. One that
    /// waits and may have arrived only comes to rest so, and counts as told; given up once more, it counts
    /// as not arrived.
    Drop,
}

/// What came of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amended {
    /// It was done; so the mail stood before.
    Done(MailState),
    /// It is tried no more and rests as one that may have arrived; so it stood before.
    Rests(MailState),
    /// It cannot be done to a mail that stands so.
    Not(MailState),
    /// There is no such mail.
    Unknown,
}

/// A mail as it lies in the outbox, whole.
#[derive(Clone, Debug)]
pub struct StoredMail {
    /// Its row.
    pub row: MailRow,
    /// With angle brackets.
    pub message_id: String,
    /// What goes out, or went.
    pub letter: Letter,
    /// The end of what it covers.
    pub covers_until: Timestamp,
}
