//! Where the mail server's password comes from: a file, a systemd credential (its own, or the service's
//! for a command beside it), or a variable, in this order.
//!
//! It is looked for when mail is to be sent, not when the files are read: `status` and `explain`
//! work for people who may not read it. It is never logged, and Debug hides it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::SecretString;

use super::settings::{Mail, Transport};
use super::{Credential, Environment};
use crate::model::{Located, Problem};

/// The name of the systemd credential.
pub const CREDENTIAL: &str = "smtp-password";

/// The password of `[mail] username`; `None` without a problem when none is needed.
///
/// The first source that exists decides: a `password_file` that cannot be read is an error, even
/// when a variable is set, so that nobody logs in with an old secret.
#[must_use]
pub fn password(mail: &Mail, environment: &Environment) -> (Option<SecretString>, Vec<Problem>) {
    let Transport::Smtp(smtp) = &mail.transport else { return (None, Vec::new()) };
    let Some(username) = &smtp.username else { return (None, Vec::new()) };
    if let Some(file) = &smtp.password_file {
        return from_file(&file.value, file);
    }
    if let Some(folder) = &environment.credentials_directory {
        let path = folder.join(CREDENTIAL);
        if path.exists() {
            let (secret, problems) = from_file(&path, username);
            // systemd itself sets the mode of a credential.
            let grave = problems.into_iter().filter(|one| one.level == crate::model::Level::Error);
            return (secret, grave.collect());
        }
    }
    match (&environment.credential, &environment.smtp_password) {
        (Credential::Secret(secret), _) | (_, Some(secret)) => (Some(secret.clone()), Vec::new()),
        (Credential::Unreadable(path, why), None) => (None, vec![unread(username, path, why)]),
        (Credential::None, None) => (None, vec![nowhere(username)]),
    }
}

/// Whether a key's name says that its value is a secret, wherever it stands and however it is spelt:
/// such a value is never shown. `password_file` names a place, not a secret.
#[must_use]
pub fn names_one(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    let secret = ["passw", "pasw", "secret", "token", "credential"];
    key != "password_file" && secret.iter().any(|word| key.contains(word))
}

fn unread(username: &Located<String>, path: &Path, why: &str) -> Problem {
    let shown = path.display();
    let what = format!("the service gets its password from {shown}, which cannot be read: {why}");
    Problem::error(username.place.clone(), what)
        .hint("run the command as root: it reads the password and goes on as the service's user")
}

fn nowhere(username: &Located<String>) -> Problem {
    let what = format!("there is no password for `username` \"{}\" in [mail]", username.value);
    Problem::error(username.place.clone(), what).hint(
        "put the password alone into a file (mode 0600) and write password_file = \"/path/to/it\" \
         under [mail];\nor, with systemd, add LoadCredential=smtp-password:/path/to/it to the unit;\n\
         or set WATCHLISTD_SMTP_PASSWORD",
    )
}

fn from_file<T>(path: &Path, written: &Located<T>) -> (Option<SecretString>, Vec<Problem>) {
    let place = || written.place.clone();
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => {
            let what = format!("cannot read the password from {shown}: {}", reason(&error));
            let hint = "the file must exist and the service's user must be able to read it; \
                        relative paths start at the folder of watchlistd.toml";
            return (None, vec![Problem::error(place(), what).hint(hint)]);
        }
    };
    if secrecy::ExposeSecret::expose_secret(&text).is_empty() {
        let what = format!("the password file {shown} is empty");
        let hint = "write the password alone on its first line";
        return (None, vec![Problem::error(place(), what).hint(hint)]);
    }
    let open = std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o004 != 0);
    let problems = open.then(|| {
        let what = format!("everybody on this machine can read the password in {shown}");
        Problem::warning(place(), what).hint(format!("chmod o-rwx {shown}"))
    });
    (Some(text), problems.into_iter().collect())
}

/// In words, and without the system's error number.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}
