//! Measures what is claimed of matching, and says which goals hold.
//!
//! ```text
//! cargo bench --bench matching              up to 100,000 names, about half a minute
//! cargo bench --bench matching -- --full    up to 1,000,000 names, about two minutes
//! ```
//!
//! All engines run in this one process, in turns over the same items; what counts is CPU time of
//! the thread, the best of several rounds, so that neighbours on the machine say little. Everything
//! goes through public doors. A goal that does not hold is said and fails nothing: a busy machine
//! is no fault of the code.

mod data;
#[path = "../support/dice.rs"]
mod dice;
mod others;
mod pipe;
mod report;

use std::collections::HashSet;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use cpu_time::ThreadTime;
use watchlistd::config;
use watchlistd::detect::{Finder, Origin, Watchlist, judge};
use watchlistd::model::ItemText;
use watchlistd::model::watchlist::WatchlistEntries;

use data::World;
use dice::Dice;
use others::{Folded, Other, folding};
use report::Report;

/// Counts what is allocated; the one way to tell an index's size from outside.
#[global_allocator]
static MEMORY: cap::Cap<mimalloc::MiMalloc> = cap::Cap::new(mimalloc::MiMalloc, usize::MAX);

/// Items in one turn of one engine.
const ITEMS: usize = 400;
/// Turns of each engine; the best counts.
const ROUNDS: usize = 9;
/// Names that stand in the items: of the smallest watchlist, so that finds are alike for all sizes.
const NAMED: usize = 1000;

fn main() -> std::io::Result<()> {
    let full = std::env::args().any(|argument| argument == "--full");
    let mut report = Report::new(std::io::stdout().lock());
    report.say(if full { "full size" } else { "small size; --full goes to 1,000,000 names" })?;
    let mut dice = Dice::new(20_261_122);
    let world = World::new(&mut dice);
    let sizes: &[usize] =
        if full { &[1000, 10_000, 100_000, 1_000_000] } else { &[1000, 10_000, 100_000] };
    let names = world.names(&mut dice, sizes[sizes.len() - 1]);
    let items = world.items(&mut dice, ITEMS, &names[..NAMED]);
    let bytes: usize = items.iter().map(|item| item.title.len() + item.summary.len()).sum();
    report.say(&format!("{ITEMS} items of {} bytes on average", bytes / ITEMS))?;
    let growth = sizes
        .iter()
        .map(|size| names_alone(&world, &names[..*size], &items, &mut report))
        .collect::<std::io::Result<Vec<f64>>>()?;
    report.goal(
        "growth from the smallest to the largest",
        "≤ 2×",
        growth[growth.len() - 1] / growth[0],
        |ratio| ratio <= 2.0,
    )?;
    rules(&world, &mut dice, &names[..10_000], &items, &mut report)?;
    swap(&names[..10_000], &mut report)?;
    pipe::measure(&world, &mut dice, &names[..NAMED], full, &mut report)?;
    report.end()
}

