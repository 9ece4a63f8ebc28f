//! The second channel: a sign of life that stops when mail does, and a program that is run then.
//!
//! A watchman outside hears from us after each good cycle and raises the alarm when we fall silent:
//! that works when the machine is gone, too. The program is for those without one. Neither goes
//! through mail, and neither is ever waited for by what does.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::Ground;
use crate::collect::fetch::Fetcher;
use crate::model::{MailState, Timestamp};
use crate::notify::outbox;
use crate::store::{MailRow, StoreError};

/// While a mail waits longer than this, we are not well.
const LATE: Duration = Duration::from_secs(3600);

/// A trouble that is over sooner pages nobody: servers restart.
const PAGE_AFTER: Duration = Duration::from_secs(15 * 60);

/// While a trouble lasts it is told again after this. A program that failed has told nobody: it is tried
/// again by the back-off of mails, from a minute to an hour.
const PAGE_AGAIN: Duration = Duration::from_secs(6 * 3600);

/// So long a refused mail to the operator counts as a trouble.
const UNHEARD: Duration = Duration::from_secs(24 * 3600);

/// How long the program may run before it is ended.
const PROGRAM_LIMIT: Duration = Duration::from_secs(30);

/// Of the environment the program sees only these: passwords stay ours.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// How the operator is reached without mail, as `[operator]` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// Requested after each good cycle.
    pub ping_url: Option<String>,
    /// Program and arguments, run when mail is down; the reason becomes the last argument.
    pub command: Vec<String>,
}

/// How we are, as far as the store cannot tell.
#[derive(Clone, Debug, Default)]
pub struct Vitals {
    /// Every step did its work since the last cycle.
    pub sound: bool,
    /// Since when no mail gets out, and what was heard last.
    pub mail_down: Option<(Timestamp, String)>,
    /// Since when our own network has been out.
    pub network_out: Option<Timestamp>,
    /// Since when a canary has been missing, and where it was lost.
    pub canary_missing: Option<(Timestamp, String)>,
    /// Since when mails to the operator are refused, and what was said; [`Messenger::cycle`] finds it out.
    pub operator_unheard: Option<(Timestamp, String)>,
}

impl Vitals {
    fn trouble(&self) -> bool {
        self.mail_down.is_some()
            || self.network_out.is_some()
            || self.canary_missing.is_some()
            || self.operator_unheard.is_some()
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Say that we are well.
    pub ping: bool,
    /// Run the program with this reason.
    pub page: Option<String>,
}

/// The program was run for the trouble that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paged {
    /// When last.
    pub at: Timestamp,
    /// How often it has failed since it last ended well; 0: the last time it did.
    pub failures: u32,
}

impl Paged {
    fn pause(self) -> Duration {
        if self.failures == 0 { PAGE_AGAIN } else { outbox::back_off(self.failures) }
    }
}

/// The rule (pure). `oldest` is when the oldest mail that still waits was sealed, `paged` what the
/// program came to for the trouble that lasts.
#[must_use]
pub fn signal(
    vitals: &Vitals,
    oldest: Option<Timestamp>,
    paged: Option<Paged>,
    now: Timestamp,
) -> Signal {
    // What lies ahead was written before the clock was set back: how long ago nobody knows.
    let over = |since: Timestamp, span| now.since(since) >= span || since > now.plus(span);
    let late = oldest.is_some_and(|sealed| now.since(sealed) > LATE || sealed > now.plus(LATE));
    let missing = vitals.canary_missing.as_ref();
    // Before that the operator is written to once more.
    let unheard = vitals.operator_unheard.as_ref().filter(|(since, _)| over(*since, PAGE_AFTER));
    let well = vitals.sound
        && vitals.network_out.is_none()
        && missing.is_none()
        && unheard.is_none()
        && !late;
    // Whoever waited for a canary has been patient already.
    let lasts = |since: &Timestamp| over(*since, PAGE_AFTER) || missing.is_some();
    let reason = match (&vitals.mail_down, vitals.network_out, missing) {
        (Some((since, why)), _, _) => {
            Some((*since, format!("no mail gets out since {since}: {why}")))
        }
        (None, Some(since), _) => {
            Some((since, format!("no host has answered since {since}: our own network is out")))
        }
        (None, None, Some((since, why))) => {
            Some((*since, format!("the canary was given up at {since}: {why}")))
        }
        (None, None, None) => unheard.map(|(since, why)| {
            (*since, format!("mails to the operator are refused since {since}: {why}"))
        }),
    };
    let page = reason
        .filter(|(since, _)| lasts(since))
        .filter(|_| paged.is_none_or(|last| over(last.at, last.pause())))
        .map(|(_, words)| format!("watchlistd: {words}"));
    Signal { ping: well, page }
}

