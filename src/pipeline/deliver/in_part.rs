//! That the version in force is used only in part is told at once: to the operator, and to the readers whom it
//! concerns. Once, while the same is left out; the digests say it as long as it is so.

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer};
use crate::model::{MailKind, Timestamp};
use crate::notify::operator::{self as operator_mail, InPart};
use crate::notify::reader::Reader;
use crate::pipeline::InForce;

impl Deliverer {
    /// The mails about what is left out, unless they were sealed before.
    pub(super) async fn seal_in_part(
        &self,
        in_force: &InForce,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        if in_force.left_out.is_empty() {
            return Ok(());
        }
        let part = InPart { version: in_force.version, left_out: &in_force.left_out };
        let operator = &in_force.operator;
        let told = std::iter::once((operator, operator_mail::in_part(part, now, operator.zone)));
        let readers = in_force.readers.iter();
        let readers = readers
            .filter_map(|reader| Some((reader, operator_mail::in_part_for(part, reader, now)?)));
        for (reader, content) in told.chain(readers) {
            let key = operator_mail::in_part_key(part, &reader.name);
            let occasion = Occasion::digest(key, MailKind::Operator, now);
            // No digest of theirs ends or begins with it.
            let to = Reader { to: reader.to.clone(), ..operator.clone() };
            let new = self.seal(in_force, &to, occasion, &Composed::notice(content)).await?;
            sealed.mails += u64::from(new);
        }
        Ok(())
    }
}
