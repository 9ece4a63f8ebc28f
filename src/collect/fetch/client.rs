//! The HTTP client: requests, redirects, deadlines and the body.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use super::address::{Lookup, PrivateAddress, PublicOnly, System, private_literal};
use super::host::Hosts;
use super::{Body, Failure, FailureKind, FetchSettings, Fetched, SetUpError, Validators, answer};
use crate::collect::decode;

/// Most redirects that are followed (as browsers' older limits and curl's advice have it).
const MAX_HOPS: usize = 10;

/// How long a request waits for a file descriptor before it is tried again.
const SOON: Duration = Duration::from_millis(250);

const ACCEPT: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
     application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5";

/// How long a connection is kept beyond the pause of its host. Only the host's next source in the
/// queue can use it: the same source is not asked again for minutes.
const IDLE: Duration = Duration::from_secs(2);

/// Two clients: what may be connected to is a property of the connection, not of the request.
#[derive(Debug)]
pub(super) struct Clients {
    public: Client,
    any: Client,
}

impl Clients {
    pub(super) fn new(settings: &FetchSettings) -> Result<Self, SetUpError> {
        Self::with(settings, Arc::new(System))
    }

    /// With another source of addresses than the system's.
    pub(super) fn with<L: Lookup>(
        settings: &FetchSettings,
        lookup: Arc<L>,
    ) -> Result<Self, SetUpError> {
        let tls = tls()?;
        let build = |public: bool| {
            let mut builder = Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .user_agent(&settings.user_agent)
                .connect_timeout(settings.connect)
                .pool_max_idle_per_host(settings.per_host)
                .pool_idle_timeout(settings.pause * 2 + IDLE);
            if public {
                builder = builder.dns_resolver(PublicOnly(Arc::clone(&lookup)));
            }
            builder.build().map_err(|why| SetUpError(with_causes(&why)))
        };
        Ok(Self { public: build(true)?, any: build(false)? })
    }
}

impl Clients {
    /// The client for addresses that the operator names; it may go anywhere.
    pub(super) fn plain(&self) -> &Client {
        &self.any
    }
}

/// TLS as the client would set it up for itself, once for both: the system's roots are some hundred
/// files.
fn tls() -> Result<rustls::ClientConfig, SetUpError> {
    let mut tls = rustls::ClientConfig::with_platform_verifier()
        .map_err(|why| SetUpError(with_causes(&why)))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

/// One request with all its hops.
pub(super) struct Request<'a> {
    pub(super) clients: &'a Clients,
    pub(super) hosts: &'a Hosts,
    pub(super) settings: &'a FetchSettings,
    pub(super) allow_private: bool,
    pub(super) validators: Validators,
    /// Whether other sources of the host wait for this connection.
    pub(super) more: bool,
}

