//! Assess: stored items → judgement → alert → story → notices, one batch a transaction.
//!
//! One at a time per store (the lease says who), in stored order, so that "the first item of a
//! story" means the same to everybody. Only this step adopts a new watchlist: a batch is judged by
//! one version from its first item to its last, and what the new one finds in stored items is caught up
//! with in [`late`] whenever nothing new waits.

mod late;
mod recent;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use self::recent::Recent;
use super::{Ground, InForce, canary};
use crate::detect::{Candidate, Origin, Placement, StoryBook, adds, judge, under_ids_of};
use crate::model::canary::{CANARY, is_synthetic};
use crate::model::item::Arrival;
use crate::model::{
    Alert, AlertId, Item, ItemId, Judgement, Mark, Named, Notice, Severity, StoryId, Timestamp,
    Urgency,
};
use crate::notify::route::{self, StorySoFar};
use crate::store::{Assessment, Decision, StoreError, Unassessed};

/// Items judged in one transaction: large enough that a commit costs little for each, small enough
/// that a stop waits less than a second.
const BATCH: usize = 1_000;

/// How long the right to assess is ours without renewal.
const LEASE: Duration = Duration::from_secs(120);

/// What a round of assessing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assessed {
    /// Items judged, a canary's left out.
    pub items: u64,
    /// Stored items matched again by a new version.
    pub again: u64,
    /// Alerts decided, told to anybody or not; a canary's left out.
    pub alerts: u64,
    /// Notices made; a canary's left out.
    pub notices: u64,
    /// Notices of canaries: they want sealing like others.
    pub canaries: u64,
}

/// The step. Keeps the window of recent items between rounds, so that a round does not read it
/// again.
pub struct Assessor {
    ground: Ground,
    holder: String,
    /// Since when the right to assess is ours.
    held: Option<Timestamp>,
    recent: Option<Recent>,
    /// The version that this step works by, once the store knows.
    adopted: Option<u64>,
}

impl Assessor {
    /// A step that signs its lease with `holder`.
    #[must_use]
    pub fn new(ground: Ground, holder: String) -> Self {
        Self { ground, holder, held: None, recent: None, adopted: None }
    }

    /// Assesses until nothing is left, by `current()` at the start of each batch. Answers at once
    /// with nothing done while somebody else holds the lease.
    ///
    /// # Errors
    ///
    /// When the store fails; what was written stays, and the rest is assessed next time.
    pub async fn run(
        &mut self,
        current: &(dyn Fn() -> Arc<InForce> + Sync),
    ) -> Result<Assessed, StoreError> {
        let mut all = Assessed::default();
        while let Some(done) = self.batch(&current()).await? {
            all.items += done.items;
            all.again += done.again;
            all.alerts += done.alerts;
            all.notices += done.notices;
            all.canaries += done.canaries;
        }
        Ok(all)
    }

    /// Assesses one batch by one version of the watchlist, or matches one page of stored items again.
    /// `None` when nothing waits, or while somebody else holds the lease.
    ///
    /// # Errors
    ///
    /// When the store fails; nothing of the batch was written then.
    pub async fn batch(&mut self, in_force: &InForce) -> Result<Option<Assessed>, StoreError> {
        let now = self.ground.clock.now();
        let store = Arc::clone(&self.ground.store);
        if !self.holds(now).await? {
            // Somebody else's batches would be missing from our window.
            self.recent = None;
            return Ok(None);
        }
        self.adopt(in_force, now).await?;
        let batch = store.unassessed(BATCH).await?;
        if batch.is_empty() {
            return self.catch_up(in_force, now).await;
        }
        // Taken out, so that a batch that is not written, for whatever reason, leaves no window
        // behind that knows its items.
        let mut recent = match self.recent.take() {
            Some(recent) => recent,
            None => self.remember(in_force, now).await?,
        };
        let mut whole = true;
        let decisions: Vec<Decision> = batch
            .iter()
            .map(|waiting| {
                let decide = AssertUnwindSafe(|| decide(waiting, in_force, &mut recent, now));
                catch_unwind(decide).unwrap_or_else(|_| {
                    whole = false;
                    give_up(waiting)
                })
            })
            .collect();
        // A canary is judged like anything else and counts for nothing.
        let news =
            || batch.iter().zip(&decisions).filter(|(one, _)| !is_synthetic(&one.item.source));
        let done = Assessed {
            items: news().count() as u64,
            again: 0,
            alerts: news().filter(|(_, one)| one.alert.is_some()).count() as u64,
            notices: news().map(|(_, one)| one.notices.len() as u64).sum(),
            canaries: decisions.iter().flat_map(|one| &one.notices).filter(to_nobody).count()
                as u64,
        };
        let assessment = Assessment { watchlist: in_force.version, at: now, decisions };
        store.finish_assessment(assessment).await?;
        self.recent = whole.then_some(recent);
        // A long backlog must not starve what else runs on this thread.
        tokio::task::yield_now().await;
        Ok(Some(done))
    }

