//! The three steps joined, on a real store and a real feed, with a clock that the test moves: an item
//! once seen is told once, whatever happens between the steps.

mod addresses;
mod busy;
mod canary;
mod changes;
mod cut;
mod edges;
mod edited;
mod filtered;
mod fitting;
mod forgetting;
mod late;
mod moving;
mod operator;
mod outage;
mod previewing;
mod recording;
mod refusing;
mod renaming;
mod reviewing;
mod setback;
mod stops;
mod telling;
mod unreached;
mod untaken;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::daemon::start;
use watchlistd::daemon::wire;
use watchlistd::model::mail::Letter;
use watchlistd::model::record::Restore;
use watchlistd::model::{MailKind, MailState, Timestamp};
use watchlistd::notify::smtp::{Attempt, Outcome, Security, SmtpSettings, Stage, Transport};
use watchlistd::pipeline::deliver::{Deliverer, Sending, Sent};

use crate::support::desk::{
    BAD_EDIT, DAY, Desk, HOUR, MEI, Open, WATCHLIST, friday_noon, service, source, subject, text,
};
use crate::support::newsroom::Newsroom;

fn unreachable() -> Attempt {
    Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Connect,
        reply: "connection refused".to_owned(),
    }
}

#[tokio::test]
async fn what_is_published_after_the_first_read_is_told_at_once_and_listed_once() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    assert!(desk.subjects()[0].starts_with("[HIGH] Alibaba: SEC moves to delist Alibaba"));

    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(mails.len(), 2, "{:?}", desk.subjects());
    let digest = text(&mails[1]);
    assert_eq!(digest.matches("SEC moves to delist Alibaba").count(), 1, "{digest}");

    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    assert!(subject(&mails[2]).contains("no matches"), "{:?}", desk.subjects());
}

#[tokio::test]
async fn every_step_may_be_cut_off_and_nothing_is_lost_or_told_twice() {
    // Opened anew between any two steps: what one step knew, the next must find in the store.
    let desk = Desk::new(MEI).await;
    desk.open().await.poll().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    assert_eq!(desk.open().await.poll().await.new, 1);
    assert_eq!(desk.open().await.assess().await, 1);
    assert_eq!(desk.open().await.assess().await, 0);
    assert_eq!(desk.open().await.seal().await.mails, 1);
    assert_eq!(desk.open().await.seal().await.mails, 0);
    assert_eq!(desk.open().await.send().await.sent, 1);
    assert_eq!(desk.open().await.send().await.sent, 0);
    assert_eq!(desk.transport.received().len(), 1);
}

#[tokio::test]
async fn a_second_poll_asks_only_whether_it_changed_and_not_before_the_interval() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    open.poll().await;
    open.poll().await;
    assert_eq!(desk.newsroom.requests(), 1);
    drop(open);
    desk.open().await.poll().await;
    assert_eq!(desk.newsroom.requests(), 1, "a restart inside the interval makes no request");
    desk.pass(HOUR);
    desk.open().await.poll().await;
    assert_eq!((desk.newsroom.requests(), desk.newsroom.unchanged()), (2, 1));
}

#[tokio::test]
async fn what_was_there_before_is_listed_as_such_and_never_urgent() {
    let desk = Desk::new(MEI).await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    let mut open = desk.begun().await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    desk.pass(3 * DAY);
    open.round().await;
    let digest = text(&desk.transport.received()[0]);
    assert!(digest.contains("SEC moves to delist Alibaba"), "{digest}");
    assert!(digest.to_lowercase().contains("already there"), "{digest}");
}

#[tokio::test]
async fn a_digest_comes_once_after_downtime_and_says_what_could_not_be_read() {
    let desk = Desk::new(MEI).await;
    desk.open().await.round().await;
    desk.newsroom.broken(true);
    // From Friday noon to Wednesday noon: three slots passed while nobody ran.
    desk.pass(5 * DAY);
    let mut open = desk.begun().await;
    open.round().await;
    let digests: Vec<String> =
        desk.subjects().into_iter().filter(|one| one.starts_with("Watchlist")).collect();
    assert_eq!(digests.len(), 1, "{digests:?}");
    assert!(digests[0].contains("COVERAGE GAP"), "{digests:?}");
}

#[tokio::test]
async fn a_story_rings_once_and_its_follow_up_answers_the_first_mail() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba from New York exchange")]).await;
    desk.newsroom.publish("a2", "SEC moves to delist Alibaba from the New York exchange soon");
    desk.pass(Duration::from_secs(40 * 60));
    open.round().await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(mails.len(), 2, "{:?}", desk.subjects());
    let parse = |letter: &Letter| {
        let message = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
        (
            message.message_id().map(str::to_owned),
            message.in_reply_to().as_text().map(str::to_owned),
        )
    };
    assert_eq!(parse(&mails[1]).1, parse(&mails[0]).0);
}

