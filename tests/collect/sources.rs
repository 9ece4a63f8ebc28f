//! Which sources there are, when each is polled next, how it is doing.

use std::time::Duration;

use proptest::prelude::*;
use watchlistd::collect::fetch::{Failure, FailureKind, RetryAfter};
use watchlistd::collect::source::{self, DAY, Outcome, Polled, Read};
use watchlistd::model::source::SourceState;
use watchlistd::model::{FirstRun, Health, Level, Located, SourceEntry, Timestamp};

use super::{HOUR, now, source as desk};

fn entry(id: &str, url: &str) -> SourceEntry {
    SourceEntry {
        id: Located::nowhere(id.to_owned()),
        url: Located::nowhere(url.to_owned()),
        kind: Located::nowhere("feed".to_owned()),
        official: false,
        lang: None,
        interval: Located::nowhere(HOUR),
        allow_private: false,
        first_run: Located::nowhere(FirstRun::All),
    }
}

#[test]
fn sources_are_checked_and_the_good_ones_kept() {
    let mut kind = entry("page", "https://news.test/p");
    kind.kind.value = "page".to_owned();
    let mut lang = entry("lang", "https://news.test/l");
    lang.lang = Some(Located::nowhere("English, mostly".to_owned()));
    let mut slow = entry("slow", "https://news.test/s");
    slow.interval.value = DAY * 3;
    for (bad, level, words) in [
        (entry("", "https://news.test/"), Level::Error, "cannot be used"),
        (entry("a b", "https://news.test/"), Level::Error, "cannot be used"),
        (entry("GOOD", "https://news.test/x"), Level::Error, "used twice"),
        (entry("x", "news.test/feed"), Level::Error, "no address"),
        (entry("x", "ftp://news.test/"), Level::Error, "scheme 'ftp'"),
        (entry("x", "https://me:word@news.test/"), Level::Error, "user name or password"),
        (entry("x", "http://127.0.0.1/"), Level::Warning, "private address"),
        (entry("x", "https://news.test/good"), Level::Warning, "same url"),
        (kind, Level::Error, "unknown kind 'page'"),
        (lang, Level::Error, "no language tag"),
        (slow, Level::Warning, "more than a day"),
    ] {
        let (sources, problems) = source::compile(&[entry("good", "https://news.test/good"), bad]);
        assert!(problems.iter().any(|one| one.what.contains(words)), "{words}: {problems:?}");
        assert!(problems.iter().all(|one| one.level == level), "{words}: {problems:?}");
        assert_eq!(sources.len(), if level == Level::Error { 1 } else { 2 }, "{words}");
        assert!(sources.iter().all(|one| one.interval <= DAY));
        let shown = format!("{problems:?}");
        assert!(!shown.contains("me:word"), "no secret is repeated: {shown}");
    }
}

fn polled(outcome: Outcome) -> Polled {
    Polled { started: now(), full: false, wait: None, moved: None, outcome }
}

fn failed(kind: FailureKind, status: Option<u16>, retry_after: Option<RetryAfter>) -> Outcome {
    Outcome::Failed(Failure { kind, status, retry_after, words: "it went wrong".to_owned() })
}

fn read(entries: u32) -> Outcome {
    let etag = Some(b"\"new\"".to_vec());
    Outcome::Read(Read { entries, etag, ..Read::default() })
}

fn known() -> SourceState {
    SourceState {
        health: Health::Healthy,
        etag: Some(b"\"old\"".to_vec()),
        last_success: Some(now().minus(HOUR)),
        last_full: Some(now().minus(HOUR)),
        entries: Some(40),
        ..SourceState::new(now().minus(DAY * 30))
    }
}

/// The wait that was decided, in minutes, rounded down; jitter adds up to a tenth.
fn wait(next: Timestamp) -> u64 {
    next.since(now()).as_secs() / 60
}

#[test]
fn each_outcome_has_its_health() {
    let gone = failed(FailureKind::Gone, Some(410), None);
    let blocked = failed(FailureKind::Blocked, Some(403), None);
    let busy = failed(FailureKind::Later, Some(429), None);
    let down = failed(FailureKind::Retry, None, None);
    let lost = Outcome::Read(Read {
        entries: 40,
        lost: Some("cut".to_owned()),
        etag: Some(b"\"new\"".to_vec()),
        ..Read::default()
    });
    for (outcome, health, etag) in [
        (read(40), Health::Healthy, Some("\"new\"")),
        (Outcome::NotModified, Health::Healthy, Some("\"old\"")),
        (read(0), Health::Empty, Some("\"new\"")),
        (read(3), Health::Shrunk, Some("\"new\"")),
        (lost, Health::Failing, None),
        (Outcome::NotAFeed("a web page".to_owned()), Health::NotAFeed, Some("\"old\"")),
        (gone, Health::Gone, Some("\"old\"")),
        (blocked, Health::Blocked, Some("\"old\"")),
        (busy, Health::Blocked, Some("\"old\"")),
        (down, Health::Failing, Some("\"old\"")),
    ] {
        let (state, _) =
            source::after(&desk("https://news.test/"), &known(), &polled(outcome), now());
        assert_eq!(state.health, health);
        assert_eq!(state.etag.as_deref(), etag.map(str::as_bytes), "{health:?}");
        assert_eq!(state.error.is_none(), health == Health::Healthy, "{health:?}");
        let changed = health != Health::Healthy;
        assert_eq!(state.since == now(), changed, "{health:?}");
    }
}

