//! Gathering: all that a digest tells, from the store.
//!
//! Invariant: what a digest lists and what it settles are one reading of the store; the rest (coverage,
//! changes) only says more about it. The words are `notify`'s.

use super::{Composed, DeliverError, Deliverer, written};
use crate::detect::renamed_entries;
use crate::model::mail::{Changed, Refusal};
use crate::model::record::Restore;
use crate::model::{MailKind, Mark, PendingNotice, Timestamp};
use crate::notify::digest::{
    self, DigestInput, DigestKind, LargeEdit, reader_removed, watchlist_changes,
};
use crate::notify::message;
use crate::notify::reader::Reader;
use crate::notify::room::{self, Room};
use crate::notify::withheld::{self, Quoting, withhold, withhold_coverage, withhold_edits};
use crate::pipeline::InForce;
use crate::store::StoreError;
use crate::store::review::Review;

/// Changed items that are read for one digest; it names a few and counts the others.
const CHANGED: usize = 500;

impl Deliverer {
    /// Writes a reader's digest of now.
    pub(super) async fn compose(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        kind: DigestKind,
    ) -> Result<Composed, DeliverError> {
        let store = &self.ground.store;
        let history = store.reader_history(reader.name.clone(), now).await?;
        let from = history.covered_until.unwrap_or(history.since);
        let mut listed = store.pending_notices(reader.name.clone()).await?;
        let owed = listed.len();
        listed.extend(self.sent_earlier(reader, from, now).await?);
        let listed = withhold(listed);
        let notices = listed[..owed].to_vec();
        let since = from.min(now.minus(withheld::REMEMBERED));
        let refusals = store.archive().refusals(reader.to.clone(), since).await?;
        let digests = vec![MailKind::Digest, MailKind::OnDemand];
        let quoting = self.quoting(reader, digests, &refusals, now).await?;
        let mut coverage = store.coverage(from, now).await?;
        withhold_coverage(&mut coverage, quoting, &refusals, from);
        coverage.paused.clone_from(&in_force.paused);
        let record = store.archive().record_head().await?;
        let changed = self.changed(reader, from, now).await?;
        let changed = withhold_edits(changed, &refusals, from, &listed);
        let edits = self.watchlist_edits(in_force, from).await?;
        let open = self.open_review().await?;
        let restored = self.restored_since(from).await?;
        let untaken = self.untaken(in_force, reader, from).await?;
        let input = DigestInput {
            reader,
            readers: &in_force.readers,
            from,
            first: history.covered_until.is_none(),
            until: now,
            kind,
            notices: &listed,
            changed: &changed,
            watchlist_changes: &edits,
            coverage: &coverage,
            rejected_edit: in_force.rejected.as_deref(),
            left_out: &in_force.left_out,
            large_edit: open.as_ref().and_then(large_edit),
            delayed_since: self.memory().over_since,
            untaken: &untaken,
            restored: restored.as_ref(),
            watchlist: in_force.version,
            record: record.as_ref(),
            desk: &in_force.letterhead.reply_to,
            subjects: in_force.letterhead.subjects,
            short: None,
            lines: None,
            quoting,
        };
        if quoting == Quoting::Nothing {
            let (content, told) = written(|| digest::by_id(&input, &notices))?;
            let empty = digest::is_empty(&input);
            return Ok(Composed { reader: reader.name.clone(), content, notices: told, empty });
        }
        let (content, empty) = written(|| (digest::digest(&input), digest::is_empty(&input)))?;
        let room = self.room(reader, now).await?;
        if let Some(room) = room.filter(|room| !empty && message::size(&content) > room.bytes) {
            let (content, told) = written(|| digest::within(&input, &notices, room))?;
            return Ok(Composed { reader: reader.name.clone(), content, notices: told, empty });
        }
        Ok(Composed { reader: reader.name.clone(), content, notices, empty })
    }

    /// How much of others' words the next mail of these kinds to a reader may bear.
    pub(super) async fn quoting(
        &self,
        reader: &Reader,
        kinds: Vec<MailKind>,
        refusals: &[Refusal],
        now: Timestamp,
    ) -> Result<Quoting, StoreError> {
        let archive = self.ground.store.archive();
        let in_vain = archive.in_vain(reader.name.clone(), kinds).await?;
        let since = now.minus(withheld::REMEMBERED);
        let lately = refusals.iter().filter(|one| one.at >= since);
        Ok(withheld::quoting(&in_vain, lately.map(|one| one.reply.as_str())))
    }

    /// How large a mail to a reader may be, if servers refused larger ones.
    pub(super) async fn room(
        &self,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Option<Room>, StoreError> {
        let since = now.minus(room::REMEMBERED);
        let archive = self.ground.store.archive();
        Ok(room::room(&archive.refusals(reader.to.clone(), since).await?))
    }

    /// The newest restore since an instant.
    pub(super) async fn restored_since(
        &self,
        from: Timestamp,
    ) -> Result<Option<Restore>, StoreError> {
        let newest = self.ground.store.archive().restores().await?.pop();
        Ok(newest.filter(|one| one.at >= from))
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

    pub(super) async fn changed(
        &self,
        reader: &Reader,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Changed>, StoreError> {
        let archive = self.ground.store.archive();
        archive.changed(reader.name.clone(), from, now, CHANGED).await
    }

    /// The review of an edit that somebody must say is meant, while nobody did.
    async fn open_review(&self) -> Result<Option<Review>, StoreError> {
        let newest = self.ground.store.archive().reviews(1).await?.into_iter().next();
        Ok(newest.filter(Review::is_open))
    }

    /// What was edited in the watchlist and among its readers since `from`, in words.
    pub(super) async fn watchlist_edits(
        &self,
        in_force: &InForce,
        from: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let archive = self.ground.store.archive();
        let Some(old) = archive.config_at(from).await? else { return Ok(Vec::new()) };
        if old.version >= in_force.version {
            return Ok(Vec::new());
        }
        let Some(new) = archive.config_in_force().await? else { return Ok(Vec::new()) };
        let read = in_force.read_watchlist;
        // First, for a long list is cut.
        let readers = (in_force.readers_lost)(&old.files, &new.files);
        let mut edits: Vec<String> = readers.iter().map(|name| reader_removed(name)).collect();
        let (old, new) = (read(&old.files), read(&new.files));
        edits.extend(watchlist_changes(&old, &new, &renamed_entries(&old, &new)));
        Ok(edits)
    }
}

fn large_edit(open: &Review) -> Option<LargeEdit<'_>> {
    Some(LargeEdit { version: open.version, base: open.base, why: open.grave.as_deref()? })
}
