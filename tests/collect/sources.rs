//! Which sources there are, when each is polled next, how it is doing.

use std::time::Duration;

use proptest::prelude::*;
use watchlistd::collect::fetch::{Failure, FailureKind, RetryAfter};
use watchlistd::collect::source::outage::{Network, Verdict};
use watchlistd::collect::source::{self, DAY, Outcome, Polled, Read};
use watchlistd::model::source::{Habit, Moved, SourceState};
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
        paused: None,
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

#[test]
fn a_language_that_is_none_is_told_with_the_one_that_is_meant() {
    let told = |lang: &str| {
        let mut entry = entry("wire", "https://news.test/");
        entry.lang = Some(Located::nowhere(lang.to_owned()));
        let (sources, problems) = source::compile(&[entry]);
        assert!(problems.len() <= 1, "{problems:?}");
        let told = problems.into_iter().next();
        (sources.len(), told.map(|one| (one.level, one.what, one.hint.unwrap_or_default())))
    };
    for fit in ["en", "EN", "zh-Hans", "pt-BR", "en-gb", "yue", "es-419", "sr-Latn-RS", "fil"] {
        assert_eq!(told(fit), (1, None), "{fit}");
    }
    // What is written as a tag is only doubted, and read all the same: most terms need no language.
    for (odd, meant) in [
        ("jp", "ja"),
        ("cn", "zh"),
        ("gr", "el"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu-AT", "de-AT"),
        ("us", "en-US"),
        ("xx", ""),
        ("qq-DE", ""),
    ] {
        let (kept, told) = told(odd);
        let (level, what, hint) = told.unwrap_or_else(|| panic!("'{odd}' passes"));
        assert_eq!((kept, level), (1, Level::Warning), "{odd}");
        assert!(what.contains(&format!("lang '{odd}' of source 'wire'")), "{what}");
        let wanted =
            if meant.is_empty() { "ISO 639".to_owned() } else { format!("write \"{meant}\"") };
        assert!(hint.contains(&wanted), "{odd}: {hint}");
    }
    for (unfit, meant) in [
        ("deutsch", "de"),
        ("German", "de"),
        ("en_US", "en-US"),
        ("EN_us ", "en-US"),
        ("zh_Hant_TW", "zh-Hant-TW"),
        (" en", "en"),
        ("français", "fr"),
        ("中文", "zh"),
        ("English, mostly", "en"),
        ("jp_JP", "ja-JP"),
        ("utf-8", ""),
        ("", ""),
        ("klingonisch", ""),
    ] {
        let (kept, told) = told(unfit);
        let (level, what, hint) = told.unwrap_or_else(|| panic!("'{unfit}' passes"));
        assert_eq!((kept, level), (0, Level::Error), "{unfit}");
        assert!(what.contains("no language tag"), "{what}");
        let wanted =
            if meant.is_empty() { "BCP 47".to_owned() } else { format!("write \"{meant}\"") };
        assert!(hint.contains(&wanted), "{unfit}: {hint}");
    }
}

fn polled(outcome: Outcome) -> Polled {
    let url = "https://news.test/".to_owned();
    Polled {
        started: now(),
        asked: url.clone(),
        full: false,
        answered: Some(url),
        wait: None,
        moved: None,
        outcome,
    }
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
        habit: Habit { items: 40, pause: Some(DAY * 3), latest: Some(now().minus(HOUR)) },
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
        last_modified: Some(b"today".to_vec()),
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
        assert_eq!(state.last_modified, None, "nothing vouches for what was lost");
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
        (Health::Shrunk, Some("3 items, usually 40"))
    );
    let (grown, _) = source::after(&desk, &still, &polled(read(30)), now());
    assert_eq!(grown.health, Health::Healthy);
    let (later, _) = source::after(&desk, &still, &polled(read(3)), now().plus(DAY * 8));
    assert_eq!(later.health, Health::Healthy, "after a week it is the habit");
}

