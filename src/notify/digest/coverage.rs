//! How well we looked, in words: what was read, what was not, what was held back.

use std::time::Duration;

use super::super::civil::{count, moment, near, number};
use super::super::outlets::Outlets;
use super::super::outside::{isolate, line, link};
use super::super::page::{Entry, Href, Note, Section};
use super::super::reader::Reader;
use super::super::stories::View;
use super::past;
use crate::model::coverage::STALE;
use crate::model::source::Gap;
use crate::model::{Coverage, Guard, Health, HeldHigh, Pause, SourceCoverage, Timestamp, Tz};

/// Things missing that are named at the top; of more the rest stands below.
const AT_THE_TOP: usize = 5;

/// Official sources that are empty and named in the first sentence.
const EMPTIED: usize = 2;

/// Sources, mentions or gaps named one by one before the rest is counted.
const NAMED: usize = 30;

/// Reasons for holding back named one by one, and items that would have been high.
const REASONS: usize = 5;
const HELD_HIGH: usize = 10;

/// A pause that is over and was shorter is told below and not at the top: what was published meanwhile
/// has been read since, and where it has not a gap says so.
const SHORT_PAUSE: Duration = Duration::from_secs(3600);

const HEALTHY: &str = "healthy";

/// What a coverage block is made of.
pub(in crate::notify) struct Facts<'a> {
    pub(super) missing: Vec<Missing<'a>>,
    odd: Vec<&'a SourceCoverage>,
    /// Pauses that are over and were short.
    pauses: Vec<&'a Pause>,
    /// The state of each source, in a word.
    states: Vec<&'static str>,
    read: usize,
    all: usize,
    items: u64,
    newest: Option<Timestamp>,
}

