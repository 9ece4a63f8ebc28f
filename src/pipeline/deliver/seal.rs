//! Sealing: what is pending becomes finished messages, each occasion once.
//!
//! A reader whose mail cannot be made, or whose rows cannot be read, delays nobody else. When mails go
//! out is not decided here, and neither is what they say.

use super::send::BREATHER;
use super::{Composed, DeliverError, Deliverer, skip_unmakeable};
use crate::model::mail::Letter;
use crate::model::reader::WhenEmpty;
use crate::model::{MailId, MailKey, MailKind, SealedMail, StoryId, Timestamp, counted};
use crate::notify::digest::DigestKind;
use crate::notify::message::{self, Envelope};
use crate::notify::reader::Reader;
use crate::pipeline::InForce;
use crate::store::{Reachable, StoreError};

/// What a round of sealing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Occasions sealed.
    pub mails: u64,
    /// When to look again, if something waits for an instant.
    pub wake: Option<Timestamp>,
}

/// What sealing on demand came to.
#[derive(Clone, Debug, Default)]
pub struct OnDemand {
    /// The readers' digests.
    pub digests: Vec<Composed>,
    /// Mails that could not be made.
    pub unmade: u64,
}

impl Sealed {
    pub(super) fn wake_at(&mut self, at: Option<Timestamp>) {
        self.wake = match (self.wake, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

impl Deliverer {
    /// Seals what is due now: urgent mails, digests whose slot has come, and the operator's.
    ///
    /// # Errors
    ///
    /// When the store fails; what was sealed stays. A reader whose mail cannot be made is told in
    /// the log and does not delay the others.
    pub async fn seal_due(&self, in_force: &InForce) -> Result<Sealed, StoreError> {
        let mut sealed = Sealed::default();
        let now = self.ground.clock.now();
        self.ground.store.clock_went_on(now).await?;
        self.look_whether_caught_up(now, &mut sealed).await?;
        // After a restore a person decides first; what is told then is told as one.
        if self.ground.store.held().await?.is_some() {
            return Ok(Sealed { mails: 0, wake: Some(now.plus(BREATHER)) });
        }
        self.give_up_strangers(in_force, now).await?;
        // An outage ends when a mail gets through; without any left to try, the next one must tell.
        let down = {
            let memory = self.memory();
            memory.down_since.is_some() && !memory.by_recipient
        };
        if down && self.ground.store.next_mail().await?.is_some() {
            return Ok(Sealed { mails: 0, wake: Some(now.plus(BREATHER)) });
        }
        self.hand_on(in_force, now).await?;
        let mut failed = None;
        for reader in &in_force.readers {
            let done = async {
                if !self.catches_up() {
                    self.seal_digest_due(in_force, reader, now, &mut sealed).await?;
                }
                self.seal_welcome_due(in_force, reader, now, &mut sealed).await?;
                self.seal_urgent_due(in_force, reader, now, &mut sealed).await
            };
            failed = skip_unmakeable(&reader.name, done.await).err().or(failed);
        }
        let done = self.seal_operator_due(in_force, now, &mut sealed).await;
        failed = skip_unmakeable("the operator", done).err().or(failed);
        let done = self.seal_canary(in_force, now, &mut sealed).await;
        failed = skip_unmakeable("the canary", done).err().or(failed);
        match failed {
            Some(error) => Err(error),
            None => {
                self.memory().over_since = None;
                Ok(sealed)
            }
        }
    }

    /// Gives up what waits for addresses that an edit corrected or took out: they would be tried for days,
    /// while the address that was meant hears nothing. Looked for in each round, because a mail that was
    /// being sent as the edit came waits only afterwards.
    async fn give_up_strangers(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let readers = in_force.everybody().flat_map(|reader| &reader.to);
        let addresses = readers.chain(&in_force.editors).cloned().collect();
        let given_up = self.ground.store.give_up_strangers(addresses, now).await?;
        if !given_up.is_empty() {
            let ids: Vec<&str> = given_up.iter().map(MailId::as_str).collect();
            tracing::warn!(
                mails = given_up.len(),
                "gave up {} to addresses that nobody in the files has any more: {}; what nobody else was \
                 told is told anew",
                counted(given_up.len() as u64, "mail"),
                ids.join(", ")
            );
        }
        Ok(())
    }

    /// Gives to the operator what waits for a reader whom no mail of ours reaches any more.
    async fn hand_on(&self, in_force: &InForce, now: Timestamp) -> Result<(), StoreError> {
        let reachable = in_force.readers.iter().map(|reader| Reachable {
            reader: reader.name.clone(),
            digests: !reader.schedule.is_never(),
            urgent: reader.urgent_per_hour > 0,
        });
        let handed = self.ground.store.hand_on_unreachable(reachable.collect(), now).await?;
        if handed > 0 {
            tracing::warn!(
                notices = handed,
                "{} waited for readers who take no such mails any more; the operator \
                 is told",
                counted(handed, "alert")
            );
        }
        Ok(())
    }

    /// Composes a digest of now for every reader who takes digests, and for the operator when some
    /// alert reaches nobody else.
    ///
    /// # Errors
    ///
    /// When the store fails or a digest cannot be written.
    pub async fn compose_dry_run(&self, in_force: &InForce) -> Result<Vec<Composed>, DeliverError> {
        let now = self.ground.clock.now();
        self.give_up_strangers(in_force, now).await?;
        self.hand_on(in_force, now).await?;
        let mut all = Vec::new();
        for reader in in_force.readers.iter().filter(|reader| !reader.schedule.is_never()) {
            all.push(self.compose(in_force, reader, now, DigestKind::DryRun).await?);
        }
        if let Some(unrouted) = self.compose_unrouted(in_force, now).await? {
            all.push(unrouted);
        }
        Ok(all)
    }

    /// Seals a digest of now for every reader who takes digests, what is urgent for those who take
    /// none, and for the operator what reaches nobody else. A mail that cannot be made is told in the
    /// log and delays none of the others.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn seal_on_demand(&self, in_force: &InForce) -> Result<OnDemand, StoreError> {
        let now = self.ground.clock.now();
        self.give_up_strangers(in_force, now).await?;
        self.hand_on(in_force, now).await?;
        let mut sealed = Sealed::default();
        let mut all = OnDemand::default();
        for reader in &in_force.readers {
            let done = match reader.schedule.is_never() {
                true => self.seal_urgent_due(in_force, reader, now, &mut sealed).await,
                false => self
                    .seal_digest_now(in_force, reader, now)
                    .await
                    .map(|digest| all.digests.push(digest)),
            };
            all.unmade += u64::from(skip_unmakeable(&reader.name, done)?);
        }
        let done = self.seal_in_part(in_force, now, &mut sealed).await;
        all.unmade += u64::from(skip_unmakeable("the operator", done)?);
        let done = self.seal_unrouted_now(in_force, now).await;
        all.unmade += u64::from(skip_unmakeable("the operator", done)?);
        Ok(all)
    }

    async fn seal_digest_now(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Composed, DeliverError> {
        let mut composed = self.compose(in_force, reader, now, DigestKind::OnDemand).await?;
        let key = MailKey::on_demand(&reader.name, now);
        let id = reader.to.first().map(|address| key.mail(address));
        let occasion = Occasion::digest(key, MailKind::OnDemand, now);
        self.seal(in_force, reader, occasion, &composed).await?;
        // Who is shown it sees the mail as the first address has it.
        if let Some(id) = id {
            composed.content = composed.content.with_id(&id);
        }
        Ok(composed)
    }

    async fn seal_unrouted_now(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<(), DeliverError> {
        if let Some(composed) = self.compose_unrouted(in_force, now).await? {
            let key = MailKey::operator("unrouted", &now.to_string());
            let occasion = Occasion::digest(key, MailKind::Operator, now);
            self.seal(in_force, &in_force.operator, occasion, &composed).await?;
        }
        Ok(())
    }

    async fn seal_digest_due(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let history = self.ground.store.reader_history(reader.name.clone(), now).await?;
        let after = history.last_slot.unwrap_or(history.since);
        if let Some(slot) = reader.slot_due(after, now) {
            let composed = self.compose(in_force, reader, now, DigestKind::Scheduled).await?;
            let key = MailKey::digest(&reader.name, slot);
            let occasion = Occasion::digest(key, MailKind::Digest, now);
            let mut new = self.seal(in_force, reader, occasion, &composed).await?;
            if !new {
                // The slot was had before the clock went back over it.
                let key = MailKey::digest(&reader.name, now);
                let occasion = Occasion::digest(key, MailKind::Digest, now);
                new = self.seal(in_force, reader, occasion, &composed).await?;
            }
            sealed.mails += u64::from(new);
        }
        sealed.wake_at(reader.schedule.next_after(now));
        Ok(())
    }

    /// Writes the finished message for each address. Answers whether it was new.
    pub(super) async fn seal(
        &self,
        in_force: &InForce,
        reader: &Reader,
        occasion: Occasion,
        composed: &Composed,
    ) -> Result<bool, DeliverError> {
        let Occasion { key, kind, story, answers, covers_until, at } = occasion;
        let letterhead = &in_force.letterhead;
        let message_id = message::message_id(&key, &letterhead.from, at);
        // An empty digest that the reader does not want is an occasion without letters: the slot
        // counts as covered.
        let skip =
            composed.empty && kind == MailKind::Digest && reader.when_empty == WhenEmpty::Skip;
        let list_id = match reader.name.as_str() {
            "" => None,
            name => Some(message::list_id(name, &letterhead.from)),
        };
        let mut letters = Vec::new();
        for address in reader.to.iter().filter(|_| !skip) {
            let envelope = Envelope {
                from: &letterhead.from,
                to: address,
                reply_to: Some(&letterhead.reply_to),
                message_id: &message_id,
                in_reply_to: answers.last().map(String::as_str),
                references: &answers,
                list_id: list_id.as_deref(),
                at,
            };
            let content = composed.content.with_id(&key.mail(address));
            let message = message::message(&content, &envelope)?;
            letters.push(Letter { address: address.clone(), message });
        }
        let mail = SealedMail {
            key,
            kind,
            reader: (!reader.name.is_empty()).then(|| reader.name.clone()),
            story,
            message_id,
            subject: composed.content.subject.clone(),
            letters,
            alerts: composed.notices.iter().map(|one| one.alert.id.clone()).collect(),
            covers_until,
            at,
        };
        let new = self.ground.store.seal(mail).await?;
        if new {
            tracing::info!(kind = kind.as_str(), alerts = composed.notices.len(), "sealed a mail");
        }
        Ok(new)
    }
}

/// What occasions a mail.
pub(super) struct Occasion {
    pub(super) key: MailKey,
    pub(super) kind: MailKind,
    pub(super) story: Option<StoryId>,
    /// Message-IDs of the mails that this one follows up, oldest first.
    pub(super) answers: Vec<String>,
    /// The end of what it tells about.
    pub(super) covers_until: Timestamp,
    pub(super) at: Timestamp,
}

impl Occasion {
    pub(super) fn digest(key: MailKey, kind: MailKind, at: Timestamp) -> Self {
        Self { key, kind, story: None, answers: Vec::new(), covers_until: at, at }
    }
}
