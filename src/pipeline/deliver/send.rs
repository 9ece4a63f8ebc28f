//! Sending: finished messages are handed over, a few at a time, and what became of each is written.
//!
//! A mail that hangs takes one place and delays nobody else; a store that fails cuts no conversation
//! off. What an answer means for a mail is decided in `notify/outbox`.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Deliverer;
use crate::model::canary;
use crate::model::mail::{ClaimedMail, MailOutcome};
use crate::model::{MailState, Timestamp};
use crate::notify::outbox;
use crate::notify::smtp::{Attempt, Outcome};
use crate::store::{Answer, StoreError};

/// Mails handed over at the same time.
const AT_ONCE: usize = 4;

/// While the transport is down it is tried this often, whatever a mail's own back-off says, so that
/// an outage ends soon after the server is back. After a fault of the set-up the transport itself says when.
const PROBE: Duration = Duration::from_secs(5 * 60);

/// After an attempt that showed the transport down, the next mail is tried no sooner than this.
pub(super) const BREATHER: Duration = Duration::from_secs(60);

/// What became of a mail must not be forgotten while the store cannot take it: it would be sent
/// again. So long it is tried, within the mail's lease.
const RECORDING: Duration = Duration::from_secs(10 * 60);

/// So long it is tried to note that the server is about to have a mail: the server waits meanwhile, for five minutes at
/// most (RFC 5321 §4.5.3.2.7).
const NOTING: Duration = Duration::from_secs(30);

/// And this often.
const RECORD_AGAIN: Duration = Duration::from_secs(5);

/// What a round of sending came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Taken by the server.
    pub sent: u64,
    /// To be tried again.
    pub deferred: u64,
    /// May have arrived.
    pub uncertain: u64,
    /// Refused for good, or given up.
    pub refused: u64,
}

impl Sent {
    fn count(&mut self, state: MailState) {
        match state {
            MailState::Sent => self.sent += 1,
            MailState::Uncertain => self.uncertain += 1,
            MailState::Refused | MailState::Dead => self.refused += 1,
            MailState::Pending | MailState::Sending | MailState::Deferred => self.deferred += 1,
        }
    }
}

/// Where an attempt left a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Where it stands.
    pub state: MailState,
    /// It is a canary's, and counts nowhere.
    pub synthetic: bool,
}

/// Mails under way, and whether the transport bears more of them.
#[derive(Default)]
pub struct Sending {
    running: JoinSet<Result<(Handed, bool), StoreError>>,
    /// The transport was found down: nothing is started before this.
    resume: Option<Instant>,
}

impl Sending {
    /// Waits for the next one to end; `None` when none is under way.
    ///
    /// # Errors
    ///
    /// When the store could not take what became of it.
    pub async fn next(&mut self) -> Option<Result<Handed, StoreError>> {
        loop {
            match self.running.join_next().await? {
                Ok(Ok((handed, down))) => {
                    self.resume = down.then(|| Instant::now() + BREATHER);
                    return Some(Ok(handed));
                }
                Ok(Err(error)) => return Some(Err(error)),
                // Its lease runs out, and then it counts as uncertain.
                Err(error) => tracing::error!(%error, "handing over a mail ended in a bug"),
            }
        }
    }

    fn has_room(&self) -> bool {
        self.running.len() < AT_ONCE && self.pause().is_none()
    }

    fn pause(&self) -> Option<Duration> {
        let pause = self.resume?.saturating_duration_since(Instant::now());
        (!pause.is_zero()).then_some(pause)
    }
}

