//! The stated outcome of every stage × kind of trouble. The table below is the contract: what an
//! operator reads in the outbox, and what becomes of the mail.

use std::fmt::Write as _;

use watchlistd::model::mail::Letter;
use watchlistd::notify::smtp::{Attempt, Outcome, Security, SmtpSettings, Stage, Timeouts};

use super::{PASSWORD, SHORT, letter_to, patient, settings, transport};
use crate::support::smtp::{At, Does, Protection, Script};

const STAGES: [At; 10] = [
    At::Banner,
    At::Ehlo,
    At::StartTls,
    At::Handshake,
    At::Auth,
    At::Mail,
    At::Rcpt,
    At::Data,
    At::Dot,
    At::Quit,
];

const EXPECTED: &str = "\
Banner    4xx     TryLater                    greeting: 451 not now
Banner    5xx     ConfigFault(Unwelcome)      greeting: 554 never
Banner    close   TryLater                    greeting: the server closed the connection
Banner    silence TryLater                    greeting: no answer within 400 ms
Banner    garbage TryLater                    greeting: an answer that is not SMTP
Ehlo      4xx     TryLater                    EHLO: 451 not now
Ehlo      5xx     ConfigFault(Unwelcome)      EHLO: 554 never
Ehlo      close   TryLater                    EHLO: the server closed the connection
Ehlo      silence TryLater                    EHLO: no answer within 400 ms
Ehlo      garbage TryLater                    EHLO: an answer that is not SMTP
StartTls  4xx     TryLater                    STARTTLS: 451 not now
StartTls  5xx     ConfigFault(Encryption)     STARTTLS: 554 never
StartTls  close   TryLater                    STARTTLS: the server closed the connection
StartTls  silence TryLater                    STARTTLS: no answer within 400 ms
StartTls  garbage TryLater                    STARTTLS: an answer that is not SMTP
Handshake close   TryLater                    TLS handshake: the server closed the connection
Handshake silence TryLater                    TLS handshake: no answer within 400 ms
Handshake garbage ConfigFault(Encryption)     TLS handshake: received corrupt message of type InvalidContentType
Auth      4xx     TryLater                    AUTH: 451 not now
Auth      5xx     ConfigFault(Login)          AUTH: 554 never
Auth      close   TryLater                    AUTH: the server closed the connection
Auth      silence TryLater                    AUTH: no answer within 400 ms
Auth      garbage TryLater                    AUTH: an answer that is not SMTP
Mail      4xx     TryLater                    MAIL FROM: 451 not now
Mail      5xx     ConfigFault(Sender)         MAIL FROM: 554 never
Mail      close   TryLater                    MAIL FROM: the server closed the connection
Mail      silence TryLater                    MAIL FROM: no answer within 400 ms
Mail      garbage TryLater                    MAIL FROM: an answer that is not SMTP
Rcpt      4xx     TryLater                    RCPT TO: 451 not now
Rcpt      5xx     Refused                     RCPT TO: 554 never
Rcpt      close   TryLater                    RCPT TO: the server closed the connection
Rcpt      silence TryLater                    RCPT TO: no answer within 400 ms
Rcpt      garbage TryLater                    RCPT TO: an answer that is not SMTP
Data      4xx     TryLater                    DATA: 451 not now
Data      5xx     Refused                     DATA: 554 never
Data      close   TryLater                    DATA: the server closed the connection
Data      silence TryLater                    DATA: no answer within 400 ms
Data      garbage TryLater                    DATA: an answer that is not SMTP
Dot       4xx     TryLater                    end of message: 451 not now
Dot       5xx     Refused                     end of message: 554 never
Dot       close   Uncertain                   end of message: the server closed the connection
Dot       silence Uncertain                   end of message: no answer within 400 ms
Dot       garbage Uncertain                   end of message: an answer that is not SMTP
Quit      4xx     Accepted                    end of message: 250 2.0.0 queued as 1
Quit      5xx     Accepted                    end of message: 250 2.0.0 queued as 1
Quit      close   Accepted                    end of message: 250 2.0.0 queued as 1
Quit      silence Accepted                    end of message: 250 2.0.0 queued as 1
Quit      garbage Accepted                    end of message: 250 2.0.0 queued as 1
";

