//! Which sources there are, when each is polled next, and how it is doing.
//!
//! Invariant: polling slows to daily at most and never stops, whatever a server answers. Pure: takes
//! `now`, decides, and leaves the doing to others.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fetch::{Failure, FailureKind, Fetched, RetryAfter, Validators};
use super::parse::{Document, NotAFeed};
use crate::model::source::{Gap, SourceState};
use crate::model::{Health, Problem, Source, SourceEntry, SourceId, Timestamp, id};

/// Polling never gets slower than this, and a server's Retry-After counts up to this.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A document shows a shrunk source when it has less than a quarter of the items before, and there
/// were at least this many.
const SHRUNK_FROM: u32 = 8;

/// After this long a shrunk number of items is the new habit.
const SHRUNK_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Checks sources as written. What is right is compiled even when there are problems; errors say
/// what was left out.
#[must_use]
pub fn compile(entries: &[SourceEntry]) -> (Vec<Source>, Vec<Problem>) {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, &SourceEntry> = BTreeMap::new();
    let mut urls: BTreeMap<String, &SourceEntry> = BTreeMap::new();
    for entry in entries {
        let before = problems.len();
        check_id(entry, &mut ids, &mut problems);
        let url = check_url(entry, &mut urls, &mut problems);
        check_rest(entry, &mut problems);
        let wrong = problems[before..].iter().any(|one| one.level == crate::model::Level::Error);
        if let (false, Some(url)) = (wrong, url) {
            sources.push(Source {
                id: SourceId::new(entry.id.value.as_str()),
                url,
                official: entry.official,
                lang: entry.lang.as_ref().map(|lang| lang.value.clone()),
                interval: entry.interval.value.min(DAY),
                allow_private: entry.allow_private,
                first_run: entry.first_run.value,
            });
        }
    }
    (sources, problems)
}

fn check_id<'a>(
    entry: &'a SourceEntry,
    ids: &mut BTreeMap<String, &'a SourceEntry>,
    problems: &mut Vec<Problem>,
) {
    let id = &entry.id.value;
    let sane = id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.chars().all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one));
    if !sane {
        let what = format!("source id '{}' cannot be used", id.escape_debug());
        problems.push(Problem::error(entry.id.place.clone(), what).hint(
            "up to 64 ASCII letters, digits, '-', '_' or '.', beginning with a letter or digit",
        ));
    }
    if let Some(first) = ids.insert(id.to_ascii_lowercase(), entry) {
        let mut what = format!("source id '{id}' is used twice");
        if let Some(place) = &first.id.place {
            what.push_str(&format!("; first at {place}"));
        }
        problems.push(
            Problem::error(entry.id.place.clone(), what)
                .hint("give each source its own id: all history belongs to it"),
        );
    }
}

fn check_url<'a>(
    entry: &'a SourceEntry,
    urls: &mut BTreeMap<String, &'a SourceEntry>,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let at = &entry.url.place;
    let id = &entry.id.value;
    let mut url = match url::Url::parse(entry.url.value.trim()) {
        Ok(url) => url,
        Err(why) => {
            let what = format!("url of source '{id}' is no address: {why}");
            problems.push(Problem::error(at.clone(), what).hint("write it whole: https://…"));
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let what = format!("url of source '{id}' has the scheme '{}'", url.scheme());
        problems.push(Problem::error(at.clone(), what).hint("http and https can be read"));
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        let what = format!("url of source '{id}' holds a user name or password");
        problems
            .push(Problem::error(at.clone(), what).hint("secrets do not belong into this file"));
        return None;
    }
    url.set_fragment(None);
    if let (false, Some(literal)) = (entry.allow_private, super::fetch::private_literal(&url)) {
        let what = format!("source '{id}' is at the private address {literal} and will be blocked");
        problems
            .push(Problem::warning(at.clone(), what).hint("allow_private = true lets it be read"));
    }
    if let Some(first) = urls.insert(url.to_string(), entry) {
        let what = format!("sources '{}' and '{id}' have the same url", first.id.value);
        problems.push(Problem::warning(at.clone(), what));
    }
    Some(url.to_string())
}

