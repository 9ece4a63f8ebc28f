//! After an upgrade: what this program decides otherwise than the one before it did, told to the operator.
//!
//! The decisions of the last 30 days are held against what this program makes of the same items with the
//! watchlist in force. Nothing is decided anew: who was told stays told.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::shared::{Shared, trouble};
use crate::model::{Difference, counted};
use crate::pipeline::deliver::Deliverer;
use crate::pipeline::preview::{self, Scope, Way};
use crate::store::StoreError;

/// A start's own work comes first.
const BEFORE_LOOKING: Duration = Duration::from_secs(5);

/// Samples of each kind.
const SAMPLES: usize = 5;

/// Looks once, and then only waits for the end of the service.
pub(super) async fn run(shared: Shared, deliverer: Deliverer) -> &'static str {
    let never = Notify::new();
    let begin = shared.now().plus(BEFORE_LOOKING);
    while !shared.stopping() && shared.now() < begin {
        shared.rest(Some(begin), &never).await;
    }
    if !shared.stopping()
        && let Err(error) = look(&shared, &deliverer).await
    {
        trouble(&shared, "hold decisions against this version", &error);
    }
    while !shared.stopping() {
        shared.rest(None, &never).await;
    }
    "upgrade"
}

async fn look(shared: &Shared, deliverer: &Deliverer) -> Result<(), StoreError> {
    let archive = shared.ground.store.archive();
    let programs = archive.programs().await?;
    let [to, from] = programs.as_slice() else { return Ok(()) };
    if from == to {
        return Ok(());
    }
    let in_force = Arc::clone(&shared.current.borrow());
    let Some(difference) = since_decided(shared, &in_force).await? else { return Ok(()) };
    let differing = difference.gained.alerts + difference.lost.alerts + difference.changed;
    tracing::info!(
        items = difference.items,
        differing,
        "{to} replaced {from}: of {} of the last days it decides {differing} otherwise",
        counted(difference.items, "item")
    );
    deliverer.tell_upgrade(&in_force, (from, to), &difference).await?;
    shared.sealed.notify_one();
    Ok(())
}

async fn since_decided(
    shared: &Shared,
    in_force: &crate::pipeline::InForce,
) -> Result<Option<Difference>, StoreError> {
    let archive = shared.ground.store.archive();
    let until = shared.now();
    let version = archive.config_in_force().await?.map(|version| version.since);
    let scope = Scope {
        old: Arc::clone(&in_force.watchlist),
        new: Arc::clone(&in_force.watchlist),
        since: until.minus(preview::USUAL).max(version.unwrap_or(until)),
        until,
        zone: in_force.operator.zone,
        samples: SAMPLES,
        threads: 1,
        // What was decided stands for the one.
        way: Way::Each,
    };
    let mut on = |_| match shared.stopping() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    preview::since_decided(archive, &scope, &mut on).await
}
