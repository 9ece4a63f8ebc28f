//! What is remembered: two traits, and one backend so far.
//!
//! [`Store`] has one method for each step of the pipeline, and each is atomic: it happens whole or
//! not at all, and the answer comes after the commit. [`Archive`] only reads, in pages, and works
//! beside a running daemon. Claims carry leases instead of open transactions, so that several
//! daemons can share one database later.
//!
//! The invariant that everything rests on: a source's validators are stored in the same transaction
//! as the items that they vouch for.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use self::backfill::{Adopted, Asked, BackfillPage, FinishedBackfill, MadeBefore};
use self::review::Review;
use crate::model::item::{Identity, KnownItem};
use crate::model::mail::{ClaimedMail, Letter, MailOutcome};
use crate::model::record::Restore;
use crate::model::source::{Gap, SourceState};
use crate::model::{
    Action, Alert, AlertId, Canary, Coverage, Item, ItemId, Judgement, MailId, MailState, Notice,
    PendingNotice, SealedMail, Severity, Source, SourceId, StoryId, Timestamp,
};

mod archive;
pub mod backfill;
pub mod review;
pub mod sqlite;

pub use archive::{
    About, Account, Archive, CanaryProgress, DecidedRow, MailRow, SeenMark, SeenPage, Size,
    SourceRow, TellingRow,
};

/// What every storage method answers, sooner or later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What can go wrong, by what the caller should do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds it; try later.
    #[error("{what}: held by process {pid}")]
    Held {
        /// What was attempted, on which file.
        what: String,
        /// The holder, 0 when it did not say.
        pid: u32,
    },
    /// It may work later (disk full, locked, an I/O error).
    #[error("{what}: {why}")]
    Later {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
        /// Whether the disk is full.
        full: bool,
    },
    /// We may not.
    #[error("{what}: {why}")]
    Permission {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
    },
    /// It is not ours, is damaged, or was written by a newer version: a person must look.
    #[error("{what}: {why}")]
    Unusable {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
        /// What to do about it.
        hint: String,
    },
}

impl StoreError {
    /// What to do about it, for the line under the message.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Held { pid: 0, .. } => {
                Some("stop the other watchlistd first, or try again later".into())
            }
            Self::Held { pid, .. } => {
                Some(format!("stop process {pid} first, or try again when it is done"))
            }
            Self::Later { full: true, .. } => {
                Some("free some space; nothing was lost and work goes on by itself".into())
            }
            Self::Later { .. } => None,
            Self::Permission { .. } => {
                Some("run it as the user who owns the database and its folder".into())
            }
            Self::Unusable { hint, .. } => Some(hint.clone()),
        }
    }
}

/// Which sources a claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Those whose next poll has come.
    Due,
    /// All that are not waiting for a Retry-After.
    All,
}

/// A source claimed for one poll.
#[derive(Clone, Debug)]
pub struct SourceTask {
    /// What to poll.
    pub source: Source,
    /// What is remembered of it.
    pub state: SourceState,
}

/// What one poll brought, to be written in one transaction.
#[derive(Clone, Debug)]
pub struct FinishedPoll {
    /// The source.
    pub source: SourceId,
    /// Its address as it was written when it was claimed. Where it was edited meanwhile, the items
    /// are kept and everything that belongs to the old address is not.
    pub address: String,
    /// When the request was made.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// HTTP status, if one came.
    pub status: Option<u16>,
    /// Bytes of the body as received.
    pub bytes: u64,
    /// Entries in the document.
    pub entries: u32,
    /// Items not known before, in the order in which they are to be assessed.
    pub new: Vec<Item>,
    /// New revisions of known items.
    pub edited: Vec<Item>,
    /// Known items that the document still shows: their identities are kept.
    pub seen: Vec<ItemId>,
    /// A gap that this poll noticed.
    pub gap: Option<Gap>,
    /// Whether the server said that nothing has changed, and nothing has: what is remembered is as it
    /// was claimed, but for when it was polled last and read last.
    pub quiet: bool,
    /// What is remembered from now on, validators included.
    pub state: SourceState,
    /// When to poll next.
    pub next_poll: Timestamp,
}

/// An item waiting to be assessed, with what was made of its earlier revisions.
#[derive(Clone, Debug)]
pub struct Unassessed {
    /// The item, at its oldest revision that waits: an edit never hides what was seen before it.
    pub item: Item,
    /// What was made of the revisions before, taken together, if this is an edit: going back to an
    /// older text is no news.
    pub before: Option<Judgement>,
    /// The story that its earlier revision belongs to.
    pub story: Option<StoryId>,
}

