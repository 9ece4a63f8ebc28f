//! `watchlistd import`: lists of others as watchlist files (or sources), with a result to be looked at.
//!
//! Invariant: an import changes only what it wrote itself and no person has touched since; what a person
//! edited or took out stays so. What it wrote it knows by `source:id` and a hash, in a file beside the
//! result ([`ledger`]).

mod csl;
mod ledger;
mod listed;
mod merge;
mod names;
mod opensanctions;
mod opml;
mod sec;
mod table;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use super::bench::{self, Bench};
use super::exit::{Exit, Failure};
use super::load::Folder;
use super::samples::counted;
use crate::clock::{Clock, SystemClock};
use crate::config::WATCHLIST_FOLDER;
use crate::model::{Action, Deed, Level, Timestamp};

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
    /// Whether the lists and programs of an entry hold one that was asked for, as a word.
    fn program(&self, lists: &str) -> bool {
        self.program_of(|| lists)
    }

    fn program_of<T: AsRef<str>>(&self, lists: impl FnOnce() -> T) -> bool {
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

    fn country(&self, countries: &str) -> bool {
        self.countries.is_empty()
            || countries
                .split(|one: char| !one.is_alphanumeric())
                .any(|one| self.countries.iter().any(|wanted| wanted.eq_ignore_ascii_case(one)))
    }
}

/// What was read of a list.
#[derive(Debug, Default)]
struct Gathered {
    companies: Vec<Listed>,
    rows: u64,
    unwanted: u64,
    /// Rows without a usable name.
    unusable: Vec<String>,
    /// Companies of which no name may stand alone.
    weak: Vec<String>,
    /// What the columns were taken for.
    columns: String,
}

/// Imports.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let (kind, path) = asked(arguments)?;
    let bench = Bench::open(Folder::named(config))?;
    let now = SystemClock.now();
    if kind == Kind::Opml {
        return opml::run(bench, arguments, path, now, out);
    }
    let mut gathered = gather(arguments, kind, path)?;
    if !gathered.columns.is_empty() {
        writeln!(out, "Columns: {}", gathered.columns)?;
    }
    let name = name(arguments, kind, path)?;
    let file = format!("{WATCHLIST_FOLDER}/{name}.toml");
    // Of a long list both forms at once, and the entries that it becomes, are much memory.
    let companies = std::mem::take(&mut gathered.companies);
    let merged = merge::merge(&bench, &file, kind.tag(), &companies, now);
    drop(companies);
    tell(&gathered, &merged, &file, out)?;
    write(bench, arguments, &file, merged, now, out)
}

/// Kind and file; of a file alone the kind is guessed.
fn asked(arguments: &Arguments) -> Result<(Kind, &Path), Failure> {
    let kind = |word: &Path| word.to_str().and_then(|word| Kind::from_str(word, true).ok());
    match arguments.list.as_slice() {
        [word, path] => {
            let kind = kind(word).ok_or_else(|| {
                let what = anyhow::anyhow!("'{}' is no kind of list", word.display());
                Failure::new(Exit::Usage, what)
                    .hint("the kinds are opml, csv, csl, opensanctions and sec")
            })?;
            Ok((kind, path))
        }
        [word] if kind(word).is_some() && !word.exists() => {
            let what = anyhow::anyhow!("no file is named");
            Err(Failure::new(Exit::Usage, what)
                .hint(format!("`watchlistd import {} FILE`", word.display())))
        }
        [path] => Ok((guessed(path)?, path)),
        _ => unreachable!("one or two are asked for"),
    }
}

/// Bytes that tell what a file is.
const HEAD: usize = 4_096;

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| {
        let mut failure = Failure::file(format!("read {}", path.display()), error);
        if failure.exit == Exit::Io {
            failure.exit = Exit::NoInput;
        }
        failure
    })
}

fn head(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    open(path)?
        .take(HEAD as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::file(format!("read {}", path.display()), error))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_start_matches('\u{feff}').trim_start().to_owned())
}

/// What a file is by its first words.
fn guessed(path: &Path) -> Result<Kind, Failure> {
    let head = head(path)?;
    let first = head.lines().next().unwrap_or("").to_lowercase();
    let has = |names: &[&str]| names.iter().all(|name| first.contains(name));
    let kind = if head.starts_with('<') && head.to_lowercase().contains("<opml") {
        Some(Kind::Opml)
    } else if head.starts_with('{') && head.contains("\"cik") {
        Some(Kind::Sec)
    } else if head.starts_with('{') && head.contains("\"results\"") {
        Some(Kind::Csl)
    } else if has(&["schema", "aliases", "dataset"]) {
        Some(Kind::Opensanctions)
    } else if has(&["source", "entity_number", "alt_names"]) {
        Some(Kind::Csl)
    } else if !head.starts_with(['<', '{', '[']) && !head.is_empty() && !head.contains('\0') {
        Some(Kind::Csv)
    } else {
        None
    };
    kind.ok_or_else(|| {
        let what = anyhow::anyhow!("{} is no list that is known", path.display());
        Failure::new(Exit::Data, what).hint("name its kind: opml, csv, csl, opensanctions or sec")
    })
}

/// The name of the result's file.
fn name(arguments: &Arguments, kind: Kind, path: &Path) -> Result<String, Failure> {
    let given = arguments.name.as_deref().map(|name| name.trim_end_matches(".toml"));
    let given = given.map(|name| name.trim_start_matches("watchlist.d/").to_owned());
    let name = given.unwrap_or_else(|| match kind {
        Kind::Csl => "csl".to_owned(),
        Kind::Opensanctions => "opensanctions".to_owned(),
        Kind::Sec => "sec".to_owned(),
        Kind::Csv | Kind::Opml => {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            crate::detect::watchlist::id_of_name(&stem.unwrap_or_default())
        }
    });
    let sane = |one: char| one.is_alphanumeric() || "-_.".contains(one);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(sane) {
        let what = anyhow::anyhow!("'{name}' is no name for a file of watchlist.d");
        return Err(
            Failure::new(Exit::Usage, what).hint("--name with letters, digits, '-' and '_'")
        );
    }
    Ok(name)
}

