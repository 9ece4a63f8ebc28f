//! `watchlistd.toml`: its top level, and the order in which its sections need each other.

use std::path::Path;
use std::sync::Arc;

use super::address::reachable;
use super::collect::Collect;
use super::document::{self, Findings};
use super::settings::{Legible, Settings, Storage};
use super::table::{Table, Unfit};
use super::{Environment, canary, collect, keep, mail, matching, operator, status};
use crate::model::{FileText, Located};

/// What `watchlistd.toml` says. `collect` is usable even when the rest is not, so that sources are
/// judged all the same; so is what is `legible`, and `storage`, because the last good version lies there.
pub(super) struct Service {
    pub(super) settings: Option<Settings>,
    pub(super) legible: Legible,
    /// Whether something is wrong for which nothing may stand in.
    pub(super) unfit: bool,
    pub(super) storage: Storage,
    pub(super) collect: Collect,
}

/// Keys that people put one table too low or too high, and where they belong.
const HOMES: &[(&str, &str)] = &[
    ("contact", "above the first [table]"),
    ("timezone", "above the first [table]"),
    ("storage", "above the first [table]"),
    ("reply_to", "under [operator]"),
    ("ping_url", "under [operator]"),
    ("interval", "under [collect]"),
    ("official_interval", "under [collect]"),
    ("per_host", "under [collect]"),
    ("pause", "under [collect]"),
    ("allow_private", "under [collect]"),
    ("first_run", "under [collect]"),
    ("backfill", "under [matching]"),
    ("transport", "under [mail]"),
    ("host", "under [mail]"),
    ("port", "under [mail]"),
    ("tls", "under [mail]"),
    ("ca_file", "under [mail]"),
    ("username", "under [mail]"),
    ("password_file", "under [mail]"),
    ("from", "under [mail]"),
    ("subject", "under [mail]"),
    ("free_space", "under [keep]"),
    ("listen", "under [status]"),
    ("source", "in sources.toml"),
    ("reader", "in readers.toml"),
    ("company", "in watchlist.toml"),
    ("topic", "in watchlist.toml"),
    ("rule", "in watchlist.toml"),
    ("urgent", "in readers.toml, under [[reader]]"),
    ("digest", "in readers.toml, under [[reader]]"),
];

pub(super) fn read(
    file: &Arc<FileText>,
    folder: &Path,
    environment: &Environment,
    findings: &mut Findings,
) -> Service {
    document::read(file, findings, |mut root| {
        root.elsewhere(HOMES);
        let contact = root.required("contact", "\"ops@your-company.com\"");
        if let Some(contact) = &contact {
            root.judge(contact, reachable);
        }
        let timezone = root.required("timezone", "\"America/New_York\"");
        let mut legible = Legible { timezone: timezone.clone(), ..Legible::default() };
        let before = root.faults();
        let storage = storage(&mut root, folder, environment);
        let state = storage.state_folder().to_path_buf();
        let mail = mail::read(section(&mut root, "mail"), folder, &state, &mut legible.sender);
        let keep = keep::read(section(&mut root, "keep"));
        let unfit = root.faults() > before;
        let operator = operator::read(section(&mut root, "operator"), &mut legible.people);
        let collect = collect::read(section(&mut root, "collect"));
        let matching = matching::read(section(&mut root, "matching"));
        legible.keep = Some(keep.clone());
        let canary = canary::read(section(&mut root, "canary"));
        let status = status::read(section(&mut root, "status"), folder);
        root.finish(&[]);
        let settings = (|| {
            Some(Settings {
                folder: folder.to_path_buf(),
                contact: contact?,
                timezone: timezone?,
                storage: storage.clone(),
                operator: operator?,
                collect: collect.clone(),
                matching,
                mail: mail?,
                keep,
                canary,
                status,
            })
        })();
        Service { settings, legible, unfit, storage, collect }
    })
}

fn section<'d>(root: &mut Table<'d>, key: &'static str) -> Table<'d> {
    let mut table = root.table(key);
    table.elsewhere(HOMES);
    table
}

/// `storage`, or the default place; an unusable one is told and the default stands in.
fn storage(root: &mut Table<'_>, folder: &Path, environment: &Environment) -> Storage {
    const ACCEPTED: &str = "\"sqlite:/path/state.db\"";
    let written = root.parsed("storage", |text| match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() && !path.ends_with('/') => {
            Ok(Storage::Sqlite(folder.join(path)))
        }
        Some(("sqlite", _)) => {
            Err(Unfit::new("the database's file name is missing").accepts(ACCEPTED))
        }
        Some((backend, _)) => {
            Err(Unfit::new(format!("there is no backend \"{backend}\"")).accepts(ACCEPTED))
        }
        None => Err(Unfit::new(format!("\"{text}\" names no backend")).accepts(ACCEPTED)),
    });
    written.map_or_else(|| Storage::Sqlite(environment.default_database()), |one| one.value)
}

/// The service's own zone, for readers that name none; UTC stands in while it is unknown, so that
/// only its absence is told.
pub(super) fn zone_or_utc(zone: Option<&Located<String>>) -> Located<String> {
    zone.cloned().unwrap_or_else(|| Located::nowhere("UTC".to_owned()))
}
