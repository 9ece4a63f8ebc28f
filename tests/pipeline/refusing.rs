//! A mail server that takes nothing, whoever asks: no mail pays for it, the watchman is told, and all is well
//! again by itself.

use std::sync::Mutex;

use watchlistd::model::MailState;
use watchlistd::notify::smtp::{Reread, Security, SmtpSettings};
use watchlistd::pipeline::deliver::Sending;

use super::*;
use crate::support::smtp::{Protection, Script, SmtpServer};

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
    let mut desk = Desk::new(MEI).await;
    desk.transport = Transport::smtp(SmtpSettings {
        username: Some("watch".into()),
        password: Some("old".into()),
        reread: Some(Reread::by(move || Some((*found.lock().unwrap()).into()))),
        ..to(&server)
    })
    .unwrap();
    let mut open = desk.open().await;
    open.poll().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    open.seal().await;
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
