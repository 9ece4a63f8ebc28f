//! The mail server, up to the point where a mail could be given.

use super::super::exit::Exit;
use super::finding::{Area, Findings};
use crate::config::Environment;
use crate::daemon::wire::{self, Parts};
use crate::notify::smtp::Outcome;

/// Connects, encrypts, logs in and takes leave; nothing is sent.
pub(super) async fn look(parts: &Parts, environment: &Environment, found: &mut Findings) {
    let Ok(transport) = wire::transport(&parts.settings, environment) else {
        // Its problems stand among those of the configuration.
        return;
    };
    let attempt = transport.try_out().await;
    let what = format!("{}: {attempt}", transport.describe());
    match attempt.outcome {
        Outcome::Accepted => found.note(Area::Mail, what),
        Outcome::ConfigFault(fault) => found.wrong(Area::Mail, Exit::Config, what, fault.hint()),
        Outcome::TryLater | Outcome::Refused | Outcome::Uncertain => found.wrong(
            Area::Mail,
            Exit::TryAgain,
            what,
            "is the server up, and may this machine reach its port? Mails wait until it answers",
        ),
    }
}
