//! `audit report` on days in which something was not looked at: it says so first, and names the stretch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::model::record::Restore;
use watchlistd::model::source::SourceState;
use watchlistd::model::{Canary, CanaryState, FirstRun, Source, SourceId, Timestamp};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{FinishedPoll, Start, Starter, Store};

use super::desk::{Desk, WATCHLIST};

const HALF: Duration = Duration::from_secs(1800);

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-{text}:00Z")).unwrap()
}

fn source(id: &str) -> Source {
    Source {
        id: SourceId::new(id),
        url: format!("https://{id}.test/feed"),
        official: false,
        lang: None,
        interval: HALF,
        allow_private: false,
        first_run: FirstRun::All,
    }
}

fn polled(id: &str, now: Timestamp, error: Option<&str>) -> FinishedPoll {
    let mut state = SourceState::new(now);
    (state.last_poll, state.error) = (Some(now), error.map(str::to_owned));
    state.last_success = error.is_none().then_some(now);
    FinishedPoll {
        source: SourceId::new(id),
        address: source(id).url,
        started: now,
        ended: now,
        status: Some(if error.is_none() { 200 } else { 500 }),
        bytes: 1_000,
        entries: error.is_none().then_some(30),
        new: vec![],
        edited: vec![],
        seen: vec![],
        rekeyed: vec![],
        gap: None,
        quiet: false,
        state,
        next_poll: now.plus(HALF),
    }
}

fn files(desk: &Desk, watchlist: &str, paused: &str) -> BTreeMap<String, String> {
    let read = |name: &str| std::fs::read_to_string(desk.folder().join(name)).unwrap();
    let sources: String = ["wire", "flaky", "calm"]
        .iter()
        .map(|id| {
            let paused = if paused == *id { "paused = true\n" } else { "" };
            format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.test/feed\"\n{paused}\n")
        })
        .collect();
    BTreeMap::from([
        ("watchlistd.toml".to_owned(), read("watchlistd.toml") + "\n[canary]\nat = \"06:00\"\n"),
        ("sources.toml".to_owned(), sources),
        ("readers.toml".to_owned(), read("readers.toml")),
        ("watchlist.toml".to_owned(), watchlist.to_owned()),
    ])
}

/// A service that ran from 9 November to noon of the 14th: one source failed for 34 hours, one was paused on
/// the 10th, and a company was muted then.
async fn lived(desk: &Desk) {
    let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
    let begin = at("09T00:00");
    store.adopt_sources(["wire", "flaky", "calm"].map(source).to_vec(), begin).await.unwrap();
    store.adopt_config(files(desk, WATCHLIST, ""), begin).await.unwrap();
    let muted = WATCHLIST.replacen("tickers =", "muted_until = 2026-11-11\ntickers =", 1);
    let (mut now, end) = (begin, at("14T12:00"));
    // Written twice a day: a commit for each poll costs more than all else.
    let mut polls = Vec::new();
    while now <= end {
        if now == at("10T12:00") || now == end || now.millis() % (24 * 1_800_000) == 0 {
            store.finish_polls(Arc::new(std::mem::take(&mut polls))).await.unwrap();
        }
        if now == at("10T12:00") {
            store.adopt_sources(["wire", "flaky"].map(source).to_vec(), now).await.unwrap();
            store.adopt_config(files(desk, &muted, "calm"), now).await.unwrap();
        }
        let failed = now >= at("12T00:00") && now < at("13T10:00");
        polls.push(polled("wire", now, None));
        polls.push(polled("flaky", now, failed.then_some("HTTP 500 Internal Server Error")));
        if now < at("10T12:00") {
            polls.push(polled("calm", now, None));
        }
        now = now.plus(HALF);
    }
    store.finish_polls(Arc::new(polls)).await.unwrap();
    let all = ["wire", "flaky", "calm"].map(source).to_vec();
    store.adopt_sources(all, at("15T00:00")).await.unwrap();
    store.adopt_config(files(desk, WATCHLIST, ""), at("15T00:00")).await.unwrap();
    for day in 9..=14 {
        let planted = at(&format!("{day:02}T05:00"));
        let day = format!("2026-11-{day:02}");
        store.plant_canary(day.clone(), "http://127.0.0.1:9/c".into(), planted).await.unwrap();
        let settled = Some(planted.plus(Duration::from_secs(4)));
        let (state, detail) = (CanaryState::Arrived, "250 ok".to_owned());
        store.settle_canary(Canary { day, planted, state, settled, detail }).await.unwrap();
    }
}

