//! How a source is doing, by name and in words.
//!
//! The words say nothing that changes from one poll to the next while the trouble stays the same:
//! polls that are alike are kept as one.

use super::{Outcome, Polled, address, habit};
use crate::collect::fetch::{Failure, FailureKind};
use crate::model::source::SourceState;
use crate::model::{Health, Timestamp, counted};

/// The health after a poll, and what is wrong. `state` is what is remembered from now on.
pub(super) fn of(state: &SourceState, polled: &Polled, now: Timestamp) -> (Health, Option<String>) {
    match &polled.outcome {
        Outcome::NotAFeed(words) => (Health::NotAFeed, Some(words.clone())),
        Outcome::Failed(failure) => (failed(failure), Some(failure.words.clone())),
        Outcome::Read(read) => match &read.lost {
            Some(words) => (Health::Failing, Some(format!("read with loss: {words}"))),
            None => of_document(state, now),
        },
        // A 304 vouches for the document that was read, so the same is true of it.
        Outcome::NotModified => of_document(state, now),
    }
}

fn of_document(state: &SourceState, now: Timestamp) -> (Health, Option<String>) {
    let entries = state.entries.unwrap_or(0);
    if entries == 0 {
        return (Health::Empty, Some("a feed without items".to_owned()));
    }
    let usual = state.habit.items;
    if habit::is_few(entries, usual) {
        return (
            Health::Shrunk,
            Some(format!("{}, usually {usual}", counted(u64::from(entries), "item"))),
        );
    }
    if let Some(words) = habit::silent(&state.habit, now) {
        return (Health::Silent, Some(words));
    }
    match &state.moved {
        Some(moved) if address::is_adopted(moved) => {
            (Health::Moved, Some(format!("it has moved for good and is read at {}", moved.to)))
        }
        Some(moved) => {
            (Health::Moved, Some(format!("the server answers permanently from {}", moved.to)))
        }
        None => (Health::Healthy, None),
    }
}

fn failed(failure: &Failure) -> Health {
    match failure.kind {
        FailureKind::Gone => Health::Gone,
        FailureKind::Blocked => Health::Blocked,
        FailureKind::Later if failure.status == Some(429) => Health::Blocked,
        FailureKind::Retry | FailureKind::Later | FailureKind::Broken => Health::Failing,
    }
}
