//! Readers: from what a person wrote to what can be acted upon, with all problems at once.
//!
//! After [`compile`] nothing of a reader needs checking again: addresses are addresses, the schedule
//! fires, deputies exist. A reader with an error is left out, because an edit with an error never
//! takes effect; whether that is so is the caller's decision.

mod filters;
mod written;

pub use written::{address, bare_address, check_names, sender, zone};

use std::collections::BTreeSet;

use chrono::{NaiveDate, Timelike};

use super::schedule::{Schedule, first_instant, time_of_day};
use crate::model::reader::{UrgentFrom, WhenEmpty};
use filters::filters;
use written::unknown_name;

use crate::model::{Level, Located, Place, Problem, ReaderEntry, Severity, Timestamp, Tz};

/// What the watchlist calls things, as far as readers name them.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Companies.
    pub companies: Vec<CompanyWord>,
    /// Topics, hidden ones left out.
    pub topics: Vec<TopicWord>,
}

/// A company that a reader may name.
#[derive(Clone, Debug)]
pub struct CompanyWord {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A topic that a reader may name.
#[derive(Clone, Debug)]
pub struct TopicWord {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The severity of its alerts.
    pub severity: Severity,
    /// Whether it can alert without a company.
    pub alone: bool,
    /// Where it is written.
    pub place: Option<Place>,
}

/// Someone who is told: checked, with nothing left to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    /// The name, unique.
    pub name: String,
    /// Where mails go, at least one address.
    pub to: Vec<String>,
    /// When digests are due.
    pub schedule: Schedule,
    /// The zone in which the reader's day is counted and all times are shown.
    pub zone: Tz,
    /// From which severity on at once.
    pub urgent: UrgentFrom,
    /// From which severity on at all.
    pub min_severity: Severity,
    /// Companies, by id.
    pub companies: BTreeSet<String>,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// The companies named and those of the groups named, by id.
    pub watched: BTreeSet<String>,
    /// Topics, by id.
    pub topics: BTreeSet<String>,
    /// Whether an empty digest is sent.
    pub when_empty: WhenEmpty,
    /// Whether the digest lists mentions.
    pub mentions: bool,
    /// How many items a digest lists in its body.
    pub max_items: u32,
    /// How many urgent mails an hour.
    pub urgent_per_hour: u32,
    /// Hours in which medium alerts wait.
    pub quiet: Option<Quiet>,
    /// Days away.
    pub away: Option<AwayDays>,
}

/// Quiet hours, in minutes since local midnight; they may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: u32,
    until: u32,
}

/// Days away, both included, and who stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwayDays {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// Who stands in, by name.
    pub deputy: Option<String>,
}

/// `22:00 and 07:00`.
impl std::fmt::Display for Quiet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, until) = (self.from, self.until);
        write!(out, "{:02}:{:02} and {:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

impl Reader {
    /// Whether the reader is away on the local day of `at`.
    #[must_use]
    pub fn is_away(&self, at: Timestamp) -> bool {
        let day = at.to_chrono().with_timezone(&self.zone).date_naive();
        self.away.as_ref().is_some_and(|away| (away.from..=away.until).contains(&day))
    }

    /// The scheduled slot for which a digest is owed: the newest in `(after, now]` that does not
    /// fall on a day away. The first one after the return covers all that was missed.
    #[must_use]
    pub fn slot_due(&self, after: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.schedule.slot_due(after, now).filter(|slot| !self.is_away(*slot))
    }

    /// When the next digest after `at` comes: on no day away. `None` where none is to come.
    #[must_use]
    pub fn next_digest(&self, at: Timestamp) -> Option<Timestamp> {
        let mut next = self.schedule.next_after(at)?;
        while self.is_away(next) {
            next = self.schedule.next_after(next)?;
        }
        Some(next)
    }

    /// When the quiet hours that hold at `at` end, if they do hold.
    #[must_use]
    pub fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        let quiet = self.quiet?;
        let local = at.to_chrono().with_timezone(&self.zone).naive_local();
        let minute = local.hour() * 60 + local.minute();
        let spans_midnight = quiet.from > quiet.until;
        let holds = if spans_midnight {
            minute >= quiet.from || minute < quiet.until
        } else {
            (quiet.from..quiet.until).contains(&minute)
        };
        if !holds {
            return None;
        }
        let tomorrow = spans_midnight && minute >= quiet.from;
        let day = if tomorrow { local.date().succ_opt()? } else { local.date() };
        let end = day.and_hms_opt(quiet.until / 60, quiet.until % 60, 0)?;
        // In the repeated hour of autumn the first pass of the end may already lie behind.
        first_instant(self.zone, end).filter(|end| *end > at)
    }
}

