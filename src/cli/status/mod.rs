//! `watchlistd status`: how sources, mails and the watchlist stand, read beside a running service.
//!
//! The JSON's keys are only ever added to: scripts read them.

mod mails;
mod sources;

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::holder;
use super::load::{self, Folder, Place};
use super::room::Room;
use super::waiting;
use crate::clock::{Clock, SystemClock};
use crate::config::settings::Storage;
use crate::model::source::Health;
use crate::model::{CanaryState, SourceCoverage, Timestamp, counted};
use crate::pipeline::deliver::Waiting;
use crate::store::review::Review;
use crate::store::{Archive, SourceRow, Store, StoreError};

/// Rows fetched at a time.
const PAGE: usize = 1_000;

/// What `status` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Reads the state and prints it.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let place = load::place(&folder);
    let now = SystemClock.now();
    let status = load::wait(async {
        let store = load::open_for_reading(&folder)?;
        let urgent = waiting::of(&folder, &*store, now).await?;
        let left_out = left_out(&folder, &*store).await?;
        let needs_restart = load::waits_for_restart(&folder, store.archive()).await?;
        let known = Known { urgent, left_out, needs_restart };
        gather(&*store, &place, known, now).await.map_err(Failure::from)
    })?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &status).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&status, out)?;
    }
    Ok(Exit::Fine)
}

#[derive(Debug, Serialize)]
struct Status {
    /// Whether a service (or `once`) works on the database; null where that cannot be known.
    running: Option<bool>,
    /// The latest instant that is stored, if the clock is behind it; null otherwise.
    clock_behind: Option<Timestamp>,
    watchlist: WatchlistStatus,
    /// Why and since when nothing is polled on purpose; null while polling goes on.
    paused: Option<PauseStatus>,
    sources: Vec<SourceStatus>,
    outbox: mails::OutboxStatus,
    /// When the database was restored, while mails are held since; null otherwise.
    held: Option<Timestamp>,
    digests: Vec<mails::DigestStatus>,
    /// Readers whose urgent mails of the hour are used up while urgent alerts wait.
    urgent_waiting: Vec<UrgentStatus>,
    /// The last synthetic item that went the whole way; null while none was flown.
    canary: Option<CanaryStatus>,
    database: Room,
}

#[derive(Debug, Serialize)]
struct CanaryStatus {
    /// The local day.
    day: String,
    state: CanaryState,
    planted: Timestamp,
    /// When the mail server took its mail, or it was given up.
    settled: Option<Timestamp>,
    /// The mail server's reply, or where it was lost.
    detail: String,
}

#[derive(Debug, Serialize)]
struct WatchlistStatus {
    /// 0 before anything was ever in force.
    version: u64,
    since: Option<Timestamp>,
    /// The problems of an edit that was refused; null while the files are in force.
    degraded: Option<String>,
    /// What of that version this program cannot use, a line each; empty while all of it is in force.
    left_out: Vec<String>,
    /// Settings of that version which wait for a restart of the service; empty when all of them are in force.
    needs_restart: Vec<&'static str>,
    /// Why somebody must say that the newest edit is meant; null when nobody must.
    large_edit: Option<String>,
}

#[derive(Debug, Serialize)]
struct PauseStatus {
    since: Timestamp,
    why: String,
}

