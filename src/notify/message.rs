//! From words to a mail: RFC 5322 bytes for one address.
//!
//! Invariant: what stands in a header is one line of what its sender meant. Control characters are
//! gone before lettre sees a value (it would pack CR and LF into an encoded word), and so is text
//! that only looks like an encoded word. Nothing is sent here, and no clock is read: the `Date` is
//! the instant of sealing, so the same occasion has the same bytes but for the MIME boundaries.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Attached, Mailbox, MessageBuilder, MultiPart, SinglePart};

use super::outside;
use super::{Attachment, Content};
use crate::model::{MailKey, Timestamp, id};

/// Who writes to whom, about which mail.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Sender: an address, or `Name <address>`.
    pub from: &'a str,
    /// The one recipient.
    pub to: &'a str,
    /// Where a person answers.
    pub reply_to: Option<&'a str>,
    /// The occasion's Message-ID, with angle brackets: see [`message_id`].
    pub message_id: &'a str,
    /// The mail that this one follows up, with angle brackets.
    pub in_reply_to: Option<&'a str>,
    /// The mails before it in its story, oldest first, with angle brackets.
    pub references: &'a [String],
    /// What mail programs sort by: see [`list_id`].
    pub list_id: Option<&'a str>,
    /// When it was sealed.
    pub at: Timestamp,
}

/// Why no message could be made: a configuration fault, because contents always can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// An address is none.
    #[error("making a mail: '{address}' ({role}) is no mail address")]
    Address {
        /// From, To or Reply-To.
        role: &'static str,
        /// As given.
        address: String,
    },
    /// The parts do not make a message.
    #[error("making a mail: {0}")]
    Build(String),
}

/// The Message-ID of an occasion: the same for each of its addresses and attempts, so that a mail
/// that arrives twice is recognised. The domain is the sender's.
#[must_use]
pub fn message_id(key: &MailKey, from: &str, at: Timestamp) -> String {
    let hash = id::digest(&[key.as_str(), from, &at.to_string()]);
    format!("<{}@{}>", id::base32(&hash[..20]), domain_of(from))
}

/// A reader's name in a List-Id; of longer ones a digest stands there.
const LONGEST_SLUG: usize = 100;

/// The List-Id of a reader's digests and urgent mails: `<mei.watchlist.bank.com>`.
#[must_use]
pub fn list_id(reader: &str, from: &str) -> String {
    let slug: String = reader
        .to_lowercase()
        .split(|one: char| !one.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    // An id is a word of its own, which no line break may divide (RFC 2919 §3).
    let slug = match slug.len() {
        1..=LONGEST_SLUG => slug,
        _ => id::base32(&id::digest(&[reader])[..5]),
    };
    format!("<{slug}.watchlist.{}>", domain_of(from))
}

fn domain_of(from: &str) -> String {
    let address = from.parse::<Mailbox>().map(|mailbox| mailbox.email.domain().to_owned());
    address.unwrap_or_else(|_| "watchlistd.invalid".to_owned())
}

/// The finished message for one address: `multipart/alternative`, inside `multipart/mixed` when
/// something is attached.
///
/// # Errors
/// When an address of the envelope is none.
pub fn message(content: &Content, envelope: &Envelope<'_>) -> Result<Vec<u8>, MessageError> {
    let builder = headers(content, envelope)?;
    let alternative =
        MultiPart::alternative_plain_html(whole_lines(&content.text), whole_lines(&content.html));
    let body = match content.attachments.as_slice() {
        [] => alternative,
        files => files.iter().fold(MultiPart::mixed().multipart(alternative), |mixed, file| {
            mixed.singlepart(attached(file))
        }),
    };
    let message = builder.multipart(body).map_err(|why| MessageError::Build(why.to_string()))?;
    Ok(message.formatted())
}

/// Bytes that the header of a message takes at most, but for a long row of references.
const HEADER: usize = 2_000;

/// How large a message these words make, in bytes, a little more rather than less.
#[must_use]
pub fn size(content: &Content) -> usize {
    let envelope = Envelope {
        from: "a@b.test",
        to: "a@b.test",
        reply_to: None,
        message_id: "<a@b.test>",
        in_reply_to: None,
        references: &[],
        list_id: None,
        at: Timestamp::from_millis(0),
    };
    message(content, &envelope).map_or(usize::MAX, |message| message.len() + HEADER)
}

/// A lone CR is no end of a line in a mail (RFC 5322 §2.3), and servers disagree about what it is.
fn whole_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn headers(content: &Content, envelope: &Envelope<'_>) -> Result<MessageBuilder, MessageError> {
    let since_1970 = Duration::from_millis(u64::try_from(envelope.at.millis()).unwrap_or(0));
    let mut builder = lettre::Message::builder()
        .from(mailbox("From", envelope.from)?)
        .to(mailbox("To", envelope.to)?)
        .date(SystemTime::UNIX_EPOCH + since_1970)
        .message_id(Some(outside::header(envelope.message_id)))
        .subject(outside::header(&content.subject));
    if let Some(reply_to) = envelope.reply_to {
        builder = builder.reply_to(mailbox("Reply-To", reply_to)?);
    }
    if let Some(earlier) = envelope.in_reply_to {
        builder = builder.in_reply_to(outside::header(earlier));
    }
    if !envelope.references.is_empty() {
        builder = builder.references(outside::header(&envelope.references.join(" ")));
    }
    if let Some(list) = envelope.list_id {
        builder = builder.raw_header(raw("List-Id", list));
    }
    Ok(builder
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All")))
}

fn mailbox(role: &'static str, address: &str) -> Result<Mailbox, MessageError> {
    address.parse().map_err(|_| MessageError::Address { role, address: outside::header(address) })
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), outside::header(value))
}

fn attached(file: &Attachment) -> SinglePart {
    let kind = ContentType::parse(&file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
    Attached::new(outside::header(&file.name)).body(file.bytes.clone(), kind)
}