fn troubles(at: At) -> Vec<(&'static str, Does)> {
    let mut troubles = vec![
        ("4xx", Does::says("451 not now")),
        ("5xx", Does::says("554 never")),
        ("close", Does::Closes),
        ("silence", Does::Hangs),
        ("garbage", Does::Babbles(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    ];
    if at == At::Handshake {
        // A handshake has no reply codes.
        troubles.drain(..2);
    }
    troubles
}

/// Only the stage under test is hurried; all others have time.
fn hurried(at: At) -> Timeouts {
    let mut limits = patient();
    match at {
        At::Banner => limits.banner = SHORT,
        At::Handshake => limits.tls = SHORT,
        At::Data => limits.data = SHORT,
        At::Body => limits.block = SHORT,
        At::Dot => limits.dot = SHORT,
        At::Ehlo | At::StartTls | At::Auth | At::Mail | At::Rcpt | At::Quit => {
            limits.command = SHORT;
        }
    }
    limits
}

async fn attempt(at: At, does: Does) -> Attempt {
    let silent = matches!(does, Does::Hangs);
    let server =
        Script::new(Protection::StartTls).login("watch", PASSWORD).always(at, does).start();
    let mut settings = settings(&server, Security::StartTls);
    if silent {
        settings.timeouts = hurried(at);
    }
    let transport = transport(settings);
    let attempt = transport.send(&letter_to("mei@bank.test")).await;
    // Taking leave comes after the yes, and never hangs.
    transport.close().await;
    assert_eq!(server.taken().len(), usize::from(at == At::Quit), "{at:?}");
    attempt
}

/// The table that people read says what was found here.
#[test]
fn the_table_in_the_documentation_is_what_happens() {
    let documentation = include_str!("../../src/notify/smtp/verdict.rs");
    let mut cells = 0;
    for line in documentation.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let row: Vec<&str> = line.trim_end_matches(" |").split(" | ").map(str::trim).collect();
        let [stage, found @ ..] = row.as_slice() else { continue };
        let Some(name) = NAMES.iter().find(|(words, _)| words == stage).map(|(_, name)| *name)
        else {
            continue;
        };
        for (trouble, said) in ["4xx", "5xx", "close", "silence", "garbage"].iter().zip(found) {
            cells += 1;
            let is_row = |row: &&str| {
                let mut words = row.split_whitespace();
                words.next() == Some(name) && words.next() == Some(trouble)
            };
            let outcome =
                EXPECTED.lines().find(is_row).and_then(|row| row.split_whitespace().nth(2));
            let words = match outcome {
                Some("TryLater") => "later",
                Some("Refused") => "refused",
                Some("Uncertain") => "uncertain",
                Some("Accepted") => "sent",
                Some(_) => "set-up",
                None => "–",
            };
            assert_eq!(*said, words, "{stage}, {trouble}");
        }
    }
    assert_eq!(cells, NAMES.len() * 5, "every stage has its row");
}

const NAMES: [(&str, &str); 10] = [
    ("greeting", "Banner"),
    ("EHLO", "Ehlo"),
    ("STARTTLS", "StartTls"),
    ("TLS handshake", "Handshake"),
    ("AUTH", "Auth"),
    ("MAIL FROM", "Mail"),
    ("RCPT TO", "Rcpt"),
    ("DATA", "Data"),
    ("end of message", "Dot"),
    ("QUIT", "Quit"),
];

#[tokio::test]
async fn every_stage_and_trouble_has_its_outcome() {
    let mut found = String::new();
    for at in STAGES {
        for (name, does) in troubles(at) {
            let attempt = attempt(at, does).await;
            // What exactly was not understood is lettre's wording.
            let reply = attempt.to_string();
            let reply = reply.split(" (").next().unwrap_or_default();
            let outcome = format!("{:?}", attempt.outcome);
            let at = format!("{at:?}");
            writeln!(found, "{at:<9} {name:<7} {outcome:<27} {reply}").unwrap();
        }
    }
    assert_eq!(found, EXPECTED);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_later() {
    let server = Script::new(Protection::Clear).start();
    let mut settings = settings(&server, Security::None);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    settings.port = free.local_addr().unwrap().port();
    drop(free);
    let attempt = transport(settings.clone()).send(&letter_to("mei@bank.test")).await;
    assert_eq!((attempt.outcome, attempt.stage), (Outcome::TryLater, Stage::Connect), "{attempt}");
    assert!(attempt.transport_is_down());

    settings.host = "no-such-host.invalid".into();
    settings.security = Security::StartTls;
    let attempt = transport(settings).send(&letter_to("mei@bank.test")).await;
    assert_eq!((attempt.outcome, attempt.stage), (Outcome::TryLater, Stage::Connect), "{attempt}");
}

/// A listener whose queue is full drops what comes: the connection is neither made nor refused.
#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_later() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address)).await
    {
        queue.push(stream.unwrap());
    }
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@bank.test");
    (settings.port, settings.security) = (address.port(), Security::None);
    settings.timeouts.connect = SHORT;
    let attempt = transport(settings).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::TryLater);
    assert_eq!(attempt.to_string(), "connect: no answer within 400 ms");
}

