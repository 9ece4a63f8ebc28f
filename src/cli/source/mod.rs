//! `watchlistd source`: feeds added, listed, paused and moved by commands, comments and order kept.

mod add;
mod list;

use std::io::Write;
use std::path::PathBuf;

use super::bench::{self, Bench};
use super::exit::{Exit, Failure};
use super::find;
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::config::SOURCES;
use crate::config::edit::{EditError, Sheet, Written};
use crate::model::source::Moved;
use crate::model::{Action, Deed, SourceId};
use crate::store::SourceRow;

/// What `source` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Try an address, show its first items, and write the entry; a page is asked for its feed
    Add(add::Arguments),
    /// List sources: where they are, how they stand
    List(list::Arguments),
    /// Read a source no more until it is resumed; its history is kept
    Pause(One),
    /// Read a paused source again, from where it stands
    Resume(One),
    /// Take the address to which a source has moved into the file
    Adopt(One),
}

#[derive(Debug, clap::Args)]
struct One {
    /// The source's id
    id: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Who does it, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Edits or reads the sources.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    match &arguments.command {
        Command::Add(arguments) => add::run(arguments, folder, out),
        Command::List(arguments) => list::run(arguments, &folder, out),
        Command::Pause(one) => pause(one, folder, out),
        Command::Resume(one) => resume(one, folder, out),
        Command::Adopt(one) => adopt(one, folder, out),
    }
}

fn pause(one: &One, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let bench = Bench::open(folder)?;
    let source = find::source(bench.sources(), &one.id)?;
    let id = source.id.value.clone();
    if source.paused.is_some() {
        writeln!(out, "{id} is paused already.")?;
        return Ok(Exit::Fine);
    }
    change(bench, one, &format!("paused the source {id}"), out, |sheet, at| {
        sheet.set(at, "paused", &Written::Flag(true))
    })
}

fn resume(one: &One, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let bench = Bench::open(folder)?;
    let source = find::source(bench.sources(), &one.id)?;
    let id = source.id.value.clone();
    if source.paused.is_none() {
        writeln!(out, "{id} is not paused.")?;
        return Ok(Exit::Fine);
    }
    change(bench, one, &format!("resumed the source {id}"), out, |sheet, at| {
        sheet.unset(at, "paused")
    })
}

fn adopt(one: &One, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let bench = Bench::open(folder)?;
    let source = find::source(bench.sources(), &one.id)?;
    let (id, from) = (source.id.value.clone(), source.url.value.clone());
    let moved = load::to_the_end(moved(bench.folder(), &id))??;
    let Some(to) = moved.map(|moved| moved.to).filter(|to| *to != from) else {
        let what = anyhow::anyhow!("the server of '{id}' has not said that it moved");
        return Err(Failure::new(Exit::Data, what).hint(
            "several answers in a row must agree; `watchlistd source list` shows moved ones",
        ));
    };
    let what = format!("took the address {to} for the source {id}, before {from}");
    change(bench, one, &what, out, |sheet, at| sheet.set(at, "url", &Written::text(to)))
}

async fn moved(folder: &Folder, id: &str) -> Result<Option<Moved>, Failure> {
    let rows = rows(folder).await?;
    let row = rows.into_iter().find(|row| row.source.id == SourceId::new(id));
    Ok(row.and_then(|row| row.state.moved))
}

/// Rows fetched at a time.
const PAGE: usize = 1_000;

/// All sources in force with their state.
async fn rows(folder: &Folder) -> Result<Vec<SourceRow>, Failure> {
    let store = load::open_for_reading(folder)?;
    let mut rows: Vec<SourceRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.source.id.clone());
        let page = store.archive().sources(after, PAGE).await?;
        let last = page.len() < PAGE;
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}

/// Edits one source's entry, checks, writes, and notes who did it.
fn change(
    mut bench: Bench,
    one: &One,
    what: &str,
    out: &mut dyn Write,
    edit: impl FnOnce(&mut Sheet, (&'static str, usize)) -> Result<(), EditError>,
) -> Result<Exit, Failure> {
    let source = find::source(bench.sources(), &one.id)?;
    let id = source.id.value.clone();
    let place = source.id.place.clone();
    let places = bench.sources().iter().map(|one| one.id.place.as_ref());
    let (_, at) = bench.nth(place.as_ref(), places)?;
    bench.edit(SOURCES, |sheet| edit(sheet, ("source", at)))?;
    finish(&bench, &id, what, one.why.as_deref(), one.by.as_deref(), out)
}

fn finish(
    bench: &Bench,
    id: &str,
    what: &str,
    why: Option<&str>,
    by: Option<&str>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let checked = bench.check()?;
    bench::warn(&checked.warnings);
    bench.write()?;
    write!(out, "{}", bench.lines())?;
    bench.note(Action {
        at: SystemClock.now(),
        author: bench::author(by),
        deed: Deed::Edited,
        verdict: None,
        alert: None,
        subject: Some(format!("source:{id}")),
        what: what.to_owned(),
        why: why.map(str::to_owned),
        until: None,
    })?;
    writeln!(out, "Written.")?;
    Ok(Exit::Fine)
}
