//! Reading the server's answers: lettre's errors sorted by what happened, and words made fit for
//! people. No decision is made here; that is `verdict.rs`.

use std::error::Error as _;
use std::io;

use data_encoding::BASE64;
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::ExposeSecret;

use super::attempt::Stage;
use super::settings::SmtpSettings;
use super::verdict::{Cause, Failure};
use super::wire::Wire;

/// Accepts only an answer of the kind that belongs to the stage.
pub(super) fn of_kind(stage: Stage, answer: Response, kind: Severity) -> Result<Response, Failure> {
    if answer.code().severity == kind {
        return Ok(answer);
    }
    let cause = Cause::Reply { code: answer.code().into(), words: text(&answer) };
    Err(Failure { stage, cause })
}

pub(super) fn garbage(stage: Stage, why: String) -> Failure {
    Failure { stage, cause: Cause::Garbage(why) }
}

/// Sorts lettre's error by what happened.
pub(super) fn failure(
    stage: Stage,
    error: &lettre::transport::smtp::Error,
    wire: &Wire,
) -> Failure {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let cause = match (error.status(), io) {
        (Some(code), _) => Cause::Reply {
            code: code.into(),
            words: error.source().map(ToString::to_string).unwrap_or_default(),
        },
        (None, Some(io)) => network(io, wire),
        (None, None) if wire.is_closed() => Cause::Closed,
        (None, None) => Cause::Garbage(error.source().map(ToString::to_string).unwrap_or_default()),
    };
    Failure { stage, cause }
}

/// Sorts a failure of the line.
pub(super) fn network(error: &io::Error, wire: &Wire) -> Cause {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (inner, error.kind()) {
        (Some(tls), _) => Cause::Tls(tls.clone()),
        _ if wire.is_closed() => Cause::Closed,
        (None, io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => Cause::Closed,
        (None, io::ErrorKind::InvalidData) => Cause::Garbage(error.to_string()),
        _ => Cause::Broken(error.to_string()),
    }
}

fn text(answer: &Response) -> String {
    answer.message().collect::<Vec<_>>().join(" ")
}

/// Number and words.
pub(super) fn words(answer: &Response) -> String {
    format!("{} {}", answer.code(), text(answer))
}

/// Makes a server's words fit for one line of a listing, and takes out our own password should the
/// server quote it, in clear or as it goes over the wire.
pub(super) fn presentable(words: &str, settings: &SmtpSettings) -> String {
    /// The longest reply that is kept, in characters.
    const LONGEST: usize = 500;
    let mut words = words.to_owned();
    if let (Some(user), Some(password)) = (&settings.username, &settings.password) {
        let secret = password.expose_secret();
        let plain = BASE64.encode(format!("\0{user}\0{secret}").as_bytes());
        for quoted in [plain.as_str(), &BASE64.encode(secret.as_bytes()), secret] {
            if !quoted.is_empty() {
                words = words.replace(quoted, "[hidden]");
            }
        }
    }
    let mut line: String = words
        .chars()
        .map(|one| if one.is_control() || is_steering(one) { ' ' } else { one })
        .take(LONGEST)
        .collect();
    line.truncate(line.trim_end().len());
    line
}

/// Characters that turn or hide what stands beside them.
fn is_steering(one: char) -> bool {
    matches!(one, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}
