//! The table of the transport: what each kind of trouble at each stage means for the mail (pure).
//!
//! The rule behind it: only an answer to this very mail may cost this mail anything. What happens
//! before MAIL is the transport's trouble, what the operator must mend is a fault of the set-up, and
//! once the final dot is out nothing but a clear answer counts as one.
//!
//! | stage | 4xx | 5xx | closes | silence | not SMTP |
//! |---|---|---|---|---|---|
//! | connect | – | – | later | later | – |
//! | greeting | later | set-up | later | later | later |
//! | EHLO | later | set-up | later | later | later |
//! | STARTTLS | later | set-up | later | later | later |
//! | TLS handshake | – | – | later | later | set-up |
//! | AUTH | later | set-up | later | later | later |
//! | MAIL FROM | later | set-up | later | later | later |
//! | RCPT TO | later | refused | later | later | later |
//! | DATA | later | refused | later | later | later |
//! | end of message | later | refused | uncertain | uncertain | uncertain |
//! | QUIT | sent | sent | sent | sent | sent |
//!
//! *later*: tried again after 1, 5, 15, 30, 60 min …, given up after 5 days. *set-up*: the server is asked
//! again every 5 min, after a refused log-in after 15, 30, 60 min …, without counting against any mail, until
//! the operator has mended it; so are 530, 534, 535 and 538 at any later stage (a refused log-in), and a
//! certificate that is not trusted. A 5xx at MAIL FROM is said of our sender and so of every mail, unless it is
//! about the size (552, 5.3.4, 5.2.3) or about what this mail asks for (555). Where a recipient is denied in words that
//! may be meant for all (5.7.x, "relay"; at the end of a message not where they speak of spam and the like), `denial.rs` decides between refused and set-up, and meanwhile: later. *refused*: this mail is over,
//! the operator is told. *uncertain*: sent again at most twice, with the same Message-ID. Where a
//! connection is made, nothing can be said yet; what is said then is the greeting.

use std::time::Duration;

use super::attempt::{Fault, Outcome, Stage, is_policy, speaks_of_content};
use crate::notify::room::{TAKES_AT_MOST, is_too_large};

/// What happened instead of the answer that was hoped for.
#[derive(Debug)]
pub(super) enum Cause {
    /// An answer that says no, or says something else than this stage allows.
    Reply {
        /// Three digits.
        code: u16,
        /// The server's words.
        words: String,
    },
    /// No answer in time.
    Silence(Duration),
    /// The server closed the connection.
    Closed,
    /// The network failed.
    Broken(String),
    /// An answer that is not SMTP.
    Garbage(String),
    /// The handshake failed.
    Tls(rustls::Error),
    /// The server does not offer STARTTLS, or somebody on the way took the offer out.
    NoStartTls,
    /// The server offers no way to log in that we know.
    NoAuth,
    /// The host's name leads away from this machine, and the mail would travel in clear.
    NotLoopback,
    /// The address or the message cannot be handed to this server at all.
    Unsendable(String),
    /// It is larger than the server says that it takes, in bytes.
    TooLarge(usize),
    /// It could not be noted that the server is given the message, so it was not.
    Unnoted,
}

/// The words of [`Cause::Unnoted`].
pub(super) const UNNOTED: &str =
    "it could not be noted that the mail is being handed over, so it was not";

/// A stage and what went wrong there.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
}

impl Failure {
    /// What the outbox should do.
    pub(super) fn outcome(&self) -> Outcome {
        match &self.cause {
            Cause::Reply { code, words } => for_reply(self.stage, *code, words),
            Cause::Silence(_) | Cause::Closed | Cause::Broken(_) | Cause::Garbage(_) => {
                for_no_answer(self.stage)
            }
            Cause::Tls(error) => for_tls(self.stage, error),
            Cause::NoStartTls | Cause::NotLoopback => Outcome::ConfigFault(Fault::Encryption),
            Cause::NoAuth => Outcome::ConfigFault(Fault::Login),
            Cause::Unsendable(_) | Cause::TooLarge(_) => Outcome::Refused,
            Cause::Unnoted => Outcome::TryLater,
        }
    }

