//! `watchlistd watch restore`: the files of an earlier version, written back.
//!
//! Invariants: what would be written is shown first, and written only on a yes; it is checked whole before;
//! each file is replaced whole or not at all; and text that no version holds is kept beside it.

use std::fs;
use std::io::Write;

use super::super::bench;
use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::versions::{self, Texts};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Files};
use crate::daemon::wire;
use crate::store::ConfigVersion;

/// What stands behind the name of a text that no version holds.
const KEPT: &str = ".before-restore";

/// What `watch restore` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The version to go back to
    #[arg(value_name = "V")]
    to: u64,
    /// Also watchlistd.toml, sources.toml and readers.toml; else only the watchlist's files
    #[arg(long)]
    all: bool,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Who does it, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// What is to be done to the folder.
struct Plan {
    /// The files as they lie there.
    present: Texts,
    /// The files as they would lie there.
    wanted: Texts,
    /// What is in force, and so kept in any case.
    in_force: Texts,
}

impl Plan {
    fn of(arguments: &Arguments, version: &ConfigVersion, present: Texts, in_force: Texts) -> Self {
        let taken = |name: &String| arguments.all || config::is_watchlist(name);
        let mut wanted = present.clone();
        wanted.retain(|name, _| !config::is_watchlist(name));
        let back = version.files.iter().filter(|(name, _)| taken(name));
        wanted.extend(back.map(|(name, text)| (name.clone(), text.clone())));
        Self { present, wanted, in_force }
    }

    fn written(&self) -> impl Iterator<Item = (&String, &String)> {
        self.wanted.iter().filter(|(name, text)| self.present.get(*name) != Some(*text))
    }

    fn removed(&self) -> Vec<String> {
        self.present.keys().filter(|name| !self.wanted.contains_key(*name)).cloned().collect()
    }
}

/// Shows what would be written, and writes it on a yes.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let plan = load::to_the_end(plan(arguments, folder))??;
    let named = format!("version {}", arguments.to);
    let lines = versions::lines(("as it is", &plan.present), (&named, &plan.wanted));
    if lines.is_empty() {
        writeln!(out, "The files are as {named} has them.")?;
        return Ok(Exit::Fine);
    }
    write!(out, "{lines}")?;
    out.flush()?;
    check(&plan, folder)?;
    if !(arguments.yes || bench::asks() && bench::consents("Write this?")) {
        writeln!(out, "Nothing was written; --yes writes this without asking.")?;
        return Ok(Exit::Fine);
    }
    for (name, text) in plan.written() {
        keep(&plan, folder, name, out)?;
        bench::replace_one(&folder.path.join(name), text)?;
    }
    let removed = plan.removed();
    if !removed.is_empty() {
        say_meant(folder, &removed, &bench::author(arguments.by.as_deref()))?;
    }
    for name in &removed {
        keep(&plan, folder, name, out)?;
        let path = folder.path.join(name);
        fs::remove_file(&path)
            .map_err(|error| Failure::file(format!("remove {}", path.display()), error))?;
    }
    writeln!(
        out,
        "Written as {named} has it. A running service takes it within seconds, another when it starts."
    )?;
    Ok(Exit::Fine)
}

async fn plan(arguments: &Arguments, folder: &Folder) -> Result<Plan, Failure> {
    let store = load::open_for_reading(folder)?;
    let archive = store.archive();
    let version = versions::version(archive, arguments.to).await?;
    let in_force = archive.config_in_force().await?.map(|one| one.files).unwrap_or_default();
    let files = Files::read(&folder.path)?;
    let present = texts(folder, &files);
    Ok(Plan::of(arguments, &version, present, in_force))
}

/// The folder's files by name, those that are no good text too: they are about to be replaced.
fn texts(folder: &Folder, files: &Files) -> Texts {
    let mut texts = files.texts();
    for name in files.unreadable() {
        let bytes = fs::read(folder.path.join(name)).unwrap_or_default();
        texts.insert(name.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
    }
    texts
}

/// Refuses what this program would not take: going back must not be a bad edit.
fn check(plan: &Plan, folder: &Folder) -> Result<(), Failure> {
    let files = Files::from_texts(&folder.path, plan.wanted.clone());
    match wire::build(files, &folder.environment) {
        (Some(_), _) => Ok(()),
        (None, problems) => Err(load::refused(&problems).hint(
            "nothing was written; with --all the other files come from that version as well",
        )),
    }
}

/// Keeps a text that no version holds. One that is in force is held.
fn keep(plan: &Plan, folder: &Folder, name: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(text) = plan.present.get(name) else { return Ok(()) };
    if plan.in_force.get(name) == Some(text) {
        return Ok(());
    }
    let beside = folder.path.join(format!("{name}{KEPT}"));
    let from = folder.path.join(name);
    fs::copy(&from, &beside).map_err(|error| {
        Failure::file(format!("keep {} as {}", from.display(), beside.display()), error)
    })?;
    Ok(writeln!(out, "{} is no version's text; it is kept as {}", name, beside.display())?)
}

/// Before the files go: else their going would be a bad edit for a moment.
fn say_meant(folder: &Folder, names: &[String], by: &str) -> Result<(), Failure> {
    load::to_the_end(async {
        let store = load::open_to_amend(folder)?;
        store.accept_absences(names.to_vec(), by.to_owned(), SystemClock.now()).await?;
        Ok::<_, Failure>(())
    })?
}