/// The greeting says yes, but QUIT after the refused EHLO gets no answer: still a refusal.
#[tokio::test]
async fn a_refusal_is_not_lost_in_the_leave_taking() {
    let server = Script::new(Protection::Clear)
        .always(At::Ehlo, Does::says("550 go away"))
        .always(At::Quit, Does::Hangs)
        .start();
    let attempt =
        transport(settings(&server, Security::None)).send(&letter_to("mei@bank.test")).await;
    assert!(matches!(attempt.outcome, Outcome::ConfigFault(_)), "{attempt:?}");
    assert_eq!(attempt.to_string(), "EHLO: 550 go away");
}

/// The right kind of number at the wrong place: the two sides are out of step.
#[tokio::test]
async fn an_answer_out_of_step_is_never_a_success() {
    for (at, answer, outcome, stage) in [
        (At::Mail, "354 go on", Outcome::TryLater, Stage::Mail),
        (At::Rcpt, "354 go on", Outcome::TryLater, Stage::Rcpt),
        (At::Data, "250 fine", Outcome::TryLater, Stage::Data),
        (At::Dot, "354 go on", Outcome::Uncertain, Stage::Dot),
        (At::Auth, "334 ", Outcome::TryLater, Stage::Auth),
        (At::StartTls, "334 ", Outcome::TryLater, Stage::StartTls),
    ] {
        let attempt = attempt(at, Does::says(answer)).await;
        assert_eq!((attempt.outcome, attempt.stage), (outcome, stage), "{at:?}: {attempt}");
    }
}

#[tokio::test]
async fn a_log_in_that_is_missing_costs_no_mail() {
    let server = Script::new(Protection::StartTls).login("watch", PASSWORD).start();
    let mut settings = settings(&server, Security::StartTls);
    (settings.username, settings.password) = (None, None);
    let attempt = transport(settings).send(&letter_to("mei@bank.test")).await;
    assert!(matches!(attempt.outcome, Outcome::ConfigFault(_)), "{attempt:?}");
    assert_eq!(attempt.to_string(), "MAIL FROM: 530 5.7.0 log in first");
}

/// A message that does not fit into the socket's buffers, so that the trouble comes before the dot.
fn big_letter() -> Letter {
    let mut letter = letter_to("mei@bank.test");
    for _ in 0..400_000 {
        letter.message.extend_from_slice(b"forty characters of text in each line.\r\n");
    }
    letter
}

#[tokio::test]
async fn trouble_before_the_dot_is_not_uncertain() {
    for does in [Does::Closes, Does::Hangs] {
        let server = Script::new(Protection::Clear).always(At::Body, does.clone()).start();
        let mut settings = settings(&server, Security::None);
        (settings.username, settings.password) = (None, None);
        if matches!(does, Does::Hangs) {
            settings.timeouts = hurried(At::Body);
        }
        let attempt = transport(settings).send(&big_letter()).await;
        let got = (attempt.outcome, attempt.stage);
        assert_eq!(got, (Outcome::TryLater, Stage::Body), "{does:?}: {attempt}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    static ENDLESS: [u8; 1 << 20] = [b'2'; 1 << 20];
    let server = Script::new(Protection::Clear).always(At::Banner, Does::Babbles(&ENDLESS)).start();
    let attempt =
        transport(settings(&server, Security::None)).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.to_string(), "greeting: an answer that is not SMTP (it never ends)");
}
