//! The password shows up nowhere: not in a reply, not in Debug, not in an error, not in the logs.
//! The server here is one that quotes what it was given.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

use std::io;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::MakeWriter;
use watchlistd::notify::smtp::{Security, Transport};

use super::{PASSWORD, SHORT, letter_to, settings, transport};
use crate::support::smtp::{At, Does, Protection, Script};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn writing_to(page: Page) -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(page).finish()
}

fn spellings() -> Vec<String> {
    vec![
        PASSWORD.to_owned(),
        BASE64.encode(PASSWORD.as_bytes()),
        BASE64.encode(format!("\0watch\0{PASSWORD}").as_bytes()),
    ]
}

fn assert_hidden(text: &str, place: &str) {
    for spelling in spellings() {
        assert!(!text.contains(&spelling), "{place} shows the password: {text}");
    }
}

#[tokio::test]
async fn the_password_shows_up_nowhere() {
    let log = Page::default();
    let subscriber = Dispatch::new(writing_to(log.clone()));
    // While only one subscriber lives, tracing asks whichever thread meets an event first whether
    // anybody listens, and keeps its answer; that thread may be another test's.
    let _second = Dispatch::new(writing_to(Page::default()));
    async {
        for at in [At::Banner, At::Ehlo, At::StartTls, At::Auth, At::Mail, At::Rcpt, At::Dot] {
            let quoting = format!("554 you said {}", spellings().join(" or "));
            for does in [Does::Says(quoting), Does::Closes, Does::Hangs, Does::Babbles(b"?\r\n")] {
                let mechanisms = if at == At::Mail { "LOGIN" } else { "PLAIN" };
                let server = Script::new(Protection::StartTls)
                    .login("watch", PASSWORD)
                    .mechanisms(mechanisms)
                    .always(at, does)
                    .start();
                let mut settings = settings(&server, Security::StartTls);
                settings.timeouts.banner = SHORT;
                settings.timeouts.command = SHORT;
                settings.timeouts.dot = SHORT;
                assert_hidden(&format!("{settings:?}"), "the settings' Debug");
                let transport = transport(settings);
                let attempt = transport.send(&letter_to("mei@bank.test")).await;
                assert_hidden(&format!("{attempt:?} {attempt}"), "the attempt");
                assert_hidden(&format!("{transport:?}"), "the transport's Debug");
            }
        }
        // The wrong password, quoted back by the server's own words.
        let server = Script::new(Protection::StartTls).login("watch", "another").start();
        let attempt = transport(settings(&server, Security::StartTls))
            .send(&letter_to("mei@bank.test"))
            .await;
        assert_hidden(&attempt.to_string(), "the attempt");
        assert!(attempt.reply.contains("[hidden]"), "{attempt}");
        let mut broken = settings(&server, Security::StartTls);
        broken.ca_file = Some("/no/such/file".into());
        let error = Transport::smtp(broken).unwrap_err();
        assert_hidden(&format!("{error:?} {error}"), "the error");
    }
    .with_subscriber(subscriber)
    .await;
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("mail attempt"), "the log was taken");
    assert_hidden(&log, "the log");
    for private in ["mei@bank.test", "watchlist@bank.test", "Two high."] {
        assert!(!log.contains(private), "the log shows {private}");
    }
}

/// A reply goes into listings and mails: one line, nothing that steers a terminal.
#[tokio::test]
async fn a_reply_is_one_plain_line() {
    let server = Script::new(Protection::Clear)
        .always(
            At::Banner,
            Does::Says(format!("554-\u{1b}[31mred\u{202e}\r\n554 end {}", "x".repeat(900))),
        )
        .start();
    let attempt =
        transport(settings(&server, Security::None)).send(&letter_to("mei@bank.test")).await;
    assert!(attempt.reply.starts_with("554  [31mred"), "{attempt}");
    assert!(!attempt.reply.chars().any(|one| one.is_control() || one == '\u{202e}'));
    assert!(attempt.reply.chars().count() <= 500);
}