#[test]
fn silence_is_measured_by_the_sources_own_habit() {
    let desk = desk("https://news.test/");
    let fresh = SourceState { habit: Habit::default(), ..known() };
    let quiet = |hours: u32, step: u32| {
        let at = |n| now().minus(HOUR * hours).minus(HOUR * step * n);
        polled(Outcome::Read(Read {
            entries: 10,
            published: (0..10).map(at).collect(),
            ..Read::default()
        }))
    };
    for (hours, step, health) in [
        (3 * 24, 1, Health::Healthy),
        (5 * 24, 1, Health::Silent),
        (5 * 24, 48, Health::Healthy),
        (9 * 24, 48, Health::Silent),
        (300 * 24, 90 * 24, Health::Healthy),
        (400 * 24, 90 * 24, Health::Silent),
    ] {
        let (state, _) = source::after(&desk, &fresh, &quiet(hours, step), now());
        assert_eq!(state.health, health, "{hours} hours, every {step}");
        // A 304 says that nothing came meanwhile.
        let (later, _) =
            source::after(&desk, &state, &polled(Outcome::NotModified), now().plus(DAY * 700));
        assert_eq!(later.health, Health::Silent, "{hours} hours, every {step}");
    }
}

#[test]
fn a_pause_that_the_source_has_made_before_is_no_silence() {
    let desk = desk("https://news.test/");
    let said = |at: Timestamp| Polled {
        started: at,
        ..polled(Outcome::Read(Read { entries: 1, news: true, ..Read::default() }))
    };
    // Without dates and one at a time: only the polls show the rhythm, three weeks long.
    let mut state = SourceState { entries: None, habit: Habit::default(), ..known() };
    let mut at = now();
    for _ in 0..4 {
        state = source::after(&desk, &state, &said(at), at).0;
        assert_eq!(state.health, Health::Healthy);
        at = at.plus(DAY * 21);
    }
    let after = |days| {
        let at = at.plus(DAY * days);
        let unchanged = Polled { started: at, ..polled(Outcome::NotModified) };
        source::after(&desk, &state, &unchanged, at).0.health
    };
    assert_eq!((after(30), after(90)), (Health::Healthy, Health::Silent));
}

fn redirected(to: &str) -> Polled {
    Polled { moved: Some(to.to_owned()), answered: Some(to.to_owned()), ..polled(read(40)) }
}

#[test]
fn a_permanent_redirect_is_adopted_when_three_answers_agree() {
    let desk = desk("https://news.test/");
    let new = "https://other.test/feed";
    let addresses = |state: &SourceState, at| -> Vec<String> {
        source::asks(&desk, state, at).into_iter().map(|ask| ask.address).collect()
    };
    let mut state = known();
    for (times, to, asked) in [
        (1, new, &["https://news.test/"] as &[&str]),
        (1, "https://third.test/", &["https://news.test/"]),
        (1, new, &["https://news.test/"]),
        (2, new, &["https://news.test/"]),
        (3, new, &[new, "https://news.test/"]),
    ] {
        state = source::after(&desk, &state, &redirected(to), now()).0;
        assert_eq!(state.moved.as_ref().map(|moved| moved.times), Some(times));
        assert_eq!(
            (state.health, addresses(&state, now())),
            (Health::Moved, asked.iter().map(|one| (*one).to_owned()).collect())
        );
    }
    assert!(state.error.as_deref().unwrap().contains(new));
    let asks = source::asks(&desk, &state, now());
    assert!(asks[0].validators.is_some() && asks[1].validators.is_none());
    // What the written address answered last says nothing of the document at the new one.
    let elsewhere = SourceState { read_at: None, ..state.clone() };
    assert!(source::asks(&desk, &elsewhere, now()).iter().all(|ask| ask.validators.is_none()));

    // Once a day, and after a failure, the written address is asked first, and for everything.
    let asks = source::asks(&desk, &state, now().plus(DAY));
    assert_eq!(asks[0].address, "https://news.test/");
    assert!(asks.iter().all(|ask| ask.validators.is_none()));
    let down = polled(failed(FailureKind::Retry, None, None));
    let failing = source::after(&desk, &state, &down, now()).0;
    assert_eq!(addresses(&failing, now())[0], "https://news.test/");
    assert!(failing.moved.is_some(), "a failure says nothing about where it moved");

    // Where it answers itself again, nothing has moved.
    let back = source::after(&desk, &failing, &polled(read(40)), now()).0;
    assert_eq!((back.moved, back.health), (None, Health::Healthy));
    // The adopted address answering is no such sign.
    let there =
        Polled { asked: new.to_owned(), answered: Some(new.to_owned()), ..polled(read(40)) };
    let still = source::after(&desk, &state, &there, now()).0;
    assert_eq!(still.moved.map(|Moved { to, .. }| to).as_deref(), Some(new));
}

