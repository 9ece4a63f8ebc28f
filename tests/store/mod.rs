//! The contract of storage, written against the trait, so that every backend passes the same; and
//! beside it what only a database in a file can do wrong.

// Helpers may unwrap as the tests do.
#![cfg(test)]

use std::time::Duration;

use watchlistd::model::item::Arrival;
use watchlistd::model::mail::{Letter, MailOutcome};
use watchlistd::model::source::SourceState;
use watchlistd::model::{
    Alert, AlertId, EntityKind, Field, FirstRun, Guard, HeldBack, Hit, Item, ItemId, ItemText,
    Judgement, MailId, MailKey, MailKind, MailState, Named, Notice, SealedMail, Severity, Source,
    SourceId, StoryId, Timestamp, Urgency,
};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Assessment, Claim, Decision, FinishedPoll, Store};

mod actions;
mod assess;
mod config;
mod deliver;
mod mails;
mod older;
mod outbox;
mod pauses;
mod poll;
mod record;
mod retention;
mod seen;
mod sources;
mod sqlite;
mod strangers;

/// Runs a test on every backend that this machine has, each time on an empty store.
async fn each(test: impl AsyncFn(&dyn Store)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    for store in [
        Sqlite::open(&path, Mode::Exclusive).unwrap(),
        Sqlite::dry_run(&folder.path().join("none.db")).unwrap(),
    ] {
        test(&store).await;
        // Whatever was done: the record tells it, and all that is stored is as it tells.
        let found = store.archive().verify_record(None).await.unwrap();
        assert_eq!(found.faults, []);
    }
}

/// A fixed morning, and minutes from it.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + minutes * 60_000)
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

fn source(id: &str) -> Source {
    Source {
        id: SourceId::new(id),
        url: format!("https://{id}.test/feed"),
        official: false,
        lang: Some("en".into()),
        interval: HOUR,
        allow_private: false,
        first_run: FirstRun::Within(DAY * 7),
    }
}

/// The n-th item of a source; equal numbers make equal items.
fn item(source: &str, n: u32, seen: Timestamp) -> Item {
    Item {
        id: ItemId::of(&[source, &n.to_string()]),
        revision: 1,
        source: SourceId::new(source),
        official: false,
        guid: Some(format!("urn:{source}:{n}")),
        link: Some(format!("https://{source}.test/{n}")),
        text: ItemText {
            title: format!("Title {n}"),
            summary: format!("Summary {n} – 阿里巴巴"),
            content: String::new(),
            categories: if n.is_multiple_of(2) { vec!["a".into(), "\"b\"".into()] } else { vec![] },
            lang: Some("en".into()),
        },
        text_hash: format!("hash of {source} {n}"),
        published: Some(seen.minus(HOUR)),
        first_seen: seen,
        arrival: Arrival::New,
    }
}

/// The next revision of an item, with other words.
fn edited(item: &Item, words: &str, seen: Timestamp) -> Item {
    let mut edited = item.clone();
    edited.revision += 1;
    edited.text.title = words.into();
    edited.text_hash = format!("hash of {words}");
    edited.first_seen = seen;
    edited.arrival = Arrival::Edited;
    edited
}

/// A poll that brought these items, an hour before the next.
fn polled(source: &str, ended: Timestamp, new: Vec<Item>) -> FinishedPoll {
    let mut state = SourceState::new(ended);
    state.etag = Some(format!("\"{}\"", ended.millis()).into_bytes());
    state.last_poll = Some(ended);
    state.last_success = Some(ended);
    FinishedPoll {
        source: SourceId::new(source),
        address: self::source(source).url,
        started: ended,
        ended,
        status: Some(200),
        bytes: 1_000,
        entries: Some(30),
        new,
        edited: vec![],
        seen: vec![],
        rekeyed: vec![],
        gap: None,
        quiet: false,
        state,
        next_poll: ended.plus(HOUR),
    }
}

fn named(id: &str) -> Named {
    Named { id: id.into(), name: id.to_uppercase().into(), note: None }
}

fn hit(kind: EntityKind, entity: &str) -> Hit {
    Hit { kind, entity: entity.into(), term: entity.into(), field: Field::Title, start: 0, end: 3 }
}

