//! A queue of real mails through a real server that refuses, greylists and is restarted: each recipient
//! who can be reached gets each mail once, and every field arrives as it was written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mail_parser::{Message, MessageParser, MimeHeaders};
use watchlistd::clock::FixedClock;
use watchlistd::model::mail::Letter;
use watchlistd::model::{MailKey, MailKind, MailState, SealedMail, Timestamp};
use watchlistd::notify::message::{self, Envelope};
use watchlistd::notify::smtp::Outcome;
use watchlistd::notify::{Attachment, Content};
use watchlistd::pipeline::Ground;
use watchlistd::pipeline::deliver::Deliverer;
use watchlistd::store::Store;
use watchlistd::store::sqlite::{Mode, Sqlite};

use super::python::{self, Read};
use super::{settings, transport};
use crate::support::exim::EximServer;

const FROM: &str = "Watchlist <watchlist@bank.test>";

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

/// What could be bent on the way: long lines, dots, every script, markup, bytes of all kinds.
fn content() -> Content {
    let long = "A very long line of words that no server may break where it likes. ".repeat(12);
    Content {
        subject: "[HIGH] Alibaba: 阿里巴巴 – «Müller & Söhne» 🚢 accused, say officials (SCMP +39)"
            .into(),
        text: format!(
            "1 high since Fri 20 Nov\n.\n..\n.hidden\nFrom the desk\n{long}\n阿里巴巴 🚢\n"
        ),
        html: format!("<p>1 high &amp; more</p>\n.\n<p>{long}</p>\n<p lang=\"ar\">شركة</p>\n"),
        attachments: vec![Attachment {
            name: "watchlist-2026-11-23.csv".into(),
            media_type: "text/csv; charset=utf-8".into(),
            bytes: "company,headline\r\nAlibaba,\"阿里巴巴, \"\"BABA\"\"\"\r\n.\r\n".into(),
        }],
    }
}

/// An occasion with a letter for each of these people.
fn sealed(n: u32, people: &[&str]) -> SealedMail {
    let at = noon().plus(Duration::from_secs(u64::from(n)));
    let key = MailKey::digest("Mei", at);
    let message_id = message::message_id(&key, FROM, at);
    let earlier = ["<first@bank.test>".to_owned(), "<second@bank.test>".to_owned()];
    let letter = |who: &&str| {
        let address = format!("{who}@bank.test");
        let envelope = Envelope {
            from: FROM,
            to: &address,
            reply_to: Some("desk@bank.test"),
            message_id: &message_id,
            in_reply_to: Some(&earlier[1]),
            references: &earlier,
            list_id: Some("<mei.watchlist.bank.test>"),
            at,
        };
        let message = message::message(&content(), &envelope).unwrap();
        Letter { address, message }
    };
    SealedMail {
        key,
        kind: MailKind::Digest,
        reader: Some("Mei".into()),
        story: None,
        subject: content().subject,
        letters: people.iter().map(letter).collect(),
        alerts: Vec::new(),
        covers_until: at,
        at,
        message_id,
    }
}

async fn standing(store: &dyn Store) -> BTreeMap<MailState, u64> {
    let outbox = store.archive().outbox().await.unwrap();
    outbox.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_outlives_refusals_a_greylist_and_a_restart() {
    let Some(mut exim) = EximServer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("state.db"), Mode::Exclusive).unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let clock = Arc::new(FixedClock::at(noon().plus(Duration::from_secs(10))));
    let ground = Ground { store: Arc::clone(&store), clock: Arc::clone(&clock) as Arc<_> };
    let deliverer = Deliverer::new(ground, transport(settings(&exim)));
    let send = async |minutes: u64| {
        clock.set(noon().plus(Duration::from_secs(60 * minutes)));
        deliverer.send_due(&|| false).await.unwrap()
    };

    store.seal(sealed(1, &["refused", "later", "grey", "mei", "jo"])).await.unwrap();
    let sent = send(1).await;
    assert_eq!((sent.sent, sent.deferred, sent.refused), (2, 2, 1), "{}", exim.log());

    store.seal(sealed(2, &["mei", "jo", "li"])).await.unwrap();
    exim.stop();
    let sent = send(10).await;
    assert_eq!((sent.sent, sent.refused), (0, 0), "nobody is there");
    assert_eq!(standing(&*store).await[&MailState::Refused], 1, "that costs no mail anything");
    exim.start_again();
    exim.trust_after_greylisting();
    for minutes in [30, 60, 120] {
        send(minutes).await;
    }
    let left = standing(&*store).await;
    let expected =
        BTreeMap::from([(MailState::Sent, 6), (MailState::Deferred, 1), (MailState::Refused, 1)]);
    assert_eq!(left, expected, "{}", exim.log());

    let delivered = exim.delivered();
    let mut to: Vec<String> = delivered.iter().map(|one| envelope_to(one)).collect();
    to.sort();
    let people = ["grey", "jo", "jo", "li", "mei", "mei"];
    assert_eq!(to, people.map(|who| format!("{who}@bank.test")), "{}", exim.log());
    check_every_field(&delivered);
}

