//! One poll: the request, what its body says, and the commit.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::finish::finish;
use super::report::{Report, tell};
use super::scribe::Scribe;
use crate::collect::fetch::{Fetched, Fetcher};
use crate::collect::parse::{self, Document, Hints, NotAFeed};
use crate::collect::source::{self, Ask, Polled, outage};
use crate::model::canary::is_synthetic;
use crate::model::{Source, Timestamp};
use crate::pipeline::places::Places;
use crate::pipeline::{Ground, network};
use crate::store::{SourceTask, StoreError};

/// Documents that are held at a time, parsed and on their way into the store.
const DOCUMENTS: usize = 32;

/// A body of at most so many bytes is parsed where it arrived: that is over in a millisecond or two, and
/// handing it to another thread and back costs more than a tenth of it.
const SMALL: usize = 64 * 1024;

/// The step.
#[derive(Clone)]
pub struct Poller {
    pub(super) ground: Ground,
    fetcher: Arc<Fetcher>,
    pub(super) per_host: usize,
    network: network::Shared,
    pub(super) places: Places,
    /// Documents parsed at the same time: each takes a processor, and memory many times its size.
    parsers: Arc<Semaphore>,
    /// Documents from the parser to the commit.
    documents: Arc<Semaphore>,
}

impl Poller {
    /// A step that fetches with `fetcher`, which keeps the pace of each host: `per_host` requests at
    /// a time.
    #[must_use]
    pub fn new(ground: Ground, fetcher: Arc<Fetcher>, per_host: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            ground,
            fetcher,
            per_host,
            network: network::Shared::default(),
            places: Places::of_process(),
            parsers: Arc::new(Semaphore::new(processors)),
            documents: Arc::new(Semaphore::new(DOCUMENTS)),
        }
    }

    /// Since when our own network has been out, if it is: then no source is blamed for its silence.
    pub async fn out_since(&self) -> Option<Timestamp> {
        self.network.lock().await.out_since()
    }

    /// One poll, from the request to the commit. `more` of the host's sources wait.
    pub(super) async fn poll(
        &self,
        task: SourceTask,
        more: bool,
        scribe: &Scribe,
    ) -> Result<Report, StoreError> {
        let started = self.ground.clock.now();
        let (ask, fetched) = self.fetch(&task, started, more).await;
        let _held = match &fetched {
            Fetched::Body(_) => Some(self.documents.acquire().await.expect("it is never closed")),
            Fetched::NotModified(_) | Fetched::Failed(_) => None,
        };
        let (fetched, parsed) = read(&task.source, fetched, &self.parsers).await;
        let now = self.ground.clock.now();
        let mut network = self.network.lock().await;
        // Loopback answers also while nothing else does.
        let ours = match is_synthetic(&task.source.id) {
            true => None,
            false => network.hear(&task, &ask, &fetched, (started, now)),
        };
        if let Some(since) = ours {
            for cleared in network.cleared(since, now) {
                self.ground.store.finish_poll(cleared).await?;
            }
        }
        if outage::is_unanswered(&fetched) {
            // The lock lasts until this is written.
            let polled = Polled::new(started, &ask, &fetched, None);
            let came = (&fetched, None);
            let (finished, report) = finish(&self.ground, task, polled, came, ours, now).await?;
            tell(&report, finished.status);
            self.ground.store.finish_poll(finished).await?;
            return Ok(report);
        }
        drop(network);
        let polled = Polled::new(started, &ask, &fetched, parsed.as_ref());
        let came = (&fetched, parsed);
        let (finished, report) = finish(&self.ground, task, polled, came, ours, now).await?;
        tell(&report, finished.status);
        scribe.write(finished).await?;
        Ok(report)
    }

    /// The request of a poll, and the next one where that brought nothing.
    async fn fetch(&self, task: &SourceTask, started: Timestamp, more: bool) -> (Ask, Fetched) {
        let mut asks = source::asks(&task.source, &task.state, started).into_iter();
        let mut ask = asks.next().expect("a poll asks at least once");
        loop {
            let validators = ask.validators.clone();
            let fetched = self.fetcher.get_at(&task.source, &ask.address, validators, more).await;
            match asks.next().filter(|_| source::try_next(&fetched)) {
                Some(next) => ask = next,
                None => return (ask, fetched),
            }
        }
    }
}

/// Parses a body; a large one away from the threads that wait on the network, for it takes its time.
async fn read(
    source: &Source,
    fetched: Fetched,
    parsers: &Semaphore,
) -> (Fetched, Option<Result<Document, NotAFeed>>) {
    let Fetched::Body(mut body) = fetched else { return (fetched, None) };
    let bytes = std::mem::take(&mut body.bytes);
    if bytes.len() <= SMALL {
        let hints =
            Hints { content_type: body.content_type.as_deref(), url: Some(&body.answer.url) };
        let parsed = parse::parse(&bytes, &hints);
        return (Fetched::Body(body), Some(parsed));
    }
    let _one = parsers.acquire().await.expect("the semaphore is never closed");
    let content_type = body.content_type.clone();
    let url = body.answer.url.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let hints = Hints { content_type: content_type.as_deref(), url: Some(&url) };
        parse::parse(&bytes, &hints)
    })
    .await
    .unwrap_or_else(|error| {
        tracing::error!(source = %source.id, %error, "parsing ended in a bug");
        Err(NotAFeed { what: "a bug of ours ended the parsing".to_owned(), feed: None })
    });
    (Fetched::Body(body), Some(parsed))
}
