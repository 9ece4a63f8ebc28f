//! Messages as another parser reads them back.

use mail_parser::{Addr, HeaderValue, MessageParser, MimeHeaders};
use watchlistd::model::{MailKey, PendingNotice, Timestamp};
use watchlistd::notify::digest::digest;
use watchlistd::notify::message::{Envelope, MessageError, list_id, message, message_id};
use watchlistd::notify::urgent::{UrgentInput, urgent};
use watchlistd::notify::withheld::Quoting;
use watchlistd::notify::{Attachment, Content, Subjects};

use super::mails::{NOW, input, monday};
use super::make::{at, coverage, entry, one_reader};

fn content() -> Content {
    Content {
        subject: "Watchlist Mon 23 Nov: 2 high – Alibaba, 阿里巴巴, مذكرة".to_owned(),
        text: "Guten Tag, 阿里巴巴\n\nFrom here on.\n.\nhttps://a.org/x\n".to_owned(),
        html: "<!DOCTYPE html><html><body><p>阿里巴巴 &amp; more</p></body></html>".to_owned(),
        attachments: Vec::new(),
    }
}

fn envelope<'a>(id: &'a str, references: &'a [String]) -> Envelope<'a> {
    Envelope {
        from: "Watchlist <watchlist@bank.com>",
        to: "mei@bank.com",
        reply_to: Some("desk@bank.com"),
        message_id: id,
        in_reply_to: references.last().map(String::as_str),
        references,
        list_id: Some("<mei.watchlist.bank.com>"),
        at: at("2026-11-23T13:00:05Z"),
    }
}

fn address(value: Option<&mail_parser::Address<'_>>) -> Option<String> {
    value.and_then(|list| list.first()).and_then(Addr::address).map(str::to_owned)
}

#[test]
fn another_parser_reads_every_field_back() {
    let key = MailKey::digest("Mei", at("2026-11-23T13:00:00Z"));
    let id = message_id(&key, "Watchlist <watchlist@bank.com>", at("2026-11-23T13:00:05Z"));
    let references = vec!["<one@bank.com>".to_owned(), "<two@bank.com>".to_owned()];
    let bytes = message(&content(), &envelope(&id, &references)).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.subject(), Some(content().subject.as_str()));
    assert_eq!(address(mail.from()).as_deref(), Some("watchlist@bank.com"));
    assert_eq!(address(mail.to()).as_deref(), Some("mei@bank.com"));
    assert_eq!(address(mail.reply_to()).as_deref(), Some("desk@bank.com"));
    assert_eq!(mail.date().unwrap().to_timestamp(), 1_795_438_805);
    assert_eq!(mail.message_id(), Some(id.trim_matches(['<', '>'])));
    assert_eq!(mail.in_reply_to().as_text(), Some("two@bank.com"));
    let references: Vec<&str> = match mail.references() {
        HeaderValue::TextList(list) => list.iter().map(AsRef::as_ref).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(references, ["one@bank.com", "two@bank.com"]);
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(mail.header_raw("X-Auto-Response-Suppress").map(str::trim), Some("All"));
    assert_eq!(mail.header_raw("List-Id").map(str::trim), Some("<mei.watchlist.bank.com>"));
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), content().text);
    assert_eq!(mail.body_html(0).unwrap(), content().html);
    assert_eq!(mail.attachment_count(), 0);
    assert!(mail.content_type().unwrap().subtype() == Some("alternative"));
}

#[test]
fn an_attachment_comes_back_byte_for_byte() {
    let bytes = "\u{feff}story,headline\r\n1,\"阿里, 巴巴\"\r\n".as_bytes().to_vec();
    let mut content = content();
    content.attachments.push(Attachment {
        name: "watchlist-2026-11-23.csv".to_owned(),
        media_type: "text/csv; charset=utf-8".to_owned(),
        bytes: bytes.clone(),
    });
    let made = message(&content, &envelope("<x@bank.com>", &[])).unwrap();
    let mail = MessageParser::default().parse(&made).unwrap();
    assert_eq!(mail.content_type().unwrap().subtype(), Some("mixed"));
    let file = mail.attachment(0).unwrap();
    assert_eq!(file.attachment_name(), Some("watchlist-2026-11-23.csv"));
    assert_eq!(
        file.text_contents().unwrap().trim_start_matches('\u{feff}').as_bytes(),
        &bytes[3..]
    );
    assert_eq!(mail.body_html(0).unwrap(), content.html);
}

