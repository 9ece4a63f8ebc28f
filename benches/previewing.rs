//! Measures what is claimed of previews, and says which goals hold.
//!
//! ```text
//! cargo bench --bench previewing                              50,000 items, about half a minute
//! PREVIEWING_ITEMS=1000000 cargo bench --bench previewing     the size of the goal, some minutes
//! ```
//!
//! A database is filled by polls as the service writes them, then its items are held against two
//! watchlists, as `preview` does. What counts is CPU time of the process: a million items in 25 s on two
//! cores are 50 µs each. Memory is what is allocated after each page; where it does not grow with the
//! history, half of it takes as much as the whole. A goal that does not hold is said and fails nothing.

use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use cpu_time::ProcessTime;
use watchlistd::config;
use watchlistd::detect::Watchlist;
use watchlistd::model::item::Arrival;
use watchlistd::model::source::SourceState;
use watchlistd::model::watchlist::WatchlistEntries;
use watchlistd::model::{
    Difference, FirstRun, Item, ItemId, ItemText, Source, SourceId, Timestamp,
};
use watchlistd::pipeline::preview::{Scope, all_threads, preview};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{FinishedPoll, Store};

/// Counts what is allocated.
#[global_allocator]
static MEMORY: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

const SOURCES: usize = 400;
/// Items that one poll brings.
const POLL: usize = 250;
/// Companies on the watchlist.
const COMPANIES: usize = 1_000;
/// Bytes of an item's summary, about: of a news feed.
const SUMMARY: usize = 600;
const DAY: Duration = Duration::from_secs(24 * 3600);

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
    runtime.block_on(measure(items, &folder.path().join("state.db")))
}

async fn measure(items: usize, path: &Path) -> Result<(), Box<dyn Error>> {
    let out = &mut std::io::stdout();
    let store = Sqlite::open(path, Mode::Exclusive)?;
    let start = ProcessTime::now();
    let until = fill(&store, items).await?;
    let size = std::fs::metadata(path)?.len();
    writeln!(
        out,
        "{items} items stored by polls: {:.1} µs each, {} bytes each on disk",
        start.elapsed().as_secs_f64() * 1e6 / items as f64,
        size / items as u64
    )?;
    let (old, new) = watchlists()?;
    let scope = |days: u32| Scope {
        old: Arc::clone(&old),
        new: Arc::clone(&new),
        since: until.minus(DAY * days),
        until,
        zone: Tz::UTC,
        samples: 5,
        threads: all_threads(),
    };
    let half = run(&store, &scope(15)).await?;
    let whole = run(&store, &scope(31)).await?;
    let found = &whole.found;
    writeln!(
        out,
        "{} alerts before, {} after: {} gained, {} lost, {} told otherwise; {} and {} copies",
        found.before.alerts,
        found.after.alerts,
        found.gained.alerts,
        found.lost.alerts,
        found.changed,
        found.before.copies,
        found.after.copies
    )?;
    let each = whole.cpu.as_secs_f64() * 1e6 / found.items as f64;
    writeln!(
        out,
        "{} items in {:.1} s of CPU, {:.1} s of the clock on {} threads: {:.0} items a second and core",
        found.items,
        whole.cpu.as_secs_f64(),
        whole.wall.as_secs_f64(),
        all_threads(),
        1e6 / each
    )?;
    goal(out, "CPU of an item", "≤ 50 µs", &format!("{each:.1} µs"), each <= GOAL_MICROS)?;
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    writeln!(
        out,
        "memory above what lay there before: {:.1} MB for {} items, {:.1} MB for {}",
        megabytes(half.peak),
        half.found.items,
        megabytes(whole.peak),
        found.items
    )?;
    let growth = whole.peak as f64 / half.peak.max(1) as f64;
    goal(out, "memory, whole to half", "≤ 1.2×", &format!("{growth:.2}×"), growth <= GOAL_GROWTH)?;
    Ok(())
}

fn goal(
    out: &mut impl Write,
    what: &str,
    wanted: &str,
    got: &str,
    holds: bool,
) -> std::io::Result<()> {
    let holds = if holds { "holds" } else { "DOES NOT HOLD" };
    writeln!(out, "  goal {what} {wanted}: {got}: {holds}")
}

struct Run {
    found: Difference,
    cpu: Duration,
    wall: Duration,
    /// The most that was allocated above what was at the start.
    peak: usize,
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

/// The shipped topics with made-up companies; then a few more, one less, and a topic told otherwise.
fn watchlists() -> Result<(Arc<Watchlist>, Arc<Watchlist>), Box<dyn Error>> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    let folder = tempfile::tempdir()?;
    let compiled = |names: std::ops::Range<usize>, more: &str| -> Result<_, Box<dyn Error>> {
        let file = folder.path().join("watchlist.toml");
        let text: String =
            names.map(|n| format!("[[company]]\nname = \"{}\"\n", company(n))).collect();
        std::fs::write(&file, text + more)?;
        let (entries, _): (WatchlistEntries, _) = config::watchlist_from(&[shipped.clone(), file])?;
        Ok(Arc::new(Watchlist::compile(&entries).0))
    };
    let topic =
        "[[topic]]\nname = \"Harbour dues\"\nterms = [\"harbour due\"]\nseverity = \"high\"\n";
    Ok((compiled(0..COMPANIES, "")?, compiled(1..COMPANIES + 20, topic)?))
}

