//! What is usual for a source, learned from what it shows and kept in three numbers.
//!
//! A source is judged by itself: an agency that speaks once a quarter is not silent, a wire that
//! stops for a week is. The judgement needs no document, so that it holds after a 304 as well.

use std::time::Duration;

use super::{DAY, Read};
use crate::model::source::{Habit, SourceState};
use crate::model::{Health, Timestamp};

/// A document shows a shrunk source when it has less than a quarter of the usual items, and these
/// are at least this many.
const SHRUNK_FROM: u32 = 8;

/// After this long a shrunk number of items is the new habit.
const SHRUNK_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A source is silent after so many of its longest usual pauses …
const PAUSES: u32 = 4;

/// … and not before this: a long weekend is no silence.
const PATIENCE: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// What is taken for the longest pause of a source that gives too few dates, until it shows.
const UNDATED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Fewer dates than this show no rhythm.
const RHYTHM_FROM: usize = 5;

/// The habit after a document that was read whole.
pub(super) fn learn(before: &Habit, read: &Read, started: Timestamp) -> Habit {
    let dated = read.published.iter().copied().find(|at| *at <= started);
    // What was not there before was said by now, whatever date it bears.
    let unseen = read.news && (before.latest.is_some() || dated.is_none());
    let said = if unseen { Some(started) } else { dated };
    let latest = before.latest.max(said);
    let waited = match (before.latest, latest) {
        (Some(before), Some(latest)) => latest.since(before),
        _ => Duration::ZERO,
    };
    let faded = match before.pause {
        // The longest pause fades: after eight times as long without one like it, it is forgotten.
        Some(pause) => Some(pause.saturating_sub(waited / 8).max(waited)),
        None => (!waited.is_zero()).then(|| waited.max(UNDATED)),
    };
    let pause = faded.max(rhythm(&read.published, started));
    Habit { items: usual_items(before.items, read.entries), pause, latest }
}

/// Once a source has been shrunk for long enough, that is its habit.
pub(super) fn settle(state: &mut SourceState, now: Timestamp) {
    let entries = state.entries.unwrap_or(0);
    let long = state.health == Health::Shrunk && now.since(state.since) >= SHRUNK_FOR;
    if long && entries > 0 {
        state.habit.items = entries;
    }
}

fn usual_items(usual: u32, entries: u32) -> u32 {
    if entries >= usual {
        return entries;
    }
    if !is_few(entries, usual) {
        // Slowly, so that many small steps down cannot pass for the habit within a day.
        return usual - (usual - entries).div_ceil(8);
    }
    usual
}

/// Whether so many items are far fewer than usual.
pub(super) fn is_few(entries: u32, usual: u32) -> bool {
    usual >= SHRUNK_FROM && entries < usual / 4
}

/// The longest usual time between two entries: the longest of all but one, which may be a pinned
/// entry or the oldest that is kept.
fn rhythm(published: &[Timestamp], started: Timestamp) -> Option<Duration> {
    let past: Vec<Timestamp> = published.iter().copied().filter(|at| *at <= started).collect();
    if past.len() < RHYTHM_FROM {
        return None;
    }
    let mut pauses: Vec<Duration> = past.windows(2).map(|two| two[0].since(two[1])).collect();
    pauses.sort_unstable();
    pauses.get(pauses.len() - 2).copied()
}

/// In words, when nothing came for far longer than usual.
pub(super) fn silent(habit: &Habit, now: Timestamp) -> Option<String> {
    let (pause, latest) = (habit.pause?, habit.latest?);
    let patience = pause.saturating_mul(PAUSES).max(PATIENCE);
    (now.since(latest) > patience).then(|| {
        let latest = latest.to_chrono().format("%-d %b %Y %H:%M UTC");
        format!("nothing new since {latest}; it usually pauses {} at most", in_words(pause))
    })
}

fn in_words(span: Duration) -> String {
    let hours = span.as_secs().div_ceil(60 * 60);
    match (hours, span.as_secs().div_ceil(DAY.as_secs())) {
        (0..=1, _) => "an hour".to_owned(),
        (2..=47, _) => format!("{hours} hours"),
        (_, days) => format!("{days} days"),
    }
}
