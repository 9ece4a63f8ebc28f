//! What a poll brought, in one transaction: items, validators, health, the next due time.
//!
//! A poll without news touches one row of `source_turns`. Polls of a day that were alike are counted
//! there as a run, and become one row of `polls` when something changes, or when a poll comes long after it was due:
//! a run is read as polled all through.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, Statement, params};

use crate::model::Timestamp;
use crate::model::looked;
use crate::model::source::Anew;
use crate::store::FinishedPoll;

use super::fault;
use super::items::{self, Stored};
use super::values::{self, SOURCES};

const DAY: i64 = 86_400_000;

/// The polls since something last changed.
struct Run {
    source: i64,
    address: String,
    first: Timestamp,
    last: Timestamp,
    polls: i64,
    status: Option<u16>,
    bytes: i64,
    entries: Option<u32>,
    error: Option<String>,
    shown_noted: Timestamp,
    /// When the next poll was due; `None` while the source is retired.
    due: Option<Timestamp>,
}

/// What a poll did to the items.
#[derive(Default)]
struct News {
    new: u32,
    edited: u32,
    newest: Option<Timestamp>,
}

/// Writes what polls brought, each with the row of its source, where that is known.
pub(super) fn finish<'p>(
    connection: &Connection,
    polls: impl IntoIterator<Item = (&'p FinishedPoll, Option<i64>)>,
) -> rusqlite::Result<()> {
    // Looked up once: it is what nearly all polls need.
    let mut quiet = connection.prepare_cached(CONTINUE_RUN)?;
    for (poll, key) in polls {
        let key = key.filter(|_| poll.quiet);
        if key.map_or(Ok(false), |key| continues_run(&mut quiet, key, poll))? {
            continue;
        }
        finish_one(connection, poll)?;
    }
    Ok(())
}

fn finish_one(connection: &Connection, poll: &FinishedPoll) -> rusqlite::Result<()> {
    let run = run(connection, poll)?;
    let news = take_in(connection, run.source, poll)?;
    for rekeyed in &poll.rekeyed {
        items::rekey(connection, run.source, rekeyed, poll.ended)?;
    }
    let noted = items::note_shown(connection, run.source, &poll.seen, run.shown_noted, poll.ended)?;
    if let Some(gap) = &poll.gap {
        connection
            .prepare_cached("INSERT INTO gaps(source, \"from\", until) VALUES (?1, ?2, ?3)")?
            .execute(params![run.source, gap.from, gap.until])?;
    }
    let run = record(connection, run, poll, &news)?;
    let shown_noted = if noted { poll.ended } else { run.shown_noted };
    remember(connection, poll, &run, shown_noted, news.new)
}

/// Counts a poll that changed nothing into the run of those like it of today, or begins one where none is
/// open: what nearly all polls do, so it touches what changes and nothing else.
fn continues_run(
    update: &mut Statement<'_>,
    key: i64,
    poll: &FinishedPoll,
) -> rusqlite::Result<bool> {
    let today = poll.ended.millis().div_euclid(DAY) * DAY;
    let changed = update.execute(params![
        key,
        poll.next_poll,
        poll.state.last_poll,
        poll.state.last_success,
        poll.ended,
        values::size(poll.bytes),
        poll.status,
        today,
        poll.address,
        values::millis(looked::LEAST),
        values::millis(looked::LATE)
    ])?;
    Ok(changed > 0)
}

/// Holds [`looked::goes_on`] as well: the due time in the row is the one that this poll was to keep.
const CONTINUE_RUN: &str =
    "UPDATE source_turns SET next_poll = ?2, last_poll = ?3, last_success = ?4,
         run_first = CASE run_polls WHEN 0 THEN ?5 ELSE run_first END, run_last = ?5,
         run_polls = run_polls + 1, run_status = ?7, run_bytes = run_bytes + ?6
     WHERE source = ?1 AND next_poll IS NOT NULL
       AND (run_polls = 0
            OR run_status IS ?7 AND run_first >= ?8 AND run_first < ?8 + 86400000
               AND (?5 <= run_last + ?10 OR ?5 <= next_poll + ?11))
       AND EXISTS (SELECT 1 FROM sources WHERE key = ?1 AND url = ?9)";

/// Entries that the run's last poll read (SQL, of turns `u` and states `t`). A poll that read nothing leaves the
/// number of the last that did.
pub(super) const RUN_ENTRIES: &str = "CASE WHEN u.last_success >= u.last_poll THEN t.entries END";

