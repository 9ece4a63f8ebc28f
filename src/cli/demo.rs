//! `watchlistd demo`: the whole job on sample feeds, with nothing to set up.
//!
//! No mock: the three steps of the service, the embedded watchlist and topics, a SQLite store and a
//! Maildir in a temporary folder, and feeds fetched over HTTP from a small server on loopback. Only
//! the feeds' dates are filled in relative to now, so that the sample news is always today's.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;

use super::exit::{Exit, Failure};
use super::{load, shipped};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Environment, Files};
use crate::daemon::start;
use crate::daemon::wire::{self, Access, Parts};
use crate::model::Timestamp;
use crate::pipeline::Ground;
use crate::pipeline::assess::Assessor;
use crate::pipeline::deliver::{Composed, Deliverer};
use crate::pipeline::poll::Poller;
use crate::store::Claim;

/// The sample feeds: name, media type, text.
const FEEDS: &[(&str, &str, &str)] = &[
    ("harbour-wire.xml", RSS, include_str!("demo/feeds/harbour-wire.xml")),
    ("northern-ledger.atom", ATOM, include_str!("demo/feeds/northern-ledger.atom")),
    ("signal-desk.json", "application/feed+json", include_str!("demo/feeds/signal-desk.json")),
    ("xinhang-caijing.xml", RSS, include_str!("demo/feeds/xinhang-caijing.xml")),
    ("haigang-ribao.xml", RSS, include_str!("demo/feeds/haigang-ribao.xml")),
    ("elbe-kurier.xml", RSS, include_str!("demo/feeds/elbe-kurier.xml")),
    ("gazette.xml", RSS, include_str!("demo/feeds/gazette.xml")),
];
const RSS: &str = "application/rss+xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";

const SOURCES: &str = include_str!("demo/sources.toml");

/// One feed after the other: which items start a story must not depend on who answers first.
const SERVICE: &str = r#"contact = "demo@localhost.localdomain"
timezone = "America/New_York"
storage = "sqlite:state/state.db"

[operator]
to = ["demo@localhost.localdomain"]

[collect]
pause = "0s"
per_host = 1
first_run = "all"

[mail]
transport = "file"
path = "mail"
from = "watchlist@localhost.localdomain"
"#;

const READERS: &str = r#"[[reader]]
name = "Demo"
to = ["reader@localhost.localdomain"]
"#;

/// What `demo` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder to keep the digest in [default: a new one in the folder for temporary files]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Shows the job.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new()
        .prefix("watchlistd-demo-")
        .tempdir()
        .map_err(|error| Failure::file("make a temporary folder", error))?;
    let digest = load::wait(demo(folder.path()))?;
    let kept = keep(arguments.keep.as_deref(), folder.path(), &digest)?;
    writeln!(out, "{}\n", digest.content.text.trim_end())?;
    writeln!(out, "{}", kept.join("digest.eml").display())?;
    writeln!(out, "{}", kept.join("digest.html").display())?;
    writeln!(
        out,
        "\nThe first file is the mail as it was delivered, the second its HTML part.\n\
         With feeds of your own:\n\
         \x20 watchlistd init DIR --to YOU@YOUR-DOMAIN --timezone ZONE\n\
         \x20 edit DIR/sources.toml and DIR/watchlist.toml, then: watchlistd check --config DIR\n\
         \x20 watchlistd once --config DIR"
    )?;
    Ok(Exit::Fine)
}

async fn demo(folder: &Path) -> Result<Composed, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let address = serve(clock.now())
        .await
        .map_err(|error| Failure::file("serve the sample feeds on loopback", error))?;
    let parts = parts(folder, &address)?;
    let store = wire::open_store(&parts.settings.storage, Access::Alone)?;
    let version = start::adopt(&*store, &parts, clock.now()).await?;
    let in_force = Arc::new(parts.in_force(version, None));
    let fetcher = wire::fetcher(&parts.settings).map_err(|error| Failure::new(Exit::Io, error))?;
    let transport = wire::transport(&parts.settings, &Environment::default())
        .map_err(|problems| load::refused(&problems))?;
    let ground = Ground { store, clock };
    let poller = Poller::new(ground.clone(), fetcher, wire::per_host(&parts.settings));
    let polled = poller.drain(Claim::Due, &mut |_, _| {}).await?;
    let mut assessor = Assessor::new(ground.clone(), "demo".to_owned());
    assessor.run(&|| Arc::clone(&in_force)).await?;
    let deliverer = Deliverer::new(ground, transport);
    let digests = deliverer.seal_on_demand(&in_force).await?.digests;
    let sent = deliverer.send_due(&|| false).await?;
    if polled.failed > 0 || sent.deferred > 0 {
        let what =
            format!("{} feeds and {} mails failed on loopback", polled.failed, sent.deferred);
        return Err(Failure::new(Exit::Io, anyhow::anyhow!(what)));
    }
    let digest = digests.into_iter().find(|one| !one.reader.is_empty());
    digest.ok_or_else(|| Failure::new(Exit::Bug, anyhow::anyhow!("the demo has no reader")))
}

