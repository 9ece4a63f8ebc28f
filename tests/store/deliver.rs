//! Sealing: whole, once, and with the history that the next mail starts from.

use watchlistd::model::{
    AlertId, Item, MailKey, MailKind, MailState, Severity, StoryId, Timestamp,
};

use super::{DAY, at, decided, digest, each, judged, with_alerts};

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
        assert_eq!(had.urgent_last_hour, [at(70), at(80)]);
        assert_eq!((had.last_slot, had.covered_until), (None, None));
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

#[tokio::test]
async fn of_several_stories_in_one_mail_each_was_told() {
    each(async |store| {
        let alerts = super::with_alerts(store, at(0), 3).await;
        let pending = store.pending_notices("Mei".into()).await.unwrap();
        let stories: Vec<StoryId> = pending.iter().map(|one| one.alert.story.clone()).collect();
        let mut folded = digest(at(10), &["mei@x.test"], alerts[..2].to_vec());
        folded.kind = MailKind::Urgent;
        folded.key = MailKey::urgent("Mei", &stories[0], 1);
        folded.story = Some(stories[0].clone());
        assert!(store.seal(folded).await.unwrap());
        let told = async |at: usize| {
            store.urgent_sealed("Mei".into(), stories[at].clone()).await.unwrap().message_ids.len()
        };
        assert_eq!((told(0).await, told(1).await, told(2).await), (1, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn one_address_of_two_readers_has_an_urgent_alert_once() {
    each(async |store| {
        let items = super::with_items(store, at(0), 2).await;
        let decisions: Vec<_> = items
            .iter()
            .map(|one| super::decided(one, super::judged(&["a"], &["b"]), &["Desk", "Mei"], at(0)))
            .collect();
        let alerts: Vec<AlertId> =
            decisions.iter().map(|one| one.alert.as_ref().unwrap().id.clone()).collect();
        super::assess(store, at(0), decisions).await;
        let urgent = |reader: &str, n: u32, addresses: &[&str], alerts: &[AlertId]| {
            let mut mail = digest(at(i64::from(n)), addresses, alerts.to_vec());
            mail.kind = MailKind::Urgent;
            mail.reader = Some(reader.into());
            mail.key = MailKey::urgent(reader, &StoryId::of(&["s"]), n);
            mail
        };
        let desk = urgent("Desk", 1, &["mei@x.test", "jo@x.test"], &alerts[..1]);
        store.seal(desk).await.unwrap();
        let told = async |addresses: &[&str]| {
            let addresses = addresses.iter().map(|one| (*one).to_owned()).collect();
            store.told_to_addresses("Mei".into(), addresses, alerts.clone()).await.unwrap()
        };
        assert_eq!(told(&["MEI@x.test"]).await, alerts[..1]);
        assert!(told(&["mei@x.test", "ann@x.test"]).await.is_empty(), "Ann has not had it");
        assert!(told(&[]).await.is_empty());

        let same = urgent("Mei", 1, &["Mei@x.test", "ann@x.test"], &alerts[..1]);
        store.seal(same).await.unwrap();
        store.seal(urgent("Mei", 2, &["mei@x.test"], &alerts)).await.unwrap();
        let mails = store.archive().mails(None, 9).await.unwrap();
        let mut to: Vec<&str> = mails.iter().map(|one| one.address.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["ann@x.test", "jo@x.test", "mei@x.test", "mei@x.test"]);
    })
    .await;
}

/// Whoever shares an address must not count as told by a mail that never arrived there.
#[tokio::test]
async fn an_urgent_mail_that_was_refused_has_told_nobody() {
    for rests in [MailState::Refused, MailState::Dead] {
        each(async |store| {
            let alerts = super::with_alerts(store, at(0), 1).await;
            let urgent = |reader: &str| {
                let mut mail = digest(at(1), &["mei@x.test"], alerts.clone());
                mail.kind = MailKind::Urgent;
                mail.reader = Some(reader.into());
                mail.key = MailKey::urgent(reader, &StoryId::of(&["s"]), 1);
                mail
            };
            store.seal(urgent("Mei")).await.unwrap();
            let told = async || {
                let to = vec!["mei@x.test".to_owned()];
                store.told_to_addresses("Desk".into(), to, alerts.clone()).await.unwrap()
            };
            assert_eq!(told().await, alerts, "it is on its way");
            let mail = store.claim_mail(at(1), at(20)).await.unwrap().unwrap();
            store.mail_outcome(super::outcome(mail.id, rests, at(2))).await.unwrap();
            assert!(told().await.is_empty(), "{rests:?}");
            store.seal(urgent("Desk")).await.unwrap();
            assert_eq!(store.archive().mails(None, 9).await.unwrap().len(), 2, "{rests:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn who_comes_back_starts_anew_and_who_stays_is_not_touched() {
    each(async |store| {
        let names = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        store.adopt_readers(names(&["Mei", "Jo"]), at(0)).await.unwrap();
        store.seal(digest(at(60), &["mei@x.test"], vec![])).await.unwrap();
        let mut welcome = digest(at(61), &["mei@x.test"], vec![]);
        welcome.kind = MailKind::Welcome;
        welcome.key = MailKey::welcome("Mei", at(0));
        assert!(!store.reader_history("Mei".into(), at(61)).await.unwrap().welcomed);
        store.seal(welcome).await.unwrap();
        store.adopt_readers(names(&["Jo", "Mei"]), at(70)).await.unwrap();
        let had = store.reader_history("Mei".into(), at(80)).await.unwrap();
        assert_eq!((had.since, had.last_slot, had.welcomed), (at(0), Some(at(60)), true));

        store.adopt_readers(names(&["Jo"]), at(90)).await.unwrap();
        store.adopt_readers(names(&["Jo", "Mei"]), at(500)).await.unwrap();
        let had = store.reader_history("Mei".into(), at(510)).await.unwrap();
        assert_eq!((had.since, had.last_slot, had.covered_until), (at(500), None, None));
        assert!(!had.welcomed);
        assert_eq!(store.reader_history("Jo".into(), at(510)).await.unwrap().since, at(0));
    })
    .await;
}

#[tokio::test]
async fn the_alerts_of_a_window_can_be_read_again() {
    each(async |store| {
        let alerts = super::with_alerts(store, at(10), 3).await;
        store.seal(digest(at(60), &["mei@x.test"], alerts.clone())).await.unwrap();
        let between = async |from: i64, until: i64, limit: usize| {
            let found = store.archive().alerts_between(at(from), at(until), limit).await.unwrap();
            found.into_iter().map(|one| one.alert.id).collect::<Vec<_>>()
        };
        assert_eq!(between(0, 20, 9).await, alerts);
        assert_eq!(between(0, 20, 2).await, alerts[1..], "the newest");
        assert!(between(10, 20, 9).await.is_empty(), "after the beginning");
    })
    .await;
}

#[tokio::test]
async fn where_not_all_alerts_of_a_window_are_read_the_grave_ones_are() {
    each(async |store| {
        let items = super::with_items(store, at(10), 4).await;
        let decide = |one: &Item, now: Timestamp, severity: Severity| {
            let mut decision = decided(one, judged(&["baba"], &["delist"]), &["Mei"], now);
            decision.alert.as_mut().unwrap().severity = severity;
            decision
        };
        let first = decide(&items[0], at(10), Severity::High);
        let grave = first.alert.as_ref().unwrap().id.clone();
        super::assess(store, at(10), vec![first]).await;
        let others = items[1..].iter().map(|one| decide(one, at(11), Severity::Medium));
        super::assess(store, at(11), others.collect()).await;
        let found = store.archive().alerts_between(at(0), at(20), 2).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].alert.id, grave, "oldest first, and not crowded out by newer ones");
    })
    .await;
}