/// An assessed item with hits, as grouping into stories needs it.
#[derive(Clone, Debug)]
pub struct StoryMember {
    /// The item.
    pub item: Item,
    /// Ids of its companies, sorted.
    pub companies: Vec<String>,
    /// Ids of its topics, sorted.
    pub topics: Vec<String>,
    /// Its story.
    pub story: StoryId,
    /// The item that it repeats.
    pub copy_of: Option<ItemId>,
    /// Its alert's severity, if it alerted.
    pub severity: Option<Severity>,
}

/// What was decided about one item.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The item.
    pub item: ItemId,
    /// Which revision.
    pub revision: u32,
    /// What the watchlist makes of it.
    pub judgement: Judgement,
    /// Its story, if it has hits.
    pub story: Option<StoryId>,
    /// The item that it repeats.
    pub copy_of: Option<ItemId>,
    /// The alert, if it is to be told.
    pub alert: Option<Alert>,
    /// Who is told.
    pub notices: Vec<Notice>,
    /// Why an alert is recorded but told to nobody ("baseline", "edit brings nothing new"), if so.
    pub untold: Option<String>,
}

/// A batch of decisions, to be written in one transaction.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The version of the watchlist that decided.
    pub watchlist: u64,
    /// When.
    pub at: Timestamp,
    /// One for each item, in stored order.
    pub decisions: Vec<Decision>,
}

/// What a reader has had so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderHistory {
    /// When the reader was first known.
    pub since: Timestamp,
    /// The end of what the last digest covered (any kind), if there was one.
    pub covered_until: Option<Timestamp>,
    /// When the last scheduled slot was sealed.
    pub last_slot: Option<Timestamp>,
    /// Urgent mails sealed within the last hour.
    pub urgent_last_hour: u32,
    /// Whether the reader was welcomed.
    pub welcomed: bool,
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
}

/// A set of configuration files that was accepted: one version covers all files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigVersion {
    /// Counting from 1.
    pub version: u64,
    /// File name relative to the folder → text.
    pub files: BTreeMap<String, String>,
    /// Since when it is in force.
    pub since: Timestamp,
}

/// An edit that was refused while an earlier version stays in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEdit {
    /// When it was seen.
    pub at: Timestamp,
    /// All its problems in words, one a line, with file, line, column.
    pub problems: String,
}

/// All that people's files put in force, at one stroke.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The sources in force.
    pub sources: Vec<Source>,
    /// The readers in force, by name.
    pub readers: Vec<String>,
    /// The files' texts, by name.
    pub files: BTreeMap<String, String>,
}

/// What a person wants done with a mail in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amend {
    /// Try it again now.
    Retry,
    /// Give it up: what it told comes back when no other address of its occasion can be reached.
    Drop,
}

/// What came of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amended {
    /// It was done; so the mail stood before.
    Done(MailState),
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

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Text of items that neither alerted nor were held back, from first sight.
    pub items: Duration,
    /// The account of each poll.
    pub polls: Duration,
}

/// What one step of forgetting took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Accounts of polls.
    pub polls: u64,
    /// Items past keeping that were looked at: those without hits lost their text and stay known.
    pub texts: u64,
    /// Items that are no longer known at all.
    pub identities: u64,
}

impl Pruned {
    /// Whether nothing went, because nothing is past its time.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// The part that remembers. One method for each step, each atomic.
pub trait Store: Send + Sync {
    /// Makes the sources in force those listed: new ones are due at once, edited ones keep their
    /// history, missing ones are retired and come back without a new baseline.
    fn adopt_sources(&self, sources: Vec<Source>, now: Timestamp) -> Answer<'_, ()>;

    /// Makes the readers in force those listed: new ones are known from now on, known ones keep their
    /// history, and one who comes back after having been taken out starts anew.
    fn adopt_readers(&self, readers: Vec<String>, now: Timestamp) -> Answer<'_, ()>;

    /// Puts files in force and answers their version: the one in force if nothing changed. Clears
    /// a rejected edit.
    fn adopt_config(&self, files: BTreeMap<String, String>, now: Timestamp) -> Answer<'_, u64>;

    /// Sources, readers and files in one: all of them or none. Answers as [`Store::adopt_config`].
    fn adopt(&self, adoption: Adoption, now: Timestamp) -> Answer<'_, u64>;

