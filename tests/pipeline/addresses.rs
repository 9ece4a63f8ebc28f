//! Addresses that an edit corrects or takes out while mails wait for them: what these told reaches the
//! reader as he is now, or the operator, at once and once.

use super::*;
use crate::support::smtp::{At, Does, Protection, Script, SmtpServer};

/// As long as a mail that was asked to wait may wait, it waits.
fn greylisted() -> Attempt {
    Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Rcpt,
        reply: "451 host not found".to_owned(),
    }
}

fn mei(to: &str, more: &str) -> String {
    format!("[[reader]]\nname = \"Mei\"\nto = [{to}]\n{more}")
}

/// A desk whose reader's urgent mail about Alibaba met these answers.
async fn told_in_vain(readers: &str, answers: Vec<Attempt>) -> Desk {
    let (desk, mut open) = Desk::begin(readers).await;
    desk.transport.answer_next(answers);
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    desk
}

fn told(desk: &Desk, address: &str) -> Vec<String> {
    let mails = desk.transport.received();
    let words = "SEC moves to delist Alibaba";
    let holds = |one: &&Letter| subject(one).contains(words) || text(one).contains(words);
    mails.iter().filter(|one| one.address == address).filter(holds).map(subject).collect()
}

/// What the outbox says of the mails to an address, newest first.
async fn outbox(open: &Open, address: &str) -> Vec<(MailState, String)> {
    let mails = open.ground.store.archive().mails(None, 99).await.unwrap();
    let to = mails.into_iter().filter(|one| one.address == address);
    to.map(|one| (one.state, one.reply)).collect()
}

#[tokio::test]
async fn a_corrected_address_is_told_at_once_what_waited_for_the_wrong_one() {
    let mut desk = told_in_vain(&mei("\"mei@typo.test\"", ""), vec![greylisted()]).await;
    desk.readers = mei("\"mei@desk.test\"", "");
    let mut open = desk.begun().await;
    let had = told(&desk, "mei@desk.test");
    assert_eq!(had.len(), 1, "{:?}", desk.subjects());
    assert!(had[0].starts_with("[HIGH] Alibaba") && !had[0].contains("follow-up"), "{had:?}");
    let wrong = outbox(&open, "mei@typo.test").await;
    assert_eq!(wrong[0].0, MailState::Dead);
    assert!(wrong[0].1.contains("nobody in the files has this address any more"), "{wrong:?}");

    desk.pass(HOUR);
    open.round().await;
    assert_eq!(operator_mails(&desk, "mei@typo.test"), 1, "{:?}", desk.subjects());
    desk.pass(3 * DAY);
    open.round().await;
    assert_eq!(told(&desk, "mei@desk.test").len(), 2, "the digest lists it, as sent");
    assert!(told(&desk, "mei@typo.test").is_empty());
}

