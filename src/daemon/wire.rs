//! From files to parts: the one door for the service, `once`, `check` and reload.
//!
//! [`build`] joins what the stages make of their own languages and returns all problems at once. It
//! touches neither network nor database, so that `check` says exactly what the service would say.
//! What touches them ([`open_store`], [`fetcher`], [`transport`]) is here too, because this is the
//! only place that names a backend.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

pub use super::salvage::salvage;
use super::written::{compile_watchlist, match_alike};
pub use super::written::{sources_of, watchlist_of};
use crate::collect::fetch::{FetchSettings, Fetcher};
use crate::collect::source;
use crate::config::settings::{
    Legible, Mail, Smtp, Storage, SubjectStyle, Tls, Transport as Chosen,
};
use crate::config::{self, Environment, Files, Parsed, Settings};
use crate::detect::Watchlist;
use crate::model::reader::{UrgentFrom, WhenEmpty};
use crate::model::watchlist::WithoutCompany;
use crate::model::{
    LeftOut, Level, Located, Place, Problem, Severity, Source, SourceEntry, SourceId,
};
use crate::notify::Subjects;
use crate::notify::reader::{self, CompanyWord, Reader, TopicWord, Vocabulary};
use crate::notify::route;
use crate::notify::schedule::Schedule;
use crate::notify::smtp::{Reread, Security, SmtpSettings, Transport};
use crate::pipeline::channel::Channel;
use crate::pipeline::{Backfill, InForce, Letterhead};
pub use crate::store::sqlite::Place as StorePlace;
use crate::store::sqlite::{Mode, Sqlite};
use crate::store::{Keep, Store, StoreError};

/// When the operator gets the alerts that reach no reader.
const OPERATOR_DIGEST: &str = "daily 08:00";

/// Everything that the files say, understood: nothing of it needs checking again.
#[derive(Debug)]
pub struct Parts {
    /// `watchlistd.toml`.
    pub settings: Settings,
    /// Sources that can be polled.
    pub sources: Vec<Source>,
    /// Sources that a person has paused.
    pub paused: Vec<SourceId>,
    /// Readers that can be told.
    pub readers: Vec<Reader>,
    /// The operator, as the reader of alerts that reach nobody else.
    pub operator: Reader,
    /// The compiled watchlist.
    pub watchlist: Arc<Watchlist>,
    /// The files themselves, as the store keeps them.
    pub files: Files,
    /// What of them this program cannot use; nothing where [`build`] accepts them.
    pub left_out: Vec<LeftOut>,
}

/// Understands the files. The parts are `None` when any problem is an error; all problems are
/// returned either way, in the order of files and lines.
#[must_use]
pub fn build(files: Files, environment: &Environment) -> (Option<Parts>, Vec<Problem>) {
    let mut parsed = config::parse(&files, environment);
    build_parsed(files, &mut parsed)
}

/// The same of files that were read already; settings and problems are taken out of what was read.
#[must_use]
pub fn build_parsed(files: Files, parsed: &mut Parsed) -> (Option<Parts>, Vec<Problem>) {
    let mut problems = std::mem::take(&mut parsed.problems);
    let (sources, mut found) = source::compile(&parsed.sources);
    let legible_sources = is_sound(&found);
    problems.append(&mut found);
    let (watchlist, mut found) = Watchlist::compile(&parsed.watchlist);
    // What seems to stand nowhere may stand in what could not be read.
    found.retain(|one| parsed.named || !one.dangling);
    problems.append(&mut found);
    let vocabulary = vocabulary(&watchlist);
    let (readers, mut found) = reader::compile(&parsed.readers, &vocabulary);
    if parsed.whole {
        problems.append(&mut found);
        for rule in &parsed.watchlist.rules {
            problems.extend(reader::check_names(&rule.readers, &parsed.readers));
        }
        // A reader left out for an error of their own would make all that follows look unread.
        if readers.len() == parsed.readers.len() {
            problems.extend(route::unreached(&readers, &vocabulary));
        }
        // Nor are sources missing that were left out for an error.
        if legible_sources {
            problems.extend(nothing_to_do(&sources));
        }
        if parsed.named {
            let ids: Vec<&str> = parsed.sources.iter().map(|one| one.id.value.as_str()).collect();
            problems.extend(watchlist.unknown_sources(&ids));
        }
    } else {
        // What seems to be missing may stand in the part that could not be read.
        problems.extend(found.into_iter().filter(|one| one.level == Level::Error));
    }
    problems.extend(of_settings(&parsed.legible));
    let problems = config::in_order(problems);
    let settings = parsed.settings.take().filter(|_| is_sound(&problems));
    let operator = settings.as_ref().and_then(operator_of);
    let parts = match (settings, operator) {
        (Some(settings), Some(operator)) => {
            let (watchlist, paused) = (shared(watchlist, &settings), paused(&parsed.sources));
            let left_out = Vec::new();
            Some(Parts { settings, sources, paused, readers, operator, watchlist, files, left_out })
        }
        _ => None,
    };
    (parts, problems)
}

