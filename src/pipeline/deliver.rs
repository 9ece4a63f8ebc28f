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

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono_tz::Tz;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Ground, InForce, Letterhead};
use crate::model::mail::{ClaimedMail, Letter, MailOutcome};
use crate::model::reader::WhenEmpty;
use crate::model::{
    MailKey, MailKind, MailState, Mark, PendingNotice, SealedMail, StoryId, Timestamp, id,
};
use crate::notify::Content;
use crate::notify::digest::{self, DigestInput};
use crate::notify::message::{self, Envelope, MessageError};
use crate::notify::operator as operator_mail;
use crate::notify::outbox;
use crate::notify::reader::Reader;
use crate::notify::route::{self, Told, UrgentMail};
use crate::notify::smtp::{Attempt, Transport};
use crate::notify::urgent::{self, UrgentInput};
use crate::store::{Reachable, StoreError};

/// Mails handed over at the same time.
const AT_ONCE: usize = 4;

/// While the transport is down it is tried this often, whatever a mail's own back-off says, so that
/// an outage ends soon after the server is back.
const PROBE: Duration = Duration::from_secs(5 * 60);

/// After an attempt that showed the transport down, the next mail is tried no sooner than this.
const BREATHER: Duration = Duration::from_secs(60);

/// What became of a mail must not be forgotten while the store cannot take it: it would be sent
/// again. So long it is tried, within the mail's lease.
const RECORDING: Duration = Duration::from_secs(10 * 60);

/// And this often.
const RECORD_AGAIN: Duration = Duration::from_secs(5);

/// A mail that settles is reported to the operator once it has been settled for this long, so that
/// none is written behind the back of the round that looks.
const SETTLING: Duration = Duration::from_secs(60);

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

/// What a round of sealing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Occasions sealed.
    pub mails: u64,
    /// When to look again, if something waits for an instant.
    pub wake: Option<Timestamp>,
}