    /// The same, said of one mail alone.
    pub(super) fn of_this_mail(self) -> Self {
        match self.cause {
            Cause::Reply { code, words }
                if for_reply(self.stage, code, &words) == Outcome::ConfigFault(Fault::Sender) =>
            {
                Self { stage: self.stage, cause: Cause::Unsendable(format!("{code} {words}")) }
            }
            cause => Self { cause, ..self },
        }
    }

    /// Whether what is refused may be refused to everybody.
    pub(super) fn is_denial(&self) -> bool {
        self.outcome() == Outcome::Refused
            && matches!(&self.cause, Cause::Reply { words, .. }
                if is_policy(words) && !(self.stage == Stage::Dot && speaks_of_content(words)))
    }

    /// The server's words, or what happened instead.
    pub(super) fn words(&self) -> String {
        match &self.cause {
            Cause::Reply { code, words } => format!("{code} {words}"),
            Cause::Silence(limit) => format!("no answer within {}", spell(*limit)),
            Cause::Closed => "the server closed the connection".to_owned(),
            Cause::Broken(why) => why.clone(),
            Cause::Garbage(why) => format!("an answer that is not SMTP ({why})"),
            Cause::Tls(error) => error.to_string(),
            Cause::NoStartTls => {
                "the server does not offer STARTTLS; nothing was sent in clear".to_owned()
            }
            Cause::NoAuth => "the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned(),
            Cause::NotLoopback => {
                "the host's name leads to another machine; nothing was sent in clear".to_owned()
            }
            Cause::Unsendable(why) => why.clone(),
            Cause::TooLarge(limit) => format!("{TAKES_AT_MOST}{limit} bytes"),
            Cause::Unnoted => UNNOTED.to_owned(),
        }
    }

    /// Whether the server answered and waits for the next command.
    pub(super) fn leaves_connection(&self) -> bool {
        // 421 announces that the server closes the connection (RFC 5321 §3.8).
        matches!(self.cause, Cause::Reply { code, .. } if (400..600).contains(&code) && code != 421)
            || matches!(self.cause, Cause::Unsendable(_) | Cause::TooLarge(_) | Cause::Unnoted)
    }
}

fn for_reply(stage: Stage, code: u16, words: &str) -> Outcome {
    match code {
        400..=499 => Outcome::TryLater,
        500..=599 => for_refusal(stage, code, words),
        // Neither yes nor no at this place: the two sides are out of step.
        _ => for_no_answer(stage),
    }
}

fn for_refusal(stage: Stage, code: u16, words: &str) -> Outcome {
    match stage {
        Stage::Banner | Stage::Ehlo | Stage::Connect => Outcome::ConfigFault(Fault::Unwelcome),
        Stage::StartTls | Stage::Tls => Outcome::ConfigFault(Fault::Encryption),
        Stage::Auth => Outcome::ConfigFault(Fault::Login),
        // RFC 4954 §6: log in first, or differently. True of every mail, so it costs none.
        _ if matches!(code, 530 | 534 | 535 | 538) => Outcome::ConfigFault(Fault::Login),
        Stage::Mail
            if !matches!(code, 552 | 555) && !is_too_large(&format!("{stage}: {code} {words}")) =>
        {
            Outcome::ConfigFault(Fault::Sender)
        }
        _ => Outcome::Refused,
    }
}

/// A broken record later on is the network's trouble; the handshake shows a wrong set-up, and so
/// does an alert right after it: in TLS 1.3 the server judges our side of it only then.
fn for_tls(stage: Stage, error: &rustls::Error) -> Outcome {
    match (stage, error) {
        (Stage::Tls, rustls::Error::InvalidCertificate(_)) => {
            Outcome::ConfigFault(Fault::Certificate)
        }
        (Stage::Tls, _) => Outcome::ConfigFault(Fault::Encryption),
        (Stage::Banner | Stage::Ehlo, rustls::Error::AlertReceived(_)) => {
            Outcome::ConfigFault(Fault::Encryption)
        }
        _ => for_no_answer(stage),
    }
}

fn for_no_answer(stage: Stage) -> Outcome {
    if stage == Stage::Dot { Outcome::Uncertain } else { Outcome::TryLater }
}

