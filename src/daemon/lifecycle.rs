//! Signals in, notifications to systemd out.
//!
//! The first SIGTERM or SIGINT asks every loop to finish what it holds; a second one, or the end of
//! [`GRACE`], cuts. SIGHUP asks for a reload. Nothing here decides what draining or reloading means.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a drain may take, counted from the first signal: with what follows it the process ends
/// within ten seconds.
pub const GRACE: Duration = Duration::from_secs(8);

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Finish and end.
    Stop,
    /// Read the files again.
    Reload,
}

/// The signals that the service listens to.
pub struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts listening. From here on SIGTERM no longer ends the process by itself.
    ///
    /// # Errors
    ///
    /// When the system refuses to register a handler.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next request.
    pub async fn next(&mut self) -> Request {
        tokio::select! {
            _ = self.terminate.recv() => Request::Stop,
            _ = self.interrupt.recv() => Request::Stop,
            _ = self.hangup.recv() => Request::Reload,
        }
    }
}

/// Tells systemd that the service works, with one line for `systemctl status`.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells systemd that files are being read again. systemd 253 and later want the monotonic time
/// with it; older ones ignore what they do not know.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(at) => tell(&[NotifyState::Reloading, at]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// Tells systemd that the service ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Tells systemd that every loop makes progress.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear [`alive`]: half of `WATCHDOG_USEC`, as sd_watchdog_enabled(3)
/// advises; `None` when it does not watch.
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    // Without systemd there is no socket, and nobody to tell.
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
