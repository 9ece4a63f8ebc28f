//! `watchlistd watch`: the watchlist edited and read by commands, comments and order kept; and its versions:
//! what was in force, what differs, which to stand by, and the way back.
//!
//! Each edit is checked by the very code of `check` before anything is written, and written whole.

mod accept;
mod add;
mod diff;
mod history;
mod life;
mod list;
mod remove;
mod restore;
mod show;
mod versions;

use std::io::Write;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::load::Folder;

/// What `watch` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add a company, a topic, or another name of a company
    Add(Box<add::Arguments>),
    /// Take a company, a topic, a rule, or one name of a company out
    Remove(remove::Arguments),
    /// List what is watched
    List(list::Arguments),
    /// Say in sentences what finds an entry, what it needs and what blocks it
    Show(show::Arguments),
    /// Say that a large edit, or a file that is gone, is meant
    Accept(accept::Arguments),
    /// List the versions that were in force, and what each edit did
    History(history::Arguments),
    /// Show what differs between two versions
    Diff(diff::Arguments),
    /// Write the files of an earlier version back
    Restore(restore::Arguments),
}

/// Edits, reads, or goes through versions.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    match &arguments.command {
        Command::Add(arguments) => add::run(arguments, folder, out),
        Command::Remove(arguments) => remove::run(arguments, folder, out),
        Command::List(arguments) => list::run(arguments, &folder, out),
        Command::Show(arguments) => show::run(arguments, &folder, out),
        Command::Accept(arguments) => accept::run(arguments, &folder, out),
        Command::History(arguments) => history::run(arguments, &folder, out),
        Command::Diff(arguments) => diff::run(arguments, &folder, out),
        Command::Restore(arguments) => restore::run(arguments, &folder, out),
    }
}

/// What an edit is told beside what to edit.
#[derive(Debug, clap::Args)]
struct How {
    /// Who does it, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}
