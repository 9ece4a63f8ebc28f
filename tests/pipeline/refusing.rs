//! A mail server that takes nothing, whoever asks: no mail pays for it, the watchman is told, and all is well
//! again by itself.

use std::sync::Mutex;

use watchlistd::model::MailState;
use watchlistd::notify::smtp::{Reread, Security, SmtpSettings};
use watchlistd::pipeline::deliver::Sending;

use super::*;
use crate::support::smtp::{At, Does, Protection, Script, SmtpServer};

fn to(server: &SmtpServer) -> SmtpSettings {
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@desk.test");
    settings.port = server.port();
    settings.security = Security::None;
    settings
}

/// What the loop of the service does once: starts what is due, and waits for it.
async fn turn(open: &Open) -> Vec<MailState> {
    let mut sending = Sending::default();
    open.deliverer.start_due(&mut sending).await.unwrap();
    let mut states = Vec::new();
    while let Some(handed) = sending.next().await {
        states.push(handed.unwrap().state);
    }
    states
}

#[tokio::test]
async fn a_changed_password_is_found_while_mail_is_down_and_all_goes_out() {
    let server = Script::new(Protection::Clear).login("watch", "new").start();
    let lies = Arc::new(Mutex::new("old"));
    let found = Arc::clone(&lies);
    let settings = SmtpSettings {
        username: Some("watch".into()),
        password: Some("old".into()),
        reread: Some(Reread::by(move || Some((*found.lock().unwrap()).into()))),
        ..to(&server)
    };
    let (desk, open) = told_by(settings, MEI).await;
    assert_eq!(turn(&open).await, [MailState::Deferred]);
    let next = open.ground.store.next_mail().await.unwrap().unwrap();
    assert!(next.since(desk.now()) > Duration::from_secs(14 * 60), "the account is spared");
    desk.pass(Duration::from_secs(60));
    assert_eq!(turn(&open).await, []);
    assert_eq!(server.connections(), 1);
    *lies.lock().unwrap() = "new";
    desk.pass(Duration::from_secs(60));
    assert_eq!(turn(&open).await, [MailState::Sent]);
    assert_eq!(open.deliverer.mail_down(), None);
}

/// A desk whose readers are owed an urgent mail each, sealed and to be sent by these settings.
async fn told_by(settings: SmtpSettings, readers: &str) -> (Desk, Open) {
    let mut desk = Desk::new(readers).await;
    desk.transport = Transport::smtp(settings).unwrap();
    let mut open = desk.open().await;
    open.poll().await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    (desk, open)
}

/// The same by a server that does as it is told and asks for no log-in.
async fn told(readers: &str, script: Script) -> (Desk, Open, SmtpServer) {
    let server = script.start();
    let (desk, open) = told_by(to(&server), readers).await;
    (desk, open, server)
}