impl Request<'_> {
    /// Follows redirects from `address` to an answer.
    pub(super) async fn run(&self, address: &str) -> Result<Fetched, Failure> {
        let mut url = Url::parse(address).map_err(|why| broken(address, &why.to_string()))?;
        let mut permanent = true;
        let mut left = self.settings.total;
        for hop in 0..=MAX_HOPS {
            self.check(&url)?;
            let turn = self.hosts.turn(&url[Position::BeforeHost..Position::AfterPort]).await;
            // Waiting for a turn is our own doing and does not count.
            let deadline = Instant::now() + left;
            let response = self.send(&url, deadline).await?;
            let location = answer::text(response.headers(), &header::LOCATION);
            let Some(next) = redirect(response.status().as_u16(), location, &url)? else {
                return self.read(response, &url, hop > 0 && permanent, deadline).await;
            };
            permanent &= matches!(response.status().as_u16(), 301 | 308);
            left = deadline.saturating_duration_since(Instant::now());
            drop((response, turn));
            url = next;
        }
        Err(broken(address, &format!("more than {MAX_HOPS} redirects, the last to {url}")))
    }

    /// Refuses what may not be asked, before any connection.
    fn check(&self, url: &Url) -> Result<(), Failure> {
        match private_literal(url) {
            Some(ip) if !self.allow_private => {
                Err(blocked(url, &format!("{ip} is a private address")))
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, url: &Url, deadline: Instant) -> Result<Response, Failure> {
        let client = if self.allow_private { &self.clients.any } else { &self.clients.public };
        let deadline = deadline.min(Instant::now() + self.settings.header);
        loop {
            let mut request = reqwest::Request::new(Method::GET, url.clone());
            *request.headers_mut() = self.headers();
            match timeout_at(deadline, client.execute(request)).await {
                Ok(Ok(response)) => return Ok(response),
                // Our own want: other requests end soon and leave theirs.
                Ok(Err(why)) if no_more_files(&why) && Instant::now() + SOON < deadline => {
                    tokio::time::sleep(SOON).await;
                }
                Ok(Err(why)) => return Err(no_answer(url, &why)),
                Err(_) => return Err(retry(url, "no answer within the deadline")),
            }
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(decode::ACCEPTED));
        if !self.more {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let validators = [
            (header::IF_NONE_MATCH, &self.validators.etag),
            (header::IF_MODIFIED_SINCE, &self.validators.last_modified),
        ];
        for (name, value) in validators {
            // What a server sent as a header value can be sent as one.
            if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_bytes) {
                headers.insert(name, value);
            }
        }
        headers
    }

    async fn read(
        &self,
        response: Response,
        url: &Url,
        moved: bool,
        deadline: Instant,
    ) -> Result<Fetched, Failure> {
        let status = response.status();
        let answer = answer::read(response.headers(), url.as_str(), moved);
        if status == StatusCode::NOT_MODIFIED {
            let asked = self.validators != Validators::default();
            let odd = || broken(url.as_str(), "the server answered 304 although nothing was asked");
            return if asked { Ok(Fetched::NotModified(answer)) } else { Err(odd()) };
        }
        if status != StatusCode::OK && status != StatusCode::NON_AUTHORITATIVE_INFORMATION {
            let reason = status.canonical_reason();
            return Err(answer::failure(status.as_u16(), reason, url.as_str(), response.headers()));
        }
        let content_type = answer::text(response.headers(), &header::CONTENT_TYPE);
        let encoding = answer::text(response.headers(), &header::CONTENT_ENCODING);
        let (raw, cut) = self.drain(response, deadline).await;
        if let (true, Some(why)) = (raw.is_empty(), &cut) {
            return Err(retry(url, why));
        }
        let received = raw.len() as u64;
        let decoded = decode::decode(raw, encoding.as_deref(), self.settings.max_body)
            .map_err(|why| broken(url.as_str(), &why.to_string()))?;
        let truncated = cut.or(decoded.cut).map(|why| format!("getting {url}: {why}"));
        let bytes = decoded.bytes;
        let status = status.as_u16();
        Ok(Fetched::Body(Body { answer, status, content_type, bytes, received, truncated }))
    }

    /// Reads a body up to the cap and the deadline: what came, and why there is no more.
    async fn drain(&self, mut response: Response, deadline: Instant) -> (Vec<u8>, Option<String>) {
        let mut raw = Vec::new();
        loop {
            match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(Some(chunk))) => raw.extend_from_slice(&chunk),
                Ok(Ok(None)) => return (raw, None),
                Ok(Err(why)) => {
                    return (raw, Some(format!("the body ended early: {}", with_causes(&why))));
                }
                Err(_) => return (raw, Some("the body took longer than the deadline".to_owned())),
            }
            if raw.len() > self.settings.max_body {
                raw.truncate(self.settings.max_body);
                let why = format!("the body is longer than {} bytes", self.settings.max_body);
                return (raw, Some(why));
            }
        }
    }
}

/// Whether a request failed because the process (EMFILE) or the machine (ENFILE) has no file
/// descriptor left.
fn no_more_files(why: &reqwest::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    let mut cause: Option<&dyn std::error::Error> = Some(why);
    while let Some(one) = cause {
        let system = one.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        if matches!(system, Some(ENFILE | EMFILE)) {
            return true;
        }
        cause = one.source();
    }
    false
}

/// Where a redirect leads, or `None` when the answer is none.
fn redirect(status: u16, location: Option<String>, url: &Url) -> Result<Option<Url>, Failure> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = location.ok_or_else(|| broken(url.as_str(), "a redirect without an address"))?;
    let mut next = url
        .join(location.trim())
        .map_err(|why| broken(url.as_str(), &format!("a redirect to '{location}': {why}")))?;
    next.set_fragment(None);
    if !matches!(next.scheme(), "http" | "https") {
        return Err(broken(url.as_str(), &format!("a redirect to the scheme '{}'", next.scheme())));
    }
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(blocked(url, &format!("a redirect from https down to {next}")));
    }
    // A redirect must not plant credentials.
    if !next.username().is_empty() || next.password().is_some() {
        return Err(blocked(url, "a redirect to an address with a user name"));
    }
    Ok(Some(next))
}

