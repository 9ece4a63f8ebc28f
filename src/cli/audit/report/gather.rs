//! What a report says, gathered from the archive; its lines are worded in [`super::lines`].

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::config::{self, Environment, Files};
use crate::detect::Watchlist;
use crate::model::watchlist::WatchlistEntries;
use crate::model::{Pause, Timestamp};
use crate::store::{About, Archive, ConfigVersion, StoreError};

use super::canaries::{self, CanaryLine};
use super::lines::{Line, SourceLine, found_line, gap_line, muted, pause_line, source, terms};
use super::looked::{Paused, few, not_looked, rounds, since_last_round, unknown};
use super::shown::seconds;

/// Rows fetched at a time.
const PAGE: usize = 500;
/// How far beside the window canaries of its days may have been planted: zones, and mails held up.
const BESIDE: Duration = Duration::from_secs(2 * 24 * 3600);
/// Versions of the configuration fetched at a time: each brings all its files.
const VERSIONS: usize = 8;

/// What was asked.
pub(super) struct Asked<'a> {
    pub(super) company: &'a str,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) now: Timestamp,
}

/// The whole report, as the templates read it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    company: String,
    name: String,
    from: String,
    until: String,
    made: String,
    program: &'static str,
    /// Stretches of versions in which the company was watched with these terms, or was not.
    watched: Vec<Stretch>,
    /// Whether it was watched throughout the window.
    throughout: bool,
    /// Stretches in which nothing was read, in sentences: they come first.
    stopped: Vec<String>,
    /// That nobody knows this id, and what is near: of whoever mistyped one, "not watched" would be a lie.
    unknown: Option<String>,
    sources: Vec<SourceLine>,
    polls: u64,
    failed: u64,
    remarked: u64,
    items: u64,
    gaps: Vec<String>,
    alerts: Vec<Line>,
    others: Vec<Line>,
    canaries: Vec<CanaryLine>,
    arrived: usize,
    /// Whether the files ask for canaries.
    canary_on: bool,
    texts_before: Option<String>,
    evidence_before: Option<String>,
    polls_before: Option<String>,
    head: Option<String>,
    entries: u64,
    fits: bool,
    faults: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Stretch {
    #[serde(skip)]
    began: Timestamp,
    since: String,
    versions: String,
    watched: bool,
    /// The day up to which it is muted: what names it is held back.
    muted: Option<String>,
    terms: Vec<String>,
}

impl Stretch {
    /// The time from the window's beginning to the first version.
    fn before_all(from: Timestamp) -> Self {
        let versions = "no version yet: nothing was read, and nothing was watched".to_owned();
        let (since, terms) = (seconds(from), Vec::new());
        Self { began: from, since, versions, watched: false, muted: None, terms }
    }
}

impl Report {
    /// Says on the page that no version that is in force or was in force in the window knows this id.
    pub(super) fn nobody_knows(&mut self, hint: &str) {
        let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
        self.unknown = Some(format!("No watchlist knows the id '{}'{hint}.", self.company));
    }

    /// Whether there were versions, and none of them watched it.
    pub(super) fn never_watched(&self) -> bool {
        !self.watched.is_empty() && !self.watched.iter().any(|one| one.watched)
    }
}

/// Reads all that the report says.
pub(super) async fn report(
    archive: &dyn Archive,
    asked: &Asked<'_>,
    environment: &Environment,
) -> Result<Report, StoreError> {
    let Versions { stretches: watched, name, paused, due } =
        versions(archive, asked, environment).await?;
    let window = (asked.from, asked.until);
    let accounts = archive.accounts(asked.from, asked.until).await?;
    let found = archive.verify_record(None).await?;
    let gaps = archive.gaps_between(asked.from, asked.until).await?;
    let (before, after) = (asked.from.minus(BESIDE), asked.until.plus(BESIDE));
    let canaries = canaries::lines(&archive.canaries(before, after).await?, &due, window);
    let mut pauses = archive.pauses_between(asked.from, asked.until).await?;
    // They are told first, with those that nobody noted.
    let stops = Pause::take_stops(&mut pauses, asked.until);
    let last_poll = accounts.iter().filter_map(|one| one.last).max();
    pauses.extend(since_last_round(archive.last_start().await?, last_poll, asked.until));
    let sources: Vec<SourceLine> =
        accounts.iter().map(|one| source(one, &paused, asked.from, asked.until)).collect();
    let mut unlooked = not_looked(&accounts, &paused, (&pauses, &stops), window);
    unlooked.stopped.extend(unknown(&pauses, window));
    unlooked.stopped.extend(rounds(&pauses, window));
    if unlooked.stopped.is_empty() && unlooked.lines.is_empty() {
        let (made, due) =
            sources.iter().fold((0, 0), |(made, due), one| (made + one.made, due + one.due));
        unlooked.stopped.extend(few(made, due));
    }
    let (alerts, others) = decided(archive, asked).await?;
    Ok(Report {
        company: asked.company.to_owned(),
        name,
        from: seconds(asked.from),
        until: seconds(asked.until),
        made: seconds(asked.now),
        program: concat!("watchlistd ", env!("CARGO_PKG_VERSION")),
        throughout: !watched.is_empty()
            && watched.iter().all(|one| one.watched && one.muted.is_none())
            && unlooked.stopped.is_empty(),
        stopped: unlooked.stopped,
        unknown: None,
        watched,
        polls: accounts.iter().map(|one| one.polls).sum(),
        failed: accounts.iter().map(|one| one.failed).sum(),
        remarked: accounts.iter().map(|one| one.remarked).sum(),
        items: accounts.iter().map(|one| one.new).sum(),
        sources,
        gaps: pauses
            .iter()
            .map(pause_line)
            .chain(unlooked.lines)
            .chain(gaps.iter().map(gap_line))
            .collect(),
        alerts,
        others,
        arrived: canaries.iter().filter(|one| one.arrived()).count(),
        canary_on: due.on(),
        canaries,
        texts_before: found.texts_before.map(seconds),
        evidence_before: found.evidence_before.map(seconds),
        polls_before: found.polls_before.map(seconds),
        head: found.head.as_ref().map(|head| format!("{} {}", head.number, head.hash)),
        entries: found.entries,
        fits: found.faults.is_empty(),
        faults: found
            .faults
            .iter()
            .map(|one| format!("entry {}: {}: {}", one.number, one.what, one.why))
            .collect(),
    })
}

