//! What the operator hears at once, what once a day, and what never twice.

use watchlistd::model::mail::MailOutcome;
use watchlistd::pipeline::channel::{Channel, Messenger, Vitals};
use watchlistd::pipeline::deliver::Tight;

use super::*;

/// Subjects of the operator's mails, without the service's name.
fn told(desk: &Desk) -> Vec<String> {
    let mails = desk.transport.received();
    let operators = mails.iter().filter(|one| one.address == "ops@desk.test");
    operators.map(|one| subject(one).replace("[watchlistd] ", "")).collect()
}

async fn look(open: &Open) {
    open.seal().await;
    open.send().await;
}

#[tokio::test]
async fn a_disk_that_fills_up_is_told_at_once_and_once_a_day() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let tight = Tight { folder: "/var/lib/watchlistd".into(), free: 5_000_000, floor: 200_000_000 };
    open.deliverer.hear_of_disk(Some(tight));
    look(&open).await;
    desk.pass(HOUR);
    look(&open).await;
    assert_eq!(told(&desk), ["the disk is nearly full"]);
    desk.pass(DAY);
    look(&open).await;
    assert_eq!(told(&desk).len(), 2, "{:?}", told(&desk));
    open.deliverer.hear_of_disk(None);
    desk.pass(DAY);
    look(&open).await;
    assert_eq!(told(&desk).len(), 2, "{:?}", told(&desk));
}

#[tokio::test]
async fn an_outage_of_our_own_network_is_told_once_after_it_ends() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let from = desk.now();
    desk.pass(HOUR);
    open.deliverer.hear_of_network(from, desk.now());
    look(&open).await;
    open.deliverer.hear_of_network(from, desk.now());
    look(&open).await;
    assert_eq!(told(&desk), ["our own network was out"]);
}

#[tokio::test]
async fn an_official_source_that_fails_for_over_six_hours_is_told_at_once() {
    let mut desk = Desk::new(MEI).await;
    let other = Newsroom::open().await;
    desk.more_sources =
        format!("[[source]]\nid = \"sec\"\nurl = \"{}\"\nofficial = true\n", other.url());
    let mut open = desk.open().await;
    // Friday noon; the daily round is at 08:00.
    open.round().await;
    other.broken(true);
    desk.pass(HOUR);
    open.round().await;
    for _ in 0..5 {
        desk.pass(HOUR);
        open.round().await;
    }
    assert!(told(&desk).is_empty(), "{:?}", told(&desk));
    desk.pass(2 * HOUR);
    open.round().await;
    open.round().await;
    assert_eq!(told(&desk).len(), 1, "{:?}", told(&desk));
    assert!(told(&desk)[0].contains("sec"), "{:?}", told(&desk));
}

#[tokio::test]
async fn mails_that_wait_for_over_an_hour_are_told_and_refused_ones_once() {
    let (desk, mut open) = Desk::begin(MEI).await;
    let later = Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Rcpt,
        reply: "451 greylisted".to_owned(),
    };
    desk.transport.answer_next([later.clone(), later.clone()]);
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    desk.pass(HOUR + Duration::from_secs(60));
    open.send().await;
    look(&open).await;
    assert_eq!(told(&desk), ["1 mail not getting out"]);
    let mails = desk.transport.received();
    assert!(mails.iter().any(|one| text(one).contains("451 greylisted")));

    // The operator's own mail about refused mails is refused, too: no mail about that one.
    desk.transport.answer_next([refused(), refused()]);
    desk.pass(HOUR);
    look(&open).await;
    for _ in 0..5 {
        desk.pass(2 * HOUR);
        look(&open).await;
    }
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    assert_eq!(outbox.get(&MailState::Refused), Some(&2), "{:?}", desk.subjects());
}

#[tokio::test]
async fn what_is_refused_as_the_operator_is_told_of_others_is_told_the_next_time() {
    let more = "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";
    let (desk, mut open) = Desk::begin(&format!("{MEI}{more}")).await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    let store = &open.ground.store;
    for wait in [65, 5] {
        let now = desk.now();
        let mail = store.claim_mail(now, now.plus(HOUR)).await.unwrap().unwrap();
        let reply = format!("550 {} is unknown", mail.letter.address);
        let (id, state, next_attempt) = (mail.id, MailState::Refused, None);
        let outcome = MailOutcome { id, state, next_attempt, reply, counts: true, at: now };
        store.mail_outcome(outcome).await.unwrap();
        desk.pass(Duration::from_secs(wait));
    }
    look(&open).await;
    let told = || ["mei", "jo"].map(|who| operator_mails(&desk, &format!("550 {who}@desk.test")));
    assert_eq!(told().iter().sum::<usize>(), 1, "{:?}", desk.subjects());
    desk.pass(2 * HOUR);
    look(&open).await;
    assert_eq!(told(), [1, 1], "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_mail_that_rests_as_uncertain_is_told_to_the_operator() {
    let (desk, mut open) = Desk::begin(MEI).await;
    let silent = Attempt {
        outcome: Outcome::Uncertain,
        stage: Stage::Dot,
        reply: "no answer within 10 min".to_owned(),
    };
    desk.transport.answer_next([silent.clone(), silent.clone(), silent]);
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    for _ in 0..4 {
        desk.pass(HOUR / 10);
        look(&open).await;
    }
    assert_eq!(told(&desk), ["1 mail not delivered"]);
}

/// A watchman that counts.
async fn watchman() -> (String, Arc<std::sync::atomic::AtomicU32>) {
    use std::sync::atomic::{AtomicU32, Ordering};
    let pings = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&pings);
    let router = axum::Router::new().route(
        "/ping",
        axum::routing::get(move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
        }),
    );
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/ping"), pings)
}