/// The clock of the transport goes on, and that of the desk.
async fn minutes(desk: &Desk, n: u64) {
    let span = Duration::from_secs(n * 60);
    desk.pass(span);
    tokio::time::pause();
    tokio::time::advance(span).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_sender_that_the_server_will_not_have_costs_no_mail_and_heals_by_itself() {
    let no = || Does::says("553 5.7.1 sender address rejected: not owned by user");
    let script = Script::new(Protection::Clear).once(At::Mail, no()).once(At::Mail, no());
    let (desk, open, server) = told(MEI, script).await;
    assert_eq!(turn(&open).await, [MailState::Deferred]);
    let (since, why) = open.deliverer.mail_down().expect("it counts as an outage");
    assert_eq!(since, desk.now());
    assert!(why.contains("553 5.7.1"), "{why}");
    minutes(&desk, 6).await;
    assert_eq!(turn(&open).await, [MailState::Deferred]);
    let mails = open.ground.store.archive().mails(None, 9).await.unwrap();
    assert_eq!((mails.len(), mails[0].attempts), (1, 0), "it paid nothing");
    minutes(&desk, 6).await;
    assert_eq!(turn(&open).await, [MailState::Sent]);
    assert_eq!(open.deliverer.mail_down(), None);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn what_was_put_off_for_a_refused_log_in_goes_as_soon_as_one_gets_in() {
    let no = || Does::says("535 5.7.8 the account is locked");
    let script = Script::new(Protection::Clear).login("watch", "secret").once(At::Auth, no());
    let server = script.start();
    let settings = SmtpSettings {
        username: Some("watch".into()),
        password: Some("secret".into()),
        ..to(&server)
    };
    let (desk, open) = told_by(settings, TWO).await;
    // One was refused, the other told of it or let in.
    assert!(turn(&open).await.contains(&MailState::Deferred));
    minutes(&desk, 16).await;
    assert!(turn(&open).await.contains(&MailState::Sent));
    turn(&open).await;
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    assert_eq!(outbox[&MailState::Sent], 2, "none waits for the next pause: {outbox:?}");
}

const TWO: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n\
                   [[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";

#[tokio::test]
async fn who_relays_for_nobody_is_down_and_costs_no_mail() {
    let denied = "554 relay access denied";
    let mut script = Script::new(Protection::Clear);
    for address in ["mei@desk.test", "jo@desk.test"] {
        script = script.recipient(address, denied);
    }
    let (desk, open, _server) = told(TWO, script).await;
    assert_eq!(turn(&open).await, [MailState::Deferred; 2]);
    assert!(open.deliverer.mail_down().unwrap().1.contains(denied));
    minutes(&desk, 6).await;
    assert_eq!(turn(&open).await, [MailState::Deferred; 2]);
    assert!(open.deliverer.mail_down().is_some());

    // The operator is told, and by that the server shows that it takes mail for others.
    minutes(&desk, 60).await;
    open.seal().await;
    assert!(turn(&open).await.contains(&MailState::Sent));
    minutes(&desk, 60).await;
    assert_eq!(turn(&open).await, [MailState::Refused; 2]);
    assert_eq!(open.deliverer.mail_down(), None);
}

#[tokio::test]
async fn one_reader_whose_server_will_not_have_us_is_no_outage() {
    let script = Script::new(Protection::Clear).recipient("jo@desk.test", "550 5.7.1 not for you");
    let (desk, open, server) = told(TWO, script).await;
    turn(&open).await;
    assert_eq!(open.deliverer.mail_down(), None);
    minutes(&desk, 60).await;
    turn(&open).await;
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    assert_eq!(outbox[&MailState::Refused], 1, "{outbox:?}");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_mailbox_that_is_full_keeps_no_outage_of_the_sender_going() {
    let no = || Does::says("553 5.7.1 sender address rejected: not owned by user");
    let script = Script::new(Protection::Clear)
        .recipient("mei@desk.test", "452 4.2.2 mailbox full")
        .once(At::Mail, no());
    let (desk, open, _server) = told(MEI, script).await;
    assert_eq!(turn(&open).await, [MailState::Deferred]);
    assert!(open.deliverer.mail_down().is_some());
    minutes(&desk, 30).await;
    assert_eq!(turn(&open).await, [MailState::Deferred], "her mailbox is full");
    assert_eq!(open.deliverer.mail_down(), None, "the sender is taken again");
}

#[tokio::test]
async fn what_was_put_off_is_due_at_once_also_when_the_store_failed_first() {
    let no = || Does::says("535 5.7.8 the account is locked");
    let script = Script::new(Protection::Clear).login("watch", "secret").once(At::Auth, no());
    let server = script.start();
    let mut desk = Desk::new(MEI).await;
    desk.transport = Transport::smtp(SmtpSettings {
        username: Some("watch".into()),
        password: Some("secret".into()),
        ..to(&server)
    })
    .unwrap();
    let mut open = desk.open().await;
    open.poll().await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    assert_eq!(turn(&open).await, [MailState::Deferred]);
    desk.transport.ask_again();
    let database = rusqlite::Connection::open(desk.folder.path().join("state/state.db")).unwrap();
    let stop = "CREATE TRIGGER stop BEFORE UPDATE OF next_attempt ON mails
         BEGIN SELECT raise(ABORT, 'not now'); END";
    database.execute_batch(stop).unwrap();
    assert!(open.deliverer.start_due(&mut Sending::default()).await.is_err());
    database.execute_batch("DROP TRIGGER stop").unwrap();
    assert_eq!(turn(&open).await, [MailState::Sent], "no time has passed");
}
