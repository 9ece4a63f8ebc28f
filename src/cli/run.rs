//! `watchlistd run`: the service itself.

use std::path::PathBuf;
use std::sync::Arc;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::daemon::lifecycle::Signals;
use crate::daemon::run::{self as service, ApartError};
use crate::daemon::wire;

/// What `run` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Runs until a signal says stop.
pub fn run(_: &Arguments, config: Option<PathBuf>) -> Result<Exit, Failure> {
    let folder = Folder::named(config).step_down()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    load::to_the_end(async {
        let mut signals = Signals::listen().map_err(|error| Failure::new(Exit::Io, error))?;
        let path = folder.path.clone();
        let begun = service::begin(path, &folder.environment, &*clock, &mut signals).await?;
        let Some(started) = begun else { return Ok(Exit::Fine) };
        if started.in_force.rejected.is_some() {
            load::say(&started.problems);
        }
        // A mail set-up that cannot work is the configuration's fault, told with its line and remedy.
        wire::transport(&started.parts.settings, &folder.environment)
            .map_err(|problems| load::refused(&problems))?;
        service::run(folder.path, folder.environment, clock, started, signals)
            .await
            .map_err(ended)?;
        Ok(Exit::Fine)
    })?
}

/// Why the service ended.
fn ended(error: anyhow::Error) -> Failure {
    let hint = error.downcast_ref().map(ApartError::hint);
    let failure = Failure::new(Exit::Io, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