/// The step. Keeps when it last ran the program, and whether that worked.
pub struct Messenger {
    ground: Ground,
    fetcher: Arc<Fetcher>,
    paged: Option<Paged>,
    /// Whether the last ping failed: told once.
    unheard: bool,
}

impl Messenger {
    /// A step that pings through this fetcher.
    #[must_use]
    pub fn new(ground: Ground, fetcher: Arc<Fetcher>) -> Self {
        Self { ground, fetcher, paged: None, unheard: false }
    }

    /// One cycle: pings if all is well, runs the program if mail is down. Answers what was done.
    ///
    /// # Errors
    ///
    /// When the store cannot say how long mails wait; then nobody is told that we are well.
    pub async fn cycle(
        &mut self,
        channel: &Channel,
        vitals: &Vitals,
    ) -> Result<Signal, StoreError> {
        let now = self.ground.clock.now();
        let vitals = &Vitals { operator_unheard: self.unheard_by(now).await?, ..vitals.clone() };
        if !vitals.trouble() {
            self.paged = None;
        }
        let oldest = self.ground.store.archive().oldest_waiting().await?;
        let signal = signal(vitals, oldest, self.paged, now);
        if let (true, Some(address)) = (signal.ping, &channel.ping_url) {
            self.ping(address).await;
        }
        if let (Some(reason), Some((program, arguments))) =
            (&signal.page, channel.command.split_first())
        {
            let failures = match page(program, arguments, reason).await {
                true => 0,
                false => self.paged.map_or(0, |last| last.failures).saturating_add(1),
            };
            self.paged = Some(Paged { at: now, failures });
        }
        Ok(signal)
    }

    /// Since when the operator hears nothing by mail: what was written last came to rest refused at all addresses.
    /// It counts for a day, for whether the next would be taken nobody knows until there is one.
    async fn unheard_by(&self, now: Timestamp) -> Result<Option<(Timestamp, String)>, StoreError> {
        let since = now.minus(outbox::PATIENCE + UNHEARD);
        let mails = self.ground.store.archive().operator_mails(since).await?;
        let Some(newest) = mails.first() else { return Ok(None) };
        let failed = |one: &MailRow| matches!(one.state, MailState::Refused | MailState::Dead);
        let all = mails.iter().filter(|one| one.key == newest.key).all(failed);
        let at = newest.tried.filter(|at| all && now.since(*at) <= UNHEARD);
        Ok(at.map(|at| (at, newest.reply.clone())))
    }

    async fn ping(&mut self, address: &str) {
        match self.fetcher.knock(address).await {
            Ok(()) => self.unheard = false,
            Err(why) if self.unheard => tracing::debug!("ping_url: {why}"),
            Err(why) => {
                self.unheard = true;
                tracing::warn!("ping_url could not be requested: {why}");
            }
        }
    }
}

