//! What collecting costs, beside the least that it could cost.
//!
//! A small world of feeds is served on loopback by a process of its own. In turns, a bare loop of
//! conditional GETs (reqwest, and feed-rs where a body comes) and `watchlistd once` with a
//! watchlist of 1,000 terms read all of it: cold, unchanged, and with one item more in 5 % of the
//! feeds; and the service's part once more with half of the feeds. What is compared is the CPU time
//! (user and system) of the two processes, as a ratio within one run; the world's own is left out.
//! Figures of different runs or machines do not compare. Each line says whether its goal holds.
//! `COLLECTING_FEEDS` sets the size of the world.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::{Path as Part, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;

/// Feeds in the world, unless told otherwise.
const FEEDS: u32 = 4_000;
/// Says how many.
const SIZE: &str = "COLLECTING_FEEDS";
/// Items that a feed shows.
const WINDOW: u32 = 30;
/// Loopback addresses that they are spread over.
const HOSTS: u32 = 32;
/// One feed in so many has something new in each edition: 5 %.
const CHANGING: u32 = 20;
/// Rounds of cold reading, of which the best counts: each is long, and neighbours on the machine cost
/// whoever needs more memory more.
const COLD_ROUNDS: u32 = 3;
/// Rounds of the cheap kinds, so that the clock's ticks of 10 ms matter little.
const ROUNDS: u32 = 5;
/// Requests under way in the bare loop.
const AT_ONCE: usize = 64;
/// Companies on the watchlist, each with two names; a topic of twenty terms comes on top.
const COMPANIES: usize = 490;

/// Says which part a child process plays.
const PART: &str = "COLLECTING_PART";

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    match std::env::var(PART).as_deref() {
        Ok("world") => world::serve(),
        Ok("bare") => bare::run(&std::env::args().skip(1).collect::<Vec<_>>()),
        _ => compare(),
    }
}

fn feeds() -> u32 {
    std::env::var(SIZE).ok().and_then(|text| text.parse().ok()).unwrap_or(FEEDS)
}

/// What a process cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// CPU seconds.
    cpu: f64,
    /// Most megabytes of memory.
    peak: f64,
}

impl Cost {
    fn and(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, peak: self.peak.max(other.peak) }
    }

    fn best(self, other: Self) -> Self {
        Self { cpu: self.cpu.min(other.cpu), peak: self.peak.max(other.peak) }
    }
}

