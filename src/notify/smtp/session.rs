//! One connection to a mail server: opened stage by stage, then used for one mail after the other.
//!
//! Each stage runs under its own time-out and every failure names its stage. Nothing but EHLO and
//! STARTTLS is said before the line is encrypted, unless clear text to this machine was asked for.

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism};
#[expect(
    deprecated,
    reason = "the only way to give lettre's connection a stream with nothing buffered"
)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{
    ClientId, Extension, MailBodyParameter, MailParameter, ServerInfo,
};
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::answers::{failure, garbage, network, of_kind, words};
use super::attempt::{Given, Stage};
use super::reach::{connect, hello};
use super::settings::SmtpSettings;
use super::tls::{Guard, Trust};
use super::verdict::{Cause, Failure};
use super::wire::Wire;

/// Pieces in which a message goes out; each gets its own time-out.
const BLOCK: usize = 64 * 1024;

/// How long good manners may take: RSET and QUIT decide nothing.
const MANNERS: Duration = Duration::from_secs(2);

/// A mail as the session needs it.
pub(super) struct Envelope<'a, 'g> {
    pub(super) sender: &'a Address,
    pub(super) recipient: &'a Address,
    pub(super) message: &'a [u8],
    pub(super) given: Given<'g>,
}

/// An open connection, greeted, encrypted and logged in as the settings ask.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    wire: Wire,
    info: ServerInfo,
    takes: Size,
}

/// What the server says of sizes (RFC 1870).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    /// It wants to hear how large a mail is.
    declared: bool,
    /// No mail may be larger, in bytes, if it says so.
    most: Option<usize>,
}

impl Size {
    /// Reads the lines of an answer to EHLO, with their code before them or without.
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        for line in lines {
            let bare = line.strip_prefix("250-").or_else(|| line.strip_prefix("250 "));
            let mut words = bare.unwrap_or(line).split_whitespace();
            if words.next().is_some_and(|one| one.eq_ignore_ascii_case("SIZE")) {
                let most = words.next().and_then(|most| most.parse().ok());
                return Self { declared: true, most: most.filter(|most| *most > 0) };
            }
        }
        Self::default()
    }
}

impl Session {
    /// Opens a connection up to the point where mail can be given.
    pub(super) async fn open(settings: &SmtpSettings, guard: &Guard) -> Result<Self, Failure> {
        let stream = connect(settings).await?;
        let hello = hello(settings, &stream);
        let wire = Wire::new(stream);
        if let Guard::Implicit(trust) = guard {
            encrypt(&wire, trust, settings.timeouts.tls).await?;
        }
        let mut session = greet(wire, &hello, settings).await?;
        if let Guard::StartTls(trust) = guard {
            session.start_tls(trust, &hello, settings).await?;
        }
        match session.log_in(settings).await {
            Ok(()) => Ok(session),
            Err(failure) => {
                if failure.leaves_connection() {
                    session.quit().await;
                }
                Err(failure)
            }
        }
    }

    /// Switches to TLS and asks again what the server can do: what it said before may be forged.
    async fn start_tls(
        &mut self,
        trust: &Trust,
        hello: &ClientId,
        settings: &SmtpSettings,
    ) -> Result<(), Failure> {
        let limits = &settings.timeouts;
        if !self.info.supports_feature(Extension::StartTls) {
            self.quit().await;
            return Err(Failure { stage: Stage::StartTls, cause: Cause::NoStartTls });
        }
        self.say(Stage::StartTls, limits.command, Starttls, Severity::PositiveCompletion).await?;
        encrypt(&self.wire, trust, limits.tls).await?;
        self.forget_clear_text();
        let ehlo = Ehlo::new(hello.clone());
        let answer =
            self.say(Stage::Ehlo, limits.command, ehlo, Severity::PositiveCompletion).await?;
        self.takes = Size::of(answer.message());
        self.info = ServerInfo::from_response(&answer)
            .map_err(|error| garbage(Stage::Ehlo, error.to_string()))?;
        Ok(())
    }

