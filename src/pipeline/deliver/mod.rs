//! Deliver: pending notices → digest or urgent mail → outbox → transport.
//!
//! Sealing and sending are two acts. **Seal** writes the finished message and marks its notices in
//! one transaction; the occasion's key makes a second seal of the same thing impossible. **Send**
//! claims one finished message at a time under a lease, hands it over, and records what the outbox
//! rules make of the answer. Between the two a crash loses nothing; during the second it can only
//! send the same Message-ID again.
//!
//! While the transport is down nothing new is sealed: what would have been several mails becomes
//! one, headed with the delay.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Ground, Letterhead};
use crate::model::mail::Letter;
use crate::model::{MailKey, PendingNotice, Timestamp, Tz};
use crate::notify::Content;
use crate::notify::message::{self, Envelope, MessageError};
use crate::notify::operator as operator_mail;
use crate::notify::smtp::{Attempt, Outcome, Stage, Transport};
use crate::store::StoreError;

mod asked;
mod canary;
mod catching_up;
mod gather;
mod in_part;
mod operator;
mod review;
mod rings;
mod seal;
mod send;
mod untaken;
mod waiting;
mod welcome;

use catching_up::Rounds;

pub use review::{Reviewed, SETTLED};
pub use seal::{OnDemand, Sealed};
pub use send::{Handed, Sending, Sent};
pub use waiting::{Waiting, waiting};

/// Why a mail could not be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address or sender makes no message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// Writing the words ended in a bug of ours.
    #[error("writing it ended in a bug; please report it with the lines above")]
    Bug,
}

/// A digest that was composed, sealed or not.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The reader, by name; empty for the operator.
    pub reader: String,
    /// What it says.
    pub content: Content,
    notices: Vec<PendingNotice>,
    empty: bool,
}

impl Composed {
    /// Words for the operator that settle no alert.
    fn notice(content: Content) -> Self {
        Self { reader: String::new(), content, notices: Vec::new(), empty: false }
    }
}

/// The disk of the state has less room than it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tight {
    /// The folder of the database.
    pub folder: String,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that should be.
    pub floor: u64,
}

/// What sealing and sending tell each other, and what the service tells them of the machine; gone with
/// the process, and then found out again.
#[derive(Debug, Default)]
struct Memory {
    /// Since when mail cannot go out.
    down_since: Option<Timestamp>,
    /// What was heard last while it could not.
    down_reply: String,
    /// It cannot because the server is there and refuses all: only what it takes ends that.
    refusing: bool,
    /// It refuses by recipient: then new mails are sealed all the same, since those that wait may be for the
    /// very addresses that it will not have, and would never show that it takes others.
    by_recipient: bool,
    /// Mails that were put off for a fault that ended are still to be made due.
    bring_near: bool,
    /// The disk, while it is nearly full.
    tight: Option<Tight>,
    /// Outages of our own network that are over and not told yet.
    network_outages: Vec<(Timestamp, Timestamp)>,
    /// When it was last looked whether something must be told to the operator at once.
    looked: Option<Timestamp>,
    /// When the operator was last told of mails that came to rest undelivered.
    told_stuck: Option<Timestamp>,
    /// Since when it could not, when it last came back: the next mails say so.
    over_since: Option<Timestamp>,
    /// The day for which the operator's daily round was made.
    operator_day: Option<String>,
    /// When it was last looked what is due, and since when the first round is waited for.
    rounds: Rounds,
}

/// The step. Clones share the transport and what is known of its outages.
#[derive(Clone)]
pub struct Deliverer {
    ground: Ground,
    transport: Transport,
    memory: Arc<Mutex<Memory>>,
}

impl Deliverer {
    /// A step that hands mails to `transport`.
    #[must_use]
    pub fn new(ground: Ground, transport: Transport) -> Self {
        Self { ground, transport, memory: Arc::default() }
    }

    fn note(&self, attempt: &Attempt, now: Timestamp) {
        let mut memory = self.memory();
        if attempt.transport_is_down() {
            memory.down_since.get_or_insert(now);
            memory.down_reply = attempt.to_string();
            memory.refusing = attempt.refuses_all();
            memory.by_recipient =
                matches!(attempt.outcome, Outcome::ConfigFault(fault) if fault.is_by_recipient());
        } else if memory.refusing
            && attempt.outcome != Outcome::Accepted
            && (memory.by_recipient || attempt.stage <= Stage::Mail)
        {
            // Said of one mail, it does not show that any other would be taken. Past MAIL FROM it does where the
            // sender was refused, however a mailbox answers.
        } else if let Some(since) = memory.down_since.take() {
            memory.over_since = Some(since);
            (memory.refusing, memory.by_recipient) = (false, false);
        }
    }

    /// Since when no mail gets out, if none does, and what was heard last.
    #[must_use]
    pub fn mail_down(&self) -> Option<(Timestamp, String)> {
        let memory = self.memory();
        memory.down_since.map(|since| (since, memory.down_reply.clone()))
    }

    /// Hears how much room the disk has: `None` when it is enough.
    pub fn hear_of_disk(&self, tight: Option<Tight>) {
        let mut memory = self.memory();
        if tight.is_some() && memory.tight.is_none() {
            // It cannot wait until it is looked again.
            memory.looked = None;
        }
        memory.tight = tight;
    }

    /// Hears that our own network was out and is back: the operator is told once.
    pub fn hear_of_network(&self, from: Timestamp, until: Timestamp) {
        self.memory().network_outages.push((from, until));
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // Each field is written whole: a panic elsewhere leaves nothing half-written.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes words. A bug in writing them costs this mail one round, not the service.
fn written<T>(write: impl FnOnce() -> T) -> Result<T, DeliverError> {
    catch_unwind(AssertUnwindSafe(write)).map_err(|_| DeliverError::Bug)
}

/// A mail that cannot be made is one reader's trouble; a store that fails is everybody's. Answers
/// whether there was such a mail.
fn skip_unmakeable(who: &str, done: Result<(), DeliverError>) -> Result<bool, StoreError> {
    match done {
        Ok(()) => Ok(false),
        Err(DeliverError::Store(error)) => Err(error),
        Err(error @ (DeliverError::Message(_) | DeliverError::Bug)) => {
            tracing::error!(reader = who, "no mail could be made for {who}: {error}");
            Ok(true)
        }
    }
}

/// A finished test mail for one address.
///
/// # Errors
///
/// When sender or address make no message.
pub fn test_letter(
    letterhead: &Letterhead,
    address: &str,
    transport: &str,
    zone: Tz,
    now: Timestamp,
) -> Result<Letter, MessageError> {
    let content = operator_mail::test_mail(transport, now, zone);
    let key = MailKey::operator("test", &now.to_string());
    let message_id = message::message_id(&key, &letterhead.from, now);
    let envelope = Envelope {
        from: &letterhead.from,
        to: address,
        reply_to: Some(&letterhead.reply_to),
        message_id: &message_id,
        in_reply_to: None,
        references: &[],
        list_id: None,
        at: now,
    };
    let message = message::message(&content, &envelope)?;
    Ok(Letter { address: address.to_owned(), message })
}