#[tokio::test]
async fn the_correction_may_be_cut_off_anywhere() {
    let mut desk = told_in_vain(&mei("\"mei@typo.test\"", ""), vec![greylisted()]).await;
    desk.readers = mei("\"mei@desk.test\"", "");
    // Opened anew between any two steps, and the same edit found each time.
    desk.open().await;
    desk.open().await.seal().await;
    assert_eq!(desk.open().await.seal().await.mails, 0);
    desk.open().await.send().await;
    desk.open().await.round().await;
    assert_eq!(told(&desk, "mei@desk.test").len(), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn the_story_goes_on_after_the_mail_that_was_given_up() {
    let mut desk = told_in_vain(&mei("\"mei@typo.test\"", ""), vec![greylisted()]).await;
    desk.readers = mei("\"mei@desk.test\"", "");
    let mut open = desk.begun().await;
    desk.newsroom.publish("a2", "SEC moves to delist Alibaba, say lawyers");
    desk.pass(2 * HOUR);
    open.round().await;
    let subjects = told(&desk, "mei@desk.test");
    assert_eq!(subjects.len(), 2, "{:?}", desk.subjects());
    assert!(subjects[1].contains("follow-up"), "{subjects:?}");
}

#[tokio::test]
async fn what_waited_for_a_reader_who_was_taken_out_is_the_operator_s() {
    let jo = "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\ncompanies = [\"tencent\"]\n";
    let both = mei("\"mei@desk.test\"", "") + jo;
    let mut desk = told_in_vain(&both, vec![greylisted()]).await;
    desk.readers = jo.to_owned();
    let mut open = desk.begun().await;
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "1 alert did not reach Mei"), 1, "{:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "1 alert did not reach Mei"), 1, "{:?}", desk.subjects());
    assert!(told(&desk, "mei@desk.test").is_empty(), "{:?}", desk.subjects());
}

#[tokio::test]
async fn who_had_it_is_not_told_again() {
    let accepted = Attempt {
        outcome: Outcome::Accepted,
        stage: Stage::Memory,
        reply: "kept in memory".to_owned(),
    };
    let two = mei("\"desk@desk.test\", \"mei@typo.test\"", "");
    let mut desk = told_in_vain(&two, vec![accepted, greylisted()]).await;
    desk.readers = mei("\"desk@desk.test\", \"mei@desk.test\"", "");
    let open = desk.begun().await;
    let had: usize =
        ["desk@desk.test", "mei@typo.test"].iter().map(|to| told(&desk, to).len()).sum();
    assert_eq!(had, 1, "{:?}", desk.subjects());
    let dead = outbox(&open, "mei@typo.test").await;
    assert!(dead[0].1.contains("another address of it was told"), "{dead:?}");
}

#[tokio::test]
async fn while_all_of_mail_is_down_an_edit_of_addresses_counts_at_once() {
    let two = mei("\"desk@desk.test\", \"mei@typo.test\"", "");
    let mut desk = told_in_vain(&two, vec![unreachable(), unreachable()]).await;
    desk.readers = mei("\"desk@desk.test\", \"mei@desk.test\"", "");
    let mut open = desk.open().await;
    desk.pass(HOUR);
    open.round().await;
    for address in ["desk@desk.test", "mei@desk.test"] {
        assert_eq!(told(&desk, address).len(), 1, "{address}: {:?}", desk.subjects());
    }
}

#[tokio::test]
async fn an_address_that_somebody_else_has_is_no_stranger() {
    let mut desk = told_in_vain(&mei("\"mei@desk.test\"", ""), vec![greylisted()]).await;
    desk.readers = mei("\"MEI@desk.test\"", "").replace("\"Mei\"", "\"Mei Lin\"");
    let mut open = desk.open().await;
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(told(&desk, "mei@desk.test").len(), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn who_shared_the_wrong_address_is_told_at_his_own() {
    let both = |mei: &str, jo: &str| {
        format!(
            "[[reader]]\nname = \"Mei\"\nto = [\"{mei}\"]\n\
             [[reader]]\nname = \"Jo\"\nto = [\"{jo}\"]\ndigest = \"never\"\n"
        )
    };
    let team = both("team@typo.test", "team@typo.test");
    let mut desk = told_in_vain(&team, vec![greylisted()]).await;
    desk.readers = both("mei@desk.test", "jo@desk.test");
    let mut open = desk.begun().await;
    for address in ["mei@desk.test", "jo@desk.test"] {
        let had = told(&desk, address);
        assert_eq!(had.len(), 1, "{address}: {:?}", desk.subjects());
        assert!(had[0].starts_with("[HIGH] Alibaba") && !had[0].contains("follow-up"), "{had:?}");
    }
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(told(&desk, "jo@desk.test").len(), 1, "{:?}", desk.subjects());
}

/// A desk whose mail to a wrong address had been given to the server when the service was killed.
async fn cut_off(script: Script) -> (Desk, SmtpServer) {
    let server = script.start();
    let mut desk = Desk::new(&mei("\"mei@typo.test\"", "")).await;
    desk.transport = Transport::smtp(smtp(&server)).unwrap();
    let mut open = desk.open().await;
    open.poll().await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    let given = async {
        while !server.heard().iter().any(|one| one.line == "DATA") {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = open.send() => panic!("the server never answers"),
        () = given => {}
    }
    let store = Arc::downgrade(&open.ground.store);
    drop(open);
    while store.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
    (desk, server)
}

fn smtp(server: &SmtpServer) -> SmtpSettings {
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@desk.test");
    settings.port = server.port();
    settings.security = Security::None;
    settings
}

#[tokio::test]
async fn what_was_given_to_the_server_as_the_service_died_is_not_told_anew() {
    for answer in ["451 host not found", "550 5.1.1 no such user"] {
        let fine = || Does::says("250 fine");
        let script = Script::new(Protection::Clear)
            .once(At::Rcpt, fine())
            .once(At::Rcpt, Does::says(answer))
            .once(At::Data, Does::Hangs);
        let (mut desk, server) = cut_off(script).await;
        desk.open().await.send().await;
        desk.readers = mei("\"mei@desk.test\"", "");
        let mut open = desk.open().await;
        for _ in 0..3 {
            open.round().await;
            desk.pass(Duration::from_secs(40 * 60));
        }
        let pending = open.ground.store.pending_notices("Mei".into()).await.unwrap();
        assert_eq!(pending.len(), 0, "{answer}: it counts as told");
        let urgent: Vec<Vec<String>> = server
            .taken()
            .into_iter()
            .filter(|one| String::from_utf8_lossy(&one.message).contains("[HIGH]"))
            .map(|one| one.to)
            .filter(|to| to != &["ops@desk.test"])
            .collect();
        assert!(urgent.iter().all(|to| to == &["mei@typo.test"]), "{answer}: {urgent:?}");
    }
}

#[tokio::test]
async fn a_welcome_that_reached_nobody_is_sent_to_the_corrected_address() {
    let mut desk = Desk::new(&mei("\"mei@typo.test\"", "")).await;
    desk.welcomes = true;
    desk.transport.answer_next([greylisted()]);
    let open = desk.begun().await;
    drop(open);
    desk.readers = mei("\"mei@desk.test\"", "");
    desk.pass(HOUR);
    let mut open = desk.begun().await;
    open.round().await;
    let welcomes = |desk: &Desk| {
        let mails = desk.transport.received();
        let is = |one: &&Letter| subject(one) == "Watchlist: welcome, Mei";
        mails.iter().filter(is).map(|one| one.address.clone()).collect::<Vec<_>>()
    };
    assert_eq!(welcomes(&desk), ["mei@desk.test"]);
    drop(open);
    desk.readers = mei("\"mei.lin@desk.test\"", "");
    desk.pass(DAY);
    desk.open().await.round().await;
    assert_eq!(welcomes(&desk), ["mei@desk.test"], "who was welcomed is no new reader");
}

#[tokio::test]
async fn a_welcome_that_was_refused_is_not_sent_there_again() {
    let mut desk = Desk::new(&mei("\"mei@typo.test\"", "")).await;
    desk.welcomes = true;
    desk.transport.answer_next([Attempt { outcome: Outcome::Refused, ..greylisted() }]);
    let mut open = desk.open().await;
    for _ in 0..3 {
        open.round().await;
    }
    assert_eq!(outbox(&open, "mei@typo.test").await.len(), 1);
}