/// Reads the list, row by row; rows of the same company become one.
fn gather(arguments: &Arguments, kind: Kind, path: &Path) -> Result<Gathered, Failure> {
    let head = head(path)?;
    let wanted = Wanted {
        programs: arguments.program.iter().map(|one| one.trim().to_lowercase()).collect(),
        countries: arguments.country.iter().map(|one| one.trim().to_owned()).collect(),
        all_kinds: arguments.all_kinds,
        columns: arguments.columns.clone(),
        separator: separator(head.lines().next().unwrap_or("")),
    };
    let mut file = open(path)?;
    // Serde's and csv's readers each take a byte order mark for text.
    let mut mark = [0; 3];
    if !matches!(file.read(&mut mark), Ok(3) if mark == [0xef, 0xbb, 0xbf]) {
        file.seek(SeekFrom::Start(0))
            .map_err(|error| Failure::file(format!("read {}", path.display()), error))?;
    }
    let input: &mut dyn Read = &mut BufReader::with_capacity(1 << 16, file);
    let mut gathered = Gathered::default();
    let mut known: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut columns = String::new();
    let mut take = |row: Row| {
        gathered.rows += 1;
        let mut listed = match row {
            Row::Company(listed) => *listed,
            Row::Unwanted => {
                gathered.unwanted += 1;
                return;
            }
            Row::Unusable(words) if words.trim().is_empty() => {
                return gathered.unusable.push("(without a name)".to_owned());
            }
            Row::Unusable(words) => return gathered.unusable.push(words),
        };
        listed.groups.extend(arguments.group.iter().cloned());
        if let Some(at) = known.get(&listed.key) {
            return gathered.companies[*at].absorb(listed);
        }
        known.insert(listed.key.clone(), gathered.companies.len());
        gathered.companies.push(listed);
    };
    let broken = |why: String| {
        let what = anyhow::anyhow!("{} cannot be read as {}: {why}", path.display(), kind.tag());
        Failure::new(Exit::Data, what).hint("nothing was changed")
    };
    match kind {
        Kind::Csl if head.starts_with('{') => {
            csl::json(input, &wanted, &mut take).map_err(broken)?
        }
        Kind::Csl => csl::csv(input, &wanted, &mut take)?,
        Kind::Opensanctions => opensanctions::csv(input, &wanted, &mut take)?,
        Kind::Sec => sec::json(input, &mut take).map_err(broken)?,
        Kind::Csv | Kind::Opml => names::csv(input, &wanted, &mut take, &mut columns)?,
    }
    gathered.columns = columns;
    let mut weak = Vec::new();
    gathered.companies.retain_mut(|listed| {
        let stands = listed.settle();
        if !stands {
            weak.push(listed.names[0].text.clone());
        }
        stands
    });
    gathered.weak = weak;
    Ok(gathered)
}

/// The sign between cells: people's spreadsheets have semicolons and tabs too.
fn separator(header: &str) -> u8 {
    let count = |sign: char| header.matches(sign).count();
    [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))]
        .into_iter()
        .max_by_key(|(sign, n)| (*n, *sign == b','))
        .map_or(b',', |(sign, _)| sign)
}

/// Names that are shown of each kind.
const SHOWN: usize = 5;

fn some(out: &mut dyn Write, what: &str, list: &[String]) -> std::io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {:>8} {what}", list.len())?;
    for one in list.iter().take(SHOWN) {
        writeln!(out, "             {}", crate::notify::outside::line(one, 90))?;
    }
    if list.len() > SHOWN {
        writeln!(out, "             … and {} more", list.len() - SHOWN)?;
    }
    Ok(())
}

fn tell(
    gathered: &Gathered,
    merged: &merge::Merged,
    file: &str,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(
        out,
        "{} read; of another kind, program or country than asked for: {}",
        counted(gathered.rows, "row"),
        gathered.unwanted
    )?;
    writeln!(out, "{file}")?;
    some(out, "added", &merged.added)?;
    some(out, "changed in the list, and here", &merged.changed)?;
    some(out, "gone from the list, and taken out here", &merged.gone)?;
    if merged.same > 0 {
        writeln!(out, "  {:>8} as before", merged.same)?;
    }
    some(out, "kept as a person edited them", &merged.edited)?;
    some(out, "left out, because a person took them out", &merged.taken_out)?;
    some(out, "left out, because they are watched already", &merged.known)?;
    some(out, "left out, because only short or common names are known", &gathered.weak)?;
    some(out, "left out, because no name of theirs can be read", &gathered.unusable)
}

/// Warnings that are shown: a list of thousands has as many doubtful names.
const WARNINGS: usize = 5;

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
        merged.added.len(),
        merged.changed.len(),
        merged.gone.len()
    );
    bench.put(file, merged.text);
    let checked = bench.check()?;
    let warnings = checked.warnings.iter().filter(|one| one.level == Level::Warning);
    let warnings: Vec<_> = warnings.cloned().collect();
    bench::warn(&warnings[..warnings.len().min(WARNINGS)]);
    if warnings.len() > WARNINGS {
        bench::say(&format!(
            "and {} more warnings; `watchlistd check` shows all",
            warnings.len() - WARNINGS
        ));
    }
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