/// Names with offsets beside the others at one size; gives our time per item.
fn names_alone<W: Write>(
    world: &World,
    names: &[String],
    items: &[ItemText],
    report: &mut Report<W>,
) -> std::io::Result<f64> {
    let many = names.len();
    report.part(&format!("{many} names"))?;
    let entries = data::watchlist(names);
    let (ours, build, held) = compiled(&entries);
    let mut with_topics = entries;
    with_topics.topics = world.topics(&mut Dice::new(7), 100, 200);
    let (pipeline, ..) = compiled(&with_topics);
    let shipped = shipped_topics()?;
    (with_topics.topics, with_topics.rules) = (shipped.topics, shipped.rules);
    let (product, ..) = compiled(&with_topics);
    drop(with_topics);
    let aho_corasick = Other::aho_corasick(names);
    let daachorse = Other::daachorse(names);
    let mut finder = Finder::new(&ours);
    let (mut one, mut two, mut three) = (Folded::default(), Folded::default(), Folded::default());
    let hits = |watchlist: &Watchlist, item: &ItemText| {
        judge(watchlist, item, Origin::default()).hits.len()
    };
    let timed = interleaved(
        items,
        &mut [
            &mut |item| finder.find(item).len(),
            &mut |item| hits(&ours, item),
            &mut |item| aho_corasick.names(item, &mut one),
            &mut |item| daachorse.names(item, &mut two),
            &mut |item| folding(item, &mut three),
            &mut |item| hits(&pipeline, item),
            &mut |item| hits(&product, item),
        ],
    );
    let found = |n: usize| format!("{:.2} finds an item", timed[n].1);
    report.micros("names with offsets", timed[0].0, &found(0))?;
    let size = |other: &Other, n| format!("{}, {} bytes a name", found(n), other.bytes() / many);
    report.micros("aho-corasick with folding", timed[2].0, &size(&aho_corasick, 2))?;
    report.micros("daachorse with folding", timed[3].0, &size(&daachorse, 3))?;
    report.micros("folding alone", timed[4].0, "")?;
    report.micros("judge, names alone", timed[1].0, &found(1))?;
    report.micros("judge, with 20,000 inflected terms", timed[5].0, &found(5))?;
    report.micros("judge, with the shipped topics", timed[6].0, &found(6))?;
    let (ac, da) = (timed[2].0 / timed[0].0, timed[3].0 / timed[0].0);
    let largest = many >= 1_000_000;
    report.ratio("names against aho-corasick", "≥ 5×", ac, largest.then_some(ac >= 5.0))?;
    report.ratio("names against daachorse", "≥ 4×", da, largest.then_some(da >= 4.0))?;
    let index = ours.index_bytes() as f64 / many as f64;
    report.number(
        "index per name",
        "≤ 64 bytes",
        index,
        "bytes",
        largest.then_some(index <= 64.0),
    )?;
    report.number(
        "held per name, words and ids included",
        "",
        held as f64 / many as f64,
        "bytes",
        None,
    )?;
    let seconds = build.as_secs_f64();
    report.number("compiled in", "≤ 3 s", seconds, "s", largest.then_some(seconds <= 3.0))?;
    Ok(timed[0].0)
}

/// The topics that the program ships, and their rules.
fn shipped_topics() -> std::io::Result<WatchlistEntries> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    Ok(config::watchlist_from(&[file]).map_err(std::io::Error::other)?.0)
}

/// The watchlist, the CPU time to compile it, and the bytes that it holds.
fn compiled(entries: &WatchlistEntries) -> (Watchlist, Duration, usize) {
    let before = MEMORY.allocated();
    let start = ThreadTime::now();
    let (watchlist, problems) = Watchlist::compile(entries);
    let took = start.elapsed();
    drop(problems);
    (watchlist, took, MEMORY.allocated().saturating_sub(before))
}

type Engine<'a> = &'a mut dyn FnMut(&ItemText) -> usize;

