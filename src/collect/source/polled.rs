//! What one poll came to, as the rules need it.

use std::time::Duration;

use super::Ask;
use crate::collect::fetch::{Failure, FailureKind, Fetched};
use crate::collect::parse::{Document, NotAFeed};
use crate::model::Timestamp;

/// What one poll came to, as the rules here need it.
#[derive(Clone, Debug)]
pub struct Polled {
    /// When the request was made.
    pub started: Timestamp,
    /// The address that was asked.
    pub asked: String,
    /// Whether it was asked without validators.
    pub full: bool,
    /// The address that answered, after redirects; `None` when nothing came.
    pub answered: Option<String>,
    /// The least time between polls that server and feed ask for (max-age, ttl).
    pub wait: Option<Duration>,
    /// Where the server permanently answers from, if not from the address that was asked.
    pub moved: Option<String>,
    /// What came.
    pub outcome: Outcome,
}

/// What came of one poll.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// 304: what we know still holds.
    NotModified,
    /// A feed document.
    Read(Read),
    /// Something that is no feed, in words.
    NotAFeed(String),
    /// Nothing readable.
    Failed(Failure),
}

/// A feed document as the rules here need it.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Its entries.
    pub entries: u32,
    /// Why it may hide items (cut, an entry dropped, a cap hit), in words; its validators are then
    /// not kept.
    pub lost: Option<String>,
    /// Its ETag.
    pub etag: Option<Vec<u8>>,
    /// Its Last-Modified.
    pub last_modified: Option<Vec<u8>>,
    /// Publication times of its entries, newest first.
    pub published: Vec<Timestamp>,
    /// Whether it has entries that were not known before.
    pub news: bool,
}

impl Polled {
    /// Sums up a request and, when a body came, what parsing it gave.
    #[must_use]
    pub fn new(
        started: Timestamp,
        ask: &Ask,
        fetched: &Fetched,
        parsed: Option<&Result<Document, NotAFeed>>,
    ) -> Self {
        let answer = match fetched {
            Fetched::NotModified(answer) => Some(answer),
            Fetched::Body(body) => Some(&body.answer),
            Fetched::Failed(_) => None,
        };
        let mut polled = Self {
            started,
            asked: ask.address.clone(),
            full: ask.validators.is_none(),
            answered: answer.map(|answer| answer.url.clone()),
            wait: answer.and_then(|answer| answer.max_age),
            moved: answer.and_then(|answer| answer.moved.clone()),
            outcome: Outcome::NotModified,
        };
        match (fetched, parsed) {
            (Fetched::Failed(failure), _) => polled.outcome = Outcome::Failed(failure.clone()),
            (Fetched::NotModified(_), _) => {}
            (Fetched::Body(body), Some(Ok(document))) => {
                polled.wait = polled.wait.max(document.ttl);
                polled.outcome = Outcome::Read(Read {
                    entries: u32::try_from(document.entries.len()).unwrap_or(u32::MAX),
                    lost: body.truncated.clone().or_else(|| lost_words(document)),
                    etag: body.answer.etag.clone(),
                    last_modified: body.answer.last_modified.clone(),
                    published: published(document),
                    news: false,
                });
            }
            (Fetched::Body(body), Some(Err(not))) => {
                // A cut body says nothing about what the source is.
                polled.outcome = match &body.truncated {
                    Some(words) => Outcome::Failed(Failure {
                        kind: FailureKind::Retry,
                        status: Some(body.status),
                        retry_after: None,
                        words: words.clone(),
                    }),
                    None => Outcome::NotAFeed(not.to_string()),
                };
            }
            (Fetched::Body(_), None) => {
                polled.outcome = Outcome::NotAFeed("the body was not read".to_owned());
            }
        }
        polled
    }

    /// Adds what the entries turned out to be, once they were compared with what is known.
    #[must_use]
    pub fn with_news(mut self, any: bool) -> Self {
        if let Outcome::Read(read) = &mut self.outcome {
            read.news = any;
        }
        self
    }
}

fn lost_words(document: &Document) -> Option<String> {
    document.lost.then(|| {
        document.complaints.last().cloned().unwrap_or_else(|| "part of it was lost".to_owned())
    })
}

fn published(document: &Document) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> =
        document.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    times
}