/// What was decided about the company: alerts, and the rest.
async fn decided(
    archive: &dyn Archive,
    asked: &Asked<'_>,
) -> Result<(Vec<Line>, Vec<Line>), StoreError> {
    let (mut alerts, mut others) = (Vec::new(), Vec::new());
    let mut after = 0;
    loop {
        let about = About::Company(asked.company.to_owned());
        let page = archive.decided(about, asked.from, asked.until, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok((alerts, others)) };
        after = last.key;
        for row in page {
            let list = if row.alert.is_some() { &mut alerts } else { &mut others };
            list.push(found_line(&row, asked.company));
        }
    }
}

/// What the versions say that were in force in the window.
struct Versions {
    /// How the company stood, alike versions together.
    stretches: Vec<Stretch>,
    name: String,
    paused: Paused,
    due: canaries::Due,
}

/// Reads the versions that were in force in the window.
async fn versions(
    archive: &dyn Archive,
    asked: &Asked<'_>,
    environment: &Environment,
) -> Result<Versions, StoreError> {
    let mut stretches: Vec<(Stretch, u64, u64)> = Vec::new();
    let mut name = asked.company.to_owned();
    let (mut paused, mut due) = (Paused::default(), canaries::Due::default());
    let mut add = |version: &ConfigVersion| {
        let files = Files::from_texts(Path::new("."), version.files.clone());
        let parsed = config::parse(&files, environment);
        paused.note(&parsed.sources, version.since);
        due.note(&parsed, version.since);
        stand(&mut stretches, &mut name, version, asked, &parsed.watchlist);
    };
    let mut before: Option<ConfigVersion> = None;
    let mut after = 0;
    loop {
        let page = archive.config_versions(after, VERSIONS).await?;
        let Some(last) = page.last() else { break };
        after = last.version;
        for version in page {
            if version.since > asked.until {
                continue;
            }
            if version.since <= asked.from {
                before = Some(version);
                continue;
            }
            for one in before.take().into_iter().chain([version]) {
                add(&one);
            }
        }
    }
    if let Some(one) = before {
        add(&one);
    }
    let mut stretches = stretches.into_iter().map(named).collect::<Vec<_>>();
    // What nobody ran watched nobody: a window that begins before the first version is not watched throughout. Times are
    // shown and given back to the second.
    let first = stretches.first().map(|one| one.began);
    if first.is_some_and(|began| seconds(began) > seconds(asked.from)) {
        stretches.insert(0, Stretch::before_all(asked.from));
    }
    Ok(Versions { stretches, name, paused, due })
}

fn named((mut stretch, first, last): (Stretch, u64, u64)) -> Stretch {
    stretch.versions = if first == last {
        format!("version {first}")
    } else {
        format!("versions {first} to {last}")
    };
    stretch
}

/// How the company stands in a version.
fn stand(
    stretches: &mut Vec<(Stretch, u64, u64)>,
    name: &mut String,
    version: &ConfigVersion,
    asked: &Asked<'_>,
    entries: &WatchlistEntries,
) {
    let (watchlist, _) = Watchlist::compile(entries);
    let info = watchlist.companies().find(|one| &*one.named.id == asked.company);
    let entry = info.and_then(|info| entries.companies.iter().find(|one| one.place == info.place));
    if let Some(entry) = entry {
        name.clone_from(&entry.name.value);
    }
    let terms = entry.map(terms).unwrap_or_default();
    let muted = entry.and_then(|entry| muted(entry, version.since.max(asked.from)));
    match stretches.last_mut() {
        Some((stretch, _, last))
            if stretch.watched == entry.is_some()
                && stretch.terms == terms
                && stretch.muted == muted =>
        {
            *last = version.version;
        }
        _ => {
            let (began, since) = (version.since, seconds(version.since));
            let (watched, versions) = (entry.is_some(), String::new());
            let stretch = Stretch { began, since, versions, watched, muted, terms };
            stretches.push((stretch, version.version, version.version));
        }
    }
}
