//! Measures a start with many sources and terms, and what the service costs while nothing happens.
//!
//! ```text
//! cargo bench --bench starting                         10,000 sources, 10,000 names; some minutes
//! STARTING_IDLE=10 cargo bench --bench starting        ten idle seconds instead of sixty
//! ```
//!
//! A folder is filled as it lies after some days of service: all shipped topics, 10,000 companies, 10,000
//! sources that were polled a moment ago and are not due. The real program is started on it and tells the
//! socket that systemd would listen on that it is ready; what it used until then and while idle is what
//! the kernel counted for its process. The goals: READY after 300 ms, of CPU time here, since neighbours
//! on the machine say little; and an idle minute of a hundredth of a core. A goal that does not hold is
//! said and fails nothing.

#[path = "support/goal.rs"]
mod goal;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use watchlistd::clock::{Clock, SystemClock};
use watchlistd::model::item::Arrival;
use watchlistd::model::source::SourceState;
use watchlistd::model::{FirstRun, Item, ItemId, ItemText, Source, SourceId};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{FinishedPoll, Store};

use goal::goal;

const SOURCES: usize = 10_000;
const COMPANIES: usize = 10_000;
/// Items of a source.
const ITEMS: usize = 5;
/// Starts that are measured.
const STARTS: usize = 5;

const GOAL_READY: f64 = 0.300;
/// Of a core.
const GOAL_IDLE: f64 = 0.01;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let idle = std::env::var("STARTING_IDLE").ok();
    let idle = Duration::from_secs(idle.map_or(Ok(60), |text| text.parse())?);
    let folder = tempfile::tempdir()?;
    fill(folder.path())?;
    let systemd = UnixDatagram::bind(folder.path().join("notify"))?;
    // The first start stores the version of the files, as every edit does.
    let first = start(folder.path(), &systemd)?;
    let out = &mut std::io::stdout();
    writeln!(out, "first start: {}", first.words())?;
    stop(first.child)?;
    let mut least = f64::INFINITY;
    for _ in 0..STARTS {
        let started = start(folder.path(), &systemd)?;
        writeln!(out, "start: {}", started.words())?;
        least = least.min(started.cpu);
        stop(started.child)?;
    }
    let (shown, holds) = (format!("{:.0} ms", least * 1e3), least <= GOAL_READY);
    goal(out, "CPU until READY", "≤ 300 ms", &shown, holds)?;
    let running = start(folder.path(), &systemd)?;
    // What a start leaves to do is done before the minute begins.
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let wait = |span| clock.block_on(async move { tokio::time::sleep(span).await });
    wait(Duration::from_secs(10));
    let before = cpu(running.child.id())?;
    wait(idle);
    let used = cpu(running.child.id())? - before;
    let share = used / idle.as_secs_f64();
    writeln!(out, "idle: {:.0} ms of CPU in {} s", used * 1e3, idle.as_secs())?;
    goal(out, "idle", "≤ 1 % of a core", &format!("{:.2} %", share * 100.0), share <= GOAL_IDLE)?;
    stop(running.child)
}

/// A service that said that it is ready.
struct Started {
    child: Child,
    cpu: f64,
    wall: f64,
}

impl Started {
    fn words(&self) -> String {
        format!(
            "READY after {:.0} ms of CPU, {:.0} ms of the clock",
            self.cpu * 1e3,
            self.wall * 1e3
        )
    }
}

fn start(folder: &Path, systemd: &UnixDatagram) -> Outcome<Started> {
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args(["run", "--config"])
        .arg(folder)
        .env("NOTIFY_SOCKET", folder.join("notify"))
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log"))?)
        .spawn()?;
    systemd.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut buffer = [0; 4096];
    loop {
        let length = match systemd.recv(&mut buffer) {
            Ok(length) => length,
            Err(_) if child.try_wait()?.is_some() => {
                let log = fs::read_to_string(folder.join("log"))?;
                return Err(format!("the service ended: {log}").into());
            }
            Err(_) => continue,
        };
        if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == "READY=1") {
            let wall = begin.elapsed().as_secs_f64();
            let cpu = cpu(child.id())?;
            return Ok(Started { child, cpu, wall });
        }
    }
}

