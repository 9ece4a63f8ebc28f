//! The operator's mails: at once what cannot wait; once a day sources in trouble, and alerts that reach
//! nobody else.
//!
//! What cannot wait, and what the mails say, is decided in `notify/operator`; here the situation is
//! gathered and what comes back is sealed under its key, which stays the same while a trouble lasts.

use std::time::Duration;

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer, skip_unmakeable};
use crate::model::canary;
use crate::model::{Difference, MailKey, MailKind, MailState, Pause, SourceCoverage, Timestamp};
use crate::notify::Content;
use crate::notify::message;
use crate::notify::operator::{
    self as operator_mail, DiskLow, LateMails, NetworkOut, OperatorMail, RefusedEdit, Situation,
    StuckMail,
};
use crate::notify::withheld::{self, Quoting, is_about_content, withhold};
use crate::pipeline::InForce;
use crate::store::{MailRow, StoreError};

/// A mail that settles is reported to the operator once it has been settled for this long, so that
/// none is written behind the back of the round that looks.
const SETTLING: Duration = Duration::from_secs(60);

/// How often it is looked whether something cannot wait.
const LOOK: Duration = Duration::from_secs(60);

/// Mails that came to rest undelivered are told together, no more often than this.
const STUCK_PAUSE: Duration = Duration::from_secs(3600);

/// A mail that waits longer is late.
const LATE: Duration = Duration::from_secs(3600);

/// Late mails that are looked at; more are counted as so many.
const MOST_LATE: usize = 10_000;

/// The key of mails about [`Situation::stuck`].
const STUCK: &str = "operator:mail:";

/// The key of mails about what reaches nobody else.
const UNROUTED: &str = "operator:unrouted:";

/// The key of mails that tell of refused ones without quotes.
const PLAIN: &str = "operator:plain:";

