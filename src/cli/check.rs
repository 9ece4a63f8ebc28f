//! `watchlistd check`: every problem at once, and what would happen next if these files were in force.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use super::lost::lost;
use super::problems;
use crate::clock::{Clock, SystemClock};
use crate::collect::source::{self, RenamedSource};
use crate::config::settings::Transport;
use crate::config::{self, Files};
use crate::daemon::start;
use crate::daemon::wire::{self, Parts};
use crate::detect::renamed_entries;
use crate::model::watchlist::{Renamed, WatchlistEntries};
use crate::model::{EntityKind, Problem, Timestamp};
use crate::notify::reader::Reader;
use crate::store::ConfigVersion;

/// How many fire times of each schedule are shown.
const FIRE_TIMES: usize = 3;

/// What `check` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Show every problem, however many there are
    #[arg(long)]
    all: bool,
}

/// Checks the folder with the very code that the service starts with.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config).with_secret();
    let files = Files::read(&folder.path)?;
    let (parts, mut found) = wire::build(files.clone(), &folder.environment);
    found.extend(gone(&folder, &files));
    let mail = parts.as_ref().map(|parts| &parts.settings.mail);
    if let Some(mail) = mail.filter(|mail| matches!(mail.transport, Transport::Smtp(_))) {
        let (_, secrets) = config::password(mail, &folder.environment);
        found.extend(secrets);
        found.extend(
            parts
                .as_ref()
                .and_then(|one| wire::transport(&one.settings, &folder.environment).err())
                .into_iter()
                .flatten(),
        );
    }
    found.extend(parts.as_ref().and_then(|one| wire::no_second_channel(&one.settings)));
    found.extend(parts.as_ref().and_then(|one| one.watchlist.lacks()));
    let now = SystemClock.now();
    if let Some(parts) = &parts {
        let entries = config::parse(&parts.files, &folder.environment).watchlist;
        let today = now.to_chrono().date_naive();
        if let Some(version) = in_force(&folder) {
            found.extend(renamed(&version, parts, &entries));
            let lost = lost(&version, &parts.files.texts());
            found.extend(
                lost.into_iter().map(|one| Problem::warning(None, one.what).hint(one.hint)),
            );
        }
        found.extend(lapsed(&entries, today));
        found.extend(overdue(&entries, today));
    }
    found = config::in_order(found);
    let shown = if arguments.all { usize::MAX } else { problems::SHOWN };
    write!(out, "{}", problems::render_some(&found, shown, false))?;
    if let Some(parts) = &parts {
        summary(parts, now, out)?;
    }
    Ok(load::exit(&found))
}

/// Silences that are over: whoever reads the file would count on them.
fn lapsed(entries: &WatchlistEntries, today: NaiveDate) -> Vec<Problem> {
    let companies = entries.companies.iter().flat_map(|one| {
        let aliases = one.aliases.iter().map(|alias| (&alias.name, &alias.guards));
        aliases.chain([(&one.name, &one.guards)])
    });
    companies
        .chain(entries.topics.iter().map(|one| (&one.name, &one.guards)))
        .filter_map(|(name, guards)| Some((name, guards.muted_until.as_ref()?)))
        .filter(|(_, until)| until.value < today)
        .map(|(name, until)| {
            let what = format!("'{}' is not muted any more: {} is over", name.value, until.value);
            Problem::warning(until.place.clone(), what).hint("take muted_until out")
        })
        .collect()
}

/// Entries whose day of review is past. What is no date was told as the file was read.
fn overdue(entries: &WatchlistEntries, today: NaiveDate) -> Vec<Problem> {
    let companies = entries.companies.iter().map(|one| (&one.name, &one.remarks));
    let topics = entries.topics.iter().map(|one| (&one.name, &one.remarks));
    let rules = entries.rules.iter().map(|one| (&one.name, &one.remarks));
    companies
        .chain(topics)
        .chain(rules)
        .filter_map(|(name, remarks)| Some((name, remarks.review_by.as_ref()?)))
        .filter(|(_, by)| by.value.trim().parse::<NaiveDate>().is_ok_and(|day| day < today))
        .map(|(name, by)| {
            let what = format!("'{}' was to be reviewed by {}", name.value, by.value.trim());
            Problem::warning(by.place.clone(), what)
                .hint("see whether it is still to be watched, and write the next day")
        })
        .collect()
}

/// The version in force, where one can be read: before the first start nothing is compared.
fn in_force(folder: &Folder) -> Option<ConfigVersion> {
    let looked = load::to_the_end(async {
        let store = load::open_for_reading(folder).ok()?;
        store.archive().config_in_force().await.ok().flatten()
    });
    looked.ok().flatten()
}

/// Entries whose ids are others than in the version in force: nobody who gives a thing a better name means
/// to leave its history behind.
fn renamed(version: &ConfigVersion, parts: &Parts, entries: &WatchlistEntries) -> Vec<Problem> {
    let entry = |one: Renamed| {
        let kind = match one.kind {
            EntityKind::Company => "company",
            EntityKind::Topic => "topic",
        };
        let what = format!(
            "the id of {kind} '{}' is '{}' now, and '{}' in version {}",
            one.name, one.to, one.from, version.version
        );
        Problem::warning(one.place, what).hint(format!(
            "history, filters and reports go by id: write id = \"{}\" to keep them together",
            one.from
        ))
    };
    let source = |one: RenamedSource| {
        let what = format!(
            "source '{}' reads the address of '{}', which is gone and was read in version {}",
            one.to, one.from, version.version
        );
        Problem::warning(one.place, what).hint(format!(
            "what was read so far stays with '{}'; write id = \"{}\" to go on with it",
            one.from, one.from
        ))
    };
    let before = wire::watchlist_of(&version.files);
    let sources =
        source::renamed(&wire::sources_of(&version.files), &wire::sources_of(&parts.files.texts()));
    let entries = renamed_entries(&before, entries).into_iter().map(entry);
    entries.chain(sources.into_iter().map(source)).collect()
}

/// Files whose absence the service would refuse. That lies in the store; where none can be read, nothing is
/// known to have been in force.
fn gone(folder: &Folder, files: &Files) -> Vec<Problem> {
    let looked = load::to_the_end(async {
        let store = load::open_for_reading(folder).ok()?;
        start::gone(&*store, files).await.ok()
    });
    looked.ok().flatten().unwrap_or_default()
}

fn summary(parts: &Parts, now: Timestamp, out: &mut dyn Write) -> std::io::Result<()> {
    let watchlist = &parts.watchlist;
    let count =
        |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
    writeln!(
        out,
        "{}; {}, {} and {}; {}.",
        count(parts.sources.len(), "source", "sources"),
        count(watchlist.companies().count(), "company", "companies"),
        count(watchlist.topics().filter(|one| !one.hidden).count(), "topic", "topics"),
        count(watchlist.rules().count(), "rule", "rules"),
        count(parts.readers.len(), "reader", "readers"),
    )?;
    for reader in &parts.readers {
        writeln!(out, "  {:<24} {}", reader.name, next_digests(reader, now))?;
    }
    Ok(())
}

fn next_digests(reader: &Reader, now: Timestamp) -> String {
    if reader.schedule.is_never() {
        return "no digests".to_owned();
    }
    let mut at = now;
    let mut times = Vec::new();
    while times.len() < FIRE_TIMES {
        let Some(next) = reader.next_digest(at) else { break };
        let local = next.to_chrono().with_timezone(&reader.zone);
        times.push(local.format("%a %-d %b %H:%M %Z").to_string());
        at = next;
    }
    format!("next digests: {}", times.join(", "))
}