impl Deliverer {
    /// Hands over every mail whose attempt is due at this moment, each once, until `stop` says so
    /// or the transport turns out to be down.
    ///
    /// # Errors
    ///
    /// When the store fails; what is under way is finished first. A mail whose outcome could not be
    /// recorded counts as uncertain once its lease ends.
    pub async fn send_due(&self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Sent, StoreError> {
        let mut sent = Sent::default();
        let mut sending = Sending::default();
        let mut failed = None;
        // What is deferred now is due later than this.
        let now = self.ground.clock.now();
        let mut more = true;
        loop {
            while more && !stop() && sending.has_room() {
                match self.start_one(&mut sending, now).await {
                    Ok(started) => more = started,
                    Err(error) => {
                        failed = Some(error);
                        more = false;
                    }
                }
            }
            match sending.next().await {
                Some(Ok(handed)) => sent.count(handed.state),
                Some(Err(error)) => failed = Some(error),
                None => break,
            }
        }
        self.transport.close().await;
        match failed {
            Some(error) => Err(error),
            None => Ok(sent),
        }
    }

    /// Starts handing over what is due, as much as may go at once, and answers when to look again.
    /// A mail that hangs takes one place of several and delays nobody else.
    ///
    /// # Errors
    ///
    /// When the store fails; what is under way stays so.
    pub async fn start_due(&self, sending: &mut Sending) -> Result<Option<Timestamp>, StoreError> {
        self.look_again(sending).await?;
        while sending.has_room() {
            let now = self.ground.clock.now();
            if !self.start_one(sending, now).await? {
                if sending.running.is_empty() {
                    // Nobody keeps a connection open for a mail that may come tomorrow.
                    self.transport.close().await;
                }
                return self.ground.store.next_mail().await;
            }
        }
        // Full, or down: then the end of an attempt or of the pause says when.
        Ok(sending.pause().map(|pause| self.ground.clock.now().plus(pause)))
    }

    /// While mail is down: a password that was changed is used, and what waits for a server that is asked
    /// again sooner is due.
    async fn look_again(&self, sending: &mut Sending) -> Result<(), StoreError> {
        if self.mail_down().is_some() && self.transport.renew() {
            tracing::info!(
                "the mail server's password was changed; the new one is used from now on"
            );
        }
        if self.transport.is_fresh() {
            sending.resume = None;
            self.memory().bring_near = true;
        }
        // The transport says so once: while the store cannot make them due, the next round does.
        if self.memory().bring_near {
            self.ground.store.bring_mails_near(self.ground.clock.now()).await?;
            self.memory().bring_near = false;
        }
        Ok(())
    }

    /// Claims one mail that is due at `now` and starts handing it over, if there is one.
    async fn start_one(&self, sending: &mut Sending, now: Timestamp) -> Result<bool, StoreError> {
        let lease = self.transport.longest_attempt() * 2;
        let until = self.ground.clock.now().plus(lease);
        let Some(mail) = self.ground.store.claim_mail(now, until).await? else { return Ok(false) };
        let this = self.clone();
        let recording = RECORDING.min(lease / 2);
        sending.running.spawn(async move { this.hand_over(mail, recording).await });
        Ok(true)
    }

    async fn hand_over(
        &self,
        mail: ClaimedMail,
        recording: Duration,
    ) -> Result<(Handed, bool), StoreError> {
        let note = || self.note_given(&mail, Instant::now() + NOTING);
        let attempt = self.transport.send_noting(&mail.letter, &|| Box::pin(note())).await;
        let now = self.ground.clock.now();
        let mut outcome = outbox::after(&mail, &attempt, now);
        let down = attempt.transport_is_down();
        self.note(&attempt, now);
        if down {
            let again = |at: Timestamp| match (attempt.outcome, self.transport.rests()) {
                (Outcome::ConfigFault(_), Some(rests)) => now.plus(rests),
                (Outcome::ConfigFault(_), None) => at,
                _ => at.min(now.plus(PROBE)),
            };
            outcome.next_attempt = outcome.next_attempt.map(again);
        }
        let state = outcome.state;
        tell(&mail, &attempt, state);
        self.record(outcome, Instant::now() + recording).await?;
        Ok((Handed { state, synthetic: canary::is_mail(&mail.key) }, down))
    }

    /// Notes that the server is about to have a mail. What cannot be noted is not handed over: cut off then, it would be
    /// told anew under another Message-ID.
    async fn note_given(&self, mail: &ClaimedMail, until: Instant) -> bool {
        let id = mail.id.as_str();
        let note = || self.ground.store.mail_given(mail.id.clone());
        let noted = insist(&format!("handing over mail {id}"), until, note).await;
        if let Err(error) = &noted {
            tracing::warn!(mail = id, %error, "mail {id} is not handed over yet");
        }
        noted.is_ok()
    }

    /// Writes what became of a mail: one that the server has and of which we know nothing would be sent twice.
    async fn record(&self, outcome: MailOutcome, until: Instant) -> Result<(), StoreError> {
        let record = || self.ground.store.mail_outcome(outcome.clone());
        insist(&format!("what became of mail {}", outcome.id), until, record).await
    }
}

/// Asks the store again and again while it may yet take something, until an instant. `what` says what waits.
async fn insist<'a>(
    what: &str,
    until: Instant,
    ask: impl Fn() -> Answer<'a, ()>,
) -> Result<(), StoreError> {
    loop {
        match ask().await {
            Err(error @ StoreError::Later { .. }) if Instant::now() < until => {
                tracing::warn!(%error, "{what} waits for the store");
                tokio::time::sleep(RECORD_AGAIN).await;
            }
            done => return done,
        }
    }
}

fn tell(mail: &ClaimedMail, attempt: &Attempt, state: MailState) {
    let (id, kind, stage) = (mail.id.as_str(), mail.kind.as_str(), attempt.stage.as_str());
    match state {
        MailState::Sent => tracing::info!(mail = id, kind, "mail {id} was taken"),
        MailState::Pending | MailState::Sending | MailState::Deferred | MailState::Uncertain => {
            let hint = match attempt.outcome {
                Outcome::ConfigFault(fault) => format!("; {}", fault.hint()),
                _ => String::new(),
            };
            let state = state.as_str();
            tracing::warn!(mail = id, kind, stage, "mail {id} is {state} at {stage}{hint}");
        }
        MailState::Refused | MailState::Dead => {
            tracing::error!(mail = id, kind, stage, "mail {id} is {} at {stage}", state.as_str());
        }
    }
}
