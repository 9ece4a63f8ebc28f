//! The outbox: order, leases, and what each outcome does to the notices.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use watchlistd::model::mail::ClaimedMail;
use watchlistd::model::record::Restore;
use watchlistd::model::{AlertId, MailId, MailState, Urgency};
use watchlistd::store::sqlite::Sqlite;
use watchlistd::store::{Amend, Amended, Store};

use super::{DAY, at, digest, each, outcome, with_alerts};

async fn states(store: &dyn Store) -> Vec<(MailState, u64)> {
    let counts = store.archive().outbox().await.unwrap();
    assert_eq!(counts.len(), MailState::ALL.len(), "every state is listed");
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// A store with one digest of two alerts for Mei, to these addresses, sealed at minute 60.
async fn sealed(store: &dyn Store, addresses: &[&str]) -> Vec<AlertId> {
    let alerts = with_alerts(store, at(0), 2).await;
    store.seal(digest(at(60), addresses, alerts.clone())).await.unwrap();
    alerts
}

async fn claimed(store: &dyn Store, minute: i64) -> MailId {
    store.claim_mail(at(minute), at(minute + 20)).await.unwrap().expect("a mail is due").id
}

#[tokio::test]
async fn the_mail_that_is_due_longest_goes_first() {
    each(async |store| {
        store.seal(digest(at(60), &["b@x.test"], vec![])).await.unwrap();
        store.seal(digest(at(30), &["a@x.test"], vec![])).await.unwrap();
        store.seal(digest(at(90), &["c@x.test"], vec![])).await.unwrap();
        assert_eq!(store.next_mail().await.unwrap(), Some(at(30)));
        let first = store.claim_mail(at(61), at(80)).await.unwrap().unwrap();
        assert_eq!(first.letter.address, "a@x.test");
        assert_eq!(first.letter.message, b"To: a@x.test\r\n\r\nHello\r\n");
        assert_eq!((first.attempts, first.uncertain, first.sealed_at), (0, 0, at(30)));
        let second = store.claim_mail(at(61), at(80)).await.unwrap().unwrap();
        assert_eq!(second.letter.address, "b@x.test");
        assert!(store.claim_mail(at(61), at(80)).await.unwrap().is_none(), "c is due at 90");
        assert_eq!(states(store).await, [(MailState::Pending, 1), (MailState::Sending, 2)]);
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_no_mail_goes_until_it_is_resumed() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        let (entry, hash) = (1, "aa".to_owned());
        let restore = Restore { at: at(90), made: at(70), entry, hash, resumed: None };
        store.note_restore(restore.clone()).await.unwrap();
        assert_eq!(store.held().await.unwrap(), Some(restore.clone()));
        assert_eq!(store.next_mail().await.unwrap(), None, "nobody waits for it");
        assert!(store.claim_mail(at(99), at(120)).await.unwrap().is_none());
        assert!(store.resume(at(100)).await.unwrap());
        assert!(!store.resume(at(101)).await.unwrap(), "once");
        assert_eq!(store.held().await.unwrap(), None);
        assert!(store.claim_mail(at(101), at(120)).await.unwrap().is_some());
        let found = store.archive().verify_record(None).await.unwrap();
        assert_eq!(found.restores, [Restore { resumed: Some(at(100)), ..restore }]);
    })
    .await;
}

#[tokio::test]
async fn a_deferred_mail_comes_back_at_its_time() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        let id = claimed(store, 60).await;
        let mut deferred = outcome(id.clone(), MailState::Deferred, at(61));
        deferred.next_attempt = Some(at(66));
        store.mail_outcome(deferred.clone()).await.unwrap();
        assert_eq!(store.next_mail().await.unwrap(), Some(at(66)));
        assert!(store.claim_mail(at(65), at(80)).await.unwrap().is_none());
        assert_eq!(store.claim_mail(at(66), at(80)).await.unwrap().unwrap().attempts, 1);

        deferred.counts = false;
        store.mail_outcome(deferred.clone()).await.unwrap();
        let again = store.claim_mail(at(66), at(80)).await.unwrap().unwrap();
        assert_eq!(again.attempts, 1, "a fault of ours burns no attempt");

        deferred.next_attempt = Some(at(0).plus(DAY * 365));
        store.mail_outcome(deferred).await.unwrap();
        assert!(store.claim_mail(at(67), at(80)).await.unwrap().is_some(), "no back-off is a year");

        store.mail_outcome(outcome(id, MailState::Sent, at(68))).await.unwrap();
        assert_eq!(states(store).await, [(MailState::Sent, 1)]);
        assert_eq!(store.next_mail().await.unwrap(), None);
        let row = store.archive().mails(None, 1).await.unwrap().remove(0);
        assert_eq!((row.sent, row.reply.as_str()), (Some(at(68)), "250 ok"));
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
    })
    .await;
}

