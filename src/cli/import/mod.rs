//! `watchlistd import`: lists of others as watchlist files (or sources), with a result to be looked at.
//!
//! Invariant: an import changes only what it wrote itself and no person has touched since; what a person
//! edited or took out stays so. What it wrote it knows by `source:id` and a hash, in a file beside the
//! result ([`ledger`]).

mod csl;
mod encoding;
mod file;
mod gathered;
mod ledger;
mod listed;
mod merge;
mod names;
mod opensanctions;
mod opml;
mod sec;
mod shown;
mod table;
mod told;

use std::io::Write;
use std::path::PathBuf;

use super::bench::{self, Bench, Checked};
use super::exit::{Exit, Failure};
use super::load::Folder;
use crate::clock::{Clock, SystemClock};
use crate::config::WATCHLIST_FOLDER;
use crate::model::{Action, Deed, Level, Timestamp, counted};

use listed::Listed;

/// What `import` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The kind (opml, csv, csl, opensanctions, sec), and the file; of a file alone the kind is guessed
    #[arg(value_names = ["KIND", "FILE"], num_args = 1..=2, required = true)]
    list: Vec<PathBuf>,
    /// The file to write: watchlist.d/NAME.toml [default: named after the list]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Only what is on a list or program of this name or tag (EL, SDN, RUSSIA); may be given more than once
    #[arg(long, value_name = "TEXT")]
    program: Vec<String>,
    /// Only what is in this country, by its two letters; may be given more than once
    #[arg(long, value_name = "CC")]
    country: Vec<String>,
    /// People, ships and aircraft too
    #[arg(long)]
    all_kinds: bool,
    /// A group for every company of the list; may be given more than once
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Of a CSV of one's own, what its columns hold: name=COLUMN,alias=COLUMN,ticker=COLUMN
    #[arg(long, value_name = "COLUMNS")]
    columns: Option<String>,
    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write it without asking
    #[arg(long, short)]
    yes: bool,
    /// Who does it, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// What a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A subscription list of a feed reader; goes into sources.toml
    Opml,
    /// A CSV of one's own, one name a row
    Csv,
    /// The Consolidated Screening List, JSON or CSV
    Csl,
    /// OpenSanctions targets.simple.csv
    Opensanctions,
    /// The SEC's company_tickers.json or company_tickers_exchange.json
    Sec,
}

impl Kind {
    /// What its entries are tagged with.
    fn tag(self) -> &'static str {
        match self {
            Self::Opml => "opml",
            Self::Csv => "csv",
            Self::Csl => "csl",
            Self::Opensanctions => "os",
            Self::Sec => "sec",
        }
    }
}

/// A row of a list.
enum Row {
    /// A company.
    Company(Box<Listed>),
    /// Of another kind, program or country than asked for.
    Unwanted,
    /// Without a name that could be found: what it says instead.
    Unusable(String),
}

/// What of a list is taken.
#[derive(Debug, Default)]
struct Wanted {
    programs: Vec<String>,
    countries: Vec<String>,
    all_kinds: bool,
    columns: Option<String>,
    separator: u8,
}

impl Wanted {
    /// Whether the lists and programs of an entry hold one that was asked for, as a word. Neither this
    /// nor [`Self::country`] asks what the entry says where everything is wanted.
    fn program<T: AsRef<str>>(&self, lists: impl FnOnce() -> T) -> bool {
        if self.programs.is_empty() {
            return true;
        }
        let lists = lists().as_ref().to_lowercase();
        let apart = |one: Option<char>| one.is_none_or(|one| !one.is_alphanumeric());
        self.programs.iter().any(|wanted| {
            lists.match_indices(wanted.as_str()).any(|(at, found)| {
                apart(lists[..at].chars().next_back())
                    && apart(lists[at + found.len()..].chars().next())
            })
        })
    }

    /// Whether one of the countries of an entry was asked for.
    fn country<T: AsRef<str>>(&self, countries: impl FnOnce() -> T) -> bool {
        self.countries.is_empty()
            || countries()
                .as_ref()
                .split(|one: char| !one.is_alphanumeric())
                .any(|one| self.countries.iter().any(|wanted| wanted.eq_ignore_ascii_case(one)))
    }
}

/// Imports.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let (kind, path) = file::asked(arguments)?;
    let bench = Bench::open(Folder::named(config))?;
    let now = SystemClock.now();
    if kind == Kind::Opml {
        return opml::run(bench, arguments, path, now, out);
    }
    let mut gathered = gathered::gather(arguments, kind, path)?;
    if let Some(encoding) = gathered.encoding {
        told::encoding(encoding, out)?;
    }
    if !gathered.columns.is_empty() {
        writeln!(out, "Columns: {}", gathered.columns)?;
    }
    let name = file::name(arguments, kind, path)?;
    let file = format!("{WATCHLIST_FOLDER}/{name}.toml");
    // Of a long list both forms at once, and the entries that it becomes, are much memory.
    let companies = std::mem::take(&mut gathered.companies);
    let merged = merge::merge(&bench, &file, kind.tag(), &companies, now);
    drop(companies);
    told::tell(&gathered, &merged, &file, out)?;
    write(bench, arguments, &file, merged, now, out)
}

/// Checks what the file would be, asks, and writes it.
fn write(
    mut bench: Bench,
    arguments: &Arguments,
    file: &str,
    merged: merge::Merged,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    if merged.is_nothing() {
        writeln!(out, "Nothing changes.")?;
        return Ok(Exit::Fine);
    }
    let what = format!(
        "imported {file}: {} added, {} changed, {} gone",
        merged.added.count, merged.changed.count, merged.gone.count
    );
    bench.put(file, merged.text);
    warn(bench.check()?);
    out.flush()?;
    if arguments.dry_run {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    if !arguments.yes && !bench::asks() {
        let what = anyhow::anyhow!("nothing was written: nobody is there to be asked");
        return Err(Failure::new(Exit::Usage, what).hint("--yes writes it"));
    }
    if !arguments.yes && !bench::consents("Write it?") {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    bench.write_with(&merged.ledger.path(file), &merged.ledger.text())?;
    bench.note(Action {
        at: now,
        author: bench::author(arguments.by.as_deref()),
        deed: Deed::Imported,
        verdict: None,
        alert: None,
        subject: None,
        what,
        why: None,
        until: None,
    })?;
    writeln!(out, "Written.")?;
    Ok(Exit::Fine)
}

/// Warnings that are shown: a list of thousands has as many doubtful names.
const WARNINGS: usize = 5;

/// Says what is doubtful in the files as they would be.
fn warn(checked: Checked) {
    let warnings = checked.warnings.iter().filter(|one| one.level == Level::Warning);
    let warnings: Vec<_> = warnings.cloned().collect();
    bench::warn(&warnings[..warnings.len().min(WARNINGS)]);
    if warnings.len() > WARNINGS {
        bench::say(&format!(
            "and {}; `watchlistd check` shows all",
            counted((warnings.len() - WARNINGS) as u64, "more warning")
        ));
    }
}
