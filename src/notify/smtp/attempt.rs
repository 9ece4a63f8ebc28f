//! What one attempt to hand over a mail came to: the outcome, the stage, the server's words.
//!
//! The outcome says what the outbox should do, never how the wire looked; the reply is for people
//! and carries no password. Which outcome follows from what is decided in `verdict.rs`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::notify::room::is_too_large;

/// Minutes for which a server is left alone that refused a log-in, after the first, the second … time; the
/// last holds for all that follow. Mail providers lock accounts after some wrong log-ins in a row or within
/// an hour or a day; so few stay below all of that, and an hour is how late a mended account may be noticed.
const LOGIN_MINUTES: [u64; 3] = [15, 30, 60];

/// Minutes after any other fault: nothing is locked, and the end is noticed soon.
const FAULT_MINUTES: u64 = 5;

/// What must be done before the other side is given the message, since from then on it may have the mail. False:
/// it could not be done, and the attempt ends there.
pub type Given<'a> = &'a (dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> + Sync);

/// How far an attempt got, in the order of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finding and reaching the server.
    Connect,
    /// The TLS handshake, at once or after STARTTLS.
    Tls,
    /// The server's greeting.
    Banner,
    /// EHLO.
    Ehlo,
    /// The STARTTLS command.
    StartTls,
    /// Logging in.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to the go-ahead.
    Data,
    /// The message itself; the final dot has not been sent.
    Body,
    /// The final dot was sent and the server has the mail, or not.
    Dot,
    /// Writing into the Maildir of the `file` transport.
    Folder,
    /// Keeping it in memory.
    Memory,
}

impl Stage {
    /// The name in output, logs and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Banner => "greeting",
            Self::Ehlo => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Data => "DATA",
            Self::Body => "message",
            Self::Dot => "end of message",
            Self::Folder => "mail folder",
            Self::Memory => "memory",
        }
    }

    /// Whether the mail itself had been mentioned: before that, trouble is the transport's.
    #[must_use]
    pub fn concerns_mail(self) -> bool {
        (Self::Mail..=Self::Dot).contains(&self)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What an operator has to mend before any mail can go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The server did not take the user name and password, offers no way to log in that we know,
    /// or wants a log-in that is not configured.
    Login,
    /// The server's certificate is not trusted, is out of date or is another's.
    Certificate,
    /// No encryption could be agreed on, and it is required.
    Encryption,
    /// The server will not talk to us at all.
    Unwelcome,
    /// The server takes no mail from the sender's address.
    Sender,
    /// The server takes no mail from us for anybody: several recipients were denied, and none taken.
    Denied,
    /// The server takes none of our messages for anybody once it has read them: several were denied, and none taken.
    Messages,
    /// The mail folder cannot be written.
    Folder,
}

impl Fault {
    /// Reads a fault out of an attempt as it was told ([`Attempt`]'s `STAGE: reply`): for whoever only has the
    /// words that the outbox keeps. `None` where they tell of none.
    #[must_use]
    pub fn told_by(words: &str) -> Option<Self> {
        let (stage, reply) = words.split_once(": ")?;
        let no = reply.starts_with('5');
        let logs_in = ["530", "534", "535", "538"].iter().any(|code| reply.starts_with(code));
        let is = |one: Stage| stage == one.as_str();
        match () {
            () if no && (is(Stage::Banner) || is(Stage::Ehlo)) => Some(Self::Unwelcome),
            () if is(Stage::StartTls) && (no || reply.contains("does not offer")) => {
                Some(Self::Encryption)
            }
            () if logs_in || is(Stage::Auth) && (no || reply.contains("offers neither")) => {
                Some(Self::Login)
            }
            () if is(Stage::Tls) && reply.contains("certificate") => Some(Self::Certificate),
            () if is(Stage::Mail)
                && no
                && !reply.starts_with("552")
                && !reply.starts_with("555")
                && !is_too_large(words) =>
            {
                Some(Self::Sender)
            }
            // Behind the code and a space.
            () if no && [Stage::Rcpt, Stage::Data].into_iter().any(is) => {
                is_policy(reply.get(4..)?).then_some(Self::Denied)
            }
            () if no && is(Stage::Dot) => {
                let words = reply.get(4..)?;
                (is_policy(words) && !speaks_of_content(words)).then_some(Self::Messages)
            }
            () => None,
        }
    }

    /// How long the server is left alone when this was found so many times in a row.
    #[must_use]
    pub fn pause(self, times: u32) -> Duration {
        let last = LOGIN_MINUTES.len() - 1;
        let at = usize::try_from(times.saturating_sub(1)).map_or(last, |at| at.min(last));
        let minutes = if self == Self::Login { LOGIN_MINUTES[at] } else { FAULT_MINUTES };
        Duration::from_secs(minutes * 60)
    }