#[test]
fn the_written_address_is_asked_once_a_day_whatever_the_adopted_one_answers() {
    let desk = desk("https://news.test/");
    let new = "https://other.test/feed";
    for answers in ["all of it, without validators", "304", "nothing"] {
        let mut state = known();
        for _ in 0..3 {
            state = source::after(&desk, &state, &redirected(new), now()).0;
        }
        let mut asked = Vec::new();
        for hour in 1..=80_u32 {
            let at = now().plus(HOUR * hour);
            let first = source::asks(&desk, &state, at).remove(0);
            if first.address == desk.url {
                asked.push(hour);
            }
            // The written address hangs, so that the adopted one answers each time.
            let outcome = match answers {
                "304" => Outcome::NotModified,
                "nothing" if hour % 2 == 0 => failed(FailureKind::Retry, None, None),
                _ => Outcome::Read(Read { entries: 40, ..Read::default() }),
            };
            let there = Polled {
                started: at,
                asked: new.to_owned(),
                full: true,
                answered: Some(new.to_owned()),
                ..polled(outcome)
            };
            state = source::after(&desk, &state, &there, at).0;
        }
        match answers {
            "nothing" => assert!([24, 48, 72].iter().all(|hour| asked.contains(hour)), "{asked:?}"),
            _ => assert_eq!(asked, [24, 48, 72], "{answers}"),
        }
    }
}

#[test]
fn a_redirect_that_ends_leaves_a_gap_since_it_was_last_given() {
    let desk = desk("https://news.test/");
    let new = "https://other.test/feed";
    let mut state = known();
    for hour in 0..3 {
        let then = Polled { started: now().plus(HOUR * hour), ..redirected(new) };
        state = source::after(&desk, &state, &then, then.started).0;
    }
    let at = now().plus(DAY * 11);
    state.last_success = Some(at.minus(HOUR));
    let itself = Polled { started: at, ..polled(read(40)) };
    let gap = source::gap(&desk, &state, &itself, false, 40).unwrap();
    assert_eq!((gap.from, gap.until), (now().plus(HOUR * 2), at));
    let there = Polled { started: at, asked: new.to_owned(), ..polled(read(40)) };
    let gap = source::gap(&desk, &state, &there, false, 40).unwrap();
    assert_eq!(gap.from, at.minus(HOUR), "the adopted address was read all the while");
}

#[test]
fn a_304_from_elsewhere_vouches_for_nothing() {
    let desk = desk("https://news.test/");
    let elsewhere = Polled {
        answered: Some("https://mirror.test/feed".to_owned()),
        ..polled(Outcome::NotModified)
    };
    let (state, _) = source::after(&desk, &known(), &elsewhere, now());
    assert_eq!((state.etag, state.health), (None, Health::Healthy));
    let (state, _) = source::after(&desk, &known(), &polled(Outcome::NotModified), now());
    assert!(state.etag.is_some());
}

