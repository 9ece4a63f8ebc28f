//! What a poll brought, held against what is known, as the store takes it.

use crate::collect::fetch::Fetched;
use crate::collect::item::{Past, Reading, Sorted, identity, leave_cut_off, sort_out_known};
use crate::collect::parse::{Document, NotAFeed};
use crate::collect::source::{self, Polled, outage};
use crate::model::Timestamp;
use crate::model::canary::is_synthetic;
use crate::pipeline::Ground;
use crate::store::{Elsewhere, FinishedPoll, SourceTask, StoreError};

use super::report::Report;

/// Compares what came with what is known. `ours` is since when our own network has been out, if that is
/// why nothing came.
pub(super) async fn finish(
    ground: &Ground,
    task: SourceTask,
    polled: Polled,
    (fetched, parsed): (&Fetched, Option<Result<Document, NotAFeed>>),
    ours: Option<Timestamp>,
    now: Timestamp,
) -> Result<(FinishedPoll, Report), StoreError> {
    let started = polled.started;
    let title = title_of(parsed.as_ref());
    let (sorted, entries) = match parsed {
        Some(Ok(document)) => {
            let entries = count(document.entries.len());
            (Some(sort(ground, &task, document, now).await?), entries)
        }
        _ => (None, 0),
    };
    let polled = polled.with_news(sorted.as_ref().is_some_and(|sorted| !sorted.new.is_empty()));
    let (mut state, next_poll) = match ours {
        Some(since) => outage::spared(&task.state, started, since, now),
        None => source::after(&task.source, &task.state, &polled, now),
    };
    state.title = title.or_else(|| task.state.title.clone());
    // Each day's canary is alone in its feed.
    let news = sorted.as_ref().filter(|_| !is_synthetic(&task.source.id));
    let gap = news.and_then(|sorted| {
        source::gap(&task.source, &task.state, &polled, sorted.overlaps(), entries)
    });
    let sorted = sorted.unwrap_or_default();
    let failed = !matches!(polled.outcome, source::Outcome::NotModified | source::Outcome::Read(_));
    let fresh = failed || state.health != task.state.health;
    let report = Report {
        source: task.source.id.clone(),
        new: sorted.new.len(),
        edited: sorted.edited.len(),
        trouble: state.error.clone().filter(|_| fresh),
        failed,
        again: Some(next_poll),
    };
    let entries = match &polled.outcome {
        source::Outcome::Read(_) => Some(entries),
        source::Outcome::NotModified => task.state.entries,
        source::Outcome::NotAFeed(_) | source::Outcome::Failed(_) => None,
    };
    let (status, bytes) = (fetched.status(), fetched.received());
    let quiet = matches!(fetched, Fetched::NotModified(_)) && state.repeats(&task.state);
    let finished = FinishedPoll {
        source: task.source.id,
        address: task.source.url,
        started,
        ended: now,
        status,
        bytes,
        entries,
        new: sorted.new,
        edited: sorted.edited,
        seen: sorted.seen,
        rekeyed: sorted.rekeyed,
        gap,
        quiet,
        state,
        next_poll,
    };
    Ok((finished, report))
}

/// What a document calls itself, as far as a mail would show it.
fn title_of(parsed: Option<&Result<Document, NotAFeed>>) -> Option<String> {
    const LONGEST: usize = 200;
    let title = parsed?.as_ref().ok()?.title.as_deref()?.trim();
    let title: String = title.chars().take(LONGEST).collect();
    (!title.is_empty()).then_some(title)
}

async fn sort(
    ground: &Ground,
    task: &SourceTask,
    mut document: Document,
    now: Timestamp,
) -> Result<Sorted, StoreError> {
    if document.cut_off {
        leave_cut_off(&mut document.entries, &task.source, &task.state, now);
    }
    let identities: Vec<_> = document.entries.iter().map(identity).collect();
    let (store, id) = (&ground.store, &task.source.id);
    // Items are written together with the success that brought them: before the first there are none.
    let known = match task.state.last_success {
        None => Vec::new(),
        Some(_) => store.known_items(id.clone(), identities.clone()).await?,
    };
    let elsewhere = match Reading::asks_elsewhere(&task.state) && !is_synthetic(id) {
        true => store.known_elsewhere(id.clone(), identities.clone()).await?,
        false => Elsewhere::default(),
    };
    let reading = Reading::of(&task.state, (elsewhere.left, elsewhere.read), now);
    let past = Past { known: &known, elsewhere: &elsewhere.known, reading };
    let entries = document.entries.into_iter().zip(identities).collect();
    Ok(sort_out_known(&task.source, document.lang.as_deref(), entries, past, now))
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}