/// Something that we did not see.
pub(super) enum Missing<'a> {
    /// A source that does not reach us.
    Source(&'a SourceCoverage),
    /// A source that is healthy as far as we know, but was not asked for too long.
    Stale(&'a SourceCoverage),
    /// A stretch of time of a source.
    Gap(&'a Gap),
    /// A stretch in which we asked nobody.
    Pause(&'a Pause),
    /// Nothing is watched at all.
    Nothing,
}

impl<'a> Facts<'a> {
    pub(in crate::notify) fn of(coverage: &'a Coverage, now: Timestamp) -> Self {
        let mut missing = Vec::new();
        let mut odd = Vec::new();
        let mut read = 0;
        let mut states = Vec::new();
        for one in &coverage.sources {
            if !one.is_covered() {
                missing.push(Missing::Source(one));
                states.push(short(one.state.health));
            } else if one.is_stale(now) {
                missing.push(Missing::Stale(one));
                states.push("not read lately");
            } else {
                read += 1;
                states.push(short(one.state.health));
                if one.state.health != Health::Healthy {
                    odd.push(one);
                }
            }
        }
        missing.sort_by_key(|one| match one {
            Missing::Source(one) | Missing::Stale(one) => (!one.source.official, one.state.since),
            Missing::Gap(gap) => (true, gap.from),
            Missing::Pause(pause) => (false, pause.from),
            Missing::Nothing => (false, now),
        });
        // What concerns every source stands first.
        let (long, pauses): (Vec<_>, Vec<_>) = coverage.pauses.iter().partition(|one| is_long(one));
        missing.splice(0..0, long.into_iter().map(Missing::Pause));
        missing.extend(coverage.gaps.iter().map(Missing::Gap));
        if coverage.sources.is_empty() {
            missing.push(Missing::Nothing);
        }
        let (items, newest) = (coverage.items_read, coverage.newest);
        Self { missing, odd, pauses, states, read, all: coverage.sources.len(), items, newest }
    }

    /// `41 of 42 sources read`.
    pub(super) fn sources_read(&self) -> String {
        let all = count(self.all, "source", "sources");
        if self.read == self.all {
            format!("{all} read")
        } else {
            format!("{} of {all} read", number(self.read as u64))
        }
    }

    /// `41 of 42 sources read; 1,312 items; newest 07:52`.
    pub(in crate::notify) fn sentence(&self, view: View<'_>) -> String {
        let (now, zone) = (view.now, view.zone);
        let items = count(usize::try_from(self.items).unwrap_or(usize::MAX), "item", "items");
        let newest = self.newest.map(|at| format!("; newest {}", near(at, now, zone)));
        let emptied = self.missing.iter().filter_map(|one| match one {
            Missing::Source(one) if one.has_emptied() => Some(format!(
                "; {} has been empty since {}",
                view.outlets.exact(&one.source.id),
                moment(one.state.since, now, zone)
            )),
            _ => None,
        });
        let emptied: String = emptied.take(EMPTIED).collect();
        format!("{}{emptied}; {items}{}", self.sources_read(), newest.unwrap_or_default())
    }

    /// What is missing, to be known before anything else.
    pub(in crate::notify) fn missing_note(
        &self,
        now: Timestamp,
        zone: Tz,
        outlets: &Outlets,
    ) -> Option<Note> {
        let lines = self.missing_lines(now, zone, outlets);
        (!lines.is_empty()).then(|| Note { label: "COVERAGE GAP".to_owned(), grave: true, lines })
    }

    /// The things that are missing, official sources first, the first few by name.
    fn missing_lines(&self, now: Timestamp, zone: Tz, outlets: &Outlets) -> Vec<String> {
        let view = View { now, zone, outlets };
        let mut lines = self.all_missing(view);
        if lines.len() > AT_THE_TOP + 1 {
            let rest = lines.split_off(AT_THE_TOP).len();
            lines.push(format!("and {} more, named under Coverage below.", number(rest as u64)));
        }
        lines
    }

    fn all_missing(&self, view: View<'_>) -> Vec<String> {
        let lines = self.missing.iter().map(|one| match one {
            Missing::Source(one) => source_line(one, view),
            Missing::Stale(one) => stale_line(one, view),
            Missing::Gap(gap) => gap_line(gap, view),
            Missing::Pause(pause) => pause_line(pause, view),
            Missing::Nothing => "No source is watched.".to_owned(),
        });
        lines.collect()
    }

    /// `42 sources: 39 healthy, 1 silent, 2 failing`.
    fn census(&self) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for word in &self.states {
            match counts.iter_mut().find(|(one, _)| one == word) {
                Some((_, n)) => *n += 1,
                None => counts.push((word, 1)),
            }
        }
        counts.sort_by_key(|(word, n)| (*word != HEALTHY, std::cmp::Reverse(*n), *word));
        let counts: Vec<String> =
            counts.iter().map(|(word, n)| format!("{} {word}", number(*n as u64))).collect();
        format!("{}: {}.", count(self.all, "source", "sources"), counts.join(", "))
    }
}

fn is_long(pause: &Pause) -> bool {
    // Rounds have the pace that a person gave them: only what would leave a source stale is more than that.
    let short = if pause.is_between_rounds() { STALE } else { SHORT_PAUSE };
    pause.until.is_none_or(|until| until.since(pause.from) >= short)
}

fn name(one: &SourceCoverage, view: View<'_>) -> String {
    let official = if one.source.official { " (official)" } else { "" };
    format!("{}{official}", view.outlets.exact(&one.source.id))
}

/// `OFAC (official): failing since Sat 21 Nov 03:10 EST – HTTP 503; last read 02:40`.
fn source_line(one: &SourceCoverage, view: View<'_>) -> String {
    let (now, zone) = (view.now, view.zone);
    let since = moment(one.state.since, now, zone);
    let error = one.state.error.as_deref().map(|why| format!(" – {}", line(why, 200)));
    let last = one.state.last_success.map(|at| format!("; last read {}", near(at, now, zone)));
    format!(
        "{}: {} since {since}{}{}",
        name(one, view),
        health_words(one.state.health),
        error.unwrap_or_default(),
        last.unwrap_or_else(|| "; never read".to_owned())
    )
}

fn stale_line(one: &SourceCoverage, view: View<'_>) -> String {
    match one.state.last_success {
        Some(at) => {
            format!("{}: not read since {}", name(one, view), moment(at, view.now, view.zone))
        }
        None => format!("{}: never read", name(one, view)),
    }
}

fn gap_line(gap: &Gap, view: View<'_>) -> String {
    format!(
        "{}: items between {} and {} may have been missed; the feed no longer showed what we had \
         seen before",
        view.outlets.exact(&gap.source),
        moment(gap.from, view.now, view.zone),
        moment(gap.until, view.now, view.zone)
    )
}

/// `No source was polled from 07:10 to 09:30: the disk … `.
fn pause_line(pause: &Pause, view: View<'_>) -> String {
    let from = moment(pause.from, view.now, view.zone);
    if pause.is_unknown() {
        let until = moment(pause.until.unwrap_or(view.now), view.now, view.zone);
        let why = line(&pause.why, 200);
        return format!("Whether sources were read from {from} to {until} is not known: {why}");
    }
    let when = match pause.until {
        Some(until) => format!("was polled from {from} to {}", moment(until, view.now, view.zone)),
        None => format!("has been polled since {from}"),
    };
    format!("No source {when}: {}", line(&pause.why, 200))
}

/// A health state in a word or two, for counts.
fn short(health: Health) -> &'static str {
    match health {
        Health::Healthy => HEALTHY,
        Health::NotAFeed => "no longer a feed",
        Health::Shrunk => "shrunk",
        Health::Silent => "silent",
        other => health_words(other),
    }
}

/// A health state as readers understand it.
pub(in crate::notify) fn health_words(health: Health) -> &'static str {
    match health {
        Health::New => "not read yet",
        Health::Healthy => "healthy",
        Health::Failing => "failing",
        Health::Empty => "without items",
        Health::NotAFeed => "no longer a feed",
        Health::Shrunk => "far fewer items than usual",
        Health::Silent => "silent for longer than usual",
        Health::Gone => "gone (410)",
        Health::Blocked => "blocked",
        Health::Moved => "moved",
    }
}

