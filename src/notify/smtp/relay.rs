//! The `smtp` transport: mails go to one server over a few connections that are kept for reuse.
//!
//! At most [`CONNECTIONS`] are open at a time. After a fault of the set-up the server is left alone
//! for a while, whoever asks (`standing.rs`). A password that was changed takes the place of the one before,
//! so that it needs no restart. Nothing is remembered beyond the process.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::Address;
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::model::mail::Letter;

use super::answers::presentable;
use super::attempt::{Attempt, Fault, Given, Outcome, Stage};
use super::denial::Denials;
use super::session::{Envelope, Session};
use super::settings::{SettingsError, SmtpSettings};
use super::standing::Standing;
use super::tls::Guard;
use super::verdict::{Cause, Failure};

/// Connections open at a time, in use or kept.
pub(super) const CONNECTIONS: usize = 4;

/// How long an unused connection is kept. Servers hang up after minutes (RFC 5321 §4.5.3.2.7: five);
/// a connection kept longer than a delivery run only fills their tables.
const KEPT: Duration = Duration::from_secs(20);

/// A server that takes our mail.
pub(super) struct Relay {
    /// Replaced as a whole when the password changes; an attempt keeps what it began with.
    settings: Mutex<Arc<SmtpSettings>>,
    sender: Address,
    guard: Guard,
    idle: Mutex<Vec<(Session, Instant)>>,
    slots: Semaphore,
    standing: Mutex<Standing>,
    denials: Mutex<Denials>,
    /// A fault ended, and mails may have been put off for it.
    fresh: AtomicBool,
}

impl Relay {
    pub(super) fn new(settings: SmtpSettings) -> Result<Self, SettingsError> {
        settings.check()?;
        let sender = envelope_address(&settings.sender)
            .ok_or_else(|| SettingsError::Sender { sender: settings.sender.clone() })?;
        let guard = Guard::of(&settings)?;
        Ok(Self {
            settings: Mutex::new(Arc::new(settings)),
            sender,
            guard,
            idle: Mutex::default(),
            slots: Semaphore::new(CONNECTIONS),
            standing: Mutex::default(),
            denials: Mutex::default(),
            fresh: AtomicBool::new(false),
        })
    }

    pub(super) fn settings(&self) -> Arc<SmtpSettings> {
        Arc::clone(&lock(&self.settings))
    }

    /// Looks for another password; with one, a refused log-in stands no more.
    pub(super) fn renew(&self) -> bool {
        let old = self.settings();
        let Some(password) = old.reread.as_ref().and_then(super::settings::Reread::look) else {
            return false;
        };
        let same = |one: &secrecy::SecretString| one.expose_secret() == password.expose_secret();
        if old.password.as_ref().is_some_and(same) {
            return false;
        }
        let new = SmtpSettings { password: Some(password), ..(*old).clone() };
        *lock(&self.settings) = Arc::new(new);
        let mut standing = lock(&self.standing);
        if standing.is_login() && standing.end() {
            self.fresh.store(true, Ordering::Relaxed);
        }
        true
    }

