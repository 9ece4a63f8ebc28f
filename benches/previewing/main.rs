//! Measures what is claimed of previews, and says which goals hold.
//!
//! ```text
//! cargo bench --bench previewing                              50,000 items, about half a minute
//! PREVIEWING_ITEMS=1000000 cargo bench --bench previewing     the size of the goal, some minutes
//! ```
//!
//! A database is filled by polls as the service writes them, then its items are held against two
//! watchlists with all shipped topics, as `preview` does. What counts is CPU time of the process: a
//! million items in 25 s on two cores are 50 µs each. Memory is what is allocated after each page; where
//! it does not grow with the history, half of it takes as much as the whole. A goal that does not hold is
//! said and fails nothing. Beside the goal stand other edits, the slow twin that asks each watchlist about
//! each item, and a flood of alerts.

mod data;
#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/goal.rs"]
mod goal;

use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ProcessTime;
use watchlistd::detect::{Version, Watchlist};
use watchlistd::model::source::SourceState;
use watchlistd::model::watchlist::WatchlistEntries;
use watchlistd::model::{Difference, Timestamp, Tz};
use watchlistd::pipeline::preview::{Scope, Way, all_threads, preview};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{FinishedPoll, Store};

use data::{Mix, World, source};
use dice::Dice;
use goal::goal;

/// Counts what is allocated.
#[global_allocator]
static MEMORY: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

const SOURCES: usize = 400;
/// Items that one poll brings.
const POLL: usize = 250;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Days of the history.
const DAYS: u32 = 30;

/// What is said of 1 M items: 25 s on two cores.
const GOAL_MICROS: f64 = 50.0;
/// How much more memory the whole history may take than half of it.
const GOAL_GROWTH: f64 = 1.2;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::var("PREVIEWING_ITEMS").ok();
    let items: usize = wanted.map_or(Ok(50_000), |text| text.parse())?;
    let items = items.clamp(POLL, 2_000_000);
    let folder = tempfile::tempdir()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        measure(items, &folder.path().join("state.db")).await?;
        flood((items / 10).max(POLL), &folder.path().join("flood.db")).await
    })
}

/// What the goals are about.
async fn measure(items: usize, path: &Path) -> Result<(), Box<dyn Error>> {
    let out = &mut std::io::stdout();
    let start = ProcessTime::now();
    let (store, until) = filled(path, items, Mix::News).await?;
    let size = std::fs::metadata(path)?.len();
    writeln!(
        out,
        "{items} items stored by polls: {:.1} µs each, {} bytes each on disk",
        start.elapsed().as_secs_f64() * 1e6 / items as f64,
        size / items as u64
    )?;
    let (old, new) = (Written::of(data::watchlist()), Written::of(data::edited()));
    let half = run(&store, &old.scope(&new, until, DAYS / 2)).await?;
    let whole = run(&store, &old.scope(&new, until, DAYS + 1)).await?;
    writeln!(out, "companies and a topic added, a company taken away")?;
    told(out, &whole)?;
    let each = whole.each();
    goal(out, "CPU of an item", "≤ 50 µs", &format!("{each:.1} µs"), each <= GOAL_MICROS)?;
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    writeln!(
        out,
        "memory above what lay there before: {:.1} MB for {} items, {:.1} MB for {}",
        megabytes(half.peak),
        half.found.items,
        megabytes(whole.peak),
        whole.found.items
    )?;
    let growth = whole.peak as f64 / half.peak.max(1) as f64;
    goal(out, "memory, whole to half", "≤ 1.2×", &format!("{growth:.2}×"), growth <= GOAL_GROWTH)?;
    for (edit, entries) in [
        ("a term taken from a shipped topic", data::with_a_term_less()),
        ("a rule added, on words", data::with_a_rule("company:* AND (harbour OR dues)")),
        (
            "a rule added, on any company",
            data::with_a_rule("company:* AND NOT dues AND NOT topic:*"),
        ),
        (
            "a rule added, which may mean something to any item",
            data::with_a_rule("dues OR NOT topic:*"),
        ),
        ("nothing edited", data::watchlist()),
    ] {
        writeln!(out, "{edit}")?;
        let run = run(&store, &old.scope(&Written::of(entries), until, DAYS + 1)).await?;
        told(out, &run)?;
    }
    // Some days are enough for the slow twin.
    let few = old.scope(&new, until, DAYS / 10);
    let short = run(&store, &few).await?;
    let slow = run(&store, &Scope { way: Way::Each, ..few }).await?;
    if short.found != slow.found {
        return Err("the short way tells something else than the long one".into());
    }
    writeln!(
        out,
        "each watchlist asked about each of {} items: {:.1} µs an item, {:.1} times the short way",
        slow.found.items,
        slow.each(),
        slow.each() / short.each()
    )?;
    Ok(())
}