/// So far back mails to the operator are looked at that were refused for their words: what a mail waits at most, and a
/// day.
const WITHOUT_QUOTES: Duration = Duration::from_secs(6 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What was gathered for [`Situation`], which only borrows.
#[derive(Default)]
struct Gathered {
    sources: Vec<SourceCoverage>,
    stuck: Vec<StuckMail>,
    late: Option<Late>,
    refused_at: Option<Timestamp>,
    stopped: Vec<Pause>,
    ahead: Option<Timestamp>,
}

struct Late {
    count: u64,
    since: Timestamp,
    reply: String,
}

impl Deliverer {
    /// The operator's mails that are due.
    pub(super) async fn seal_operator_due(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        self.seal_outages(in_force, now, sealed).await?;
        let looked = self.memory().looked;
        let due = looked.is_none_or(|at| now < at || now.since(at) >= LOOK);
        if due || in_force.rejected.is_some() {
            self.seal_in_part(in_force, now, sealed).await?;
            self.seal_at_once(in_force, now, sealed).await?;
            self.seal_without_quotes(in_force, now, sealed).await?;
            self.memory().looked = Some(now);
        }
        if self.catches_up() {
            return Ok(());
        }
        self.seal_daily(in_force, now, sealed).await
    }

    /// Outages of our own network that are over, each once.
    async fn seal_outages(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let outages = self.memory().network_outages.clone();
        for (from, until) in &outages {
            let network = Some(NetworkOut { from: *from, until: Some(*until) });
            let situation = Situation { network, ..Situation::calm(now, in_force.operator.zone) };
            for mail in operator_mail::at_once(&situation) {
                self.seal_operator(in_force, mail, now, now, sealed).await?;
            }
        }
        self.memory().network_outages.drain(..outages.len());
        Ok(())
    }

    async fn seal_at_once(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let settled = now.minus(SETTLING);
        let tight = self.memory().tight.clone();
        let gathered = self.gather_troubles(in_force, now, settled).await?;
        let down = {
            let memory = self.memory();
            memory.down_since.is_some() && !memory.by_recipient
        };
        let situation = Situation {
            sources: &gathered.sources,
            stopped: &gathered.stopped,
            ahead: gathered.ahead,
            stuck: &gathered.stuck,
            late: gathered.late.as_ref().map(|late| LateMails {
                count: late.count,
                since: late.since,
                reply: &late.reply,
                down,
            }),
            disk: tight.as_ref().map(|one| DiskLow {
                free: one.free,
                floor: one.floor,
                folder: &one.folder,
            }),
            refused: in_force.rejected.as_deref().map(|problems| RefusedEdit {
                problems,
                in_force: in_force.version,
                seen: gathered.refused_at.unwrap_or(now),
            }),
            ..Situation::calm(now, in_force.operator.zone)
        };
        for mail in operator_mail::at_once(&situation) {
            let about_stuck = mail.key.as_str().starts_with(STUCK);
            let covers_until = if about_stuck { settled } else { now };
            self.seal_operator(in_force, mail, covers_until, now, sealed).await?;
            if about_stuck {
                self.memory().told_stuck = Some(now);
            }
        }
        Ok(())
    }

    /// A mail to the operator that was refused for its words is told of once more, in none of them.
    async fn seal_without_quotes(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let archive = self.ground.store.archive();
        for one in archive.operator_mails(now.minus(WITHOUT_QUOTES)).await? {
            let key = one.key.as_str();
            let refused = one.state == MailState::Refused && is_about_content(&one.reply);
            if !refused || key.starts_with(PLAIN) {
                continue;
            }
            let about = key.split(':').nth(1).unwrap_or_default();
            let content = operator_mail::refused_words(about, one.at, now, in_force.operator.zone);
            let mail = OperatorMail { key: MailKey::operator("plain", key), content };
            self.seal_operator(in_force, mail, now, now, sealed).await?;
        }
        Ok(())
    }

    async fn gather_troubles(
        &self,
        in_force: &InForce,
        now: Timestamp,
        settled: Timestamp,
    ) -> Result<Gathered, StoreError> {
        let store = &self.ground.store;
        let told = self.memory().told_stuck;
        let may_tell = told.is_none_or(|at| now < at || now.since(at) >= STUCK_PAUSE);
        let stuck = if may_tell { store.undelivered(settled).await? } else { Vec::new() };
        // The same edit keeps the instant at which it was first seen, over restarts too.
        let refused_at = match &in_force.rejected {
            Some(_) => store.archive().rejected_edit().await?.map(|one| one.at),
            None => None,
        };
        let mut stopped = store.archive().pauses_between(now.minus(DAY), now).await?;
        stopped.retain(|one| one.is_stop() || one.is_unknown());
        Ok(Gathered {
            stopped,
            ahead: store.archive().ahead_of(now).await?,
            sources: store.coverage(now, now).await?.sources,
            stuck: stuck.into_iter().map(stuck_mail).collect(),
            late: self.late(now).await?,
            refused_at,
        })
    }

    /// Mails that wait too long. Right after an outage of mail they are on their way.
    async fn late(&self, now: Timestamp) -> Result<Option<Late>, StoreError> {
        let archive = self.ground.store.archive();
        let since = archive.oldest_waiting().await?;
        let Some(since) = since.filter(|since| now.since(*since) > LATE) else { return Ok(None) };
        if self.memory().over_since.is_some() {
            return Ok(None);
        }
        let states = vec![MailState::Pending, MailState::Deferred, MailState::Uncertain];
        let mails = archive.mails_in(states, MOST_LATE).await?;
        // Of a canary's mail the second channel tells.
        let is_late = |one: &&MailRow| {
            one.next_attempt.is_some() && now.since(one.at) > LATE && !canary::is_mail(&one.key)
        };
        let count = mails.iter().filter(is_late).count() as u64;
        // Listed newest first.
        let oldest = mails.iter().rfind(is_late);
        Ok(oldest.map(|one| Late { count, since, reply: one.reply.clone() }))
    }

    async fn seal_daily(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let operator = &in_force.operator;
        // A round that would have been due before there was anything to tell is none.
        let since = self.ground.store.reader_history(operator.name.clone(), now).await?.since;
        let after = now.minus(DAY).max(since);
        sealed.wake_at(operator.schedule.next_after(now));
        let Some(slot) = operator.schedule.slot_due(after, now) else { return Ok(()) };
        let date = slot.to_chrono().with_timezone(&operator.zone).format("%F").to_string();
        if self.memory().operator_day.as_ref() == Some(&date) {
            return Ok(());
        }
        let ahead = self.ground.store.archive().ahead_of(now).await?;
        if let Some(content) = self.sources_of_the_day(in_force, now).await? {
            let mail = OperatorMail { key: operator_mail::dated("sources", &date, ahead), content };
            self.seal_operator(in_force, mail, now, now, sealed).await?;
        }
        if let Some(composed) = self.compose_unrouted(in_force, now).await? {
            let key = operator_mail::dated("unrouted", &date, ahead);
            let occasion = Occasion::digest(key, MailKind::Operator, now);
            let new = self.seal(in_force, operator, occasion, &composed).await?;
            sealed.mails += u64::from(new);
        }
        self.memory().operator_day = Some(date);
        Ok(())
    }

    async fn sources_of_the_day(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<Option<Content>, StoreError> {
        let store = &self.ground.store;
        let archive = store.archive();
        let last_daily = archive.last_sealed("operator:sources:".to_owned(), now).await?;
        let from = last_daily.unwrap_or(now.minus(DAY));
        let sources = store.coverage(now, now).await?.sources;
        let recovered = archive.recovered(from, now).await?;
        Ok(operator_mail::daily(&Situation {
            sources: &sources,
            recovered: &recovered,
            last_daily,
            ..Situation::calm(now, in_force.operator.zone)
        }))
    }

    async fn seal_operator(
        &self,
        in_force: &InForce,
        mail: OperatorMail,
        covers_until: Timestamp,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let digest = Occasion::digest(mail.key, MailKind::Operator, now);
        let occasion = Occasion { covers_until, ..digest };
        let composed = Composed::notice(mail.content);
        let new = self.seal(in_force, &in_force.operator, occasion, &composed).await?;
        sealed.mails += u64::from(new);
        Ok(())
    }

    /// Tells the operator what this program decides otherwise than the one before, once for each pair.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn tell_upgrade(
        &self,
        in_force: &InForce,
        (from, to): (&str, &str),
        difference: &Difference,
    ) -> Result<(), StoreError> {
        if self.ground.store.held().await?.is_some() {
            return Ok(());
        }
        let (now, zone) = (self.ground.clock.now(), in_force.operator.zone);
        let content = operator_mail::upgraded((from, to), difference, now, zone);
        let mail =
            OperatorMail { key: MailKey::operator("upgrade", &format!("{from} {to}")), content };
        let done = self.seal_operator(in_force, mail, now, now, &mut Sealed::default()).await;
        skip_unmakeable("the operator", done).map(drop)
    }

    /// How much of others' words the next mail about what reaches nobody else may bear.
    async fn quoting_unrouted(&self, now: Timestamp) -> Result<Quoting, StoreError> {
        let mut mails =
            self.ground.store.archive().operator_mails(now.minus(withheld::REMEMBERED)).await?;
        mails.retain(|one| one.key.as_str().starts_with(UNROUTED));
        let reached = |one: &MailRow| !matches!(one.state, MailState::Refused | MailState::Dead);
        let had: Vec<MailKey> =
            mails.iter().filter(|one| reached(one)).map(|one| one.key.clone()).collect();
        // Each occasion once, whatever it has of addresses.
        mails.dedup_by(|one, other| one.key == other.key);
        let in_vain = mails.into_iter().take_while(|one| !had.contains(&one.key));
        let in_vain: Vec<Vec<String>> = in_vain.map(|one| vec![one.reply]).collect();
        Ok(withheld::quoting(&in_vain, []))
    }

    pub(super) async fn compose_unrouted(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<Option<Composed>, StoreError> {
        let operator = &in_force.operator;
        let notices = withhold(self.ground.store.pending_notices(operator.name.clone()).await?);
        if notices.is_empty() {
            return Ok(None);
        }
        if self.quoting_unrouted(now).await? == Quoting::Nothing {
            let (content, notices) = operator_mail::unrouted_by_id(&notices, now, operator.zone);
            return Ok(Some(Composed {
                reader: operator.name.clone(),
                content,
                notices,
                empty: false,
            }));
        }
        let content = operator_mail::unrouted(&notices, now, operator.zone);
        let room = self.room(operator, now).await?;
        let (content, notices) = match room.filter(|room| message::size(&content) > room.bytes) {
            Some(room) => operator_mail::unrouted_within(&notices, room, now, operator.zone),
            None => (content, notices),
        };
        Ok(Some(Composed { reader: operator.name.clone(), content, notices, empty: false }))
    }
}

fn stuck_mail(mail: MailRow) -> StuckMail {
    StuckMail {
        address: mail.address,
        subject: mail.subject,
        state: mail.state.as_str().to_owned(),
        sealed: mail.at,
        reply: mail.reply,
    }
}