fn check_rest(entry: &SourceEntry, problems: &mut Vec<Problem>) {
    let id = &entry.id.value;
    if entry.kind.value != "feed" {
        let what = format!("source '{id}' is of the unknown kind '{}'", entry.kind.value);
        problems.push(Problem::error(entry.kind.place.clone(), what).hint("accepted kinds: feed"));
    }
    if entry.interval.value > DAY {
        let what = format!("source '{id}' has an interval of more than a day; daily it is");
        problems.push(Problem::warning(entry.interval.place.clone(), what));
    }
    if entry.interval.value < Duration::from_secs(1) {
        let what = format!("source '{id}' has an interval of less than a second");
        problems.push(Problem::error(entry.interval.place.clone(), what).hint("from 1s to 24h"));
    }
    if let Some(lang) = entry.lang.as_ref().filter(|lang| !is_language_tag(&lang.value)) {
        let what = format!("lang '{}' of source '{id}' is no language tag", lang.value);
        problems.push(
            Problem::error(lang.place.clone(), what).hint("a BCP 47 tag: en, zh-Hans, pt-BR"),
        );
    }
}

fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or("");
    (2..=3).contains(&first.len())
        && first.chars().all(|one| one.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|one| one.is_ascii_alphanumeric())
        })
}

/// What one poll came to, as the rules here need it.
#[derive(Clone, Debug)]
pub struct Polled {
    /// When the request was made.
    pub started: Timestamp,
    /// Whether it was made without validators.
    pub full: bool,
    /// The least time between polls that server and feed ask for (max-age, ttl).
    pub wait: Option<Duration>,
    /// Where the server permanently answers from, if not from the written address.
    pub moved: Option<String>,
    /// What came.
    pub outcome: Outcome,
}

/// What came of one poll.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// 304: what we know still holds.
    NotModified,
    /// A feed document.
    Read(Read),
    /// Something that is no feed, in words.
    NotAFeed(String),
    /// Nothing readable.
    Failed(Failure),
}

/// A feed document as the rules here need it.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Its entries.
    pub entries: u32,
    /// Why it may hide items (cut, an entry dropped, a cap hit), in words; its validators are then
    /// not kept.
    pub lost: Option<String>,
    /// Its ETag.
    pub etag: Option<Vec<u8>>,
    /// Its Last-Modified.
    pub last_modified: Option<Vec<u8>>,
    /// Publication times of its entries, newest first.
    pub published: Vec<Timestamp>,
}

impl Polled {
    /// Sums up a request and, when a body came, what parsing it gave.
    #[must_use]
    pub fn new(
        started: Timestamp,
        full: bool,
        fetched: &Fetched,
        parsed: Option<&Result<Document, NotAFeed>>,
    ) -> Self {
        let mut polled =
            Self { started, full, wait: None, moved: None, outcome: Outcome::NotModified };
        match (fetched, parsed) {
            (Fetched::Failed(failure), _) => polled.outcome = Outcome::Failed(failure.clone()),
            (Fetched::NotModified(answer), _) => {
                polled.wait = answer.max_age;
                polled.moved.clone_from(&answer.moved);
            }
            (Fetched::Body(body), Some(Ok(document))) => {
                polled.wait = body.answer.max_age.max(document.ttl);
                polled.moved.clone_from(&body.answer.moved);
                polled.outcome = Outcome::Read(Read {
                    entries: u32::try_from(document.entries.len()).unwrap_or(u32::MAX),
                    lost: body.truncated.clone().or_else(|| lost_words(document)),
                    etag: body.answer.etag.clone(),
                    last_modified: body.answer.last_modified.clone(),
                    published: published(document),
                });
            }
            (Fetched::Body(body), Some(Err(not))) => {
                // A cut body says nothing about what the source is.
                polled.outcome = match &body.truncated {
                    Some(words) => Outcome::Failed(Failure {
                        kind: FailureKind::Retry,
                        status: Some(body.status),
                        retry_after: None,
                        words: words.clone(),
                    }),
                    None => Outcome::NotAFeed(not.to_string()),
                };
            }
            (Fetched::Body(_), None) => {
                polled.outcome = Outcome::NotAFeed("the body was not read".to_owned());
            }
        }
        polled
    }
}