/// What follows the stories, of what was seen since `from`.
pub(in crate::notify) fn sections(
    coverage: &Coverage,
    reader: &Reader,
    facts: &Facts<'_>,
    from: Timestamp,
    view: View<'_>,
) -> Vec<Section> {
    let mut sections = vec![coverage_section(coverage, facts, from, view)];
    sections.extend(mentions(coverage, reader));
    sections.extend(held_back(coverage, view));
    sections
}

fn coverage_section(
    coverage: &Coverage,
    facts: &Facts<'_>,
    from: Timestamp,
    view: View<'_>,
) -> Section {
    let (now, zone) = (view.now, view.zone);
    let (from, until) = (moment(from, now, zone), moment(now, now, zone));
    let window = match from == until {
        true => format!("As of {until}."),
        false => format!("{from} to {until}."),
    };
    let mut lines = vec![window, facts.census()];
    let items = count(usize::try_from(facts.items).unwrap_or(usize::MAX), "item", "items");
    let newest = facts.newest.map(|at| format!("; newest {}", near(at, view.now, view.zone)));
    lines.push(format!("{items} read{}.", newest.unwrap_or_default()));
    let missing = facts.all_missing(view);
    let retired = retired(coverage, view);
    let past = past::lines(&coverage.past, view);
    let looked_away = !past.is_empty();
    lines.extend(capped(past));
    match missing.len() {
        0 if looked_away => {
            lines.push("Beside that no gap was noticed.".to_owned());
        }
        0 if !retired.is_empty() => {
            lines.push("In what is read no gap was noticed.".to_owned());
        }
        0 if facts.pauses.iter().any(|one| one.is_between_rounds()) => {
            lines.push("What the rounds read shows no gap.".to_owned());
        }
        0 if facts.pauses.iter().any(|one| one.is_unknown()) => {
            lines.push("In what is known no gap was noticed.".to_owned());
        }
        0 => lines.push("No gap was noticed.".to_owned()),
        n if n > AT_THE_TOP + 1 => lines.extend(capped(missing)),
        n => lines.push(format!("Missing: {}, named at the top.", count(n, "thing", "things"))),
    }
    lines.extend(capped(retired));
    lines.extend(capped(facts.pauses.iter().map(|one| pause_line(one, view)).collect()));
    lines.extend(capped(facts.odd.iter().map(|one| source_line(one, view)).collect()));
    if !coverage.paused.is_empty() {
        let mut named: Vec<String> =
            coverage.paused.iter().take(NAMED).map(|id| line(id.as_str(), 64)).collect();
        if coverage.paused.len() > NAMED {
            named.push(format!("{} more", coverage.paused.len() - NAMED));
        }
        lines.push(format!("Paused by a person, and not read: {}.", named.join(", ")));
    }
    if coverage.baselined > 0 {
        let items = usize::try_from(coverage.baselined).unwrap_or(usize::MAX);
        let whose = if items == 1 { "its source" } else { "their sources" };
        lines.push(format!(
            "{} recorded and not told: older than the first read of {whose} looks back.",
            count(items, "match", "matches")
        ));
    }
    Section::of("Coverage", lines)
}