/// A connection that was kept does not survive a restart; the mail that finds that out does.
#[tokio::test]
async fn a_kept_connection_is_replaced_after_a_restart() {
    let Some(mut exim) = EximServer::start() else { return };
    let transport = transport(settings(&exim));
    for n in 0..3 {
        let letter = sealed(n, &["mei"]).letters.remove(0);
        let attempt = transport.send(&letter).await;
        assert_eq!(attempt.outcome, Outcome::Accepted, "{attempt}");
        exim.stop();
        exim.start_again();
    }
    transport.close().await;
    assert_eq!(exim.delivered().len(), 3, "{}", exim.log());
}

fn parse(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).expect("a message")
}

fn envelope_to(raw: &[u8]) -> String {
    parse(raw).header_raw("Envelope-to").unwrap_or_default().trim().to_owned()
}

/// Field by field, by two readers of mail that know nothing of each other.
fn check_every_field(delivered: &[Vec<u8>]) {
    let wanted = content();
    for raw in delivered {
        let message = parse(raw);
        let to = message.to().and_then(|to| to.first()).and_then(|one| one.address()).unwrap();
        let found = Read {
            subject: message.subject().unwrap_or_default().to_owned(),
            from: FROM.to_owned(),
            to: to.to_owned(),
            reply_to: "desk@bank.test".to_owned(),
            message_id: format!("<{}>", message.message_id().unwrap_or_default()),
            in_reply_to: "<second@bank.test>".to_owned(),
            references: "<first@bank.test> <second@bank.test>".to_owned(),
            list_id: "<mei.watchlist.bank.test>".to_owned(),
            auto_submitted: "auto-generated".to_owned(),
            suppress: "All".to_owned(),
            text: lines(&message.body_text(0).unwrap_or_default()),
            html: lines(&message.body_html(0).unwrap_or_default()),
            attachment: (
                message.attachment(0).and_then(|one| one.attachment_name()).unwrap().to_owned(),
                String::from_utf8(message.attachment(0).unwrap().contents().to_vec()).unwrap(),
            ),
        };
        assert_eq!(found.subject, wanted.subject);
        assert_eq!(envelope_to(raw), to, "one envelope for each recipient");
        assert_eq!(message.from().and_then(|from| from.first()).unwrap().name(), Some("Watchlist"));
        let answers = message.reply_to().and_then(|to| to.first()).and_then(|one| one.address());
        assert_eq!(answers, Some("desk@bank.test"));
        assert_eq!(message.in_reply_to().as_text(), Some("second@bank.test"));
        assert_eq!(message.return_address(), Some("watchlist@bank.test"));
        for (name, value) in [
            ("List-Id", "<mei.watchlist.bank.test>"),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
        ] {
            assert_eq!(message.header_raw(name).map(str::trim), Some(value), "{name}");
        }
        assert_eq!(found.text, lines(&wanted.text));
        assert_eq!(found.html, lines(&wanted.html));
        assert_eq!(found.attachment.0, wanted.attachments[0].name);
        assert_eq!(found.attachment.1.as_bytes(), wanted.attachments[0].bytes);
        if let Some(read) = python::read(raw) {
            assert_eq!(read, found, "Python's email reads the same");
        }
    }
}

/// A mail is lines; how they end is the carrier's affair.
fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(str::to_owned).collect()
}
