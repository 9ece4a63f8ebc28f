//! What digests ask of the store beside their alerts: edits of what was told, what would have been
//! high, sources that recovered, names, and the files of an earlier instant.

use std::collections::BTreeMap;

use watchlistd::model::{Guard, Health, MailState, SealedMail, Severity};
use watchlistd::store::Store;

use super::{
    assess, at, decided, digest, each, edited, held_back, judged, outcome, polled, source,
    with_alerts, with_items,
};

#[tokio::test]
async fn an_edit_of_what_was_told_is_found_once_and_for_its_reader_only() {
    each(async |store: &dyn Store| {
        let alerts = with_alerts(store, at(0), 2).await;
        let mail = digest(at(60), &["mei@x.test"], alerts);
        assert!(store.seal(mail).await.unwrap());
        let items = store.archive().items(None, 9).await.unwrap();
        let mut poll = polled("ofac", at(90), vec![]);
        poll.edited = vec![edited(&items[0], "Other words", at(90))];
        store.finish_poll(poll).await.unwrap();

        let archive = store.archive();
        let found = archive.changed("Mei".into(), at(60), at(120), 9).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].old.title.as_str(), found[0].new.title.as_str()),
            ("Title 1", "Other words")
        );
        assert_eq!((&found[0].item, found[0].at), (&items[0].id, at(90)));
        assert!(archive.changed("Jo".into(), at(60), at(120), 9).await.unwrap().is_empty());
        assert!(archive.changed("Mei".into(), at(120), at(180), 9).await.unwrap().is_empty());
        assert!(archive.changed("Mei".into(), at(60), at(90), 9).await.unwrap().is_empty());

        // An edit that alerts again is told as such, and no mere change.
        let newest = edited(&items[0], "Other words", at(90));
        let decision = decided(&newest, judged(&["baba"], &["delist"]), &["Mei"], at(91));
        assess(store, at(91), vec![decision]).await;
        assert!(archive.changed("Mei".into(), at(60), at(120), 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_would_have_been_high_is_named_with_its_guards() {
    each(async |store: &dyn Store| {
        let items = with_items(store, at(0), 25).await;
        let decisions = items.iter().enumerate().map(|(n, item)| {
            let mut judgement = judged(&["baba"], &[]);
            judgement.would_be = Some(if n == 0 { Severity::Medium } else { Severity::High });
            judgement.held_back =
                vec![held_back(Guard::Weak), held_back(Guard::Weak), held_back(Guard::Case)];
            decided(item, judgement, &[], at(5))
        });
        assess(store, at(5), decisions.collect()).await;
        let coverage = store.coverage(at(0), at(10)).await.unwrap();
        assert_eq!(coverage.held_high_count, 24);
        assert_eq!(coverage.held_high.len(), 20, "the newest are named");
        let newest = &coverage.held_high[0];
        assert_eq!((newest.title.as_str(), newest.source.as_str()), ("Title 25", "ofac"));
        assert_eq!(newest.link.as_deref(), Some("https://ofac.test/25"));
        assert_eq!(newest.guards, [Guard::Weak, Guard::Case]);
        let later = store.coverage(at(10), at(20)).await.unwrap();
        assert_eq!((later.held_high_count, later.held_high.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_read_again_is_told_with_its_trouble() {
    each(async |store: &dyn Store| {
        store.adopt_sources(vec![source("ofac"), source("bis")], at(0)).await.unwrap();
        let poll = async |minutes: i64, since: i64, error: Option<&str>| {
            for id in ["ofac", "bis"] {
                let failed = error.filter(|_| id == "ofac");
                let mut poll = polled(id, at(minutes), vec![]);
                poll.state.since = at(if id == "ofac" { since } else { 0 });
                poll.state.error = failed.map(str::to_owned);
                poll.state.health =
                    if failed.is_some() { Health::Failing } else { Health::Healthy };
                poll.status = Some(if failed.is_some() { 503 } else { 200 });
                store.finish_poll(poll).await.unwrap();
            }
        };
        poll(0, 0, None).await;
        poll(60, 60, Some("HTTP 503")).await;
        poll(120, 60, Some("HTTP 503")).await;
        let archive = store.archive();
        assert!(archive.recovered(at(0), at(150)).await.unwrap().is_empty(), "it still fails");
        poll(180, 180, None).await;
        poll(240, 180, None).await;
        let found = archive.recovered(at(0), at(250)).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].source.id.as_str(), "ofac");
        assert_eq!((found[0].from, found[0].until), (at(60), at(180)));
        assert_eq!(found[0].error, "HTTP 503");
        assert!(archive.recovered(at(180), at(250)).await.unwrap().is_empty(), "told before");
    })
    .await;
}

#[tokio::test]
async fn retired_sources_keep_their_names_and_earlier_files_can_be_read() {
    each(async |store: &dyn Store| {
        store.adopt_sources(vec![source("ofac")], at(0)).await.unwrap();
        let mut poll = polled("ofac", at(1), vec![]);
        poll.state.title = Some("Recent Actions".to_owned());
        store.finish_poll(poll).await.unwrap();
        store.adopt_sources(vec![source("bis")], at(2)).await.unwrap();
        let known = store.archive().known_sources().await.unwrap();
        let titles: Vec<_> =
            known.iter().map(|one| (one.source.id.as_str(), one.state.title.as_deref())).collect();
        assert_eq!(titles, [("bis", None), ("ofac", Some("Recent Actions"))]);

        let files = |text: &str| BTreeMap::from([("watchlist.toml".to_owned(), text.to_owned())]);
        store.adopt_config(files("one"), at(10)).await.unwrap();
        store.adopt_config(files("two"), at(20)).await.unwrap();
        let version = async |minutes| {
            let found = store.archive().config_at(at(minutes)).await.unwrap();
            found.map(|one| (one.version, one.files["watchlist.toml"].clone()))
        };
        assert_eq!(version(9).await, None);
        assert_eq!(version(15).await, Some((1, "one".to_owned())));
        assert_eq!(version(20).await, Some((2, "two".to_owned())));
    })
    .await;
}

/// Where a notice stands moves on when no address was reached; what a mail was to tell stays what it was.
#[tokio::test]
async fn what_a_mail_was_to_tell_is_known_after_another_told_it() {
    each(async |store: &dyn Store| {
        let alerts = with_alerts(store, at(0), 2).await;
        store.seal(digest(at(60), &["mei@x.test"], alerts.clone())).await.unwrap();
        let first = store.claim_mail(at(60), at(70)).await.unwrap().unwrap();
        store.mail_outcome(outcome(first.id.clone(), MailState::Refused, at(61))).await.unwrap();
        let mail = SealedMail {
            message_id: "<2@watchlistd.test>".into(),
            ..digest(at(90), &["mei@x.test", "mei@y.test"], alerts.clone())
        };
        store.seal(mail).await.unwrap();
        let second = store.claim_mail(at(90), at(99)).await.unwrap().unwrap();
        let archive = store.archive();
        assert_eq!(archive.told_by(first.id).await.unwrap(), alerts);
        assert_eq!(archive.told_by(second.id.clone()).await.unwrap(), alerts);
        for written in ["<2@watchlistd.test>", "2@Watchlistd.test"] {
            let found = archive.mails_of(written.into()).await.unwrap();
            assert_eq!(found.len(), 2, "{written}");
            assert_eq!((&found[0].id, found[1].address.as_str()), (&second.id, "mei@y.test"));
        }
        assert!(archive.mails_of("3@watchlistd.test".into()).await.unwrap().is_empty());
    })
    .await;
}
