//! Where we did not look: what a report says of stretches without polls, of sources that could not be
//! read, and of those that a person paused.
//!
//! It reads nothing: [`super::gather`] hands in what it found.

use std::collections::{BTreeMap, BTreeSet};

use super::shown::{LINK, seconds};
use crate::model::looked::{self, Run, Thin, Unread, Watched};
use crate::model::{Pause, SourceEntry, Timestamp, counted};
use crate::notify::outside::line;
use crate::store::{Account, Start, Starter};

/// Sources that a person paused, as the versions of the files have it: from when, and until when.
#[derive(Debug, Default)]
pub(super) struct Paused {
    spans: BTreeMap<String, Vec<(Timestamp, Option<Timestamp>)>>,
}

impl Paused {
    /// Notes what a version says that is in force from `since` on; versions come in order.
    pub(super) fn note(&mut self, sources: &[SourceEntry], since: Timestamp) {
        let is_paused = |id: &str| {
            let found = sources.iter().find(|one| one.id.value == id);
            found.is_some_and(|one| one.paused.as_ref().is_some_and(|paused| paused.value))
        };
        for (id, spans) in &mut self.spans {
            if let Some((_, until @ None)) = spans.last_mut().filter(|_| !is_paused(id)) {
                *until = Some(since);
            }
        }
        for one in sources.iter().filter(|one| is_paused(&one.id.value)) {
            let spans = self.spans.entry(one.id.value.clone()).or_default();
            if spans.last().is_none_or(|(_, until)| until.is_some()) {
                spans.push((since, None));
            }
        }
    }

    /// Since when a source is paused, if it is.
    pub(super) fn lasting(&self, id: &str) -> Option<Timestamp> {
        let (from, until) = self.spans.get(id)?.last()?;
        until.is_none().then_some(*from)
    }

    fn of(&self, id: &str) -> &[(Timestamp, Option<Timestamp>)] {
        self.spans.get(id).map_or(&[], Vec::as_slice)
    }

    fn lines(&self, (from, end): (Timestamp, Timestamp)) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, spans) in &self.spans {
            for (since, until) in spans.iter().filter(|(_, until)| until.is_none_or(|at| at > from))
            {
                let when = match until {
                    Some(until) => format!("to {}", seconds((*until).min(end))),
                    None => "on".to_owned(),
                };
                let since = seconds((*since).max(from));
                lines.push(format!("{id}: not read from {since} {when}: paused by a person"));
            }
        }
        lines
    }
}

/// What was not looked at.
#[derive(Debug, Default)]
pub(super) struct NotLooked {
    /// Sentences about stretches in which no source was asked.
    pub(super) stopped: Vec<String>,
    /// Lines about single sources.
    pub(super) lines: Vec<String>,
}

/// Finds it, with the `stops` that were noted. `pauses` are for want of room or between rounds, and told by themselves.
pub(super) fn not_looked(
    accounts: &[Account],
    paused: &Paused,
    (pauses, stops): (&[Pause], &[(Timestamp, Timestamp)]),
    window: (Timestamp, Timestamp),
) -> NotLooked {
    let (begin, end) = window;
    let (known, watched): (Vec<&Account>, Vec<Watched>) = accounts
        .iter()
        .map(|account| {
            let runs = with_rests(account, paused, pauses, end);
            let (from, until) = (begin.max(account.added), account.retired.unwrap_or(end).min(end));
            (account, Watched { runs, interval: account.interval, from, until })
        })
        .filter(|(_, one)| one.from < one.until)
        .unzip();
    let found = looked::not_looked(&watched, stops);
    let mut stopped: Vec<String> = found.stopped.iter().map(|(from, until)| {
        format!(
            "Not read from {} to {}: no source was polled in this time; the service did not run.",
            seconds(*from),
            seconds(*until)
        )
    }).collect();
    stopped.extend(mostly_thin(&watched, &found.thin));
    let mut lines = paused.lines(window);
    lines.extend(found.unread.iter().map(|(n, one)| words(known[*n], one)));
    lines.extend(found.thin.iter().map(|(n, one)| thin_words(known[*n], one)));
    NotLooked { stopped, lines }
}

