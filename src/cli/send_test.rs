//! `watchlistd send-test`: one mail through the configured transport, and what the server said.

use std::io::Write;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::daemon::wire;
use crate::model::Located;
use crate::notify::reader;
use crate::notify::smtp::{Fault, Outcome};
use crate::pipeline::deliver;

/// What to do where nothing is known to be wrong.
const AGAIN: &str = "the service tries such mails again by itself; run the command again later";

/// What `send-test` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to send it
    address: String,
}

/// Sends the mail. It leaves no trace in the store, so it works beside a running service.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let address =
        reader::address(&Located::nowhere(arguments.address.clone())).map_err(|problem| {
            let failure = Failure::new(Exit::Usage, anyhow::anyhow!(problem.what));
            match problem.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })?;
    let folder = Folder::named(config).step_down()?;
    let parts = load::parts(&folder)?;
    let transport = wire::transport(&parts.settings, &folder.environment)
        .map_err(|problems| load::refused(&problems))?;
    let letterhead = parts.in_force(0, None).letterhead;
    let zone = parts.operator.zone;
    let now = SystemClock.now();
    let letter = deliver::test_letter(&letterhead, &address, &transport.describe(), zone, now)
        .map_err(|error| Failure::new(Exit::Config, error))?;
    let attempt = load::wait_on(&load::runtime()?, async {
        let attempt = transport.send(&letter).await;
        transport.close().await;
        attempt
    });
    writeln!(out, "{}", transport.describe())?;
    writeln!(out, "{attempt}")?;
    out.flush()?;
    match attempt.outcome {
        Outcome::Accepted => {
            writeln!(out, "Accepted for {address}.")?;
            Ok(Exit::Fine)
        }
        Outcome::TryLater => Err(Failure::new(
            Exit::TryAgain,
            anyhow::anyhow!("the mail to {address} was not taken: {attempt}"),
        )
        // One recipient who is denied may be all of them.
        .hint(Fault::told_by(&attempt.to_string()).map_or(AGAIN, Fault::hint))),
        Outcome::Uncertain => Err(Failure::new(
            Exit::TryAgain,
            anyhow::anyhow!("whether the mail to {address} was taken is not known: {attempt}"),
        )
        .hint("look whether it arrived")),
        Outcome::Refused => Err(Failure::new(
            Exit::Io,
            anyhow::anyhow!("the server refused the mail to {address}: {attempt}"),
        )),
        Outcome::ConfigFault(fault) => {
            Err(Failure::new(Exit::Config, anyhow::anyhow!("mail is not set up right: {attempt}"))
                .hint(fault.hint()))
        }
    }
}
