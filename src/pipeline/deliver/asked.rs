//! What somebody asked for: a look at the next digest, the last days once more, a stored mail again.
//!
//! None of it touches what readers are owed: a preview and a recap mark no notice, and a repeat tells
//! nothing new. So they cannot make a reader miss anything, nor hear of it twice by the schedule.

use std::time::Duration;

use super::seal::Occasion;
use super::{Composed, DeliverError, Deliverer, written};
use crate::model::looked::{self, Run, Watched};
use crate::model::mail::Letter;
use crate::model::{MailKey, MailKind, Past, Pause, SealedMail, Timestamp};
use crate::notify::digest::{self, DigestInput, DigestKind};
use crate::notify::message;
use crate::notify::reader::Reader;
use crate::notify::repeat::{self, Repeat};
use crate::notify::withheld::Quoting;
use crate::pipeline::InForce;
use crate::store::{Account, StoreError, StoredMail};

/// What is added within this time of the first version is as old as the service.
const SETTLING: Duration = Duration::from_secs(3600);

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
        coverage.past = self.past(from, now).await?;
        let input = DigestInput {
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
            left_out: &in_force.left_out,
            large_edit: None,
            delayed_since: None,
            untaken: &[],
            restored: None,
            watchlist: in_force.version,
            record: None,
            desk: &in_force.letterhead.reply_to,
            subjects: in_force.letterhead.subjects,
            short: None,
            lines: None,
            quoting: Quoting::Freely,
        };
        let room = self.room(reader, now).await?;
        let content = written(|| {
            let content = digest::digest(&input);
            match room.filter(|room| message::size(&content) > room.bytes) {
                Some(room) => digest::within(&input, &notices, room).0,
                None => content,
            }
        })?;
        Ok(Composed { reader: reader.name.clone(), content, notices: Vec::new(), empty: false })
    }

    /// What of a window was not looked at.
    async fn past(&self, from: Timestamp, now: Timestamp) -> Result<Past, StoreError> {
        let archive = self.ground.store.archive();
        let first = archive.config_versions(0, 1).await?.into_iter().next();
        let began = first.map(|one| one.since).filter(|began| *began > from);
        let accounts = archive.accounts(from, now).await?;
        let mut pauses = archive.pauses_between(from, now).await?;
        let stops = Pause::take_stops(&mut pauses, now);
        let rest = |pause: &Pause| Run {
            first: pause.from,
            last: pause.until.unwrap_or(now),
            polls: 1,
            read: true,
            error: None,
            unbroken: true,
        };
        let watched = |one: &Account| {
            let mut runs: Vec<Run> =
                one.runs.iter().cloned().chain(pauses.iter().map(rest)).collect();
            runs.sort_by_key(|run| (run.first, run.last));
            let until = one.retired.unwrap_or(now).min(now);
            Watched { runs, interval: one.interval, from: one.added.max(from), until }
        };
        let found = looked::not_looked(&accounts.iter().map(watched).collect::<Vec<_>>(), &stops);
        let later = began.unwrap_or(from).plus(SETTLING);
        let since = accounts.iter().filter(|one| one.added > later && one.retired.is_none());
        Ok(Past {
            began,
            since: since.map(|one| (one.source.clone(), one.added)).collect(),
            stopped: found.stopped,
            // What lasts is missing now, and told as that.
            unread: found
                .unread
                .into_iter()
                .filter(|(_, one)| one.until.is_some())
                .map(|(n, one)| (accounts[n].source.clone(), one))
                .collect(),
            thin: found
                .thin
                .into_iter()
                .map(|(n, one)| (accounts[n].source.clone(), one))
                .collect(),
        })
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
