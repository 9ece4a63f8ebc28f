//! `source list`: what is read, from the file, and how it stands, from the store.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::super::bench;
use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::super::samples::day;
use crate::config::{self, Files};
use crate::daemon::wire;
use crate::model::{SourceEntry, Timestamp, counted};
use crate::store::SourceRow;

/// What `source list` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only sources with this in their id, name or address
    text: Option<String>,
    /// One JSON array instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    /// As written.
    url: String,
    official: bool,
    paused: bool,
    /// What the feed calls itself.
    name: Option<String>,
    /// Null before the service knows it.
    health: Option<&'static str>,
    since: Option<Timestamp>,
    last_success: Option<Timestamp>,
    items: Option<u64>,
    /// Where its server says that it has moved for good.
    moved_to: Option<String>,
    error: Option<String>,
}

/// Lists.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let files = Files::read(&folder.path)?;
    let (parts, problems) = wire::build(files.clone(), &folder.environment);
    if parts.is_none() {
        return Err(load::refused(&problems));
    }
    let written = config::parse(&files, &folder.environment).sources;
    let mut known = BTreeMap::new();
    if folder.storage_exists() {
        match load::to_the_end(super::rows(folder))? {
            Ok(rows) => known.extend(rows.into_iter().map(|row| (row.source.id.to_string(), row))),
            Err(failure) => bench::say(&format!("how they stand is not told: {:#}", failure.error)),
        }
    }
    let small = arguments.text.as_deref().unwrap_or("").to_lowercase();
    let rows = written.iter().map(|one| row(one, known.get(&one.id.value)));
    let rows: Vec<Row> = rows.filter(|row| holds(row, &small)).collect();
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &rows).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        writeln!(out, "No source is like that.")?;
    }
    for row in &rows {
        print(row, out)?;
    }
    Ok(Exit::Fine)
}

fn row(entry: &SourceEntry, known: Option<&SourceRow>) -> Row {
    let state = known.map(|row| &row.state);
    Row {
        id: entry.id.value.clone(),
        url: entry.url.value.clone(),
        official: entry.official,
        paused: entry.paused.is_some(),
        name: state.and_then(|state| state.title.clone()),
        health: state.map(|state| state.health.as_str()),
        since: state.map(|state| state.since),
        last_success: state.and_then(|state| state.last_success),
        items: known.map(|row| row.items),
        moved_to: state.and_then(|state| state.moved.as_ref()).map(|moved| moved.to.clone()),
        error: state.and_then(|state| state.error.clone()),
    }
}

fn holds(row: &Row, small: &str) -> bool {
    let name = row.name.as_deref().unwrap_or("");
    [&*row.id, &*row.url, name].iter().any(|word| word.to_lowercase().contains(small))
}

fn print(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    let stands = match (row.paused, row.health) {
        (true, _) => "paused".to_owned(),
        (false, None) => "not read yet".to_owned(),
        (false, Some(health)) => {
            format!("{health} since {}", row.since.map(day).unwrap_or_default())
        }
    };
    let official = if row.official { ", official" } else { "" };
    let items = row.items.map(|n| format!(", {}", counted(n, "item"))).unwrap_or_default();
    writeln!(out, "{:<28} {stands}{official}{items}", row.id)?;
    writeln!(out, "    {}", row.url)?;
    if let Some(to) = &row.moved_to {
        writeln!(out, "    moved to {to}: `watchlistd source adopt {}` takes it", row.id)?;
    }
    if let Some(error) = &row.error {
        writeln!(out, "    {error}")?;
    }
    Ok(())
}
