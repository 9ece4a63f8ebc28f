//! The welcome: a new reader starts now, with one mail that says what to expect, and without a backlog.
//!
//! The recap in it shows the last days as they would have passed this reader's filters. It settles no
//! notice: what is owed begins with the moment at which the reader was added. Where it reached nobody, it is sent
//! once more as soon as the reader has an address at which it was not tried, and at once in a size that fits where it
//! was too large, or without what a filter may mind where it was refused for what it says.

use std::time::Duration;

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer, written};
use crate::model::{Coverage, MailKey, MailKind, PendingNotice, Timestamp};
use crate::notify::message;
use crate::notify::reader::Reader;
use crate::notify::room::is_too_large;
use crate::notify::route;
use crate::notify::welcome::{self, WelcomeInput};
use crate::notify::withheld::{
    self, Quoting, is_about_content, withhold, withhold_all, withhold_coverage,
};
use crate::pipeline::InForce;
use crate::store::StoreError;

/// How far back a new reader is shown what there was.
const RECAP: Duration = Duration::from_secs(7 * 24 * 3600);

/// Alerts that are looked through for a recap: the gravest, and of these the newest so many. A slip in a watchlist made
/// seven thousand within a second, and what mattered was older than they.
const MOST: usize = 20_000;

/// Welcomes that are tried in smaller and smaller sizes, or with fewer and fewer words. A third is half of half of what
/// a page holds at most, and quotes nothing.
const TRIES: usize = 3;

/// At a first start the welcome waits until every source was read once, but no longer than this.
const FIRST_READ: Duration = Duration::from_secs(15 * 60);

impl Deliverer {
    /// Welcomes a reader who is new, once.
    pub(super) async fn seal_welcome_due(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let store = &self.ground.store;
        let history = store.reader_history(reader.name.clone(), now).await?;
        let kinds = vec![MailKind::Welcome];
        let said = store.archive().in_vain(reader.name.clone(), kinds.clone()).await?;
        let anew = in_vain(&history.welcomed_in_vain, reader) || may_arrive_otherwise(&said);
        if (history.welcomed && !anew) || reader.is_away(now) {
            return Ok(());
        }
        // Before its first version the service looked at nothing.
        let first = store.archive().config_versions(0, 1).await?.into_iter().next();
        let recap_from = first.map_or(now.minus(RECAP), |one| one.since.max(now.minus(RECAP)));
        let mut coverage = store.coverage(recap_from, now).await?;
        coverage.paused.clone_from(&in_force.paused);
        let at_the_latest = history.since.plus(FIRST_READ);
        if !all_read(&coverage) && now < at_the_latest {
            sealed.wake_at(Some(at_the_latest));
            return Ok(());
        }
        let since = recap_from.min(now.minus(withheld::REMEMBERED));
        let refusals = store.archive().refusals(reader.to.clone(), since).await?;
        let quoting = self.quoting(reader, kinds, &refusals, now).await?;
        withhold_coverage(&mut coverage, quoting, &refusals, recap_from);
        let recap = withhold(self.passed(reader, recap_from, now).await?);
        // Which of its words were minded nobody said.
        let recap = match said.iter().flatten().any(|one| is_about_content(one)) {
            true => withhold_all(recap),
            false => recap,
        };
        let recap = if quoting == Quoting::Nothing { Vec::new() } else { recap };
        let input = WelcomeInput {
            reader,
            vocabulary: &in_force.vocabulary,
            coverage: &coverage,
            recap: &recap,
            recap_from,
            since: history.since,
            now,
            watchlist: in_force.version,
            desk: &in_force.letterhead.reply_to,
            subjects: in_force.letterhead.subjects,
            short: None,
            lines: None,
            quoting,
        };
        let room = self.room(reader, now).await?;
        let content = written(|| {
            let content = welcome::welcome(&input);
            match room.filter(|room| message::size(&content) > room.bytes) {
                Some(room) => welcome::within(&input, room),
                None => content,
            }
        })?;
        let composed =
            Composed { reader: reader.name.clone(), content, notices: Vec::new(), empty: false };
        let key = MailKey::welcome(&reader.name, if anew { now } else { history.since });
        let occasion = Occasion::digest(key, MailKind::Welcome, now);
        sealed.mails += u64::from(self.seal(in_force, reader, occasion, &composed).await?);
        Ok(())
    }

    /// Alerts of a stretch of time that pass a reader's filters, told to them or not.
    pub(super) async fn passed(
        &self,
        reader: &Reader,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<PendingNotice>, StoreError> {
        let mut alerts = self.ground.store.archive().alerts_between(from, now, MOST).await?;
        alerts.retain(|one| route::concerns(reader, &one.alert));
        Ok(alerts)
    }
}

/// Whether the last welcome was refused for its size or for what it says, and one that is made otherwise may yet
/// arrive. `said` is what was said of those that reached nobody, newest first.
fn may_arrive_otherwise(said: &[Vec<String>]) -> bool {
    let otherwise = |one: &String| is_too_large(one) || is_about_content(one);
    said.len() < TRIES && said.first().is_some_and(|last| last.iter().any(otherwise))
}

/// Whether welcomes went only to other addresses than some that the reader has now.
fn in_vain(tried: &[String], reader: &Reader) -> bool {
    let is_tried = |to: &String| tried.iter().any(|one| one.eq_ignore_ascii_case(to));
    !tried.is_empty() && !reader.to.iter().all(is_tried)
}

fn all_read(coverage: &Coverage) -> bool {
    coverage.sources.iter().all(|one| one.state.last_poll.is_some())
}
