//! The transport and the outbox, through their public doors: against a scripted server for every
//! stage and every kind of trouble, and on paper for the back-off.

mod conversation;
mod folders;
mod outbox;
mod secrets;
mod stages;
mod tls;

use std::time::Duration;

use watchlistd::model::mail::Letter;
use watchlistd::notify::smtp::{Security, SmtpSettings, Timeouts, Transport};

use crate::support::smtp::SmtpServer;

/// A password that must show up nowhere.
const PASSWORD: &str = "tOp-s3cret-M4RKER";

/// Long enough for a busy machine; no test waits for it.
const LONG: Duration = Duration::from_secs(60);

/// Short, for the one stage at which a test's server falls silent.
const SHORT: Duration = Duration::from_millis(400);

fn patient() -> Timeouts {
    Timeouts {
        connect: LONG,
        tls: LONG,
        banner: LONG,
        command: LONG,
        data: LONG,
        block: LONG,
        dot: LONG,
    }
}

/// Settings that fit the server, with the log-in that it asks for.
fn settings(server: &SmtpServer, security: Security) -> SmtpSettings {
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@bank.test");
    settings.port = server.port();
    settings.security = security;
    settings.ca_file = Some(server.ca_file());
    settings.username = Some("watch".into());
    settings.password = Some(PASSWORD.into());
    settings.timeouts = patient();
    settings
}

fn transport(settings: SmtpSettings) -> Transport {
    Transport::smtp(settings).expect("the settings are sound")
}

fn letter_to(address: &str) -> Letter {
    let message = format!(
        "From: watchlist@bank.test\r\nTo: {address}\r\nSubject: Watchlist\r\n\r\nTwo high.\r\n"
    );
    Letter { address: address.into(), message: message.into_bytes() }
}