#[derive(Debug, Serialize)]
struct SourceStatus {
    id: String,
    /// As written.
    url: String,
    /// Where its server says that it has moved for good; null while it has not.
    moved_to: Option<String>,
    health: Health,
    /// Whether it counts as read, as in mails: an official list that had items and shows none does not, nor what
    /// was not read lately.
    read: bool,
    /// Whether nothing was read for too long.
    #[serde(skip)]
    stale: bool,
    since: Timestamp,
    last_success: Option<Timestamp>,
    next_poll: Timestamp,
    items: u64,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct UrgentStatus {
    reader: String,
    /// How many alerts wait.
    alerts: usize,
    /// When the next urgent mail may go out.
    until: Timestamp,
    /// Why, in words.
    why: String,
}

impl UrgentStatus {
    fn of(waiting: Waiting) -> Self {
        let why = waiting::why(&waiting);
        let Waiting { reader, alerts, until, .. } = waiting;
        Self { reader, alerts: alerts.len(), until, why }
    }
}

impl CanaryStatus {
    fn words(&self) -> String {
        let Self { day, planted, detail, .. } = self;
        let after = self.settled.map(|at| at.since(*planted).as_secs()).unwrap_or_default();
        match self.state {
            CanaryState::Flying => format!("of {day} (synthetic) is on its way"),
            CanaryState::Arrived => {
                format!("of {day} (synthetic) arrived after {after} s: {detail}")
            }
            CanaryState::Late => {
                format!("of {day} (synthetic) arrived LATE, after {after} s: {detail}")
            }
            CanaryState::Missing => format!("of {day} (synthetic) is MISSING: {detail}"),
        }
    }
}

/// What the files tell beside the store.
struct Known {
    urgent: Vec<Waiting>,
    left_out: Vec<String>,
    needs_restart: Vec<&'static str>,
}

async fn gather(
    store: &dyn Store,
    place: &Place,
    known: Known,
    now: Timestamp,
) -> Result<Status, StoreError> {
    let archive = store.archive();
    let Known { urgent, left_out, needs_restart } = known;
    let version = archive.config_in_force().await?;
    let rejected = archive.rejected_edit().await?;
    let open = archive.reviews(1).await?.into_iter().next().filter(Review::is_open);
    let Storage::Sqlite(database) = &place.storage;
    let running = holder::holds(database);
    let rows = all_sources(archive).await?;
    Ok(Status {
        running,
        clock_behind: archive.ahead_of(now).await?,
        watchlist: WatchlistStatus {
            version: version.as_ref().map_or(0, |one| one.version),
            since: version.map(|one| one.since),
            degraded: rejected.map(|one| one.problems),
            left_out,
            // Nothing waits for the restart of what does not run.
            needs_restart: if running == Some(false) { Vec::new() } else { needs_restart },
            large_edit: open.and_then(|one| one.grave),
        },
        paused: paused(archive).await?,
        sources: rows.into_iter().map(|row| source_status(row, now)).collect(),
        outbox: mails::outbox(archive).await?,
        held: store.held().await?.map(|restore| restore.at),
        digests: mails::digests(archive).await?,
        urgent_waiting: urgent.into_iter().map(UrgentStatus::of).collect(),
        canary: last_canary(archive, now).await?,
        database: Room::of(&archive.size().await?, place, now),
    })
}

/// What of the version in force this program cannot use, as whoever put it in force noted; where another program did,
/// it is found anew, for which all of it has to be understood. Nothing where no version is, or none of it can be
/// used: that is told by what does not start.
async fn left_out(folder: &Folder, store: &dyn Store) -> Result<Vec<String>, StoreError> {
    if let Some(noted) = store.archive().left_out().await? {
        return Ok(noted);
    }
    let in_force = load::in_force(folder, store).await;
    let left_out = in_force.map(|(_, parts)| parts.left_out).unwrap_or_default();
    Ok(left_out.iter().map(ToString::to_string).collect())
}

async fn last_canary(
    archive: &dyn Archive,
    now: Timestamp,
) -> Result<Option<CanaryStatus>, StoreError> {
    let all = archive.canaries(Timestamp::from_millis(0), now).await?;
    Ok(all.into_iter().next_back().map(|one| CanaryStatus {
        day: one.day,
        state: one.state,
        planted: one.planted,
        settled: one.settled,
        detail: one.detail,
    }))
}

/// The pause that lasts, if one does.
async fn paused(archive: &dyn Archive) -> Result<Option<PauseStatus>, StoreError> {
    let end = Timestamp::from_millis(i64::MAX);
    let newest = archive.pauses_between(end, end).await?.pop();
    let lasts = newest.filter(|one| one.until.is_none());
    Ok(lasts.map(|one| PauseStatus { since: one.from, why: one.why }))
}

async fn all_sources(archive: &dyn Archive) -> Result<Vec<SourceRow>, StoreError> {
    let mut rows: Vec<SourceRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.source.id.clone());
        let page = archive.sources(after, PAGE).await?;
        let last = page.len() < PAGE;
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}