fn compare() -> Outcome<()> {
    let feeds = feeds();
    let world = world::World::start()?;
    let (whole, half) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let path = whole.path();
    std::fs::write(path.join("urls"), world.urls(feeds).collect::<Vec<_>>().join("\n"))?;
    write_configuration(path, &world, feeds)?;
    write_configuration(half.path(), &world, feeds / 2)?;
    let bare = || {
        let mut command = Command::new(std::env::current_exe()?);
        command.env(PART, "bare").arg(path.join("urls")).arg(path.join("validators"));
        run(command)
    };
    let ours = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
        command.arg("once").args(arguments).arg("--config").arg(folder);
        run(command)
    };

    let mut cold = (bare()?, ours(path, &[])?);
    for _ in 1..COLD_ROUNDS {
        forget(path)?;
        cold = (cold.0.best(bare()?), cold.1.best(ours(path, &[])?));
    }
    let size = std::fs::metadata(path.join("state.db"))?.len();
    ours(half.path(), &[])?;
    let (mut unchanged, mut changed) = <((Cost, Cost), (Cost, Cost))>::default();
    let (mut idle, mut fewer) = <(Cost, Cost)>::default();
    for _ in 0..ROUNDS {
        unchanged = (unchanged.0.and(bare()?), unchanged.1.and(ours(path, &["--all"])?));
        fewer = fewer.and(ours(half.path(), &["--all"])?);
        world.next_edition()?;
        changed = (changed.0.and(bare()?), changed.1.and(ours(path, &["--all"])?));
        ours(half.path(), &["--all"])?;
        idle = idle.and(ours(path, &[])?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{feeds} feeds of {WINDOW} items, {HOSTS} hosts; CPU seconds a round")?;
    writeln!(out, "{:12} {:>8} {:>8} {:>8}", "", "bare", "ours", "ratio")?;
    let rounds = f64::from(ROUNDS);
    for (name, (bare, ours), rounds, goal) in [
        ("cold", cold, 1.0, 4.0),
        ("unchanged", unchanged, rounds, 2.0),
        ("5 % changed", changed, rounds, 3.0),
    ] {
        let ratio = ours.cpu / bare.cpu;
        let verdict = verdict(ratio <= goal);
        let (bare, ours) = (bare.cpu / rounds, ours.cpu / rounds);
        writeln!(out, "{name:12} {bare:8.3} {ours:8.3} {ratio:8.2}  goal {goal}: {verdict}")?;
    }
    writeln!(out, "a round with nothing due (start, digest, end): {:.3}", idle.cpu / rounds)?;
    let twice = unchanged.1.cpu / fewer.cpu;
    writeln!(
        out,
        "twice the feeds: {twice:.2} times the cost  goal 2.1: {}",
        verdict(twice <= 2.1)
    )?;
    let peak = cold.1.peak;
    writeln!(out, "peak memory, cold: {peak:.0} MB  goal 96: {}", verdict(peak <= 96.0))?;
    let each = size / u64::from(feeds * WINDOW);
    writeln!(out, "database: {each} bytes an item  goal 1536: {}", verdict(each <= 1536))?;
    Ok(())
}

/// Takes away what both have read.
fn forget(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == "validators" || name.starts_with("state.db") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

/// Runs a command to its end and answers what it took.
fn run(mut command: Command) -> Outcome<Cost> {
    let before = children()?;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let errors = child.stderr.take();
    let reading = std::thread::spawn(move || {
        let mut said = String::new();
        errors.map(|mut errors| errors.read_to_string(&mut said)).transpose().map(|_| said)
    });
    let mut peak = 0.0_f64;
    let (alive, ended) = std::sync::mpsc::channel::<()>();
    let status = std::thread::scope(|scope| {
        let id = child.id();
        let watching = scope.spawn(move || {
            let pause = std::time::Duration::from_millis(10);
            let mut most = 0.0_f64;
            while ended.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                most = most.max(resident(id));
            }
            most
        });
        let status = child.wait();
        drop(alive);
        peak = watching.join().unwrap_or_default();
        status
    })?;
    if !status.success() {
        let said = reading.join().ok().and_then(Result::ok).unwrap_or_default();
        return Err(format!("{command:?} ended with {status}:\n{said}").into());
    }
    Ok(Cost { cpu: children()? - before, peak })
}

/// The most memory that a process ever held, in megabytes.
fn resident(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// CPU seconds of all children that have ended, from /proc/self/stat.
fn children() -> Outcome<f64> {
    /// USER_HZ, which is 100 wherever Linux runs today.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program may hold anything; the fields start behind its bracket.
    let fields = stat.rsplit(')').next().unwrap_or("");
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse::<f64>().unwrap_or(0.0))
        .sum();
    Ok(ticks / TICKS)
}

fn write_configuration(folder: &Path, world: &world::World, feeds: u32) -> io::Result<()> {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text);
    let at = folder.display();
    write(
        "watchlistd.toml",
        &format!(
            "contact = \"ops@desk.test\"\ntimezone = \"UTC\"\nstorage = \"sqlite:{at}/state.db\"\n\
             [operator]\nto = [\"ops@desk.test\"]\n\
             [collect]\nallow_private = true\nper_host = 8\npause = \"0s\"\n\
             [mail]\ntransport = \"file\"\npath = \"{at}/mail\"\nfrom = \"watch@desk.test\"\n"
        ),
    )?;
    write(
        "readers.toml",
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\ndigest = \"never\"\n\
         urgent = \"never\"\n",
    )?;
    let mut sources = String::new();
    for (at, url) in world.urls(feeds).enumerate() {
        let _ = writeln!(sources, "[[source]]\nid = \"s{at}\"\nurl = \"{url}\"");
    }
    write("sources.toml", &sources)?;
    write("watchlist.toml", &watchlist())
}

/// A thousand terms: names that hardly ever occur, one that does now and then, twenty phrases.
fn watchlist() -> String {
    let mut text = String::from("[[company]]\nname = \"Meridian Foundry\"\n");
    for at in 0..COMPANIES {
        let (one, two) = (world::name(at), world::name(at + COMPANIES));
        let _ = writeln!(
            text,
            "[[company]]\nname = \"{one} {two} Inc.\"\naliases = [\"{one}{two} Works\"]"
        );
    }
    text.push_str("[[topic]]\nname = \"Acts\"\nseverity = \"high\"\nterms = [\"delist\"");
    for at in 0..19 {
        let _ = write!(text, ", \"{} licence\"", world::name(at * 31));
    }
    text.push_str("]\n");
    text
}

