//! How well we looked, in words: what was read, what was not, what was held back.

use std::time::Duration;

use chrono_tz::Tz;

use super::super::civil::{count, moment, near, number};
use super::super::outside::line;
use super::super::page::Section;
use super::DigestInput;
use crate::model::source::Gap;
use crate::model::{Coverage, Health, SourceCoverage, Timestamp};

/// Sources, mentions or gaps named one by one before the rest is counted.
const NAMED: usize = 20;

/// A source that was read is stale when nothing was read for this long and for four intervals: a
/// server may ask for a day between polls.
const STALE: Duration = Duration::from_secs(26 * 3600);

/// What a coverage block is made of.
pub(super) struct Facts<'a> {
    pub(super) missing: Vec<Missing<'a>>,
    odd: Vec<&'a SourceCoverage>,
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
    /// Nothing is watched at all.
    Nothing,
}

impl<'a> Facts<'a> {
    pub(super) fn of(coverage: &'a Coverage, now: Timestamp) -> Self {
        let mut missing = Vec::new();
        let mut odd = Vec::new();
        let mut read = 0;
        for one in &coverage.sources {
            if !one.state.health.is_covered() {
                missing.push(Missing::Source(one));
            } else if is_stale(one, now) {
                missing.push(Missing::Stale(one));
            } else {
                read += 1;
                if one.state.health != Health::Healthy {
                    odd.push(one);
                }
            }
        }
        missing.extend(coverage.gaps.iter().map(Missing::Gap));
        if coverage.sources.is_empty() {
            missing.push(Missing::Nothing);
        }
        let (items, newest) = (coverage.items_read, coverage.newest);
        Self { missing, odd, read, all: coverage.sources.len(), items, newest }
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
    pub(super) fn sentence(&self, now: Timestamp, zone: Tz) -> String {
        let items = count(usize::try_from(self.items).unwrap_or(usize::MAX), "item", "items");
        let newest = self.newest.map(|at| format!("; newest {}", near(at, now, zone)));
        format!("{}; {items}{}", self.sources_read(), newest.unwrap_or_default())
    }

    /// One line for each thing that is missing.
    pub(super) fn missing_lines(&self, now: Timestamp, zone: Tz) -> Vec<String> {
        let lines = self.missing.iter().map(|one| match one {
            Missing::Source(one) => source_line(one, now, zone),
            Missing::Stale(one) => stale_line(one, now, zone),
            Missing::Gap(gap) => gap_line(gap, now, zone),
            Missing::Nothing => "No source is watched.".to_owned(),
        });
        capped(lines.collect(), "more")
    }
}

fn is_stale(one: &SourceCoverage, now: Timestamp) -> bool {
    let allowed = STALE.max(one.source.interval.saturating_mul(4));
    one.state.last_success.is_none_or(|at| now.since(at) > allowed)
}

fn name(one: &SourceCoverage) -> String {
    let official = if one.source.official { " (official)" } else { "" };
    format!("{}{official}", line(one.source.id.as_str(), 80))
}

/// `ofac (official): failing since Sat 21 Nov 03:10 EST – HTTP 503; last read 02:40`.
fn source_line(one: &SourceCoverage, now: Timestamp, zone: Tz) -> String {
    let since = moment(one.state.since, now, zone);
    let error = one.state.error.as_deref().map(|why| format!(" – {}", line(why, 200)));
    let last = one.state.last_success.map(|at| format!("; last read {}", near(at, now, zone)));
    format!(
        "{}: {} since {since}{}{}",
        name(one),
        health_words(one.state.health),
        error.unwrap_or_default(),
        last.unwrap_or_else(|| "; never read".to_owned())
    )
}

fn stale_line(one: &SourceCoverage, now: Timestamp, zone: Tz) -> String {
    match one.state.last_success {
        Some(at) => format!("{}: not read since {}", name(one), moment(at, now, zone)),
        None => format!("{}: never read", name(one)),
    }
}

fn gap_line(gap: &Gap, now: Timestamp, zone: Tz) -> String {
    format!(
        "{}: items between {} and {} may have been missed; the feed no longer showed what we had \
         seen before",
        line(gap.source.as_str(), 80),
        moment(gap.from, now, zone),
        moment(gap.until, now, zone)
    )
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
        Health::Silent => "silent, far beyond its habit",
        Health::Gone => "gone (410)",
        Health::Blocked => "blocked",
        Health::Moved => "moved",
    }
}

/// What follows the stories.
pub(super) fn sections(input: &DigestInput<'_>, facts: &Facts<'_>) -> Vec<Section> {
    let coverage = input.coverage;
    let mut sections = vec![coverage_section(input, facts)];
    let mentions: Vec<String> = coverage
        .mentions
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(named, n)| format!("{} {}", line(&named.name, 80), number(*n)))
        .collect();
    if !mentions.is_empty() {
        let lines = match input.reader.mentions {
            true => capped(mentions, "more companies"),
            false => vec![capped(mentions, "more companies").join(" · ")],
        };
        sections.push(Section { heading: "Named without a topic (no alert)".to_owned(), lines });
    }
    if let Some(section) = held_back(coverage) {
        sections.push(section);
    }
    sections
}

fn coverage_section(input: &DigestInput<'_>, facts: &Facts<'_>) -> Section {
    let (now, zone) = (input.until, input.reader.zone);
    let window = format!("{} to {}", moment(input.from, now, zone), moment(now, now, zone));
    let mut lines = vec![window, format!("{}.", facts.sentence(now, zone))];
    if facts.missing.is_empty() {
        lines.push("No gap was noticed.".to_owned());
    } else {
        lines.push(format!("{} missing; see the top of this mail.", things(facts.missing.len())));
    }
    let odd = facts.odd.iter().map(|one| source_line(one, now, zone)).collect();
    lines.extend(capped(odd, "more such sources"));
    if input.coverage.baselined > 0 {
        let items = usize::try_from(input.coverage.baselined).unwrap_or(usize::MAX);
        lines.push(format!(
            "{} older than the first read of their sources recorded, not told.",
            count(items, "item", "items")
        ));
    }
    Section { heading: "Coverage".to_owned(), lines }
}

fn things(n: usize) -> String {
    if n == 1 { "1 thing is".to_owned() } else { format!("{} things are", number(n as u64)) }
}

/// The five most frequent reasons, and how many hits the others held back.
fn held_back(coverage: &Coverage) -> Option<Section> {
    let mut reasons: Vec<(String, u64)> =
        coverage.held_back.iter().map(|(guard, n)| (line(&guard.to_string(), 120), *n)).collect();
    reasons.retain(|(_, n)| *n > 0);
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if reasons.is_empty() {
        return None;
    }
    let rest = reasons.split_off(reasons.len().min(5));
    let mut lines: Vec<String> =
        reasons.iter().map(|(guard, n)| format!("{} × {guard}", number(*n))).collect();
    if !rest.is_empty() {
        let hits = rest.iter().map(|(_, n)| n).sum();
        let reasons = count(rest.len(), "more reason", "more reasons");
        lines.push(format!("{} × {reasons}", number(hits)));
    }
    Some(Section { heading: "Held back by guards".to_owned(), lines })
}

/// The first lines, and how many follow.
fn capped(mut lines: Vec<String>, more: &str) -> Vec<String> {
    if lines.len() > NAMED {
        let rest = lines.split_off(NAMED).len();
        lines.push(format!("and {} {more}", number(rest as u64)));
    }
    lines
}
