//! Many sources on one loopback server: each shows what was published on it, with an ETag for each
//! edition, and tells how often it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::runtime::{Builder, Runtime};

/// Nothing here takes as long; only what fails gets this far.
const LONGEST: Duration = Duration::from_secs(120);

/// An article as a feed shows it.
#[derive(Clone)]
struct Article {
    guid: String,
    title: String,
    published: Option<&'static str>,
}

#[derive(Default)]
struct Pages {
    articles: HashMap<usize, Vec<Article>>,
    requests: u64,
    unchanged: u64,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<Pages>,
    asked: Condvar,
}

/// The running server, gone with the value.
pub(crate) struct Wire {
    shared: Arc<Shared>,
    address: String,
    /// The server's threads.
    _runtime: Runtime,
}

impl Wire {
    pub(crate) fn open() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let shared = Arc::new(Shared::default());
        let router = Router::new().route("/{source}", get(show)).with_state(Arc::clone(&shared));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { shared, address, _runtime: runtime }
    }

    /// Where a source is read.
    pub(crate) fn url(&self, source: usize) -> String {
        format!("http://{}/{source}", self.address)
    }

    /// The port, for those who reach it by another name.
    pub(crate) fn port(&self) -> &str {
        self.address.rsplit(':').next().expect("an address has a port")
    }

    /// Adds an article to a source's page.
    pub(crate) fn publish(&self, source: usize, title: &str, published: Option<&'static str>) {
        let mut pages = self.pages();
        let page = pages.articles.entry(source).or_default();
        let guid = format!("{source}-{}", page.len());
        page.insert(0, Article { guid, title: title.to_owned(), published });
    }

    /// Requests so far, and how many of them were answered 304.
    pub(crate) fn requests(&self) -> (u64, u64) {
        let pages = self.pages();
        (pages.requests, pages.unchanged)
    }

    /// Waits until there were so many requests; false when that takes too long.
    pub(crate) fn wait_for(&self, requests: u64, at_most: Duration) -> bool {
        let pages = self.pages();
        let few = |pages: &mut Pages| pages.requests < requests;
        let waited = self.shared.asked.wait_timeout_while(pages, at_most.min(LONGEST), few);
        !waited.unwrap().1.timed_out()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.shared.pages.lock().unwrap()
    }
}

async fn show(
    State(shared): State<Arc<Shared>>,
    Path(source): Path<usize>,
    headers: HeaderMap,
) -> Response {
    let mut pages = shared.pages.lock().unwrap();
    pages.requests += 1;
    shared.asked.notify_all();
    let articles = pages.articles.get(&source).cloned().unwrap_or_default();
    let tag = format!("\"{}\"", articles.len());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen == tag.as_str()) {
        pages.unchanged += 1;
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    drop(pages);
    let items: String = articles.iter().map(item).collect();
    let body = format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>");
    let kind = "application/rss+xml".to_owned();
    ([(header::ETAG, tag), (header::CONTENT_TYPE, kind)], body).into_response()
}

fn item(article: &Article) -> String {
    let date = article.published.map(|at| format!("<pubDate>{at}</pubDate>")).unwrap_or_default();
    let (guid, title) = (&article.guid, &article.title);
    format!("<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title>{date}</item>")
}
