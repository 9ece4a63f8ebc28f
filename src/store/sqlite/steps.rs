//! The calls of the pipeline, each handed to the thread that does it.
//!
//! Only the way of a call stands here: which thread, how it is named in an error, whether it may
//! wait for company. What it does stands in the file of its step.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::canary::source as canary_source;
use crate::model::item::{Identity, KnownItem};
use crate::model::mail::{ClaimedMail, MailOutcome, StoryTold};
use crate::model::record::Restore;
use crate::model::{
    Action, AlertId, Canary, Coverage, MailId, PendingNotice, SealedMail, Source, SourceId,
    StoryId, Timestamp,
};
use crate::store::backfill::{
    Adopted, Asked, Assessing, BackfillPage, FinishedBackfill, MadeBefore, OwedLate,
};
use crate::store::review::Review;
use crate::store::{
    Adoption, Amend, Amended, Answer, Archive, Assessment, Claim, Elsewhere, FinishedPoll, Keep,
    MailRow, Pruned, Reachable, ReaderHistory, RejectedEdit, SourceTask, Start, Store, StoreError,
    StoryMember, Unassessed, UrgentSealed,
};

use super::{
    Sqlite, actions, assess, backfill, canary, claims, clock, config, coverage, deliver, known,
    mails, outbox, pauses, poll, prune, readers, record, restores, reviews, size, sources, starts,
    stops, strangers,
};

/// The lease for assessing, of which there is one.
const ASSESSMENT: &str = "assessment";