fn spell(limit: Duration) -> String {
    let seconds = limit.as_secs();
    match limit.as_millis() {
        millis if millis < 1_000 => format!("{millis} ms"),
        _ if seconds >= 120 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE_MAIL: [Stage; 6] =
        [Stage::Connect, Stage::Tls, Stage::Banner, Stage::Ehlo, Stage::StartTls, Stage::Auth];
    const WITH_MAIL: [Stage; 5] = [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Body, Stage::Dot];

    fn reply(stage: Stage, code: u16) -> Outcome {
        Failure { stage, cause: Cause::Reply { code, words: String::new() } }.outcome()
    }

    #[test]
    fn a_soft_no_is_tried_again_at_every_stage() {
        for stage in BEFORE_MAIL.into_iter().chain(WITH_MAIL) {
            for code in [421, 450, 451, 452, 454] {
                assert_eq!(reply(stage, code), Outcome::TryLater, "{stage} {code}");
            }
        }
    }

    #[test]
    fn a_hard_no_costs_the_mail_only_when_it_is_about_the_mail() {
        for stage in BEFORE_MAIL {
            for code in [500, 502, 535, 550, 554] {
                assert!(matches!(reply(stage, code), Outcome::ConfigFault(_)), "{stage} {code}");
            }
        }
        for stage in WITH_MAIL {
            for code in [500, 550, 552, 553, 554] {
                let sender = stage == Stage::Mail && code != 552;
                let fault = Outcome::ConfigFault(Fault::Sender);
                let expected = if sender { fault } else { Outcome::Refused };
                assert_eq!(reply(stage, code), expected, "{stage} {code}");
            }
            for code in [530, 534, 535, 538] {
                let expected = Outcome::ConfigFault(Fault::Login);
                assert_eq!(reply(stage, code), expected, "{stage} {code}");
            }
        }
    }

    /// What the outbox keeps of a fault tells it again.
    #[test]
    fn the_words_of_a_fault_tell_which_it_was() {
        for stage in BEFORE_MAIL.into_iter().chain(WITH_MAIL) {
            for (code, words) in
                [(535, "no"), (550, "5.1.1 no"), (552, "5.3.4 big"), (451, "later")]
            {
                let failure =
                    Failure { stage, cause: Cause::Reply { code, words: words.to_owned() } };
                let told = Fault::told_by(&format!("{stage}: {}", failure.words()));
                let found = match failure.outcome() {
                    Outcome::ConfigFault(fault) => Some(fault),
                    _ => None,
                };
                // Connecting and shaking hands have no answers with codes.
                if !matches!(stage, Stage::Connect | Stage::Tls) {
                    assert_eq!(told, found, "{stage}: {code} {words}");
                }
            }
        }
        for (words, fault) in [
            ("RCPT TO: 554 relay access denied", Some(Fault::Denied)),
            ("TLS handshake: invalid peer certificate: UnknownIssuer", Some(Fault::Certificate)),
            ("connect: connecting to 127.0.0.1:25: refused", None),
            ("given up by hand", None),
        ] {
            assert_eq!(Fault::told_by(words), fault, "{words}");
        }
    }

    #[test]
    fn no_clear_answer_is_uncertain_after_the_dot_and_only_there() {
        for stage in BEFORE_MAIL.into_iter().chain(WITH_MAIL) {
            let expected = if stage == Stage::Dot { Outcome::Uncertain } else { Outcome::TryLater };
            for cause in [
                Cause::Silence(Duration::from_secs(1)),
                Cause::Closed,
                Cause::Broken(String::new()),
                Cause::Garbage(String::new()),
                Cause::Reply { code: 354, words: String::new() },
            ] {
                let failure = Failure { stage, cause };
                assert_eq!(failure.outcome(), expected, "{failure:?}");
            }
        }
    }

    #[test]
    fn limits_are_spelt_for_people() {
        for (millis, expected) in
            [(150, "150 ms"), (1_000, "1 s"), (90_000, "90 s"), (600_000, "10 min")]
        {
            assert_eq!(spell(Duration::from_millis(millis)), expected);
        }
    }
}
