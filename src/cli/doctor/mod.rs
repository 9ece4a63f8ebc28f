//! `watchlistd doctor`: everything that the service needs, tried from here, all problems at once and each
//! with its remedy.
//!
//! It changes nothing and sends nothing: the mail server is asked up to the log-in, sources are read and
//! forgotten. As root it goes on as the service's user, so that it meets what the service meets.

use std::io::Write;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::config::Files;
use crate::config::settings::Transport;
use crate::daemon::wire;

mod clock;
mod files;
mod finding;
mod mail;
mod names;
mod sources;
mod state;

use finding::{Area, Findings};

/// What `doctor` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Look at files and state only; ask nobody
    #[arg(long)]
    offline: bool,
    /// Try only this source; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "offline")]
    source: Vec<String>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Looks at everything and says what it found.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config).step_down()?;
    let mut found = Findings::default();
    let (parts, denied) = match Files::read(&folder.path) {
        Err(error) => {
            let failure = Failure::from(error);
            found.failed(Area::Configuration, &failure);
            (None, failure.exit == Exit::Permission)
        }
        Ok(read) => {
            let (parts, problems) = wire::build_to_run(read, &folder.environment);
            found.problems(&problems, parts.is_some());
            (parts, problems.iter().any(|one| one.denied))
        }
    };
    let secret = parts.as_ref().and_then(|parts| match &parts.settings.mail.transport {
        Transport::Smtp(smtp) => smtp.password_file.as_ref().map(|file| file.value.clone()),
        Transport::File(_) => None,
    });
    // Where the file that says so may not be read, the default place is anybody's guess.
    let storage = load::unseen(&folder).is_none().then(|| load::storage(&folder));
    files::look(&folder, secret.as_deref(), storage.as_ref(), denied, &mut found);
    let now = SystemClock.now();
    let runtime = load::runtime()?;
    match &storage {
        Some(storage) => {
            load::wait_on(&runtime, state::look(&folder, storage, parts.as_ref(), now, &mut found));
        }
        None => found.note(
            Area::State,
            "not looked at: watchlistd.toml, which says where it lies, may not be read",
        ),
    }
    if let Some(parts) = parts.filter(|_| !arguments.offline) {
        let chosen = sources::chosen(&parts, &arguments.source)?;
        load::wait_on(&runtime, async {
            names::look(&parts, &chosen, &mut found).await;
            mail::look(&parts, &folder.environment, &mut found).await;
            let clocks = sources::look(&parts, chosen, &mut found).await;
            clock::look(&clocks, &mut found);
        });
    } else if !arguments.offline {
        found.note(Area::Network, "not tried: the configuration must be mended first");
    }
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    if arguments.json {
        found.json(out)?
    } else {
        found.print(out)?
    }
    Ok(found.exit())
}
