//! `watchlistd.toml`: its top level, and the order in which its sections need each other.

use std::path::Path;
use std::sync::Arc;

use super::collect::Collect;
use super::document::{self, Findings};
use super::settings::{Settings, Storage};
use super::table::{Table, Unfit};
use super::{Environment, canary, collect, keep, mail, matching, operator, status};
use crate::model::{FileText, Located};

/// What `watchlistd.toml` says. `collect` is usable even when the rest is not, so that sources are
/// judged all the same.
pub(super) struct Service {
    pub(super) settings: Option<Settings>,
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
        let storage = storage(&mut root, folder, environment);
        let state = storage.state_folder().to_path_buf();
        let operator = operator::read(section(&mut root, "operator"));
        let collect = collect::read(section(&mut root, "collect"));
        let matching = matching::read(section(&mut root, "matching"));
        let mail = mail::read(section(&mut root, "mail"), folder, &state);
        let keep = keep::read(section(&mut root, "keep"));
        let canary = canary::read(section(&mut root, "canary"));
        let status = status::read(section(&mut root, "status"), folder);
        root.finish(&[]);
        let settings = (|| {
            Some(Settings {
                folder: folder.to_path_buf(),
                contact: contact?,
                timezone: timezone?,
                storage,
                operator: operator?,
                collect: collect.clone(),
                matching,
                mail: mail?,
                keep,
                canary,
                status,
            })
        })();
        Service { settings, collect }
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

/// A contact that a webmaster can write to: it stands in every request, so it must be real and must
/// not break the header.
fn reachable(text: &str) -> Result<(), Unfit> {
    const ACCEPTED: &str = "an e-mail address or a web page that a person answers for";
    let web = web_address(text).is_ok();
    if !web {
        address(text).map_err(|_| {
            Unfit::new(format!("\"{text}\" is neither an e-mail address nor a web page"))
                .accepts(ACCEPTED)
        })?;
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'\\')) {
        return Err(Unfit::new("only plain ASCII letters and signs can stand in a request header")
            .accepts(ACCEPTED));
    }
    let host = match url::Url::parse(text) {
        Ok(url) if web => url.host_str().unwrap_or("").to_owned(),
        _ => text.rsplit('@').next().unwrap_or("").to_owned(),
    };
    if is_placeholder(&host) {
        return Err(Unfit::new(format!("\"{text}\" is a placeholder")).hint(
            "webmasters block clients that they cannot ask; write an address where you are reached",
        ));
    }
    Ok(())
}

/// Whether a host is one of those kept free for documentation (RFC 2606).
fn is_placeholder(host: &str) -> bool {
    host.trim_end_matches('.').to_ascii_lowercase().split('.').any(|label| label == "example")
}

/// The outer form of an e-mail address; its grammar is `notify`'s matter.
pub(super) fn address(text: &str) -> Result<(), Unfit> {
    let (local, host) = text.rsplit_once('@').unwrap_or(("", ""));
    let odd = |one: char| one.is_whitespace() || one.is_control() || matches!(one, '<' | '>' | ',');
    if local.is_empty() || host.is_empty() || text.contains(odd) {
        return Err(Unfit::new(format!("\"{text}\" is no e-mail address"))
            .accepts("a bare address like \"ops@your-company.com\""));
    }
    Ok(())
}

/// An http or https address.
pub(super) fn web_address(text: &str) -> Result<(), Unfit> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => Err(Unfit::new(format!("\"{text}\" is no web address"))
            .accepts("an address like \"https://…\"")),
    }
}

/// The service's own zone, for readers that name none; UTC stands in while it is unknown, so that
/// only its absence is told.
pub(super) fn zone_or_utc(zone: Option<&Located<String>>) -> Located<String> {
    zone.cloned().unwrap_or_else(|| Located::nowhere("UTC".to_owned()))
}