#[tokio::test]
async fn an_edit_that_adds_nothing_is_recorded_and_one_that_does_is_told() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.tell(&mut open, [("a1", "Alibaba opens an office")]).await;
    desk.tell(&mut open, [("a1", "Alibaba opens a large office")]).await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
}

fn refused() -> Attempt {
    Attempt { outcome: Outcome::Refused, stage: Stage::Rcpt, reply: "550 no such user".to_owned() }
}

/// The operator's mails that hold `words`, attachments included.
fn operator_mails(desk: &Desk, words: &str) -> usize {
    let whole = |letter: &Letter| {
        let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
        let attached = |one: &mail_parser::MessagePart<'_>| {
            String::from_utf8_lossy(one.contents()).into_owned()
        };
        parsed.attachments().map(attached).fold(text(letter), |all, one| all + &one)
    };
    let mails = desk.transport.received();
    let operators = mails.iter().filter(|one| one.address == "ops@desk.test");
    operators.filter(|one| whole(one).contains(words)).count()
}

/// What a clock that was ahead planned lies in its own future.
#[tokio::test]
async fn after_the_clock_went_back_a_source_is_asked_within_its_interval() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let right = desk.now();
    let mut running = open.poller.running();
    desk.clock.set(right.plus(10 * HOUR));
    open.poller.start_due(&mut running).await.unwrap();
    running.next().await.unwrap().unwrap();
    let planned = open.ground.store.next_due().await.unwrap().unwrap();
    assert!(planned > right.plus(10 * HOUR), "{planned}");
    desk.clock.set(right);
    open.poller.start_due(&mut running).await.unwrap();
    let planned = open.ground.store.next_due().await.unwrap().unwrap();
    assert!(planned <= right.plus(HOUR), "{planned}");
}

#[tokio::test]
async fn what_a_clock_wrote_that_was_years_ahead_holds_nothing_back() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"never\"\n")).await;
    let right = desk.now().plus(HOUR);
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba from New York exchange");
    desk.clock.set(right.plus(DAY * 3650));
    open.poll().await;
    open.assess().await;
    desk.clock.set(right);
    assert_eq!(open.seal().await.mails, 1, "the alert is told at once");
    open.send().await;

    // A mail of the story bears the wrong year: its follow-up does not wait for that year.
    desk.newsroom.publish("b1", "Tencent faces a delist order in Hong Kong");
    desk.clock.set(right.plus(DAY * 3650));
    open.poll().await;
    open.assess().await;
    open.seal().await;
    open.send().await;
    desk.clock.set(right);
    desk.newsroom.publish("b2", "Tencent faces a delist order in Hong Kong now");
    desk.pass(3 * DAY);
    open.poll().await;
    open.assess().await;
    desk.pass(HOUR * 5);
    assert_eq!(open.seal().await.mails, 1, "and so is what follows");
}

#[tokio::test]
async fn a_bad_edit_is_told_to_the_operator_once_and_again_when_it_is_made_again() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let seal = async || open.deliverer.seal_due(&open.rejecting).await.unwrap().mails;
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 1);
    open.send().await;
    desk.pass(HOUR);
    // A restart finds the same edit.
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 0);
    let files = BTreeMap::from([("watchlist.toml".to_owned(), WATCHLIST.to_owned())]);
    open.ground.store.adopt_config(files, desk.now()).await.unwrap();
    desk.pass(HOUR);
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 1);
}

#[tokio::test]
async fn a_host_that_hangs_holds_back_its_own_sources_only() {
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut desk = Desk::new(MEI).await;
    let address = silent.local_addr().unwrap();
    desk.more_sources = (0..300)
        .map(|n| format!("[[source]]\nid = \"hangs-{n}\"\nurl = \"http://{address}/{n}\"\n"))
        .collect();
    let open = desk.open().await;
    let mut running = open.poller.running();
    let asked = async {
        loop {
            open.poller.start_due(&mut running).await.unwrap();
            tokio::select! {
                () = desk.newsroom.asked_again() => return,
                Some(ended) = running.next() => { ended.unwrap(); }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.expect("the other host is asked");
}

/// A folder that a test may look into.
#[tokio::test]
async fn the_store_lies_where_the_files_say_and_is_nobody_else_s() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new(MEI).await;
    drop(desk.open().await);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let state = desk.folder.path().join("state");
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join("state.db")), 0o600);
}
