//! What is urgent and waits because a reader's urgent mails of the hour are used up: for those who look on.

use super::rings::told_before;
use crate::model::{AlertId, Timestamp, Urgency};
use crate::notify::reader::Reader;
use crate::notify::route;
use crate::store::{Store, StoreError};

/// Urgent alerts that wait for the hour to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The reader, by name.
    pub reader: String,
    /// How many urgent mails an hour the reader takes.
    pub limit: u32,
    /// What waits.
    pub alerts: Vec<AlertId>,
    /// When the next mail may go out.
    pub until: Timestamp,
}

/// What waits of each of these readers, by the rule by which mails are sealed.
///
/// # Errors
///
/// When the store fails.
pub async fn waiting(
    store: &dyn Store,
    readers: &[Reader],
    now: Timestamp,
) -> Result<Vec<Waiting>, StoreError> {
    let mut all = Vec::new();
    for reader in readers {
        let last_hour = store.reader_history(reader.name.clone(), now).await?.urgent_last_hour;
        if last_hour.is_empty() {
            continue;
        }
        let pending = store.pending_notices(reader.name.clone()).await?;
        let before = told_before(store, reader, &pending).await?;
        let plan = route::plan_urgent(reader, &pending, &before.told, &last_hour, now);
        let Some(full) = plan.full else { continue };
        let waits = full.notices.iter().map(|at| &pending[*at]);
        let urgent = waits.filter(|one| one.notice.urgency == Urgency::Urgent);
        all.push(Waiting {
            reader: reader.name.clone(),
            limit: reader.urgent_per_hour,
            alerts: urgent.map(|one| one.alert.id.clone()).collect(),
            until: full.until,
        });
    }
    Ok(all)
}
