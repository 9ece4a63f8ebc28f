//! Any words in a mail: another parser finds exactly the headers meant, each once, and the words
//! again. Whatever a feed put into a subject, a body or a file's name, it becomes no header, no
//! address and no part of its own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mail_parser::{HeaderName, MessageParser, MimeHeaders};
use watchlistd::model::Timestamp;
use watchlistd::notify::message::{self, Envelope};
use watchlistd::notify::outside;
use watchlistd::notify::{Attachment, Content};

const FROM: &str = "Watchlist <watch@desk.test>";
const TO: &str = "mei@desk.test";

struct Words<'a> {
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    reader: &'a str,
    answers: &'a str,
    file: Option<(&'a str, &'a [u8])>,
}

fuzz_target!(|input: (String, String, String, String, String, Option<(String, Vec<u8>)>)| {
    let (subject, text, html, reader, answers, file) = &input;
    // Our files are CSV, whose cells hold no line ends of their own.
    let file = file.as_ref().map(|(name, bytes)| {
        let bytes: Vec<u8> = bytes.iter().copied().filter(|one| !b"\r\n".contains(one)).collect();
        (name.clone(), bytes)
    });
    let file = &file;
    check(&Words {
        subject,
        text,
        html,
        reader,
        answers,
        file: file.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
    });
});

fn check(words: &Words<'_>) {
    let content = Content {
        subject: words.subject.to_owned(),
        text: words.text.to_owned(),
        html: words.html.to_owned(),
        attachments: words.file.iter().map(|(name, bytes)| attachment(name, bytes)).collect(),
    };
    let list = message::list_id(words.reader, FROM);
    let references = [words.answers.to_owned()];
    let envelope = Envelope {
        from: FROM,
        to: TO,
        reply_to: Some("desk@desk.test"),
        message_id: "<one@desk.test>",
        in_reply_to: Some(words.answers),
        references: &references,
        list_id: Some(&list),
        at: Timestamp::from_millis(1_795_438_805_000),
    };
    let bytes = message::message(&content, &envelope).expect("the addresses are addresses");
    lines(&bytes);
    let mail = MessageParser::default().parse(&bytes).expect("it is a mail");
    headers(&mail);
    let subject = mail.subject().unwrap_or_default();
    assert_eq!(squeezed(subject), squeezed(&meant(words.subject)));
    assert!(!subject.chars().any(char::is_control), "{subject:?}");
    assert_eq!(plain(&mail.body_text(0).unwrap_or_default()), plain(words.text));
    assert_eq!(plain(&mail.body_html(0).unwrap_or_default()), plain(words.html));
    assert_eq!(mail.attachment_count(), content.attachments.len());
    if let (Some((name, bytes)), Some(part)) = (words.file, mail.attachment(0)) {
        assert_eq!(part.contents(), bytes);
        let read = part.attachment_name().unwrap_or_default();
        assert!(!read.chars().any(char::is_control), "{name:?} came as {read:?}");
    }
}

/// Bytes of a kind that is never turned into another charset.
fn attachment(name: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        name: name.to_owned(),
        media_type: "application/octet-stream".to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// RFC 5322 §2.1.1 and §2.3: lines of at most 998 characters, CR and LF only together.
fn lines(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("it is ASCII");
    assert!(text.is_ascii());
    for line in text.split("\r\n") {
        assert!(line.len() <= 998, "{} characters", line.len());
        assert!(!line.contains(['\r', '\n']), "{line:?}");
    }
}

/// Exactly the headers meant, each once, and the addresses that were given.
fn headers(mail: &mail_parser::Message<'_>) {
    let mut names: Vec<String> =
        mail.headers().iter().map(|one| one.name.as_str().to_ascii_lowercase()).collect();
    names.sort();
    let mut meant = vec![
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "in-reply-to",
        "list-id",
        "message-id",
        "mime-version",
        "references",
        "reply-to",
        "subject",
        "to",
        "x-auto-response-suppress",
    ];
    meant.sort_unstable();
    assert_eq!(names, meant);
    let only = |list: Option<&mail_parser::Address<'_>>| {
        let list: Vec<_> = list.map(|one| one.iter().collect()).unwrap_or_default();
        assert_eq!(list.len(), 1);
        list[0].address().map(str::to_owned)
    };
    assert_eq!(only(mail.to()).as_deref(), Some(TO));
    assert_eq!(only(mail.from()).as_deref(), Some("watch@desk.test"));
    assert_eq!(only(mail.reply_to()).as_deref(), Some("desk@desk.test"));
    assert_eq!(mail.message_id(), Some("one@desk.test"));
    assert!(mail.header(HeaderName::Bcc).is_none());
}

/// What a subject is to say: one clean line, in which nothing poses as an encoded word.
fn meant(subject: &str) -> String {
    outside::line(subject, usize::MAX).replace("=?", "= ?")
}

/// Folding may move blanks, and a word without end gets some; nothing else.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Line ends become CRLF on the wire, whatever they were.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
