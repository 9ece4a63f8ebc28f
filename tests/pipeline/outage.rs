//! While mails cannot get out, and where they were cut off: nothing is lost, and afterwards little is said.

use super::*;

#[tokio::test]
async fn while_mail_is_down_nothing_new_is_sealed_and_afterwards_one_mail_says_so() {
    let (desk, mut open) = Desk::begin(MEI).await;
    let down = |_| Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Connect,
        reply: "connection refused".to_owned(),
    };
    desk.transport.answer_next((0..2).map(down));
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    desk.judge(&mut open, [("b1", "China export control hits Tencent")]).await;
    assert_eq!(open.seal().await.mails, 0, "the transport is down");
    open.send().await;
    assert!(desk.transport.received().is_empty());

    desk.pass(3 * DAY);
    open.send().await;
    assert_eq!(desk.subjects().len(), 1, "the mail sealed before the outage went out");
    open.seal().await;
    open.send().await;
    let mails = desk.transport.received();
    let digest = text(mails.last().unwrap());
    assert!(digest.contains("China export control hits Tencent"), "{digest}");
    assert!(digest.to_lowercase().contains("could not be sent"), "{digest}");
}

#[tokio::test]
async fn a_refused_mail_is_not_the_end_of_its_alerts() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.transport.answer_next([Attempt {
        outcome: Outcome::Refused,
        stage: Stage::Rcpt,
        reply: "550 no such user".to_owned(),
    }]);
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    assert_eq!(outbox.get(&MailState::Refused), Some(&1));
    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    let digest = mails.iter().find(|one| one.address == "mei@desk.test").map(text).unwrap();
    assert!(digest.contains("SEC moves to delist Alibaba"), "{digest}");
    assert!(digest.to_lowercase().contains("undelivered earlier"), "{digest}");
}

#[tokio::test]
async fn an_outage_that_outlives_every_mail_does_not_end_all_sealing() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    let dead =
        async || open.ground.store.archive().outbox().await.unwrap().get(&MailState::Dead).copied();
    while dead().await == Some(0) {
        desk.transport.answer_next([unreachable()]);
        open.send().await;
        desk.pass(HOUR);
    }
    // The server is back, but no mail is left to find that out.
    open.seal().await;
    open.send().await;
    let mails = desk.transport.received();
    let told = mails.iter().filter(|one| text(one).contains("SEC moves to delist Alibaba")).count();
    assert_eq!(told, 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_mail_that_crashes_interrupt_is_tried_until_it_is_sent() {
    let desk = Desk::new(MEI).await;
    desk.open().await.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    let mut open = desk.open().await;
    open.poll().await;
    open.assess().await;
    open.seal().await;
    drop(open);
    for _ in 0..5 {
        let open = desk.open().await;
        let claimed = open.ground.store.claim_mail(desk.now(), desk.now().plus(HOUR)).await;
        assert!(claimed.unwrap().is_some(), "it is tried again at once");
    }
    assert_eq!(desk.open().await.send().await.sent, 1);
}

/// However long a mail has waited already, it goes out soon after the server is back.
#[tokio::test]
async fn while_mail_is_down_it_is_tried_every_few_minutes() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.transport.answer_next((0..7).map(|_| unreachable()));
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    for n in 0..7 {
        open.send().await;
        let next = open.ground.store.next_mail().await.unwrap().unwrap();
        assert!(next <= desk.now().plus(HOUR / 12), "{n}: {next}");
        desk.clock.set(next);
    }
    assert_eq!(open.send().await.sent, 1);
}

#[tokio::test]
async fn while_mail_is_down_not_every_mail_knocks() {
    let reader = |n| format!("[[reader]]\nname = \"{n}\"\nto = [\"r{n}@desk.test\"]\n");
    let readers: String = (0..10).map(reader).collect();
    let (desk, mut open) = Desk::begin(&readers).await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    assert_eq!(open.seal().await.mails, 10);
    desk.transport.answer_next((0..10).map(|_| unreachable()));
    assert_eq!(open.send().await.deferred, 4, "those that were under way at once");
}

/// What went out after the backup is not known here, so that a person says first what is to be told.
#[tokio::test]
async fn while_mails_are_held_none_is_made_and_afterwards_one_tells_it_all() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    let (now, entry, hash) = (desk.now(), 1, "aa".to_owned());
    let restore = Restore { at: now, made: now, entry, hash, resumed: None };
    open.ground.store.note_restore(restore).await.unwrap();
    for company in ["Alibaba", "Tencent", "Baidu"] {
        desk.newsroom.publish(company, &format!("SEC moves to delist {company}"));
        desk.pass(DAY);
        open.round().await;
    }
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    open.ground.store.resume(desk.now()).await.unwrap();
    open.round().await;
    let mails = desk.transport.received();
    let told: Vec<String> =
        mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect();
    assert_eq!(told.len(), 1, "{:?}", desk.subjects());
    assert!(["Alibaba", "Tencent", "Baidu"].iter().all(|one| told[0].contains(one)), "{told:?}");
}

/// Nobody else may take a mail while a server is slow to answer: it would go out twice.
#[tokio::test]
async fn a_claim_on_a_mail_outlasts_the_longest_attempt() {
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut settings = SmtpSettings::new("127.0.0.1", "watch@desk.test");
    settings.port = silent.local_addr().unwrap().port();
    settings.security = Security::None;
    let transport = Transport::smtp(settings).unwrap();
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    let deliverer = Deliverer::new(open.ground.clone(), transport.clone());
    let mut sending = Sending::default();
    let look_again = deliverer.start_due(&mut sending).await.unwrap();
    assert!(look_again.unwrap() > desk.now().plus(transport.longest_attempt()));
}
