//! When things happened: what a line says of it, and what an entry lets tell where its lines say nothing.
//!
//! Lines of what is named in [`TIMED`] say when it happened, from "at" on at their end, since schema 19
//! (`migrations/sqlite/V19__instants.sql`). Those of older programs do not. But an entry bears the latest
//! instant of what it tells, items are first seen when the poll ended that is told beside them, and what
//! is the work of one step has one instant: so of an older line it is known what the program can have
//! written, and no more is allowed.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What lines say the time of.
const TIMED: [&str; 5] = ["item", "decision", "alert", "attempt", "action"];

/// Where that begins. In a value its quotes would be escaped.
const FROM: &str = ",\"at\":";

/// What a line says of itself.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    pub(super) did: std::borrow::Cow<'a, str>,
    #[serde(default)]
    pub(super) id: serde_json::Value,
    /// Of a decision: the item that it is about.
    pub(super) item: Option<&'a str>,
    /// Of a poll's account: when it ended.
    pub(super) last: Option<i64>,
    /// Of forgetting: everything before.
    pub(super) before: Option<i64>,
    pub(super) what: Option<String>,
    at: Option<i64>,
    source: Option<&'a str>,
    official: Option<u8>,
    /// Of a poll's account: items that it brought.
    new: Option<u64>,
    edited: Option<u64>,
    /// Of a notice: where it stands, and the mail that told it.
    state: Option<&'a str>,
    occasion: Option<IgnoredAny>,
}

/// A line in two parts: what all programs wrote, and what is said of its time.
pub(super) fn parted<'a>(did: &str, line: &'a str) -> (&'a str, Option<&'a str>) {
    let from = if TIMED.contains(&did) { line.rfind(FROM) } else { None };
    from.map_or((line, None), |from| (&line[..from], Some(&line[from..])))
}

/// What may stand in a row: instants between two, and whether its source is an official one (a bit for
/// each answer).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct May {
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) official: u8,
}

impl May {
    /// Whatever it is.
    pub(super) const ANY: Self = Self { least: i64::MIN, most: i64::MAX, official: 0b11 };

    /// What stands in a row that reads so.
    pub(super) fn of_row(row: &Line<'_>) -> Self {
        let any = Self::ANY;
        let (least, most) = row.at.map_or((any.least, any.most), |at| (at, at));
        Self { least, most, official: row.official.map_or(any.official, bit) }
    }

    /// What was told at two times may be as at either.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            official: self.official | other.official,
        }
    }

    /// Whether a row may stand so. One without an instant says nothing that could be wrong.
    pub(super) fn lets(self, row: Self) -> bool {
        let known = row.least == row.most;
        (!known || (self.least..=self.most).contains(&row.least))
            && self.official & row.official != 0
    }
}

/// Which of two answers, as a bit.
fn bit(official: u8) -> u8 {
    if official == 0 { 0b01 } else { 0b10 }
}

/// What the entries so far say of each source: whether it was an official one.
#[derive(Default)]
pub(super) struct Instants {
    officials: HashMap<String, u8>,
}

/// What one entry lets tell of what its lines do not say.
pub(super) struct Entry<'a> {
    at: i64,
    /// Whether all of it is the work of one step, at one instant.
    one_step: bool,
    /// When polls ended that brought items, by source: the first and the last of them.
    polls: HashMap<&'a str, (i64, i64)>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(at: i64, lines: &[Option<Line<'a>>]) -> Self {
        let mut polls: HashMap<&str, (i64, i64)> = HashMap::new();
        for line in lines.iter().flatten().filter(|line| line.did == "polled" && line.brought()) {
            if let (Some(source), Some(last)) = (line.source, line.last) {
                let known = polls.entry(source).or_insert((last, last));
                *known = (known.0.min(last), known.1.max(last));
            }
        }
        let known = |line: &Option<Line<'_>>| line.as_ref().is_some_and(Line::is_of_assessing);
        let one_step = lines.len() == 1 || lines.iter().all(known);
        Self { at, one_step, polls }
    }
}

impl Line<'_> {
    fn brought(&self) -> bool {
        self.new.unwrap_or(0) + self.edited.unwrap_or(0) > 0
    }

    /// Whether assessing writes such a line and no other step does. A notice is made by it, and moved on
    /// by others.
    fn is_of_assessing(&self) -> bool {
        match &*self.did {
            "decision" | "alert" | "judged" | "term" => true,
            "notice" => self.state == Some("pending") && self.occasion.is_none(),
            _ => false,
        }
    }
}

impl Instants {
    /// Keeps what a line says of a source.
    pub(super) fn keep(&mut self, line: &Line<'_>) {
        if let ("source", Some(id), Some(official)) = (&*line.did, line.id.as_str(), line.official)
        {
            *self.officials.entry(id.to_owned()).or_default() |= bit(official);
        }
    }

    /// What the row may be that a line tells of, as far as the line itself does not say it.
    pub(super) fn allowed(&self, line: &Line<'_>, entry: &Entry<'_>) -> May {
        match &*line.did {
            "item" => {
                // What is only known under other keys since was seen when an earlier entry told it.
                let (least, most) = line
                    .source
                    .and_then(|source| entry.polls.get(source).copied())
                    .unwrap_or((i64::MAX, i64::MIN));
                let official = line.source.and_then(|source| self.officials.get(source).copied());
                May { least, most, official: official.unwrap_or(May::ANY.official) }
            }
            "decision" | "alert" | "attempt" | "action" => {
                let least = if entry.one_step { entry.at } else { i64::MIN };
                May { least, most: entry.at, ..May::ANY }
            }
            _ => May::ANY,
        }
    }

    /// When what a line tells happened, as well as it is known: nothing of it is later.
    pub(super) fn at(line: &Line<'_>, entry: &Entry<'_>) -> i64 {
        let polled = line.source.and_then(|source| entry.polls.get(source));
        match &*line.did {
            "item" => line.at.or(polled.map(|(_, last)| *last)).unwrap_or(entry.at),
            _ => line.last.unwrap_or(entry.at),
        }
    }
}