    /// Forgets the fault that stands.
    pub(super) fn ask_again(&self) {
        if lock(&self.standing).end() {
            self.fresh.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a fault was forgotten early since the last call.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh.swap(false, Ordering::Relaxed)
    }

    /// How long the server is left alone yet.
    pub(super) fn rests(&self) -> Option<Duration> {
        lock(&self.standing).left(Instant::now())
    }

    /// Hands over one letter.
    pub(super) async fn deliver(&self, letter: &Letter, given: Given<'_>) -> Attempt {
        let Some(recipient) = envelope_address(&letter.address) else {
            let cause = Cause::Unsendable("the address is not one".to_owned());
            return told(&Failure { stage: Stage::Rcpt, cause }, &self.settings());
        };
        let _slot = self.slots.acquire().await.expect("the semaphore is never closed");
        let began = Instant::now();
        if let Some(known) = self.known_fault(began) {
            return known;
        }
        let settings = self.settings();
        let message = on_the_wire(&letter.message);
        let mail =
            Envelope { sender: &self.sender, recipient: &recipient, message: &message, given };
        let attempt = match self.hand_over(&mail, &settings).await {
            Ok(words) => Attempt {
                outcome: Outcome::Accepted,
                stage: Stage::Dot,
                reply: presentable(&words, &settings),
            },
            Err(failure) => {
                let mut attempt = told(&failure, &settings);
                if failure.is_denial() {
                    let now = Instant::now();
                    attempt.outcome = match lock(&self.denials).judge(&letter.address, now) {
                        Outcome::ConfigFault(Fault::Denied) if attempt.stage == Stage::Dot => {
                            Outcome::ConfigFault(Fault::Messages)
                        }
                        outcome => outcome,
                    };
                }
                attempt
            }
        };
        if attempt.outcome == Outcome::Accepted {
            lock(&self.denials).taken(&letter.address, Instant::now());
        }
        // Which mail would be taken again nobody knows, so each is tried for itself.
        let everybodys =
            !matches!(attempt.outcome, Outcome::ConfigFault(fault) if fault.is_by_recipient());
        if everybodys && lock(&self.standing).learn(&attempt, began, Instant::now()) {
            self.fresh.store(true, Ordering::Relaxed);
        }
        attempt
    }

    /// Opens a session of its own up to the log-in, and takes leave.
    pub(super) async fn try_out(&self) -> Attempt {
        let settings = self.settings();
        match Session::open(&settings, &self.guard).await {
            Ok(mut session) => {
                session.quit().await;
                let (stage, reply) = match &settings.username {
                    Some(_) => (Stage::Auth, "logged in; the server would take mail"),
                    None => (Stage::Ehlo, "the server would take mail"),
                };
                Attempt { outcome: Outcome::Accepted, stage, reply: reply.to_owned() }
            }
            Err(failure) => told(&failure, &settings),
        }
    }

    /// Takes leave of the server on every kept connection.
    pub(super) async fn close(&self) {
        let kept = std::mem::take(&mut *lock(&self.idle));
        for (mut session, _) in kept {
            session.quit().await;
        }
    }

    async fn hand_over(
        &self,
        mail: &Envelope<'_, '_>,
        settings: &SmtpSettings,
    ) -> Result<String, Failure> {
        if let Some(session) = self.kept() {
            match self.use_up(session, mail, settings).await {
                // The server gave the connection up while nobody looked, or has had enough of it:
                // that says nothing about a fresh one. The mail has not been mentioned further.
                Err(failure) if is_stale(&failure) => {}
                settled => return settled,
            }
        }
        let session = Session::open(settings, &self.guard).await?;
        self.use_up(session, mail, settings).await
    }

    /// Sends over a session and keeps it if it is still good.
    async fn use_up(
        &self,
        mut session: Session,
        mail: &Envelope<'_, '_>,
        settings: &SmtpSettings,
    ) -> Result<String, Failure> {
        let settled = session.deliver(mail, settings).await;
        let good = match &settled {
            Ok(_) => true,
            Err(failure) => failure.leaves_connection() && session.reset().await,
        };
        if good {
            let mut idle = lock(&self.idle);
            if idle.len() < CONNECTIONS {
                idle.push((session, Instant::now()));
            }
        }
        settled
    }

    /// The connection used last, if it is fresh enough; older ones are dropped.
    fn kept(&self) -> Option<Session> {
        let mut idle = lock(&self.idle);
        idle.retain(|(_, since)| since.elapsed() < KEPT);
        idle.pop().map(|(session, _)| session)
    }

    /// What the server would say, while it is left alone.
    fn known_fault(&self, now: Instant) -> Option<Attempt> {
        lock(&self.standing).known(now)
    }
}

fn told(failure: &Failure, settings: &SmtpSettings) -> Attempt {
    Attempt {
        outcome: failure.outcome(),
        stage: failure.stage,
        reply: presentable(&failure.words(), settings),
    }
}

/// Reads an address for the envelope. A domain outside ASCII travels in its ASCII form, which every
/// server takes; a name outside ASCII needs SMTPUTF8.
fn envelope_address(text: &str) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    if address.domain().is_ascii() {
        return Some(address);
    }
    let domain = url::Host::parse(address.domain()).ok()?.to_string();
    Address::new(address.user(), domain).ok()
}

fn is_stale(failure: &Failure) -> bool {
    failure.stage == Stage::Mail
        && match failure.cause {
            Cause::Closed | Cause::Broken(_) | Cause::Tls(_) => true,
            // 503: the server thinks of another command, of a mail that we have done with.
            Cause::Reply { code, .. } => (400..500).contains(&code) || code == 503,
            _ => false,
        }
}

/// A lone CR or LF inside a message is read differently by different servers, and a dot behind one
/// could end the message early: all line ends become CRLF.
fn on_the_wire(message: &[u8]) -> Cow<'_, [u8]> {
    let lone = |at: usize| match message[at] {
        b'\n' => at == 0 || message[at - 1] != b'\r',
        b'\r' => message.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    if !(0..message.len()).any(lone) {
        return Cow::Borrowed(message);
    }
    let mut mended = Vec::with_capacity(message.len() + 64);
    for (at, byte) in message.iter().enumerate() {
        if lone(at) {
            mended.extend_from_slice(b"\r\n");
        } else {
            mended.push(*byte);
        }
    }
    Cow::Owned(mended)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Relay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Relay").field("settings", &self.settings()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_line_ends_are_mended_and_whole_ones_kept() {
        for (message, expected) in [
            (&b"a\r\nb\r\n"[..], &b"a\r\nb\r\n"[..]),
            (b"a\nb\n", b"a\r\nb\r\n"),
            (b"a\rb", b"a\r\nb"),
            (b"a\n.\nb", b"a\r\n.\r\nb"),
            (b"\n", b"\r\n"),
            (b"a\r\r\nb", b"a\r\n\r\nb"),
            (b"a\r\n\nb", b"a\r\n\r\nb"),
            (b"", b""),
        ] {
            assert_eq!(on_the_wire(message), expected, "{message:?}");
        }
    }
}
