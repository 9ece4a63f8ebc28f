//! `watchlistd preview`: what edited files would have told over the stored items, beside those in force.
//!
//! It only reads, and works beside a running service.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use super::lost::lost;
use super::since::{Since, since};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Files};
use crate::daemon::wire::{self, Parts};
use crate::detect::{Version, Watchlist, renamed_entries};
use crate::model::difference::Limits;
use crate::model::edit::{LOST_PERCENT, SourcesLost};
use crate::model::watchlist::WatchlistEntries;
use crate::model::{Difference, Timestamp, Tz};
use crate::notify::difference::{self, Part};
use crate::notify::digest::watchlist_changes;
use crate::pipeline::preview::{self, Progress, Scope, Way};
use crate::store::{ConfigVersion, Store};

/// What `preview` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How far back: a span like 30d or 12h, a day (2026-11-23) or an instant; days are UTC
    #[arg(long, value_name = "WHEN", default_value = "30d", value_parser = since)]
    since: Since,
    /// Watchlist files or folders to try in place of the folder's own
    #[arg(long, num_args = 1.., value_name = "PATH")]
    watchlist: Vec<PathBuf>,
    /// Hold what was decided against what this version decides, with the watchlist in force: after an
    /// upgrade
    #[arg(long, conflicts_with = "watchlist")]
    decided: bool,
    /// How many alerts of each kind are shown
    #[arg(long, value_name = "N", default_value_t = 5)]
    samples: usize,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Matches the stored items with both and prints the difference.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let shown = load::wait(compare(arguments, &folder))?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &shown.json()).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&shown, out)?;
    }
    Ok(Exit::Fine)
}

/// What the later side is called.
const EDITED: &str = "edited";

/// What is shown.
struct Shown {
    version: ConfigVersion,
    zone: Tz,
    changes: Vec<String>,
    difference: Difference,
    /// What the edited files no longer read.
    lost: SourcesLost,
    /// The same and who is told nothing any more, in words.
    gone: Vec<String>,
    /// Whether the earlier side is what was decided.
    decided: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    /// The version in force, which `before` is about.
    version: u64,
    /// What was edited, in words.
    changes: &'a [String],
    /// Which sources and readers are gone, in words.
    gone: &'a [String],
    /// Why it would have to be accepted, in words; empty when it would not.
    grave: Vec<String>,
    #[serde(flatten)]
    difference: &'a Difference,
}

impl Shown {
    fn json(&self) -> Json<'_> {
        Json {
            version: self.version.version,
            changes: &self.changes,
            gone: &self.gone,
            grave: self.grave(),
            difference: &self.difference,
        }
    }

    /// Why it would have to be accepted: what a review of it would say.
    fn grave(&self) -> Vec<String> {
        let mut grave = self.lost.grave(LOST_PERCENT);
        grave.extend(self.difference.grave(Limits::USUAL));
        grave
    }
}

async fn compare(arguments: &Arguments, folder: &Folder) -> Result<Shown, Failure> {
    let until = SystemClock.now();
    let since = arguments.since.past(until)?;
    let store = load::open_for_reading(folder)?;
    let (version, in_force) = load::in_force(folder, &*store).await?;
    let (new, entries) = match arguments.decided {
        true => (Arc::clone(&in_force.watchlist), wire::watchlist_of(&version.files)),
        false => edited(arguments, folder, &in_force)?,
    };
    let zone = in_force.operator.zone;
    let before = wire::watchlist_of(&version.files);
    let way = Way::between(
        Version { entries: &before, watchlist: &in_force.watchlist },
        Version { entries: &entries, watchlist: &new },
    );
    let scope = Scope {
        // Before that another watchlist decided.
        since: since.max(if arguments.decided { version.since } else { Timestamp::default() }),
        until,
        zone,
        old: Arc::clone(&in_force.watchlist),
        new,
        samples: arguments.samples,
        threads: preview::all_threads(),
        way,
    };
    let difference = watch(&*store, &scope, arguments.decided).await?;
    let changes = watchlist_changes(&before, &entries, &renamed_entries(&before, &entries));
    // Files named by hand are the watchlist's alone.
    let (lost, gone) = match arguments.decided || !arguments.watchlist.is_empty() {
        true => (SourcesLost::default(), Vec::new()),
        false => {
            let files = Files::read(&folder.path)?.texts();
            let gone = lost(&version, &files).into_iter().map(|one| one.what).collect();
            (config::sources_lost(&version.files, &files), gone)
        }
    };
    Ok(Shown { version, zone, changes, difference, lost, gone, decided: arguments.decided })
}

/// The watchlist to try: the paths given, else the folder's files as they are now.
fn edited(
    arguments: &Arguments,
    folder: &Folder,
    in_force: &Parts,
) -> Result<(Arc<Watchlist>, WatchlistEntries), Failure> {
    if arguments.watchlist.is_empty() {
        let parts = load::parts(folder)?;
        let entries = wire::watchlist_of(&parts.files.texts());
        return Ok((parts.watchlist, entries));
    }
    let (entries, _) = config::watchlist_from(&arguments.watchlist)?;
    let watchlist = load::watchlist(&arguments.watchlist)?;
    Ok((Arc::new(watchlist.with_defaults(in_force.settings.matching.defaults)), entries))
}

/// Compares, and shows on a terminal how far it has come.
async fn watch(store: &dyn Store, scope: &Scope, decided: bool) -> Result<Difference, Failure> {
    let terminal = std::io::stderr().is_terminal();
    let mut show = |done: Progress| {
        if terminal {
            let mut err = std::io::stderr().lock();
            // A courtesy: where it cannot be shown, the work goes on.
            let _ = write!(err, "\r\x1b[K{} % – {} items", done.percent, done.items);
            let _ = err.flush();
        }
        ControlFlow::Continue(())
    };
    let difference = match decided {
        true => preview::since_decided(store.archive(), scope, &mut show).await?,
        false => preview::preview(store.archive(), scope, &mut show).await?,
    };
    if terminal {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    Ok(difference.unwrap_or_default())
}

fn print(shown: &Shown, out: &mut dyn Write) -> std::io::Result<()> {
    let difference = &shown.difference;
    if shown.decided {
        for one in difference::parts(difference, ("what was decided", "this version"), shown.zone) {
            part(&one, out)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    let known = format!("version {}", shown.version.version);
    if shown.changes.is_empty() {
        writeln!(out, "The watchlist says the same as {known}, which is in force.")?;
    } else {
        let changes = shown.changes.iter().map(|one| one.clone().into()).collect();
        let heading = format!("Changes of the watchlist since {known}, which is in force");
        part(&Part { heading, lines: changes }, out)?;
    }
    if !shown.gone.is_empty() {
        let lines = shown.gone.iter().map(|one| one.clone().into()).collect();
        writeln!(out)?;
        part(&Part { heading: "No longer in the files".to_owned(), lines }, out)?;
    }
    for one in difference::parts(difference, (&known, EDITED), shown.zone) {
        writeln!(out)?;
        part(&one, out)?;
    }
    if difference.before.alerts + difference.after.alerts > 0 {
        writeln!(out)?;
        part(&difference::days(difference), out)?;
    }
    let grave = shown.grave();
    if !grave.is_empty() {
        writeln!(out, "\nThis is a large change: {}.", grave.join(", and "))?;
    }
    Ok(())
}

fn part(part: &Part, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}", part.heading)?;
    for line in &part.lines {
        writeln!(out, "  {}", line.text)?;
        for below in &line.below {
            writeln!(out, "      {below}")?;
        }
    }
    Ok(())
}