const FIRST: [&str; 25] = [
    "Alder", "Birken", "Calder", "Dorn", "Elmar", "Farren", "Galtor", "Hexham", "Ister", "Jorvik",
    "Kelda", "Lorne", "Morven", "Nerith", "Orkan", "Pelham", "Quarn", "Rusken", "Selwy", "Tarrow",
    "Ulven", "Varnok", "Westra", "Yarrow", "Zelmer",
];
const SECOND: [&str; 41] = [
    "Marine",
    "Foundry",
    "Optics",
    "Mining",
    "Telecom",
    "Shipping",
    "Aerospace",
    "Chemicals",
    "Steel",
    "Semiconductor",
    "Robotics",
    "Logistics",
    "Pharma",
    "Energy",
    "Motors",
    "Systems",
    "Networks",
    "Materials",
    "Textiles",
    "Foods",
    "Timber",
    "Glass",
    "Paper",
    "Cement",
    "Rail",
    "Airways",
    "Ports",
    "Grid",
    "Solar",
    "Wind",
    "Battery",
    "Cable",
    "Satellite",
    "Drone",
    "Laser",
    "Photonics",
    "Biotech",
    "Genomics",
    "Polymers",
    "Castings",
    "Turbines",
];

/// A name of two words that no everyday text has.
fn company(n: usize) -> String {
    format!("{} {}", FIRST[n % FIRST.len()], SECOND[(n / FIRST.len()) % SECOND.len()])
}

const WORDS: &str = "the of to and a in for on that with as by at from is was said it has its be an are \
    have will not which company government after new year over would shares percent market about more \
    their last group been other up than million billion official officials minister ministry trade court \
    regulator export sanctions list ban fine order rule bank stock exchange technology chip security \
    national commission state department agency investigation review investors quarter revenue report \
    according statement announced approved blocked suspended listed added restricted entity lawmakers \
    congress committee bill law tariff import supply factory plant production demand price oil gas steel \
    cars battery software data cloud equipment military defence foreign investment deal acquisition board \
    harbour dues weather sailing festival museum garden recipe football season player coach";

/// A small generator (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % end as u64) as usize
    }
}

fn prose(dice: &mut Dice, words: &[&str], bytes: usize, named: usize) -> String {
    let mut text = String::with_capacity(bytes + 20);
    while text.len() < bytes {
        if dice.below(1_000) < named {
            text.push_str(&company(dice.below(COMPANIES + 20)));
        } else {
            text.push_str(words[dice.below(words.len())]);
        }
        text.push_str(if dice.below(14) == 0 { ". " } else { " " });
    }
    text
}

fn source(n: usize) -> Source {
    Source {
        id: SourceId::new(format!("source-{n}")),
        url: format!("https://source-{n}.test/feed"),
        official: n.is_multiple_of(20),
        lang: Some("en".to_owned()),
        interval: Duration::from_secs(1_800),
        allow_private: false,
        first_run: FirstRun::All,
    }
}

/// Fills the store with items of thirty days, and answers when they end.
async fn fill(store: &Sqlite, items: usize) -> Result<Timestamp, Box<dyn Error>> {
    let until = Timestamp::from_millis(1_795_000_000_000);
    let start = until.minus(DAY * 30);
    store.adopt_sources((0..SOURCES).map(source).collect(), start).await?;
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut dice = Dice(20_261_126);
    let polls = items.div_ceil(POLL);
    for poll in 0..polls {
        let spent = (DAY * 30).as_millis() as u64 * poll as u64 / polls as u64;
        let at = start.plus(Duration::from_millis(spent));
        let from = source(poll % SOURCES);
        let many = POLL.min(items - poll * POLL);
        let new = (0..many).map(|n| {
            let number = (poll * POLL + n).to_string();
            Item {
                id: ItemId::of(&[from.id.as_str(), &number]),
                revision: 1,
                source: from.id.clone(),
                official: from.official,
                guid: Some(format!("urn:{number}")),
                link: Some(format!("https://{}.test/{number}", from.id)),
                text: ItemText {
                    title: prose(&mut dice, &words, 80, 30),
                    summary: prose(&mut dice, &words, SUMMARY, 4),
                    lang: Some("en".to_owned()),
                    ..ItemText::default()
                },
                text_hash: number,
                published: Some(at),
                first_seen: at,
                arrival: Arrival::New,
            }
        });
        let polled = FinishedPoll {
            source: from.id.clone(),
            address: from.url.clone(),
            started: at,
            ended: at,
            status: Some(200),
            bytes: 0,
            entries: 0,
            new: new.collect(),
            edited: Vec::new(),
            seen: Vec::new(),
            gap: None,
            quiet: false,
            state: SourceState::new(at),
            next_poll: at,
        };
        store.finish_poll(polled).await?;
    }
    Ok(until)
}