    /// Whether the right to assess is ours. It is renewed when half of it is over, not for each batch: that
    /// would be a commit of its own.
    async fn holds(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        if self.held.is_some_and(|from| from <= now && now.since(from) < LEASE / 2) {
            return Ok(true);
        }
        let until = now.plus(LEASE);
        let ours = self.ground.store.claim_assessment(self.holder.clone(), now, until).await?;
        self.held = ours.then_some(now);
        Ok(ours)
    }
}

fn candidate<'a>(
    item: &'a Item,
    companies: &'a [Named],
    topics: &'a [Named],
    severity: Option<Severity>,
) -> Candidate<'a> {
    Candidate {
        id: item.id.as_str(),
        source: item.source.as_str(),
        // A publisher's date may be years off; what we saw ourselves bounds it.
        published: item.published.map_or(item.first_seen, |at| at.min(item.first_seen)),
        text: &item.text,
        companies,
        topics,
        // Hits without an alert are low.
        alert: severity > Some(Severity::Low),
    }
}

/// What is recorded when judging an item ends in a bug of ours: just that. An item that nobody can
/// judge must not stop all that come after it.
fn give_up(waiting: &Unassessed) -> Decision {
    let item = waiting.item.id.as_str();
    tracing::error!(item, "judging item {item} ended in a bug; it is recorded and told to nobody");
    Decision {
        item: waiting.item.id.clone(),
        row: Some(waiting.row),
        revision: waiting.item.revision,
        judgement: Judgement::default(),
        story: waiting.story.clone(),
        copy_of: None,
        alert: None,
        notices: Vec::new(),
        untold: Some("judging it ended in a bug of this program".to_owned()),
    }
}

