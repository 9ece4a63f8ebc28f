//! Three days at step level, with a clock that the test moves: memory and descriptors stay flat, the log
//! is brought home, and the database grows by what is kept and no faster on the third day than before.
//!
//! In a process of its own, so that what other tests hold is not counted.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Part, State};
use axum::http::header;
use axum::routing::get;
use watchlistd::clock::{Clock, FixedClock};
use watchlistd::config::{Environment, Files};
use watchlistd::daemon::start;
use watchlistd::daemon::wire::{self, Access};
use watchlistd::model::Timestamp;
use watchlistd::notify::smtp::Transport;
use watchlistd::pipeline::assess::Assessor;
use watchlistd::pipeline::canary::Keeper;
use watchlistd::pipeline::deliver::Deliverer;
use watchlistd::pipeline::poll::Poller;
use watchlistd::pipeline::{Ground, InForce};
use watchlistd::store::{Claim, Keep};

use super::findings::Ordeal;

/// Set in the process that lives through it.
const INSIDE: &str = "WATCHLISTD_SOAK";

const HOUR: Duration = Duration::from_secs(3_600);
/// Rounds of a day.
const ROUNDS: u64 = 24;
/// Articles that a page shows.
const WINDOW: u64 = 20;

/// What is left behind at the end of a day.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Bytes in memory.
    memory: u64,
    descriptors: u64,
    database: u64,
    log: u64,
}

#[test]
fn three_days_leave_memory_and_descriptors_flat() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let mut ordeal = Ordeal::begin("soak");
    let sources = ordeal.either(12, 200);
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ordeals::soak::three_days_leave_memory_and_descriptors_flat"])
        .arg("--nocapture")
        .env(INSIDE, sources.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[inside.stdout, inside.stderr].concat()).into_owned();
    assert!(inside.status.success(), "{said}");
    let marks: Vec<Mark> = said.lines().filter_map(mark).collect();
    let [first, second, third] = marks[..] else { panic!("{said}") };
    let mb = |bytes: u64| bytes / 1_000_000;
    assert!(
        third.memory <= first.memory + first.memory / 10 + 2_000_000,
        "memory grows: {marks:?}"
    );
    assert!(third.descriptors <= first.descriptors + 2, "descriptors grow: {marks:?}");
    assert!(
        marks.iter().all(|one| one.log <= 20_000_000),
        "the log is not brought home: {marks:?}"
    );
    let (before, after) = (second.database - first.database, third.database - second.database);
    assert!(after <= before + before / 4 + 200_000, "the database grows faster: {marks:?}");
    ordeal.count(72, "simulated hours");
    ordeal.count(sources, "sources, each with an article every hour");
    ordeal.count(mb(third.memory), "MB of memory at the end");
    ordeal.count(third.descriptors, "descriptors at the end");
    ordeal.held();
}

fn inside() {
    let sources = std::env::var(INSIDE).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(live(sources));
}

async fn live(sources: u64) {
    let folder = tempfile::tempdir().unwrap();
    let hour = Arc::new(AtomicU64::new(WINDOW));
    let address = serve(Arc::clone(&hour)).await;
    let clock = Arc::new(FixedClock::at(Timestamp::parse("2026-11-20T00:10:00Z").unwrap()));
    let mut desk = Desk::open(folder.path(), &address, sources, &clock).await;
    let mut read = 0;
    for day in 1..=3 {
        for round in 0..ROUNDS {
            read += desk.round().await;
            if round % 6 == 0 {
                desk.forget().await;
            }
            hour.fetch_add(1, Ordering::SeqCst);
            clock.set(clock.now().plus(HOUR));
        }
        let Mark { memory, descriptors, database, log } = Mark::now(&desk, folder.path()).await;
        let out = &mut std::io::stdout();
        writeln!(out, "day {day} {memory} {descriptors} {database} {log}").unwrap();
    }
    let store = &desk.ground.store;
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
    assert_eq!(read, sources * (WINDOW + 3 * ROUNDS - 1), "articles of {sources} sources");
    let mails = std::fs::read_dir(folder.path().join("mail/new")).unwrap().count();
    assert!(mails > 10, "{mails} mails");
}

impl Mark {
    /// The database as whoever reads it finds it, also what is not brought home yet.
    async fn now(desk: &Desk, folder: &Path) -> Self {
        Self {
            memory: memory(),
            descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count() as u64,
            database: desk.ground.store.archive().size().await.unwrap().bytes,
            log: length(&folder.join("state/state.db-wal")),
        }
    }
}

/// `day 1 MEMORY DESCRIPTORS DATABASE LOG`
fn mark(line: &str) -> Option<Mark> {
    let figures = line.strip_prefix("day ")?;
    let figures: Vec<u64> = figures.split(' ').filter_map(|one| one.parse().ok()).collect();
    let [_, memory, descriptors, database, log] = figures[..] else { return None };
    Some(Mark { memory, descriptors, database, log })
}

