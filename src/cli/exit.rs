//! Exit codes: the table of the README, after `sysexits.h`, and the failure that carries one.

use std::process::ExitCode;

use crate::pipeline::deliver::DeliverError;
use crate::store::StoreError;

/// What a command's end means to whoever called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Fine, warnings included.
    Fine = 0,
    /// The command line is wrong.
    Usage = 64,
    /// The data given is not what it should be.
    Data = 65,
    /// An input cannot be read.
    NoInput = 66,
    /// A bug of ours.
    Bug = 70,
    /// An input or output error, a mail that was refused or given up included.
    Io = 74,
    /// Try again: a source failed, a mail was deferred, or somebody else holds the store.
    TryAgain = 75,
    /// We may not.
    Permission = 77,
    /// The configuration is wrong, the watchlist included.
    Config = 78,
}

/// The codes in words, as the man page lists them.
pub(super) const TABLE: &[(u8, &str)] = &[
    (0, "Fine, warnings included."),
    (64, "The command line is wrong."),
    (65, "The data is not what it should be."),
    (66, "An input cannot be read."),
    (70, "A bug; please report it."),
    (74, "An input or output error, or a mail was refused or given up."),
    (
        75,
        "Try again: a source failed, a mail was deferred or is held, or somebody else holds the store.",
    ),
    (77, "Permission denied."),
    (
        78,
        "The configuration is wrong, the watchlist included; once does its work by the version in force and ends so.",
    ),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended early: an exit code, what happened, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// The code to end with.
    pub exit: Exit,
    /// What was attempted, on which thing, what happened.
    pub error: anyhow::Error,
    /// The remedy, if one is known.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with its code.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    /// A file that could not be read or written; `attempt` names it: "write /path".
    pub fn file(attempt: impl std::fmt::Display, error: std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::Io,
        };
        Self::new(exit, anyhow::Error::new(error).context(attempt.to_string()))
    }

    /// The same failure with its remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Standard output that broke off or could not be written: commands write to nothing else without
/// saying so themselves.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let exit = match error.kind() {
            // Whoever read our output has what they wanted: `watchlistd match … | head`.
            std::io::ErrorKind::BrokenPipe => Exit::Fine,
            std::io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::Io,
        };
        Self::new(exit, anyhow::Error::new(error).context("write standard output"))
    }
}

/// A mail that could not be sealed.
impl From<DeliverError> for Failure {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Message(error) => Self::new(Exit::Config, error),
            DeliverError::Bug => Self::new(Exit::Bug, error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (exit, hint) = match &error {
            StoreError::Held { pid, .. } => (
                Exit::TryAgain,
                Some(format!(
                    "wait for process {pid} to end or stop it; `status`, `check` and \
                     `once --dry-run` work beside it"
                )),
            ),
            StoreError::Later { full: true, .. } => {
                (Exit::Io, Some("free some space on that disk and try again".to_owned()))
            }
            StoreError::Later { .. } => (Exit::Io, None),
            StoreError::Permission { .. } => (Exit::Permission, error.hint()),
            StoreError::Unusable { hint, .. } => (Exit::Config, Some(hint.clone())),
        };
        Self { exit, error: error.into(), hint }
    }
}
