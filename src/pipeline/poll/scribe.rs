//! Polls are written together: one commit for many of them, and one wake-up for all that wait for it.
//!
//! Invariant: a poll hears that it is written after the commit that wrote it, and one that cannot be
//! written takes nothing back of the others. What a poll brought is decided elsewhere.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::store::{FinishedPoll, Store, StoreError};

/// Most polls in one commit. A commit of its own costs about 91 µs of CPU, one of 64 about 4.
const TOGETHER: usize = 128;

/// How long a poll waits for company: polls hold their places meanwhile, of which there are as many as
/// are written together, so this bounds them at ten thousand a second.
const LINGER: Duration = Duration::from_millis(10);

/// A poll that waits to be written, and who wants to hear of it.
type Waiting = (FinishedPoll, oneshot::Sender<Result<(), StoreError>>);

/// Takes polls from all that are under way.
#[derive(Clone)]
pub(super) struct Scribe(UnboundedSender<Waiting>);

impl Scribe {
    /// One that writes in a task among `tasks` until nobody can hand it anything any more.
    pub(super) fn among(tasks: &mut JoinSet<()>, store: Arc<dyn Store>) -> Self {
        let (hand, handed) = mpsc::unbounded_channel();
        tasks.spawn(write_all(store, handed));
        Self(hand)
    }

    /// Writes a poll, together with others that end at about the same time.
    pub(super) async fn write(&self, poll: FinishedPoll) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let stopped = || StoreError::Later {
            what: "could not write a poll".to_owned(),
            why: "polling has stopped".to_owned(),
            full: false,
        };
        self.0.send((poll, tell)).map_err(|_| stopped())?;
        told.await.unwrap_or_else(|_| Err(stopped()))
    }
}

async fn write_all(store: Arc<dyn Store>, mut handed: UnboundedReceiver<Waiting>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while handed.recv_many(&mut batch, TOGETHER).await > 0 {
        let until = Instant::now() + LINGER;
        while batch.len() < TOGETHER {
            let room = TOGETHER - batch.len();
            match timeout_at(until, handed.recv_many(&mut batch, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        write(&*store, batch.drain(..).unzip()).await;
    }
}

async fn write(
    store: &dyn Store,
    (polls, tell): (Vec<FinishedPoll>, Vec<oneshot::Sender<Result<(), StoreError>>>),
) {
    let polls = Arc::new(polls);
    if store.finish_polls(Arc::clone(&polls)).await.is_ok() {
        for tell in tell {
            // Nobody waits for it any more, which changes nothing.
            let _ = tell.send(Ok(()));
        }
        return;
    }
    for (poll, tell) in polls.iter().zip(tell) {
        let _ = tell.send(store.finish_poll(poll.clone()).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::{FirstRun, SourceState};
    use crate::model::{Source, SourceId, Timestamp};
    use crate::store::sqlite::Sqlite;

    fn poll(source: &str, now: Timestamp) -> FinishedPoll {
        let mut state = SourceState::new(now);
        state.last_poll = Some(now);
        FinishedPoll {
            source: SourceId::new(source),
            address: "https://news.test/feed".to_owned(),
            started: now,
            ended: now,
            status: Some(200),
            bytes: 1,
            entries: Some(0),
            new: Vec::new(),
            edited: Vec::new(),
            seen: Vec::new(),
            rekeyed: Vec::new(),
            gap: None,
            quiet: false,
            state,
            next_poll: now.plus(Duration::from_secs(60)),
        }
    }

    #[tokio::test]
    async fn one_that_cannot_be_written_takes_none_of_the_others_with_it() {
        let store = Sqlite::dry_run(std::path::Path::new("/none/state.db"))
            .expect("a dry run of a store that is not there begins with an empty one");
        let store: Arc<dyn Store> = Arc::new(store);
        let now = Timestamp::from_millis(1_795_000_000_000);
        let known = Source {
            id: SourceId::new("known"),
            url: "https://news.test/feed".to_owned(),
            official: false,
            lang: None,
            interval: Duration::from_secs(60),
            allow_private: false,
            first_run: FirstRun::All,
        };
        store.adopt_sources(vec![known], now).await.expect("an empty store takes a source");
        let mut tasks = JoinSet::new();
        let scribe = Scribe::among(&mut tasks, Arc::clone(&store));
        let (good, bad) =
            tokio::join!(scribe.write(poll("known", now)), scribe.write(poll("unknown", now)));
        good.expect("its source was adopted");
        assert!(bad.expect_err("its source was not").to_string().contains("never adopted"));
        let rows = store.archive().sources(None, 9).await.expect("the store still answers");
        assert_eq!(rows[0].state.last_poll, Some(now));
    }
}