/// Bytes in memory, from proc(5): pages of 4 kB.
fn memory() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// Pages that show the last articles of the hour: made when they are asked for, so that nothing here
/// grows.
async fn serve(hour: Arc<AtomicU64>) -> String {
    let router = Router::new().route("/{source}", get(show)).with_state(hour);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn show(
    State(hour): State<Arc<AtomicU64>>,
    Part(source): Part<u64>,
) -> ([(header::HeaderName, &'static str); 1], String) {
    let now = hour.load(Ordering::SeqCst);
    let items: String = (now - WINDOW..now).rev().map(|n| item(source, n)).collect();
    let body = format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>");
    ([(header::CONTENT_TYPE, "application/rss+xml")], body)
}

/// Now and then something that matters.
fn item(source: u64, n: u64) -> String {
    let matters = (n + source).is_multiple_of(17);
    let title = match matters {
        true => format!("The exchange moves to delist Firm{:02} over its {n} accounts", n % 40),
        false => format!("Vessel {n} of harbour {source} waits for berth {}", n % 7),
    };
    let text = "The board met in the morning and will meet again. ".repeat(12);
    format!(
        "<item><guid isPermaLink=\"false\">{source}-{n}</guid><title>{title}</title>\
         <description>{text}</description></item>"
    )
}

struct Desk {
    ground: Ground,
    in_force: Arc<InForce>,
    poller: Poller,
    assessor: Assessor,
    deliverer: Deliverer,
    keeper: Keeper,
}

impl Desk {
    async fn open(folder: &Path, address: &str, sources: u64, clock: &Arc<FixedClock>) -> Self {
        let firms: String =
            (0..40).map(|n| format!("[[company]]\nname = \"Firm{n:02}\"\n")).collect();
        let source = |n: u64| {
            format!(
                "[[source]]\nid = \"s{n}\"\nurl = \"http://{address}/{n}\"\ninterval = \"50m\"\n"
            )
        };
        let texts = BTreeMap::from([
            ("watchlistd.toml".to_owned(), SERVICE.to_owned()),
            ("sources.toml".to_owned(), (0..sources).map(source).collect::<String>()),
            ("readers.toml".to_owned(), READERS.to_owned()),
            ("watchlist.toml".to_owned(), firms + TOPICS),
        ]);
        let files = Files::from_texts(folder, texts);
        let (parts, problems) = wire::build(files, &Environment::default());
        let parts = parts.unwrap_or_else(|| panic!("{problems:?}"));
        let store = wire::open_store(&parts.settings.storage, Access::Alone).unwrap();
        store.release_leases(clock.now()).await.unwrap();
        let version = start::adopt(&*store, &parts, clock.now()).await.unwrap();
        let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
        let ground = Ground { store, clock };
        let transport = Transport::file(folder.join("mail"));
        Self {
            in_force: Arc::new(parts.in_force(version, None)),
            poller: Poller::new(ground.clone(), wire::fetcher(&parts.settings).unwrap(), 8),
            assessor: Assessor::new(ground.clone(), "soak".to_owned()),
            deliverer: Deliverer::new(ground.clone(), transport),
            keeper: Keeper::new(ground.clone()),
            ground,
        }
    }

    /// Answers how many articles were new.
    async fn round(&mut self) -> u64 {
        self.keeper.look(self.in_force.canary.as_ref()).await.unwrap();
        let new = self.poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap().new;
        let in_force = Arc::clone(&self.in_force);
        self.assessor.run(&|| Arc::clone(&in_force)).await.unwrap();
        self.deliverer.seal_due(&self.in_force).await.unwrap();
        self.deliverer.send_due(&|| false).await.unwrap();
        self.keeper.look(self.in_force.canary.as_ref()).await.unwrap();
        new
    }

    async fn forget(&self) {
        let keep = Keep { items: HOUR * 20, audit: HOUR * 20, polls: HOUR * 20 };
        let now = self.ground.clock.now();
        while !self.ground.store.prune(keep, now).await.unwrap().is_nothing() {}
    }
}

const SERVICE: &str = r#"
contact = "ops@desk.test"
timezone = "UTC"
storage = "sqlite:state/state.db"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
per_host = 8
allow_private = true
[mail]
transport = "file"
from = "watchlist@desk.test"
[canary]
at = "06:00"
"#;

const READERS: &str = r#"
[[reader]]
name = "Mei"
to = ["mei@desk.test"]
digest = "daily 08:00"
urgent_per_hour = 2
"#;

const TOPICS: &str = r#"
[[topic]]
name = "Delisting"
terms = ["delist"]
severity = "high"
"#;
