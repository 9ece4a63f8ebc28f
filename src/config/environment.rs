//! What systemd and the shell tell the program about its folders and its secret.
//!
//! The rest of `config` takes an [`Environment`] as a value, so that a test can hand it any; only
//! [`Environment::of_process`] looks at the process.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{Credential, defaults, secret};

/// The variables that matter here, as they were when the program started.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `$STATE_DIRECTORY` (systemd's `StateDirectory=`).
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY` (systemd's `LoadCredential=`).
    pub credentials_directory: Option<PathBuf>,
    /// `$CONFIGURATION_DIRECTORY` (systemd's `ConfigurationDirectory=`).
    pub configuration_directory: Option<PathBuf>,
    /// `$WATCHLISTD_SMTP_PASSWORD`.
    pub smtp_password: Option<SecretString>,
    /// The service's credential as a command finds it that systemd did not start: see
    /// [`Environment::with_credential_of_service`].
    pub credential: Credential,
}

impl Environment {
    /// Reads the process's own variables. An empty variable counts as not set.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            state_directory: folder_variable("STATE_DIRECTORY"),
            credentials_directory: folder_variable("CREDENTIALS_DIRECTORY"),
            configuration_directory: folder_variable("CONFIGURATION_DIRECTORY"),
            smtp_password: std::env::var("WATCHLISTD_SMTP_PASSWORD")
                .ok()
                .filter(|secret| !secret.is_empty())
                .map(SecretString::from),
            credential: Credential::None,
        }
    }

    /// The same with the mail server's password as the service on this machine gets it, unless systemd
    /// handed one to this very process. `root` is `/` but for tests.
    #[must_use]
    pub fn with_credential_of_service(mut self, root: &Path) -> Self {
        if self.credentials_directory.is_none() {
            self.credential = Credential::of_service(root, secret::CREDENTIAL);
        }
        self
    }

    /// The folder of the files people edit: the one given on the command line, else systemd's, else
    /// `/etc/watchlistd`.
    #[must_use]
    pub fn config_folder(&self, given: Option<&Path>) -> PathBuf {
        given
            .map(Path::to_path_buf)
            .or_else(|| self.configuration_directory.clone())
            .unwrap_or_else(|| PathBuf::from(defaults::FOLDER))
    }

    /// Where the database lies unless `storage` says otherwise; also where the last good version is
    /// looked for when `watchlistd.toml` cannot be read.
    #[must_use]
    pub fn default_database(&self) -> PathBuf {
        self.state_directory
            .clone()
            .unwrap_or_else(|| PathBuf::from(defaults::STATE_FOLDER))
            .join(defaults::DATABASE)
    }
}

/// A folder from a variable; systemd separates several by colons and the first is ours.
fn folder_variable(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name)?;
    std::env::split_paths(&value).next().filter(|path| !path.as_os_str().is_empty())
}