#[test]
fn a_subject_cannot_become_a_header() {
    for evil in [
        "x\r\nBcc: victim@bank.com",
        "x\nBcc: victim@bank.com\n\nbody",
        "x\0\u{b}\u{85}y",
        "=?utf-8?q?x=0d=0aBcc:_victim=40bank.com?=",
        "漢字 =?utf-8?b?DQpCY2M6IHZAYg==?= 漢字",
    ] {
        let mut content = content();
        content.subject = evil.to_owned();
        let made = message(&content, &envelope("<x@bank.com>", &[])).unwrap();
        let mail = MessageParser::default().parse(&made).unwrap();
        assert!(mail.bcc().is_none(), "{evil:?}");
        let subject = mail.subject().unwrap();
        assert!(!subject.chars().any(char::is_control), "{evil:?} gave {subject:?}");
        assert!(mail.body_text(0).unwrap().starts_with("Guten Tag"), "{evil:?}");
        let head = String::from_utf8_lossy(&made);
        let head = head.split("\r\n\r\n").next().unwrap();
        assert!(head.lines().all(|line| line.len() <= 998), "{evil:?}");
    }
}

#[test]
fn lines_are_short_and_end_as_mail_demands() {
    let mut long = content();
    long.text = "word ".repeat(5_000);
    long.html = format!("<p>{}</p>", "漢".repeat(5_000));
    long.subject = "漢字".repeat(200);
    let made = message(&long, &envelope("<x@bank.com>", &[])).unwrap();
    let text = String::from_utf8(made).unwrap();
    assert!(text.is_ascii());
    assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
    long.subject = "x".repeat(3_000);
    let list = list_id(&"name ".repeat(500), "Watchlist <watchlist@bank.com>");
    let references = ["y".repeat(3_000)];
    let envelope_of = Envelope { list_id: Some(&list), ..envelope("<x@bank.com>", &references) };
    let made = message(&long, &envelope_of).unwrap();
    let text = String::from_utf8(made).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "{text}");
    long.text = "a lone return\rand a pair\r\nand a feed\n".to_owned();
    let made = message(&long, &envelope("<x@bank.com>", &[])).unwrap();
    let text = String::from_utf8(made.clone()).unwrap();
    assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n'])), "{text:?}");
    let mail = MessageParser::default().parse(&made).unwrap();
    let read = mail.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(read, "a lone return\nand a pair\nand a feed\n");
}

#[test]
fn an_occasion_has_one_id_and_different_ones_differ() {
    let now = at("2026-11-23T13:00:05Z");
    let id = |key: &MailKey, at: Timestamp| message_id(key, "w@bank.com", at);
    let monday = MailKey::digest("Mei", at("2026-11-23T13:00:00Z"));
    assert_eq!(id(&monday, now), id(&monday, now));
    assert!(id(&monday, now).ends_with("@bank.com>"));
    assert_ne!(id(&monday, now), id(&MailKey::digest("Jo", at("2026-11-23T13:00:00Z")), now));
    assert_eq!(list_id("Mei Ling", "W <w@bank.com>"), "<mei-ling.watchlist.bank.com>");
    assert!(list_id("美玲", "w@bank.com").ends_with(".watchlist.bank.com>"));
}

#[test]
fn an_address_that_is_none_is_a_fault_of_the_configuration() {
    let mut bad = envelope("<x@bank.com>", &[]);
    bad.from = "nobody";
    let why = message(&content(), &bad).unwrap_err();
    assert_eq!(why, MessageError::Address { role: "From", address: "nobody".to_owned() });
    assert_eq!(why.to_string(), "making a mail: 'nobody' (From) is no mail address");
}

/// A whole digest and a follow-up, as their readers' programs take them apart.
#[test]
fn the_mails_of_a_day_come_back_field_by_field() {
    let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
    let notices = monday();
    let refs: Vec<&PendingNotice> = notices.iter().take(9).collect();
    let follow_up = UrgentInput {
        reader: &reader,
        notices: &refs,
        n: 3,
        told: None,
        readers: &[],
        now: at(NOW),
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
        outlets: super::mails::outlets(),
        delayed_since: None,
        restored: None,
        last_of_hour: false,
        short: None,
        quoting: Quoting::Freely,
    };
    let earlier = vec!["<one@bank.com>".to_owned(), "<two@bank.com>".to_owned()];
    for (content, references) in
        [(digest(&input(&reader, &notices, &coverage)), &[][..]), (urgent(&follow_up), &earlier)]
    {
        let made = message(&content, &envelope("<three@bank.com>", references)).unwrap();
        let mail = MessageParser::default().parse(&made).unwrap();
        assert_eq!(mail.subject(), Some(content.subject.as_str()));
        assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), content.text);
        assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), content.html);
        assert_eq!(mail.message_id(), Some("three@bank.com"));
        assert_eq!(
            mail.in_reply_to().as_text(),
            (!references.is_empty()).then_some("two@bank.com")
        );
        let head = made.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&made[..head]).unwrap();
        for name in [
            "From",
            "To",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Id",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
        ] {
            let times = head.lines().filter(|line| {
                line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase()))
            });
            assert_eq!(times.count(), 1, "{name} in {head}");
        }
        for name in ["Bcc", "Cc", "Sender", "List-Unsubscribe", "Return-Path"] {
            assert!(mail.header(name).is_none(), "{name} in {head}");
        }
        assert!(made.is_ascii());
    }
}