#[test]
fn health_outlives_a_304_when_the_document_is_what_ails() {
    let desk = desk("https://news.test/");
    let (shrunk, _) = source::after(&desk, &known(), &polled(read(3)), now());
    let (still, _) = source::after(&desk, &shrunk, &polled(Outcome::NotModified), now());
    assert_eq!(
        (still.health, still.error.as_deref()),
        (Health::Shrunk, Some("3 items, 40 before"))
    );
    let (grown, _) = source::after(&desk, &still, &polled(read(30)), now());
    assert_eq!(grown.health, Health::Healthy);
    let (later, _) = source::after(&desk, &still, &polled(read(3)), now().plus(DAY * 8));
    assert_eq!(later.health, Health::Healthy, "after a week it is the habit");
}

#[test]
fn silence_is_measured_by_the_sources_own_habit() {
    let desk = desk("https://news.test/");
    let quiet = |days: u32, step: u32| {
        let published = (0..10).map(|n| now().minus(DAY * days).minus(DAY * step * n)).collect();
        polled(Outcome::Read(Read { entries: 10, published, ..Read::default() }))
    };
    for (days, step, health) in [
        (20, 1, Health::Healthy),
        (40, 1, Health::Silent),
        (40, 7, Health::Healthy),
        (80, 7, Health::Silent),
        (300, 90, Health::Healthy),
    ] {
        let (state, _) = source::after(&desk, &known(), &quiet(days, step), now());
        assert_eq!(state.health, health, "{days} days, every {step}");
    }
}

#[test]
fn waiting_follows_interval_ttl_and_retry_after() {
    let desk = desk("https://news.test/");
    let next = |polled: &Polled| wait(source::after(&desk, &known(), polled, now()).1);
    let with = |minutes: u64| Polled {
        wait: Some(Duration::from_secs(minutes * 60)),
        ..polled(Outcome::NotModified)
    };
    let asks = |wait| failed(FailureKind::Later, Some(503), Some(wait));
    let seconds = |count| asks(RetryAfter::In(Duration::from_secs(count)));
    let at = |after: Duration| asks(RetryAfter::At(now().plus(after)));
    for (polled, least) in [
        (polled(Outcome::NotModified), 30),
        (with(10), 30),
        (with(120), 120),
        (with(100_000), 24 * 60),
        (polled(seconds(10)), 30),
        (polled(seconds(3 * 3600)), 180),
        (polled(seconds(u64::MAX)), 24 * 60),
        (polled(at(HOUR * 2)), 120),
        (polled(at(DAY * 3650)), 24 * 60),
        (polled(asks(RetryAfter::At(now().minus(DAY)))), 30),
        (polled(failed(FailureKind::Gone, Some(410), None)), 24 * 60),
    ] {
        let minutes = next(&polled);
        assert!((least..=least * 11 / 10).contains(&minutes), "{polled:?}: {minutes}");
    }
}

#[test]
fn failures_slow_down_to_daily_and_heal_at_once() {
    let desk = desk("https://news.test/");
    let mut state = known();
    let mut waits = Vec::new();
    for _ in 0..9 {
        let down = polled(failed(FailureKind::Retry, None, None));
        let (next_state, next) = source::after(&desk, &state, &down, now());
        // Without the jitter.
        waits.push(wait(next) * 10 / 11 <= 24 * 60);
        state = next_state;
    }
    assert_eq!((state.failures, waits.iter().all(|one| *one)), (9, true));
    let (healed, next) = source::after(&desk, &state, &polled(read(40)), now());
    assert_eq!((healed.failures, healed.health), (0, Health::Healthy));
    assert!(wait(next) <= 33);
}

#[test]
fn validators_are_left_out_once_a_day() {
    let mut state = known();
    assert!(source::validators(&state, now()).is_some());
    assert!(source::validators(&state, now().plus(DAY)).is_none());
    state.last_full = None;
    assert!(source::validators(&state, now()).is_none());
    state = SourceState { etag: None, ..known() };
    assert!(source::validators(&state, now()).is_none());
}

#[test]
fn a_gap_needs_something_known_to_be_missing() {
    let id = desk("https://news.test/").id;
    let gap = |before: &SourceState, overlaps, entries| {
        source::gap(&id, before, overlaps, entries, now()).is_some()
    };
    assert!(gap(&known(), false, 20));
    assert!(!gap(&known(), true, 20));
    assert!(!gap(&known(), false, 0));
    assert!(!gap(&SourceState { entries: Some(0), ..known() }, false, 20));
    assert!(!gap(&SourceState::new(now()), false, 20), "the first read is no gap");
}

proptest! {
    /// Whatever happens, the next poll lies ahead, by at least the least interval and at most a day
    /// and its jitter.
    #[test]
    fn polling_never_stops_and_never_storms(
        failures in any::<u32>(),
        minutes in 1_u64..3000,
        asked in proptest::option::of(any::<u64>()),
        kind in 0_usize..5,
    ) {
        use FailureKind::{Blocked, Broken, Gone, Later, Retry};
        let mut desk = desk("https://news.test/");
        desk.interval = Duration::from_secs(minutes * 60);
        let kind = [Retry, Later, Broken, Gone, Blocked][kind];
        let asked = asked.map(|seconds| RetryAfter::In(Duration::from_secs(seconds)));
        let before = SourceState { failures, ..known() };
        let polled = polled(failed(kind, None, asked));
        let (_, next) = source::after(&desk, &before, &polled, now());
        let wait = next.since(now());
        prop_assert!(wait >= desk.interval.min(DAY));
        prop_assert!(wait <= DAY + DAY / 10);
    }
}