fn run(connection: &Connection, poll: &FinishedPoll) -> rusqlite::Result<Run> {
    connection
        .prepare_cached(&format!(
            "SELECT s.key, u.run_first, u.run_last, u.run_polls, u.run_status, u.run_bytes,
                    {RUN_ENTRIES}, t.error, t.shown_noted, s.url, u.next_poll
             FROM {SOURCES} WHERE s.id = ?1"
        ))?
        .query_row(params![poll.source], |row| {
            Ok(Run {
                source: row.get(0)?,
                first: row.get(1)?,
                last: row.get(2)?,
                polls: row.get(3)?,
                status: row.get(4)?,
                bytes: row.get(5)?,
                entries: row.get(6)?,
                error: row.get(7)?,
                shown_noted: row.get(8)?,
                address: row.get(9)?,
                due: row.get(10)?,
            })
        })
        .optional()?
        .ok_or_else(|| fault::own(format!("source '{}' was never adopted", poll.source)))
}

fn take_in(connection: &Connection, source: i64, poll: &FinishedPoll) -> rusqlite::Result<News> {
    let mut news = News::default();
    if poll.new.is_empty() && poll.edited.is_empty() {
        return Ok(news);
    }
    let mut storing = items::Storing::new(connection, source)?;
    for item in poll.new.iter().chain(&poll.edited) {
        match storing.store(item)? {
            Stored::New => {
                news.new += 1;
                // A date in the future is no sign of how fresh the reading is.
                let seen = item.first_seen;
                let published = item.published.map_or(seen, |at| at.min(seen));
                news.newest = news.newest.max(Some(published));
            }
            Stored::Edited => news.edited += 1,
            Stored::Known => {}
        }
    }
    storing.end()?;
    Ok(news)
}

/// Adds the poll to the run, or ends the run and starts the next one with it.
fn record(
    connection: &Connection,
    run: Run,
    poll: &FinishedPoll,
    news: &News,
) -> rusqlite::Result<Run> {
    let bytes = values::size(poll.bytes);
    let quiet = news.new == 0 && news.edited == 0;
    let alike = run.polls > 0
        && quiet
        && poll.gap.is_none()
        && run.status == poll.status
        && run.error == poll.state.error
        && run.first.millis().div_euclid(DAY) == poll.ended.millis().div_euclid(DAY)
        && run.due.is_none_or(|due| looked::goes_on(run.last, due, poll.ended));
    if alike {
        let bytes = run.bytes.saturating_add(bytes);
        return Ok(Run { last: poll.ended, polls: run.polls + 1, bytes, ..run });
    }
    if run.polls > 0 {
        insert(connection, &run, &News::default())?;
    }
    let next = Run {
        first: poll.ended,
        last: poll.ended,
        polls: 1,
        status: poll.status,
        bytes,
        entries: poll.entries,
        error: poll.state.error.clone(),
        ..run
    };
    if quiet {
        return Ok(next);
    }
    insert(connection, &next, news)?;
    Ok(Run { polls: 0, bytes: 0, ..next })
}

/// Ends the open run of a source, before its due time is set anew.
pub(super) fn end_run(connection: &Connection, source: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO polls(source, first, last, polls, status, bytes, entries, new, edited, error)
             SELECT s.key, u.run_first, u.run_last, u.run_polls, u.run_status, u.run_bytes,
                    {RUN_ENTRIES}, 0, 0, t.error
             FROM {SOURCES} WHERE s.key = ?1 AND u.run_polls > 0"
        ))?
        .execute([source])?;
    connection
        .prepare_cached("UPDATE source_turns SET run_polls = 0, run_bytes = 0 WHERE source = ?1")?
        .execute([source])?;
    Ok(())
}

fn insert(connection: &Connection, run: &Run, news: &News) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO polls(source, first, last, polls, status, bytes, entries, new, edited,
                 newest, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            run.source,
            run.first,
            run.last,
            run.polls,
            run.status,
            run.bytes,
            run.entries,
            news.new,
            news.edited,
            news.newest,
            run.error
        ])?;
    Ok(())
}