/// Decides about one item. Pure but for the book, which remembers it.
fn decide(
    waiting: &Unassessed,
    in_force: &InForce,
    recent: &mut Recent,
    now: Timestamp,
) -> Decision {
    let item = &waiting.item;
    let origin = Origin::of(item);
    let synthetic = is_synthetic(&item.source);
    let judgement = match synthetic {
        true => canary::judged(item),
        false => judge(&in_force.watchlist, &item.text, origin),
    };
    let untold = judgement.severity.and_then(|_| untold(waiting, &judgement, in_force));
    let Some(severity) = judgement.severity.filter(|_| judgement.alert) else {
        return Decision {
            item: item.id.clone(),
            row: Some(waiting.row),
            revision: item.revision,
            judgement,
            story: waiting.story.clone(),
            copy_of: None,
            alert: None,
            notices: Vec::new(),
            untold,
        };
    };
    // Stories are what readers see: what nobody is ever told begins none, and repeats nothing.
    let joins = (item.arrival.is_told() || waiting.story.is_some()) && !synthetic;
    let (story, placed) = match joins {
        true => place(item, waiting.story.as_ref(), &judgement, &mut recent.book),
        false => (StoryId::of(&[item.id.as_str()]), Placement::default()),
    };
    let so_far = recent.stories.get(&story).cloned().unwrap_or_default();
    if joins {
        let named = (judgement.companies.as_slice(), judgement.topics.as_slice());
        recent.add(item, &story, placed.copy_of.as_deref(), named, Some(severity));
    }
    let alert = Alert {
        id: AlertId::of(&[item.id.as_str(), &item.revision.to_string()]),
        item: item.id.clone(),
        revision: item.revision,
        story: story.clone(),
        copy_of: placed.copy_of.as_deref().map(|id| ItemId::stored(id.to_owned())),
        severity,
        marks: marks(item, &judgement, severity, &so_far),
        judgement: judgement.clone(),
        watchlist: in_force.version,
        at: now,
    };
    let notices = match &untold {
        None if synthetic => vec![for_nobody_else(&alert, CANARY, now)],
        None => notices(&alert, item, in_force, now),
        Some(_) => Vec::new(),
    };
    Decision {
        item: item.id.clone(),
        row: Some(waiting.row),
        revision: item.revision,
        copy_of: alert.copy_of.clone(),
        judgement,
        story: joins.then_some(story),
        alert: Some(alert),
        notices,
        untold,
    }
}

/// The story that an item joins or starts. An edited item stays in its own.
fn place(
    item: &Item,
    its: Option<&StoryId>,
    judgement: &Judgement,
    book: &mut StoryBook,
) -> (StoryId, Placement) {
    if let Some(story) = its {
        let placed = Placement { story: Some(story.as_str().into()), copy_of: None };
        return (story.clone(), placed);
    }
    let placed =
        book.place(&candidate(item, &judgement.companies, &judgement.topics, judgement.severity));
    let story = match &placed.story {
        Some(story) => StoryId::stored(story.to_string()),
        None => StoryId::of(&[item.id.as_str()]),
    };
    (story, placed)
}

/// Why an alert is recorded but told to nobody.
fn untold(waiting: &Unassessed, judgement: &Judgement, in_force: &InForce) -> Option<String> {
    match waiting.item.arrival {
        Arrival::Baseline => Some("older than the source's first read looks back".to_owned()),
        Arrival::Edited => {
            let before = waiting.before.clone()?;
            adds(&under_ids_of(&in_force.watchlist, before, judgement), judgement)
                .is_none()
                .then(|| "the edit adds no company, topic or severity".to_owned())
        }
        Arrival::Elsewhere => {
            Some("known from the same address, under an id of its source that is gone".to_owned())
        }
        Arrival::New | Arrival::AlreadyThere | Arrival::Old => None,
    }
}

fn marks(item: &Item, judgement: &Judgement, severity: Severity, so_far: &StorySoFar) -> Vec<Mark> {
    let mut marks = match item.arrival {
        Arrival::AlreadyThere => vec![Mark::AlreadyThere],
        Arrival::Edited => vec![Mark::Updated],
        Arrival::Old => vec![Mark::Old],
        Arrival::New | Arrival::Baseline | Arrival::Elsewhere => Vec::new(),
    };
    marks.extend(route::marks_in_story(judgement, severity, item.official, so_far));
    marks
}

/// Who is told. An alert that no reader receives goes to the operator: it reaches somebody.
fn notices(alert: &Alert, item: &Item, in_force: &InForce, now: Timestamp) -> Vec<Notice> {
    let notices = route::route(alert, item, &in_force.readers, now);
    if !notices.is_empty() {
        return notices;
    }
    vec![for_nobody_else(alert, &in_force.operator.name, now)]
}

/// Whether a notice is a canary's.
fn to_nobody(notice: &&Notice) -> bool {
    notice.reader == CANARY
}

fn for_nobody_else(alert: &Alert, reader: &str, now: Timestamp) -> Notice {
    Notice {
        alert: alert.id.clone(),
        reader: reader.to_owned(),
        urgency: Urgency::Digest,
        not_before: now,
    }
}
