//! A feed whose front page the test writes: served on loopback with a strong ETag, counting its
//! requests and how many of them were answered 304.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// What the server has and saw.
#[derive(Default)]
struct Desk {
    articles: Vec<(String, String)>,
    /// What stands there instead, as written.
    page: Option<String>,
    cut_at: Option<&'static str>,
    /// What the feed calls itself, if not `News`.
    name: Option<&'static str>,
    edition: u32,
    requests: u32,
    unchanged: u32,
    broken: bool,
}

/// One feed on a server of its own, gone with the value.
pub(crate) struct Newsroom {
    desk: Arc<Mutex<Desk>>,
    asked: Arc<tokio::sync::Notify>,
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl Newsroom {
    /// Opens with an empty front page.
    pub(crate) async fn open() -> Self {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let asked = Arc::new(tokio::sync::Notify::new());
        let state = (Arc::clone(&desk), Arc::clone(&asked));
        let router = Router::new().route("/feed", get(front_page)).with_state(state);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let address = listener.local_addr().expect("a bound socket has an address").to_string();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { desk, asked, address, server }
    }

    /// The feed's address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/feed", self.address)
    }

    /// Publishes an article: id and headline.
    pub(crate) fn publish(&self, id: &str, title: &str) {
        let mut desk = self.desk();
        desk.articles.insert(0, (id.to_owned(), title.to_owned()));
        desk.edition += 1;
    }

    /// From now on shows these items, as written, instead of its articles.
    pub(crate) fn print(&self, items: impl IntoIterator<Item = String>) {
        let mut desk = self.desk();
        desk.page = Some(items.into_iter().collect());
        desk.edition += 1;
    }

    /// From now on calls itself so.
    pub(crate) fn call(&self, name: &'static str) {
        let mut desk = self.desk();
        desk.name = Some(name);
        desk.edition += 1;
    }

    /// From now on ends its page before this word, or no longer.
    pub(crate) fn cut_at(&self, word: Option<&'static str>) {
        let mut desk = self.desk();
        desk.cut_at = word;
        desk.edition += 1;
    }

    /// From now on answers 500, or no longer.
    pub(crate) fn broken(&self, broken: bool) {
        self.desk().broken = broken;
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u32 {
        self.desk().requests
    }

    /// Requests answered 304 so far.
    pub(crate) fn unchanged(&self) -> u32 {
        self.desk().unchanged
    }

    /// Waits until the feed is asked for once more.
    pub(crate) async fn asked_again(&self) {
        self.asked.notified().await;
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().expect("no test panics while it holds the desk")
    }
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Shared = (Arc<Mutex<Desk>>, Arc<tokio::sync::Notify>);

async fn front_page(State((desk, asked)): State<Shared>, headers: HeaderMap) -> Response {
    asked.notify_one();
    let mut desk = desk.lock().expect("no test panics while it holds the desk");
    desk.requests += 1;
    if desk.broken {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let tag = format!("\"edition-{}\"", desk.edition);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen == tag.as_str()) {
        desk.unchanged += 1;
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let articles: String = desk
        .articles
        .iter()
        .map(|(id, title)| {
            format!("<item><guid isPermaLink=\"false\">{id}</guid><title>{title}</title></item>")
        })
        .collect();
    let items = desk.page.clone().unwrap_or(articles);
    let name = desk.name.unwrap_or("News");
    let whole =
        format!("<rss version=\"2.0\"><channel><title>{name}</title>{items}</channel></rss>");
    let end = desk.cut_at.and_then(|word| whole.find(word)).unwrap_or(whole.len());
    let body = whole[..end].to_owned();
    ([(header::ETAG, tag), (header::CONTENT_TYPE, "application/rss+xml".to_owned())], body)
        .into_response()
}
