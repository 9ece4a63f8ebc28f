//! Urgent alerts that wait because their reader's mails of the hour are used up, as commands tell it.

use super::exit::Failure;
use super::load::{self, Folder};
use crate::model::{Timestamp, counted};
use crate::pipeline::deliver::{Waiting, waiting};
use crate::store::Store;

/// What waits, by the files in force. These are understood only where something may wait: a long watchlist takes its
/// time.
pub async fn of(
    folder: &Folder,
    store: &dyn Store,
    now: Timestamp,
) -> Result<Vec<Waiting>, Failure> {
    let pending = store.archive().pending_by_reader().await?;
    let mut names = Vec::new();
    for name in pending.into_keys().filter(|name| !name.is_empty()) {
        if !store.reader_history(name.clone(), now).await?.urgent_last_hour.is_empty() {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // Of files that cannot be understood any more it is told elsewhere.
    let Ok((_, parts)) = load::in_force(folder, store).await else { return Ok(Vec::new()) };
    let readers: Vec<_> =
        parts.readers.into_iter().filter(|one| names.contains(&one.name)).collect();
    Ok(waiting(store, &readers, now).await?)
}

/// Why it waits, in words.
pub fn why(waiting: &Waiting) -> String {
    let mails = counted(u64::from(waiting.limit), "urgent mail");
    format!("{mails} an hour is this reader's limit (urgent_per_hour)")
}