fn source_status(row: SourceRow, now: Timestamp) -> SourceStatus {
    let SourceRow { source, state, next_poll, items } = row;
    let one = SourceCoverage { source, state };
    let (read, stale) = (one.is_read(now), one.is_stale(now));
    let SourceCoverage { source, state } = one;
    SourceStatus {
        id: source.id.to_string(),
        url: source.url,
        moved_to: state.moved.map(|moved| moved.to),
        health: state.health,
        read,
        stale,
        since: state.since,
        last_success: state.last_success,
        next_poll,
        items,
        error: state.error,
    }
}

/// To the second: nobody reads milliseconds.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000)
}

fn print(status: &Status, out: &mut dyn Write) -> std::io::Result<()> {
    match status.running {
        Some(true) => writeln!(out, "Service    running")?,
        Some(false) => {
            writeln!(out, "Service    NOT running: nothing is read and nothing is sent")?
        }
        None => {}
    }
    if let Some(ahead) = status.clock_behind {
        let ahead = seconds(ahead);
        writeln!(
            out,
            "Clock      WENT BACK: what is stored reaches to {ahead}; it was wrong then, or is wrong now"
        )?;
    }
    print_watchlist(&status.watchlist, out)?;
    print_sources(status, out)?;
    mails::print(&status.outbox, status.held, &status.digests, out)?;
    print_urgent(&status.urgent_waiting, out)?;
    if let Some(canary) = &status.canary {
        writeln!(out, "Canary     {}", canary.words())?;
    }
    writeln!(out, "Database   {}", status.database.words())
}

fn print_watchlist(status: &WatchlistStatus, out: &mut dyn Write) -> std::io::Result<()> {
    match status.since {
        Some(since) => {
            let (version, since) = (status.version, seconds(since));
            writeln!(out, "Watchlist  version {version}, in force since {since}")?;
        }
        None => writeln!(out, "Watchlist  none was ever in force")?,
    }
    if let Some(problems) = &status.degraded {
        writeln!(out, "           an edit was refused; that version stays in force:")?;
        for line in problems.lines() {
            writeln!(out, "             {line}")?;
        }
    }
    if !status.left_out.is_empty() {
        writeln!(out, "           it is in force without what this program cannot use:")?;
        for line in &status.left_out {
            writeln!(out, "             {line}")?;
        }
    }
    if !status.needs_restart.is_empty() {
        let waits = status.needs_restart.join(", ");
        writeln!(
            out,
            "           in force but for {waits}: that waits for a restart of the service, which goes on as it was \
             started"
        )?;
    }
    if let Some(why) = &status.large_edit {
        writeln!(out, "           a large edit is not accepted: {why}; `watchlistd watch accept`")?;
    }
    Ok(())
}

fn print_sources(status: &Status, out: &mut dyn Write) -> std::io::Result<()> {
    if let Some(pause) = &status.paused {
        let PauseStatus { since, why } = pause;
        writeln!(out, "Polling    PAUSED since {}: {why}", seconds(*since))?;
    }
    sources::print(&status.sources, out)
}

fn print_urgent(waiting: &[UrgentStatus], out: &mut dyn Write) -> std::io::Result<()> {
    for UrgentStatus { reader, alerts, until, why } in waiting {
        let alerts = counted(*alerts as u64, "urgent alert");
        writeln!(out, "  {reader:<24} {alerts} waiting until {}: {why}", seconds(*until))?;
    }
    Ok(())
}
