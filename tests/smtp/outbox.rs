//! What becomes of a mail after each attempt, on paper.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

use std::time::Duration;

use proptest::prelude::*;
use watchlistd::model::mail::{ClaimedMail, Letter, MailOutcome};
use watchlistd::model::{MailId, MailKey, MailKind, MailState, Timestamp};
use watchlistd::notify::outbox::{PATIENCE, after, back_off};
use watchlistd::notify::smtp::{Attempt, Fault, Outcome, Stage};

const MINUTE: Duration = Duration::from_secs(60);

fn start() -> Timestamp {
    Timestamp::parse("2026-11-20T13:00:00Z").unwrap()
}

fn mail(attempts: u32, uncertain: u32) -> ClaimedMail {
    ClaimedMail {
        id: MailId::of(&["digest:Mei:2026-11-20T13:00:00Z", "mei@bank.test"]),
        key: MailKey::digest("Mei", start()),
        kind: MailKind::Digest,
        letter: Letter { address: "mei@bank.test".into(), message: b"x".to_vec() },
        attempts,
        uncertain,
        perhaps_taken: uncertain > 0,
        sealed_at: start(),
    }
}

fn attempt(outcome: Outcome) -> Attempt {
    Attempt { outcome, stage: Stage::Rcpt, reply: "451 not now".into() }
}

/// Plays attempts with one outcome until the mail rests; answers what the outbox recorded.
fn play(outcome: Outcome, at_most: usize) -> Vec<MailOutcome> {
    let (mut mail, mut now, mut recorded) = (mail(0, 0), start(), Vec::new());
    while recorded.len() < at_most {
        let settled = after(&mail, &attempt(outcome), now);
        mail.attempts += u32::from(settled.counts);
        mail.uncertain += u32::from(settled.state == MailState::Uncertain);
        mail.perhaps_taken |= settled.state == MailState::Uncertain;
        let next = settled.next_attempt;
        recorded.push(settled);
        match next {
            Some(next) => now = next,
            None => break,
        }
    }
    recorded
}

#[test]
fn the_waits_grow_and_then_stay() {
    let waits: Vec<u64> = (1..=8).map(|made| back_off(made).as_secs() / 60).collect();
    assert_eq!(waits, [1, 5, 15, 30, 60, 60, 60, 60]);
    assert_eq!(back_off(u32::MAX), MINUTE * 60);
    assert_eq!(back_off(0), MINUTE);
}

#[test]
fn a_mail_that_is_never_taken_is_dead_after_five_days() {
    let recorded = play(Outcome::TryLater, 1_000);
    let last = recorded.last().unwrap();
    assert_eq!((last.state, last.next_attempt), (MailState::Dead, None));
    assert!(recorded.iter().rev().skip(1).all(|one| one.state == MailState::Deferred));
    let lived = last.at.since(start());
    assert!(lived <= PATIENCE && lived + MINUTE * 60 > PATIENCE, "{lived:?}");
    // 1+5+15+30 minutes, then hourly for the rest of 120 hours.
    assert_eq!(recorded.len(), 5 + 119);
}

#[test]
fn yes_and_no_are_final() {
    for (outcome, state) in
        [(Outcome::Accepted, MailState::Sent), (Outcome::Refused, MailState::Refused)]
    {
        // However late: a mail that is sent on the sixth day is sent.
        for now in [start(), start().plus(PATIENCE * 2)] {
            let settled = after(&mail(3, 0), &attempt(outcome), now);
            assert_eq!((settled.state, settled.next_attempt), (state, None));
            assert_eq!(settled.reply, "RCPT TO: 451 not now");
            assert!(settled.counts);
        }
    }
}

#[test]
fn an_uncertain_mail_is_sent_again_twice_and_then_rests() {
    let recorded = play(Outcome::Uncertain, 10);
    assert_eq!(recorded.len(), 3);
    assert!(recorded.iter().all(|one| one.state == MailState::Uncertain && one.counts));
    let waits: Vec<bool> = recorded.iter().map(|one| one.next_attempt.is_some()).collect();
    assert_eq!(waits, [true, true, false]);
    // Past all patience too it may have arrived: given up as dead, it would be told a second time.
    let late = after(&mail(5, 0), &attempt(Outcome::Uncertain), start().plus(PATIENCE));
    assert_eq!((late.state, late.next_attempt), (MailState::Uncertain, None));
}

/// Whatever the attempts after the one that may have arrived come to.
#[test]
fn a_mail_that_may_have_arrived_never_ends_as_one_that_did_not() {
    let perhaps = ClaimedMail { perhaps_taken: true, ..mail(7, 0) };
    let late = start().plus(PATIENCE);
    for (outcome, now) in [(Outcome::Refused, start()), (Outcome::TryLater, late)] {
        let settled = after(&perhaps, &attempt(outcome), now);
        assert_eq!((settled.state, settled.next_attempt), (MailState::Uncertain, None));
        assert_eq!(settled.reply, "RCPT TO: 451 not now; an earlier attempt may have arrived");
    }
    let soon = after(&perhaps, &attempt(Outcome::TryLater), start());
    assert_eq!((soon.state, soon.reply.as_str()), (MailState::Deferred, "RCPT TO: 451 not now"));
    assert_eq!(after(&perhaps, &attempt(Outcome::Accepted), late).state, MailState::Sent);
}

#[test]
fn a_fault_of_the_set_up_burns_no_mail() {
    let fault = Outcome::ConfigFault(Fault::Login);
    let recorded = play(fault, 2_000);
    assert_eq!(recorded.len(), 2_000, "it never ends");
    for one in &recorded {
        assert_eq!((one.state, one.counts), (MailState::Deferred, false));
        assert_eq!(one.next_attempt, Some(one.at.plus(MINUTE * 15)));
    }
    // Mended on the 20th day: the attempts that count begin then, and a soft no is no end.
    let late = recorded.last().unwrap().at;
    assert!(late.since(start()) > PATIENCE);
    assert_eq!(after(&mail(0, 0), &attempt(Outcome::TryLater), late).state, MailState::Deferred);
    assert_eq!(after(&mail(4, 0), &attempt(Outcome::TryLater), late).state, MailState::Deferred);
    assert_eq!(after(&mail(5, 0), &attempt(Outcome::TryLater), late).state, MailState::Dead);
}

proptest! {
    /// Every outcome either waits for a later instant within patience, or rests and says so.
    #[test]
    fn every_outcome_either_waits_or_rests(
        attempts in 0u32..200,
        uncertain in 0u32..5,
        age in 0u64..20 * 24 * 3600,
        which in 0usize..5,
    ) {
        let outcome = [
            Outcome::Accepted,
            Outcome::TryLater,
            Outcome::Refused,
            Outcome::Uncertain,
            Outcome::ConfigFault(Fault::Certificate),
        ][which];
        let now = start().plus(Duration::from_secs(age));
        let settled = after(&mail(attempts, uncertain), &attempt(outcome), now);
        prop_assert_eq!(settled.at, now);
        let waits = settled.next_attempt.is_some();
        match settled.state {
            MailState::Deferred => prop_assert!(waits),
            MailState::Uncertain => prop_assert!(!waits || uncertain < 2),
            MailState::Sent | MailState::Refused | MailState::Dead => prop_assert!(!waits),
            MailState::Pending | MailState::Sending => prop_assert!(false, "not an outcome"),
        }
        if let Some(next) = settled.next_attempt {
            prop_assert!(next > now);
            let fresh = !settled.counts || attempts < 5;
            prop_assert!(fresh || next.since(start()) <= PATIENCE);
        }
    }
}
