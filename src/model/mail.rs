//! Mails: the finished message in the outbox, one row per occasion and address.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AlertId, ItemId, ItemText, MailId, Severity, SourceId, StoryId, Timestamp};

/// What occasioned a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// A digest on its schedule.
    Digest,
    /// A digest that somebody asked for.
    OnDemand,
    /// One story, now.
    Urgent,
    /// For the operator.
    Operator,
    /// To a reader who has just been added.
    Welcome,
    /// The last days once more, for whoever asked.
    Recap,
    /// A stored digest once more.
    Repeat,
}

impl MailKind {
    /// The name in output and the store, and the first word of the key.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::OnDemand => "ondemand",
            Self::Urgent => "urgent",
            Self::Operator => "operator",
            Self::Welcome => "welcome",
            Self::Recap => "recap",
            Self::Repeat => "repeat",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Digest,
            Self::OnDemand,
            Self::Urgent,
            Self::Operator,
            Self::Welcome,
            Self::Recap,
            Self::Repeat,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
    }
}

/// The name of an occasion: together with the address it is unique, so nothing is sealed twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailKey(String);

impl MailKey {
    /// The id of the mail that one address gets of this occasion.
    #[must_use]
    pub fn mail(&self, address: &str) -> MailId {
        MailId::of(&[self.as_str(), address])
    }

    /// `digest:READER:SLOT`, the slot being the instant that the schedule named.
    #[must_use]
    pub fn digest(reader: &str, slot: Timestamp) -> Self {
        Self(format!("digest:{reader}:{slot}"))
    }

    /// `ondemand:READER:UTC`.
    #[must_use]
    pub fn on_demand(reader: &str, at: Timestamp) -> Self {
        Self(format!("ondemand:{reader}:{at}"))
    }

    /// `urgent:READER:STORY:N`, the n-th urgent mail to this reader on this story, from 1.
    #[must_use]
    pub fn urgent(reader: &str, story: &StoryId, n: u32) -> Self {
        Self(format!("urgent:{reader}:{story}:{n}"))
    }

    /// `operator:KIND:DATE`.
    #[must_use]
    pub fn operator(kind: &str, date: &str) -> Self {
        Self(format!("operator:{kind}:{date}"))
    }

    /// `welcome:READER:SINCE`: once for each time that a reader is added; once more where that reached nobody
    /// and the reader has another address, with the instant of that.
    #[must_use]
    pub fn welcome(reader: &str, since: Timestamp) -> Self {
        Self(format!("welcome:{reader}:{since}"))
    }

    /// `recap:READER:UTC`.
    #[must_use]
    pub fn recap(reader: &str, at: Timestamp) -> Self {
        Self(format!("recap:{reader}:{at}"))
    }

    /// `repeat:MAIL:UTC`, the mail that goes out once more.
    #[must_use]
    pub fn repeat(mail: &MailId, at: Timestamp) -> Self {
        Self(format!("repeat:{mail}:{at}"))
    }

    /// Takes back a key that this program wrote earlier.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Waiting for its first attempt.
    Pending,
    /// Claimed by a sender whose lease runs.
    Sending,
    /// The server took it.
    Sent,
    /// The server asked to try later, or could not be reached.
    Deferred,
    /// All was said and no answer came: it may have arrived.
    Uncertain,
    /// The server refused it for good.
    Refused,
    /// Given up after too long.
    Dead,
}

impl MailState {
    /// All states, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Sending,
        Self::Sent,
        Self::Deferred,
        Self::Uncertain,
        Self::Refused,
        Self::Dead,
    ];

    /// The name in output and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Uncertain => "uncertain",
            Self::Refused => "refused",
            Self::Dead => "dead",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A finished message for one address, as it goes to the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The one envelope recipient.
    pub address: String,
    /// The message as it goes over the wire (RFC 5322, CRLF).
    pub message: Vec<u8>,
}

/// An occasion, sealed: what one transaction writes to the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedMail {
    /// The occasion's name.
    pub key: MailKey,
    /// What occasioned it.
    pub kind: MailKind,
    /// The reader, by name; `None` for the operator.
    pub reader: Option<String>,
    /// The story of an urgent mail.
    pub story: Option<StoryId>,
    /// The same for every address of the occasion, with angle brackets.
    pub message_id: String,
    /// For listings.
    pub subject: String,
    /// One per address.
    pub letters: Vec<Letter>,
    /// The notices of this reader that it tells; they are marked in the same transaction.
    pub alerts: Vec<AlertId>,
    /// The end of what it covers: the next digest starts here.
    pub covers_until: Timestamp,
    /// When it was sealed.
    pub at: Timestamp,
}

/// A mail that a sender has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedMail {
    /// Its row.
    pub id: MailId,
    /// The occasion's name.
    pub key: MailKey,
    /// What occasioned it.
    pub kind: MailKind,
    /// What goes out.
    pub letter: Letter,
    /// Attempts made before this one.
    pub attempts: u32,
    /// Attempts whose outcome stayed unknown because the server fell silent.
    pub uncertain: u32,
    /// An earlier attempt may have been taken, whatever the others came to: silence of the server, or an end of
    /// the service while the server had the message.
    pub perhaps_taken: bool,
    /// When it was sealed, from which the give-up time counts.
    pub sealed_at: Timestamp,
}

/// What became of one attempt, as the outbox records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailOutcome {
    /// The row.
    pub id: MailId,
    /// Where it stands now.
    pub state: MailState,
    /// When to try again; only for deferred and uncertain ones that are to be retried.
    pub next_attempt: Option<Timestamp>,
    /// The server's reply, or what happened instead.
    pub reply: String,
    /// Whether this attempt counts (a configuration fault burns no mail).
    pub counts: bool,
    /// When.
    pub at: Timestamp,
}

/// A mail that its server refused, or of which an earlier attempt may have arrived all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// When.
    pub at: Timestamp,
    /// How large the message is.
    pub bytes: usize,
    /// `STAGE: reply`.
    pub reply: String,
}

/// What mails told a reader of a story: what a follow-up brings beside it is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryTold {
    /// The companies that they named, by id.
    pub companies: BTreeSet<String>,
    /// The topics, by id.
    pub topics: BTreeSet<String>,
    /// The gravest severity.
    pub severity: Severity,
}

/// An item that its publisher changed after a reader was told of it, without adding what alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The item.
    pub item: ItemId,
    /// Where it was seen.
    pub source: SourceId,
    /// The address of the article, as it is now.
    pub link: Option<String>,
    /// Its words as the reader was told them.
    pub old: ItemText,
    /// Its words now.
    pub new: ItemText,
    /// When the change was seen.
    pub at: Timestamp,
    /// Whether a mail has told the old words; else they are only about to be told.
    pub told: bool,
}