/// Runs the program, never through a shell, and says in the log how it ended. Answers whether it ended well.
async fn page(program: &str, arguments: &[String], reason: &str) -> bool {
    tracing::warn!("running [operator] command {program}: {reason}");
    let mut command = Command::new(program);
    command.args(arguments).arg(reason).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in PASSED_ON {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let failed = match timeout(PROGRAM_LIMIT, command.status()).await {
        Ok(Ok(status)) if status.success() => return true,
        Ok(Ok(status)) => format!("ended with {status}"),
        Ok(Err(why)) => format!("could not be run: {why}"),
        Err(_) => format!("was ended after {} s", PROGRAM_LIMIT.as_secs()),
    };
    tracing::error!("[operator] command {program} {failed}; it is tried again soon");
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn paged(minutes: i64, failures: u32) -> Option<Paged> {
        Some(Paged { at: at(minutes), failures })
    }

    fn well() -> Vitals {
        Vitals { sound: true, ..Vitals::default() }
    }

    #[test]
    fn we_are_well_while_no_mail_is_an_hour_late() {
        for (oldest, ping) in [(None, true), (Some(at(40)), true), (Some(at(39)), false)] {
            let said = signal(&well(), oldest, None, at(100));
            assert_eq!(said, Signal { ping, page: None }, "{oldest:?}");
        }
        assert!(!signal(&Vitals::default(), None, None, at(0)).ping, "a step failed");
        let out = Vitals { network_out: Some(at(0)), ..well() };
        assert!(!signal(&out, None, None, at(0)).ping, "nothing can be read");
    }

    #[test]
    fn a_clock_that_is_set_back_silences_no_alarm() {
        let down = Vitals { mail_down: Some((at(100_000), "refused".into())), ..well() };
        assert!(signal(&down, None, None, at(0)).page.is_some());
        assert!(signal(&down, None, paged(100_000, 0), at(0)).page.is_some());
        assert_eq!(signal(&down, None, paged(0, 0), at(1)).page, None);
        assert!(!signal(&well(), Some(at(100_000)), None, at(0)).ping);
    }

    #[test]
    fn a_missing_canary_stops_the_sign_of_life_and_is_told_at_once() {
        let lost = Some((at(30), "its item waits to be assessed".to_owned()));
        let missing = Vitals { canary_missing: lost, ..well() };
        let said = signal(&missing, None, None, at(30));
        assert!(!said.ping);
        assert_eq!(
            said.page.as_deref(),
            Some(
                "watchlistd: the canary was given up at 1970-01-01T00:30:00Z: its item waits to be \
                 assessed"
            )
        );
        assert_eq!(signal(&missing, None, paged(30, 0), at(31)).page, None);
        assert!(signal(&missing, None, paged(30, 0), at(30 + 6 * 60)).page.is_some());
    }

    #[test]
    fn a_program_that_failed_told_nobody_and_is_run_again_soon() {
        let down = Vitals { mail_down: Some((at(0), "connection refused".into())), ..well() };
        for (failures, minutes) in [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (99, 60)] {
            let said = |now: i64| signal(&down, None, paged(20, failures), at(now)).page;
            assert_eq!(said(20 + minutes - 1), None, "{failures}");
            assert!(said(20 + minutes).is_some(), "{failures}");
        }
    }

    #[test]
    fn the_program_is_run_once_in_a_long_while() {
        let down = Vitals { mail_down: Some((at(0), "connection refused".into())), ..well() };
        let said = |paged, now: i64| signal(&down, None, paged, at(now)).page;
        assert_eq!(said(None, 14), None);
        assert_eq!(
            said(None, 15).as_deref(),
            Some("watchlistd: no mail gets out since 1970-01-01T00:00:00Z: connection refused")
        );
        assert_eq!(said(paged(15, 0), 16), None);
        assert_eq!(said(paged(15, 0), 15 + 6 * 60 - 1), None);
        assert!(said(paged(15, 0), 15 + 6 * 60).is_some());
        let out = Vitals { network_out: Some(at(0)), ..well() };
        let words = signal(&out, None, None, at(20)).page.unwrap_or_default();
        assert!(words.contains("our own network is out"), "{words}");
    }
}
