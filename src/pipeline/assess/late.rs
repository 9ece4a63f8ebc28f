//! Back-fill: stored items that a new or corrected term matches are told once, as late.
//!
//! When assessing adopts a version that matches differently, the items first seen within the back-fill's
//! span are due to be matched again, in pages, whenever nothing new waits. Invariant: a page moves the
//! back-fill on in the transaction that writes what it found, and an item is told only what no earlier
//! decision on it told; so a crash, a further edit or a term that comes back tells nothing twice. Late
//! alerts are never urgent. A version that could be used only in part is matched again, as another one is, once
//! another program can use more of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::recent::Recent;
use super::{Assessed, Assessor, BATCH, marks, notices, place};
use crate::detect::{Origin, adds, alert_of, still_adds, under_ids_of};
use crate::model::{Alert, AlertId, Item, ItemId, Judgement, Mark, Reason, Severity, Timestamp};
use crate::notify::late::{self, Lacked};
use crate::pipeline::InForce;
use crate::pipeline::preview::wanting;
use crate::store::backfill::{
    Adopted, Asked, Assessing, BackfillPage, FinishedBackfill, MadeBefore, OwedLate,
};
use crate::store::{Assessment, Decision, StoreError};

/// Why nobody is told where only the record was asked for.
const RECORDED: &str = "found late, and [matching] backfill = \"none\" asks for the record only";

impl Assessor {
    /// Works by this version from now on, and notes what it must match again.
    pub(super) async fn adopt(
        &mut self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.adopted == Some(in_force.version) {
            return Ok(());
        }
        let store = Arc::clone(&self.ground.store);
        let without = in_force.left_out.iter().map(ToString::to_string).collect();
        let by = Assessing { version: in_force.version, without };
        let before = store.assessing().await?;
        let newer = |before: &Assessing| before.version <= by.version && *before != by;
        if before.as_ref().is_none_or(newer) {
            let lacked = match &before {
                Some(before) => self.lacked_by(before, &by, in_force).await?,
                None => None,
            };
            if lacked.is_some() {
                self.take_back(in_force, now).await?;
            }
            let since = lacked.map(|_| now.minus(in_force.backfill.span));
            let silent = in_force.backfill.silent;
            let adopted = Adopted { by, before: lacked, since, silent };
            store.adopt_for_assessment(adopted, now).await?;
        }
        let stands = |recent: &Recent| recent.stands_under_ids_of(&in_force.watchlist);
        // What was renamed is remembered under its new id.
        self.recent = self.recent.take().filter(stands);
        self.adopted = Some(in_force.version);
        Ok(())
    }

    /// Takes back late alerts that no mail told yet and of which nothing stands by this version: a slip of the
    /// pen that found a week of items and was mended in time is told to nobody.
    async fn take_back(&mut self, in_force: &InForce, now: Timestamp) -> Result<(), StoreError> {
        let store = Arc::clone(&self.ground.store);
        let (mut after, mut many) = (0, 0);
        loop {
            let page = store.owed_late(after, BATCH).await?;
            let Some(last) = page.last() else { break };
            after = last.row;
            let fallen: Vec<AlertId> = page
                .iter()
                .filter(|owed| !stands(owed, in_force))
                .map(|owed| owed.alert.id.clone())
                .collect();
            if !fallen.is_empty() {
                many += fallen.len();
                let why =
                    format!("version {} took it back before a mail told it", in_force.version);
                store.withdraw(fallen, why, now).await?;
                // What was remembered of stories holds them.
                self.recent = None;
            }
            tokio::task::yield_now().await;
        }
        if many > 0 {
            let version = in_force.version;
            tracing::info!(many, version, "late alerts that no mail told were taken back");
        }
        Ok(())
    }

    /// The version by which stored items were judged that this one may judge otherwise, if it may.
    async fn lacked_by(
        &self,
        before: &Assessing,
        by: &Assessing,
        in_force: &InForce,
    ) -> Result<Option<u64>, StoreError> {
        // A program that uses less tells no more; what it cannot use is asked for once one can.
        let more = before.without.iter().any(|line| !by.without.contains(line));
        if more {
            return Ok(Some(before.version));
        }
        // What the one before it had still to match again is left to this one.
        let under_way = self.ground.store.backfill_page(1).await?.map(|page| page.before);
        let edited =
            before.version < by.version && self.matches_otherwise(before.version, in_force).await?;
        Ok(under_way.or(edited.then_some(before.version)))
    }

    async fn matches_otherwise(&self, before: u64, in_force: &InForce) -> Result<bool, StoreError> {
        let archive = self.ground.store.archive();
        let file_of = async |version: u64| -> Result<_, StoreError> {
            let page = archive.config_versions(version.saturating_sub(1), 1).await?;
            Ok(page.into_iter().next().filter(|one| one.version == version))
        };
        let (old, new) = (file_of(before).await?, file_of(in_force.version).await?);
        // A version that is not there cannot be compared; matching again only costs time.
        Ok(match (old, new) {
            (Some(old), Some(new)) => !(in_force.match_alike)(&old.files, &new.files),
            _ => true,
        })
    }