fn messenger(open: &Open) -> Messenger {
    wire::install_tls();
    let settings = watchlistd::collect::fetch::FetchSettings::new("ops@desk.test");
    let fetcher = watchlistd::collect::fetch::Fetcher::new(settings).unwrap();
    Messenger::new(open.ground.clone(), Arc::new(fetcher))
}

#[tokio::test]
async fn the_watchman_hears_from_us_while_all_is_well_and_no_mail_is_late() {
    let (desk, mut open) = Desk::begin(MEI).await;
    let (address, pings) = watchman().await;
    let heard = || pings.load(std::sync::atomic::Ordering::SeqCst);
    let channel = Channel { ping_url: Some(address), command: Vec::new() };
    let well = Vitals { sound: true, ..Vitals::default() };
    let mut messenger = messenger(&open);
    messenger.cycle(&channel, &well).await.unwrap();
    assert_eq!(heard(), 1);
    messenger.cycle(&channel, &Vitals::default()).await.unwrap();
    assert_eq!(heard(), 1, "a step failed");

    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    messenger.cycle(&channel, &well).await.unwrap();
    assert_eq!(heard(), 2, "the mail is due and not late yet");
    desk.pass(HOUR + Duration::from_secs(1));
    messenger.cycle(&channel, &well).await.unwrap();
    assert_eq!(heard(), 2, "it is over an hour late");
    open.send().await;
    messenger.cycle(&channel, &well).await.unwrap();
    assert_eq!(heard(), 3);
}

#[tokio::test]
async fn the_program_is_run_with_the_reason_and_without_a_shell_or_our_secrets() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let note = desk.folder.path().join("note");
    let program = desk.folder.path().join("page");
    let script =
        format!("#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" > '{0}'\nenv >> '{0}'\n", note.display());
    std::fs::write(&program, script).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).unwrap();
    let channel = Channel {
        ping_url: None,
        command: vec![program.display().to_string(), "ops; touch /tmp/no".into()],
    };
    let since = desk.now();
    let down = Vitals {
        sound: true,
        mail_down: Some((since, "connect: $(connection) refused".into())),
        network_out: None,
        ..Vitals::default()
    };
    let mut messenger = messenger(&open);
    messenger.cycle(&channel, &down).await.unwrap();
    assert!(!note.exists(), "servers restart");
    desk.pass(Duration::from_secs(15 * 60));
    messenger.cycle(&channel, &down).await.unwrap();
    let said = std::fs::read_to_string(&note).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "2");
    assert_eq!(lines[1], "ops; touch /tmp/no");
    assert_eq!(
        lines[2],
        format!("watchlistd: no mail gets out since {since}: connect: $(connection) refused")
    );
    assert!(!said.contains("CARGO"), "the environment is not passed on: {said}");
    std::fs::remove_file(&note).unwrap();
    desk.pass(Duration::from_secs(60));
    messenger.cycle(&channel, &down).await.unwrap();
    assert!(!note.exists(), "once for an outage");
    messenger.cycle(&channel, &Vitals { mail_down: None, ..down.clone() }).await.unwrap();
    messenger.cycle(&channel, &down).await.unwrap();
    assert!(note.exists(), "and once for the next");

    let missing = Channel { ping_url: None, command: vec!["/no/such/program".into()] };
    desk.pass(7 * HOUR);
    messenger.cycle(&missing, &down).await.expect("a program that is missing ends nothing");
    assert_eq!(messenger.cycle(&channel, &down).await.unwrap().page, None, "not at once");
    desk.pass(Duration::from_secs(60));
    messenger.cycle(&channel, &down).await.unwrap();
    assert!(note.exists(), "who was told of nothing is told soon");
    std::fs::remove_file(&note).unwrap();
    desk.pass(HOUR);
    messenger.cycle(&channel, &down).await.unwrap();
    assert!(!note.exists(), "and then once for an outage");
}

#[tokio::test]
async fn a_watchman_s_address_stays_secret_and_leads_nowhere_else() {
    let (address, pings) = watchman().await;
    let elsewhere = address.clone();
    let router = axum::Router::new()
        .route(
            "/moved",
            axum::routing::get(move || async move { axum::response::Redirect::to(&elsewhere) }),
        )
        .route("/broken", axum::routing::get(|| async { axum::http::StatusCode::BAD_GATEWAY }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    wire::install_tls();
    let settings = watchlistd::collect::fetch::FetchSettings::new("ops@desk.test");
    let fetcher = watchlistd::collect::fetch::Fetcher::new(settings).unwrap();
    fetcher.knock(&address).await.unwrap();
    for (path, words) in [("moved", "303"), ("broken", "502"), ("missing", "404")] {
        let why = fetcher.knock(&format!("http://{host}/{path}?token=s3cret")).await.unwrap_err();
        assert!(why.contains(words) && why.contains("127.0.0.1"), "{path}: {why}");
        assert!(!why.contains("s3cret") && !why.contains(path), "{path}: {why}");
    }
    let free = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    let why = fetcher.knock(&format!("http://{nobody}/x?token=s3cret")).await.unwrap_err();
    assert!(!why.contains("s3cret"), "{why}");
    assert_eq!(pings.load(std::sync::atomic::Ordering::SeqCst), 1);
}