fn parts(folder: &Path, address: &str) -> Result<Parts, Failure> {
    let texts = BTreeMap::from([
        (config::SERVICE.to_owned(), SERVICE.to_owned()),
        (config::SOURCES.to_owned(), SOURCES.replace("ADDRESS", address)),
        (config::READERS.to_owned(), READERS.to_owned()),
        (config::TOPICS.to_owned(), shipped::TOPICS.to_owned()),
        (config::WATCHLIST.to_owned(), shipped::WATCHLIST.to_owned()),
    ]);
    let files = Files::from_texts(folder, texts);
    let (parts, problems) = wire::build(files, &Environment::default());
    parts.ok_or_else(|| load::refused(&problems))
}

/// Serves the sample feeds on loopback until the runtime ends; answers the address.
async fn serve(now: Timestamp) -> std::io::Result<String> {
    let mut router = Router::new();
    for (name, media_type, text) in FEEDS {
        let body = dated(text, now);
        let answer = move || async move { ([(header::CONTENT_TYPE, *media_type)], body) };
        router = router.route(&format!("/{name}"), get(answer));
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Fills in `{{rfc2822:3h}}` and `{{rfc3339:3h}}`: that many hours before `now`.
fn dated(text: &str, now: Timestamp) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{rfc") {
        let Some(length) = rest[start..].find("}}") else { break };
        filled.push_str(&rest[..start]);
        let mark = &rest[start + 2..start + length];
        match date(mark, now) {
            Some(date) => filled.push_str(&date),
            None => filled.push_str(&rest[start..start + length + 2]),
        }
        rest = &rest[start + length + 2..];
    }
    filled.push_str(rest);
    filled
}

fn date(mark: &str, now: Timestamp) -> Option<String> {
    let (form, ago) = mark.split_once(':')?;
    let (number, unit) = ago.split_at(ago.len().checked_sub(1)?);
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let at = now.minus(Duration::from_secs(number.parse::<u64>().ok()? * seconds)).to_chrono();
    match form {
        "rfc2822" => Some(at.to_rfc2822()),
        "rfc3339" => Some(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        _ => None,
    }
}

/// Keeps the delivered mail and its HTML part beyond the end of the temporary folder.
fn keep(wanted: Option<&Path>, folder: &Path, digest: &Composed) -> Result<PathBuf, Failure> {
    let attempt = match wanted {
        Some(wanted) => format!("keep the digest in {}", wanted.display()),
        None => "keep the digest in a temporary folder".to_owned(),
    };
    copy_to(wanted, folder, digest).map_err(|error| Failure::file(attempt, error))
}

fn copy_to(wanted: Option<&Path>, folder: &Path, digest: &Composed) -> std::io::Result<PathBuf> {
    let kept = match wanted {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            folder.canonicalize()?
        }
        None => tempfile::Builder::new().prefix("watchlistd-digest-").tempdir()?.keep(),
    };
    let delivered = std::fs::read_dir(folder.join("mail/new"))?
        .next()
        .ok_or_else(|| std::io::Error::other("no mail was delivered"))??;
    std::fs::copy(delivered.path(), kept.join("digest.eml"))?;
    std::fs::write(kept.join("digest.html"), &digest.content.html)?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_filled_in_relative_to_now() {
        let now = Timestamp::parse("2026-11-23T08:00:00Z").unwrap();
        let text = "<a>{{rfc2822:3h}}</a>{{rfc3339:2d}} {{rfc9:1h}} {{x}}";
        assert_eq!(
            dated(text, now),
            "<a>Mon, 23 Nov 2026 05:00:00 +0000</a>2026-11-21T08:00:00Z {{rfc9:1h}} {{x}}"
        );
    }
}
