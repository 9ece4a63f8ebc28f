//! What the server hears: the message byte for byte, connections reused, one bad address that
//! holds nobody up, a fault that is not hammered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use watchlistd::model::mail::Letter;
use watchlistd::notify::smtp::{Fault, Outcome, Reread, Security, SmtpSettings, Stage, Transport};

use super::{PASSWORD, letter_to, settings, transport};
use crate::support::smtp::{At, Does, Protection, Script, SmtpServer};

fn clear(server: &SmtpServer) -> SmtpSettings {
    let mut settings = settings(server, Security::None);
    (settings.username, settings.password) = (None, None);
    settings
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte_in_all_three_ways() {
    for (protection, security) in [
        (Protection::StartTls, Security::StartTls),
        (Protection::Implicit, Security::Implicit),
        (Protection::Clear, Security::None),
    ] {
        let server = Script::new(protection).login("watch", PASSWORD).start();
        let transport = transport(settings(&server, security));
        let message = "Subject: dots\r\n\r\n.\r\n..\r\n.at the start\r\nAlibaba 阿里巴巴\r\n\r\n";
        let letter = Letter { address: "mei@bank.test".into(), message: message.into() };
        let attempt = transport.send(&letter).await;
        assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
        assert_eq!(attempt.to_string(), "end of message: 250 2.0.0 queued as 1");
        transport.close().await;
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        assert_eq!(String::from_utf8_lossy(&taken[0].message), message);
        assert_eq!(taken[0].from, "watchlist@bank.test");
        assert_eq!(taken[0].to, ["mei@bank.test"]);
        assert_eq!(taken[0].encrypted, security != Security::None);
        assert!(!transport.describe().contains(PASSWORD));
    }
}

/// What EHLO announces is kept to, whichever of them was the last, and each mail says how large it is.
#[tokio::test]
async fn a_mail_larger_than_the_server_takes_is_not_begun() {
    for (protection, security) in [
        (Protection::StartTls, Security::StartTls),
        (Protection::Implicit, Security::Implicit),
        (Protection::Clear, Security::None),
    ] {
        let server = Script::new(protection).login("watch", PASSWORD).limit(1_000, true).start();
        let transport = transport(settings(&server, security));
        let message = format!("Subject: large\r\n\r\n{}\r\n", "words ".repeat(200));
        let large = Letter { address: "mei@bank.test".into(), message: message.into() };
        let attempt = transport.send(&large).await;
        assert_eq!((attempt.outcome, attempt.stage), (Outcome::Refused, Stage::Mail), "{attempt}");
        assert_eq!(attempt.reply, "the server takes at most 1000 bytes");
        let begun = |server: &SmtpServer| -> Vec<String> {
            let heard = server.heard().into_iter().map(|one| one.line);
            heard.filter(|line| line.starts_with("MAIL")).collect()
        };
        assert!(begun(&server).is_empty(), "{:?}", server.heard());
        let small = letter_to("mei@bank.test");
        assert_eq!(transport.send(&small).await.outcome, Outcome::Accepted);
        let bytes = small.message.len();
        assert_eq!(begun(&server), [format!("MAIL FROM:<watchlist@bank.test> SIZE={bytes}")]);
        assert_eq!(server.connections(), 1, "the connection is as good as before");
    }
}

/// Said to one mail by one recipient's or the server's limit, it is no fault of the sender's.
#[tokio::test]
async fn a_mail_that_is_too_large_costs_no_other() {
    for (at, answer) in [
        (At::Mail, "552 5.3.4 message size exceeds fixed limit"),
        (At::Mail, "550 5.2.3 over the recipient's limit"),
        (At::Dot, "552 5.3.4 message size exceeds fixed limit"),
    ] {
        let script = Script::new(Protection::Clear).once(at, Does::says(answer));
        let server = script.start();
        let transport = transport(clear(&server));
        let attempt = transport.send(&letter_to("mei@bank.test")).await;
        assert_eq!(attempt.outcome, Outcome::Refused, "{attempt}");
        assert!(!attempt.transport_is_down());
        let next = transport.send(&letter_to("mei@bank.test")).await;
        assert_eq!(next.outcome, Outcome::Accepted, "{next}");
    }
}

#[tokio::test]
async fn the_log_in_works_both_ways() {
    for mechanisms in ["PLAIN", "LOGIN", "LOGIN PLAIN"] {
        let server = Script::new(Protection::StartTls)
            .login("watch", PASSWORD)
            .mechanisms(mechanisms)
            .start();
        let transport = transport(settings(&server, Security::StartTls));
        let attempt = transport.send(&letter_to("mei@bank.test")).await;
        assert_eq!(attempt.outcome, Outcome::Accepted, "{mechanisms}: {attempt}");
    }
    for mechanisms in ["", "CRAM-MD5 GSSAPI"] {
        let server = Script::new(Protection::StartTls).mechanisms(mechanisms).start();
        let transport = transport(settings(&server, Security::StartTls));
        let attempt = transport.send(&letter_to("mei@bank.test")).await;
        assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Login), "{mechanisms}: {attempt}");
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Script::new(Protection::StartTls).login("watch", PASSWORD).start();
    let transport = transport(settings(&server, Security::StartTls));
    for n in 0..5 {
        let attempt = transport.send(&letter_to(&format!("reader{n}@bank.test"))).await;
        assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
    }
    assert_eq!((server.connections(), server.taken().len()), (1, 5));
    transport.close().await;
    assert_eq!(server.heard().last().unwrap().line, "QUIT");
    // A closed transport opens again.
    assert_eq!(transport.send(&letter_to("jo@bank.test")).await.outcome, Outcome::Accepted);
    assert_eq!(server.connections(), 2);
}

