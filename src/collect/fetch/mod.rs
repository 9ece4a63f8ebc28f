//! One conditional GET with limits.
//!
//! Invariants: nothing is connected to before its address is known to be allowed, at every hop;
//! every wait has a deadline; a body is never held beyond its cap, and one that ended early says so.
//! Failures are sorted by what the caller should do. This part does not retry, does not remember and
//! does not read what a body says.

use std::time::Duration;

use crate::model::{Source, Timestamp};

mod address;
mod answer;
mod client;
mod host;
mod knock;

pub use address::{private_address, private_literal};

/// How to fetch.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// The `User-Agent`, with a contact.
    pub user_agent: String,
    /// Most requests to one host at a time.
    pub per_host: usize,
    /// Time between the starts of two requests to one host.
    pub pause: Duration,
    /// Longest wait for a connection, TLS included.
    pub connect: Duration,
    /// Longest wait for the headers of one answer.
    pub header: Duration,
    /// Longest time for the whole of it: every hop and the body, without waiting for its turn.
    pub total: Duration,
    /// Most bytes of a body after decompression.
    pub max_body: usize,
}

impl FetchSettings {
    /// The settings of a service whose operator can be reached at `contact`.
    #[must_use]
    pub fn new(contact: &str) -> Self {
        Self {
            user_agent: format!("watchlistd/{} (+{contact})", env!("CARGO_PKG_VERSION")),
            per_host: 2,
            pause: Duration::from_millis(250),
            connect: Duration::from_secs(10),
            header: Duration::from_secs(20),
            total: Duration::from_secs(60),
            max_body: super::decode::MAX_BODY,
        }
    }
}

/// What a server gave us to ask "has it changed?" with, byte-exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// ETag.
    pub etag: Option<Vec<u8>>,
    /// Last-Modified.
    pub last_modified: Option<Vec<u8>>,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// 304 to our validators.
    NotModified(Answer),
    /// A body.
    Body(Body),
    /// Nothing to read.
    Failed(Failure),
}

impl Fetched {
    /// The HTTP status, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::NotModified(_) => Some(304),
            Self::Body(body) => Some(body.status),
            Self::Failed(failure) => failure.status,
        }
    }

    /// Bytes of the body as they came over the wire.
    #[must_use]
    pub fn received(&self) -> u64 {
        match self {
            Self::Body(body) => body.received,
            Self::NotModified(_) | Self::Failed(_) => 0,
        }
    }
}

/// What the headers of a good answer say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// ETag, byte-exact.
    pub etag: Option<Vec<u8>>,
    /// Last-Modified, byte-exact.
    pub last_modified: Option<Vec<u8>>,
    /// `Cache-Control: max-age`.
    pub max_age: Option<Duration>,
    /// The address that answered, after redirects.
    pub url: String,
    /// The same, if every redirect on the way was permanent (301, 308).
    pub moved: Option<String>,
    /// `Date`, as written; see [`Answer::server_time`].
    pub date: Option<String>,
}

/// A body as received.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its headers.
    pub answer: Answer,
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The bytes after decompression.
    pub bytes: Vec<u8>,
    /// How many bytes came over the wire.
    pub received: u64,
    /// Why this is not the whole body, in words.
    pub truncated: Option<String>,
}

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it.
    pub kind: FailureKind,
    /// HTTP status, if one came.
    pub status: Option<u16>,
    /// How long the server wants to be left alone.
    pub retry_after: Option<RetryAfter>,
    /// What was attempted, on which address, and what happened.
    pub words: String,
}

/// A failure, by what the caller should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It may work next time: no connection, a time-out, 5xx.
    Retry,
    /// The server asks for patience: 429, or 503 with Retry-After.
    Later,
    /// The address is wrong: 404, a redirect loop, another client error.
    Broken,
    /// 410.
    Gone,
    /// We may not: 401, 403, 407, 451, or a private address.
    Blocked,
}

/// `Retry-After`, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// In seconds.
    In(Duration),
    /// As a date.
    At(Timestamp),
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("setting up the HTTP client: {0}")]
pub struct SetUpError(String);

/// Fetches sources, politely. One for the whole program: it keeps the pace of each host.
#[derive(Debug)]
pub struct Fetcher {
    settings: FetchSettings,
    clients: client::Clients,
    hosts: host::Hosts,
}

impl Fetcher {
    /// Sets up the clients. A rustls crypto provider must have been installed for the process.
    ///
    /// # Errors
    /// When the user agent is no header value, or TLS cannot be set up.
    pub fn new(settings: FetchSettings) -> Result<Self, SetUpError> {
        let clients = client::Clients::new(&settings)?;
        let hosts = host::Hosts::new(settings.per_host, settings.pause);
        Ok(Self { settings, clients, hosts })
    }

    /// Gets a source's document from the written address, or learns that it has not changed.
    pub async fn get(&self, source: &Source, validators: Option<Validators>) -> Fetched {
        self.get_at(source, &source.url, validators, false).await
    }

    /// The same from another address of the source. The connection is kept for a moment when `more`
    /// sources of its host wait, and closed when none does.
    pub async fn get_at(
        &self,
        source: &Source,
        address: &str,
        validators: Option<Validators>,
        more: bool,
    ) -> Fetched {
        let request = client::Request {
            clients: &self.clients,
            hosts: &self.hosts,
            settings: &self.settings,
            allow_private: source.allow_private,
            validators: validators.unwrap_or_default(),
            more,
        };
        request.run(address).await.unwrap_or_else(Fetched::Failed)
    }
}
