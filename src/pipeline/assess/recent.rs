//! The items of the last days: what copies and stories are recognised by, and what each story has brought.
//!
//! Companies and topics are remembered by id, and an id that is made from a name changes with it. Invariant:
//! no item is remembered under an id that the watchlist in force no longer has, if what it names stands there
//! under another: a running story goes on, and what was told of it is no news under a new id.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::{Assessor, BATCH, candidate};
use crate::detect::{Origin, StoryBook, Watchlist, judge, under_ids_of};
use crate::model::{Item, ItemId, Judgement, Named, Severity, StoryId, Timestamp};
use crate::notify::route::StorySoFar;
use crate::pipeline::InForce;
use crate::store::{StoreError, StoryMember};

/// Items with hits that take part in recognising copies and stories.
const WINDOW: usize = 50_000;

/// A story lasts at most this long (a copy joins without prolonging it), so older items cannot
/// gain members.
const STORY_MEMORY: Duration = Duration::from_secs(10 * 24 * 3600);

/// What is remembered between rounds.
pub(super) struct Recent {
    pub(super) book: StoryBook,
    pub(super) stories: HashMap<StoryId, StorySoFar>,
    /// Ids of companies and of topics under which anything is remembered.
    companies: HashSet<Arc<str>>,
    topics: HashSet<Arc<str>>,
}

impl Recent {
    fn new() -> Self {
        Self {
            book: StoryBook::new(WINDOW),
            stories: HashMap::new(),
            companies: HashSet::new(),
            topics: HashSet::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        item: &Item,
        story: &StoryId,
        copy_of: Option<&str>,
        named: (&[Named], &[Named]),
        severity: Option<Severity>,
    ) {
        let (companies, topics) = named;
        self.book.add(&candidate(item, companies, topics, severity), story.as_str(), copy_of);
        self.stories.entry(story.clone()).or_default().add(
            companies.iter().map(|one| &*one.id),
            topics.iter().map(|one| &*one.id),
            severity,
            item.official,
        );
        note(&mut self.companies, companies);
        note(&mut self.topics, topics);
    }

    /// Whether all that is remembered stands under ids of this watchlist.
    pub(super) fn stands_under_ids_of(&self, watchlist: &Watchlist) -> bool {
        self.companies.iter().all(|id| watchlist.company_of_id(id).is_some())
            && self.topics.iter().all(|id| watchlist.topic_of_id(id).is_some())
    }
}

fn note(ids: &mut HashSet<Arc<str>>, named: &[Named]) {
    for one in named {
        if !ids.contains(&one.id) {
            ids.insert(Arc::clone(&one.id));
        }
    }
}

impl Assessor {
    /// The items of the last days as the store has them, under the ids of the watchlist in force.
    pub(super) async fn remember(
        &self,
        in_force: &InForce,
        now: Timestamp,
    ) -> Result<Recent, StoreError> {
        let since = now.minus(STORY_MEMORY);
        let members = self.ground.store.story_window(since, WINDOW).await?;
        let renamed = self.renamed(&members, in_force).await?;
        let mut recent = Recent::new();
        for member in &members {
            let (companies, topics) = match renamed.get(&member.item.id) {
                Some(judgement) => (judgement.companies.clone(), judgement.topics.clone()),
                None => (named(&member.companies), named(&member.topics)),
            };
            let copy_of = member.copy_of.as_ref().map(ItemId::as_str);
            let named = (companies.as_slice(), topics.as_slice());
            recent.add(&member.item, &member.story, copy_of, named, member.severity);
        }
        Ok(recent)
    }

    /// What was made of those that name an id that is gone, under the ids of now. Which entry is which is
    /// seen by what it finds in the item, as for what an item itself was told under before.
    async fn renamed(
        &self,
        members: &[StoryMember],
        in_force: &InForce,
    ) -> Result<HashMap<ItemId, Judgement>, StoreError> {
        let watchlist = &in_force.watchlist;
        let stands = |one: &&StoryMember| {
            one.companies.iter().all(|id| watchlist.company_of_id(id).is_some())
                && one.topics.iter().all(|id| watchlist.topic_of_id(id).is_some())
        };
        let outdated: Vec<&StoryMember> = members.iter().filter(|one| !stands(one)).collect();
        let archive = self.ground.store.archive();
        let mut renamed = HashMap::new();
        for some in outdated.chunks(BATCH) {
            let items: HashMap<&ItemId, &Item> =
                some.iter().map(|one| (&one.item.id, &one.item)).collect();
            let asked = some.iter().map(|one| one.item.id.clone()).collect();
            for (id, before) in archive.decisions_on(asked).await? {
                let (Some(before), Some(item)) = (before, items.get(&id)) else { continue };
                let judged = AssertUnwindSafe(|| judge(watchlist, &item.text, Origin::of(item)));
                // What nobody can judge stays under the ids that it had.
                if let Ok(judgement) = catch_unwind(judged) {
                    renamed.insert(id, under_ids_of(watchlist, before, &judgement));
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(renamed)
    }
}

fn named(ids: &[String]) -> Vec<Named> {
    let named =
        |id: &String| Named { id: id.as_str().into(), name: id.as_str().into(), note: None };
    ids.iter().map(named).collect()
}
