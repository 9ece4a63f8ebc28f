//! What the SMTP transport is told, and the checks that need no server.
//!
//! The password is a [`SecretString`]: it cannot be printed by accident, and nothing here copies it
//! into an error.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// Begin in clear and switch before anything is said; without the switch nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// In clear, to this very machine only.
    None,
}

impl FromStr for Security {
    type Err = String;

    /// Reads `starttls`, `implicit` or `none`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "implicit" => Ok(Self::Implicit),
            "none" => Ok(Self::None),
            other => Err(format!("'{other}' is none of starttls, implicit, none")),
        }
    }
}

/// How long each stage may take. The defaults are the least that RFC 5321 §4.5.3.2 grants a server;
/// reaching the server and shaking hands are not in it, and get half a minute each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Looking the host up and connecting.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The greeting.
    pub banner: Duration,
    /// Each command: EHLO, STARTTLS, AUTH, MAIL, RCPT.
    pub command: Duration,
    /// DATA, up to the go-ahead.
    pub data: Duration,
    /// Each piece of the message.
    pub block: Duration,
    /// The answer after the final dot. Giving up here earlier makes duplicates.
    pub dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            tls: Duration::from_secs(30),
            banner: Duration::from_secs(300),
            command: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            dot: Duration::from_secs(600),
        }
    }
}

impl Timeouts {
    /// The longest that one attempt with a small message can take, a stale connection's last breath
    /// included. A claim's lease must outlast it, or a second sender would send the mail again.
    #[must_use]
    pub fn longest(&self) -> Duration {
        // Six commands on a fresh connection (EHLO twice, STARTTLS, AUTH, MAIL, RCPT), before them
        // one MAIL on a connection kept from earlier.
        self.connect + self.tls + self.banner + self.command * 7 + self.data + self.block + self.dot
    }
}

/// Looks for the password where it was found at first; `None` when it cannot be read just now.
#[derive(Clone)]
pub struct Reread(Arc<dyn Fn() -> Option<SecretString> + Send + Sync>);

impl Reread {
    /// By this function, which may read a file.
    pub fn by(look: impl Fn() -> Option<SecretString> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    pub(super) fn look(&self) -> Option<SecretString> {
        (self.0)()
    }
}

impl fmt::Debug for Reread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reread")
    }
}

/// All that the SMTP transport is told.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// The server, by name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// A PEM file of certificate authorities, trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Who logs in; without it nobody does.
    pub username: Option<String>,
    /// The password that goes with it.
    pub password: Option<SecretString>,
    /// How to look for a password that was changed meanwhile; without it the first one stays.
    pub reread: Option<Reread>,
    /// The envelope's sender, where bounces go.
    pub sender: String,
    /// The name given in EHLO; without it the address that we connect from.
    pub ehlo: Option<String>,
    /// How long each stage may take.
    pub timeouts: Timeouts,
}

impl SmtpSettings {
    /// Settings with the defaults of a submission server: port 587, STARTTLS, no log-in.
    #[must_use]
    pub fn new(host: impl Into<String>, sender: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: 587,
            security: Security::StartTls,
            ca_file: None,
            username: None,
            password: None,
            reread: None,
            sender: sender.into(),
            ehlo: None,
            timeouts: Timeouts::default(),
        }
    }

    /// Checks what can be known without a server.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if self.security == Security::None && !is_loopback(&self.host) {
            return Err(SettingsError::ClearText { host: self.host.clone() });
        }
        match (&self.username, &self.password) {
            (Some(_), None) => Err(SettingsError::NoPassword),
            (None, Some(_)) => Err(SettingsError::NoUsername),
            _ => Ok(()),
        }?;
        match &self.ehlo {
            Some(name) if !is_host_name(name) => Err(SettingsError::Ehlo { name: name.clone() }),
            _ => Ok(()),
        }
    }
}