fn failed(kind: FailureKind, url: &str, why: &str) -> Failure {
    Failure { kind, status: None, retry_after: None, words: format!("getting {url}: {why}") }
}

fn broken(url: &str, why: &str) -> Failure {
    failed(FailureKind::Broken, url, why)
}

fn blocked(url: &Url, why: &str) -> Failure {
    failed(FailureKind::Blocked, url.as_str(), why)
}

fn retry(url: &Url, why: &str) -> Failure {
    failed(FailureKind::Retry, url.as_str(), why)
}

fn no_answer(url: &Url, why: &reqwest::Error) -> Failure {
    let mut cause: Option<&dyn std::error::Error> = Some(why);
    while let Some(one) = cause {
        if let Some(private) = one.downcast_ref::<PrivateAddress>() {
            return blocked(url, &private.to_string());
        }
        cause = one.source();
    }
    retry(url, &with_causes(why))
}

/// An error and its causes in one line, the outermost without its address (it is said before).
pub(super) fn with_causes(why: &dyn std::error::Error) -> String {
    let mut words = Vec::new();
    let mut cause = why.source().or(Some(why));
    while let Some(one) = cause {
        let text = one.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        cause = one.source();
    }
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_up_or_along_but_never_down() {
        for (from, location, expected) in [
            ("http://a.test/f", "https://a.test/f", Ok("https://a.test/f")),
            ("https://a.test/f", "https://b.test/", Ok("https://b.test/")),
            ("https://a.test/f", "//b.test/g#top", Ok("https://b.test/g")),
            ("http://a.test/f", " /g ", Ok("http://a.test/g")),
            ("https://a.test/f", "http://a.test/f", Err(FailureKind::Blocked)),
            ("https://a.test/f", "http://a.test:443/f", Err(FailureKind::Blocked)),
            ("http://a.test/f", "https://me:word@a.test/", Err(FailureKind::Blocked)),
            ("http://a.test/f", "gopher://a.test/", Err(FailureKind::Broken)),
            ("http://a.test/f", "javascript:alert(1)", Err(FailureKind::Broken)),
            ("http://a.test/f", "http://[", Err(FailureKind::Broken)),
        ] {
            let url = Url::parse(from).unwrap();
            let found = redirect(301, Some(location.to_owned()), &url);
            let found = found.map(|next| next.unwrap().to_string()).map_err(|why| why.kind);
            assert_eq!(found, expected.map(ToOwned::to_owned), "{from} → {location}");
        }
        let url = Url::parse("http://a.test/").unwrap();
        assert!(redirect(301, None, &url).is_err());
        assert!(redirect(200, Some("/g".to_owned()), &url).unwrap().is_none());
    }

    /// A front that may be asked sends us to a back that may not.
    #[tokio::test]
    async fn a_redirect_to_a_private_address_is_not_followed() {
        use futures_util::FutureExt;
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        use tokio::net::TcpListener;

        rustls::crypto::ring::default_provider().install_default().ok();
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let back = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = back.local_addr().unwrap().port();
        let at = front.local_addr().unwrap();
        // The one name that stands for a public host here.
        let client = |builder: reqwest::ClientBuilder| {
            builder.redirect(Policy::none()).no_proxy().resolve("front.test", at).build().unwrap()
        };
        let public = Client::builder().dns_resolver(PublicOnly(Arc::new(System)));
        let clients = Clients { public: client(public), any: client(Client::builder()) };
        let settings = FetchSettings::new("desk@news.test");
        let hosts = Hosts::new(1, Duration::ZERO);
        let request = Request {
            clients: &clients,
            hosts: &hosts,
            settings: &settings,
            allow_private: false,
            validators: Validators::default(),
            more: false,
        };
        for host in ["127.0.0.1", "localhost", "[::ffff:7f00:1]", "0x7f.1", "017700000001"] {
            let serve = async {
                let (mut stream, _) = front.accept().await.unwrap();
                let mut asked = [0; 4096];
                assert!(stream.read(&mut asked).await.unwrap() > 0);
                let answer = format!(
                    "HTTP/1.1 302 Found\r\nLocation: http://{host}:{port}/\r\n\
                     Content-Length: 0\r\nConnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            };
            let address = format!("http://front.test:{}/feed", at.port());
            let (came, ()) = tokio::join!(request.run(&address), serve);
            let failure = came.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Blocked, "{host}: {}", failure.words);
        }
        assert!(back.accept().now_or_never().is_none(), "somebody connected");
    }
}
