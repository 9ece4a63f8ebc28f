//! When a source was read, and when it was not: what a report and a recap say of a stretch of time.
//!
//! Pure. Polls that were alike are kept as one run, so a stretch inside a run is not seen; what lies
//! between runs is.

use std::time::Duration;

use super::Timestamp;

/// Polls of one source that were alike, counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When the first of them ended.
    pub first: Timestamp,
    /// When the last did.
    pub last: Timestamp,
    /// How many they were. None at all stands for a rest: nobody was to ask it, and that is told by itself.
    pub polls: u64,
    /// Whether they read the feed.
    pub read: bool,
    /// What was wrong, in words.
    pub error: Option<String>,
}

/// A stretch in which a source was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// When it was last read, or where the window begins.
    pub from: Timestamp,
    /// When it was read again; `None`: not until the window ended.
    pub until: Option<Timestamp>,
    /// Why it could not be read; `None`: nobody asked it.
    pub error: Option<String>,
}

/// Less is no stretch: a poll that failed is made good by the next.
const LEAST: Duration = Duration::from_secs(2 * 3600);

/// How long a source may go unread before it is called that: two hours, four intervals, or three times
/// the pause that is usual for it, since servers may ask for longer ones than are written.
#[must_use]
pub fn allowed(runs: &[Run], interval: Duration) -> Duration {
    LEAST.max(interval.saturating_mul(4)).max(usual(runs).saturating_mul(3))
}

/// The pause between polls that half of them keep to.
fn usual(runs: &[Run]) -> Duration {
    // Pauses, and how often each was made.
    let mut pauses: Vec<(Duration, u64)> = Vec::new();
    for run in runs.iter().filter(|run| run.polls > 1) {
        let between = run.polls - 1;
        let span = run.last.since(run.first);
        pauses.push((span / u32::try_from(between).unwrap_or(u32::MAX), between));
    }
    pauses.extend(runs.windows(2).map(|two| (two[1].first.since(two[0].last), 1)));
    pauses.sort_unstable();
    let all: u64 = pauses.iter().map(|(_, times)| times).sum();
    let mut counted = 0;
    // Two are too few to call anything usual.
    let half = pauses.iter().filter(|_| all > 2).find(|(_, times)| {
        counted += times;
        counted * 2 >= all
    });
    half.map_or(Duration::ZERO, |(pause, _)| *pause)
}

/// Stretches of the time from `from` to `until` in which a source was not read, by its runs in order.
#[must_use]
pub fn unread(
    runs: &[Run],
    interval: Duration,
    (from, until): (Timestamp, Timestamp),
) -> Vec<Unread> {
    let allowed = allowed(runs, interval);
    let all_failed = !runs.is_empty() && !runs.iter().any(|run| run.read);
    let mut found = Vec::new();
    let mut last = from;
    let mut error: Option<&String> = None;
    for run in runs {
        if !run.read {
            error = error.or(run.error.as_ref());
            continue;
        }
        if run.first.since(last) > allowed {
            let until = Some(run.first);
            found.push(Unread { from: last, until, error: error.cloned() });
        }
        (last, error) = (last.max(run.last), None);
    }
    if all_failed || until.since(last) > allowed {
        found.push(Unread { from: last, until: None, error: error.cloned() });
    }
    found
}

/// Stretches in which none of these sources was asked, each with its runs and interval.
#[must_use]
pub fn unasked(
    sources: &[(&[Run], Duration)],
    (from, until): (Timestamp, Timestamp),
) -> Vec<(Timestamp, Timestamp)> {
    let allowed = sources.iter().map(|(runs, interval)| allowed(runs, *interval)).min();
    let Some(allowed) = allowed else { return Vec::new() };
    let mut asked: Vec<(Timestamp, Timestamp)> = sources
        .iter()
        .flat_map(|(runs, _)| runs.iter().filter(|run| run.polls > 0))
        .map(|run| (run.first, run.last))
        .collect();
    asked.sort_unstable();
    let mut found = Vec::new();
    let mut last = from;
    for (first, end) in asked.into_iter().chain([(until, until)]) {
        if first.since(last) > allowed {
            found.push((last, first));
        }
        last = last.max(end);
    }
    found
}

/// A source, when of a window it was in force, and its runs in order.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its runs.
    pub runs: Vec<Run>,
    /// How often it is polled at most.
    pub interval: Duration,
    /// From when on it was in force.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Watched {
    /// Whether it was in force in a stretch and did not rest in all of it.
    fn was_due_in(&self, (from, until): (Timestamp, Timestamp)) -> bool {
        let rests = |run: &Run| run.polls == 0 && run.first <= from && until <= run.last;
        self.from < until && from < self.until && !self.runs.iter().any(rests)
    }
}

/// What was not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotLooked {
    /// Stretches in which no source was asked.
    pub stopped: Vec<(Timestamp, Timestamp)>,
    /// Other stretches, by the number of the source.
    pub unread: Vec<(usize, Unread)>,
}

