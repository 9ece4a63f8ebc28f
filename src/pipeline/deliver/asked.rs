//! What somebody asked for: a look at the next digest, the last days once more, a stored mail again.
//!
//! None of it touches what readers are owed: a preview and a recap mark no notice, and a repeat tells
//! nothing new. So they cannot make a reader miss anything, nor hear of it twice by the schedule.

use std::time::Duration;

use super::seal::Occasion;
use super::{Composed, DeliverError, Deliverer, written};
use crate::model::mail::Letter;
use crate::model::{MailKey, MailKind, SealedMail};
use crate::notify::digest::{self, DigestInput, DigestKind};
use crate::notify::message;
use crate::notify::reader::Reader;
use crate::notify::repeat::{self, Repeat};
use crate::pipeline::InForce;
use crate::store::{StoreError, StoredMail};

impl Deliverer {
    /// The digest that a reader would get now. Seals nothing.
    ///
    /// # Errors
    ///
    /// When the store fails or the digest cannot be written.
    pub async fn preview(
        &self,
        in_force: &InForce,
        reader: &Reader,
    ) -> Result<Composed, DeliverError> {
        let now = self.ground.clock.now();
        self.compose(in_force, reader, now, DigestKind::Scheduled).await
    }

    /// The last days of a reader, told before or not. Marks nothing as told.
    ///
    /// # Errors
    ///
    /// When the store fails or the recap cannot be written.
    pub async fn recap(
        &self,
        in_force: &InForce,
        reader: &Reader,
        span: Duration,
    ) -> Result<Composed, DeliverError> {
        let now = self.ground.clock.now();
        let from = now.minus(span);
        let notices = self.passed(reader, from, now).await?;
        let changed = self.changed(reader, from, now).await?;
        let edits = self.watchlist_edits(in_force, from).await?;
        let mut coverage = self.ground.store.coverage(from, now).await?;
        coverage.paused.clone_from(&in_force.paused);
        let content = written(|| {
            digest::digest(&DigestInput {
                reader,
                readers: &in_force.readers,
                from,
                first: false,
                until: now,
                kind: DigestKind::Recap,
                notices: &notices,
                changed: &changed,
                watchlist_changes: &edits,
                coverage: &coverage,
                rejected_edit: in_force.rejected.as_deref(),
                large_edit: None,
                delayed_since: None,
                restored: None,
                watchlist: in_force.version,
                record: None,
                desk: &in_force.letterhead.reply_to,
                subjects: in_force.letterhead.subjects,
            })
        })?;
        Ok(Composed { reader: reader.name.clone(), content, notices: Vec::new(), empty: false })
    }

    /// Puts a recap into the outbox. False: the same was asked for in the same millisecond.
    ///
    /// # Errors
    ///
    /// When the store fails or no message can be made of it.
    pub async fn seal_recap(
        &self,
        in_force: &InForce,
        reader: &Reader,
        recap: &Composed,
    ) -> Result<bool, DeliverError> {
        let now = self.ground.clock.now();
        let key = MailKey::recap(&reader.name, now);
        let occasion = Occasion::digest(key, MailKind::Recap, now);
        self.seal(in_force, reader, occasion, recap).await
    }

    /// Puts a stored mail into the outbox once more, for these addresses. Answers its new
    /// Message-ID, or `None` when the very same was asked for in the same millisecond.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn seal_repeat(
        &self,
        in_force: &InForce,
        stored: &StoredMail,
        addresses: &[String],
    ) -> Result<Option<String>, StoreError> {
        let at = self.ground.clock.now();
        let key = MailKey::repeat(&stored.row.id, at);
        let message_id = message::message_id(&key, &in_force.letterhead.from, at);
        let letter = |to: &String| {
            let asked = Repeat { to, message_id: &message_id, original: &stored.message_id, at };
            let message = repeat::repeat(&stored.letter.message, &asked);
            Letter { address: to.clone(), message }
        };
        let mail = SealedMail {
            key,
            kind: MailKind::Repeat,
            reader: stored.row.reader.clone(),
            story: None,
            message_id: message_id.clone(),
            subject: format!("Repeat: {}", stored.row.subject),
            letters: addresses.iter().map(letter).collect(),
            alerts: Vec::new(),
            covers_until: stored.covers_until,
            at,
        };
        Ok(self.ground.store.seal(mail).await?.then_some(message_id))
    }
}