/// The watchlist as all steps share it.
pub(super) fn shared(watchlist: Watchlist, settings: &Settings) -> Arc<Watchlist> {
    Arc::new(watchlist.with_defaults(settings.matching.defaults))
}

/// Sources that a person has paused.
pub(super) fn paused(sources: &[SourceEntry]) -> Vec<SourceId> {
    let paused = sources.iter().filter(|one| one.paused.is_some());
    paused.map(|one| SourceId::new(one.id.value.as_str())).collect()
}

/// As [`build`], and mail can be set up with what lies on this machine: its secret and its
/// authorities. An edit without them would only show at the next start, when it stops the service.
#[must_use]
pub fn build_to_run(files: Files, environment: &Environment) -> (Option<Parts>, Vec<Problem>) {
    let (parts, mut problems) = build(files, environment);
    let Some(parts) = parts else { return (None, problems) };
    match transport(&parts.settings, environment) {
        Ok(_) => (Some(parts), problems),
        Err(mut found) => {
            problems.append(&mut found);
            (None, config::in_order(problems))
        }
    }
}

/// How long the store keeps what.
#[must_use]
pub fn keep(settings: &Settings) -> Keep {
    let config::settings::Keep { items, polls, audit, .. } = &settings.keep;
    Keep { items: *items, polls: *polls, audit: audit.value }
}

fn is_sound(problems: &[Problem]) -> bool {
    problems.iter().all(|one| one.level != Level::Error)
}

/// What is wrong with zone, addresses and spans of `watchlistd.toml`.
pub(super) fn of_settings(legible: &Legible) -> Vec<Problem> {
    let zone = legible.timezone.iter().filter_map(|one| reader::zone(one).err());
    let people = legible.people.iter().filter_map(|one| reader::address(one).err());
    let sender = legible.sender.iter().filter_map(|one| reader::sender(one).err());
    let keep = legible.keep.iter().filter_map(kept_longer);
    zone.chain(people).chain(sender).chain(keep).collect()
}

/// Evidence is kept no shorter than what is none, whatever is written.
fn kept_longer(keep: &config::settings::Keep) -> Option<Problem> {
    let place = written(&keep.audit)?.clone();
    (keep.audit.value < keep.items).then(|| {
        let what = "[keep] audit is shorter than `items`, so text with hits is kept as long as that without";
        Problem::warning(place, what).hint("make `items` shorter as well")
    })
}

/// When mail itself is down, mail cannot say so: for `check`, because nothing is wrong with files
/// that name no second channel.
#[must_use]
pub fn no_second_channel(settings: &Settings) -> Option<Problem> {
    let operator = &settings.operator;
    let none = operator.ping_url.is_none() && operator.command.is_empty();
    none.then(|| {
        let place = operator.to.first().and_then(|one| one.place.clone());
        let what = "[operator] has no second channel: when mail itself is down nobody is told";
        Problem::warning(place, what)
            .hint("give it ping_url, which a watchman outside expects, or command")
    })
}

/// Where a value was written, if a person wrote it.
fn written<T>(value: &Located<T>) -> Option<&Option<Place>> {
    value.place.is_some().then_some(&value.place)
}

/// The words of the watchlist that readers may filter by.
pub(super) fn vocabulary(watchlist: &Watchlist) -> Vocabulary {
    let companies = watchlist
        .companies()
        .map(|one| CompanyWord {
            id: one.named.id.to_string(),
            name: one.named.name.to_string(),
            groups: one.groups.iter().map(ToString::to_string).collect(),
            place: one.place.clone(),
        })
        .collect();
    let topics = watchlist
        .topics()
        .filter(|one| !one.hidden)
        .map(|one| TopicWord {
            id: one.named.id.to_string(),
            name: one.named.name.to_string(),
            severity: one.severity,
            alone: one.without_company != WithoutCompany::Never,
            place: one.place.clone(),
        })
        .collect();
    Vocabulary { companies, topics }
}