    /// A forged answer sent ahead in clear would sit in the read buffer and pass for the first
    /// answer of the encrypted conversation, so the buffer goes.
    #[expect(deprecated, reason = "set_stream takes no other type")]
    fn forget_clear_text(&mut self) {
        let stream = AsyncNetworkStream::use_existing_tokio1(Box::new(self.wire.clone()));
        self.connection.set_stream(stream);
    }

    async fn log_in(&mut self, settings: &SmtpSettings) -> Result<(), Failure> {
        let (Some(username), Some(password)) = (&settings.username, &settings.password) else {
            return Ok(());
        };
        let Some(mechanism) = self.info.get_auth_mechanism(DEFAULT_MECHANISMS) else {
            return Err(Failure { stage: Stage::Auth, cause: Cause::NoAuth });
        };
        let credentials = Credentials::new(username.clone(), password.expose_secret().to_owned());
        let limit = settings.timeouts.command;
        let first = Auth::new(mechanism, credentials.clone(), None)
            .map_err(|error| garbage(Stage::Auth, error.to_string()))?;
        let mut answer = self.ask(Stage::Auth, limit, first).await?;
        // LOGIN asks for the name and for the password; PLAIN has said all.
        let questions = if mechanism == Mechanism::Login { 2 } else { 0 };
        for _ in 0..questions {
            if !answer.has_code(334) {
                break;
            }
            let next = Auth::new_from_response(mechanism, credentials.clone(), &answer)
                .map_err(|_| garbage(Stage::Auth, "an unknown question".to_owned()))?;
            answer = self.ask(Stage::Auth, limit, next).await?;
        }
        of_kind(Stage::Auth, answer, Severity::PositiveCompletion).map(drop)
    }

    /// Hands over one mail and answers the server's words.
    pub(super) async fn deliver(
        &mut self,
        mail: &Envelope<'_, '_>,
        settings: &SmtpSettings,
    ) -> Result<String, Failure> {
        let limits = &settings.timeouts;
        let parameters = self.parameters(mail)?;
        let odd = mail_is_odd(&parameters);
        let from = Mail::new(Some(mail.sender.clone()), parameters);
        self.say(Stage::Mail, limits.command, from, Severity::PositiveCompletion)
            .await
            .map_err(|failure| if odd { failure.of_this_mail() } else { failure })?;
        let to = Rcpt::new(mail.recipient.clone(), vec![]);
        self.say(Stage::Rcpt, limits.command, to, Severity::PositiveCompletion).await?;
        if !(mail.given)().await {
            return Err(Failure { stage: Stage::Data, cause: Cause::Unnoted });
        }
        self.say(Stage::Data, limits.data, Data, Severity::PositiveIntermediate).await?;
        let answer = self.message(mail.message, limits.block, limits.dot).await?;
        let answer = of_kind(Stage::Dot, answer, Severity::PositiveCompletion)?;
        Ok(words(&answer))
    }