/// The bare loop: conditional GETs, feed-rs where a body comes, validators kept in a file.
mod bare {
    use super::{AT_ONCE, HashMap, Outcome, Read, StatusCode, StreamExt, header};
    use std::fmt::Write;

    type Validators = HashMap<String, (String, String)>;

    pub(super) fn run(arguments: &[String]) -> Outcome<()> {
        let [urls, state] = arguments else { return Err("two files are needed".into()) };
        // Fails only when a provider is there already, which will do as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(round(urls, state))
    }

    async fn round(urls: &str, state: &str) -> Outcome<()> {
        let urls = std::fs::read_to_string(urls)?;
        let known = load(&std::fs::read_to_string(state).unwrap_or_default());
        let client = reqwest::Client::builder().no_proxy().build()?;
        let mut answers = futures_util::stream::iter(urls.lines())
            .map(|url| one(&client, url, known.get(url)))
            .buffer_unordered(AT_ONCE);
        let mut next = String::new();
        while let Some(answer) = answers.next().await {
            let (url, etag, modified) = answer?;
            let _ = writeln!(next, "{url}\t{etag}\t{modified}");
        }
        std::fs::write(state, next)?;
        Ok(())
    }

    async fn one(
        client: &reqwest::Client,
        url: &str,
        known: Option<&(String, String)>,
    ) -> Outcome<(String, String, String)> {
        let mut request = client.get(url).header(header::ACCEPT_ENCODING, "gzip");
        if let Some((etag, modified)) = known {
            request = request.header(header::IF_NONE_MATCH, etag);
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        let answer = request.send().await?;
        let text = |name| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        let (etag, modified) = (text(header::ETAG), text(header::LAST_MODIFIED));
        let zipped = text(header::CONTENT_ENCODING) == "gzip";
        match answer.status() {
            StatusCode::OK => {
                let body = answer.bytes().await?;
                let mut plain = Vec::new();
                if zipped {
                    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain)?;
                } else {
                    plain.extend_from_slice(&body);
                }
                let feed = feed_rs::parser::parse(&plain[..])?;
                std::hint::black_box(feed.entries.len());
            }
            StatusCode::NOT_MODIFIED => {}
            status => return Err(format!("{url} answered {status}").into()),
        }
        let (old_etag, old_modified) = known.cloned().unwrap_or_default();
        let or = |new: String, old| if new.is_empty() { old } else { new };
        Ok((url.to_owned(), or(etag, old_etag), or(modified, old_modified)))
    }

    fn load(text: &str) -> Validators {
        text.lines()
            .filter_map(|line| {
                let mut parts = line.split('\t').map(ToOwned::to_owned);
                Some((parts.next()?, (parts.next()?, parts.next()?)))
            })
            .collect()
    }
}

/// The feeds, and the process that serves them.
mod world {
    use super::{
        Arc, AtomicU32, BufRead, BufReader, CHANGING, Child, Command, Compression, GzEncoder,
        HOSTS, HeaderMap, IntoResponse, Ordering, Outcome, PART, Part, Read, Response, Router,
        State, StatusCode, Stdio, WINDOW, Write, get, header, io, post,
    };
    use std::fmt::Write as _;

    const WORDS: &[&str] = &[
        "ministry", "tariff", "harbour", "licence", "review", "vessel", "quarter", "output",
        "board", "hearing", "ruling", "reactor", "cargo", "bond", "inquiry", "panel", "notice",
        "customs", "grain", "copper", "ferry", "tender", "auditor", "budget", "canal", "pension",
    ];
    const SYLLABLES: &[&str] =
        &["bar", "cel", "dom", "fen", "gul", "hak", "jor", "kli", "lum", "mor", "nav", "pex"];

    pub(super) struct World {
        child: Child,
        port: u16,
    }

    impl World {
        /// Starts the process and waits for its port.
        pub(super) fn start() -> Outcome<Self> {
            let mut child = Command::new(std::env::current_exe()?)
                .env(PART, "world")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?;
            let mut line = String::new();
            if let Some(out) = child.stdout.take() {
                BufReader::new(out).read_line(&mut line)?;
            }
            let port = line.trim().parse()?;
            Ok(Self { child, port })
        }

        pub(super) fn urls(&self, feeds: u32) -> impl Iterator<Item = String> {
            let port = self.port;
            (0..feeds)
                .map(move |feed| format!("http://127.0.0.{}:{port}/feed/{feed}", 1 + feed % HOSTS))
        }

