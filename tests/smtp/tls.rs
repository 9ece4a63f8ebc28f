//! Whom the transport believes, and that nothing goes out in clear by accident or by trick.

use std::io::Write as _;

use watchlistd::notify::smtp::{
    Fault, Outcome, Security, SettingsError, SmtpSettings, Stage, Transport,
};

use super::{PASSWORD, SHORT, letter_to, settings, transport};
use crate::support::smtp::{At, Does, Protection, Script, SmtpServer};

fn nothing_secret_in_clear(server: &SmtpServer) {
    for heard in server.heard().iter().filter(|heard| !heard.encrypted) {
        let verb = heard.line.split(' ').next().unwrap_or_default();
        assert!(["EHLO", "STARTTLS", "QUIT"].contains(&verb), "in clear: {}", heard.line);
    }
}

#[tokio::test]
async fn only_the_greeting_is_in_clear_before_starttls() {
    let server = Script::new(Protection::StartTls).login("watch", PASSWORD).start();
    let attempt =
        transport(settings(&server, Security::StartTls)).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
    nothing_secret_in_clear(&server);
    let said: Vec<_> = server.heard().iter().map(|one| one.encrypted).collect();
    assert_eq!(said[..3], [false, false, true], "EHLO is asked again after the handshake");
}

/// Somebody on the way takes the offer out of the server's answer.
#[tokio::test]
async fn a_stripped_starttls_is_refused() {
    let server = Script::new(Protection::StartTls)
        .always(At::Ehlo, Does::says("250-mail.test\r\n250 AUTH PLAIN LOGIN"))
        .start();
    let attempt =
        transport(settings(&server, Security::StartTls)).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Encryption));
    assert_eq!(attempt.stage, Stage::StartTls);
    nothing_secret_in_clear(&server);
}

/// Somebody on the way appends a forged answer to the go-ahead: it must not pass for the first
/// answer of the encrypted conversation, or every later answer would be taken for the next one.
#[tokio::test]
async fn an_answer_forged_in_clear_is_thrown_away() {
    let server = Script::new(Protection::StartTls)
        .login("watch", PASSWORD)
        .always(At::StartTls, Does::says("220 go ahead\r\n250-forged\r\n250 AUTH LOGIN"))
        .recipient("mei@bank.test", "550 no such user")
        .start();
    let attempt =
        transport(settings(&server, Security::StartTls)).send(&letter_to("mei@bank.test")).await;
    match attempt.outcome {
        // Read together with the go-ahead: dropped, and the true answers are heard in their place.
        Outcome::Refused => assert_eq!(attempt.to_string(), "RCPT TO: 550 no such user"),
        // Read later: it is no TLS record.
        outcome => assert_eq!(outcome, Outcome::ConfigFault(Fault::Encryption), "{attempt}"),
    }
    nothing_secret_in_clear(&server);
}

#[tokio::test]
async fn a_certificate_must_be_trusted_valid_and_the_hosts_own() {
    for protection in [Protection::StartTls, Protection::Implicit] {
        let security = match protection {
            Protection::StartTls => Security::StartTls,
            _ => Security::Implicit,
        };
        let servers = [
            Script::new(protection).certificate(|ca| ca.sign(&["mail.elsewhere.test"])).start(),
            Script::new(protection).certificate(|ca| ca.sign_expired(&["127.0.0.1"])).start(),
        ];
        for server in &servers {
            let attempt =
                transport(settings(server, security)).send(&letter_to("mei@bank.test")).await;
            assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Certificate), "{attempt}");
            assert_eq!(attempt.stage, Stage::Tls);
            nothing_secret_in_clear(server);
        }
        // A good certificate, but of another authority than the one that is trusted.
        let other = Script::new(protection).start();
        let mut settings = settings(&other, security);
        settings.ca_file = Some(servers[0].ca_file());
        let attempt = transport(settings).send(&letter_to("mei@bank.test")).await;
        assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Certificate), "{attempt}");
        assert!(attempt.reply.starts_with("invalid peer certificate"), "{attempt}");
    }
}

#[tokio::test]
async fn the_wrong_port_is_told_not_waited_for() {
    // tls = "implicit" on a port that greets in clear.
    let server = Script::new(Protection::StartTls).start();
    let attempt =
        transport(settings(&server, Security::Implicit)).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Encryption), "{attempt}");
    // tls = "starttls" on a port that waits for a handshake: neither side speaks.
    let server = Script::new(Protection::Implicit).start();
    let mut settings = settings(&server, Security::StartTls);
    settings.timeouts.banner = SHORT;
    let attempt = transport(settings).send(&letter_to("mei@bank.test")).await;
    assert_eq!((attempt.outcome, attempt.stage), (Outcome::TryLater, Stage::Banner), "{attempt}");
}

#[test]
fn settings_that_cannot_work_are_told_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::File::create(&path).unwrap().write_all(b"no certificate in here").unwrap();
    let sound = || SmtpSettings::new("smtp.bank.test", "watchlist@bank.test");
    type Bend = Box<dyn Fn(&mut SmtpSettings)>;
    let cases: Vec<(Bend, &str)> = vec![
        (
            Box::new(|settings| settings.security = Security::None),
            "tls = \"none\" with host 'smtp.bank.test': mail and password would cross the network in clear",
        ),
        (
            Box::new(|settings| settings.sender = "watchlist".into()),
            "from 'watchlist' is no mail address",
        ),
        (
            Box::new(|settings| settings.host = "smtp bank".into()),
            "host 'smtp bank' is neither a host name nor an IP address",
        ),
        (
            Box::new(|settings| settings.username = Some("watch".into())),
            "username is set, but there is no password",
        ),
        (
            Box::new(|settings| settings.ca_file = Some("/no/such/ca.pem".into())),
            "reading ca_file /no/such/ca.pem: No such file or directory (os error 2)",
        ),
        (Box::new(move |settings| settings.ca_file = Some(path.clone())), "holds no certificate"),
    ];
    for (bend, expected) in cases {
        let mut settings = sound();
        bend(&mut settings);
        let error: SettingsError = Transport::smtp(settings).unwrap_err();
        assert!(error.to_string().contains(expected), "'{error}' should say '{expected}'");
        assert!(!error.hint().is_empty());
    }
}