/// Why a transport cannot be made of these settings; all of them are for the operator to mend.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Clear text would leave the machine.
    #[error(
        "tls = \"none\" with host '{host}': mail and password would cross the network in clear"
    )]
    ClearText {
        /// The host.
        host: String,
    },
    /// A user name without a password.
    #[error("username is set, but there is no password")]
    NoPassword,
    /// A password without a user name.
    #[error("a password is given, but no username")]
    NoUsername,
    /// The sender is no address.
    #[error("from '{sender}' is no mail address")]
    Sender {
        /// As written.
        sender: String,
    },
    /// The EHLO name would break the command.
    #[error("'{name}' is no host name to greet a mail server with")]
    Ehlo {
        /// As written.
        name: String,
    },
    /// The host is neither a name nor an address that a certificate could carry.
    #[error("host '{host}' is neither a host name nor an IP address")]
    Host {
        /// As written.
        host: String,
    },
    /// The CA file cannot be read.
    #[error("reading ca_file {}: {why}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What happened.
        why: io::Error,
    },
    /// The CA file holds nothing to trust.
    #[error("ca_file {}: {why}", path.display())]
    CaContent {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing to check a server against.
    #[error("the system has no certificate authorities to trust: {why}")]
    NoRoots {
        /// What loading them said.
        why: String,
    },
    /// The TLS library refused the set-up.
    #[error("setting up TLS: {why}")]
    Tls {
        /// What it said.
        why: String,
    },
}

impl SettingsError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ClearText { .. } => {
                "use tls = \"starttls\" or \"implicit\"; \"none\" is for a server on 127.0.0.1, ::1 or localhost"
            }
            Self::NoPassword => {
                "give password_file, $CREDENTIALS_DIRECTORY/smtp-password or $WATCHLISTD_SMTP_PASSWORD"
            }
            Self::NoUsername => "set username, or take the password away",
            Self::Sender { .. } => "write it as name@domain",
            Self::Ehlo { .. } => "use this machine's full name, like mail.bank.com",
            Self::Host { .. } => "write the name as it stands in the server's certificate",
            Self::CaFile { .. } => "check the path and that the service's user may read it",
            Self::CaContent { .. } => {
                "it must hold the authority's certificate in PEM, beginning with -----BEGIN CERTIFICATE-----"
            }
            Self::NoRoots { .. } => "install ca-certificates, or set ca_file",
            Self::Tls { .. } => "this is a fault of watchlistd; please report it",
        }
    }
}

/// Whether a host as written means this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Letters, digits, dots and hyphens only, so that nothing else can slip into the command.
fn is_host_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '.' || one == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_stays_on_the_machine() {
        for (host, fine) in [
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("::1", true),
            ("[::1]", true),
            ("LocalHost", true),
            ("localhost.evil.example", false),
            ("10.0.0.1", false),
            ("smtp.bank.example", false),
            ("0.0.0.0", false),
        ] {
            let mut settings = SmtpSettings::new(host, "w@bank.example");
            settings.security = Security::None;
            assert_eq!(settings.check().is_ok(), fine, "{host}");
        }
    }

    #[test]
    fn user_name_and_password_come_together() {
        let mut settings = SmtpSettings::new("smtp.bank.example", "w@bank.example");
        settings.username = Some("w".into());
        assert!(matches!(settings.check(), Err(SettingsError::NoPassword)));
        settings.password = Some("p".into());
        assert!(settings.check().is_ok());
        settings.username = None;
        assert!(matches!(settings.check(), Err(SettingsError::NoUsername)));
    }

    #[test]
    fn an_ehlo_name_cannot_carry_a_command() {
        let mut settings = SmtpSettings::new("smtp.bank.example", "w@bank.example");
        for (name, fine) in
            [("mail.bank.example", true), ("a\r\nRSET", false), ("", false), ("a b", false)]
        {
            settings.ehlo = Some(name.into());
            assert_eq!(settings.check().is_ok(), fine, "{name:?}");
        }
    }
}
