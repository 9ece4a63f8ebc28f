//! Each source, read once and forgotten.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::super::exit::{Exit, Failure};
use super::clock::Heard;
use super::finding::{Area, Findings};
use crate::clock::{Clock, SystemClock};
use crate::collect::fetch::{FailureKind, Fetched, Fetcher};
use crate::collect::parse::{self, Hints};
use crate::daemon::wire::{self, Parts};
use crate::model::Source;

/// Tried at a time; the fetcher keeps each host's pace.
const TOGETHER: usize = 32;

/// The sources to try: all, or those that were named.
pub(super) fn chosen(parts: &Parts, ids: &[String]) -> Result<Vec<Source>, Failure> {
    if let Some(id) = ids.iter().find(|id| !parts.sources.iter().any(|one| one.id.as_str() == **id))
    {
        let what = anyhow::anyhow!("there is no source \"{id}\" in sources.toml");
        return Err(Failure::new(Exit::Usage, what).hint("`watchlistd status` lists their ids"));
    }
    let wanted = |source: &&Source| ids.is_empty() || ids.iter().any(|id| source.id.as_str() == id);
    Ok(parts.sources.iter().filter(wanted).cloned().collect())
}

/// What came of one.
struct Tried {
    id: String,
    heard: Option<Heard>,
    trouble: Option<Trouble>,
}

enum Trouble {
    Wrong(Exit, String, &'static str),
    Odd(String, &'static str),
}

/// Reads them; answers what their servers' clocks said.
pub(super) async fn look(parts: &Parts, sources: Vec<Source>, found: &mut Findings) -> Vec<Heard> {
    let fetcher = match wire::fetcher(&parts.settings) {
        Ok(fetcher) => fetcher,
        Err(error) => {
            found.failed(Area::Sources, &Failure::new(Exit::Io, error));
            return Vec::new();
        }
    };
    let total = sources.len();
    let mut waiting = sources.into_iter();
    let mut running = JoinSet::new();
    let mut tried: Vec<Tried> = Vec::new();
    loop {
        while running.len() < TOGETHER {
            let Some(source) = waiting.next() else { break };
            let fetcher = Arc::clone(&fetcher);
            running.spawn(async move { one(&fetcher, source).await });
        }
        match running.join_next().await {
            Some(ended) => tried.extend(ended),
            None => break,
        }
        progress(tried.len(), total);
    }
    tried.sort_by(|one, other| one.id.cmp(&other.id));
    let good = tried.iter().filter(|one| one.trouble.is_none()).count();
    if good > 0 {
        found.note(Area::Sources, format!("{good} of {total} are read and understood"));
    }
    let mut heard = Vec::new();
    for one in tried {
        heard.extend(one.heard);
        match one.trouble {
            Some(Trouble::Wrong(exit, what, remedy)) => {
                found.wrong(Area::Sources, exit, format!("{}: {what}", one.id), remedy);
            }
            Some(Trouble::Odd(what, remedy)) => {
                found.warn(Area::Sources, format!("{}: {what}", one.id), remedy);
            }
            None => {}
        }
    }
    heard
}

async fn one(fetcher: &Fetcher, source: Source) -> Tried {
    let fetched = fetcher.get(&source, None).await;
    let here = SystemClock.now();
    let id = source.id.to_string();
    let body = match fetched {
        Fetched::Failed(failure) => {
            let (exit, remedy) = match failure.kind {
                FailureKind::Retry | FailureKind::Later => {
                    (Exit::TryAgain, "it may work later; the service tries again by itself")
                }
                FailureKind::Broken | FailureKind::Gone => (
                    Exit::TryAgain,
                    "open the publisher's page: has the feed moved? Edit its url in sources.toml, and \
                     keep its id",
                ),
                FailureKind::Blocked => (
                    Exit::TryAgain,
                    "the server refuses us, or the address is private: ask its operator, or set \
                     allow_private = true where it is yours",
                ),
            };
            let trouble = Some(Trouble::Wrong(exit, failure.words, remedy));
            return Tried { id, heard: None, trouble };
        }
        // Nothing was asked that could be answered so.
        Fetched::NotModified(_) => return Tried { id, heard: None, trouble: None },
        Fetched::Body(body) => body,
    };
    let host =
        url::Url::parse(&body.answer.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let heard =
        body.answer.server_time().zip(host).map(|(there, host)| Heard { host, there, here });
    let url = body.answer.url.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let hints = Hints { content_type: body.content_type.as_deref(), url: Some(&url) };
        parse::parse(&body.bytes, &hints).map(|document| (document, body.truncated))
    });
    let trouble = match parsed.await {
        Err(error) => Some(Trouble::Wrong(Exit::Bug, error.to_string(), "please report it")),
        Ok(Err(not)) => Some(Trouble::Wrong(
            Exit::TryAgain,
            not.to_string(),
            "sources.toml wants the address of the feed itself, not of a page",
        )),
        Ok(Ok((_, Some(truncated)))) => Some(Trouble::Odd(
            format!("it did not come whole: {truncated}"),
            "items at its end may be missing; the service tells readers so",
        )),
        Ok(Ok((document, None))) if document.entries.is_empty() => Some(Trouble::Odd(
            "a feed, but without items".to_owned(),
            "fine for one that speaks seldom; else look at it in a browser",
        )),
        Ok(Ok((document, None))) if document.lost => Some(Trouble::Odd(
            format!("some of it could not be read: {}", document.complaints.join("; ")),
            "items may be missing; tell the publisher",
        )),
        Ok(Ok(_)) => None,
    };
    Tried { id, heard, trouble }
}

fn progress(done: usize, total: usize) {
    let mut err = std::io::stderr().lock();
    if !err.is_terminal() {
        return;
    }
    // Progress is a courtesy: where it cannot be shown, the work goes on.
    let _ = write!(err, "\r\x1b[K{done} of {total} sources");
    if done == total {
        let _ = write!(err, "\r\x1b[K");
    }
    let _ = err.flush();
}
