//! `watch list`: what is watched, one line each.

use std::io::Write;

use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::find::{self, Entry};
use super::super::load::{self, Folder};
use crate::config::{self, Files};
use crate::daemon::wire;
use crate::model::watchlist::{Guards, one_line};

/// What `watch list` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only entries with this in their id, names, tickers or groups
    text: Option<String>,
    /// Only companies
    #[arg(long)]
    companies: bool,
    /// Only topics
    #[arg(long)]
    topics: bool,
    /// Only rules
    #[arg(long)]
    rules: bool,
    /// One JSON array instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    name: String,
    /// Aliases and tickers of a company, terms and searches of a topic, the condition of a rule.
    found_by: Vec<String>,
    groups: Vec<String>,
    /// The last day of silence, if a part of it is muted.
    muted_until: Option<String>,
    place: Option<String>,
}

/// Lists.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let files = Files::read(&folder.path)?;
    let (parts, problems) = wire::build(files.clone(), &folder.environment);
    if parts.is_none() {
        return Err(load::refused(&problems));
    }
    let entries = config::parse(&files, &folder.environment).watchlist;
    let any = !arguments.companies && !arguments.topics && !arguments.rules;
    let wanted = |one: &Entry<'_>| match one {
        Entry::Company(_) => any || arguments.companies,
        Entry::Topic(_) => any || arguments.topics,
        Entry::Rule(_) => any || arguments.rules,
    };
    let rows = find::all(&entries).filter(wanted).map(row);
    let small = arguments.text.as_deref().unwrap_or("").to_lowercase();
    let rows: Vec<Row> = rows.filter(|row| holds(row, &small)).collect();
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &rows).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        writeln!(out, "Nothing of that is watched.")?;
    }
    for row in &rows {
        print(row, out)?;
    }
    Ok(Exit::Fine)
}

fn row(entry: Entry<'_>) -> Row {
    let texts = |list: &[crate::model::Located<String>]| -> Vec<String> {
        list.iter().map(|one| one.value.clone()).collect()
    };
    let lines = |list: &[crate::model::Located<String>]| -> Vec<String> {
        list.iter().map(|one| one_line(&one.value)).collect()
    };
    let (found_by, groups, guards, place) = match entry {
        Entry::Company(one) => {
            let aliases = one.aliases.iter().map(|alias| alias.name.value.clone());
            let guards: Vec<&Guards> = one.aliases.iter().map(|alias| &alias.guards).collect();
            (
                aliases.chain(texts(&one.tickers)).collect(),
                texts(&one.groups),
                [guards, vec![&one.guards]].concat(),
                &one.place,
            )
        }
        Entry::Topic(one) => (
            [texts(&one.terms), texts(&one.exact), lines(&one.search), lines(&one.everyday)]
                .concat(),
            Vec::new(),
            vec![&one.guards],
            &one.place,
        ),
        Entry::Rule(one) => (vec![one_line(&one.when.value)], Vec::new(), Vec::new(), &one.place),
    };
    let muted = guards.iter().filter_map(|one| one.muted_until.as_ref()).map(|one| one.value).max();
    Row {
        kind: entry.kind(),
        id: entry.id(),
        name: entry.name(),
        found_by,
        groups,
        muted_until: muted.map(|day| day.to_string()),
        place: place.as_ref().map(ToString::to_string),
    }
}

fn holds(row: &Row, small: &str) -> bool {
    let own = [&row.id, &row.name].into_iter();
    let mut words = own.chain(&row.found_by).chain(&row.groups);
    words.any(|word| word.to_lowercase().contains(small))
}

/// Characters of a line that say what finds an entry.
const WIDE: usize = 70;

fn print(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{:<8} {:<28} {}", row.kind, row.id, row.name)?;
    if !row.groups.is_empty() {
        write!(out, "  [{}]", row.groups.join(", "))?;
    }
    if let Some(day) = &row.muted_until {
        write!(out, "  (muted until {day})")?;
    }
    writeln!(out)?;
    let mut line = String::new();
    for (n, one) in row.found_by.iter().enumerate() {
        if line.chars().count() + one.chars().count() > WIDE && !line.is_empty() {
            line.push_str(&format!(" … and {} more", row.found_by.len() - n));
            break;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.extend(one.chars().take(WIDE));
    }
    if line.is_empty() { Ok(()) } else { writeln!(out, "         {line}") }
}