fn nothing_to_do(sources: &[Source]) -> Option<Problem> {
    sources.is_empty().then(|| {
        Problem::warning(None, "no source is watched")
            .hint("add a [[source]] with id and url to sources.toml")
    })
}

/// The operator as a reader: everything that reaches nobody else, once a day, and nothing when
/// there is nothing. `None` if its addresses or its zone, which [`of_settings`] judges, are none.
pub(super) fn operator_of(settings: &Settings) -> Option<Reader> {
    let to: Result<Vec<String>, Problem> =
        settings.operator.to.iter().map(reader::address).collect();
    let (to, zone) = (to.ok()?, reader::zone(&settings.timezone).ok()?);
    let schedule = Schedule::parse(OPERATOR_DIGEST, zone).expect("the schedule is a constant");
    Some(Reader {
        name: String::new(),
        to,
        schedule,
        zone,
        urgent: UrgentFrom::Never,
        min_severity: Severity::Low,
        companies: Default::default(),
        groups: Default::default(),
        watched: Default::default(),
        topics: Default::default(),
        when_empty: WhenEmpty::Skip,
        mentions: false,
        max_items: config::defaults::MAX_ITEMS,
        urgent_per_hour: 0,
        quiet: None,
        away: None,
    })
}

impl Parts {
    /// What assess and deliver work by, once the store has given these files a version.
    #[must_use]
    pub fn in_force(&self, version: u64, rejected: Option<String>) -> InForce {
        InForce {
            version,
            watchlist: Arc::clone(&self.watchlist),
            readers: self.readers.clone(),
            paused: self.paused.clone(),
            operator: self.operator.clone(),
            editors: self.settings.operator.editors.iter().map(|one| one.value.clone()).collect(),
            vocabulary: vocabulary(&self.watchlist),
            letterhead: Letterhead {
                from: sender(&self.settings.mail.from),
                reply_to: self.settings.operator.reply_to.value.clone(),
                subjects: match self.settings.mail.subject {
                    SubjectStyle::Full => Subjects::Full,
                    SubjectStyle::Discreet => Subjects::Discreet,
                },
            },
            channel: Channel {
                ping_url: self.settings.operator.ping_url.as_ref().map(|one| one.value.clone()),
                command: self
                    .settings
                    .operator
                    .command
                    .iter()
                    .map(|one| one.value.clone())
                    .collect(),
            },
            canary: self.settings.canary.as_ref().map(|one| self.canary(one.at.value)),
            needs_restart: Vec::new(),
            rejected,
            left_out: self.left_out.clone(),
            backfill: Backfill {
                span: self.settings.matching.backfill.value.span(),
                silent: self.settings.matching.backfill.value == config::Backfill::Recorded,
            },
            read_watchlist: watchlist_of,
            read_sources: sources_of,
            compile_watchlist,
            match_alike,
            edited_tables: config::changes,
            sources_lost: config::sources_lost,
            readers_lost: config::readers_lost,
            without_digests: config::without_digests,
        }
    }
}

impl Parts {
    /// When a canary flies: once on every local day of the service's zone.
    fn canary(&self, at: chrono::NaiveTime) -> Schedule {
        let text = format!("daily {}", at.format("%H:%M"));
        Schedule::parse(&text, self.operator.zone).expect("a time of day is a daily schedule")
    }
}

/// What only a restart can change, where the settings that a service started with and new ones
/// differ: for the log of a reload.
#[must_use]
pub fn needs_restart(started: &Settings, new: &Settings) -> Vec<&'static str> {
    let (from, to) = (&started.mail.from.value, &new.mail.from.value);
    let (old_pace, new_pace) = (&started.collect, &new.collect);
    [
        (started.storage != new.storage, "storage"),
        (started.status != new.status, "[status]"),
        (started.mail.transport != new.mail.transport, "[mail] transport"),
        (from != to, "the envelope's sender ([mail] from)"),
        (started.contact != new.contact, "contact"),
        (
            old_pace.per_host != new_pace.per_host || old_pace.pause != new_pace.pause,
            "[collect] per_host and pause",
        ),
        (started.keep != new.keep, "[keep]"),
    ]
    .into_iter()
    .filter_map(|(changed, what)| changed.then_some(what))
    .collect()
}

