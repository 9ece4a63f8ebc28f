//! The credential that systemd hands the service, found by a command outside the service: in the unit's
//! own words, so that `send-test` tries the very secret that the service uses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// The unit whose words count.
const UNIT: &str = "watchlistd.service";

/// Where systemd looks for units, the strongest first (systemd.unit(5)).
const UNITS: [&str; 4] = [
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
];

/// Where it looks for credentials that are named without a path (systemd.exec(5)).
const STORES: [&str; 4] =
    ["etc/credstore", "run/credstore", "usr/local/lib/credstore", "usr/lib/credstore"];

/// What a command found of the service's credential.
#[derive(Clone, Debug, Default)]
pub enum Credential {
    /// The service has none, or there is no service here.
    #[default]
    None,
    /// The secret.
    Secret(SecretString),
    /// Where it lies, and why it cannot be read here.
    Unreadable(PathBuf, String),
}

impl Credential {
    /// Looks for the service's credential `id` below `root`, which is `/` but for tests.
    #[must_use]
    pub fn of_service(root: &Path, id: &str) -> Self {
        // What a running service was given counts most: it may have been decrypted.
        let given = root.join("run/credentials").join(UNIT).join(id);
        let sources = std::iter::once(given.clone()).chain(written(root, id));
        let mut unreadable = Self::None;
        for path in sources {
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    let secret = text.trim_end_matches(['\r', '\n']).to_owned();
                    return Self::Secret(secret.into());
                }
                // Absent, or behind a folder that only the service may enter.
                Err(_) if path == given => {}
                Err(error) => unreadable = Self::Unreadable(path, error.to_string()),
            }
        }
        unreadable
    }
}

/// Where the unit loads the credential from.
fn written(root: &Path, id: &str) -> Option<PathBuf> {
    let mut source = None;
    for text in unit(root) {
        let mut service = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                service = line == "[Service]";
            }
            let Some(value) = line.strip_prefix("LoadCredential=").filter(|_| service) else {
                continue;
            };
            match value.split_once(':') {
                // An empty assignment forgets what was said before.
                None if value.is_empty() => source = None,
                None if value == id => source = stored(root, id),
                Some((name, path)) if name == id => source = Some(found(root, path)),
                _ => {}
            }
        }
    }
    source
}

fn found(root: &Path, path: &str) -> PathBuf {
    match path.strip_prefix('/') {
        Some(below) => root.join(below),
        None => stored(root, path).unwrap_or_else(|| root.join(STORES[0]).join(path)),
    }
}

fn stored(root: &Path, id: &str) -> Option<PathBuf> {
    STORES.iter().map(|store| root.join(store).join(id)).find(|path| path.exists())
}

/// The unit's texts in the order in which they count: the strongest unit file, then its additions by
/// name, of equal names the strongest.
fn unit(root: &Path) -> Vec<String> {
    let main =
        UNITS.iter().find_map(|below| std::fs::read_to_string(root.join(below).join(UNIT)).ok());
    let mut additions = BTreeMap::new();
    for below in UNITS.iter().rev() {
        let folder = root.join(below).join(format!("{UNIT}.d"));
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|kind| kind == "conf")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                additions.insert(entry.file_name(), text);
            }
        }
    }
    main.into_iter().chain(additions.into_values()).collect()
}
