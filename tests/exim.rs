//! The transport against a real Exim: STARTTLS, AUTH, a message end to end, a hard and a soft no, a
//! greylist, a restart. Without Exim these tests say SKIPPED; where `WATCHLISTD_REQUIRE_EXIM` is set,
//! they fail.

mod python;
mod queue;

use mail_parser::{MessageParser, MimeHeaders};
use watchlistd::model::mail::Letter;
use watchlistd::notify::smtp::{Fault, Outcome, SmtpSettings, Stage, Transport};

use crate::support::exim::EximServer;

fn settings(exim: &EximServer) -> SmtpSettings {
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@bank.test");
    settings.port = exim.port;
    settings.ca_file = Some(exim.ca_file.clone());
    settings.username = Some(exim.username.clone());
    settings.password = Some(exim.password.clone().into());
    settings
}

fn transport(settings: SmtpSettings) -> Transport {
    Transport::smtp(settings).expect("the settings are sound")
}

/// A message with all that could be bent on the way: an encoded subject, lines that begin with
/// dots, text outside ASCII, an attachment.
fn letter_to(address: &str) -> Letter {
    let text =
        "Two high since Fri 20 Nov.\r\n.\r\n..a line with dots\r\n阿里巴巴 – Müller & Söhne\r\n";
    let message = format!(
        "From: Watchlist <watchlist@bank.test>\r\n\
         To: {address}\r\n\
         Subject: =?utf-8?Q?Watchlist_Mon_23_Nov:_2_high_=E2=80=93_Alibaba?=\r\n\
         Message-ID: <m2k5n3@watchlistd.bank.test>\r\n\
         Date: Mon, 23 Nov 2026 08:00:00 -0500\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"edge\"\r\n\r\n\
         --edge\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         {text}\r\n\
         --edge\r\n\
         Content-Type: text/csv; name=\"all.csv\"\r\n\
         Content-Disposition: attachment; filename=\"all.csv\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n\
         Y29tcGFueSxoZWFkbGluZQ==\r\n\
         --edge--\r\n"
    );
    Letter { address: address.into(), message: message.into_bytes() }
}

#[tokio::test]
async fn exim_takes_delivers_refuses_and_defers() {
    let Some(exim) = EximServer::start() else { return };
    let transport = transport(settings(&exim));
    for (address, outcome, stage, reply) in [
        ("refused@bank.test", Outcome::Refused, Stage::Rcpt, "550 5.1.1 no such reader"),
        ("later@bank.test", Outcome::TryLater, Stage::Rcpt, "451 4.7.1 come back later"),
        ("mei@bank.test", Outcome::Accepted, Stage::Dot, "250 OK id="),
        ("jo@elsewhere.test", Outcome::Refused, Stage::Rcpt, "550 5.7.1 no mail for others"),
        ("jo@bank.test", Outcome::Accepted, Stage::Dot, "250 OK id="),
    ] {
        let attempt = transport.send(&letter_to(address)).await;
        assert_eq!((attempt.outcome, attempt.stage), (outcome, stage), "{address}: {attempt}");
        assert!(attempt.reply.starts_with(reply), "{address}: {attempt}");
    }
    transport.close().await;

    let delivered = exim.delivered();
    assert_eq!(delivered.len(), 2, "{}", exim.log());
    for address in ["mei@bank.test", "jo@bank.test"] {
        let one = delivered
            .iter()
            .find(|one| String::from_utf8_lossy(one).contains(&format!("Envelope-to: {address}")))
            .expect("delivered to its own address");
        assert_fields(one, address);
    }
    assert!(exim.log().contains("P=esmtpsa"), "encrypted and logged in: {}", exim.log());
}