    /// Notes that an edit was refused.
    fn reject_config(&self, rejected: RejectedEdit) -> Answer<'_, ()>;

    /// Notes that nothing is polled from now on and why, unless that is noted; with `None`, that polling
    /// goes on.
    fn hold_polling(&self, why: Option<String>, now: Timestamp) -> Answer<'_, ()>;

    /// Claims up to `limit` sources until `lease`. Those with a running lease are left alone; a
    /// stored instant further ahead than its kind allows (a poll: two days) counts as due.
    fn claim_due_sources(
        &self,
        now: Timestamp,
        lease: Timestamp,
        limit: usize,
        claim: Claim,
    ) -> Answer<'_, Vec<SourceTask>>;

    /// The clock went back to `now`: what was polled after that is polled again within its interval,
    /// not when the clock comes by once more.
    fn bring_polls_near(&self, now: Timestamp) -> Answer<'_, ()>;

    /// The instant at which the next source is due, if any is waiting.
    fn next_due(&self) -> Answer<'_, Option<Timestamp>>;

    /// The known items of a source that share a key with any of these identities.
    fn known_items(
        &self,
        source: SourceId,
        identities: Vec<Identity>,
    ) -> Answer<'_, Vec<KnownItem>>;

    /// Writes what a poll brought and gives the claim back.
    fn finish_poll(&self, poll: FinishedPoll) -> Answer<'_, ()>;

    /// Gives claims back without a poll: the service is stopping.
    fn release_sources(&self, sources: Vec<SourceId>) -> Answer<'_, ()>;

    /// Takes the lease for assessing, or answers false while another holder's lease runs.
    fn claim_assessment(
        &self,
        holder: String,
        now: Timestamp,
        lease: Timestamp,
    ) -> Answer<'_, bool>;

    /// Items waiting to be assessed, in stored order, one revision of each.
    fn unassessed(&self, limit: usize) -> Answer<'_, Vec<Unassessed>>;

    /// Items of stories first seen and published since `since`, in stored order: at most the newest
    /// `limit`, and of one matter only its newest.
    fn story_window(&self, since: Timestamp, limit: usize) -> Answer<'_, Vec<StoryMember>>;

    /// Writes what was decided, alerts and notices included. A decision is taken exactly when its
    /// revision waits; an item that got a newer revision meanwhile waits on for that one.
    fn finish_assessment(&self, assessment: Assessment) -> Answer<'_, ()>;

    /// The version of the files by which assessing works, once there was one.
    fn assessing_version(&self) -> Answer<'_, Option<u64>>;

    /// Makes assessing work by a version from now on, and what it is to match again due. Done again
    /// it changes nothing.
    fn adopt_for_assessment(&self, adopted: Adopted, now: Timestamp) -> Answer<'_, ()>;

    /// The stored items that are to be matched again next, if any are.
    fn backfill_page(&self, limit: usize) -> Answer<'_, Option<BackfillPage>>;

    /// What was made of these items so far, in their order.
    fn made_before(&self, items: Vec<Asked>) -> Answer<'_, Vec<MadeBefore>>;

    /// Writes what a page of back-fill brought and moves on to the next, at one stroke and once: the
    /// same page finished again changes nothing. A decision on an item that was edited meanwhile is
    /// left out.
    fn finish_backfill(&self, finished: FinishedBackfill) -> Answer<'_, ()>;

    /// Writes what a version was held against and what came of it. Once for each version: a second
    /// review changes nothing.
    fn write_review(&self, review: Review) -> Answer<'_, ()>;

    /// Notes that somebody says that a version is meant. Answers whether that was still open.
    fn accept_review(&self, version: u64, by: String, now: Timestamp) -> Answer<'_, bool>;

    /// Notes that somebody says that these files of the watchlist are meant to be absent.
    fn accept_absences(&self, names: Vec<String>, by: String, now: Timestamp) -> Answer<'_, ()>;

    /// Notices of a reader that no mail has told yet, oldest alert first.
    fn pending_notices(&self, reader: String) -> Answer<'_, Vec<PendingNotice>>;

    /// Notices of a reader that an urgent mail sealed after `from` and until `until` has told: the
    /// next digest lists them again, marked so.
    fn told_urgently(
        &self,
        reader: String,
        from: Timestamp,
        until: Timestamp,
    ) -> Answer<'_, Vec<PendingNotice>>;