    /// What must be declared, or why this server cannot take the mail at all.
    fn parameters(&self, mail: &Envelope<'_, '_>) -> Result<Vec<MailParameter>, Failure> {
        let unsendable =
            |why: &str| Failure { stage: Stage::Mail, cause: Cause::Unsendable(why.to_owned()) };
        let mut parameters = Vec::new();
        let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !plain(mail.sender) || !plain(mail.recipient) {
            if !self.info.supports_feature(Extension::SmtpUtfEight) {
                return Err(unsendable(
                    "the address has characters outside ASCII, and the server has no SMTPUTF8",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !mail.message.is_ascii() {
            if !self.info.supports_feature(Extension::EightBitMime) {
                return Err(unsendable(
                    "the message has characters outside ASCII, and the server has no 8BITMIME",
                ));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let bytes = mail.message.len();
        if let Some(most) = self.takes.most.filter(|most| bytes > *most) {
            return Err(Failure { stage: Stage::Mail, cause: Cause::TooLarge(most) });
        }
        if self.takes.declared {
            parameters.push(MailParameter::Size(bytes));
        }
        Ok(parameters)
    }

    /// Sends the message and the dot. lettre asks for the next piece only after the one before is
    /// out, so the end of the pieces marks the moment from which the mail may have arrived.
    async fn message(
        &mut self,
        message: &[u8],
        block: Duration,
        dot: Duration,
    ) -> Result<Response, Failure> {
        // The dot's own line break ends the last line.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let step = Notify::new();
        let stage = std::sync::Mutex::new(Stage::Body);
        let reached = || *stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut rest = message.chunks(BLOCK);
        let pieces = std::iter::from_fn(|| {
            let piece = rest.next();
            if piece.is_none() {
                *stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Stage::Dot;
            }
            step.notify_one();
            piece
        });
        let limit = || if reached() == Stage::Dot { dot } else { block };
        let sent = in_steps(self.connection.message_iter(pieces), &step, limit).await;
        match sent {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(failure(reached(), &error, &self.wire)),
            Err(limit) => Err(Failure { stage: reached(), cause: Cause::Silence(limit) }),
        }
    }

    /// Clears what the last mail left, so that the connection can be kept. False: it cannot.
    pub(super) async fn reset(&mut self) -> bool {
        matches!(timeout(MANNERS, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Takes leave. Nothing hangs on the answer.
    pub(super) async fn quit(&mut self) {
        let _ = timeout(MANNERS, self.connection.command(Quit)).await;
    }

    /// Says a command and accepts only an answer of the kind that belongs to it.
    async fn say(
        &mut self,
        stage: Stage,
        limit: Duration,
        command: impl std::fmt::Display,
        kind: Severity,
    ) -> Result<Response, Failure> {
        let answer = self.ask(stage, limit, command).await?;
        of_kind(stage, answer, kind)
    }

    async fn ask(
        &mut self,
        stage: Stage,
        limit: Duration,
        command: impl std::fmt::Display,
    ) -> Result<Response, Failure> {
        match timeout(limit, self.connection.command(command)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(failure(stage, &error, &self.wire)),
            Err(_) => Err(Failure { stage, cause: Cause::Silence(limit) }),
        }
    }
}

/// Whether a mail asks for more than others do: then a refusal at MAIL FROM may be about that.
fn mail_is_odd(parameters: &[MailParameter]) -> bool {
    parameters.iter().any(|one| matches!(one, MailParameter::SmtpUtfEight))
}

async fn encrypt(wire: &Wire, trust: &Trust, limit: Duration) -> Result<(), Failure> {
    let cause = match timeout(limit, wire.encrypt(&trust.connector, trust.name.clone())).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => network(&error, wire),
        Err(_) => Cause::Silence(limit),
    };
    Err(Failure { stage: Stage::Tls, cause })
}

/// Reads the greeting and says EHLO.
async fn greet(wire: Wire, hello: &ClientId, settings: &SmtpSettings) -> Result<Session, Failure> {
    let limits = &settings.timeouts;
    let stage = || if wire.has_spoken() { Stage::Ehlo } else { Stage::Banner };
    let limit = || if wire.has_spoken() { limits.command } else { limits.banner };
    let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), hello);
    let connection = match in_steps(greeting, &wire.spoke, limit).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(failure(stage(), &error, &wire)),
        Err(limit) => return Err(Failure { stage: stage(), cause: Cause::Silence(limit) }),
    };
    let heard = wire.greeted();
    let takes = Size::of(String::from_utf8_lossy(&heard).lines());
    let info = connection.server_info().clone();
    Ok(Session { connection, wire, info, takes })
}

/// Runs `work` with a clock that starts again at each step; `limit` is asked anew each time.
async fn in_steps<T>(
    work: impl Future<Output = T>,
    step: &Notify,
    limit: impl Fn() -> Duration,
) -> Result<T, Duration> {
    tokio::pin!(work);
    loop {
        let now = limit();
        tokio::select! {
            biased;
            done = &mut work => return Ok(done),
            () = step.notified() => {}
            () = tokio::time::sleep(now) => return Err(now),
        }
    }
}