    /// Matches the next page of stored items again. `None` when none is due.
    pub(super) async fn catch_up(
        &mut self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<Option<Assessed>, StoreError> {
        let store = Arc::clone(&self.ground.store);
        let page = match store.backfill_page(BATCH).await? {
            Some(page) if page.version == in_force.version => page,
            _ => return Ok(None),
        };
        let found = alerting(&page, in_force);
        let about: Vec<Asked> = found.iter().map(|(item, _)| asked(item)).collect();
        let made = match about.is_empty() {
            true => Vec::new(),
            false => store.made_before(about).await?,
        };
        let mut recent = match (self.recent.take(), found.is_empty()) {
            (Some(recent), _) => Some(recent),
            (None, true) => None,
            (None, false) => Some(self.remember(in_force, now).await?),
        };
        let mut decisions = Vec::new();
        let mut about = Vec::new();
        for ((item, judgement), mut made) in found.into_iter().zip(made) {
            let Some(recent) = &mut recent else { continue };
            made.judgement = under_ids_of(&in_force.watchlist, made.judgement, &judgement);
            if made.waits || adds(&made.judgement, &judgement).is_none() {
                continue;
            }
            about.push(asked(item));
            decisions.push(decide(item, judgement, made, &page, in_force, recent, now));
        }
        let done = Assessed {
            again: page.items.len() as u64,
            alerts: decisions.len() as u64,
            notices: decisions.iter().map(|one| one.notices.len() as u64).sum(),
            ..Assessed::default()
        };
        let late = Assessment { watchlist: in_force.version, at: now, decisions };
        let (from, until) = (page.from, page.until);
        let round = page.round;
        let finished = FinishedBackfill { round, from, until, items: done.again, late, about };
        store.finish_backfill(finished).await?;
        self.recent = recent;
        tokio::task::yield_now().await;
        Ok(Some(done))
    }
}

/// Whether anything of a late alert stands by this version. What nobody can judge stands.
fn stands(owed: &OwedLate, in_force: &InForce) -> bool {
    let origin = Origin::of(&owed.item);
    let judged = AssertUnwindSafe(|| alert_of(&in_force.watchlist, &owed.item.text, origin));
    match catch_unwind(judged) {
        Ok(judgement) => judgement.is_some_and(|now| {
            let known =
                |before: &Judgement| under_ids_of(&in_force.watchlist, before.clone(), &now);
            still_adds(&known(&owed.made), &known(&owed.alert.judgement), &now)
        }),
        Err(_) => true,
    }
}

fn asked(item: &Item) -> Asked {
    Asked { source: item.source.clone(), item: item.id.clone() }
}

/// The items of a page that the watchlist tells. What was old when its source was first read, or known
/// under another id of it, is never told, and an item that nobody can judge is left as it is.
fn alerting<'a>(page: &'a BackfillPage, in_force: &InForce) -> Vec<(&'a Item, Judgement)> {
    let told = page.items.iter().filter(|item| item.arrival.is_told());
    told.filter_map(|item| {
        let origin = Origin::of(item);
        let judged = AssertUnwindSafe(|| alert_of(&in_force.watchlist, &item.text, origin));
        match catch_unwind(judged) {
            Ok(judgement) => judgement.map(|judgement| (item, judgement)),
            Err(_) => {
                let id = item.id.as_str();
                tracing::error!(item = id, "matching item {id} again ended in a bug");
                None
            }
        }
    })
    .collect()
}

fn decide(
    item: &Item,
    mut judgement: Judgement,
    made: MadeBefore,
    page: &BackfillPage,
    in_force: &InForce,
    recent: &mut Recent,
    now: Timestamp,
) -> Decision {
    let severity = judgement.severity.unwrap_or(Severity::Low);
    let (story, placed) = place(item, made.story.as_ref(), &judgement, &mut recent.book);
    let so_far = recent.stories.get(&story).cloned().unwrap_or_default();
    let named = (judgement.companies.as_slice(), judgement.topics.as_slice());
    recent.add(item, &story, placed.copy_of.as_deref(), named, Some(severity));
    let mut marks = marks(item, &judgement, severity, &so_far);
    marks.push(Mark::Late);
    let words = why_late(item, &judgement, &made, page, in_force, now);
    let reason = Reason { rule: None, severity, words, readers: Vec::new() };
    judgement.reasons.insert(0, reason);
    let revision = item.revision.to_string();
    let version = match page.round {
        0 => in_force.version.to_string(),
        round => format!("{}.{round}", in_force.version),
    };
    let alert = Alert {
        // Of the item and the version that found it: what was told of the item before stays what it is.
        id: AlertId::of(&[item.id.as_str(), &revision, "late", &version]),
        item: item.id.clone(),
        revision: item.revision,
        story: story.clone(),
        copy_of: placed.copy_of.as_deref().map(|id| ItemId::stored(id.to_owned())),
        severity,
        marks,
        judgement: judgement.clone(),
        watchlist: in_force.version,
        at: now,
    };
    let notices = match page.silent {
        true => Vec::new(),
        false => notices(&alert, item, in_force, now),
    };
    Decision {
        item: item.id.clone(),
        row: None,
        revision: item.revision,
        judgement,
        story: Some(story),
        copy_of: alert.copy_of.clone(),
        alert: Some(alert),
        notices,
        untold: page.silent.then(|| RECORDED.to_owned()),
    }
}

fn why_late(
    item: &Item,
    judgement: &Judgement,
    made: &MadeBefore,
    page: &BackfillPage,
    in_force: &InForce,
    now: Timestamp,
) -> String {
    // What held it back may be older than the version before this one, in which it was not found at all.
    let version = made.version.unwrap_or(page.before);
    let made = &made.judgement;
    let wanting = wanting(judgement, made);
    let held: Vec<Option<String>> =
        wanting.iter().map(|one| one.held.as_ref().map(ToString::to_string)).collect();
    let lacked: Vec<Lacked<'_>> = wanting
        .iter()
        .zip(&held)
        .map(|(one, held)| Lacked {
            what: &one.what,
            held: held.as_deref().map(|held| (held, version)),
        })
        .collect();
    let told = made.severity.filter(|_| made.alert);
    let before = late::Before { version: page.before, in_part: page.before == page.version };
    late::reason(item.first_seen, now, in_force.operator.zone, before, told, &lacked)
}
