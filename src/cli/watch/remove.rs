//! `watch remove company|topic|rule|alias`: one entry out, with the comment that is its own.

use std::io::Write;

use super::super::bench::{self, Bench};
use super::super::exit::{Exit, Failure};
use super::super::find::{self, Entry};
use super::super::load::Folder;
use super::How;
use super::life::Life;
use crate::clock::{Clock, SystemClock};
use crate::config::edit::Written;
use crate::model::{Action, Deed, Place};

/// What `watch remove` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A company with all its names
    Company(One),
    /// A topic
    Topic(One),
    /// A rule
    Rule(One),
    /// One name of a company
    Alias(Alias),
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its id or name
    id: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Alias {
    /// The company's id or name
    company: String,
    /// The name, as written in the file
    name: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Removes.
pub fn run(arguments: &Arguments, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut bench = Bench::open(folder)?;
    // What it found goes on being found, or not, by others: whoever takes it out should know.
    let life = match &arguments.what {
        What::Company(one) => life(&bench, "company", one)?,
        What::Topic(one) => life(&bench, "topic", one)?,
        What::Rule(_) | What::Alias(_) => None,
    };
    let (subject, what, why, how) = match &arguments.what {
        What::Company(one) => entry(&mut bench, "company", one)?,
        What::Topic(one) => entry(&mut bench, "topic", one)?,
        What::Rule(one) => entry(&mut bench, "rule", one)?,
        What::Alias(one) => alias(&mut bench, one)?,
    };
    // What still refers to it is told with its place, and nothing is changed.
    let checked = bench.check()?;
    bench::warn(&checked.warnings);
    write!(out, "{}", bench.lines())?;
    if let Some(life) = life {
        life.tell(out)?;
    }
    out.flush()?;
    let refused = !how.yes && bench::asks() && !bench::consents("Take it out?");
    if how.dry_run || refused {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    bench.write()?;
    bench.note(Action {
        at: SystemClock.now(),
        author: bench::author(how.by.as_deref()),
        deed: Deed::Edited,
        verdict: None,
        alert: None,
        subject: Some(subject),
        what,
        why: why.clone(),
        until: None,
    })?;
    writeln!(out, "Written. What was found so far stays stored and reported.")?;
    Ok(Exit::Fine)
}

/// What an entry found, where there is a store that we may read.
fn life(bench: &Bench, kind: &str, one: &One) -> Result<Option<Life>, Failure> {
    let found = find::entry(bench.entries(), kind, &one.id)?;
    if !bench.folder().storage_exists() {
        return Ok(None);
    }
    Ok(Life::of(bench.folder(), found)?
        .map_err(|failure| bench::say(&format!("what it found is not told: {:#}", failure.error)))
        .ok())
}

type Removal<'a> = (String, String, &'a Option<String>, &'a How);

fn entry<'a>(bench: &mut Bench, kind: &str, one: &'a One) -> Result<Removal<'a>, Failure> {
    let found = find::entry(bench.entries(), kind, &one.id)?;
    let (id, name) = (found.id(), found.name());
    let place = place_of(found).cloned();
    let entries = bench.entries();
    let places: Vec<Option<&Place>> =
        find::all(entries).filter(|other| other.kind() == kind).map(place_of).collect();
    let (file, at) = bench.nth(place.as_ref(), places.into_iter())?;
    bench.edit(&file, |sheet| sheet.remove(kind, at))?;
    let what = format!("took out the {kind} {name} ({id})");
    Ok((format!("{kind}:{id}"), what, &one.why, &one.how))
}

fn place_of(entry: Entry<'_>) -> Option<&Place> {
    match entry {
        Entry::Company(one) => one.place.as_ref(),
        Entry::Topic(one) => one.place.as_ref(),
        Entry::Rule(one) => one.place.as_ref(),
    }
}

fn alias<'a>(bench: &mut Bench, one: &'a Alias) -> Result<Removal<'a>, Failure> {
    let Entry::Company(company) = find::entry(bench.entries(), "company", &one.company)? else {
        unreachable!("only companies were asked for")
    };
    let id = find::company_id(company);
    let name = one.name.trim();
    let exact = company.aliases.iter().position(|alias| alias.name.value.trim() == name);
    let small = |text: &str| text.trim().to_lowercase();
    let nth = exact.or_else(|| {
        company.aliases.iter().position(|alias| small(&alias.name.value) == small(name))
    });
    let Some(nth) = nth else {
        let what = anyhow::anyhow!("{id} has no alias '{name}'");
        let mut near: Vec<(f64, String)> = company
            .aliases
            .iter()
            .map(|alias| alias.name.value.clone())
            .map(|other| (strsim::jaro_winkler(&small(name), &small(&other)), other))
            .filter(|(likeness, _)| *likeness > 0.7)
            .collect();
        near.sort_by(|one, other| other.0.total_cmp(&one.0));
        let otherwise = format!("`watchlistd watch show {id}` tells its names");
        let hint = find::meant(near.into_iter().map(|(_, name)| name), &otherwise);
        return Err(Failure::new(Exit::Data, what).hint(hint));
    };
    let shown = company.aliases[nth].name.value.clone();
    let places = bench.entries().companies.iter().map(|one| one.place.as_ref());
    let (file, at) = bench.nth(company.place.as_ref(), places)?;
    let written = company.id.is_some();
    bench.edit(&file, |sheet| {
        if !written {
            sheet.set(("company", at), "id", &Written::text(&*id))?;
        }
        sheet.take_out(("company", at), "aliases", nth)
    })?;
    let what = format!("took the alias {shown} from {id}");
    Ok((format!("company:{id}"), what, &one.why, &one.how))
}