impl Store for Sqlite {
    fn adopt_sources(&self, list: Vec<Source>, now: Timestamp) -> Answer<'_, ()> {
        self.write("adopt the sources", move |connection| sources::adopt(connection, &list, now))
    }

    fn adopt_readers(&self, readers: Vec<String>, now: Timestamp) -> Answer<'_, ()> {
        self.write("adopt the readers", move |connection| readers::adopt(connection, &readers, now))
    }

    fn adopt_config(&self, files: BTreeMap<String, String>, now: Timestamp) -> Answer<'_, u64> {
        self.write("adopt the configuration", move |connection| {
            config::adopt(connection, &files, now)
        })
    }

    fn adopt(&self, adoption: Adoption, now: Timestamp) -> Answer<'_, u64> {
        self.write("put files in force", move |connection| {
            sources::adopt(connection, &adoption.sources, now)?;
            readers::adopt(connection, &adoption.readers, now)?;
            let version = config::adopt(connection, &adoption.files, now)?;
            config::note_left_out(connection, version, &adoption.left_out)?;
            Ok(version)
        })
    }

    fn reject_config(&self, rejected: RejectedEdit) -> Answer<'_, ()> {
        self.write("note a refused edit", move |connection| config::reject(connection, &rejected))
    }

    fn hold_polling(&self, why: Option<String>, now: Timestamp) -> Answer<'_, ()> {
        self.write("note a pause", move |connection| pauses::hold(connection, why.as_deref(), now))
    }

    fn note_start(&self, start: Start) -> Answer<'_, ()> {
        self.write("note a start", move |connection| {
            let before = starts::last(connection)?;
            starts::note(connection, &start)?;
            stops::note(connection, &start, before.as_ref())
        })
    }

    fn first_round_owed(&self, start: Timestamp) -> Answer<'_, bool> {
        self.read("look what is still to be read", move |connection| stops::owed(connection, start))
    }

    fn claim_due_sources(
        &self,
        now: Timestamp,
        lease: Timestamp,
        limit: usize,
        claim: Claim,
    ) -> Answer<'_, Vec<SourceTask>> {
        let claims = self.claims.clone();
        self.read("claim sources", move |connection| {
            claims::take(connection, &claims, now, lease, limit, claim)
        })
    }

    fn clock_went_back(&self, now: Timestamp) -> Answer<'_, ()> {
        self.write("set things right by a clock that went back", move |connection| {
            clock::went_back(connection, now)?;
            claims::bring_near(connection, now)
        })
    }

    fn clock_went_on(&self, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let what = "look for what a clock that went back set aside";
            if !self.read(what, move |connection| clock::is_to_go_on(connection, now)).await? {
                return Ok(());
            }
            let what = "set things right by a clock that went on";
            self.write(what, move |connection| clock::went_on(connection, now)).await
        })
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        let claims = self.claims.clone();
        self.read("find the next source", move |connection| claims::next_due(connection, &claims))
    }

    fn known_items(
        &self,
        source: SourceId,
        identities: Vec<Identity>,
    ) -> Answer<'_, Vec<KnownItem>> {
        self.read("look up items", move |connection| {
            known::known(connection, source.as_str(), &identities)
        })
    }

    fn known_elsewhere(
        &self,
        source: SourceId,
        identities: Vec<Identity>,
    ) -> Answer<'_, Elsewhere> {
        self.read("look up items of an address", move |connection| {
            known::elsewhere(connection, source.as_str(), &identities)
        })
    }

    fn finish_poll(&self, polled: FinishedPoll) -> Answer<'_, ()> {
        self.finish_polls(Arc::new(vec![polled]))
    }

    fn finish_polls(&self, polls: Arc<Vec<FinishedPoll>>) -> Answer<'_, ()> {
        let keys = self.claims.keys(&polls);
        let ended = Arc::clone(&polls);
        let written = self.write("write polls", move |connection| {
            poll::finish(connection, polls.iter().zip(keys.iter().copied()))
        });
        Box::pin(async move {
            written.await?;
            self.claims.release(ended.iter().map(|poll| &poll.source));
            Ok(())
        })
    }

    fn release_sources(&self, list: Vec<SourceId>) -> Answer<'_, ()> {
        self.claims.release(&list);
        Box::pin(std::future::ready(Ok(())))
    }

    fn claim_assessment(
        &self,
        holder: String,
        now: Timestamp,
        lease: Timestamp,
    ) -> Answer<'_, bool> {
        self.write("take the lease for assessing", move |connection| {
            claims::lease(connection, ASSESSMENT, &holder, now, lease)
        })
    }

    fn unassessed(&self, limit: usize) -> Answer<'_, Vec<Unassessed>> {
        self.read("read waiting items", move |connection| assess::waiting(connection, limit))
    }

    fn story_window(&self, since: Timestamp, limit: usize) -> Answer<'_, Vec<StoryMember>> {
        self.read("read recent stories", move |connection| {
            assess::story_window(connection, since, limit)
        })
    }

    fn finish_assessment(&self, assessment: Assessment) -> Answer<'_, ()> {
        self.write("write decisions", move |connection| assess::finish(connection, &assessment))
    }

    fn assessing(&self) -> Answer<'_, Option<Assessing>> {
        self.read("read what assessing works by", backfill::assessing)
    }

    fn adopt_for_assessment(&self, adopted: Adopted, now: Timestamp) -> Answer<'_, ()> {
        self.write("adopt a version for assessing", move |connection| {
            backfill::adopt(connection, &adopted, now)
        })
    }

    fn backfill_page(&self, limit: usize) -> Answer<'_, Option<BackfillPage>> {
        self.read("read stored items to match again", move |connection| {
            backfill::page(connection, limit)
        })
    }

    fn made_before(&self, items: Vec<Asked>) -> Answer<'_, Vec<MadeBefore>> {
        self.read("read what was made of items", move |connection| {
            backfill::made_before(connection, &items)
        })
    }

    fn owed_late(&self, after: i64, limit: usize) -> Answer<'_, Vec<OwedLate>> {
        self.read("read late alerts that are owed", move |connection| {
            backfill::owed(connection, after, limit)
        })
    }

    fn finish_backfill(&self, finished: FinishedBackfill) -> Answer<'_, ()> {
        self.write("write what was matched again", move |connection| {
            backfill::finish(connection, &finished)
        })
    }

    fn write_review(&self, review: Review) -> Answer<'_, ()> {
        self.write("write a review", move |connection| reviews::write(connection, &review))
    }

    fn accept_review(&self, version: u64, by: String, now: Timestamp) -> Answer<'_, bool> {
        self.write("accept a version", move |connection| {
            reviews::accept(connection, version, &by, now)
        })
    }

    fn accept_absences(&self, names: Vec<String>, by: String, now: Timestamp) -> Answer<'_, ()> {
        self.write("accept that files are absent", move |connection| {
            reviews::accept_absences(connection, &names, &by, now)
        })
    }

    fn pending_notices(&self, reader: String) -> Answer<'_, Vec<PendingNotice>> {
        self.read("read notices", move |connection| deliver::pending(connection, &reader))
    }

    fn told_urgently(
        &self,
        reader: String,
        from: Timestamp,
        until: Timestamp,
    ) -> Answer<'_, Vec<PendingNotice>> {
        self.read("read what was told urgently", move |connection| {
            deliver::told_urgently(connection, &reader, from, until)
        })
    }

    fn told_of_story(&self, reader: String, story: StoryId) -> Answer<'_, Option<StoryTold>> {
        self.read("read what was told of a story", move |connection| {
            deliver::told_of_story(connection, &reader, &story)
        })
    }

    fn told_to_addresses(
        &self,
        reader: String,
        addresses: Vec<String>,
        alerts: Vec<AlertId>,
    ) -> Answer<'_, Vec<AlertId>> {
        self.read("look who was told", move |connection| {
            readers::told_to_addresses(connection, &reader, &addresses, &alerts)
        })
    }

    fn urgent_sealed(&self, reader: String, story: StoryId) -> Answer<'_, UrgentSealed> {
        self.read("count urgent mails", move |connection| {
            deliver::urgent_sealed(connection, &reader, &story)
        })
    }

    fn reader_history(&self, reader: String, now: Timestamp) -> Answer<'_, ReaderHistory> {
        self.read("read a reader's history", move |connection| {
            readers::history(connection, &reader, now)
        })
    }

    fn coverage(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Coverage> {
        self.read("read the coverage", move |connection| coverage::between(connection, from, until))
    }

    fn give_up_strangers(&self, addresses: Vec<String>, now: Timestamp) -> Answer<'_, Vec<MailId>> {
        self.write("give up mails to addresses that are gone", move |connection| {
            strangers::give_up(connection, &addresses, now)
        })
    }

    fn hand_on_unreachable(&self, readers: Vec<Reachable>, now: Timestamp) -> Answer<'_, u64> {
        self.write("hand on notices", move |connection| deliver::hand_on(connection, &readers, now))
    }

    fn undelivered(&self, until: Timestamp) -> Answer<'_, Vec<MailRow>> {
        self.read("look for undelivered mails", move |connection| {
            mails::undelivered(connection, until)
        })
    }

    fn seal(&self, mail: SealedMail) -> Answer<'_, bool> {
        self.write("seal a mail", move |connection| deliver::seal(connection, &mail))
    }

    fn withdraw(&self, alerts: Vec<AlertId>, reason: String, now: Timestamp) -> Answer<'_, ()> {
        self.write("withdraw notices", move |connection| {
            deliver::withdraw(connection, &alerts, &reason, now)
        })
    }

    fn claim_mail(&self, now: Timestamp, lease: Timestamp) -> Answer<'_, Option<ClaimedMail>> {
        self.write("claim a mail", move |connection| outbox::claim(connection, now, lease))
    }

    fn mail_given(&self, mail: MailId) -> Answer<'_, ()> {
        self.write("note that a mail is being handed over", move |connection| {
            outbox::given(connection, &mail)
        })
    }

    fn bring_mails_near(&self, now: Timestamp) -> Answer<'_, ()> {
        self.write("make mails due", move |connection| outbox::bring_near(connection, now))
    }

    fn mail_outcome(&self, outcome: MailOutcome) -> Answer<'_, ()> {
        self.write("write what became of a mail", move |connection| {
            outbox::outcome(connection, &outcome)
        })
    }

    fn amend_mail(&self, mail: MailId, amend: Amend, now: Timestamp) -> Answer<'_, Amended> {
        self.write("amend a mail", move |connection| outbox::amend(connection, &mail, amend, now))
    }

    fn act(&self, action: Action) -> Answer<'_, bool> {
        self.write("write down what was done", move |connection| actions::add(connection, &action))
    }

    fn next_mail(&self) -> Answer<'_, Option<Timestamp>> {
        self.read("find the next mail", outbox::next)
    }

    fn release_leases(&self, now: Timestamp) -> Answer<'_, ()> {
        let claims = self.claims.clone();
        self.write("release old leases", move |connection| {
            record::began(connection, now)?;
            claims.release_all();
            claims::release_all(connection)?;
            clock::went_back(connection, now)?;
            claims::bring_near(connection, now)?;
            canary::park(connection)?;
            outbox::release(connection, now)
        })
    }

    fn note_restore(&self, restore: Restore) -> Answer<'_, ()> {
        self.write("note a restore", move |connection| restores::note(connection, &restore))
    }

    fn resume(&self, now: Timestamp) -> Answer<'_, bool> {
        self.write("resume after a restore", move |connection| restores::resume(connection, now))
    }

    fn held(&self) -> Answer<'_, Option<Restore>> {
        self.read("look whether mails are held", restores::held)
    }

    fn prune(&self, keep: Keep, now: Timestamp) -> Answer<'_, Pruned> {
        self.write("prune", move |connection| prune::step(connection, keep, now))
    }

    fn plant_canary(&self, day: String, url: String, now: Timestamp) -> Answer<'_, bool> {
        let claims = self.claims.clone();
        self.write("lay out a canary", move |connection| {
            let new = canary::plant(connection, &day, &url, now)?;
            // It may be asked at the new address at once.
            claims.release([&canary_source()]);
            Ok(new)
        })
    }

    fn settle_canary(&self, canary: Canary) -> Answer<'_, ()> {
        self.write("write what became of a canary", move |connection| {
            canary::settle(connection, &canary)
        })
    }

    fn keep_alone(&self) -> Result<(), StoreError> {
        self.lock.as_ref().map_or(Ok(()), |lock| lock.keep(&self.path))
    }

    fn note_size(&self, now: Timestamp) -> Answer<'_, ()> {
        self.write("note the size", move |connection| size::note(connection, now))
    }

    fn archive(&self) -> &dyn Archive {
        self
    }
}
