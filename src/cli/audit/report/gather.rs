//! What a report says, gathered from the archive.

use std::path::Path;

use serde::Serialize;

use crate::config::{self, Environment, Files};
use crate::detect::Watchlist;
use crate::model::source::Gap;
use crate::model::watchlist::{CompanyEntry, Guards};
use crate::model::{Action, Canary, CanaryState, MailState, Pause, Timestamp};
use crate::notify::outside::line;
use crate::store::{About, Account, Archive, ConfigVersion, DecidedRow, StoreError, TellingRow};

/// Rows fetched at a time.
const PAGE: usize = 500;
/// Versions of the configuration fetched at a time: each brings all its files.
const VERSIONS: usize = 8;

/// Characters of a headline, and of an address or a reason, that are shown.
const TITLE: usize = 300;
const LINK: usize = 1_000;

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
    terms: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SourceLine {
    id: String,
    url: String,
    official: bool,
    made: u64,
    due: u64,
    failed: u64,
    remarked: u64,
    new: u64,
    last: String,
    troubles: String,
    note: String,
}

/// What became of a day's canary.
#[derive(Debug, Serialize)]
struct CanaryLine {
    day: String,
    state: &'static str,
    detail: String,
}

#[derive(Debug, Serialize)]
struct Line {
    at: String,
    seen: String,
    published: String,
    source: String,
    title: String,
    link: String,
    severity: String,
    why: Vec<String>,
    version: u64,
    alert: String,
    outcome: String,
    told: Vec<String>,
    /// What people made of it.
    people: Vec<String>,
}

impl Stretch {
    /// The time from the window's beginning to the first version.
    fn before_all(from: Timestamp) -> Self {
        let versions = "no version yet: nothing was read, and nothing was watched".to_owned();
        Self { began: from, since: seconds(from), versions, watched: false, terms: Vec::new() }
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
    let (watched, name) = watched(archive, asked, environment).await?;
    let accounts = archive.accounts(asked.from, asked.until).await?;
    let found = archive.verify_record(None).await?;
    let gaps = archive.gaps_between(asked.from, asked.until).await?;
    let canaries = archive.canaries(asked.from, asked.until).await?;
    let pauses = archive.pauses_between(asked.from, asked.until).await?;
    let (alerts, others) = decided(archive, asked).await?;
    Ok(Report {
        company: asked.company.to_owned(),
        name,
        from: seconds(asked.from),
        until: seconds(asked.until),
        made: seconds(asked.now),
        program: concat!("watchlistd ", env!("CARGO_PKG_VERSION")),
        throughout: !watched.is_empty() && watched.iter().all(|one| one.watched),
        unknown: None,
        watched,
        polls: accounts.iter().map(|one| one.polls).sum(),
        failed: accounts.iter().map(|one| one.failed).sum(),
        remarked: accounts.iter().map(|one| one.remarked).sum(),
        items: accounts.iter().map(|one| one.new).sum(),
        sources: accounts.iter().map(|one| source(one, asked)).collect(),
        gaps: pauses.iter().map(pause_line).chain(gaps.iter().map(gap_line)).collect(),
        alerts,
        others,
        arrived: canaries.iter().filter(|one| one.state == CanaryState::Arrived).count(),
        canaries: canaries.iter().map(canary).collect(),
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

fn gap_line(gap: &Gap) -> String {
    let (from, until) = (seconds(gap.from), seconds(gap.until));
    format!(
        "{}: items between {from} and {until} may have been missed: nothing that it showed then was \
         known from before",
        gap.source
    )
}

fn pause_line(pause: &Pause) -> String {
    let until = pause.until.map_or_else(|| "the present".to_owned(), seconds);
    format!(
        "all sources: nothing was polled from {} to {until}: {}",
        seconds(pause.from),
        pause.why
    )
}

/// To the second: nobody reads milliseconds.
fn seconds(at: Timestamp) -> String {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000).to_string()
}

/// How the company stood in each version that was in force in the window, alike ones together.
async fn watched(
    archive: &dyn Archive,
    asked: &Asked<'_>,
    environment: &Environment,
) -> Result<(Vec<Stretch>, String), StoreError> {
    let mut stretches: Vec<(Stretch, u64, u64)> = Vec::new();
    let mut name = asked.company.to_owned();
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
                add(&mut stretches, &mut name, &one, asked, environment);
            }
        }
    }
    if let Some(one) = before {
        add(&mut stretches, &mut name, &one, asked, environment);
    }
    let mut stretches = stretches.into_iter().map(named).collect::<Vec<_>>();
    // What nobody ran watched nobody: a window that begins before the first version is not watched throughout. Times are
    // shown and given back to the second.
    let first = stretches.first().map(|one| one.began);
    if first.is_some_and(|began| seconds(began) > seconds(asked.from)) {
        stretches.insert(0, Stretch::before_all(asked.from));
    }
    Ok((stretches, name))
}

