//! The canary: once a day a synthetic item goes the whole way, from a feed on loopback to the mail
//! server's reply, so that "nothing was found" can be told from "nothing works".
//!
//! Nothing here fetches, judges or mails: the loops that do so for news do it for the canary, and know
//! it by its source. This step lays it out, follows it through the store, and says when it is missing;
//! the second channel tells. It is marked synthetic wherever it stands, and counts nowhere.

mod feed;
mod rules;
mod term;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Ground;
use crate::model::{Canary, CanaryState, Timestamp};
use crate::notify::schedule::Schedule;
use crate::store::StoreError;

pub use rules::PATIENCE;
pub(super) use term::judged;

use feed::Feed;

/// While a canary flies it is looked after this often.
const LOOK: Duration = Duration::from_secs(5);

/// How far back a canary is of interest: what was lost before then has been told.
const MEMORY: Duration = Duration::from_secs(3 * 24 * 3600);

/// What a look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// A feed was laid out: it is due at once.
    pub planted: bool,
    /// When to look again.
    pub wake: Option<Timestamp>,
}

/// The step. Clones share what is known.
#[derive(Clone)]
pub struct Keeper {
    ground: Ground,
    memory: Arc<Mutex<Memory>>,
}

/// Gone with the process, and then found out again from the store.
#[derive(Default)]
struct Memory {
    feed: Option<Feed>,
    /// Which day's canary is followed, and since when: by the clock that nobody can set.
    following: Option<(String, Instant)>,
    missing: Option<(Timestamp, String)>,
}

impl Keeper {
    /// A step that serves nothing yet.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        Self { ground, memory: Arc::default() }
    }

    /// Since when a canary has been missing, and where it was lost, while that is the last that was
    /// heard of one.
    #[must_use]
    pub fn missing(&self) -> Option<(Timestamp, String)> {
        self.memory().missing.clone()
    }

    /// Looks after the canary: follows the one that flies, and lays out the one that is due. Without a
    /// schedule nothing flies and nothing is missing.
    ///
    /// # Errors
    ///
    /// When the store fails, or no port is free on loopback; it is looked again soon.
    pub async fn look(&self, schedule: Option<&Schedule>) -> Result<Looked, StoreError> {
        let Some(schedule) = schedule else {
            *self.memory() = Memory::default();
            return Ok(Looked::default());
        };
        let now = self.ground.clock.now();
        let known = self.ground.store.archive().canaries(now.minus(MEMORY), now).await?;
        let mut newest = known.into_iter().next_back();
        let mut looked = Looked { planted: false, wake: rules::next(schedule, now) };
        if let Some(one) = newest.take() {
            // A missing one may still arrive, until the next one flies.
            let (one, served) = self.follow(one, now).await?;
            looked.planted |= served;
            newest = Some(one);
        }
        if let Some(day) = rules::due(schedule, newest.as_ref(), now) {
            newest = Some(self.plant(&day, now).await?);
            looked.planted = true;
        }
        let newest = newest.filter(|one| one.state != CanaryState::Arrived);
        if newest.as_ref().is_some_and(|one| one.state == CanaryState::Flying) {
            looked.wake = Some(now.plus(LOOK));
        }
        self.memory().missing = newest
            .filter(|one| one.state == CanaryState::Missing)
            .map(|one| (one.settled.unwrap_or(one.planted), one.detail));
        Ok(looked)
    }

    /// Follows a canary: writes what became of it, and sees that its feed is served until then.
    /// Answers how it stands, and whether its feed had to be laid out anew.
    async fn follow(&self, one: Canary, now: Timestamp) -> Result<(Canary, bool), StoreError> {
        if !matches!(one.state, CanaryState::Flying | CanaryState::Missing) {
            self.memory().feed = None;
            return Ok((one, false));
        }
        let progress = self.ground.store.archive().canary_progress(one.day.clone()).await?;
        let waited = self.waited(&one.day);
        if let Some(settled) = rules::verdict(&one, &progress, waited, now) {
            tell(&settled);
            self.ground.store.settle_canary(settled.clone()).await?;
            return Ok((settled, false));
        }
        let served = self.memory().feed.as_ref().is_some_and(|feed| feed.day == one.day);
        if served || progress.stored {
            return Ok((one, false));
        }
        self.serve(&one.day, now).await?;
        Ok((one, true))
    }

    async fn plant(&self, day: &str, now: Timestamp) -> Result<Canary, StoreError> {
        self.serve(day, now).await?;
        self.waited(day);
        tracing::info!(day, "the canary of {day} was laid out");
        Ok(Canary {
            day: day.to_owned(),
            planted: now,
            state: CanaryState::Flying,
            settled: None,
            detail: String::new(),
        })
    }

    async fn serve(&self, day: &str, now: Timestamp) -> Result<(), StoreError> {
        let feed = Feed::open(day).await.map_err(|error| StoreError::Later {
            what: "could not serve the canary's feed on loopback".to_owned(),
            why: error.to_string(),
            full: false,
        })?;
        self.ground.store.plant_canary(day.to_owned(), feed.url().to_owned(), now).await?;
        self.memory().feed = Some(feed);
        Ok(())
    }

    /// For how long this process has followed a day's canary: time in which the service was down, or
    /// by which the clock was set, is no time in which it could have arrived.
    fn waited(&self, day: &str) -> Duration {
        let mut memory = self.memory();
        match &memory.following {
            Some((followed, since)) if followed == day => since.elapsed(),
            _ => {
                memory.following = Some((day.to_owned(), Instant::now()));
                Duration::ZERO
            }
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Each field is written whole: a panic elsewhere leaves nothing half-written.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tell(one: &Canary) {
    let (day, detail) = (one.day.as_str(), one.detail.as_str());
    match one.state {
        CanaryState::Missing => {
            tracing::error!(day, "the canary of {day} did not arrive: {detail}");
        }
        CanaryState::Late => tracing::warn!(day, "the canary of {day} arrived late"),
        CanaryState::Arrived | CanaryState::Flying => {
            tracing::info!(day, "the canary of {day} arrived");
        }
    }
}
