//! Mails to addresses that nobody has any more: which are given up, what comes back, and what stays.

use watchlistd::model::{MailId, MailKey, MailKind, MailState, StoryId, Urgency};
use watchlistd::store::{Amend, Store};

use super::{at, digest, each, outcome, with_alerts};

async fn give_up(store: &dyn Store, known: &[&str], minute: i64) -> usize {
    let known = known.iter().map(|one| (*one).to_owned()).collect();
    store.give_up_strangers(known, at(minute)).await.unwrap().len()
}

async fn urgent(store: &dyn Store, addresses: &[&str]) -> StoryId {
    let alerts = with_alerts(store, at(0), 1).await;
    let pending = store.pending_notices("Mei".into()).await.unwrap();
    let story = pending[0].alert.story.clone();
    let mut mail = digest(at(60), addresses, alerts);
    mail.kind = MailKind::Urgent;
    mail.key = MailKey::urgent("Mei", &story, 1);
    mail.story = Some(story.clone());
    assert!(store.seal(mail).await.unwrap());
    story
}

async fn claimed(store: &dyn Store, minute: i64) -> MailId {
    store.claim_mail(at(minute), at(minute + 20)).await.unwrap().expect("a mail is due").id
}

async fn pending(store: &dyn Store) -> usize {
    store.pending_notices("Mei".into()).await.unwrap().len()
}

#[tokio::test]
async fn what_comes_back_is_as_urgent_as_it_was_and_its_story_untold() {
    each(async |store| {
        let story = urgent(store, &["mei@typo.test"]).await;
        assert_eq!(give_up(store, &["MEI@typo.test"], 61).await, 0, "the same address");
        assert_eq!(give_up(store, &["mei@x.test"], 61).await, 1);
        assert_eq!(give_up(store, &["mei@x.test"], 62).await, 0, "once");
        let back = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!((back.len(), back[0].undelivered), (1, true));
        assert_eq!(back[0].notice.urgency, Urgency::Urgent);
        let had = store.urgent_sealed("Mei".into(), story).await.unwrap();
        assert_eq!((had.message_ids.len(), had.last, had.numbered), (0, None, 1));
        assert_eq!(store.next_mail().await.unwrap(), None);
        let found = store.undelivered(at(61)).await.unwrap();
        assert_eq!((found.len(), found[0].state), (1, MailState::Dead));
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_is_being_sent_or_may_have_arrived_stays() {
    each(async |store| {
        urgent(store, &["mei@typo.test", "desk@x.test"]).await;
        let first = claimed(store, 60).await;
        assert_eq!(give_up(store, &["desk@x.test"], 60).await, 0, "one of it is under way");
        let mut later = outcome(first.clone(), MailState::Deferred, at(61));
        later.next_attempt = Some(at(70));
        store.mail_outcome(later).await.unwrap();
        assert_eq!(give_up(store, &["desk@x.test"], 62).await, 2, "nobody has it: all anew");
        assert_eq!(pending(store).await, 1);
    })
    .await;
    each(async |store| {
        urgent(store, &["mei@typo.test"]).await;
        let id = claimed(store, 60).await;
        let mut unclear = outcome(id, MailState::Uncertain, at(61));
        unclear.next_attempt = Some(at(70));
        store.mail_outcome(unclear).await.unwrap();
        assert_eq!(give_up(store, &[], 62).await, 0);
        let id = claimed(store, 70).await;
        let mut later = outcome(id, MailState::Deferred, at(71));
        later.next_attempt = Some(at(80));
        store.mail_outcome(later).await.unwrap();
        assert_eq!(give_up(store, &[], 72).await, 0, "the first attempt may have arrived");
        assert_eq!(pending(store).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_asked_for_stays() {
    each(async |store| {
        urgent(store, &["mei@typo.test"]).await;
        give_up(store, &[], 61).await;
        let id = store.archive().mails(None, 1).await.unwrap().remove(0).id;
        store.amend_mail(id, Amend::Retry, at(62)).await.unwrap();
        assert_eq!(give_up(store, &[], 63).await, 0, "it gets its try");
        assert_eq!(pending(store).await, 0, "and tells what it told");
        let mut repeat = digest(at(90), &["ann@else.test"], vec![]);
        repeat.kind = MailKind::Repeat;
        repeat.key = MailKey::stored("repeat:m:1".into());
        store.seal(repeat).await.unwrap();
        assert_eq!(give_up(store, &[], 91).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_told_nothing_is_given_up_for_the_stranger_alone() {
    each(async |store| {
        store.seal(digest(at(60), &["mei@typo.test", "desk@x.test"], vec![])).await.unwrap();
        assert_eq!(give_up(store, &["desk@x.test"], 61).await, 1);
        assert_eq!(store.next_mail().await.unwrap(), Some(at(60)), "the other goes on");
    })
    .await;
}