/// Runs the engines in turns; gives for each the microseconds per item of its best round, and what
/// it found per item.
fn interleaved(items: &[ItemText], engines: &mut [Engine<'_>]) -> Vec<(f64, f64)> {
    let mut best = vec![(f64::MAX, 0.0); engines.len()];
    for _ in 0..ROUNDS {
        for (engine, best) in engines.iter_mut().zip(&mut best) {
            let start = ThreadTime::now();
            let found: usize = items.iter().map(|item| black_box(engine(item))).sum();
            let took = start.elapsed().as_secs_f64() * 1e6 / items.len() as f64;
            *best = (best.0.min(took), found as f64 / items.len() as f64);
        }
    }
    best
}

/// What a hundred thousand rules add to the same watchlist: to one of many plain terms, and to one of the
/// topics that are shipped. Some rules hold, and to tell them costs what it costs whatever the number of
/// others; so the same items are also judged with the rules that hold in them and no others.
fn rules<W: Write>(
    world: &World,
    dice: &mut Dice,
    names: &[String],
    items: &[ItemText],
    report: &mut Report<W>,
) -> std::io::Result<()> {
    let mut entries = data::watchlist(names);
    entries.topics = world.topics(dice, 100, 200);
    report.part("100,000 rules over 10,000 names and 20,000 terms")?;
    rules_over(entries, world, dice, items, report)?;
    let mut entries = data::watchlist(names);
    let shipped = shipped_topics()?;
    (entries.topics, entries.rules) = (shipped.topics, shipped.rules);
    report.part("100,000 rules over 10,000 names and the shipped topics")?;
    rules_over(entries, world, dice, items, report)
}

fn rules_over<W: Write>(
    mut entries: WatchlistEntries,
    world: &World,
    dice: &mut Dice,
    items: &[ItemText],
    report: &mut Report<W>,
) -> std::io::Result<()> {
    let (without, ..) = compiled(&entries);
    let before = entries.rules.len();
    let topics: Vec<String> =
        without.topics().filter(|one| !one.hidden).map(|one| one.named.id.to_string()).collect();
    entries.rules.extend(world.rules(dice, 100_000, entries.companies.len(), &topics));
    let (with, build, _) = compiled(&entries);
    let (holding, many) = holding(&with, items);
    let mut at = 0..;
    entries.rules.retain(|rule| at.next() < Some(before) || holding.contains(&rule.name.value));
    let (telling, ..) = compiled(&entries);
    let alerts = |watchlist: &Watchlist, item: &ItemText| {
        judge(watchlist, item, Origin::default()).reasons.len()
    };
    let timed = interleaved(
        items,
        &mut [&mut |item| alerts(&without, item), &mut |item| alerts(&with, item), &mut |item| {
            alerts(&telling, item)
        }],
    );
    let reasons = |n: usize| format!("{:.2} reasons an item", timed[n].1);
    report.micros("judge without rules", timed[0].0, &reasons(0))?;
    report.micros("judge with 100,000 rules", timed[1].0, &reasons(1))?;
    let rules = many as f64 / items.len() as f64;
    let told = format!("{}, {rules:.2} rules hold in an item", reasons(2));
    report.micros(&format!("judge with the {} that hold", holding.len()), timed[2].0, &told)?;
    report.number("compiled in", "", build.as_secs_f64(), "s", None)?;
    let added = |of: usize| (timed[1].0 / timed[of].0 - 1.0) * 100.0;
    report.number("added by the rules", "≤ 10 %", added(0), "%", Some(added(0) <= 10.0))?;
    report.number("of it by those that do not hold", "", added(2), "%", None)
}

/// The names of the rules that hold in any of these items, and how often they do.
fn holding(watchlist: &Watchlist, items: &[ItemText]) -> (HashSet<String>, usize) {
    let (mut names, mut many) = (HashSet::new(), 0);
    for reason in items.iter().flat_map(|item| judge(watchlist, item, Origin::default()).reasons) {
        // A rule that repeats others is named in the words of a reason.
        let also = reason.words.split(['“', '”']).filter(|word| word.starts_with("Rule "));
        for name in reason.rule.iter().map(String::as_str).chain(also) {
            names.insert(name.to_owned());
            many += 1;
        }
    }
    (names, many)
}

/// A changed watchlist of ten thousand terms: files read, understood and compiled.
fn swap<W: Write>(names: &[String], report: &mut Report<W>) -> std::io::Result<()> {
    report.part("a changed watchlist of 10,000 terms")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("watchlist.toml");
    pipe::write_watchlist(&file, names)?;
    let mut best = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        let (entries, _) =
            config::watchlist_from(std::slice::from_ref(&file)).map_err(std::io::Error::other)?;
        let read = start.elapsed().as_secs_f64() * 1e3;
        let (watchlist, build, _) = compiled(&entries);
        let build = build.as_secs_f64() * 1e3;
        black_box(watchlist);
        best = [best[0].min(read), best[1].min(build), best[2].min(read + build)];
    }
    report.number("files read", "", best[0], "ms", None)?;
    report.number("compiled", "", best[1], "ms", None)?;
    report.number("in force after", "≤ 50 ms", best[2], "ms", Some(best[2] <= 50.0))
}