/// What the second MAIL on a kept connection gets says nothing about a fresh one.
#[tokio::test]
async fn a_kept_connection_that_went_stale_is_replaced() {
    for does in [
        Does::Closes,
        Does::says("421 enough for one connection"),
        Does::says("503 a mail is under way"),
    ] {
        let server = Script::new(Protection::Clear)
            .once(At::Mail, Does::says("250 sender fine"))
            .once(At::Mail, does.clone())
            .start();
        let transport = transport(clear(&server));
        for address in ["mei@bank.test", "jo@bank.test"] {
            let attempt = transport.send(&letter_to(address)).await;
            assert_eq!(attempt.outcome, Outcome::Accepted, "{does:?}: {attempt}");
        }
        assert_eq!((server.connections(), server.taken().len()), (2, 2), "{does:?}");
    }
}

#[tokio::test]
async fn one_bad_address_holds_nobody_up() {
    let server = Script::new(Protection::Clear)
        .recipient("gone@bank.test", "550 5.1.1 no such user")
        .recipient("later@bank.test", "451 4.7.1 greylisted")
        .start();
    let transport = transport(clear(&server));
    for (address, outcome, reply) in [
        ("gone@bank.test", Outcome::Refused, "RCPT TO: 550 5.1.1 no such user"),
        ("later@bank.test", Outcome::TryLater, "RCPT TO: 451 4.7.1 greylisted"),
        ("mei@bank.test", Outcome::Accepted, "end of message: 250 2.0.0 queued as 1"),
    ] {
        let attempt = transport.send(&letter_to(address)).await;
        assert_eq!((attempt.outcome, attempt.to_string()), (outcome, reply.to_owned()));
        assert!(!attempt.transport_is_down());
    }
    assert_eq!(server.connections(), 1, "the connection is good for the next one");
    let to: Vec<_> = server.taken().into_iter().map(|one| one.to).collect();
    assert_eq!(to, [["mei@bank.test"]]);
}