/// Items of which most are told.
async fn flood(items: usize, path: &Path) -> Result<(), Box<dyn Error>> {
    let (store, until) = filled(path, items, Mix::Harsh).await?;
    let (old, new) = (Written::of(data::watchlist()), Written::of(data::edited()));
    let run = run(&store, &old.scope(&new, until, DAYS + 1)).await?;
    let out = &mut std::io::stdout();
    writeln!(out, "a flood, which no feeds are")?;
    told(out, &run)?;
    Ok(())
}

fn told(out: &mut impl Write, run: &Run) -> std::io::Result<()> {
    let found = &run.found;
    writeln!(
        out,
        "  {} alerts before ({:.1} %), {} after: {} gained, {} lost, {} told otherwise; {} and {} copies",
        found.before.alerts,
        found.before.alerts as f64 * 100.0 / found.items.max(1) as f64,
        found.after.alerts,
        found.gained.alerts,
        found.lost.alerts,
        found.changed,
        found.before.copies,
        found.after.copies
    )?;
    writeln!(
        out,
        "  {} items in {:.1} s of CPU, {:.1} s of the clock on {} threads: {:.1} µs an item",
        found.items,
        run.cpu.as_secs_f64(),
        run.wall.as_secs_f64(),
        all_threads(),
        run.each()
    )
}

/// A watchlist as written and as compiled.
struct Written {
    entries: WatchlistEntries,
    watchlist: Arc<Watchlist>,
}

impl Written {
    fn of(entries: WatchlistEntries) -> Self {
        let watchlist = Arc::new(Watchlist::compile(&entries).0);
        Self { entries, watchlist }
    }

    fn version(&self) -> Version<'_> {
        Version { entries: &self.entries, watchlist: &self.watchlist }
    }

    /// The last days, as `preview` takes them.
    fn scope(&self, new: &Self, until: Timestamp, days: u32) -> Scope {
        Scope {
            old: Arc::clone(&self.watchlist),
            new: Arc::clone(&new.watchlist),
            way: Way::between(self.version(), new.version()),
            since: until.minus(DAY * days),
            until,
            zone: Tz::UTC,
            samples: 5,
            threads: all_threads(),
        }
    }
}

struct Run {
    found: Difference,
    cpu: Duration,
    wall: Duration,
    /// The most that was allocated above what was at the start.
    peak: usize,
}

impl Run {
    /// CPU of an item, in microseconds.
    fn each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.found.items.max(1) as f64
    }
}

async fn run(store: &Sqlite, scope: &Scope) -> Result<Run, Box<dyn Error>> {
    let before = MEMORY.allocated();
    let mut peak = 0;
    let (cpu, wall) = (ProcessTime::now(), tokio::time::Instant::now());
    let mut look = |_| {
        peak = peak.max(MEMORY.allocated().saturating_sub(before));
        ControlFlow::Continue(())
    };
    let found = preview(store.archive(), scope, &mut look).await?;
    let found = found.ok_or("it was broken off")?;
    Ok(Run { found, cpu: cpu.elapsed(), wall: wall.elapsed(), peak })
}

/// A store filled with items of thirty days, and when they end.
async fn filled(
    path: &Path,
    items: usize,
    mix: Mix,
) -> Result<(Sqlite, Timestamp), Box<dyn Error>> {
    let store = Sqlite::open(path, Mode::Exclusive)?;
    let until = Timestamp::from_millis(1_795_000_000_000);
    let start = until.minus(DAY * DAYS);
    store.adopt_sources((0..SOURCES).map(source).collect(), start).await?;
    let (world, mut dice) = (World::new(), Dice::new(20_261_126));
    let polls = items.div_ceil(POLL);
    for poll in 0..polls {
        let spent = (DAY * DAYS).as_millis() as u64 * poll as u64 / polls as u64;
        let at = start.plus(Duration::from_millis(spent));
        let from = source(poll % SOURCES);
        let numbers = poll * POLL..items.min((poll + 1) * POLL);
        let polled = FinishedPoll {
            source: from.id.clone(),
            address: from.url.clone(),
            started: at,
            ended: at,
            status: Some(200),
            bytes: 0,
            entries: Some(0),
            new: numbers.map(|n| world.item(&mut dice, mix, n, &from, at)).collect(),
            edited: Vec::new(),
            seen: Vec::new(),
            rekeyed: Vec::new(),
            gap: None,
            quiet: false,
            state: SourceState::new(at),
            next_poll: at,
        };
        store.finish_poll(polled).await?;
    }
    Ok((store, until))
}
