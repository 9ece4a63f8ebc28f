//! The transport: how a finished letter leaves the house. Over SMTP, into a Maildir, or into memory.
//!
//! Every attempt ends in an [`Attempt`] that says what to do, how far it got and what the server
//! said; nothing here is an error that ends a loop. What an attempt means for the outbox is decided
//! in [`super::outbox`]; which outcome follows from what on the wire, in `verdict.rs`. Logs carry
//! stages and outcomes, never an address, a password or a body.

mod answers;
mod attempt;
mod denial;
mod maildir;
mod memory;
mod reach;
mod relay;
mod session;
mod settings;
mod standing;
mod tls;
mod verdict;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::mail::Letter;

pub use attempt::{Attempt, Fault, Given, Outcome, Stage};
pub use settings::{Reread, Security, SettingsError, SmtpSettings, Timeouts};

use maildir::Maildir;
use memory::Memory;
use relay::Relay;

/// Where letters go. Cheap to clone; clones share connections and what was received.
#[derive(Clone, Debug)]
pub struct Transport(Mode);

#[derive(Clone, Debug)]
enum Mode {
    Smtp(Arc<Relay>),
    File(Arc<Maildir>),
    Memory(Arc<Memory>),
}

impl Transport {
    /// How many mails the `smtp` transport sends at a time; further calls of [`Self::send`] wait, so
    /// a caller gains nothing by claiming more at once, and their leases run meanwhile.
    pub const PARALLEL: usize = relay::CONNECTIONS;

    /// A mail server. Reads the certificate authorities; connects to nobody yet.
    ///
    /// # Errors
    /// When the settings cannot work with any server.
    pub fn smtp(settings: SmtpSettings) -> Result<Self, SettingsError> {
        Ok(Self(Mode::Smtp(Arc::new(Relay::new(settings)?))))
    }

    /// A Maildir, made when the first letter comes (mode 0700).
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Mode::File(Arc::new(Maildir::new(path.into()))))
    }

    /// Keeps letters in memory.
    #[must_use]
    pub fn memory() -> Self {
        Self(Mode::Memory(Arc::default()))
    }

    /// Hands over one letter to its one address.
    pub async fn send(&self, letter: &Letter) -> Attempt {
        self.send_noting(letter, &|| Box::pin(std::future::ready(true))).await
    }

    /// The same, with `given` done before the message itself goes out, and not where it never comes to that.
    pub async fn send_noting(&self, letter: &Letter, given: Given<'_>) -> Attempt {
        let attempt = match &self.0 {
            Mode::Smtp(relay) => relay.deliver(letter, given).await,
            Mode::File(_) if !given().await => unnoted(Stage::Folder),
            Mode::File(maildir) => write_to(maildir, letter).await,
            Mode::Memory(_) if !given().await => unnoted(Stage::Memory),
            Mode::Memory(memory) => memory.deliver(letter),
        };
        tracing::debug!(
            stage = attempt.stage.as_str(),
            outcome = ?attempt.outcome,
            bytes = letter.message.len(),
            "mail attempt"
        );
        attempt
    }

    /// Goes as far as a mail could be given, and no further: nothing is sent.
    pub async fn try_out(&self) -> Attempt {
        match &self.0 {
            Mode::Smtp(relay) => relay.try_out().await,
            Mode::File(maildir) => maildir.try_out(),
            Mode::Memory(_) => Attempt {
                outcome: Outcome::Accepted,
                stage: Stage::Memory,
                reply: "ready".to_owned(),
            },
        }
    }

    /// Looks for a password that was changed, and uses it from now on: answers whether there is one. A
    /// refused log-in is tried again at once then.
    #[must_use]
    pub fn renew(&self) -> bool {
        match &self.0 {
            Mode::Smtp(relay) => relay.renew(),
            Mode::File(_) | Mode::Memory(_) => false,
        }
    }

    /// Asks the server again at once, whatever it refused: somebody says that the set-up was mended.
    pub fn ask_again(&self) {
        if let Mode::Smtp(relay) = &self.0 {
            relay.ask_again();
        }
    }

    /// Whether a fault of the set-up ended since the last call, by an answer or because it is asked again
    /// sooner: then mails that were put off for it are due.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        match &self.0 {
            Mode::Smtp(relay) => relay.is_fresh(),
            Mode::File(_) | Mode::Memory(_) => false,
        }
    }

    /// How long the server is left alone yet because of a fault of the set-up.
    #[must_use]
    pub fn rests(&self) -> Option<std::time::Duration> {
        match &self.0 {
            Mode::Smtp(relay) => relay.rests(),
            Mode::File(_) | Mode::Memory(_) => None,
        }
    }

    /// Takes leave of the server. Call it when no mail is due: connections kept open and unused
    /// cost the server. Sending again opens new ones.
    pub async fn close(&self) {
        if let Mode::Smtp(relay) = &self.0 {
            relay.close().await;
        }
    }

    /// How long a claim on a mail must last at least, so that no second sender takes the mail while
    /// the first still tries.
    #[must_use]
    pub fn longest_attempt(&self) -> std::time::Duration {
        match &self.0 {
            Mode::Smtp(relay) => relay.settings().timeouts.longest(),
            Mode::File(_) | Mode::Memory(_) => Timeouts::default().block,
        }
    }

    /// The Maildir of the `file` transport.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.0 {
            Mode::File(maildir) => Some(maildir.path()),
            Mode::Smtp(_) | Mode::Memory(_) => None,
        }
    }

    /// What the `memory` transport was given, oldest first; empty for the others.
    #[must_use]
    pub fn received(&self) -> Vec<Letter> {
        match &self.0 {
            Mode::Memory(memory) => memory.received(),
            Mode::Smtp(_) | Mode::File(_) => Vec::new(),
        }
    }

    /// Lays out what the `memory` transport answers next, instead of accepting; the others have
    /// their own answers.
    pub fn answer_next(&self, attempts: impl IntoIterator<Item = Attempt>) {
        if let Mode::Memory(memory) = &self.0 {
            memory.answer_next(attempts);
        }
    }

    /// In words for a person: where letters go. Without secrets.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.0 {
            Mode::Smtp(relay) => {
                let settings = relay.settings();
                let how = match settings.security {
                    Security::StartTls => "with STARTTLS",
                    Security::Implicit => "over TLS",
                    Security::None => "in clear on this machine",
                };
                format!("SMTP to {}:{} {how}", settings.host, settings.port)
            }
            Mode::File(maildir) => format!("the Maildir {}", maildir.path().display()),
            Mode::Memory(_) => "memory".to_owned(),
        }
    }
}

fn unnoted(stage: Stage) -> Attempt {
    Attempt { outcome: Outcome::TryLater, stage, reply: verdict::UNNOTED.to_owned() }
}

/// Writing and syncing block, so they run beside the loop.
async fn write_to(maildir: &Arc<Maildir>, letter: &Letter) -> Attempt {
    let (maildir, message) = (Arc::clone(maildir), letter.message.clone());
    tokio::task::spawn_blocking(move || maildir.deliver(&message)).await.unwrap_or_else(|error| {
        Attempt {
            outcome: Outcome::TryLater,
            stage: Stage::Folder,
            reply: format!("writing the letter was interrupted: {error}"),
        }
    })
}