impl Sealed {
    fn wake_at(&mut self, at: Option<Timestamp>) {
        self.wake = match (self.wake, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// What a round of sending came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Taken by the server.
    pub sent: u64,
    /// To be tried again.
    pub deferred: u64,
    /// May have arrived.
    pub uncertain: u64,
    /// Refused for good, or given up.
    pub refused: u64,
}

impl Sent {
    fn count(&mut self, state: MailState) {
        match state {
            MailState::Sent => self.sent += 1,
            MailState::Uncertain => self.uncertain += 1,
            MailState::Refused | MailState::Dead => self.refused += 1,
            MailState::Pending | MailState::Sending | MailState::Deferred => self.deferred += 1,
        }
    }
}

/// Mails under way, and whether the transport bears more of them.
#[derive(Default)]
pub struct Sending {
    running: JoinSet<Result<(MailState, bool), StoreError>>,
    /// The transport was found down: nothing is started before this.
    resume: Option<Instant>,
}

impl Sending {
    /// Waits for the next one to end; `None` when none is under way.
    ///
    /// # Errors
    ///
    /// When the store could not take what became of it.
    pub async fn next(&mut self) -> Option<Result<MailState, StoreError>> {
        loop {
            match self.running.join_next().await? {
                Ok(Ok((state, down))) => {
                    self.resume = down.then(|| Instant::now() + BREATHER);
                    return Some(Ok(state));
                }
                Ok(Err(error)) => return Some(Err(error)),
                // Its lease runs out, and then it counts as uncertain.
                Err(error) => tracing::error!(%error, "handing over a mail ended in a bug"),
            }
        }
    }

    fn has_room(&self) -> bool {
        self.running.len() < AT_ONCE && self.pause().is_none()
    }

    fn pause(&self) -> Option<Duration> {
        let pause = self.resume?.saturating_duration_since(Instant::now());
        (!pause.is_zero()).then_some(pause)
    }
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

/// What sealing and sending tell each other; gone with the process, and then found out again.
#[derive(Debug, Default)]
struct Memory {
    /// Since when mail cannot go out.
    down_since: Option<Timestamp>,
    /// Since when it could not, when it last came back: the next mails say so.
    over_since: Option<Timestamp>,
    /// The day for which the operator's daily round was made.
    operator_day: Option<String>,
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

    /// Seals what is due now: urgent mails, digests whose slot has come, and the operator's.
    ///
    /// # Errors
    ///
    /// When the store fails; what was sealed stays. A reader whose mail cannot be made is told in
    /// the log and does not delay the others.
    pub async fn seal_due(&self, in_force: &InForce) -> Result<Sealed, StoreError> {
        let mut sealed = Sealed::default();
        let now = self.ground.clock.now();
        // An outage ends when a mail gets through; without any left to try, the next one must tell.
        let down = self.memory().down_since.is_some();
        if down && self.ground.store.next_mail().await?.is_some() {
            return Ok(Sealed { mails: 0, wake: Some(now.plus(BREATHER)) });
        }
        self.hand_on(in_force, now).await?;
        let mut failed = None;
        for reader in &in_force.readers {
            let done = async {
                self.seal_digest_due(in_force, reader, now, &mut sealed).await?;
                self.seal_urgent_due(in_force, reader, now, &mut sealed).await
            };
            failed = skip_unmakeable(&reader.name, done.await).err().or(failed);
        }
        let done = self.seal_operator_due(in_force, now, &mut sealed).await;
        failed = skip_unmakeable("the operator", done).err().or(failed);
        match failed {
            Some(error) => Err(error),
            None => {
                self.memory().over_since = None;
                Ok(sealed)
            }
        }
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
                "{handed} alerts waited for readers who take no such mails any more; the operator \
                 is told"
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
    pub async fn compose_on_demand(
        &self,
        in_force: &InForce,
    ) -> Result<Vec<Composed>, DeliverError> {
        let now = self.ground.clock.now();
        self.hand_on(in_force, now).await?;
        let mut all = Vec::new();
        for reader in in_force.readers.iter().filter(|reader| !reader.schedule.is_never()) {
            all.push(self.compose(in_force, reader, now, true).await?);
        }
        if let Some(unrouted) = self.compose_unrouted(in_force, now).await? {
            all.push(unrouted);
        }
        Ok(all)
    }

    /// Seals a digest of now for every reader who takes digests, and what is urgent for those who
    /// take none.
    ///
    /// # Errors
    ///
    /// When the store fails or a message cannot be made.
    pub async fn seal_on_demand(&self, in_force: &InForce) -> Result<Vec<Composed>, DeliverError> {
        let now = self.ground.clock.now();
        let all = self.compose_on_demand(in_force).await?;
        for composed in &all {
            let reader = in_force
                .everybody()
                .find(|reader| reader.name == composed.reader)
                .expect("it was composed for one of these readers");
            let (key, kind) = if composed.reader.is_empty() {
                (MailKey::operator("unrouted", &now.to_string()), MailKind::Operator)
            } else {
                (MailKey::on_demand(&reader.name, now), MailKind::OnDemand)
            };
            self.seal(in_force, reader, Occasion::digest(key, kind, now), composed).await?;
        }
        let mut sealed = Sealed::default();
        for reader in in_force.readers.iter().filter(|reader| reader.schedule.is_never()) {
            self.seal_urgent_due(in_force, reader, now, &mut sealed).await?;
        }
        Ok(all)
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
            let composed = self.compose(in_force, reader, now, false).await?;
            let key = MailKey::digest(&reader.name, slot);
            let occasion = Occasion::digest(key, MailKind::Digest, now);
            sealed.mails += u64::from(self.seal(in_force, reader, occasion, &composed).await?);
        }
        sealed.wake_at(reader.schedule.next_after(now));
        Ok(())
    }

    async fn seal_urgent_due(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let store = &self.ground.store;
        let pending = store.pending_notices(reader.name.clone()).await?;
        if pending.is_empty() {
            return Ok(());
        }
        let mut told: HashMap<StoryId, Told> = HashMap::new();
        let mut earlier: HashMap<StoryId, Vec<String>> = HashMap::new();
        for one in &pending {
            let story = &one.alert.story;
            if !told.contains_key(story) {
                let had = store.urgent_sealed(reader.name.clone(), story.clone()).await?;
                let count = u32::try_from(had.message_ids.len()).unwrap_or(u32::MAX);
                told.insert(story.clone(), Told { count, last: had.last });
                earlier.insert(story.clone(), had.message_ids);
            }
        }
        let last_hour = store.reader_history(reader.name.clone(), now).await?.urgent_last_hour;
        let plan = route::plan_urgent(reader, &pending, &told, last_hour, now);
        for mail in &plan.mails {
            let composed = written(|| compose_urgent(in_force, reader, &pending, mail, now))?;
            let key = MailKey::urgent(&reader.name, &mail.story, mail.n);
            let answers = earlier.remove(&mail.story).unwrap_or_default();
            let occasion = Occasion {
                key,
                kind: MailKind::Urgent,
                story: Some(mail.story.clone()),
                answers,
                covers_until: now,
                at: now,
            };
            sealed.mails += u64::from(self.seal(in_force, reader, occasion, &composed).await?);
        }
        sealed.wake_at(plan.wake);
        Ok(())
    }

    /// The operator's mails: a refused edit at once; once a day sources in trouble, mails that do
    /// not get through, and alerts that reach nobody else.
    async fn seal_operator_due(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let operator = &in_force.operator;
        if let Some(problems) = &in_force.rejected {
            // The same edit keeps the instant at which it was first seen, over restarts too; made
            // again after it was mended, it is another occasion.
            let seen = self.ground.store.archive().rejected_edit().await?.map_or(now, |one| one.at);
            let which = id::digest(&[problems, &seen.to_string()]);
            let edit = MailKey::operator("edit", &id::base32(&which[..8]));
            let content =
                operator_mail::rejected_edit(problems, in_force.version, now, operator.zone);
            sealed.mails += self.seal_operator(in_force, edit, content, now).await?;
        }
        let day_ago = now.minus(Duration::from_secs(24 * 3600));
        let Some(slot) = operator.schedule.slot_due(day_ago, now) else { return Ok(()) };
        let date = slot.to_chrono().with_timezone(&operator.zone).format("%F").to_string();
        sealed.wake_at(operator.schedule.next_after(now));
        if self.memory().operator_day.as_ref() == Some(&date) {
            return Ok(());
        }
        if let Some(content) = self.source_trouble(slot, now, operator.zone).await? {
            let key = MailKey::operator("sources", &date);
            sealed.mails += self.seal_operator(in_force, key, content, now).await?;
        }
        let settled = now.minus(SETTLING);
        if let Some(content) = self.stuck_mails(settled, now, operator.zone).await? {
            let key = MailKey::operator("mail", &date);
            let composed = Composed::notice(content);
            let occasion = Occasion {
                covers_until: settled,
                ..Occasion::digest(key, MailKind::Operator, now)
            };
            sealed.mails += u64::from(self.seal(in_force, operator, occasion, &composed).await?);
        }
        if let Some(composed) = self.compose_unrouted(in_force, now).await? {
            let key = MailKey::operator("unrouted", &date);
            let occasion = Occasion::digest(key, MailKind::Operator, now);
            sealed.mails += u64::from(self.seal(in_force, operator, occasion, &composed).await?);
        }
        self.memory().operator_day = Some(date);
        Ok(())
    }

    async fn seal_operator(
        &self,
        in_force: &InForce,
        key: MailKey,
        content: Content,
        now: Timestamp,
    ) -> Result<u64, DeliverError> {
        let occasion = Occasion::digest(key, MailKind::Operator, now);
        let composed = Composed::notice(content);
        Ok(u64::from(self.seal(in_force, &in_force.operator, occasion, &composed).await?))
    }

    async fn source_trouble(
        &self,
        from: Timestamp,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Option<Content>, StoreError> {
        let coverage = self.ground.store.coverage(from, now).await?;
        let all = coverage.sources.len();
        let troubled: Vec<_> = coverage
            .sources
            .into_iter()
            .filter(|one| one.state.last_poll.is_some() && !one.state.health.is_covered())
            .collect();
        Ok((!troubled.is_empty()).then(|| operator_mail::source_trouble(&troubled, all, now, zone)))
    }

    /// The mails that ended without an answer of yes and that the operator has not heard of.
    async fn stuck_mails(
        &self,
        until: Timestamp,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Option<Content>, StoreError> {
        let stuck: Vec<_> = self
            .ground
            .store
            .undelivered(until)
            .await?
            .into_iter()
            .map(|mail| operator_mail::StuckMail {
                address: mail.address,
                subject: mail.subject,
                state: mail.state.as_str().to_owned(),
                sealed: mail.at,
                reply: mail.reply,
            })
            .collect();
        Ok((!stuck.is_empty()).then(|| operator_mail::mail_stuck(&stuck, now, zone)))
    }

    async fn compose_unrouted(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<Option<Composed>, StoreError> {
        let operator = &in_force.operator;
        let notices = self.ground.store.pending_notices(operator.name.clone()).await?;
        Ok((!notices.is_empty()).then(|| Composed {
            reader: operator.name.clone(),
            content: operator_mail::unrouted(&notices, now, operator.zone),
            notices,
            empty: false,
        }))
    }

    async fn compose(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        on_demand: bool,
    ) -> Result<Composed, DeliverError> {
        let store = &self.ground.store;
        let history = store.reader_history(reader.name.clone(), now).await?;
        let from = history.covered_until.unwrap_or(history.since);
        let notices = store.pending_notices(reader.name.clone()).await?;
        let mut listed = notices.clone();
        listed.extend(self.sent_earlier(reader, from, now).await?);
        let coverage = store.coverage(from, now).await?;
        let input = DigestInput {
            reader,
            from,
            first: history.covered_until.is_none(),
            until: now,
            on_demand,
            notices: &listed,
            coverage: &coverage,
            rejected_edit: in_force.rejected.as_deref(),
            delayed_since: self.memory().over_since,
            watchlist: in_force.version,
            desk: &in_force.letterhead.reply_to,
            subjects: in_force.letterhead.subjects,
        };
        let (content, empty) = written(|| (digest::digest(&input), digest::is_empty(&input)))?;
        Ok(Composed { reader: reader.name.clone(), content, notices, empty })
    }

    /// What urgent mails told since the last digest: the digest is the whole record, and says so.
    async fn sent_earlier(
        &self,
        reader: &Reader,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<PendingNotice>, StoreError> {
        let mut told = self.ground.store.told_urgently(reader.name.clone(), from, now).await?;
        for one in &mut told {
            one.alert.marks.push(Mark::SentEarlier);
        }
        Ok(told)
    }

    /// Writes the finished message for each address. Answers whether it was new.
    async fn seal(
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
            let message = message::message(&composed.content, &envelope)?;
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

    /// Hands over every mail whose attempt is due at this moment, each once, until `stop` says so
    /// or the transport turns out to be down.
    ///
    /// # Errors
    ///
    /// When the store fails; what is under way is finished first. A mail whose outcome could not be
    /// recorded counts as uncertain once its lease ends.
    pub async fn send_due(&self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Sent, StoreError> {
        let mut sent = Sent::default();
        let mut sending = Sending::default();
        let mut failed = None;
        // What is deferred now is due later than this.
        let now = self.ground.clock.now();
        let mut more = true;
        loop {
            while more && !stop() && sending.has_room() {
                match self.start_one(&mut sending, now).await {
                    Ok(started) => more = started,
                    Err(error) => {
                        failed = Some(error);
                        more = false;
                    }
                }
            }
            match sending.next().await {
                Some(Ok(state)) => sent.count(state),
                Some(Err(error)) => failed = Some(error),
                None => break,
            }
        }
        self.transport.close().await;
        match failed {
            Some(error) => Err(error),
            None => Ok(sent),
        }
    }

    /// Starts handing over what is due, as much as may go at once, and answers when to look again.
    /// A mail that hangs takes one place of several and delays nobody else.
    ///
    /// # Errors
    ///
    /// When the store fails; what is under way stays so.
    pub async fn start_due(&self, sending: &mut Sending) -> Result<Option<Timestamp>, StoreError> {
        while sending.has_room() {
            let now = self.ground.clock.now();
            if !self.start_one(sending, now).await? {
                if sending.running.is_empty() {
                    // Nobody keeps a connection open for a mail that may come tomorrow.
                    self.transport.close().await;
                }
                return self.ground.store.next_mail().await;
            }
        }
        // Full, or down: then the end of an attempt or of the pause says when.
        Ok(sending.pause().map(|pause| self.ground.clock.now().plus(pause)))
    }

    /// Claims one mail that is due at `now` and starts handing it over, if there is one.
    async fn start_one(&self, sending: &mut Sending, now: Timestamp) -> Result<bool, StoreError> {
        let lease = self.transport.longest_attempt() * 2;
        let until = self.ground.clock.now().plus(lease);
        let Some(mail) = self.ground.store.claim_mail(now, until).await? else { return Ok(false) };
        let this = self.clone();
        let recording = RECORDING.min(lease / 2);
        sending.running.spawn(async move { this.hand_over(mail, recording).await });
        Ok(true)
    }

    async fn hand_over(
        &self,
        mail: ClaimedMail,
        recording: Duration,
    ) -> Result<(MailState, bool), StoreError> {
        let attempt = self.transport.send(&mail.letter).await;
        let now = self.ground.clock.now();
        let mut outcome = outbox::after(&mail, &attempt, now);
        let down = attempt.transport_is_down();
        self.note(&attempt, now);
        if down {
            outcome.next_attempt = outcome.next_attempt.map(|at| at.min(now.plus(PROBE)));
        }
        let state = outcome.state;
        tell(&mail, &attempt, state);
        self.record(outcome, Instant::now() + recording).await?;
        Ok((state, down))
    }

    /// Writes what became of a mail, again and again while the store may yet take it: a mail that
    /// the server has and of which we know nothing would be sent twice.
    async fn record(&self, outcome: MailOutcome, until: Instant) -> Result<(), StoreError> {
        loop {
            match self.ground.store.mail_outcome(outcome.clone()).await {
                Err(error @ StoreError::Later { .. }) if Instant::now() < until => {
                    let mail = outcome.id.as_str();
                    tracing::warn!(mail, %error, "what became of mail {mail} waits for the store");
                    tokio::time::sleep(RECORD_AGAIN).await;
                }
                done => return done,
            }
        }
    }

    fn note(&self, attempt: &Attempt, now: Timestamp) {
        let mut memory = self.memory();
        if attempt.transport_is_down() {
            memory.down_since.get_or_insert(now);
        } else if let Some(since) = memory.down_since.take() {
            memory.over_since = Some(since);
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // Each field is written whole: a panic elsewhere leaves nothing half-written.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What occasions a mail.
struct Occasion {
    key: MailKey,
    kind: MailKind,
    story: Option<StoryId>,
    /// Message-IDs of the mails that this one follows up, oldest first.
    answers: Vec<String>,
    /// The end of what it tells about.
    covers_until: Timestamp,
    at: Timestamp,
}

impl Occasion {
    fn digest(key: MailKey, kind: MailKind, at: Timestamp) -> Self {
        Self { key, kind, story: None, answers: Vec::new(), covers_until: at, at }
    }
}

fn compose_urgent(
    in_force: &InForce,
    reader: &Reader,
    pending: &[PendingNotice],
    mail: &UrgentMail,
    now: Timestamp,
) -> Composed {
    let notices: Vec<&PendingNotice> = mail.notices.iter().map(|at| &pending[*at]).collect();
    let content = urgent::urgent(&UrgentInput {
        reader,
        notices: &notices,
        n: mail.n,
        now,
        watchlist: in_force.version,
        desk: &in_force.letterhead.reply_to,
        subjects: in_force.letterhead.subjects,
    });
    let notices = notices.into_iter().cloned().collect();
    Composed { reader: reader.name.clone(), content, notices, empty: false }
}

/// Writes words. A bug in writing them costs this mail one round, not the service.
fn written<T>(write: impl FnOnce() -> T) -> Result<T, DeliverError> {
    catch_unwind(AssertUnwindSafe(write)).map_err(|_| DeliverError::Bug)
}

/// A mail that cannot be made is one reader's trouble; a store that fails is everybody's.
fn skip_unmakeable(who: &str, done: Result<(), DeliverError>) -> Result<(), StoreError> {
    match done {
        Ok(()) => Ok(()),
        Err(DeliverError::Store(error)) => Err(error),
        Err(error @ (DeliverError::Message(_) | DeliverError::Bug)) => {
            tracing::error!(reader = who, "no mail could be made for {who}: {error}");
            Ok(())
        }
    }
}

fn tell(mail: &ClaimedMail, attempt: &Attempt, state: MailState) {
    let (id, kind, stage) = (mail.id.as_str(), mail.kind.as_str(), attempt.stage.as_str());
    match state {
        MailState::Sent => tracing::info!(mail = id, kind, "mail {id} was taken"),
        MailState::Pending | MailState::Sending | MailState::Deferred | MailState::Uncertain => {
            tracing::warn!(mail = id, kind, stage, "mail {id} is {} at {stage}", state.as_str());
        }
        MailState::Refused | MailState::Dead => {
            tracing::error!(mail = id, kind, stage, "mail {id} is {} at {stage}", state.as_str());
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