        /// Gives every twentieth feed a new item.
        pub(super) fn next_edition(&self) -> Outcome<()> {
            let mut wire = std::net::TcpStream::connect(("127.0.0.1", self.port))?;
            let head = "Host: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0";
            write!(wire, "POST /edition HTTP/1.1\r\n{head}\r\n\r\n")?;
            let mut answer = String::new();
            wire.read_to_string(&mut answer)?;
            if !answer.starts_with("HTTP/1.1 200") {
                return Err(format!("no new edition: {answer}").into());
            }
            Ok(())
        }
    }

    impl Drop for World {
        fn drop(&mut self) {
            // It may have ended by itself; there is nothing more to do about it.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// Serves until the standard input is closed, which the end of the parent does.
    pub(super) fn serve() -> Outcome<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let edition = Arc::new(AtomicU32::new(0));
            let router = Router::new()
                .route("/feed/{number}", get(feed))
                .route("/edition", post(publish))
                .with_state(edition);
            let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await?;
            writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
            let orphaned = tokio::task::spawn_blocking(|| {
                let _ = io::stdin().read_to_end(&mut Vec::new());
            });
            tokio::select! {
                served = axum::serve(listener, router) => served?,
                _ = orphaned => {}
            }
            Ok(())
        })
    }

    async fn publish(State(edition): State<Arc<AtomicU32>>) -> &'static str {
        edition.fetch_add(1, Ordering::SeqCst);
        "published"
    }

    async fn feed(
        State(edition): State<Arc<AtomicU32>>,
        Part(number): Part<u32>,
        headers: HeaderMap,
    ) -> Response {
        let edition = edition.load(Ordering::SeqCst);
        // How many of the editions so far were this feed's.
        let own = number % CHANGING;
        let newer = (edition + CHANGING - 1 - own) / CHANGING;
        let tag = format!("\"{number}-{newer}\"");
        let modified = "Mon, 02 Nov 2026 08:00:00 GMT".to_owned();
        let validators = [(header::ETAG, tag.clone()), (header::LAST_MODIFIED, modified)];
        if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen == tag.as_str()) {
            return (StatusCode::NOT_MODIFIED, validators).into_response();
        }
        let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
        let body = match zipped.write_all(document(number, newer).as_bytes()) {
            Ok(()) => zipped.finish(),
            Err(why) => Err(why),
        };
        let kind =
            [(header::CONTENT_TYPE, "application/rss+xml"), (header::CONTENT_ENCODING, "gzip")];
        match body {
            Ok(body) => (validators, kind, body).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    /// The feed's window, newest first. The same numbers give the same bytes.
    fn document(feed: u32, newer: u32) -> String {
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\
             <title>Gazette {feed}</title><link>https://gazette.test/{feed}</link>\
             <description>News</description><language>en</language>\n"
        );
        for item in (newer..newer + WINDOW).rev() {
            let mut random = Random::of(feed, item);
            let telling = random.below(100) == 0;
            let title = if telling {
                "Meridian Foundry faces delisting".to_owned()
            } else {
                words(&mut random, 7)
            };
            let length = 40 + random.below(120);
            let _ = writeln!(
                text,
                "<item><title>{title}</title><link>https://gazette.test/{feed}/{item}</link>\
                 <guid isPermaLink=\"false\">gazette-{feed}-{item}</guid>\
                 <pubDate>Mon, 02 Nov 2026 {:02}:{:02}:00 GMT</pubDate>\
                 <description>&lt;p&gt;{}&lt;/p&gt;</description></item>",
                item % 24,
                feed % 60,
                words(&mut random, length)
            );
        }
        text.push_str("</channel></rss>\n");
        text
    }

    fn words(random: &mut Random, count: usize) -> String {
        let chosen: Vec<&str> = (0..count).map(|_| WORDS[random.below(WORDS.len())]).collect();
        chosen.join(" ")
    }

    /// A made-up name, different for each number below 1,728.
    pub(super) fn name(number: usize) -> String {
        let base = SYLLABLES.len();
        let at = [number / base / base % base, number / base % base, number % base];
        let mut name: String = at.iter().map(|at| SYLLABLES[*at]).collect();
        name[..1].make_ascii_uppercase();
        name
    }

    /// An xorshift generator: small, and the same everywhere.
    struct Random(u64);

    impl Random {
        fn of(feed: u32, item: u32) -> Self {
            let mut random = Self((u64::from(feed) << 32 | u64::from(item)) * 2 + 0x9e37_79b9);
            for _ in 0..8 {
                random.below(2);
            }
            random
        }

        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 33).unwrap_or(0) % limit
        }
    }
}
