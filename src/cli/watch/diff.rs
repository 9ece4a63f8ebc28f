//! `watchlistd watch diff`: what differs between two versions, in words and line by line.

use std::io::Write;

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::versions::{self, Texts};
use crate::config::Files;
use crate::daemon::wire;
use crate::detect::renamed_entries;
use crate::notify::digest::watchlist_changes;

/// What `watch diff` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The earlier version
    #[arg(value_name = "V1")]
    old: u64,
    /// The later one; without it the files as they lie in the folder
    #[arg(value_name = "V2")]
    new: Option<u64>,
}

/// Prints the difference; nothing where there is none.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (old, new) = load::to_the_end(async {
        let store = load::open_for_reading(folder)?;
        let archive = store.archive();
        let old = versions::version(archive, arguments.old).await?.files;
        let new: Texts = match arguments.new {
            Some(number) => versions::version(archive, number).await?.files,
            None => Files::read(&folder.path)?.texts(),
        };
        Ok::<_, Failure>((old, new))
    })??;
    let names = (
        format!("version {}", arguments.old),
        arguments.new.map_or_else(|| "edited".to_owned(), |number| format!("version {number}")),
    );
    let (before, after) = (wire::watchlist_of(&old), wire::watchlist_of(&new));
    for line in watchlist_changes(&before, &after, &renamed_entries(&before, &after)) {
        writeln!(out, "# {line}")?;
    }
    write!(out, "{}", versions::lines((&names.0, &old), (&names.1, &new)))?;
    Ok(Exit::Fine)
}