/// Claims the mail that is due and gives the server its message.
async fn given(store: &dyn Store, minute: i64) -> ClaimedMail {
    let mail = store.claim_mail(at(minute), at(minute + 20)).await.unwrap().expect("one is due");
    store.mail_given(mail.id.clone()).await.unwrap();
    mail
}

#[tokio::test]
async fn a_sender_that_vanished_may_have_sent() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        given(store, 60).await;
        assert!(store.claim_mail(at(79), at(99)).await.unwrap().is_none(), "its lease runs");
        let second = given(store, 80).await;
        assert_eq!((second.attempts, second.uncertain), (1, 1));
        store.release_leases(at(90)).await.unwrap();
        assert_eq!(states(store).await, [(MailState::Uncertain, 1)]);
        let third = given(store, 90).await;
        assert_eq!((third.attempts, third.uncertain), (2, 1), "a crash is no silence of a server");
        let fourth = given(store, 110).await;
        assert_eq!((fourth.attempts, fourth.uncertain), (3, 2));
        assert!(store.claim_mail(at(200), at(220)).await.unwrap().is_none(), "it rests after two");
        assert_eq!(states(store).await, [(MailState::Uncertain, 1)]);
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty(), "counted as told");
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_vanished_before_the_server_had_the_message_has_sent_nothing() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        claimed(store, 60).await;
        store.release_leases(at(61)).await.unwrap();
        assert_eq!(states(store).await, [(MailState::Deferred, 1)]);
        for attempts in 1..5 {
            let mail = store.claim_mail(at(attempts * 90), at(attempts * 90 + 20)).await.unwrap();
            let mail = mail.expect("it never rests as told");
            assert_eq!((mail.uncertain, mail.perhaps_taken), (0, false));
        }
        store.release_leases(at(500)).await.unwrap();
        let id = claimed(store, 500).await;
        store.mail_outcome(outcome(id, MailState::Refused, at(501))).await.unwrap();
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), 2, "told anew");
    })
    .await;
}

/// By its own end while the server had the message; then the server has a clear answer.
async fn crashed_and_deferred(store: &dyn Store) -> MailId {
    sealed(store, &["mei@x.test"]).await;
    given(store, 60).await;
    store.release_leases(at(61)).await.unwrap();
    let id = given(store, 61).await.id;
    let mut later = outcome(id.clone(), MailState::Deferred, at(62));
    later.next_attempt = Some(at(70));
    store.mail_outcome(later).await.unwrap();
    assert_eq!(states(store).await, [(MailState::Deferred, 1)]);
    id
}

#[tokio::test]
async fn what_may_have_arrived_counts_as_told_whatever_the_server_says_later() {
    for end in [MailState::Refused, MailState::Dead] {
        each(async |store| {
            crashed_and_deferred(store).await;
            assert!(store.give_up_strangers(vec![], at(63)).await.unwrap().is_empty());
            let again = store.claim_mail(at(70), at(90)).await.unwrap().unwrap();
            assert!(again.perhaps_taken);
            store.mail_outcome(outcome(again.id, end, at(71))).await.unwrap();
            assert_eq!(states(store).await, [(MailState::Uncertain, 1)]);
            assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
            assert_eq!(store.next_mail().await.unwrap(), None);
            let told = store.undelivered(at(72)).await.unwrap();
            assert_eq!(told.len(), 1, "the operator is told");
        })
        .await;
    }
}