fn report(desk: &Desk, from: &str, to: &str) -> String {
    let (from, to) = (format!("2026-11-{from}"), format!("2026-11-{to}"));
    let asked = ["audit", "report", "--company", "alibaba", "--from", &from, "--to", &to];
    let page = desk.ask(&[&asked[..], &["--html"]].concat()).ends(0).out.clone();
    assert!(page.starts_with("<!DOCTYPE html>"));
    desk.ask(&asked).ends(0).out.clone()
}

#[test]
fn what_was_not_looked_at_is_said_first_and_named() {
    let desk = Desk::new();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived(&desk));

    // After the service had stopped.
    let after = report(&desk, "16", "17");
    let first = "WAS IT WATCHED?\nNot read from 2026-11-16T00:00:00Z to 2026-11-17T23:59:59Z: no source \
                 was polled in this time; the service did not run.\nNOT throughout";
    assert!(after.contains(first), "{after}");
    assert!(after.contains("Gaps: none beside what stands above\n"), "{after}");
    for day in ["16", "17"] {
        let line =
            format!("  2026-11-{day}  none  due 2026-11-{day}T05:00:00Z (daily 06:00 in Europe");
        assert!(after.contains(&line), "{after}");
    }
    assert!(after.contains("DID THE WAY WORK? 0 of 2 canaries"), "{after}");

    // While it ran and one source failed.
    let failing = report(&desk, "12", "13");
    let stretch = "flaky: not read from 2026-11-12T00:00:00Z to 2026-11-13T10:00:00Z: HTTP 500";
    assert!(failing.contains(stretch), "{failing}");
    assert!(failing.contains("Yes, throughout."), "{failing}");
    let all_failed = report(&desk, "12", "12");
    assert!(all_failed.contains("every poll failed"), "{all_failed}");
    assert!(!all_failed.contains("none was noticed"), "{all_failed}");
    assert!(all_failed.contains("2026-11-12  arrived"), "{all_failed}");
    assert!(!all_failed.contains("2026-11-13  arrived"), "{all_failed}");

    // What a person paused and muted.
    let paused = report(&desk, "10", "11");
    for words in [
        "paused by a person since 2026-11-10T12:00:00Z",
        "calm: not read from 2026-11-10T12:00:00Z on: paused by a person",
        "watched, but MUTED until 2026-11-11: what names it is held back",
        "NOT throughout: see since when.",
    ] {
        assert!(paused.contains(words), "'{words}'\n{paused}");
    }
    assert!(!paused.contains("no longer watched"), "{paused}");
    let later = report(&desk, "13", "14");
    assert!(later.contains("calm: not read from 2026-11-13T00:00:00Z on: paused"), "{later}");
    assert!(!later.contains("but MUTED"), "over: {later}");
    assert!(
        later.contains("Not read from 2026-11-14T12:00:00Z to 2026-11-14T23:59:59Z"),
        "{later}"
    );
    assert!(!later.contains("Yes, throughout."), "{later}");
}

