//! `watchlistd watch accept`: somebody says that a large edit is meant, or that a file is meant to be gone.

use std::io::Write;

use super::super::bench;
use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};

use crate::clock::{Clock, SystemClock};
use crate::config::Files;
use crate::daemon::start;
use crate::store::Store;
use crate::store::review::Review;

/// What `watch accept` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Who says so, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Notes in the store that somebody stands by what is open.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let by = bench::author(arguments.by.as_deref());
    let (said, refused) = load::to_the_end(async {
        let store = load::open_to_amend(folder)?;
        let mut said = Vec::new();
        said.extend(edit(&*store, &by).await?);
        said.extend(absences(&*store, folder, &by).await?);
        Ok::<_, Failure>((said, store.archive().rejected_edit().await?))
    })??;
    if let (true, Some(refused)) = (said.is_empty(), refused) {
        let first = refused.problems.lines().next().unwrap_or_default();
        let what = anyhow::anyhow!("an edit was refused, which nobody can accept: {first}");
        return Err(Failure::new(Exit::Config, what).hint(
            "mend it: `watchlistd check` shows all of it; or go back: `watchlistd watch restore`",
        ));
    }
    if said.is_empty() {
        writeln!(
            out,
            "Nothing waits to be accepted. What an edit does is reviewed once nobody saved for two minutes."
        )?;
    }
    for line in said {
        writeln!(out, "{line}")?;
    }
    Ok(Exit::Fine)
}

async fn edit(store: &dyn Store, by: &str) -> Result<Option<String>, Failure> {
    let newest = store.archive().reviews(1).await?.into_iter().next();
    let Some(open) = newest.filter(Review::is_open) else { return Ok(None) };
    store.accept_review(open.version, by.to_owned(), SystemClock.now()).await?;
    Ok(Some(format!(
        "{by} stands by version {}: {}. Digests no longer begin with it.",
        open.version,
        open.grave.unwrap_or_default()
    )))
}

async fn absences(store: &dyn Store, folder: &Folder, by: &str) -> Result<Option<String>, Failure> {
    let Some(in_force) = store.archive().config_in_force().await? else { return Ok(None) };
    // Where the folder cannot be read nothing can be said to be gone from it.
    let Ok(files) = Files::read(&folder.path) else { return Ok(None) };
    let meant = store.archive().absences(in_force.since).await?;
    let mut gone = start::vanished(&in_force.files, &files);
    gone.retain(|name| !meant.iter().any(|one| one.name == *name));
    if gone.is_empty() {
        return Ok(None);
    }
    let names = gone.join(", ");
    store.accept_absences(gone, by.to_owned(), SystemClock.now()).await?;
    Ok(Some(format!(
        "{by} says that this is meant to be gone: {names}. A running service takes that within seconds, \
         another when it starts."
    )))
}