#[test]
fn an_outage_of_our_own_is_told_from_dead_hosts() {
    let at = |minutes: u64| now().plus(Duration::from_secs(minutes * 60));
    // Host, whether it answered, whether it did before, minute.
    type Heard = (&'static str, bool, bool, u64);
    let last = |heard: &[Heard]| {
        let mut network = Network::default();
        let verdicts = heard
            .iter()
            .map(|(host, ok, steady, minute)| network.hear(host, *ok, *steady, at(*minute)));
        verdicts.last().unwrap()
    };
    let out: [Heard; 3] = [("a", false, true, 0), ("b", false, true, 0), ("c", false, true, 1)];
    for (name, then, verdict) in [
        ("three at once", &[] as &[Heard], Verdict::Begins(at(0))),
        ("it goes on", &[("d", false, true, 300)], Verdict::Ours(at(0))),
        ("for old troubles too", &[("e", false, false, 3)], Verdict::Ours(at(0))),
        ("the first answer ends it", &[("b", true, true, 300)], Verdict::Ends(at(0))),
        (
            "a host of our own house does not",
            &[("d", false, true, 2), ("e", false, true, 2), ("home", true, true, 3)],
            Verdict::Theirs,
        ),
        ("it is over", &[("b", true, true, 30), ("a", false, true, 31)], Verdict::Theirs),
        (
            "what failed before it was over shows no other",
            &[("b", true, true, 2), ("d", false, true, 3), ("e", false, true, 3)],
            Verdict::Theirs,
        ),
    ] {
        assert_eq!(last(&[&out, then].concat()), verdict, "{name}");
    }
    let apart: [(&str, &[Heard]); 4] = [
        ("two hosts", &[("a", false, true, 0), ("b", false, true, 0), ("b", false, true, 1)]),
        ("long dead", &[("a", false, false, 0), ("b", false, false, 0), ("c", false, false, 0)]),
        (
            "others answer",
            &[
                ("a", false, true, 0),
                ("b", true, true, 0),
                ("c", false, true, 0),
                ("d", false, true, 0),
            ],
        ),
        ("far apart", &[("a", false, true, 0), ("b", false, true, 20), ("c", false, true, 40)]),
    ];
    for (name, heard) in apart {
        assert_eq!(last(heard), Verdict::Theirs, "{name}");
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
    for least in [30, 60, 120, 240, 480, 960, 1440, 1440, 1440] {
        let down = polled(failed(FailureKind::Retry, None, None));
        let (next_state, next) = source::after(&desk, &state, &down, now());
        assert!((least..=least * 11 / 10).contains(&wait(next)), "{least}: {}", wait(next));
        state = next_state;
    }
    assert_eq!(state.failures, 9);
    let (healed, next) = source::after(&desk, &state, &polled(read(40)), now());
    assert_eq!((healed.failures, healed.health), (0, Health::Healthy));
    assert!(wait(next) <= 33);
}

#[test]
fn validators_are_left_out_once_a_day() {
    let asked = |state: &SourceState, at: Timestamp| {
        let asks = source::asks(&desk("https://news.test/"), state, at);
        assert_eq!(asks.len(), 1);
        asks[0].validators.is_some()
    };
    let mut state = known();
    assert!(asked(&state, now()));
    assert!(!asked(&state, now().plus(DAY)));
    state.last_full = None;
    assert!(!asked(&state, now()));
    state.last_full = Some(now().plus(DAY * 400));
    assert!(!asked(&state, now()), "a clock that was set back would wait for that day");
    state = SourceState { etag: None, ..known() };
    assert!(!asked(&state, now()));
}

#[test]
fn a_gap_needs_something_known_to_be_missing() {
    let desk = desk("https://news.test/");
    let gap = |before: &SourceState, overlaps, entries| {
        source::gap(&desk, before, &polled(read(entries)), overlaps, entries).is_some()
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