/// A judgement that names these companies and topics; an alert if it names both.
fn judged(companies: &[&str], topics: &[&str]) -> Judgement {
    let alert = !companies.is_empty() && !topics.is_empty();
    let hits = companies
        .iter()
        .map(|id| hit(EntityKind::Company, id))
        .chain(topics.iter().map(|id| hit(EntityKind::Topic, id)));
    Judgement {
        companies: companies.iter().map(|id| named(id)).collect(),
        topics: topics.iter().map(|id| named(id)).collect(),
        hits: hits.collect(),
        severity: Some(if alert { Severity::High } else { Severity::Low }),
        alert,
        ..Judgement::default()
    }
}

fn held_back(guard: Guard) -> HeldBack {
    HeldBack { hit: Some(hit(EntityKind::Company, "target")), guard }
}

/// What assess would decide: an alert with a notice for each reader, or only the judgement.
fn decided(item: &Item, judgement: Judgement, readers: &[&str], now: Timestamp) -> Decision {
    let story = StoryId::of(&[item.id.as_str()]);
    let alert = judgement.alert.then(|| Alert {
        id: AlertId::of(&[item.id.as_str(), &item.revision.to_string()]),
        item: item.id.clone(),
        revision: item.revision,
        story: story.clone(),
        copy_of: None,
        severity: Severity::High,
        judgement: judgement.clone(),
        marks: vec![],
        watchlist: 1,
        at: now,
    });
    let notices = alert.iter().flat_map(|alert| {
        readers.iter().map(|reader| Notice {
            alert: alert.id.clone(),
            reader: (*reader).into(),
            urgency: Urgency::Urgent,
            not_before: now,
        })
    });
    Decision {
        item: item.id.clone(),
        row: None,
        revision: item.revision,
        story: (!judgement.hits.is_empty()).then_some(story),
        copy_of: None,
        notices: notices.collect(),
        alert,
        judgement,
        untold: None,
    }
}

async fn assess(store: &dyn Store, now: Timestamp, mut decisions: Vec<Decision>) {
    for waiting in store.unassessed(10_000).await.unwrap() {
        let same = |one: &&mut Decision| one.item == waiting.item.id;
        for decision in decisions.iter_mut().filter(same) {
            decision.row = Some(waiting.row);
        }
    }
    store.finish_assessment(Assessment { watchlist: 1, at: now, decisions }).await.unwrap();
}

/// A store in which one source was read once: items 1 to `count`, seen at `now`.
async fn with_items(store: &dyn Store, now: Timestamp, count: u32) -> Vec<Item> {
    store.adopt_sources(vec![source("ofac")], now).await.unwrap();
    let items: Vec<Item> = (1..=count).map(|n| item("ofac", n, now)).collect();
    store.finish_poll(polled("ofac", now, items.clone())).await.unwrap();
    items
}

/// A store with `count` alerts for Mei, decided at `now`.
async fn with_alerts(store: &dyn Store, now: Timestamp, count: u32) -> Vec<AlertId> {
    let items = with_items(store, now, count).await;
    let decisions: Vec<Decision> = items
        .iter()
        .map(|one| decided(one, judged(&["baba"], &["delist"]), &["Mei"], now))
        .collect();
    let alerts = decisions.iter().map(|one| one.alert.as_ref().unwrap().id.clone()).collect();
    assess(store, now, decisions).await;
    alerts
}

/// A digest of these alerts for Mei, to these addresses.
fn digest(slot: Timestamp, addresses: &[&str], alerts: Vec<AlertId>) -> SealedMail {
    SealedMail {
        key: MailKey::digest("Mei", slot),
        kind: MailKind::Digest,
        reader: Some("Mei".into()),
        story: None,
        message_id: "<1@watchlistd.test>".into(),
        subject: "Watchlist: 2 high".into(),
        letters: addresses
            .iter()
            .map(|address| Letter {
                address: (*address).into(),
                message: format!("To: {address}\r\n\r\nHello\r\n").into_bytes(),
            })
            .collect(),
        alerts,
        covers_until: slot,
        at: slot,
    }
}

fn outcome(id: MailId, state: MailState, now: Timestamp) -> MailOutcome {
    MailOutcome { id, state, next_attempt: None, reply: "250 ok".into(), counts: true, at: now }
}

/// Ids of the sources that a claim takes, for ten minutes.
async fn claim(store: &dyn Store, now: Timestamp, limit: usize, claim: Claim) -> Vec<String> {
    let tasks = store.claim_due_sources(now, now.plus(HOUR / 6), limit, claim).await.unwrap();
    tasks.into_iter().map(|task| task.source.id.to_string()).collect()
}
