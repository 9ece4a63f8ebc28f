//! A stored mail once more: the same words under a new Message-ID, marked as a repeat.
//!
//! Servers and mail programs drop a second message with a Message-ID that they know, which is right
//! for a retry and wrong for somebody who asks for a mail again. So a repeat is a message of its own:
//! new Message-ID, date and recipient, "Repeat:" before the subject, and a reference to the original.
//! The body is not touched: what was told is what is shown.

use crate::model::Timestamp;

/// What a repeat is addressed with.
#[derive(Clone, Copy, Debug)]
pub struct Repeat<'a> {
    /// The one recipient.
    pub to: &'a str,
    /// The repeat's own, with angle brackets.
    pub message_id: &'a str,
    /// The original's, with angle brackets.
    pub original: &'a str,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Header fields that a repeat has of its own.
const OWN: [&str; 5] = ["To", "Message-ID", "Date", "In-Reply-To", "References"];

/// The message as it goes over the wire.
#[must_use]
pub fn repeat(message: &[u8], repeat: &Repeat<'_>) -> Vec<u8> {
    let (head, body) = parted(message);
    let mut lines = Vec::with_capacity(message.len() + 512);
    for field in fields(head) {
        let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
        if OWN.iter().any(|own| is(own)) {
            continue;
        }
        match is("Subject") {
            true => lines.extend(marked(field)),
            false => lines.extend_from_slice(field),
        }
    }
    let Repeat { to, message_id, original, at } = repeat;
    let own = format!(
        "To: {}\r\nMessage-ID: {}\r\nDate: {}\r\nIn-Reply-To: {}\r\nReferences: {}\r\n\r\n",
        one_line(to),
        one_line(message_id),
        at.to_chrono().to_rfc2822(),
        one_line(original),
        one_line(original),
    );
    lines.extend_from_slice(own.as_bytes());
    lines.extend_from_slice(body);
    lines
}

/// Header lines, each with its line end, and the body behind the empty line.
fn parted(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    end.map_or((message, &[]), |at| (&message[..at + 2], &message[at + 4..]))
}

/// Whole header fields: a line that begins with white space continues the one before.
fn fields(head: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let mut from = 0;
    for at in 0..head.len() {
        let ends = head[at] == b'\n' && !matches!(head.get(at + 1), Some(b' ' | b'\t'));
        if ends {
            fields.push(&head[from..=at]);
            from = at + 1;
        }
    }
    fields
}

/// The subject goes on in a line of its own, so that none grows beyond what it was.
fn marked(subject: &[u8]) -> Vec<u8> {
    let value = subject.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1);
    let rest = subject[value..].trim_ascii_start();
    [b"Subject: Repeat:\r\n ", rest].concat()
}

fn one_line(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = "From: w@bank.test\r\nTo: mei@bank.test\r\nMessage-ID: <one@bank.test>\r\n\
         Subject: =?utf-8?b?V2F0Y2hsaXN0?=\r\n =?utf-8?b?IE1vbg==?=\r\nReferences: <zero@bank.test>\r\n\
         \u{20}<half@bank.test>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\nList-Id: <mei.bank.test>\r\n\
         \r\nSubject: stays\r\n\r\nTo: stays\r\n";

    #[test]
    fn the_words_stay_and_the_address_changes() {
        let at = Timestamp::parse("2026-11-24T09:30:00Z").unwrap();
        let asked =
            Repeat { to: "jo@bank.test", message_id: "<two@x>", original: "<one@bank.test>", at };
        let again = String::from_utf8(repeat(STORED.as_bytes(), &asked)).unwrap();
        assert_eq!(
            again,
            "From: w@bank.test\r\nSubject: Repeat:\r\n =?utf-8?b?V2F0Y2hsaXN0?=\r\n \
             =?utf-8?b?IE1vbg==?=\r\nList-Id: <mei.bank.test>\r\nTo: jo@bank.test\r\n\
             Message-ID: <two@x>\r\nDate: Tue, 24 Nov 2026 09:30:00 +0000\r\n\
             In-Reply-To: <one@bank.test>\r\nReferences: <one@bank.test>\r\n\r\n\
             Subject: stays\r\n\r\nTo: stays\r\n"
        );
    }
}