#[tokio::test]
async fn given_up_by_hand_it_counts_as_told_until_a_person_says_that_it_did_not_arrive() {
    each(async |store| {
        let id = crashed_and_deferred(store).await;
        let drop =
            async |minute| store.amend_mail(id.clone(), Amend::Drop, at(minute)).await.unwrap();
        assert_eq!(drop(63).await, Amended::Rests(MailState::Deferred));
        assert_eq!(states(store).await, [(MailState::Uncertain, 1)]);
        assert_eq!(store.next_mail().await.unwrap(), None);
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
        assert_eq!(drop(64).await, Amended::Done(MailState::Uncertain));
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_uncertain_mail_is_retried_only_when_told_so() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        let id = claimed(store, 60).await;
        let mut uncertain = outcome(id, MailState::Uncertain, at(61));
        uncertain.next_attempt = Some(at(70));
        store.mail_outcome(uncertain.clone()).await.unwrap();
        let again = store.claim_mail(at(70), at(90)).await.unwrap().unwrap();
        assert_eq!((again.attempts, again.uncertain), (1, 1));
        uncertain.next_attempt = None;
        store.mail_outcome(uncertain).await.unwrap();
        assert_eq!(store.next_mail().await.unwrap(), None);
        assert!(store.claim_mail(at(9_000), at(9_020)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn notices_come_back_when_no_address_was_reached() {
    each(async |store| {
        let alerts = sealed(store, &["mei@x.test", "desk@x.test"]).await;
        let first = claimed(store, 60).await;
        store.mail_outcome(outcome(first, MailState::Refused, at(61))).await.unwrap();
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty(), "one is on its way");
        let second = claimed(store, 61).await;
        store.mail_outcome(outcome(second, MailState::Dead, at(62))).await.unwrap();
        let back = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(back.iter().map(|one| one.alert.id.clone()).collect::<Vec<_>>(), alerts);
        assert!(back.iter().all(|one| one.undelivered));
        assert!(back.iter().all(|one| one.notice.urgency == Urgency::Digest), "none on its own");

        store.seal(digest(at(120), &["new@x.test"], alerts)).await.unwrap();
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty(), "told after all");
    })
    .await;
}

#[tokio::test]
async fn one_address_that_was_reached_is_enough() {
    for good in [MailState::Sent, MailState::Uncertain] {
        each(async |store| {
            sealed(store, &["mei@x.test", "desk@x.test"]).await;
            let first = claimed(store, 60).await;
            store.mail_outcome(outcome(first, good, at(61))).await.unwrap();
            let second = claimed(store, 61).await;
            store.mail_outcome(outcome(second, MailState::Refused, at(62))).await.unwrap();
            assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
        })
        .await;
    }
}

#[tokio::test]
async fn what_the_server_took_stays_sent() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        let id = claimed(store, 60).await;
        store.mail_outcome(outcome(id.clone(), MailState::Sent, at(61))).await.unwrap();
        for late in [MailState::Deferred, MailState::Refused, MailState::Uncertain] {
            store.mail_outcome(outcome(id.clone(), late, at(90))).await.unwrap();
        }
        assert_eq!(states(store).await, [(MailState::Sent, 1)]);
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
    })
    .await;
}

/// What a sender may do next, or an edit of the files; minutes pass in between.
#[derive(Clone, Debug)]
enum Step {
    Claim,
    Give,
    Answer(MailState),
    Vanish,
    Restart,
    GiveUp,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let answer = proptest::sample::select(vec![
        MailState::Sent,
        MailState::Deferred,
        MailState::Deferred,
        MailState::Uncertain,
        MailState::Refused,
        MailState::Refused,
        MailState::Dead,
    ]);
    let step = prop_oneof![
        8 => Just(Step::Claim),
        4 => Just(Step::Give),
        6 => answer.prop_map(Step::Answer),
        2 => Just(Step::Vanish),
        2 => Just(Step::Restart),
        1 => Just(Step::GiveUp),
        4 => (1_i64..40).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..60)
}

/// A claim on a mail.
struct Held {
    id: MailId,
    until: i64,
    /// The server may have its message.
    given: bool,
}