fn named((mut stretch, first, last): (Stretch, u64, u64)) -> Stretch {
    stretch.versions = if first == last {
        format!("version {first}")
    } else {
        format!("versions {first} to {last}")
    };
    stretch
}

fn add(
    stretches: &mut Vec<(Stretch, u64, u64)>,
    name: &mut String,
    version: &ConfigVersion,
    asked: &Asked<'_>,
    environment: &Environment,
) {
    let files = Files::from_texts(Path::new("."), version.files.clone());
    let entries = config::parse(&files, environment).watchlist;
    let (watchlist, _) = Watchlist::compile(&entries);
    let info = watchlist.companies().find(|one| &*one.named.id == asked.company);
    let entry = info.and_then(|info| entries.companies.iter().find(|one| one.place == info.place));
    if let Some(entry) = entry {
        name.clone_from(&entry.name.value);
    }
    let terms = entry.map(terms).unwrap_or_default();
    match stretches.last_mut() {
        Some((stretch, _, last))
            if stretch.watched == entry.is_some() && stretch.terms == terms =>
        {
            *last = version.version;
        }
        _ => {
            let (began, since) = (version.since, seconds(version.since));
            let (watched, versions) = (entry.is_some(), String::new());
            let stretch = Stretch { began, since, versions, watched, terms };
            stretches.push((stretch, version.version, version.version));
        }
    }
}

/// The company's names in words, with what guards them.
fn terms(entry: &CompanyEntry) -> Vec<String> {
    let mut terms = vec![format!("name \"{}\"{}", entry.name.value, guards(&entry.guards))];
    terms.extend(
        entry
            .aliases
            .iter()
            .map(|alias| format!("alias \"{}\"{}", alias.name.value, guards(&alias.guards))),
    );
    terms.extend(entry.tickers.iter().map(|ticker| format!("ticker {}", ticker.value)));
    if let Some(parent) = &entry.part_of {
        terms.push(format!("part of {}", parent.value));
    }
    terms
}

fn guards(guards: &Guards) -> String {
    let lists = [
        ("only with", &guards.only_with),
        ("not with", &guards.not_with),
        ("never in an item with", &guards.never_in_item),
    ];
    let words: Vec<String> = lists
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(how, list)| {
            let list: Vec<_> = list.iter().map(|one| one.value.as_str()).collect();
            format!("{how} {}", list.join(", "))
        })
        .collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join("; ")) }
}

fn source(account: &Account, asked: &Asked<'_>) -> SourceLine {
    let from = asked.from.max(account.added);
    let until = account.retired.unwrap_or(asked.until).min(asked.until);
    let interval = account.interval.as_millis().max(1);
    let due = u64::try_from(until.since(from).as_millis() / interval).unwrap_or(u64::MAX);
    let mut note = Vec::new();
    if account.added > asked.from {
        note.push(format!("watched since {}", seconds(account.added)));
    }
    if let Some(retired) = account.retired {
        note.push(format!("no longer watched since {}", seconds(retired)));
    }
    if account.polls == 0 {
        note.push("not polled in this window".to_owned());
    } else if account.polls == account.failed {
        note.push("every poll failed".to_owned());
    } else if account.polls == account.failed + account.remarked {
        note.push("every poll had a remark".to_owned());
    }
    SourceLine {
        id: account.source.to_string(),
        url: account.url.clone(),
        official: account.official,
        made: account.polls,
        due,
        failed: account.failed,
        remarked: account.remarked,
        new: account.new,
        last: account.last.map(seconds).unwrap_or_default(),
        troubles: line(&account.troubles.join("; "), LINK),
        note: note.join("; "),
    }
}

fn canary(one: &Canary) -> CanaryLine {
    let seconds = |until: Timestamp| until.since(one.planted).as_secs();
    let state = match one.state {
        CanaryState::Flying => "on its way",
        other => other.as_str(),
    };
    let after = match (one.state, one.settled) {
        (CanaryState::Arrived | CanaryState::Late, Some(at)) => {
            format!("after {} s – ", seconds(at))
        }
        _ => String::new(),
    };
    CanaryLine {
        day: one.day.clone(),
        state,
        detail: format!("{after}{}", line(&one.detail, LINK)),
    }
}

