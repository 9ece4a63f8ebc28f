//! Urgent mails: what is due of a reader's stories now, each alert once for each person.
//!
//! When a mail is due is `notify/route`'s rule and what it says `notify/urgent`'s. Here is what they
//! decide upon: what was told on each story before, and what these very addresses have had through
//! another reader's urgent mail, so that nobody is rung up twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::seal::{Occasion, Sealed};
use super::{Composed, DeliverError, Deliverer, written};
use crate::model::mail::StoryTold;
use crate::model::record::Restore;
use crate::model::{AlertId, MailKey, MailKind, PendingNotice, StoryId, Timestamp, Urgency};
use crate::notify::Content;
use crate::notify::message;
use crate::notify::outlets::Outlets;
use crate::notify::reader::Reader;
use crate::notify::room::Room;
use crate::notify::route::{self, Told, UrgentMail};
use crate::notify::urgent::{self, UrgentInput};
use crate::notify::withheld::{self, Quoting, withhold};
use crate::pipeline::InForce;
use crate::store::{Store, StoreError};

/// How long after a restore an urgent mail says that it may repeat what was told: what feeds still show of
/// the time between is read again within hours.
const REPEATING: Duration = Duration::from_secs(24 * 3600);

/// What went out on each story of a reader before.
#[derive(Default)]
pub(super) struct Before {
    pub(super) told: HashMap<StoryId, Told>,
    /// Message-IDs, oldest first: a follow-up answers them.
    message_ids: HashMap<StoryId, Vec<String>>,
    /// The highest number given to a mail on the story, told or given up.
    numbered: HashMap<StoryId, u32>,
}

impl Before {
    /// The number in the key of the `n`-th mail on a story: one that was given up keeps its own.
    fn number(&self, story: &StoryId, n: u32) -> u32 {
        n.max(self.numbered.get(story).copied().unwrap_or_default() + 1)
    }
}

impl Deliverer {
    /// Seals the urgent mails of a reader that are due. After an outage of mail all of them are one.
    pub(super) async fn seal_urgent_due(
        &self,
        in_force: &InForce,
        reader: &Reader,
        now: Timestamp,
        sealed: &mut Sealed,
    ) -> Result<(), DeliverError> {
        let store = &self.ground.store;
        let mut pending = withhold(store.pending_notices(reader.name.clone()).await?);
        if !pending.iter().any(|one| one.notice.urgency == Urgency::Urgent) {
            return Ok(());
        }
        let mut before = told_before(&**store, reader, &pending).await?;
        let since = now.minus(withheld::REMEMBERED);
        let refusals = store.archive().refusals(reader.to.clone(), since).await?;
        let quoting = self.quoting(reader, vec![MailKind::Urgent], &refusals, now).await?;
        let outlets = match quoting {
            Quoting::Freely => Outlets::of(&store.archive().known_sources().await?),
            Quoting::NoNames | Quoting::Nothing => Outlets::default(),
        };
        let restored = self.restored_since(now.minus(REPEATING)).await?;
        let room = self.room(reader, now).await?;
        let restored = restored.as_ref();
        let page = Page { in_force, reader, outlets: &outlets, now, restored, room, quoting };
        let known = self.told_elsewhere(reader, &pending).await?;
        if !known.is_empty() {
            let had = |one: &PendingNotice| known.contains(&one.alert.id);
            let (told, rest) = pending.into_iter().partition(had);
            pending = rest;
            self.count_as_told(page, told, &mut before).await?;
        }
        let last_hour = store.reader_history(reader.name.clone(), now).await?.urgent_last_hour;
        let mut plan = route::plan_urgent(reader, &pending, &before.told, &last_hour, now);
        take_along(reader, &pending, &mut plan.mails);
        let delayed_since = self.memory().over_since;
        if delayed_since.is_some() {
            plan = plan.in_one();
        }
        for (nth, mail) in (1..).zip(&plan.mails) {
            let last_of_hour = last_hour.len() + nth >= reader.urgent_per_hour as usize;
            let told = self.told_of_its_story(reader, &pending, mail).await?;
            let late = Late { delayed_since, last_of_hour };
            let composed = written(|| page.compose(&pending, mail, told.as_ref(), late))?;
            let answers = before.message_ids.remove(&mail.story).unwrap_or_default();
            let number = before.number(&mail.story, mail.n);
            let occasion = occasion(reader, &mail.story, number, answers, now);
            sealed.mails += u64::from(self.seal(in_force, reader, occasion, &composed).await?);
        }
        sealed.wake_at(plan.wake);
        Ok(())
    }

    /// What earlier mails told of a mail's story, if it is a follow-up and of one only.
    async fn told_of_its_story(
        &self,
        reader: &Reader,
        pending: &[PendingNotice],
        mail: &UrgentMail,
    ) -> Result<Option<StoryTold>, StoreError> {
        let its = |at: &usize| pending[*at].alert.story == mail.story;
        if mail.n < 2 || !mail.notices.iter().all(its) {
            return Ok(None);
        }
        self.ground.store.told_of_story(reader.name.clone(), mail.story.clone()).await
    }