/// What the kernel counted for a process, in seconds.
fn cpu(process: u32) -> Outcome<f64> {
    // Hundredths of a second on every Linux that Rust runs on.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let rest = stat.rsplit_once(')').ok_or("a process has a name")?.1;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || -> Outcome<f64> { Ok(fields.next().ok_or("too few fields")?.parse()?) };
    Ok((next()? + next()?) / TICKS)
}

fn stop(mut child: Child) -> Outcome<()> {
    let asked = Command::new("kill").arg(child.id().to_string()).status()?;
    if !asked.success() {
        return Err("the service could not be told to stop".into());
    }
    child.wait()?;
    Ok(())
}

/// Writes files and a database.
fn fill(folder: &Path) -> Outcome<()> {
    let state = folder.join("state.db");
    let service = format!(
        "contact = \"ops@desk.bank\"\ntimezone = \"UTC\"\nstorage = \"sqlite:{}\"\n\n[operator]\nto = [\"ops@desk.bank\"]\n\n[mail]\ntransport = \"file\"\nfrom = \"watchlist@desk.bank\"\n",
        state.display()
    );
    fs::write(folder.join("watchlistd.toml"), service)?;
    fs::write(
        folder.join("readers.toml"),
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.bank\"]\n",
    )?;
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    fs::copy(topics, folder.join("topics.toml"))?;
    let mut watchlist = String::new();
    for n in 0..COMPANIES {
        watchlist.push_str(&format!("[[company]]\nname = \"{} Works\"\n\n", word(n)));
    }
    fs::write(folder.join("watchlist.toml"), watchlist)?;
    let mut sources = String::new();
    for n in 0..SOURCES {
        sources.push_str(&format!(
            "[[source]]\nid = \"source-{n}\"\nurl = \"https://feeds-{n}.test/rss\"\ninterval = \"12h\"\n\n"
        ));
    }
    fs::write(folder.join("sources.toml"), sources)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(polled(&state))
}

/// A name of its own for each number.
fn word(n: usize) -> String {
    const SYLLABLES: [&str; 22] = [
        "bal", "bor", "cal", "dor", "fal", "gol", "hel", "ist", "jor", "kal", "lor", "mir", "nor",
        "pel", "qua", "ros", "sel", "tor", "vel", "wes", "xan", "zir",
    ];
    let mut word = String::new();
    let mut rest = n;
    for _ in 0..3 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word[..1].make_ascii_uppercase();
    word
}

/// Sources that were polled a moment ago.
async fn polled(state: &Path) -> Outcome<()> {
    let now = SystemClock.now();
    let store = Sqlite::open(state, Mode::Exclusive)?;
    let source = |n: usize| Source {
        id: SourceId::new(format!("source-{n}")),
        url: format!("https://feeds-{n}.test/rss"),
        official: false,
        lang: None,
        interval: Duration::from_secs(12 * 3600),
        allow_private: false,
        first_run: FirstRun::All,
    };
    store.adopt_sources((0..SOURCES).map(source).collect(), now).await?;
    for n in 0..SOURCES {
        let source = source(n);
        let item = |one: usize| Item {
            id: ItemId::of(&[source.id.as_str(), &one.to_string()]),
            revision: 1,
            source: source.id.clone(),
            official: false,
            guid: Some(format!("urn:{n}:{one}")),
            link: Some(format!("https://feeds-{n}.test/{one}")),
            text: ItemText { title: format!("Item {one} of source {n}"), ..ItemText::default() },
            text_hash: format!("{n}:{one}"),
            published: Some(now),
            first_seen: now,
            arrival: Arrival::New,
        };
        let mut state = SourceState::new(now);
        state.last_success = Some(now);
        let polled = FinishedPoll {
            source: source.id.clone(),
            address: source.url.clone(),
            started: now,
            ended: now,
            status: Some(200),
            bytes: 2_000,
            entries: Some(ITEMS as u32),
            new: (0..ITEMS).map(item).collect(),
            edited: Vec::new(),
            seen: Vec::new(),
            rekeyed: Vec::new(),
            gap: None,
            quiet: false,
            state,
            next_poll: now.plus(Duration::from_secs(12 * 3600)),
        };
        store.finish_poll(polled).await?;
    }
    Ok(())
}