/// How a command uses the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Alone, to write: the service and `once`.
    Alone,
    /// Beside a running service, reading only.
    Beside,
    /// Beside a running service, to write a little.
    Amend,
    /// On a copy in memory: nothing is kept.
    DryRun,
}

/// Opens the store at the place that the settings name.
///
/// # Errors
///
/// When it cannot be opened in this way; see [`StoreError`].
pub fn open_store(storage: &Storage, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    let Storage::Sqlite(path) = storage;
    open_sqlite(path, access)
}

/// Opens the SQLite database at a path.
///
/// # Errors
///
/// As [`open_store`].
pub fn open_sqlite(path: &Path, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    let store = match access {
        Access::Alone => {
            super::disk::make_way(path);
            Sqlite::open(path, Mode::Exclusive)?
        }
        Access::Beside => Sqlite::open(path, Mode::Reader)?,
        Access::Amend => Sqlite::open(path, Mode::Beside)?,
        Access::DryRun => Sqlite::dry_run(path)?,
    };
    Ok(Arc::new(store))
}

/// Writes a copy of the store, as it is at one moment, to the new file `target`; beside a running service.
///
/// # Errors
///
/// As [`open_store`] beside others; a store of an older version is copied as well.
pub fn copy_store(storage: &Storage, target: &Path) -> Result<(), StoreError> {
    let Storage::Sqlite(path) = storage;
    Sqlite::copy(path, target)
}

/// Takes the place of the store, to put another there.
///
/// # Errors
///
/// When somebody works on it, or its folder cannot be used.
pub fn reserve(storage: &Storage) -> Result<StorePlace, StoreError> {
    let Storage::Sqlite(path) = storage;
    Sqlite::reserve(path)
}

/// Installs the one TLS provider of the process. Called before anything talks; again is harmless.
pub fn install_tls() {
    // An error only says that it was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Most requests to one host at a time.
#[must_use]
pub fn per_host(settings: &Settings) -> usize {
    usize::try_from(settings.collect.per_host).unwrap_or(1)
}

/// The fetcher that the settings describe.
///
/// # Errors
///
/// When the system's certificates cannot be read or the contact cannot stand in a header.
pub fn fetcher(settings: &Settings) -> anyhow::Result<Arc<Fetcher>> {
    install_tls();
    let wanted = FetchSettings {
        per_host: per_host(settings),
        pause: settings.collect.pause,
        ..FetchSettings::new(&settings.contact.value)
    };
    Ok(Arc::new(Fetcher::new(wanted).context("set up fetching")?))
}

/// The transport that the settings describe, or all that is wrong with its secret.
///
/// # Errors
///
/// The problems, each with its place and remedy.
pub fn transport(
    settings: &Settings,
    environment: &Environment,
) -> Result<Transport, Vec<Problem>> {
    install_tls();
    match &settings.mail.transport {
        Chosen::File(path) => Ok(Transport::file(path.clone())),
        Chosen::Smtp(smtp) => {
            let wanted = smtp_settings(&settings.mail, smtp, environment)?;
            Transport::smtp(wanted).map_err(|error| {
                vec![
                    Problem::error(smtp.host.place.clone(), format!("set up mail: {error}"))
                        .hint(error.hint()),
                ]
            })
        }
    }
}

fn smtp_settings(
    mail: &Mail,
    smtp: &Smtp,
    environment: &Environment,
) -> Result<SmtpSettings, Vec<Problem>> {
    let (password, problems) = config::password(mail, environment);
    if problems.iter().any(|one| one.level == Level::Error) {
        return Err(problems);
    }
    let (again, around) = (mail.clone(), environment.clone());
    Ok(SmtpSettings {
        reread: Some(Reread::by(move || config::password(&again, &around).0)),
        port: smtp.port,
        security: match smtp.tls {
            Tls::Starttls => Security::StartTls,
            Tls::Implicit => Security::Implicit,
            Tls::None => Security::None,
        },
        ca_file: smtp.ca_file.as_ref().map(|file| file.value.clone()),
        username: smtp.username.as_ref().map(|name| name.value.clone()),
        password,
        ..SmtpSettings::new(smtp.host.value.clone(), reader::bare_address(&sender(&mail.from)))
    })
}

/// The sender as mails show it; [`build`] has made sure that it is one.
fn sender(from: &Located<String>) -> String {
    reader::sender(from).unwrap_or_else(|_| from.value.clone())
}