    /// Those of these alerts that urgent mails to other readers have told to every one of these
    /// addresses: one person is not rung up twice for the same alert.
    fn told_to_addresses(
        &self,
        reader: String,
        addresses: Vec<String>,
        alerts: Vec<AlertId>,
    ) -> Answer<'_, Vec<AlertId>>;

    /// Urgent mails already sealed for a reader that told a story, folded ones included.
    fn urgent_sealed(&self, reader: String, story: StoryId) -> Answer<'_, UrgentSealed>;

    /// What a reader has had so far.
    fn reader_history(&self, reader: String, now: Timestamp) -> Answer<'_, ReaderHistory>;

    /// Coverage between two instants.
    fn coverage(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Coverage>;

    /// Gives to the operator the pending notices that no mail to their reader would tell: of readers
    /// not listed, and of those who take no such mails any more. Answers how many there were.
    fn hand_on_unreachable(&self, readers: Vec<Reachable>, now: Timestamp) -> Answer<'_, u64>;

    /// Mails that came to rest as refused, dead or uncertain up to `until`, since the end of what
    /// the operator's last mail about such covered: the oldest thousand.
    fn undelivered(&self, until: Timestamp) -> Answer<'_, Vec<MailRow>>;

    /// Writes a finished occasion: one row for each address, its notices marked, all at once.
    /// Answers false, and writes nothing, when the occasion was sealed before. An urgent mail makes
    /// no row for an address that had all its alerts by urgent mails before.
    fn seal(&self, mail: SealedMail) -> Answer<'_, bool>;

    /// Marks notices as not to be told, with the reason.
    fn withdraw(
        &self,
        reader: String,
        alerts: Vec<AlertId>,
        reason: String,
        now: Timestamp,
    ) -> Answer<'_, ()>;

    /// Claims the mail whose attempt is due longest, until `lease`.
    fn claim_mail(&self, now: Timestamp, lease: Timestamp) -> Answer<'_, Option<ClaimedMail>>;

    /// Writes what became of an attempt. When every address of an occasion ended refused or dead,
    /// its notices come back as *undelivered earlier*.
    fn mail_outcome(&self, outcome: MailOutcome) -> Answer<'_, ()>;

    /// Does to a mail what a person wants. One that is being sent, or was sent, stays as it is.
    fn amend_mail(&self, mail: MailId, amend: Amend, now: Timestamp) -> Answer<'_, Amended>;

    /// Writes down what a person did by a command. Answers false, and writes nothing, when the alert
    /// that it is about is not known.
    fn act(&self, action: Action) -> Answer<'_, bool>;

    /// The earliest instant at which a mail wants another attempt.
    fn next_mail(&self) -> Answer<'_, Option<Timestamp>>;

    /// Gives back every lease: whoever holds the lock is alone. A mail whose sender was cut off by
    /// its own end is due again at once, however often that happened before.
    fn release_leases(&self, now: Timestamp) -> Answer<'_, ()>;

    /// Notes in the record that this database was restored from a backup. From then on no mail is
    /// claimed until [`Store::resume`]: what was sent after the backup was made is not known here.
    fn note_restore(&self, restore: Restore) -> Answer<'_, ()>;

    /// Lets mails go again after a restore; answers whether they were held.
    fn resume(&self, now: Timestamp) -> Answer<'_, bool>;

    /// The restore that waits to be resumed, if one does.
    fn held(&self) -> Answer<'_, Option<Restore>>;

    /// Takes one small step of forgetting what is past its time; call again until nothing goes.
    /// The text of items that alerted or were held back, and what readers are still to be told,
    /// never goes. What goes cannot be brought back, so `now` must be beyond doubt: call it only
    /// while the wall clock has kept pace with the monotonic one.
    fn prune(&self, keep: Keep, now: Timestamp) -> Answer<'_, Pruned>;

    /// Lays out a day's canary: from now on the synthetic source is due at this address. Answers
    /// whether the day had none before; one that had is only served from the new address.
    fn plant_canary(&self, day: String, url: String, now: Timestamp) -> Answer<'_, bool>;

    /// Writes what became of a canary. One that arrived is polled no more.
    fn settle_canary(&self, canary: Canary) -> Answer<'_, ()>;

    /// Notes how large the database is, once a day.
    fn note_size(&self, now: Timestamp) -> Answer<'_, ()>;

    /// The reading side of the same database.
    fn archive(&self) -> &dyn Archive;
}
