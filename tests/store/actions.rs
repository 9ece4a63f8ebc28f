//! What people did by commands: written once, found again, and part of the record.

use watchlistd::model::{Action, AlertId, Deed, Verdict};
use watchlistd::store::{About, Store};

use super::{at, each, with_alerts};

fn action(alert: Option<AlertId>, minutes: i64) -> Action {
    Action {
        at: at(minutes),
        author: "Mei".into(),
        deed: Deed::Acknowledged,
        verdict: Some(Verdict::Escalated),
        alert,
        subject: Some("company:baba".into()),
        what: "acknowledged as escalated".into(),
        why: Some("to counsel – 法务".into()),
        until: None,
    }
}

#[tokio::test]
async fn an_action_is_found_by_its_alert_and_by_its_subject() {
    each(async |store: &dyn Store| {
        let alerts = with_alerts(store, at(0), 2).await;
        let id = alerts[0].clone();
        assert!(store.act(action(Some(id.clone()), 5)).await.unwrap());
        assert!(store.act(action(None, 6)).await.unwrap());
        assert!(!store.act(action(Some(AlertId::of(&["nobody"])), 7)).await.unwrap());
        let archive = store.archive();
        let decided = archive.decided(About::Alert(id.clone()), at(-9), at(9), 0, 9).await.unwrap();
        assert_eq!(decided[0].actions, [action(Some(id.clone()), 5)]);
        let subject = Some("company:baba".to_owned());
        let found = archive.actions(subject, at(0), at(9), 9).await.unwrap();
        assert_eq!(found, [action(None, 6), action(Some(id.clone()), 5)], "newest first");
        assert!(archive.actions(Some("topic:x".into()), at(0), at(9), 9).await.unwrap().is_empty());
        let begins = id.as_str()[..6].to_owned();
        assert_eq!(archive.ids_like(begins, 9).await.unwrap(), [id.to_string()]);
        let lines = archive.record_naming(vec![id.to_string()], 99).await.unwrap();
        assert!(lines.iter().any(|line| line.body.contains("\"did\":\"action\"")), "{lines:?}");
    })
    .await;
}