/// Plays a sender with one occasion of three addresses and checks what must always hold.
async fn play(store: &dyn Store, steps: Vec<Step>) {
    sealed(store, &["a@x.test", "b@x.test", "c@x.test"]).await;
    let mut minute = 60;
    let mut held: Vec<Held> = Vec::new();
    let mut lost: BTreeMap<MailId, u32> = BTreeMap::new();
    // Mails that somebody may have, whatever was said of them later.
    let mut had: BTreeSet<MailId> = BTreeSet::new();
    for step in steps {
        match step {
            Step::Claim => {
                let Some(mail) = store.claim_mail(at(minute), at(minute + 20)).await.unwrap()
                else {
                    continue;
                };
                if let Some(gone) = held.iter().position(|one| one.id == mail.id) {
                    let gone = held.remove(gone);
                    assert!(gone.until <= minute, "claimed while another sender's lease runs");
                    if gone.given {
                        *lost.entry(mail.id.clone()).or_default() += 1;
                        had.insert(mail.id.clone());
                    }
                }
                assert!(lost.get(&mail.id).is_none_or(|lost| *lost <= 2), "a fourth time");
                assert_eq!(mail.uncertain, lost.get(&mail.id).copied().unwrap_or(0));
                assert_eq!(mail.perhaps_taken, had.contains(&mail.id));
                held.push(Held { id: mail.id, until: minute + 20, given: false });
            }
            Step::Give => {
                if let Some(one) = held.iter_mut().rev().find(|one| one.until > minute) {
                    store.mail_given(one.id.clone()).await.unwrap();
                    one.given = true;
                }
            }
            Step::Answer(state) => {
                // A sender whose lease ran out does not answer: it vanished.
                let Some(busy) = held.iter().rposition(|one| one.until > minute) else {
                    continue;
                };
                let id = held.remove(busy).id;
                let mut answer = outcome(id.clone(), state, at(minute));
                match state {
                    MailState::Deferred => answer.next_attempt = Some(at(minute + 5)),
                    MailState::Uncertain => {
                        let lost = lost.entry(id.clone()).or_default();
                        *lost += 1;
                        answer.next_attempt = (*lost <= 2).then(|| at(minute + 5));
                        had.insert(id);
                    }
                    MailState::Sent => {
                        had.insert(id);
                    }
                    _ => {}
                }
                store.mail_outcome(answer).await.unwrap();
            }
            Step::Vanish => minute += 20,
            Step::Wait(minutes) => minute += minutes,
            Step::Restart => {
                had.extend(held.drain(..).filter(|one| one.given).map(|one| one.id));
                store.release_leases(at(minute)).await.unwrap();
            }
            Step::GiveUp => {
                store.give_up_strangers(vec![], at(minute)).await.unwrap();
            }
        }
        let rows = store.archive().mails(None, 9).await.unwrap();
        let failed = |state| matches!(state, MailState::Refused | MailState::Dead);
        let unreached = rows.iter().all(|one| failed(one.state));
        let back = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(back.len(), if unreached { 2 } else { 0 }, "told, or told again");
        let may_have = |id| had.contains(id) || held.iter().any(|one| one.given && one.id == *id);
        assert!(
            !rows.iter().any(|one| failed(one.state) && may_have(&one.id)),
            "told anew: {rows:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_interleaving_sends_too_often_or_forgets(steps in steps()) {
        let run = tokio::runtime::Builder::new_current_thread().build().unwrap();
        run.block_on(async {
            let none = tempfile::tempdir().unwrap();
            let store = Sqlite::dry_run(&none.path().join("none.db")).unwrap();
            play(&store, steps).await;
        });
    }
}

#[tokio::test]
async fn a_person_may_try_a_mail_again_or_give_it_up() {
    each(async |store| {
        let alerts = sealed(store, &["mei@x.test"]).await;
        let id = claimed(store, 60).await;
        let amend =
            async |how, minute| store.amend_mail(id.clone(), how, at(minute)).await.unwrap();
        assert_eq!(amend(Amend::Retry, 61).await, Amended::Not(MailState::Sending));
        let mut deferred = outcome(id.clone(), MailState::Deferred, at(61));
        deferred.next_attempt = Some(at(90));
        store.mail_outcome(deferred).await.unwrap();
        assert_eq!(store.archive().oldest_waiting().await.unwrap(), Some(at(60)));
        assert_eq!(amend(Amend::Retry, 62).await, Amended::Done(MailState::Deferred));
        assert_eq!(store.next_mail().await.unwrap(), Some(at(62)));

        assert_eq!(amend(Amend::Drop, 63).await, Amended::Done(MailState::Deferred));
        assert_eq!(store.next_mail().await.unwrap(), None);
        assert_eq!(store.archive().oldest_waiting().await.unwrap(), None);
        let back = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(back.len(), alerts.len(), "what only it told is told again");
        assert!(back.iter().all(|one| one.undelivered));
        let dead = store.archive().mails_in(vec![MailState::Dead], 9).await.unwrap();
        assert_eq!((dead.len(), dead[0].reply.as_str()), (1, "given up by hand"));
        assert_eq!(amend(Amend::Drop, 64).await, Amended::Not(MailState::Dead));

        assert_eq!(amend(Amend::Retry, 65).await, Amended::Done(MailState::Dead));
        let again = store.claim_mail(at(65), at(85)).await.unwrap().unwrap();
        assert_eq!((again.id, again.attempts), (id.clone(), 0), "it begins afresh");
        store.mail_outcome(outcome(id.clone(), MailState::Sent, at(66))).await.unwrap();
        assert_eq!(amend(Amend::Retry, 67).await, Amended::Not(MailState::Sent));
        let unknown = store.amend_mail(MailId::of(&["no"]), Amend::Drop, at(68)).await.unwrap();
        assert_eq!(unknown, Amended::Unknown);
    })
    .await;
}

#[tokio::test]
async fn a_stored_mail_is_found_whole() {
    each(async |store| {
        sealed(store, &["mei@x.test", "jo@x.test"]).await;
        let id = store.archive().newest_digest("Mei".into()).await.unwrap().unwrap();
        let mail = store.archive().stored_mail(id).await.unwrap().unwrap();
        assert_eq!(mail.letter.message, b"To: mei@x.test\r\n\r\nHello\r\n");
        assert_eq!((mail.message_id.as_str(), mail.covers_until), ("<1@watchlistd.test>", at(60)));
        assert!(store.archive().newest_digest("Jo".into()).await.unwrap().is_none());
        assert!(store.archive().stored_mail(MailId::of(&["no"])).await.unwrap().is_none());
        let last = async |prefix: &str, until| {
            store.archive().last_sealed(prefix.into(), until).await.unwrap()
        };
        assert_eq!(last("digest:Mei:", at(60)).await, Some(at(60)));
        assert_eq!(last("digest:Mei:", at(59)).await, None, "what lies ahead of it");
        assert_eq!(last("digest:Jo:", at(60)).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_refused_mail_that_is_tried_again_tells_once() {
    each(async |store| {
        sealed(store, &["mei@x.test"]).await;
        let id = claimed(store, 60).await;
        store.mail_outcome(outcome(id.clone(), MailState::Refused, at(61))).await.unwrap();
        let owed = store.pending_notices("Mei".into()).await.unwrap();
        assert!(!owed.is_empty() && owed.iter().all(|one| one.undelivered), "they come back");
        let told = store.archive().told_by(id.clone()).await.unwrap();
        assert_eq!(told.len(), owed.len(), "what it said is known");

        store.amend_mail(id.clone(), Amend::Retry, at(62)).await.unwrap();
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
        // Refused once more they come back once more, and tried once more it tells them.
        store.claim_mail(at(63), at(80)).await.unwrap().unwrap();
        store.mail_outcome(outcome(id.clone(), MailState::Refused, at(64))).await.unwrap();
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), owed.len());
        store.amend_mail(id.clone(), Amend::Retry, at(65)).await.unwrap();
        store.claim_mail(at(66), at(80)).await.unwrap().unwrap();
        store.mail_outcome(outcome(id.clone(), MailState::Sent, at(67))).await.unwrap();
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
        assert_eq!(store.archive().told_by(id).await.unwrap(), told);
        assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
    })
    .await;
}
