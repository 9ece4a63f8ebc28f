//! What becomes of a mail after an attempt (pure): the back-off, the end of patience, and what each
//! outcome of the transport means for the row in the outbox.
//!
//! A fault of the set-up never counts against a mail, and an uncertain one is sent again at most
//! twice, always with the Message-ID that it was sealed with, so that a reader's client can fold
//! the copies. One that may have arrived never ends as refused or dead, since what those told is told
//! anew in another mail: it rests as uncertain. It sends nothing and knows no server.

use std::time::Duration;

use crate::model::mail::{ClaimedMail, MailOutcome};
use crate::model::{MailState, Timestamp};

use super::room;
use super::smtp::{Attempt, Outcome};

/// Minutes to wait after the first, second … attempt; the last holds for all that follow.
const BACK_OFF_MINUTES: [u64; 5] = [1, 5, 15, 30, 60];

/// How long after its sealing a mail is given up: what RFC 5321 §4.5.4.1 asks of a queue, 4–5 days.
pub const PATIENCE: Duration = Duration::from_secs(5 * 24 * 3600);

/// How often a mail that may have arrived is sent again.
pub const UNCERTAIN_RETRIES: u32 = 2;

/// What is added to the words that end a mail of which an earlier attempt may have been taken.
const EARLIER: &str = "an earlier attempt may have arrived";

/// What is added to the words that refuse a mail for its size.
const SMALLER: &str = "the next ones to this address are made to fit";

/// The wait after the `made`-th attempt that counted.
#[must_use]
pub fn back_off(made: u32) -> Duration {
    let last = BACK_OFF_MINUTES.len() - 1;
    let at = usize::try_from(made.saturating_sub(1)).map_or(last, |at| at.min(last));
    Duration::from_secs(BACK_OFF_MINUTES[at] * 60)
}

/// What the outbox records of `attempt`, made at `now`.
#[must_use]
pub fn after(mail: &ClaimedMail, attempt: &Attempt, now: Timestamp) -> MailOutcome {
    let (state, wait) = match attempt.outcome {
        Outcome::Accepted => (MailState::Sent, None),
        Outcome::Refused => (MailState::Refused, None),
        Outcome::ConfigFault(fault) => (MailState::Deferred, Some(fault.pause(1))),
        Outcome::TryLater => (MailState::Deferred, Some(back_off(mail.attempts + 1))),
        Outcome::Uncertain if mail.uncertain < UNCERTAIN_RETRIES => {
            (MailState::Uncertain, Some(back_off(mail.attempts + 1)))
        }
        Outcome::Uncertain => (MailState::Uncertain, None),
    };
    let counts = !matches!(attempt.outcome, Outcome::ConfigFault(_));
    let (state, wait) =
        if counts { within_patience(mail, state, wait, now) } else { (state, wait) };
    let mut reply = attempt.to_string();
    if attempt.outcome == Outcome::Refused && room::is_too_large(&reply) {
        let bytes = mail.letter.message.len();
        reply = format!("{reply}; it has {bytes} bytes, and {SMALLER}");
    }
    let state = match state {
        MailState::Refused | MailState::Dead if mail.perhaps_taken => {
            reply = format!("{reply}; {EARLIER}");
            MailState::Uncertain
        }
        state => state,
    };
    MailOutcome {
        id: mail.id.clone(),
        state,
        next_attempt: wait.map(|wait| now.plus(wait)),
        reply,
        counts,
        at: now,
    }
}

/// Gives up a mail that would wait beyond the end of patience. Attempts that counted must have run
/// through the back-off once: after days of a wrong set-up, or of the service being off, a mail is
/// not given up at the first soft no.
fn within_patience(
    mail: &ClaimedMail,
    state: MailState,
    wait: Option<Duration>,
    now: Timestamp,
) -> (MailState, Option<Duration>) {
    let tried = usize::try_from(mail.attempts).map_or(true, |made| made >= BACK_OFF_MINUTES.len());
    match (state, wait) {
        (_, Some(wait)) if !tried || now.plus(wait).since(mail.sealed_at) <= PATIENCE => {
            (state, Some(wait))
        }
        (MailState::Deferred, Some(_)) => (MailState::Dead, None),
        (state, _) => (state, None),
    }
}