fn lost_words(document: &Document) -> Option<String> {
    document.lost.then(|| {
        document.complaints.last().cloned().unwrap_or_else(|| "part of it was lost".to_owned())
    })
}

fn published(document: &Document) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> =
        document.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    times
}

/// The validators to send: none at the first request, and none once a day, because some servers
/// answer 304 to anything.
#[must_use]
pub fn validators(state: &SourceState, now: Timestamp) -> Option<Validators> {
    let stale = state.last_full.is_none_or(|full| now.since(full) >= DAY || full > now);
    if stale || (state.etag.is_none() && state.last_modified.is_none()) {
        return None;
    }
    Some(Validators { etag: state.etag.clone(), last_modified: state.last_modified.clone() })
}

/// What is remembered of a source after a poll, and when it is polled next.
#[must_use]
pub fn after(
    source: &Source,
    before: &SourceState,
    polled: &Polled,
    now: Timestamp,
) -> (SourceState, Timestamp) {
    let mut state = before.clone();
    state.last_poll = Some(polled.started);
    state.retry_after = None;
    let (health, error) = match &polled.outcome {
        Outcome::NotModified => unchanged(&mut state, before, polled),
        Outcome::Read(read) => was_read(&mut state, before, polled, read, now),
        Outcome::NotAFeed(words) => {
            state.failures = state.failures.saturating_add(1);
            (Health::NotAFeed, Some(words.clone()))
        }
        Outcome::Failed(failure) => {
            state.failures = state.failures.saturating_add(1);
            state.retry_after = failure.retry_after.map(|wait| retry_at(wait, now));
            (health_of(failure), Some(failure.words.clone()))
        }
    };
    if health != before.health {
        state.since = now;
    }
    state.health = health;
    state.error = error;
    let next = next_poll(source, &state, polled, now);
    (state, next)
}

fn unchanged(
    state: &mut SourceState,
    before: &SourceState,
    polled: &Polled,
) -> (Health, Option<String>) {
    state.failures = 0;
    state.last_success = Some(polled.started);
    // A 304 vouches for the document that was read, so what was said of that document stays true.
    match before.health {
        Health::Empty | Health::Shrunk | Health::Silent | Health::Moved => {
            (before.health, before.error.clone())
        }
        _ if before.entries == Some(0) => empty(),
        _ => healthy(polled),
    }
}

fn was_read(
    state: &mut SourceState,
    before: &SourceState,
    polled: &Polled,
    read: &Read,
    now: Timestamp,
) -> (Health, Option<String>) {
    state.failures = 0;
    state.last_success = Some(polled.started);
    state.entries = Some(read.entries);
    if polled.full {
        state.last_full = Some(polled.started);
    }
    // Validators of a body that may hide items would turn the loss into a lasting 304.
    let whole = read.lost.is_none();
    state.etag = read.etag.clone().filter(|_| whole);
    state.last_modified = read.last_modified.clone().filter(|_| whole);
    if let Some(words) = &read.lost {
        return (Health::Failing, Some(format!("read with loss: {words}")));
    }
    if read.entries == 0 {
        return empty();
    }
    if let Some(words) = shrunk(before, read.entries, now) {
        return (Health::Shrunk, Some(words));
    }
    if let Some(words) = silent(&read.published, now) {
        return (Health::Silent, Some(words));
    }
    healthy(polled)
}

fn empty() -> (Health, Option<String>) {
    (Health::Empty, Some("a feed without items".to_owned()))
}

