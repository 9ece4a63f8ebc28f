//! The operator's mails: a refused edit at once; once a day sources in trouble, mails that did not get
//! through, and alerts that reach nobody else.

use std::time::Duration;

use chrono_tz::Tz;

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer};
use crate::model::{MailKey, MailKind, Timestamp, id};
use crate::notify::Content;
use crate::notify::operator as operator_mail;
use crate::pipeline::InForce;
use crate::store::StoreError;

/// A mail that settles is reported to the operator once it has been settled for this long, so that
/// none is written behind the back of the round that looks.
const SETTLING: Duration = Duration::from_secs(60);

impl Deliverer {
    /// The operator's mails: a refused edit at once; once a day sources in trouble, mails that do
    /// not get through, and alerts that reach nobody else.
    pub(super) async fn seal_operator_due(
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

    pub(super) async fn compose_unrouted(
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
}