    /// Whether it was told by what several recipients' mails came to, so that the next mail may fare better.
    #[must_use]
    pub fn is_by_recipient(self) -> bool {
        matches!(self, Self::Denied | Self::Messages)
    }

    /// What to look at, for the operator.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Login => {
                "check [mail] username and its password, and that the server offers AUTH PLAIN or LOGIN"
            }
            Self::Certificate => {
                "check [mail] host against the names in the server's certificate, its dates, and whether ca_file is needed"
            }
            Self::Encryption => {
                "check [mail] tls and port: 587 goes with starttls, 465 with implicit; mail is never sent in clear instead"
            }
            Self::Unwelcome => {
                "ask the operator of the mail server why it refuses this machine; see its reply"
            }
            Self::Sender => {
                "check [mail] from, and that the account may send with this address; see the server's reply"
            }
            Self::Denied => {
                "check [mail] host, username and from: the server relays no mail for us; see its reply"
            }
            Self::Messages => {
                "the server takes recipients and sender and then refuses what the message says, or that we send \
                 it: see its reply, and ask its operator about filters"
            }
            Self::Folder => "check that [mail] path can be written by the service's user",
        }
    }
}

/// What the outbox should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The server has the mail.
    Accepted,
    /// Not now; the mail is as good as before.
    TryLater,
    /// The server will not have this mail, ever.
    Refused,
    /// All was said and no clear answer came: it may have arrived.
    Uncertain,
    /// The set-up is at fault, not the mail.
    ConfigFault(Fault),
}

/// One attempt, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What to do now.
    pub outcome: Outcome,
    /// Where it ended.
    pub stage: Stage,
    /// The server's words, or what happened instead. One line, without secrets; it may name the
    /// address, so it goes to the outbox and to people, not into logs.
    pub reply: String,
}

impl Attempt {
    /// Whether the server was reached and refuses what we send, whoever it is for.
    #[must_use]
    pub fn refuses_all(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::ConfigFault(Fault::Sender | Fault::Denied | Fault::Messages)
        )
    }

    /// Whether the next mail would fare no better: the trouble came before this mail was mentioned,
    /// or is one of the set-up. A caller with more mails waiting should leave them be for now.
    #[must_use]
    pub fn transport_is_down(&self) -> bool {
        match self.outcome {
            Outcome::ConfigFault(_) => true,
            Outcome::TryLater => !self.stage.concerns_mail(),
            Outcome::Accepted | Outcome::Refused | Outcome::Uncertain => false,
        }
    }
}

/// `STAGE: reply`, as `send-test` and listings print it.
impl fmt::Display for Attempt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.stage, self.reply)
    }
}

/// Whether the words of a refusal may be meant for all mail: a status of 5.7.x (RFC 3463 §3.8, policy) or
/// the word that servers without such codes have for it.
pub(super) fn is_policy(words: &str) -> bool {
    words.trim_start().starts_with("5.7.") || words.to_ascii_lowercase().contains("relay")
}

/// Whether a refusal says that what the message holds is the reason, so that it is said of this one alone. Names such as
/// Spamhaus, whose lists are of senders, are other words.
pub(super) fn speaks_of_content(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.split(|one: char| !one.is_ascii_alphanumeric()).any(|word| {
        matches!(
            word,
            "spam"
                | "virus"
                | "malware"
                | "phishing"
                | "content"
                | "junk"
                | "infected"
                | "attachment"
                | "url"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_policy_are_known() {
        for (words, policy) in [
            ("5.7.1 Client host rejected", true),
            ("5.7.60 may not send as this sender", true),
            ("relay not permitted", true),
            ("Relaying denied", true),
            ("5.1.1 no such user", false),
            ("mailbox unavailable", false),
            ("5.2.2 over quota, error 5.7.1", false),
        ] {
            assert_eq!(is_policy(words), policy, "{words}");
        }
    }

    #[test]
    fn the_hint_at_the_end_of_a_message_is_about_the_message() {
        for (words, fault) in [
            ("end of message: 554 5.7.1 message rejected as spam", None),
            ("end of message: 550 5.7.1 blocked using Spamhaus", Some(Fault::Messages)),
            ("end of message: 550 5.7.1 rejected", Some(Fault::Messages)),
            ("RCPT TO: 554 5.7.1 relay access denied", Some(Fault::Denied)),
        ] {
            assert_eq!(Fault::told_by(words), fault, "{words}");
        }
        assert!(!Fault::Messages.hint().contains("relay"));
    }
}
