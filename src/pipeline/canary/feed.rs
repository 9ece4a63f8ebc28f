//! The feed that a canary comes from: one document on loopback, for as long as the canary flies.
//!
//! A real server on a real port, so that the real fetcher reads it. It answers nobody outside this
//! machine, and what it says of a day is always the same.

use std::net::Ipv4Addr;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::task::JoinHandle;

use super::term;
use crate::model::canary;

/// The feed of one day; it ends with the value.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) day: String,
    url: String,
    server: JoinHandle<()>,
}

impl Feed {
    /// Opens the feed of a day on a free port of 127.0.0.1.
    pub(super) async fn open(day: &str) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/canary", listener.local_addr()?);
        // One item, always the same of a day: the address tells days apart.
        let (body, tag) = (document(day), "\"1\"".to_owned());
        let answer = move |headers: HeaderMap| async move { answer(&headers, body, tag) };
        let router = Router::new().route("/canary", get(answer));
        let server = tokio::spawn(async move {
            // It ends when it is aborted, or with the listener.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { day: day.to_owned(), url, server })
    }

    /// Its address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn answer(headers: &HeaderMap, body: String, tag: String) -> Response {
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = (header::CONTENT_TYPE, "application/atom+xml; charset=utf-8".to_owned());
    ([kind, (header::ETAG, tag)], body).into_response()
}

/// The document. Nothing in it needs escaping: the day is digits and hyphens.
fn document(day: &str) -> String {
    let (guid, title, summary) = (canary::guid(day), term::title(day), term::SUMMARY);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>urn:watchlistd:canary</id>\n<title>Canary (synthetic)</title>\n\
         <updated>{day}T00:00:00Z</updated>\n\
         <entry>\n<id>{guid}</id>\n<title>{title}</title>\n<updated>{day}T00:00:00Z</updated>\n\
         <summary>{summary}</summary>\n</entry>\n</feed>\n"
    )
}