/// The companies by which an alert may pass these filters.
fn watched(
    companies: &BTreeSet<String>,
    groups: &BTreeSet<String>,
    vocabulary: &Vocabulary,
) -> BTreeSet<String> {
    let of_groups = vocabulary
        .companies
        .iter()
        .filter(|one| one.groups.iter().any(|group| groups.contains(group)));
    of_groups.map(|one| one.id.clone()).chain(companies.iter().cloned()).collect()
}

/// Checks all readers against the watchlist's words and against each other.
#[must_use]
pub fn compile(entries: &[ReaderEntry], vocabulary: &Vocabulary) -> (Vec<Reader>, Vec<Problem>) {
    let mut readers = Vec::new();
    let mut problems = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut found = name(entry, &entries[..at]);
        found.extend(addresses(entry, &entries[..at]));
        let reader = read(entry, entries, vocabulary, None, &mut found);
        // That there is no address was told as the file was read.
        readers.extend(reader.filter(|_| is_sound(&found)));
        problems.append(&mut found);
    }
    (readers, problems)
}

/// What stands in where a reader's own cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct Usual<'a> {
    /// When digests are due.
    pub digest: &'a str,
    /// The zone.
    pub zone: Tz,
}

/// As [`compile`], of readers who were accepted once: who has a name and an address is told, without what cannot be
/// used of the rest. A filter that names nothing known lets nothing pass, as it did.
#[must_use]
pub fn usable(
    entries: &[ReaderEntry],
    vocabulary: &Vocabulary,
    usual: Usual<'_>,
) -> (Vec<Reader>, Vec<Problem>) {
    let mut readers = Vec::new();
    let mut problems = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut found = name(entry, &entries[..at]);
        let named = is_sound(&found);
        found.extend(addresses(entry, &entries[..at]));
        let reader = read(entry, entries, vocabulary, Some(usual), &mut found);
        readers.extend(reader.filter(|_| named));
        problems.append(&mut found);
    }
    (readers, problems)
}

fn is_sound(problems: &[Problem]) -> bool {
    problems.iter().all(|one| one.level != Level::Error)
}

fn read(
    entry: &ReaderEntry,
    all: &[ReaderEntry],
    vocabulary: &Vocabulary,
    usual: Option<Usual<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Reader> {
    let mut to = kept(entry.to.iter().map(address), problems);
    // Twice in the list, it is told once.
    let mut seen = BTreeSet::new();
    to.retain(|one| seen.insert(one.to_ascii_lowercase()));
    let zone = kept([zone(&entry.timezone)], problems).pop().or(usual.map(|usual| usual.zone));
    // An unknown zone has its own message; the schedule is checked all the same.
    let due = zone.unwrap_or(Tz::UTC);
    let stand_in = || usual.and_then(|usual| Schedule::parse(usual.digest, due).ok());
    let schedule = kept([schedule(&entry.digest, due)], problems).pop().or_else(stand_in);
    let quiet = kept(entry.quiet.iter().map(quiet), problems).pop();
    let away = away(entry, all, problems);
    let (companies, groups, topics) = filters(entry, vocabulary, problems);
    problems.extend(unreachable_by_choice(entry));
    let (zone, schedule) = (zone?, schedule?);
    (!to.is_empty()).then(|| Reader {
        name: entry.name.value.trim().to_owned(),
        to,
        schedule,
        zone,
        // None an hour is none at all: their alerts belong to the digest.
        urgent: if entry.urgent_per_hour == 0 { UrgentFrom::Never } else { entry.urgent },
        min_severity: entry.min_severity,
        watched: watched(&companies, &groups, vocabulary),
        companies,
        groups,
        topics,
        when_empty: entry.when_empty,
        mentions: entry.mentions,
        max_items: entry.max_items.max(1),
        urgent_per_hour: entry.urgent_per_hour,
        quiet,
        away,
    })
}

/// Someone who takes neither digests nor urgent mails is told nothing.
fn unreachable_by_choice(entry: &ReaderEntry) -> Option<Problem> {
    let no_urgent = entry.urgent == UrgentFrom::Never || entry.urgent_per_hour == 0;
    let no_digest = entry.digest.value.trim().eq_ignore_ascii_case("never");
    (no_urgent && no_digest).then(|| {
        let what = format!("reader '{}' gets neither digests nor urgent mails", entry.name.value);
        Problem::warning(entry.name.place.clone(), what)
            .hint("give digest a schedule or urgent a severity")
    })
}

/// The good ones; the bad ones become problems.
fn kept<T>(
    results: impl IntoIterator<Item = Result<T, Problem>>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let mut good = Vec::new();
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(problem) => problems.push(problem),
        }
    }
    good
}

