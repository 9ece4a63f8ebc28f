//! Whether the service makes progress: every loop beats, and the watchdog is answered only while all
//! of them do.
//!
//! A ping from a timer of its own would only prove that the timer lives. Here a loop that hangs
//! stops the pings, and systemd restarts the service.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// A loop of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    /// Reads sources.
    Poll,
    /// Judges items.
    Assess,
    /// Seals mails.
    Seal,
    /// Sends them.
    Send,
}

impl Loop {
    const ALL: [Self; 4] = [Self::Poll, Self::Assess, Self::Seal, Self::Send];

    /// The longest silence that is still progress. Loops wake at least every 60 s; the sending loop
    /// may also wait out an SMTP server's 10 minutes after the final dot (RFC 5321 §4.5.3.2.6).
    fn patience(self) -> Duration {
        match self {
            Self::Poll | Self::Assess | Self::Seal => Duration::from_secs(180),
            Self::Send => Duration::from_secs(15 * 60),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Assess => "assess",
            Self::Seal => "seal",
            Self::Send => "send",
        }
    }
}

/// When each loop was last alive. Clones share the same beats.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<Mutex<[Instant; Loop::ALL.len()]>>);

impl Pulse {
    /// All loops alive at this moment.
    #[must_use]
    pub fn start() -> Self {
        Self(Arc::new(Mutex::new([Instant::now(); Loop::ALL.len()])))
    }

    /// This loop makes progress.
    pub fn beat(&self, one: Loop) {
        self.beats()[one as usize] = Instant::now();
    }

    /// The loops that have been silent for too long, by name; empty while all is well.
    #[must_use]
    pub fn silent(&self) -> Vec<&'static str> {
        let beats = *self.beats();
        Loop::ALL
            .into_iter()
            .filter(|one| beats[*one as usize].elapsed() > one.patience())
            .map(Loop::name)
            .collect()
    }

    fn beats(&self) -> std::sync::MutexGuard<'_, [Instant; Loop::ALL.len()]> {
        // A panic while holding it leaves a valid instant behind.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_silent_loop_is_named() {
        let pulse = Pulse::start();
        tokio::time::advance(Duration::from_secs(170)).await;
        assert!(pulse.silent().is_empty());
        pulse.beat(Loop::Poll);
        pulse.beat(Loop::Seal);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(pulse.silent(), ["assess"]);
    }
}