/// Sources that an edit took out. What somebody paused is told as that.
pub(super) fn taken_out(coverage: &Coverage) -> impl Iterator<Item = &(SourceCoverage, Timestamp)> {
    coverage.retired.iter().filter(|(one, _)| !coverage.paused.contains(&one.source.id))
}

/// `No longer read since Tue 1 Dec 08:00: OFAC (ofac, official)`, a line for each.
fn retired(coverage: &Coverage, view: View<'_>) -> Vec<String> {
    let lines = taken_out(coverage).map(|(one, at)| {
        let since = moment(*at, view.now, view.zone);
        let official = if one.source.official { ", official" } else { "" };
        let id = line(one.source.id.as_str(), 64);
        format!(
            "No longer read since {since}: {} ({id}{official}); an edit took it out.",
            view.outlets.name(&one.source.id)
        )
    });
    lines.collect()
}

/// How often each company was named without a topic; a reader who watches certain companies is told
/// of those.
fn mentions(coverage: &Coverage, reader: &Reader) -> Option<Section> {
    let wanted = |id: &str| {
        reader.companies.is_empty() || !reader.groups.is_empty() || reader.companies.contains(id)
    };
    let mentions: Vec<String> = coverage
        .mentions
        .iter()
        .filter(|(named, n)| *n > 0 && wanted(&named.id))
        .map(|(named, n)| format!("{}: {}", line(&named.name, 80), number(*n)))
        .collect();
    if mentions.is_empty() {
        return None;
    }
    let lines =
        if reader.mentions { capped(mentions) } else { vec![capped(mentions).join(" · ")] };
    Some(Section::of("Named without a topic (no alert)", lines))
}

/// The five most frequent reasons, how many hits the others held back, and what would have been high.
fn held_back(coverage: &Coverage, view: View<'_>) -> Option<Section> {
    let mut reasons: Vec<(String, u64)> =
        coverage.held_back.iter().map(|(guard, n)| (guard_words(guard), *n)).collect();
    reasons.retain(|(_, n)| *n > 0);
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let rest = reasons.split_off(reasons.len().min(REASONS));
    let mut lines: Vec<Entry> =
        reasons.iter().map(|(guard, n)| format!("{} × {guard}", number(*n)).into()).collect();
    if !rest.is_empty() {
        let hits = rest.iter().map(|(_, n)| n).sum();
        let reasons = count(rest.len(), "other reason", "other reasons");
        lines.push(format!("{} more for {reasons}", number(hits)).into());
    }
    lines.extend(coverage.held_high.iter().take(HELD_HIGH).map(|one| held_line(one, view)));
    let named = coverage.held_high.len().min(HELD_HIGH) as u64;
    let more = coverage.held_high_count.saturating_sub(named);
    if more > 0 {
        lines.push(format!("and {} more that would have been high.", number(more)).into());
    }
    (!lines.is_empty()).then(|| Section::of("Held back by the watchlist's guards", lines))
}

fn held_line(one: &HeldHigh, view: View<'_>) -> Entry {
    let guards: Vec<String> = one.guards.iter().take(3).map(guard_words).collect();
    let because = match guards.is_empty() {
        true => String::new(),
        false => format!(" – {}", guards.join(", ")),
    };
    let title = isolate(&line(&one.title, 160));
    let text =
        format!("would have been HIGH: {title} ({}){because}", view.outlets.name(&one.source));
    Entry { text, link: link(one.link.as_deref()).ok().map(Href::from) }
}

fn guard_words(guard: &Guard) -> String {
    match guard {
        Guard::Case => "in other capitals than the watchlist asks for".to_owned(),
        other => line(&other.to_string(), 120),
    }
}

/// The first lines, and how many follow.
fn capped(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > NAMED + 1 {
        let rest = lines.split_off(NAMED).len();
        lines.push(format!("and {} more", number(rest as u64)));
    }
    lines
}
