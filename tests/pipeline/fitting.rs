//! Mail servers that take no large mails: what is owed arrives all the same, over several mails and once.

use super::*;
use crate::support::smtp::{Protection, Script, SmtpServer};

const LIMIT: usize = 40_000;

const DAILY: &str =
    "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\ndigest = \"daily 08:00\"\n";

async fn desk(readers: &str, announced: bool) -> (Desk, SmtpServer) {
    let server = Script::new(Protection::Clear).limit(LIMIT, announced).start();
    let mut desk = Desk::new(readers).await;
    desk.mails_to(&server);
    (desk, server)
}

/// Publishes so many alerts, of four companies and in two severities.
fn publish(desk: &Desk, count: usize) {
    for n in 1..=count {
        let company = ["Alibaba", "Tencent", "Baidu", "Huawei"][n % 4];
        let what = if n % 3 == 0 { "moves to delist" } else { "weighs an export control on" };
        desk.newsroom
            .publish(&format!("n{n}"), &format!("Panel {n:03}x {what} {company} in case {n}"));
    }
}

/// Words of the mails that reached Mei, in order.
fn told(server: &SmtpServer) -> Vec<String> {
    let mine = server.taken().into_iter().filter(|one| one.to == ["mei@desk.test"]);
    mine.map(|one| text(&Letter { address: String::new(), message: one.message })).collect()
}

fn holding(mails: &[String], n: usize) -> usize {
    mails.iter().filter(|one| one.contains(&format!("{n:03}x"))).count()
}

#[tokio::test]
async fn a_hundred_alerts_arrive_once_each_where_the_server_takes_small_mails() {
    for announced in [true, false] {
        let (desk, server) = desk(&format!("{DAILY}urgent = \"never\"\n"), announced).await;
        let mut open = desk.begun().await;
        publish(&desk, 100);
        desk.pass(HOUR);
        open.round().await;
        let mut days = 0;
        loop {
            desk.pass(DAY);
            open.round().await;
            days += 1;
            if open.ground.store.pending_notices("Mei".into()).await.unwrap().is_empty() {
                break;
            }
            assert!(days < 30, "announced: {announced}; {} mails", told(&server).len());
        }
        let mails = told(&server);
        for n in 1..=100 {
            assert_eq!(holding(&mails, n), 1, "announced: {announced}; {n:03}x");
        }
        let first = mails.iter().find(|one| one.contains("001x") || one.contains("003x")).unwrap();
        let why = if announced { "refuses mails above 40 kB" } else { "refused one of" };
        let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(first.contains("more alerts wait for the next mail: this mail server"), "{first}");
        assert!(first.contains(why), "{first}");
        // Of the gravest first: a medium one only with, or after, the last high one.
        let at = |n: usize| mails.iter().position(|one| one.contains(&format!("{n:03}x"))).unwrap();
        let last_high = (1..=100).filter(|n| n % 3 == 0).map(at).max();
        let first_medium = (1..=100).filter(|n| n % 3 != 0).map(at).min();
        assert!(first_medium >= last_high, "{first_medium:?} {last_high:?}");
        assert!(server.taken().iter().all(|one| one.message.len() <= LIMIT));

        let told_operator = server.taken().into_iter().filter(|one| one.to == ["ops@desk.test"]);
        let words: Vec<String> = told_operator
            .map(|one| text(&Letter { address: String::new(), message: one.message }))
            .map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let why = if announced { "takes at most 40000 bytes" } else { "552 5.3.4" };
        assert!(words.iter().any(|one| one.contains(why)), "{words:?}");
        assert!(words.iter().any(|one| one.contains("are made to fit")), "{words:?}");
    }
}

#[tokio::test]
async fn after_a_month_a_whole_mail_is_tried_again() {
    let (desk, server) = desk(&format!("{DAILY}urgent = \"never\"\n"), true).await;
    let mut open = desk.begun().await;
    publish(&desk, 100);
    desk.pass(HOUR);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    assert_eq!(told(&server).len(), 0, "the first is too large");
    let reader = &open.in_force.readers[0];
    let size = async || {
        let composed = open.deliverer.preview(&open.in_force, reader).await.unwrap();
        watchlistd::notify::message::size(&composed.content)
    };
    assert!(size().await <= LIMIT);
    desk.pass(31 * DAY);
    assert!(size().await > LIMIT);
}