/// Polls that were alike are kept as one account: a stop between two of them on one day must not vanish in it.
#[test]
fn a_stop_within_a_day_is_told() {
    let desk = Desk::new();
    let lived = async {
        let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
        let begin = at("09T00:00");
        store.adopt_sources(["wire", "flaky", "calm"].map(source).to_vec(), begin).await.unwrap();
        store.adopt_config(files(&desk, WATCHLIST, ""), begin).await.unwrap();
        let mut polls = Vec::new();
        for half in (0..48 * 3).filter(|half| !(48 + 16..48 + 36).contains(half)) {
            let now = begin.plus(HALF * half);
            polls.extend(["wire", "flaky", "calm"].map(|id| polled(id, now, None)));
        }
        store.finish_polls(Arc::new(polls)).await.unwrap();
    };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived);

    let stopped = report(&desk, "10", "10");
    let first = "WAS IT WATCHED?\nNot read from 2026-11-10T07:30:00Z to 2026-11-10T18:00:00Z: no source \
                 was polled in this time; the service did not run.\nNOT throughout";
    assert!(stopped.contains(first), "{stopped}");
    let whole = report(&desk, "09", "09");
    assert!(whole.contains("Yes, throughout."), "{whole}");
    assert!(whole.contains("Gaps: none was noticed"), "{whole}");
}

/// What lies between a backup and its restore may have been read all the time.
#[test]
fn what_a_restore_made_unknown_is_no_stop_of_the_service() {
    let desk = Desk::new();
    let lived = async {
        let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
        let begin = at("09T00:00");
        store.adopt_sources(["wire", "flaky", "calm"].map(source).to_vec(), begin).await.unwrap();
        store.adopt_config(files(&desk, WATCHLIST, ""), begin).await.unwrap();
        let polls = async |halves: std::ops::Range<u32>| {
            let all = halves.flat_map(|half| {
                ["wire", "flaky", "calm"].map(|id| polled(id, begin.plus(HALF * half), None))
            });
            store.finish_polls(Arc::new(all.collect())).await.unwrap();
        };
        polls(0..55).await;
        let (made, restored) = (at("10T03:00"), at("10T15:00"));
        let restore =
            Restore { at: restored, made, entry: 0, hash: String::new(), resumed: Some(restored) };
        store.note_restore(restore).await.unwrap();
        let start = Start { by: Starter::Service, version: 1, at: restored };
        store.note_start(start).await.unwrap();
        polls(48 + 30..48 * 3).await;
    };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived);

    let page = report(&desk, "10", "10");
    let first = "WAS IT WATCHED?\nNot known whether sources were read from 2026-11-10T03:00:00Z to \
                 2026-11-10T15:00:00Z: restored from a backup of 2026-11-10T03:00:00Z.\nNOT throughout";
    assert!(page.contains(first), "{page}");
    assert!(!page.contains("did not run"), "{page}");
    assert!(!page.contains("nothing was polled"), "{page}");
}

/// What an older version kept as one account cannot be parted any more: that polls are missing in it is said.
#[test]
fn an_account_of_an_older_version_in_which_polls_are_missing_is_told() {
    let desk = Desk::new();
    let lived = async {
        let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
        let begin = at("09T00:00");
        store.adopt_sources(["wire", "flaky", "calm"].map(source).to_vec(), begin).await.unwrap();
        store.adopt_config(files(&desk, WATCHLIST, ""), begin).await.unwrap();
        let polls = (0..48 * 2).flat_map(|half| {
            ["wire", "flaky", "calm"].map(|id| polled(id, begin.plus(HALF * half), None))
        });
        store.finish_polls(Arc::new(polls.collect())).await.unwrap();
    };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived);
    let older = rusqlite::Connection::open(desk.database()).unwrap();
    let until = at("10T23:30").millis();
    older.execute("UPDATE old_runs SET until = ?1", [until]).unwrap();
    older.execute("UPDATE source_turns SET run_polls = 28", []).unwrap();
    drop(older);

    let thin = report(&desk, "10", "10");
    for words in [
        "WAS IT WATCHED?\nPerhaps not read all the time: on some days about 84 of 129 polls were made, and an older \
         version kept no account of when. They are named as gaps.\nNOT throughout",
        "wire: perhaps not read all the time from 2026-11-10T00:00:00Z to 2026-11-10T23:30:00Z: about 28 of 43 polls",
    ] {
        assert!(thin.contains(words), "{words}: {thin}");
    }
    let whole = report(&desk, "09", "09");
    assert!(whole.contains("Yes, throughout."), "{whole}");
}

