//! `watchlistd watch`: the versions of the watchlist: what was in force, what differs, which to stand by,
//! and the way back.

mod accept;
mod diff;
mod history;
mod restore;
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
    /// Say that a large edit, or a file that is gone, is meant
    Accept(accept::Arguments),
    /// List the versions that were in force, and what each edit did
    History(history::Arguments),
    /// Show what differs between two versions
    Diff(diff::Arguments),
    /// Write the files of an earlier version back
    Restore(restore::Arguments),
}

/// Looks at versions, stands by one, or goes back.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    match &arguments.command {
        Command::Accept(arguments) => accept::run(arguments, &folder, out),
        Command::History(arguments) => history::run(arguments, &folder, out),
        Command::Diff(arguments) => diff::run(arguments, &folder, out),
        Command::Restore(arguments) => restore::run(arguments, &folder, out),
    }
}
