//! Sealing: whole, once, and with the history that the next mail starts from.

use watchlistd::model::{AlertId, MailKey, MailKind, MailState, StoryId};

use super::{DAY, at, digest, each, with_alerts};

#[tokio::test]
async fn an_occasion_is_sealed_once_with_its_notices() {
    each(async |store| {
        let alerts = with_alerts(store, at(0), 3).await;
        let mail = digest(at(60), &["mei@x.test", "desk@x.test"], alerts[..2].to_vec());
        assert!(store.seal(mail.clone()).await.unwrap());
        let left = store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(left.iter().map(|one| &one.alert.id).collect::<Vec<_>>(), [&alerts[2]]);

        let again = digest(at(60), &["other@x.test"], alerts);
        assert!(!store.seal(again).await.unwrap(), "the same reader and slot");
        assert_eq!(store.pending_notices("Mei".into()).await.unwrap().len(), 1, "nothing written");
        let rows = store.archive().mails(None, 9).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.key == mail.key && row.state == MailState::Pending));
        assert_eq!(rows[0].address, "desk@x.test", "newest first");
        assert_eq!(
            (rows[0].subject.as_str(), rows[0].reader.as_deref()),
            ("Watchlist: 2 high", Some("Mei"))
        );
        let page = store.archive().mails(Some(rows[0].id.clone()), 9).await.unwrap();
        assert_eq!(page[0].id, rows[1].id);
    })
    .await;
}

#[tokio::test]
async fn one_address_named_twice_gets_one_mail() {
    each(async |store| {
        assert!(store.seal(digest(at(0), &["a@x.test", "a@x.test"], vec![])).await.unwrap());
        assert_eq!(store.archive().mails(None, 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn notices_of_one_reader_are_not_another_s() {
    each(async |store| {
        let items = super::with_items(store, at(0), 1).await;
        let both = super::decided(&items[0], super::judged(&["a"], &["b"]), &["Mei", "Jo"], at(0));
        let alert: AlertId = both.alert.as_ref().unwrap().id.clone();
        super::assess(store, at(0), vec![both]).await;
        store.seal(digest(at(60), &["mei@x.test"], vec![alert])).await.unwrap();
        assert!(store.pending_notices("Mei".into()).await.unwrap().is_empty());
        assert_eq!(store.pending_notices("Jo".into()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_reader_s_history_starts_with_the_reader() {
    each(async |store| {
        store.adopt_readers(vec!["Mei".into()], at(0)).await.unwrap();
        store.adopt_readers(vec!["Mei".into(), "Jo".into()], at(50)).await.unwrap();
        let new = store.reader_history("Mei".into(), at(60)).await.unwrap();
        assert_eq!((new.since, new.covered_until, new.last_slot), (at(0), None, None));
        assert_eq!(store.reader_history("Jo".into(), at(60)).await.unwrap().since, at(50));

        let mut late = digest(at(60), &["mei@x.test"], vec![]);
        late.at = at(63);
        late.covers_until = at(63);
        store.seal(late).await.unwrap();
        let mut asked = digest(at(90), &["mei@x.test"], vec![]);
        asked.kind = MailKind::OnDemand;
        asked.key = MailKey::on_demand("Mei", at(90));
        store.seal(asked).await.unwrap();
        let had = store.reader_history("Mei".into(), at(100)).await.unwrap();
        assert_eq!(had.last_slot, Some(at(60)), "the slot, not the moment of sealing");
        assert_eq!(had.covered_until, Some(at(90)), "a digest of any kind");
    })
    .await;
}

#[tokio::test]
async fn nothing_to_send_is_an_occasion_too() {
    each(async |store| {
        assert!(store.seal(digest(at(60), &[], vec![])).await.unwrap());
        assert!(!store.seal(digest(at(60), &["mei@x.test"], vec![])).await.unwrap());
        assert_eq!(
            store.reader_history("Mei".into(), at(61)).await.unwrap().last_slot,
            Some(at(60))
        );
        assert!(store.archive().mails(None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_wrong_clock_sealed_does_not_silence_a_reader() {
    each(async |store| {
        store.seal(digest(at(60), &["mei@x.test"], vec![])).await.unwrap();
        store.seal(digest(at(60).plus(DAY * 3_650), &["mei@x.test"], vec![])).await.unwrap();
        let had = store.reader_history("Mei".into(), at(100)).await.unwrap();
        assert_eq!((had.last_slot, had.covered_until), (Some(at(60)), Some(at(60))));
    })
    .await;
}

#[tokio::test]
async fn urgent_mails_are_counted_by_story_and_by_hour() {
    each(async |store| {
        let (one, two) = (StoryId::of(&["1"]), StoryId::of(&["2"]));
        for (story, n, minute) in [(&one, 1, 0), (&one, 2, 70), (&two, 1, 80)] {
            let mut mail = digest(at(minute), &["mei@x.test"], vec![]);
            mail.kind = MailKind::Urgent;
            mail.key = MailKey::urgent("Mei", story, n);
            mail.story = Some(story.clone());
            store.seal(mail).await.unwrap();
        }
        let sealed =
            |reader: &str, story: &StoryId| store.urgent_sealed(reader.into(), story.clone());
        let had = sealed("Mei", &one).await.unwrap();
        assert_eq!((had.message_ids.len(), had.last), (2, Some(at(70))));
        assert_eq!(sealed("Jo", &one).await.unwrap(), Default::default());
        let had = store.reader_history("Mei".into(), at(90)).await.unwrap();
        assert_eq!((had.urgent_last_hour, had.last_slot, had.covered_until), (2, None, None));
    })
    .await;
}

#[tokio::test]
async fn the_operator_has_no_reader_s_name() {
    each(async |store| {
        let items = super::with_items(store, at(0), 1).await;
        let alert = super::decided(&items[0], super::judged(&["a"], &["b"]), &[""], at(0));
        let id = alert.alert.as_ref().unwrap().id.clone();
        super::assess(store, at(0), vec![alert]).await;
        assert_eq!(store.pending_notices(String::new()).await.unwrap().len(), 1);
        let mut mail = digest(at(1), &["ops@x.test"], vec![id]);
        mail.kind = MailKind::Operator;
        mail.key = MailKey::operator("unreached", "2026-11-20");
        mail.reader = None;
        assert!(store.seal(mail).await.unwrap());
        assert!(store.pending_notices(String::new()).await.unwrap().is_empty());
        assert_eq!(store.archive().mails(None, 9).await.unwrap()[0].reader, None);
    })
    .await;
}