/// Whoever runs rounds by a timer is told that nobody looked in between, however regular that is.
#[test]
fn rounds_are_told_with_the_longest_pause_between_them() {
    let desk = Desk::new();
    let lived = async {
        let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
        let begin = at("09T08:00");
        store.adopt_sources(["wire", "flaky", "calm"].map(source).to_vec(), begin).await.unwrap();
        store.adopt_config(files(&desk, WATCHLIST, ""), begin).await.unwrap();
        for day in [9, 10, 11, 12, 13, 16] {
            let now = at(&format!("{day:02}T08:00"));
            let start = Start { by: Starter::Round, version: 1, at: now };
            store.note_start(start).await.unwrap();
            let polls = ["wire", "flaky", "calm"].map(|id| polled(id, now, None));
            store.finish_polls(Arc::new(polls.to_vec())).await.unwrap();
        }
    };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived);

    let page = report(&desk, "10", "16");
    let first = "WAS IT WATCHED?\nRead in rounds (`once`), and not in between: 6 pauses without a poll, the longest \
                 from 2026-11-13T08:00:00Z to 2026-11-16T08:00:00Z. They are named as gaps; what a feed showed \
                 only then was not seen.\nNOT throughout";
    assert!(page.contains(first), "{page}");
    let gap = "all sources: nothing was polled from 2026-11-11T08:00:00Z to 2026-11-12T08:00:00Z: between two \
               rounds (`once`) nobody looks";
    assert!(page.contains(gap), "{page}");
    assert!(!page.contains("the service did not run"), "{page}");
    assert!(!page.contains("Fewer than half"), "{page}");
}

/// What the operator and the digests were told of a stop stands in the report, however slowly the sources are read.
#[test]
fn a_stop_that_was_noted_is_told_though_no_source_is_late_by_much() {
    let desk = Desk::new();
    let lived = async {
        let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
        let begin = at("09T00:00");
        let hour = HALF * 2;
        let all = ["wire", "flaky", "calm"];
        let hourly = all.map(|id| Source { interval: hour, ..source(id) });
        store.adopt_sources(hourly.to_vec(), begin).await.unwrap();
        store.adopt_config(files(&desk, WATCHLIST, ""), begin).await.unwrap();
        let start = |now| Start { by: Starter::Service, version: 1, at: now };
        store.note_start(start(begin)).await.unwrap();
        let polls = |hours: std::ops::Range<u32>, later: Duration| {
            let times = hours.map(move |n| begin.plus(hour * n).plus(later));
            let polls = times.flat_map(|now| {
                all.map(|id| FinishedPoll { next_poll: now.plus(hour), ..polled(id, now, None) })
            });
            Arc::new(polls.collect::<Vec<_>>())
        };
        // Down from 07:00 to 10:30, and from 02:00 to 08:00 on the next day.
        store.finish_polls(polls(0..8, Duration::ZERO)).await.unwrap();
        store.note_start(start(at("09T10:30"))).await.unwrap();
        store.finish_polls(polls(10..26, HALF)).await.unwrap();
        store.note_start(start(at("10T08:00"))).await.unwrap();
        store.finish_polls(polls(32..48, HALF)).await.unwrap();
    };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lived);

    let short = report(&desk, "09", "09");
    let first = "WAS IT WATCHED?\nNot read from 2026-11-09T07:00:00Z to 2026-11-09T10:30:00Z: no source \
                 was polled in this time; the service did not run.\nNOT throughout";
    assert!(short.contains(first), "{short}");
    assert!(short.contains("Gaps: none beside what stands above\n"), "{short}");
    // One that shows in the polls as well is told once, up to where they went on.
    let both = report(&desk, "10", "10");
    let first = "WAS IT WATCHED?\nNot read from 2026-11-10T01:30:00Z to 2026-11-10T08:30:00Z: no source \
                 was polled in this time; the service did not run.\nNOT throughout";
    assert!(both.contains(first), "{both}");
}