#[tokio::test]
async fn an_address_cannot_carry_a_command() {
    let server = Script::new(Protection::Clear).start();
    let transport = transport(clear(&server));
    for address in [
        "mei@bank.test>\r\nRCPT TO:<spy@evil.test",
        "mei@bank.test\r\n",
        "mei bank.test",
        "",
        "Mei <mei@bank.test>",
        "\"a\r\nRSET\r\n\"@bank.test",
    ] {
        let letter = Letter { address: address.into(), ..letter_to("x@bank.test") };
        let attempt = transport.send(&letter).await;
        assert_eq!(
            (attempt.outcome, attempt.stage),
            (Outcome::Refused, Stage::Rcpt),
            "{address:?}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_address_outside_ascii_needs_a_server_that_takes_it() {
    let without = Script::new(Protection::Clear).start();
    let attempt = transport(clear(&without)).send(&letter_to("梅@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::Refused, "{attempt}");
    let with = Script::new(Protection::Clear)
        .always(At::Ehlo, Does::says("250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8"))
        .start();
    let attempt = transport(clear(&with)).send(&letter_to("梅@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
    assert_eq!(with.taken()[0].to, ["梅@bank.test"]);
    // A domain has an ASCII form that every server takes.
    let attempt = transport(clear(&without)).send(&letter_to("mei@bücher.test")).await;
    assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
    assert_eq!(without.taken()[0].to, ["mei@xn--bcher-kva.test"]);
}

/// A wrong password tried with every mail of a queue would lock the account.
#[tokio::test]
async fn a_fault_of_the_set_up_is_not_hammered() {
    let server = Script::new(Protection::StartTls)
        .login("watch", PASSWORD)
        .once(At::Auth, Does::says("535 5.7.8 not you"))
        .start();
    let transport = transport(settings(&server, Security::StartTls));
    let first = transport.send(&letter_to("mei@bank.test")).await;
    assert_eq!(first.outcome, Outcome::ConfigFault(Fault::Login));
    assert!(first.transport_is_down());
    for address in ["jo@bank.test", "li@bank.test"] {
        assert_eq!(transport.send(&letter_to(address)).await, first);
    }
    assert_eq!(server.connections(), 1, "the server was asked once");
    assert!(transport.rests().unwrap() > Duration::from_secs(14 * 60));
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(15 * 60)).await;
    tokio::time::resume();
    assert_eq!(transport.send(&letter_to("mei@bank.test")).await.outcome, Outcome::Accepted);
    assert_eq!(transport.rests(), None);
}

#[tokio::test]
async fn a_password_that_was_changed_is_used_at_once() {
    let server = Script::new(Protection::StartTls).login("watch", PASSWORD).start();
    let lies = Arc::new(Mutex::new("an old one"));
    let found = Arc::clone(&lies);
    let mut settings = settings(&server, Security::StartTls);
    settings.password = Some("an old one".into());
    settings.reread = Some(Reread::by(move || Some((*found.lock().unwrap()).into())));
    let transport = transport(settings);
    let send = async || transport.send(&letter_to("mei@bank.test")).await.outcome;
    assert_eq!(send().await, Outcome::ConfigFault(Fault::Login));
    assert!(!transport.renew(), "it is the same");
    assert_eq!(send().await, Outcome::ConfigFault(Fault::Login));
    assert_eq!(server.connections(), 1);
    *lies.lock().unwrap() = PASSWORD;
    assert!(transport.renew() && transport.is_fresh());
    assert_eq!(send().await, Outcome::Accepted);
    assert!(!transport.renew() && !transport.is_fresh());
}

#[tokio::test]
async fn who_says_that_it_was_mended_is_believed() {
    let server = Script::new(Protection::StartTls)
        .login("watch", PASSWORD)
        .once(At::Auth, Does::says("535 5.7.8 the account is locked"))
        .start();
    let transport = transport(settings(&server, Security::StartTls));
    transport.ask_again();
    assert!(!transport.is_fresh(), "nothing stood");
    transport.send(&letter_to("mei@bank.test")).await;
    transport.ask_again();
    assert!(transport.is_fresh());
    assert_eq!(transport.send(&letter_to("mei@bank.test")).await.outcome, Outcome::Accepted);
}

/// Whatever happens once the server has said 250, the mail is sent.
#[tokio::test]
async fn trouble_after_the_yes_is_success() {
    for does in [
        Does::says("451 not now"),
        Does::says("554 never"),
        Does::Closes,
        Does::Hangs,
        Does::Babbles(b"??\r\n"),
    ] {
        let server = Script::new(Protection::Clear).always(At::Quit, does).start();
        let transport = transport(clear(&server));
        assert_eq!(transport.send(&letter_to("mei@bank.test")).await.outcome, Outcome::Accepted);
        transport.close().await;
        assert_eq!(server.taken().len(), 1);
    }
}

#[tokio::test]
async fn many_at_once_share_a_few_connections() {
    let server = Script::new(Protection::StartTls).login("watch", PASSWORD).start();
    let transport = transport(settings(&server, Security::StartTls));
    let sending: Vec<_> = (0..40)
        .map(|n| {
            let transport = transport.clone();
            tokio::spawn(async move {
                transport.send(&letter_to(&format!("reader{n}@bank.test"))).await.outcome
            })
        })
        .collect();
    for one in sending {
        assert_eq!(one.await.unwrap(), Outcome::Accepted);
    }
    assert_eq!(server.taken().len(), 40);
    assert!(server.connections() <= Transport::PARALLEL, "{} connections", server.connections());
}