/// That polls are missing of most sources of which an older program kept runs: then it was no server that asked for longer
/// pauses.
fn mostly_thin(watched: &[Watched], thin: &[(usize, Thin)]) -> Option<String> {
    let old = |one: &&Watched| one.runs.iter().any(|run| !run.unbroken && run.polls > 1);
    let old = watched.iter().filter(old).count();
    let sources: BTreeSet<usize> = thin.iter().map(|(n, _)| *n).collect();
    (sources.len() * 2 > old).then(|| {
        let (made, due) = thin.iter().fold((0, 0), |(made, due), (_, one)| (made + one.made, due + one.due));
        format!(
            "Perhaps not read all the time: on some days about {made} of {due} polls were made, and an older version \
             kept no account of when. They are named as gaps."
        )
    })
}

fn thin_words(account: &Account, one: &Thin) -> String {
    format!(
        "{}: perhaps not read all the time from {} to {}: about {} of {} polls",
        account.source,
        seconds(one.from),
        seconds(one.until),
        one.made,
        one.due
    )
}

/// A source's runs, and stretches that are told by themselves as if it had been read in them.
fn with_rests(account: &Account, paused: &Paused, pauses: &[Pause], end: Timestamp) -> Vec<Run> {
    // For want of room and between rounds nobody was asked, and that is no stop of the service.
    let rest = |from: Timestamp, until: Option<Timestamp>, polls: u64| Run {
        first: from,
        last: until.unwrap_or(end),
        polls,
        read: true,
        error: None,
        unbroken: true,
    };
    let by_hand =
        paused.of(account.source.as_str()).iter().map(|(from, until)| rest(*from, *until, 0));
    let mut runs: Vec<Run> = account
        .runs
        .iter()
        .cloned()
        .chain(by_hand)
        .chain(pauses.iter().map(|pause| rest(pause.from, pause.until, 1)))
        .collect();
    runs.sort_by_key(|run| (run.first, run.last));
    runs
}

fn words(account: &Account, one: &Unread) -> String {
    let id = &account.source;
    let from = seconds(one.from);
    let until = match one.until {
        Some(until) => format!("to {}", seconds(until)),
        None => "on, up to the end of the window".to_owned(),
    };
    match &one.error {
        Some(error) => format!("{id}: not read from {from} {until}: {}", line(error, LINK)),
        None => format!("{id}: not read from {from} {until}: it was not polled"),
    }
}

/// The time since the last round, which no other has ended yet, if the window reaches into it.
pub(super) fn since_last_round(
    start: Option<Start>,
    last_poll: Option<Timestamp>,
    end: Timestamp,
) -> Option<Pause> {
    let round = start.filter(|one| one.by == Starter::Round && one.at <= end)?;
    let from = last_poll.filter(|at| *at >= round.at && end.since(*at) >= looked::LEAST)?;
    Some(Pause { from, until: None, why: Pause::BETWEEN_ROUNDS.to_owned() })
}

/// Of which time nothing is known, for it lies between a backup and its restore.
pub(super) fn unknown(pauses: &[Pause], (begin, end): (Timestamp, Timestamp)) -> Vec<String> {
    let unknown = pauses.iter().filter(|one| one.is_unknown());
    let within = unknown.map(|one| (one, one.from.max(begin), one.until.unwrap_or(end).min(end)));
    within
        .filter(|(_, from, until)| from < until)
        .map(|(one, from, until)| {
            format!(
                "Not known whether sources were read from {} to {}: {}.",
                seconds(from),
                seconds(until),
                one.why
            )
        })
        .collect()
}

/// That sources were read in rounds, between which nobody looked.
pub(super) fn rounds(pauses: &[Pause], (begin, end): (Timestamp, Timestamp)) -> Option<String> {
    let between = pauses.iter().filter(|one| one.is_between_rounds());
    let within = between.map(|one| (one.from.max(begin), one.until.unwrap_or(end).min(end)));
    let within: Vec<(Timestamp, Timestamp)> = within.filter(|(from, until)| from < until).collect();
    let (from, until) = within.iter().max_by_key(|(from, until)| until.since(*from))?;
    Some(format!(
        "Read in rounds (`once`), and not in between: {} without a poll, the longest from {} to {}. \
         They are named as gaps; what a feed showed only then was not seen.",
        counted(within.len() as u64, "pause"),
        seconds(*from),
        seconds(*until)
    ))
}

/// That far fewer polls were made than were due, where no stretch tells it.
pub(super) fn few(made: u64, due: u64) -> Option<String> {
    // A handful says nothing: the first of them may lie a whole interval within the window.
    (due >= 8 && made.saturating_mul(2) < due).then(|| {
        format!(
            "Fewer than half of the polls that were due were made: {made} of about {due}. The service \
             did not run all the time, or feeds ask for longer pauses."
        )
    })
}