/// What is remembered of a source from now on. One that was retired meanwhile stays so.
fn remember(
    connection: &Connection,
    poll: &FinishedPoll,
    run: &Run,
    shown_noted: Timestamp,
    new: u32,
) -> rusqlite::Result<()> {
    let mut state = Cow::Borrowed(&poll.state);
    let mut next_poll = poll.next_poll;
    if run.address != poll.address {
        // The new address is asked at once, and for everything.
        let state = state.to_mut();
        (state.etag, state.last_modified, state.last_full) = (None, None, None);
        (state.read_at, state.moved, state.retry_after) = (None, None, None);
        next_poll = poll.ended;
    }
    connection
        .prepare_cached(
            "UPDATE source_turns SET
                 next_poll = CASE WHEN next_poll IS NULL THEN NULL ELSE ?2 END,
                 last_poll = ?3, last_success = ?4, run_first = ?5, run_last = ?6, run_polls = ?7,
                 run_status = ?8, run_bytes = ?9
             WHERE source = ?1",
        )?
        .execute(params![
            run.source,
            next_poll,
            state.last_poll,
            state.last_success,
            run.first,
            run.last,
            run.polls,
            run.status,
            run.bytes
        ])?;
    connection
        .prepare_cached(
            "UPDATE source_states SET
                 health = ?2, since = ?3, etag = ?4, last_modified = ?5, last_full = ?6,
                 failures = ?7, retry_after = ?8, entries = ?9, error = ?10, items = items + ?11,
                 shown_noted = ?12, read_at = ?13, moved_to = ?14, moved_since = ?15,
                 moved_times = ?16, usual_items = ?17, usual_pause = ?18, latest = ?19, title = ?20,
                 anew = CASE WHEN ?22 THEN anew ELSE ?21 END,
                 read_before = CASE WHEN ?22 THEN read_before ELSE ?23 END, cut_since = ?24
             WHERE source = ?1",
        )?
        .execute(params![
            run.source,
            state.health,
            state.since,
            state.etag,
            state.last_modified,
            state.last_full,
            state.failures,
            state.retry_after,
            state.entries,
            state.error,
            new,
            shown_noted,
            state.read_at,
            state.moved.as_ref().map(|moved| &moved.to),
            state.moved.as_ref().map(|moved| moved.confirmed),
            state.moved.as_ref().map(|moved| moved.times),
            state.habit.items,
            state.habit.pause.map(values::millis),
            state.habit.latest,
            state.title,
            state.anew.map(Anew::as_str),
            run.address != poll.address,
            state.read_before,
            state.cut_since
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use crate::model::item::Arrival;
    use crate::model::source::{FirstRun, SourceState};
    use crate::model::{Item, ItemId, ItemText, Source, SourceId, Timestamp};
    use crate::store::sqlite::Sqlite;
    use crate::store::{Archive, FinishedPoll, Store, StoreError};

    fn item(n: u32, bytes: usize) -> Item {
        Item {
            id: ItemId::of(&[&n.to_string()]),
            revision: 1,
            source: SourceId::new("a"),
            official: false,
            guid: Some(n.to_string()),
            link: None,
            text: ItemText { title: "t".into(), content: "x".repeat(bytes), ..ItemText::default() },
            text_hash: n.to_string(),
            published: None,
            first_seen: Timestamp::from_millis(1),
            arrival: Arrival::New,
        }
    }

    async fn limit(store: &Sqlite, pages: i64) {
        store
            .write("limit", move |one| one.pragma_update(None, "max_page_count", pages))
            .await
            .unwrap();
    }

    /// The invariant that everything rests on, where it is hardest to keep.
    #[tokio::test]
    async fn a_disk_that_fills_up_keeps_no_validators_without_their_items() {
        let store = Sqlite::dry_run(Path::new("/none/state.db")).unwrap();
        let now = Timestamp::from_millis(1);
        let source = Source {
            id: SourceId::new("a"),
            url: "https://a.test/".into(),
            official: false,
            lang: None,
            interval: Duration::from_secs(60),
            allow_private: false,
            first_run: FirstRun::All,
        };
        store.adopt_sources(vec![source], now).await.unwrap();
        limit(&store, 100).await;
        let mut state = SourceState::new(now);
        state.etag = Some(b"\"1\"".to_vec());
        let poll = FinishedPoll {
            source: SourceId::new("a"),
            address: "https://a.test/".into(),
            started: now,
            ended: now,
            status: Some(200),
            bytes: 1,
            entries: Some(2),
            new: vec![item(1, 10), item(2, 1_000_000)],
            edited: vec![],
            seen: vec![],
            rekeyed: vec![],
            gap: None,
            quiet: false,
            state: state.clone(),
            next_poll: now,
        };
        let full = store.finish_poll(poll.clone()).await.unwrap_err();
        assert!(matches!(full, StoreError::Later { full: true, .. }), "{full}");
        assert_eq!(store.sources(None, 1).await.unwrap()[0].state.etag, None);
        assert!(store.items(None, 9).await.unwrap().is_empty());

        limit(&store, 100_000).await;
        store.finish_poll(poll).await.unwrap();
        assert_eq!(store.sources(None, 1).await.unwrap()[0].state, state);
        assert_eq!(store.items(None, 9).await.unwrap().len(), 2);
    }
}
