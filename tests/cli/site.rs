//! A web site on loopback for commands that block: a few pages, and how often each was asked for.

use tokio::runtime::{Builder, Runtime};

use crate::support::feeds::{Feeds, Reply};

/// The running site; it is gone with the value.
pub(super) struct Site {
    feeds: Feeds,
    /// The server's threads.
    _runtime: Runtime,
}

impl Site {
    /// Starts on a free port.
    pub(super) fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let feeds = runtime.block_on(Feeds::start());
        Self { feeds, _runtime: runtime }
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        self.feeds.url(path)
    }

    /// Puts a page there, or another in its place.
    pub(super) fn put(&self, path: &str, page: Reply) {
        self.feeds.script(path, [page]);
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.feeds.requests().iter().filter(|one| one.path == path).count()
    }
}

/// A feed in RSS with these titles; each is an item of its own.
pub(super) fn feed(titles: &[&str]) -> Reply {
    let items: String = titles
        .iter()
        .map(|title| format!("<item><guid>{title}</guid><title>{title}</title></item>"))
        .collect();
    Reply::body(format!(
        "<rss version=\"2.0\"><channel><title>Wire</title><link>http://wire.test/</link>\
         <description>News</description>{items}</channel></rss>"
    ))
}