fn found_line(row: &DecidedRow, company: &str) -> Line {
    let judgement = &row.judgement;
    let named = judgement.companies.iter().any(|one| &*one.id == company);
    let guards = judgement
        .held_back
        .iter()
        .filter(|one| &*one.hit.entity == company)
        .map(|one| format!("\"{}\" was held back: {}", one.hit.term, one.guard));
    let outcome = match (&row.untold, row.alert.is_some(), named) {
        (Some(reason), _, _) => format!("recorded and not told: {reason}"),
        (None, true, _) => "alert".to_owned(),
        (None, false, true) if judgement.would_be.is_some() => "held back".to_owned(),
        (None, false, true) => {
            "a mention: no topic beside the company, or none linked to it".to_owned()
        }
        (None, false, false) => "held back".to_owned(),
    };
    Line {
        at: seconds(row.at),
        seen: seconds(row.item.first_seen),
        published: row.item.published.map(seconds).unwrap_or_default(),
        source: row.item.source.to_string(),
        title: line(&row.item.text.title, TITLE),
        link: row.item.link.as_deref().map(|link| line(link, LINK)).unwrap_or_default(),
        severity: judgement.severity.map(|one| one.as_str().to_owned()).unwrap_or_default(),
        why: judgement
            .reasons
            .iter()
            .map(|one| one.words.clone())
            .chain(guards)
            .map(|one| line(&one, LINK))
            .collect(),
        version: row.watchlist,
        alert: row.alert.as_ref().map(ToString::to_string).unwrap_or_default(),
        outcome,
        told: row.told.iter().flat_map(telling).collect(),
        people: row.actions.iter().map(|one| line(&deed(one), LINK)).collect(),
    }
}

/// What a person did about an alert.
fn deed(action: &Action) -> String {
    let why = action.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{} by {}, {}{why}", action.what, action.author, seconds(action.at))
}

fn telling(row: &TellingRow) -> Vec<String> {
    let reader = row.reader.as_deref().unwrap_or("the operator");
    if row.mails.is_empty() {
        let why = row.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        return vec![format!("{reader}: {}{why}", row.state)];
    }
    row.mails
        .iter()
        .map(|mail| {
            let when = match (mail.state, mail.sent) {
                (MailState::Sent, Some(sent)) => format!("sent {}", seconds(sent)),
                (state, _) => state.as_str().to_owned(),
            };
            let reply = if mail.reply.is_empty() {
                String::new()
            } else {
                format!(" – {}", line(&mail.reply, LINK))
            };
            format!("{reader}, {}: \"{}\" {when}{reply}", mail.address, line(&mail.subject, TITLE))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;

    #[test]
    fn a_source_says_how_it_was_looked_at() {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let asked = Asked {
            company: "alibaba",
            from: at("2026-11-01T00:00:00Z"),
            until: at("2026-11-02T00:00:00Z"),
            now: at("2026-11-27T00:00:00Z"),
        };
        let account = |polls: u64, failed: u64, remarked: u64| Account {
            source: SourceId::new("wire"),
            url: "https://wire.test/feed".to_owned(),
            official: false,
            interval: std::time::Duration::from_secs(1800),
            added: at("2026-10-01T00:00:00Z"),
            retired: None,
            polls,
            failed,
            remarked,
            new: 0,
            first: None,
            last: None,
            troubles: Vec::new(),
        };
        let noon = Some(at("2026-11-01T12:00:00Z"));
        let added = Account { added: at("2026-11-01T12:00:00Z"), ..account(3, 3, 0) };
        for (account, due, note) in [
            (account(48, 1, 1), 48, ""),
            (account(0, 0, 0), 48, "not polled in this window"),
            (account(2, 2, 0), 48, "every poll failed"),
            (account(3, 1, 2), 48, "every poll had a remark"),
            (added, 24, "watched since 2026-11-01T12:00:00Z; every poll failed"),
            (
                Account { retired: noon, ..account(0, 0, 0) },
                24,
                "no longer watched since 2026-11-01T12:00:00Z; not polled in this window",
            ),
        ] {
            let line = source(&account, &asked);
            assert_eq!((line.due, line.note.as_str()), (due, note));
        }
    }
}
