//! The fault of the set-up that stands, and until when the server is left alone for it (pure: it takes
//! instants).
//!
//! Invariant: whoever asks, the server hears one try for each pause, since a wrong password tried with every
//! mail of a queue gets the account locked. Finding the same fault again makes the pause longer
//! ([`Fault::pause`]); getting past it ends it.

use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Attempt, Fault, Outcome, Stage};

/// What is known of a fault.
#[derive(Debug)]
struct Found {
    attempt: Attempt,
    fault: Fault,
    /// How often it was found, one try after the other.
    times: u32,
    /// When it was found last.
    at: Instant,
    /// Until when the server is left alone.
    until: Instant,
}

/// The fault that stands, if one does.
#[derive(Debug, Default)]
pub(super) struct Standing(Option<Found>);

impl Standing {
    /// What the server would say, while it is left alone. Once the pause is over the caller goes ahead,
    /// alone.
    pub(super) fn known(&mut self, now: Instant) -> Option<Attempt> {
        let found = self.0.as_mut()?;
        if now < found.until {
            return Some(found.attempt.clone());
        }
        found.until = now + found.fault.pause(found.times);
        None
    }

    /// Learns from an attempt that began at `began`. Answers whether the fault is over: others may have been
    /// put off for it while this one was under way.
    pub(super) fn learn(&mut self, attempt: &Attempt, began: Instant, now: Instant) -> bool {
        match (attempt.outcome, &mut self.0) {
            (Outcome::ConfigFault(fault), found) => {
                let times = match found {
                    // Under way together they are one try.
                    Some(known) if known.fault == fault && known.at > began => known.times,
                    Some(known) if known.fault == fault => known.times.saturating_add(1),
                    _ => 1,
                };
                let until = now + fault.pause(times);
                *found = Some(Found { attempt: attempt.clone(), fault, times, at: now, until });
                false
            }
            // It did not get as far as the fault: the next try shows.
            (Outcome::TryLater, Some(found)) if attempt.stage < Stage::Mail => {
                found.until = now;
                false
            }
            _ => self.end(),
        }
    }

    /// How long the server is left alone yet.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        self.0.as_ref().map(|found| found.until.saturating_duration_since(now))
    }

    /// Whether it is the log-in.
    pub(super) fn is_login(&self) -> bool {
        self.0.as_ref().is_some_and(|found| found.fault == Fault::Login)
    }

    /// Forgets it; answers whether there was one.
    pub(super) fn end(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn attempt(outcome: Outcome, stage: Stage) -> Attempt {
        Attempt { outcome, stage, reply: "535 no".to_owned() }
    }

    fn login() -> Attempt {
        attempt(Outcome::ConfigFault(Fault::Login), Stage::Auth)
    }

    #[test]
    fn a_refused_log_in_is_tried_after_growing_pauses_and_by_one_alone() {
        let (mut standing, mut now) = (Standing::default(), Instant::now());
        assert_eq!(standing.known(now), None);
        standing.learn(&login(), now, now);
        for minutes in [15, 30, 60, 60] {
            assert_eq!(standing.left(now), Some(MINUTE * minutes));
            now += MINUTE * minutes;
            assert!(standing.known(now - MINUTE).is_some());
            assert_eq!(standing.known(now), None, "one asks");
            assert!(standing.known(now).is_some(), "and the others wait");
            standing.learn(&login(), now, now);
        }
        let taken = attempt(Outcome::Accepted, Stage::Dot);
        assert!(standing.learn(&taken, now, now) && !standing.learn(&taken, now, now));
        assert_eq!((standing.known(now), standing.left(now)), (None, None));
    }

    #[test]
    fn several_under_way_are_one_try_and_an_outage_in_between_forgets_nothing() {
        let (mut standing, began) = (Standing::default(), Instant::now());
        for seconds in 1..=4 {
            standing.learn(&login(), began, began + Duration::from_secs(seconds));
        }
        let now = began + Duration::from_secs(4);
        assert_eq!(standing.left(now), Some(MINUTE * 15));
        let now = now + MINUTE * 15;
        assert_eq!(standing.known(now), None);
        standing.learn(&attempt(Outcome::TryLater, Stage::Connect), now, now);
        assert_eq!(standing.known(now), None);
        standing.learn(&login(), now, now);
        assert_eq!(standing.left(now), Some(MINUTE * 30));
    }
}