    /// Alerts that all of this reader's addresses had by urgent mails to other readers.
    async fn told_elsewhere(
        &self,
        reader: &Reader,
        pending: &[PendingNotice],
    ) -> Result<BTreeSet<AlertId>, StoreError> {
        let alerts = pending.iter().map(|one| one.alert.id.clone()).collect();
        let store = &self.ground.store;
        let told = store.told_to_addresses(reader.name.clone(), reader.to.clone(), alerts).await?;
        Ok(told.into_iter().collect())
    }

    /// What these addresses had already is an occasion without a letter: the story counts as told,
    /// so that its follow-ups keep their pace, and the digest marks it as sent. What is not urgent
    /// for this reader waits for the digest as ever.
    async fn count_as_told(
        &self,
        page: Page<'_>,
        told: Vec<PendingNotice>,
        before: &mut Before,
    ) -> Result<(), DeliverError> {
        let Page { in_force, reader, now, .. } = page;
        let mut stories: BTreeMap<StoryId, Vec<PendingNotice>> = BTreeMap::new();
        for one in told.into_iter().filter(|one| one.notice.urgency == Urgency::Urgent) {
            stories.entry(one.alert.story.clone()).or_default().push(one);
        }
        for (story, notices) in stories {
            let told = before.told.entry(story.clone()).or_default();
            *told = Told { count: told.count + 1, last: Some(now) };
            let mail = UrgentMail {
                story: story.clone(),
                n: told.count,
                notices: (0..notices.len()).collect(),
                folded: false,
            };
            let composed = written(|| page.compose(&notices, &mail, None, Late::default()))?;
            let number = before.number(&story, mail.n);
            before.numbered.insert(story.clone(), number);
            let occasion = occasion(reader, &story, number, Vec::new(), now);
            self.seal(in_force, reader, occasion, &composed).await?;
        }
        Ok(())
    }
}

/// Adds to the first mail what an earlier one could not deliver to a reader who takes no digests: no other
/// mail would ever tell it.
fn take_along(reader: &Reader, pending: &[PendingNotice], mails: &mut [UrgentMail]) {
    if !reader.schedule.is_never() || mails.is_empty() {
        return;
    }
    let left: Vec<usize> = (0..pending.len())
        .filter(|at| pending[*at].undelivered && pending[*at].notice.urgency == Urgency::Digest)
        .filter(|at| !mails.iter().any(|mail| mail.notices.contains(at)))
        .collect();
    if let Some(first) = mails.first_mut() {
        first.notices.extend(left);
    }
}

/// What went out on the stories of these notices before.
pub(super) async fn told_before(
    store: &dyn Store,
    reader: &Reader,
    pending: &[PendingNotice],
) -> Result<Before, StoreError> {
    let mut before = Before::default();
    for one in pending {
        let story = &one.alert.story;
        if !before.told.contains_key(story) {
            let had = store.urgent_sealed(reader.name.clone(), story.clone()).await?;
            let count = u32::try_from(had.message_ids.len()).unwrap_or(u32::MAX);
            before.told.insert(story.clone(), Told { count, last: had.last });
            before.message_ids.insert(story.clone(), had.message_ids);
            before.numbered.insert(story.clone(), had.numbered);
        }
    }
    Ok(before)
}

fn occasion(
    reader: &Reader,
    story: &StoryId,
    n: u32,
    answers: Vec<String>,
    now: Timestamp,
) -> Occasion {
    Occasion {
        key: MailKey::urgent(&reader.name, story, n),
        kind: MailKind::Urgent,
        story: Some(story.clone()),
        answers,
        covers_until: now,
        at: now,
    }
}

/// What a mail says of when it comes.
#[derive(Clone, Copy, Default)]
struct Late {
    delayed_since: Option<Timestamp>,
    last_of_hour: bool,
}

/// What all urgent mails of a round have in common.
#[derive(Clone, Copy)]
struct Page<'a> {
    in_force: &'a InForce,
    reader: &'a Reader,
    outlets: &'a Outlets,
    now: Timestamp,
    restored: Option<&'a Restore>,
    room: Option<Room>,
    quoting: Quoting,
}

impl Page<'_> {
    fn compose(
        self,
        pending: &[PendingNotice],
        mail: &UrgentMail,
        told: Option<&StoryTold>,
        late: Late,
    ) -> Composed {
        let notices: Vec<&PendingNotice> = mail.notices.iter().map(|at| &pending[*at]).collect();
        let input = UrgentInput {
            reader: self.reader,
            notices: &notices,
            n: mail.n,
            readers: &self.in_force.readers,
            told,
            now: self.now,
            watchlist: self.in_force.version,
            desk: &self.in_force.letterhead.reply_to,
            subjects: self.in_force.letterhead.subjects,
            outlets: self.outlets,
            delayed_since: late.delayed_since,
            restored: self.restored,
            last_of_hour: late.last_of_hour,
            short: None,
            quoting: self.quoting,
        };
        let (content, notices) = self.fitted(&input);
        Composed { reader: self.reader.name.clone(), content, notices, empty: false }
    }

    fn fitted(self, input: &UrgentInput<'_>) -> (Content, Vec<PendingNotice>) {
        if self.quoting == Quoting::Nothing {
            return urgent::by_id(input);
        }
        let content = urgent::urgent(input);
        match self.room.filter(|room| message::size(&content) > room.bytes) {
            Some(room) => urgent::within(input, room),
            None => (content, input.notices.iter().map(|one| (*one).clone()).collect()),
        }
    }
}