/// What of a window was not looked at. What no source was asked in is told once for all of them.
#[must_use]
pub fn not_looked(watched: &[Watched]) -> NotLooked {
    let begin = watched.iter().map(|one| one.from).min();
    let until = watched.iter().map(|one| one.until).max();
    let sources: Vec<(&[Run], Duration)> =
        watched.iter().map(|one| (one.runs.as_slice(), one.interval)).collect();
    let mut stopped = match (begin, until) {
        (Some(begin), Some(until)) => unasked(&sources, (begin, until)),
        _ => Vec::new(),
    };
    // Where every source rests nobody was to be asked.
    stopped.retain(|stretch| watched.iter().any(|one| one.was_due_in(*stretch)));
    let mut found = Vec::new();
    for (n, one) in watched.iter().enumerate() {
        for stretch in unread(&one.runs, one.interval, (one.from, one.until)) {
            let end = stretch.until.unwrap_or(one.until);
            // A poll that failed before the service stopped, or an interval, is no other stretch.
            let told = stopped.iter().any(|(from, to)| {
                let (least, most) = (stretch.from.max(*from), end.min(*to));
                most.since(least) * 10 >= end.since(stretch.from) * 9
            });
            if !told || stretch.error.is_some() {
                found.push((n, stretch));
            }
        }
    }
    NotLooked { stopped, unread: found }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: f64) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000 + (hours * 3_600_000.0) as i64)
    }

    fn run(first: f64, last: f64, polls: u64, error: Option<&str>) -> Run {
        let (first, last) = (at(first), at(last));
        Run { first, last, polls, read: error.is_none(), error: error.map(str::to_owned) }
    }

    #[test]
    fn what_was_not_read_for_longer_than_usual_is_a_stretch_with_its_reason() {
        let half = HOUR / 2;
        let window = (at(0.0), at(48.0));
        let runs = [
            run(0.5, 10.0, 20, None),
            run(10.5, 10.5, 1, Some("HTTP 500")),
            run(11.0, 14.0, 7, None),
            run(14.5, 30.0, 32, Some("HTTP 503")),
            run(30.5, 36.0, 12, None),
        ];
        let stretch = |from, until: Option<f64>, error: Option<&str>| Unread {
            from: at(from),
            until: until.map(at),
            error: error.map(str::to_owned),
        };
        assert_eq!(
            unread(&runs, half, window),
            [stretch(14.0, Some(30.5), Some("HTTP 503")), stretch(36.0, None, None)]
        );
        assert_eq!(unread(&runs[..1], half, (at(0.0), at(11.0))), []);
        // However short the window: where every poll failed there is a gap.
        let failed = [run(0.2, 0.2, 1, Some("refused"))];
        let short = (at(0.0), at(0.5));
        assert_eq!(unread(&failed, half, short), [stretch(0.0, None, Some("refused"))]);
        assert_eq!(unread(&[], half, short), []);
        assert_eq!(unread(&[], half, window), [stretch(0.0, None, None)]);
        // A server that asks for a day between polls gets it.
        let calm: Vec<Run> =
            (0..4).map(|day| run(f64::from(day) * 24.0, f64::from(day) * 24.0, 1, None)).collect();
        assert_eq!(unread(&calm, half, (at(0.0), at(90.0))), []);
    }

    #[test]
    fn a_stretch_in_which_nobody_was_asked_is_found_though_each_source_has_its_own_pace() {
        let quick = [run(0.5, 10.0, 20, None), run(20.0, 24.0, 9, Some("HTTP 500"))];
        let slow = [run(2.0, 2.0, 1, None), run(23.0, 23.0, 1, None)];
        let sources = [(&quick[..], HOUR / 2), (&slow[..], HOUR * 6)];
        assert_eq!(unasked(&sources, (at(0.0), at(25.0))), [(at(10.0), at(20.0))]);
        assert_eq!(unasked(&sources[1..], (at(0.0), at(25.0))), []);
        assert_eq!(unasked(&[], (at(0.0), at(25.0))), []);
        let none = [(&[][..], HOUR / 2)];
        assert_eq!(unasked(&none, (at(0.0), at(25.0))), [(at(0.0), at(25.0))]);
    }

    #[test]
    fn a_source_that_rests_hides_no_stop_and_makes_none() {
        let rest = Run { polls: 0, ..run(0.0, 48.0, 1, None) };
        let watched =
            |runs: Vec<Run>| Watched { runs, interval: HOUR / 2, from: at(0.0), until: at(48.0) };
        let polled = watched(vec![run(0.5, 20.0, 40, None)]);
        let found = not_looked(&[watched(vec![rest.clone()]), polled]);
        assert_eq!(found, NotLooked { stopped: vec![(at(20.0), at(48.0))], unread: vec![] });
        assert_eq!(not_looked(&[watched(vec![rest])]), NotLooked::default());
    }
}