fn healthy(polled: &Polled) -> (Health, Option<String>) {
    match &polled.moved {
        Some(to) => (Health::Moved, Some(format!("the server answers permanently from {to}"))),
        None => (Health::Healthy, None),
    }
}

fn shrunk(before: &SourceState, entries: u32, now: Timestamp) -> Option<String> {
    let last = before.entries.unwrap_or(0);
    let fell = last >= SHRUNK_FROM && entries < last / 4;
    let still = before.health == Health::Shrunk
        && entries <= last.saturating_mul(2)
        && now.since(before.since) < SHRUNK_FOR;
    match (fell, still) {
        (true, _) => Some(format!("{entries} items, {last} before")),
        (false, true) => {
            Some(before.error.clone().unwrap_or_else(|| format!("{entries} items only")))
        }
        (false, false) => None,
    }
}

/// The newest entry is far older than this source's own rhythm: ten times the median time between
/// its entries, and at least 30 days.
fn silent(published: &[Timestamp], now: Timestamp) -> Option<String> {
    let newest = *published.first()?;
    let mut gaps: Vec<Duration> = published.windows(2).map(|pair| pair[0].since(pair[1])).collect();
    if gaps.len() < 4 {
        return None;
    }
    gaps.sort_unstable();
    let habit = gaps[gaps.len() / 2];
    let age = now.since(newest);
    let patience = habit.saturating_mul(10).max(DAY * 30);
    (age > patience).then(|| {
        let days = age.as_secs() / DAY.as_secs();
        format!("nothing new since {newest}, {days} days, far beyond its habit")
    })
}

fn health_of(failure: &Failure) -> Health {
    match failure.kind {
        FailureKind::Gone => Health::Gone,
        FailureKind::Blocked => Health::Blocked,
        FailureKind::Later if failure.status == Some(429) => Health::Blocked,
        FailureKind::Retry | FailureKind::Later | FailureKind::Broken => Health::Failing,
    }
}

fn retry_at(wait: RetryAfter, now: Timestamp) -> Timestamp {
    let latest = now.plus(DAY);
    match wait {
        RetryAfter::In(span) => now.plus(span.min(DAY)),
        RetryAfter::At(at) => at.min(latest).max(now),
    }
}

fn next_poll(source: &Source, state: &SourceState, polled: &Polled, now: Timestamp) -> Timestamp {
    let interval = source.interval.min(DAY);
    let span = match state.health {
        Health::Gone => DAY,
        // Each failure in a row doubles the wait, from the interval up to a day.
        _ if state.failures > 0 => {
            interval.saturating_mul(1 << (state.failures - 1).min(20)).min(DAY)
        }
        _ => interval.max(polled.wait.unwrap_or_default().min(DAY)),
    };
    let asked = state.retry_after.map_or(Duration::ZERO, |at| at.since(now));
    let span = span.max(asked);
    now.plus(span).plus(jitter(&source.id, now, span))
}

/// Adds up to a tenth, so that sources of one interval spread; the same for the same source and
/// instant, so that a decision can be repeated.
fn jitter(source: &SourceId, now: Timestamp, span: Duration) -> Duration {
    let hash = id::digest(&["jitter", source.as_str(), &now.millis().to_string()]);
    let share = u32::from(u16::from_be_bytes([hash[0], hash[1]]));
    span / 10 * share / u32::from(u16::MAX)
}

/// The gap that a poll noticed: nothing of what the source shows was known, although it had been
/// read with items before.
#[must_use]
pub fn gap(
    source: &SourceId,
    before: &SourceState,
    overlaps: bool,
    entries: u32,
    started: Timestamp,
) -> Option<Gap> {
    let had_items = before.entries.is_some_and(|count| count > 0);
    let from = before.last_success?;
    (had_items && entries > 0 && !overlaps).then(|| Gap {
        source: source.clone(),
        from,
        until: started,
    })
}
