//! When a source was read, and when it was not: what a report and a recap say of a stretch of time.
//!
//! Pure. Polls that were alike are kept as one run, which ends where a poll came long after it was due
//! ([`goes_on`]): so what lies between runs is seen, and a run was polled all through. Older programs kept a
//! day's polls together however far apart they were; of their runs it is only seen that polls are missing.

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
    /// Whether it was kept by a program that ends a run where polls stopped.
    pub unbroken: bool,
}

impl Run {
    /// The pause between its polls on average; none of a single one.
    fn pause(&self) -> Option<Duration> {
        let between = u32::try_from(self.polls.saturating_sub(1)).unwrap_or(u32::MAX);
        (between > 0).then(|| self.last.since(self.first) / between)
    }

    /// How many polls it would have at this pause, both ends counted.
    fn polls_at(&self, pause: Duration) -> u64 {
        let span = self.last.since(self.first).as_millis();
        u64::try_from(span / pause.as_millis().max(1)).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// A run of which polls are missing, so that in the midst of it the source may not have been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thin {
    /// When its first poll ended.
    pub from: Timestamp,
    /// When its last did.
    pub until: Timestamp,
    /// Polls made.
    pub made: u64,
    /// How many its pace asks for.
    pub due: u64,
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
pub const LEAST: Duration = Duration::from_secs(2 * 3600);

/// How late a poll may be, though its source rested for longer than [`LEAST`], before it is taken that nobody was to
/// ask: a source that is polled twice a day waits a little at a busy host.
pub const LATE: Duration = Duration::from_secs(3600);

/// Whether a poll at `now` belongs to the run whose last poll was at `last`, when the next was due at `due`: not if
/// nobody asked for [`LEAST`], of which [`LATE`] was over time. Due times hold what servers ask for, and back-off. So
/// a run ends for this twelve times a day at most.
#[must_use]
pub fn goes_on(last: Timestamp, due: Timestamp, now: Timestamp) -> bool {
    now <= last.plus(LEAST) || now <= due.plus(LATE)
}

/// How long a source may go unread before it is called that: two hours, four intervals, or three times
/// the pause that is usual for it, since servers may ask for longer ones than are written.
#[must_use]
pub fn allowed(runs: &[Run], interval: Duration) -> Duration {
    LEAST.max(interval.saturating_mul(4)).max(usual(runs).saturating_mul(3))
}

/// The pause between polls that half of them keep to.
fn usual(runs: &[Run]) -> Duration {
    // Pauses, and how often each was made.
    let mut pauses: Vec<(Duration, u64)> =
        runs.iter().filter_map(|run| Some((run.pause()?, run.polls - 1))).collect();
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

/// Runs of older programs in which so many polls are missing that the source may have gone unread for longer than
/// it may. The pace is that of its other runs, if it is slower than the interval.
#[must_use]
pub fn thin(runs: &[Run], interval: Duration) -> Vec<Thin> {
    let allowed = allowed(runs, interval);
    let mut found = Vec::new();
    for (n, run) in runs.iter().enumerate().filter(|(_, run)| run.read && !run.unbroken) {
        let others: Vec<Run> = [&runs[..n], &runs[n + 1..]].concat();
        // A rest within it is told by itself.
        let rested = others.iter().any(|one| one.first < run.last && one.last > run.first);
        // Jitter adds a tenth at most.
        let pace =
            interval.saturating_mul(11).checked_div(10).unwrap_or(interval).max(usual(&others));
        let due = run.polls_at(pace);
        let missing = u32::try_from(due.saturating_sub(run.polls)).unwrap_or(u32::MAX);
        if !rested && pace.saturating_mul(missing) > allowed {
            found.push(Thin { from: run.first, until: run.last, made: run.polls, due });
        }
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
        .flat_map(|run| {
            // Of a source that is polled more seldom only the ends of a run are known.
            let seldom = run.pause().is_some_and(|pause| pause > allowed);
            let ends = if seldom { run.first } else { run.last };
            [(run.first, ends), (run.last, run.last)]
        })
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
    /// Runs of older programs that may hide a stretch, by the number of the source.
    pub thin: Vec<(usize, Thin)>,
}

/// Stretches in order, those that meet as one; what ends before it begins is none.
fn joined(mut stretches: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    stretches.retain(|(from, until)| from < until);
    stretches.sort_unstable();
    stretches.dedup_by(|next, before| {
        let meet = next.0 <= before.1;
        before.1 = if meet { before.1.max(next.1) } else { before.1 };
        meet
    });
    stretches
}

/// What of a window was not looked at. What no source was asked in is told once for all of them: what their runs show,
/// also where nobody noted it, and stops that were `noted`, also where no source is late by much.
#[must_use]
pub fn not_looked(watched: &[Watched], noted: &[(Timestamp, Timestamp)]) -> NotLooked {
    let begin = watched.iter().map(|one| one.from).min();
    let until = watched.iter().map(|one| one.until).max();
    let sources: Vec<(&[Run], Duration)> =
        watched.iter().map(|one| (one.runs.as_slice(), one.interval)).collect();
    let mut stopped = match (begin, until) {
        (Some(begin), Some(until)) => {
            let within = noted.iter().map(|(from, to)| ((*from).max(begin), (*to).min(until)));
            joined(unasked(&sources, (begin, until)).into_iter().chain(within).collect())
        }
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
    let thin = watched.iter().enumerate().flat_map(|(n, one)| {
        thin(&one.runs, one.interval).into_iter().map(move |found| (n, found))
    });
    NotLooked { stopped, unread: found, thin: thin.collect() }
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
        let (read, error) = (error.is_none(), error.map(str::to_owned));
        Run { first, last, polls, read, error, unbroken: true }
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
        let found = not_looked(&[watched(vec![rest.clone()]), polled], &[]);
        assert_eq!(
            found,
            NotLooked { stopped: vec![(at(20.0), at(48.0))], ..NotLooked::default() }
        );
        assert_eq!(not_looked(&[watched(vec![rest])], &[]), NotLooked::default());
    }

    #[test]
    fn a_stop_that_was_noted_is_told_once_however_short_it_was() {
        let runs =
            vec![run(0.0, 7.0, 8, None), run(10.5, 20.5, 11, None), run(30.5, 48.0, 18, None)];
        let watched = Watched { runs, interval: HOUR, from: at(0.0), until: at(48.0) };
        let stopped = |noted: &[(f64, f64)]| {
            let noted: Vec<_> = noted.iter().map(|(from, to)| (at(*from), at(*to))).collect();
            not_looked(std::slice::from_ref(&watched), &noted).stopped
        };
        let seen = (at(20.5), at(30.5));
        assert_eq!(stopped(&[]), [seen]);
        assert_eq!(stopped(&[(7.0, 10.4), (20.5, 30.0)]), [(at(7.0), at(10.4)), seen]);
        // Of what reaches beyond the window only what lies within.
        assert_eq!(stopped(&[(-9.0, -3.0), (-2.0, 0.5)]), [(at(0.0), at(0.5)), seen]);
    }

    #[test]
    fn a_source_that_is_polled_seldom_hides_no_stop() {
        let quick = [run(0.5, 8.0, 16, None), run(16.0, 24.0, 17, None)];
        let slow = [run(0.0, 24.0, 5, None)];
        let sources = [(&quick[..], HOUR / 2), (&slow[..], HOUR * 6)];
        assert_eq!(unasked(&sources, (at(0.0), at(24.0))), [(at(8.0), at(16.0))]);
    }

    #[test]
    fn a_run_of_an_older_program_with_too_few_polls_is_told_as_that() {
        let half = HOUR / 2;
        let old = |first, last, polls| Run { unbroken: false, ..run(first, last, polls, None) };
        let thin_day = |made, due| Thin { from: at(0.0), until: at(23.5), made, due };
        // Ten hours without a poll; as many as jitter leaves; and what was kept since.
        assert_eq!(thin(&[old(0.0, 23.5, 28)], half), [thin_day(28, 43)]);
        assert_eq!(thin(&[old(0.0, 23.5, 43)], half), []);
        assert_eq!(thin(&[run(0.0, 23.5, 28, None)], half), []);
        assert_eq!(thin(&[Run { read: false, ..old(0.0, 23.5, 6) }], half), []);
        // A server that asks for an hour each day gets it, and so its stops are seen.
        let days = [old(0.0, 23.5, 24), old(24.0, 47.5, 24), old(48.0, 71.5, 14)];
        let last = Thin { from: at(48.0), until: at(71.5), made: 14, due: 24 };
        assert_eq!(thin(&days, half), [last]);
    }
}