fn assert_fields(raw: &[u8], address: &str) {
    let message = MessageParser::default().parse(raw).expect("a message");
    assert_eq!(message.subject(), Some("Watchlist Mon 23 Nov: 2 high – Alibaba"));
    assert_eq!(message.message_id(), Some("m2k5n3@watchlistd.bank.test"));
    assert_eq!(message.return_address(), Some("watchlist@bank.test"));
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address());
    assert_eq!(to, Some(address));
    let text = message.body_text(0).expect("a text part");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        ["Two high since Fri 20 Nov.", ".", "..a line with dots", "阿里巴巴 – Müller & Söhne"]
    );
    let attachment = message.attachment(0).expect("an attachment");
    assert_eq!(attachment.attachment_name(), Some("all.csv"));
    assert_eq!(attachment.contents(), b"company,headline");
}

#[tokio::test]
async fn exim_sends_no_mail_for_strangers() {
    let Some(exim) = EximServer::start() else { return };
    let mut wrong = settings(&exim);
    wrong.password = Some("not-the-password".into());
    let attempt = transport(wrong).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Login), "{attempt}");
    assert!(attempt.reply.starts_with("535 "), "{attempt}");

    let mut nobody = settings(&exim);
    (nobody.username, nobody.password) = (None, None);
    let attempt = transport(nobody).send(&letter_to("mei@bank.test")).await;
    assert!(attempt.reply.contains("5.7.0 log in first"), "{attempt}");

    let mut doubting = settings(&exim);
    // Another authority than the one that signed Exim's certificate.
    let folder = tempfile::tempdir().expect("a folder");
    doubting.ca_file = Some(crate::support::certificates::Authority::new().write_to(folder.path()));
    let attempt = transport(doubting).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Certificate), "{attempt}");

    assert!(exim.delivered().is_empty());
}

/// The whole way: a feed, the watchlist, a digest, and a real server that takes it for each reader.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_reaches_a_mailbox_through_exim() {
    let Some(exim) = EximServer::start() else { return };
    let newsroom = crate::support::newsroom::Newsroom::open().await;
    newsroom.publish("a1", "SEC moves to delist Alibaba &amp; co – 阿里巴巴");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("password", format!("{}\n", exim.password));
    write(
        "watchlistd.toml",
        format!(
            "contact = \"ops@bank.test\"\ntimezone = \"Europe/Berlin\"\n\
             storage = \"sqlite:state/state.db\"\n[operator]\nto = [\"ops@bank.test\"]\n\
             [collect]\nallow_private = true\n[mail]\ntransport = \"smtp\"\nhost = \"127.0.0.1\"\n\
             port = {}\nca_file = \"{}\"\nusername = \"{}\"\npassword_file = \"password\"\n\
             from = \"watchlist@bank.test\"\n",
            exim.port,
            exim.ca_file.display(),
            exim.username
        ),
    );
    write("sources.toml", format!("[[source]]\nid = \"wire\"\nurl = \"{}\"\n", newsroom.url()));
    write(
        "readers.toml",
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\", \"later@bank.test\"]\n".into(),
    );
    write(
        "watchlist.toml",
        "[[company]]\nname = \"Alibaba\"\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n"
            .into(),
    );
    let once = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args(["once", "--config"])
        .arg(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&once.stderr).into_owned();
    assert_eq!(once.status.code(), Some(75), "one address is to be tried again: {errors}");
    assert!(errors.contains("1 mail sent, 1 deferred"), "{errors}");
    assert!(!errors.contains(&exim.password), "{errors}");

    let delivered = exim.delivered();
    assert_eq!(delivered.len(), 1, "{}", exim.log());
    let message = MessageParser::default().parse(&delivered[0]).unwrap();
    let subject = message.subject().unwrap_or_default();
    assert!(subject.starts_with("Watchlist ") && subject.contains("1 medium"), "{subject}");
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert!(message.message_id().is_some_and(|id| id.ends_with("@bank.test")));
    let text = message.body_text(0).unwrap_or_default().into_owned();
    assert!(text.contains("阿里巴巴") && text.contains("already there"), "{text}");
    let html = message.body_html(0).unwrap_or_default().into_owned();
    assert!(html.contains("&amp; co") && !html.contains("<script"), "{html}");
    assert!(exim.log().contains("P=esmtpsa"), "encrypted and logged in: {}", exim.log());
}
