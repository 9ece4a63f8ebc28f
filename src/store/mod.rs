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
use std::sync::Arc;

use self::backfill::{
    Adopted, Asked, Assessing, BackfillPage, FinishedBackfill, MadeBefore, OwedLate,
};
use self::review::Review;
use crate::model::item::{Identity, KnownItem};
use crate::model::mail::{ClaimedMail, MailOutcome, StoryTold};
use crate::model::record::Restore;
use crate::model::{
    Action, AlertId, Canary, Coverage, MailId, PendingNotice, SealedMail, Source, SourceId,
    StoryId, Timestamp,
};

mod adopting;
mod archive;
mod assessing;
pub mod backfill;
mod delivering;
mod error;
mod keeping;
mod polling;
pub mod review;
pub mod sqlite;
mod starting;

pub use adopting::{Adoption, ConfigVersion, FileChange, RejectedEdit};
pub use archive::{
    About, Account, Archive, CanaryProgress, DecidedRow, MailRow, SeenMark, SeenPage, Size,
    SourceRow, TellingRow,
};
pub use assessing::{Assessment, Decision, StoryMember, Unassessed};
pub use delivering::{Amend, Amended, Reachable, ReaderHistory, StoredMail, UrgentSealed};
pub use error::StoreError;
pub use keeping::{Keep, Pruned};
pub use polling::{Claim, Elsewhere, FinishedPoll, SourceTask};
pub use starting::{Start, Starter};

/// What every storage method answers, sooner or later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The part that remembers. One method for each step, each atomic.
pub trait Store: Send + Sync {
    /// Makes the sources in force those listed: new ones are due at once, edited ones keep their
    /// history, missing ones are retired. Another address, and a return, are noted until the next
    /// document: it is read as a first one is.
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

    /// The service or a round starts: notes which, and since when nothing was polled, if that is longer than
    /// some source's interval. To be called before anything is polled.
    fn note_start(&self, start: Start) -> Answer<'_, ()>;

    /// Whether a source that was due at `start` has not been tried since, or an item waits to be judged.
    fn first_round_owed(&self, start: Timestamp) -> Answer<'_, bool>;

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
    /// not when the clock comes by once more. Who is known since a later time, or in trouble, is so since
    /// now, and the digests of days that come again are due again, where more than a day does.
    fn clock_went_back(&self, now: Timestamp) -> Answer<'_, ()>;

    /// The clock shows `now`: where it leapt back over what [`Store::clock_went_back`] had set aside, that counts as
    /// before. To be called before digests are looked for; writes nothing unless something is set aside.
    fn clock_went_on(&self, now: Timestamp) -> Answer<'_, ()>;

    /// The instant at which the next source is due, if any is waiting.
    fn next_due(&self) -> Answer<'_, Option<Timestamp>>;

    /// The known items of a source that share a key with any of these identities.
    fn known_items(
        &self,
        source: SourceId,
        identities: Vec<Identity>,
    ) -> Answer<'_, Vec<KnownItem>>;

    /// The same of what was read at this source's address under ids that are gone.
    fn known_elsewhere(&self, source: SourceId, identities: Vec<Identity>)
    -> Answer<'_, Elsewhere>;

    /// Writes what a poll brought and gives the claim back.
    fn finish_poll(&self, poll: FinishedPoll) -> Answer<'_, ()>;

    /// The same for several at one stroke: all of them are written, or none is.
    fn finish_polls(&self, polls: Arc<Vec<FinishedPoll>>) -> Answer<'_, ()>;

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

    /// What assessing works by, once it was told.
    fn assessing(&self) -> Answer<'_, Option<Assessing>>;

    /// Makes assessing work by a version from now on, and what it is to match again due. Done again
    /// it changes nothing.
    fn adopt_for_assessment(&self, adopted: Adopted, now: Timestamp) -> Answer<'_, ()>;

    /// The stored items that are to be matched again next, if any are.
    fn backfill_page(&self, limit: usize) -> Answer<'_, Option<BackfillPage>>;

    /// What was made of these items so far, in their order.
    fn made_before(&self, items: Vec<Asked>) -> Answer<'_, Vec<MadeBefore>>;

    /// Late alerts behind this row that some reader has not been told of by any mail, in stored order.
    fn owed_late(&self, after: i64, limit: usize) -> Answer<'_, Vec<OwedLate>>;

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

    /// Notices of a reader that an urgent mail sealed after `from` and until `until` has told, and no digest
    /// since: the next one lists them again, marked so.
    fn told_urgently(
        &self,
        reader: String,
        from: Timestamp,
        until: Timestamp,
    ) -> Answer<'_, Vec<PendingNotice>>;

    /// What sealed mails of all kinds told a reader of a story; `None` where none did.
    fn told_of_story(&self, reader: String, story: StoryId) -> Answer<'_, Option<StoryTold>>;

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

    /// Gives up the mails that wait for an address which is none of these, and answers which they were.
    /// What they told is pending again, as urgent as it was, unless another address of the same
    /// occasion has it or may have it. Mails that may have arrived, are being sent or were asked for
    /// by hand stay as they are.
    fn give_up_strangers(&self, addresses: Vec<String>, now: Timestamp) -> Answer<'_, Vec<MailId>>;

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

    /// Marks the pending notices of alerts as not to be told, with the reason. An alert of which nobody was told
    /// by then counts no longer as something that was made of its item.
    fn withdraw(&self, alerts: Vec<AlertId>, reason: String, now: Timestamp) -> Answer<'_, ()>;

    /// Claims the mail whose attempt is due longest, until `lease`.
    fn claim_mail(&self, now: Timestamp, lease: Timestamp) -> Answer<'_, Option<ClaimedMail>>;

    /// Notes that the server is about to be given a claimed mail's message: from then on it may have it.
    /// To be called, and waited for, before the first byte of the message goes out.
    fn mail_given(&self, mail: MailId) -> Answer<'_, ()>;

    /// Makes mails due that were put off: the trouble that they wait for is said to be mended.
    fn bring_mails_near(&self, now: Timestamp) -> Answer<'_, ()>;

    /// Writes what became of an attempt. When every address of an occasion ended refused or dead,
    /// its notices come back as *undelivered earlier*. A mail of which an earlier attempt may have been
    /// taken ends as uncertain instead: the reader may have had it already.
    fn mail_outcome(&self, outcome: MailOutcome) -> Answer<'_, ()>;

    /// Does to a mail what a person wants. One that is being sent, or was sent, stays as it is.
    fn amend_mail(&self, mail: MailId, amend: Amend, now: Timestamp) -> Answer<'_, Amended>;

    /// Writes down what a person did by a command. Answers false, and writes nothing, when the alert
    /// that it is about is not known.
    fn act(&self, action: Action) -> Answer<'_, bool>;

    /// The earliest instant at which a mail wants another attempt.
    fn next_mail(&self) -> Answer<'_, Option<Timestamp>>;

    /// Gives back every lease: whoever holds the lock is alone. A mail whose sender was cut off by
    /// its own end is due again at once, however often that happened before; given to the server, it may
    /// have arrived, which stays known.
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

    /// Makes sure that nobody else can work on the store while this one has it, though what shows that was deleted.
    ///
    /// # Errors
    /// [`StoreError::Held`] when somebody else works on it by now.
    fn keep_alone(&self) -> Result<(), StoreError>;

    /// Notes how large the database is, once a day.
    fn note_size(&self, now: Timestamp) -> Answer<'_, ()>;

    /// The reading side of the same database.
    fn archive(&self) -> &dyn Archive;
}
