//! How the nouns' values are written into columns and read back.
//!
//! Instants are integers, names and ids are text, structures that are only ever read whole are JSON.

use std::time::Duration;

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::item::Arrival;
use crate::model::source::{Anew, FirstRun, Habit, Moved, SourceState};
use crate::model::{
    AlertId, CanaryState, Health, ItemId, MailId, MailKind, MailState, Severity, Source, SourceId,
    StoryId, Timestamp, Urgency,
};

use super::fault;

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.millis().into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_millis)
    }
}

macro_rules! as_text {
    ($($name:ident, $back:expr;)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let back: fn(&str) -> Option<Self> = $back;
                back(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }
    )*};
}

as_text! {
    SourceId, |text| Some(SourceId::new(text));
    ItemId, |text| Some(ItemId::stored(text.to_owned()));
    StoryId, |text| Some(StoryId::stored(text.to_owned()));
    AlertId, |text| Some(AlertId::stored(text.to_owned()));
    MailId, |text| Some(MailId::stored(text.to_owned()));
    Arrival, Arrival::named;
    Health, |text| Some(Health::named(text));
    MailKind, MailKind::named;
    MailState, MailState::named;
    Severity, Severity::named;
    CanaryState, CanaryState::named;
}

/// The name of an urgency in the store.
pub(super) fn urgency_text(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Digest => "digest",
        Urgency::Urgent => "urgent",
    }
}

/// Reads the name back; what is not urgent waits for the digest.
pub(super) fn urgency(text: &str) -> Urgency {
    if text == "urgent" { Urgency::Urgent } else { Urgency::Digest }
}

/// A structure as JSON text.
pub(super) fn json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| fault::own(format!("JSON: {error}")))
}

/// A structure back from the JSON text in column `at`.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    parse_json(row.get_ref(at)?.as_str()?, at)
}

/// A structure back from JSON text that stood in column `at`.
pub(super) fn parse_json<T: DeserializeOwned>(text: &str, at: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error.into())
    })
}

/// A count that SQLite gives as a signed number.
pub(super) fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0))
}

/// A size as SQLite takes it: what does not fit is as good as endless.
pub(super) fn size(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A span as milliseconds.
pub(super) fn millis(span: Duration) -> i64 {
    size(span.as_millis())
}

pub(super) fn span(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// `first_run` as text.
pub(super) fn first_run_text(value: FirstRun) -> String {
    match value {
        FirstRun::All => "all".into(),
        FirstRun::None => "none".into(),
        FirstRun::Within(within) => millis(within).to_string(),
    }
}

fn first_run(row: &Row<'_>, at: usize) -> rusqlite::Result<FirstRun> {
    match row.get_ref(at)?.as_str()? {
        "all" => Ok(FirstRun::All),
        "none" => Ok(FirstRun::None),
        text => text.parse().map(|within| FirstRun::Within(span(within))).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                at,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        }),
    }
}

/// The columns of [`source`], of [`SOURCES`].
pub(super) const SOURCE: &str =
    "s.id, s.url, s.official, s.lang, s.interval, s.allow_private, s.first_run";
/// How many columns [`SOURCE`] has.
pub(super) const SOURCE_WIDTH: usize = 7;

/// A source from the seven columns at `at`.
pub(super) fn source(row: &Row<'_>, at: usize) -> rusqlite::Result<Source> {
    Ok(Source {
        id: row.get(at)?,
        url: row.get(at + 1)?,
        official: row.get(at + 2)?,
        lang: row.get(at + 3)?,
        interval: span(row.get(at + 4)?),
        allow_private: row.get(at + 5)?,
        first_run: first_run(row, at + 6)?,
    })
}

/// Sources with all that is remembered of them.
pub(super) const SOURCES: &str = "sources s JOIN source_states t ON t.source = s.key \
     JOIN source_turns u ON u.source = s.key";

/// The columns of [`state`], of [`SOURCES`].
pub(super) const STATE: &str = "t.health, t.since, t.etag, t.last_modified, u.last_poll, \
     u.last_success, t.last_full, t.failures, t.retry_after, t.entries, t.error, t.read_at, \
     t.moved_to, t.moved_since, t.moved_times, t.usual_items, t.usual_pause, t.latest, \
     t.title, t.anew, t.read_before, t.cut_since";
/// How many columns [`STATE`] has.
pub(super) const STATE_WIDTH: usize = 22;

/// What is remembered of a source from the columns of [`STATE`] at `at`.
pub(super) fn state(row: &Row<'_>, at: usize) -> rusqlite::Result<SourceState> {
    Ok(SourceState {
        health: row.get(at)?,
        since: row.get(at + 1)?,
        etag: row.get(at + 2)?,
        last_modified: row.get(at + 3)?,
        last_poll: row.get(at + 4)?,
        last_success: row.get(at + 5)?,
        last_full: row.get(at + 6)?,
        failures: row.get(at + 7)?,
        retry_after: row.get(at + 8)?,
        entries: row.get(at + 9)?,
        error: row.get(at + 10)?,
        read_at: row.get(at + 11)?,
        moved: moved(row, at + 12)?,
        habit: Habit {
            items: row.get(at + 15)?,
            pause: row.get::<_, Option<i64>>(at + 16)?.map(span),
            latest: row.get(at + 17)?,
        },
        title: row.get(at + 18)?,
        anew: row.get::<_, Option<String>>(at + 19)?.and_then(|name| Anew::named(&name)),
        read_before: row.get(at + 20)?,
        cut_since: row.get(at + 21)?,
    })
}

fn moved(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Moved>> {
    let Some(to) = row.get(at)? else { return Ok(None) };
    Ok(Some(Moved { to, confirmed: row.get(at + 1)?, times: row.get(at + 2)? }))
}
