//! Telling: who is told what and when, and what the mail says.
//!
//! [`reader`] reads the readers' file, [`schedule`] says when a digest is due, [`route`] turns an
//! alert into notices and decides how loudly, [`digest`], [`urgent`], [`welcome`] and
//! [`operator`] write the words, [`message`] makes them a mail and [`repeat`] sends one again. All of
//! these are pure: they take what is known and
//! `now`, and touch neither network, disk nor clock. [`smtp`] hands finished mails over and is the
//! only part that does I/O; [`outbox`] says what became of a mail then, and [`room`] how large the
//! next may be.

pub mod difference;
pub mod digest;
pub mod late;
pub mod message;
pub mod operator;
pub mod outbox;
pub mod outlets;
pub mod reader;
pub mod repeat;
pub mod room;
pub mod route;
pub mod schedule;
pub mod smtp;
pub mod urgent;
pub mod welcome;
pub mod withheld;

mod by_id;
mod civil;
mod edited;
mod excerpt;
mod frame;
pub mod listing;
mod merge;
mod nearest;
pub mod outside;
mod page;
mod stories;
mod times;
mod wrap;

/// What a mail says, before it has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The subject, one line.
    pub subject: String,
    /// The plain text part, a full product of its own.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// What is attached.
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name.
    pub name: String,
    /// Its media type, `text/csv; charset=utf-8` for example.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How much a subject gives away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// Companies and headlines.
    #[default]
    Full,
    /// Counts only, for mailboxes that others see.
    Discreet,
}