fn name(entry: &ReaderEntry, earlier: &[ReaderEntry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = &entry.name;
    if name.value.trim().is_empty() || name.value.chars().any(char::is_control) {
        problems.push(Problem::error(
            name.place.clone(),
            "a reader's name is blank or holds control characters",
        ));
    }
    if name.value.trim().starts_with('~') {
        let what = format!("a reader cannot be named '{}'", name.value.trim());
        problems.push(
            Problem::error(name.place.clone(), what)
                .hint("names that begin with ~ are the service's"),
        );
    }
    if earlier.iter().any(|other| other.name.value.trim() == name.value.trim()) {
        let what = format!("two readers are named '{}'", name.value);
        problems
            .push(Problem::error(name.place.clone(), what).hint("names are unique; rename one"));
    }
    problems
}

fn addresses(entry: &ReaderEntry, earlier: &[ReaderEntry]) -> Vec<Problem> {
    let name = &entry.name;
    let mut problems = Vec::new();
    for (at, to) in entry.to.iter().enumerate() {
        let same = |other: &Located<String>| other.value.eq_ignore_ascii_case(&to.value);
        if entry.to[..at].iter().any(same) {
            let what = format!("reader '{}' lists {} twice", name.value, to.value);
            problems.push(Problem::error(to.place.clone(), what).hint("leave one out"));
        } else if let Some(other) = earlier.iter().find(|other| other.to.iter().any(same)) {
            let what = format!(
                "{} is an address of both '{}' and '{}'",
                to.value, other.name.value, name.value
            );
            let hint = "it gets the digests of both, and each urgent alert once; leave it out of one if \
                        that is not meant";
            problems.push(Problem::warning(to.place.clone(), what).hint(hint));
        }
    }
    problems
}

fn schedule(written: &Located<String>, zone: Tz) -> Result<Schedule, Problem> {
    Schedule::parse(&written.value, zone)
        .map_err(|why| Problem::error(written.place.clone(), why.what).hint(why.hint))
}

fn quiet(written: &Located<String>) -> Result<Quiet, Problem> {
    let minutes = |text: &str| time_of_day(text.trim()).map(|(hour, minute)| hour * 60 + minute);
    let ends = written
        .value
        .split_once('-')
        .and_then(|(from, until)| Some(Quiet { from: minutes(from)?, until: minutes(until)? }));
    ends.filter(|quiet| quiet.from != quiet.until).ok_or_else(|| {
        let what = format!("'{}' names no quiet hours", written.value);
        Problem::error(written.place.clone(), what).hint("write \"22:00-07:00\"")
    })
}

fn away(entry: &ReaderEntry, all: &[ReaderEntry], problems: &mut Vec<Problem>) -> Option<AwayDays> {
    let away = entry.away.as_ref()?;
    if away.from.value > away.until.value {
        let what = format!(
            "reader '{}' is away until {}, before {}",
            entry.name.value, away.until.value, away.from.value
        );
        problems
            .push(Problem::error(away.until.place.clone(), what).hint("both days are days away"));
    }
    match &away.deputy {
        None => {
            let what = format!(
                "while '{}' is away from {} to {}, nobody is told at once",
                entry.name.value, away.from.value, away.until.value
            );
            problems.push(Problem::warning(away.from.place.clone(), what).hint("name a deputy"));
        }
        Some(deputy) if deputy.value == entry.name.value => {
            let what = format!("reader '{}' cannot be their own deputy", deputy.value);
            problems.push(Problem::error(deputy.place.clone(), what).hint("name another reader"));
        }
        Some(deputy) => {
            let names = all.iter().map(|one| one.name.value.as_str());
            problems.extend(unknown_name(deputy, "reader", names));
        }
    }
    Some(AwayDays {
        from: away.from.value,
        until: away.until.value,
        deputy: away.deputy.as_ref().map(|deputy| deputy.value.trim().to_owned()),
    })
}
