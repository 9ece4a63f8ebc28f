//! The mail server, up to the point where a mail could be given.

use std::time::Duration;

use super::super::exit::Exit;
use super::finding::{Area, Findings};
use crate::config::Environment;
use crate::daemon::wire::{self, Parts};
use crate::notify::smtp::Outcome;

/// The service waits for minutes, as SMTP wants it; a person at a terminal does not.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a silent server most often means.
const SILENT: &str = "does the port fit [mail] tls? 587 goes with starttls, 465 with implicit: there a server says \
     nothing before the other does. Else a firewall may swallow what is sent";

/// Connects, encrypts, logs in and takes leave; nothing is sent.
pub(super) async fn look(parts: &Parts, environment: &Environment, found: &mut Findings) {
    let Ok(transport) = wire::transport(&parts.settings, environment) else {
        // Its problems stand among those of the configuration.
        return;
    };
    let Some(attempt) = patiently(transport.try_out()).await else {
        let what = format!("{}: no answer within {} s", transport.describe(), PATIENCE.as_secs());
        return found.wrong(Area::Mail, Exit::TryAgain, what, SILENT);
    };
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

async fn patiently<T>(attempt: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, attempt).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_keeps_nobody_waiting_for_minutes() {
        let began = tokio::time::Instant::now();
        assert_eq!(patiently(std::future::pending::<()>()).await, None);
        assert!(began.elapsed() < Duration::from_secs(30));
        assert_eq!(patiently(async { 7 }).await, Some(7));
    }
}
