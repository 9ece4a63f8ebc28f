//! The mail that a canary ends in: to the operator, and marked as what it is.
//!
//! Its notices are for nobody else, so no reader's mail and no count ever meets them.

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer, written};
use crate::model::canary::{self, CANARY};
use crate::model::{MailKind, Timestamp};
use crate::notify::operator as operator_mail;
use crate::notify::reader::Reader;
use crate::pipeline::InForce;

impl Deliverer {
    /// A mail for each canary whose notice waits: one, or after an outage of mail the newest of them.
    pub(super) async fn seal_canary(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let pending = self.ground.store.pending_notices(CANARY.to_owned()).await?;
        // Of several that wait since mail was down one mail tells; it settles all of them.
        let Some(newest) = pending.last() else { return Ok(()) };
        let Some(day) = newest.item.guid.as_deref().and_then(canary::day_of) else {
            return Ok(());
        };
        let operator = &in_force.operator;
        let content = written(|| {
            let (title, seen) = (&newest.item.text.title, newest.item.first_seen);
            operator_mail::canary(title, seen, now, operator.zone)
        })?;
        let reader = Reader { name: CANARY.to_owned(), ..operator.clone() };
        let occasion = Occasion::digest(canary::mail_key(day), MailKind::Operator, now);
        let composed =
            Composed { reader: CANARY.to_owned(), content, notices: pending, empty: false };
        sealed.mails += u64::from(self.seal(in_force, &reader, occasion, &composed).await?);
        Ok(())
    }
}