/// Urgent mails, too: what has no room is told by the next.
#[tokio::test]
async fn urgent_alerts_that_have_no_room_wait_for_the_next_mail() {
    let (desk, server) =
        desk(&format!("{DAILY}urgent = \"medium\"\nurgent_per_hour = 1\n"), true).await;
    let mut open = desk.begun().await;
    publish(&desk, 100);
    desk.pass(HOUR);
    for _ in 0..400 {
        open.round().await;
        desk.pass(HOUR);
        if open.ground.store.pending_notices("Mei".into()).await.unwrap().is_empty() {
            break;
        }
    }
    let pending = open.ground.store.pending_notices("Mei".into()).await.unwrap();
    assert!(pending.is_empty(), "{} wait", pending.len());
    let mails = told(&server);
    for n in 1..=100 {
        assert!(holding(&mails, n) >= 1, "{n:03}x");
    }
}

/// Who has nothing to be told is told that: also where how well we looked takes more words than the server takes.
#[tokio::test]
async fn a_digest_without_alerts_fits_as_well() {
    const TINY: usize = 16_000;
    let server = Script::new(Protection::Clear).limit(TINY, true).start();
    let mut desk = Desk::new(&format!("{DAILY}urgent = \"never\"\nmentions = true\n")).await;
    desk.mails_to(&server);
    desk.more_sources = (0..60)
        .map(|n| {
            format!(
                "[[source]]\nid = \"bureau-of-many-words-number-{n:02}\"\nurl = \"http://127.0.0.1:1/{n}\"\n"
            )
        })
        .collect();
    let mut open = desk.begun().await;
    for _ in 0..4 {
        desk.pass(DAY);
        open.round().await;
    }
    let mails = told(&server);
    assert!(mails.len() >= 2, "{} mails", mails.len());
    let last = mails.last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(last.contains("no matches"), "{last}");
    assert!(last.contains("this mail server takes no larger mail"), "{last}");
    assert!(server.taken().iter().all(|one| one.message.len() <= TINY));
}

#[tokio::test]
async fn a_recap_fits_as_well() {
    let (desk, server) = desk(&format!("{DAILY}urgent = \"never\"\n"), true).await;
    let mut open = desk.begun().await;
    publish(&desk, 100);
    desk.pass(HOUR);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    let reader = open.in_force.readers[0].clone();
    let recap = open.deliverer.recap(&open.in_force, &reader, 7 * DAY).await.unwrap();
    assert!(watchlistd::notify::message::size(&recap.content) <= LIMIT);
    let words = recap.content.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("more alerts are left out: this mail server refuses mails above"),
        "{words}"
    );
    let before = told(&server).len();
    assert!(open.deliverer.seal_recap(&open.in_force, &reader, &recap).await.unwrap());
    open.send().await;
    assert_eq!(told(&server).len(), before + 1, "it arrives");
}

/// Nobody knows a server's limit before it refuses something, and a welcome is the first thing that it is given.
#[tokio::test]
async fn a_welcome_that_was_too_large_comes_again_in_a_size_that_fits() {
    for announced in [true, false] {
        let (mut desk, server) = desk(&format!("{DAILY}urgent = \"never\"\n"), announced).await;
        let mut open = desk.begun().await;
        publish(&desk, 100);
        desk.pass(HOUR);
        open.round().await;
        drop(open);
        desk.pass(HOUR);
        desk.welcomes = true;
        desk.readers =
            "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\nurgent = \"never\"\n".to_owned();
        let mut open = desk.open().await;
        for _ in 0..8 {
            open.round().await;
            desk.pass(HOUR);
        }
        let taken = server.taken();
        let jo: Vec<_> = taken.iter().filter(|one| one.to == ["jo@desk.test"]).collect();
        assert_eq!(jo.len(), 1, "announced: {announced}");
        let words = text(&Letter { address: String::new(), message: jo[0].message.clone() });
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Welcome. From now on"), "{words}");
        assert!(words.contains("more alerts are left out: this mail server refuse"), "{words}");
        let refused = vec![MailState::Refused];
        let tried = open.ground.store.archive().mails_in(refused, 99).await.unwrap();
        let tried = tried.iter().filter(|one| one.kind == MailKind::Welcome).count();
        assert!((1..4).contains(&tried), "announced: {announced}: {tried} refused");
    }
}
