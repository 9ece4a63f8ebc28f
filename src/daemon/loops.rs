//! The loops that do the work: polling, assessing, sealing, sending, forgetting.
//!
//! They share nothing but the store and the version in force. Each wakes when the one before it has left
//! something, and at least once a minute, so that a clock that jumps or a wake-up that is lost costs a
//! minute.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::health::Loop;
use super::shared::{AFTER_TROUBLE, LONGEST_SLEEP, Shared, trouble};
use crate::model::{Timestamp, counted};
use crate::pipeline::assess::{Assessed, Assessor};
use crate::pipeline::deliver::{Deliverer, Handed, Sending};
use crate::pipeline::poll::{Poller, Report, Running};
use crate::pipeline::retain::Retainer;
use crate::store::{Keep, StoreError};

/// How long polls under way may still take once a stop was asked for.
const POLL_GRACE: Duration = Duration::from_secs(5);

/// Forgetting waits until a start's own work is done, and then until the clock has shown that it
/// keeps pace.
const BEFORE_FORGETTING: Duration = Duration::from_secs(15 * 60);

/// How often the service looks for what is past its time.
const FORGET_EVERY: Duration = Duration::from_secs(6 * 3600);

pub(super) async fn poll_loop(shared: Shared, poller: Poller) -> &'static str {
    let mut running = poller.running();
    let mut crowded = false;
    while !shared.stopping() {
        shared.pulse.beat(Loop::Poll);
        let short = shared.room.look(shared.now()).is_some();
        if short != crowded {
            crowded = short;
            shared.crowded.notify_one();
        }
        let pause = match start_polls(&poller, &mut running, crowded).await {
            // With no room left there is nothing to do until a poll ends.
            Ok(_) if crowded => shared.now().plus(AFTER_TROUBLE),
            Ok(next) => next.unwrap_or_else(|| shared.now().plus(LONGEST_SLEEP)),
            Err(error) => trouble(&shared, "claim due sources", &error),
        };
        tokio::select! {
            // A slot is free again: more may be due.
            Some(ended) = running.next() => {
                after_poll(&shared, ended);
                while let Some(ended) = running.ended() {
                    after_poll(&shared, ended);
                }
            }
            () = shared.rest(Some(pause), &shared.adopted) => running.look_again(),
        }
    }
    let deadline = Instant::now() + POLL_GRACE;
    while let Ok(Some(ended)) = timeout_at(deadline, running.next()).await {
        after_poll(&shared, ended);
    }
    "poll"
}

/// Starts what is due; on a crowded disk nothing, and what waits is given back.
async fn start_polls(
    poller: &Poller,
    running: &mut Running,
    crowded: bool,
) -> Result<Option<Timestamp>, StoreError> {
    match crowded {
        true => poller.give_back(running).await.map(|()| None),
        false => poller.start_due(running).await,
    }
}

fn after_poll(shared: &Shared, ended: Result<Report, StoreError>) {
    if let Ok(report) = &ended {
        shared.tally.polled(report, shared.now());
    }
    match ended {
        Ok(report) if report.new + report.edited > 0 => shared.collected.notify_one(),
        Ok(_) => {}
        // Nothing of the poll was stored, its validators neither: the next one brings it again.
        Err(error) => {
            shared.fail();
            tracing::error!(%error, "what a poll brought could not be stored: {error}");
        }
    }
}

pub(super) async fn assess_loop(shared: Shared, mut assessor: Assessor) -> &'static str {
    while !shared.stopping() {
        shared.pulse.beat(Loop::Assess);
        let in_force = Arc::clone(&shared.current.borrow());
        let pause = match assessor.batch(&in_force).await {
            // What it decided goes out while the next batch is judged.
            Ok(Some(done)) => {
                after_batch(&shared, done);
                continue;
            }
            Ok(None) => None,
            Err(error) => Some(trouble(&shared, "assess items", &error)),
        };
        shared.rest(pause, &shared.collected).await;
    }
    "assess"
}

fn after_batch(shared: &Shared, done: Assessed) {
    shared.tally.judged(&done);
    if done.notices + done.canaries > 0 {
        shared.decided.notify_one();
    }
    let (items, again, alerts) = (done.items, done.again, done.alerts);
    match (items, again) {
        // A canary alone is no news.
        (0, 0) => {}
        (_, 0) => tracing::info!(
            items,
            alerts,
            "assessed {}: {}",
            counted(items, "item"),
            counted(alerts, "alert")
        ),
        _ => tracing::info!(
            again,
            alerts,
            "matched {} again: {}",
            counted(again, "stored item"),
            counted(alerts, "late alert")
        ),
    }
}

pub(super) async fn seal_loop(shared: Shared, deliverer: Deliverer) -> &'static str {
    while !shared.stopping() {
        shared.pulse.beat(Loop::Seal);
        let in_force = Arc::clone(&shared.current.borrow());
        let pause = match deliverer.seal_due(&in_force).await {
            Ok(sealed) => {
                if sealed.mails > 0 {
                    shared.sealed.notify_one();
                }
                sealed.wake
            }
            Err(error) => Some(trouble(&shared, "seal mails", &error)),
        };
        shared.rest(pause, &shared.decided).await;
    }
    "seal"
}

pub(super) async fn send_loop(shared: Shared, deliverer: Deliverer) -> &'static str {
    let mut sending = Sending::default();
    while !shared.stopping() {
        shared.pulse.beat(Loop::Send);
        let pause = match deliverer.start_due(&mut sending).await {
            Ok(next) => next,
            Err(error) => Some(trouble(&shared, "send mails", &error)),
        };
        tokio::select! {
            // A place is free again: more may be due.
            Some(ended) = sending.next() => after_mail(&shared, ended),
            () = shared.rest(pause, &shared.sealed) => {}
        }
    }
    // What was said to a server is finished; the end of the drain cuts what takes too long.
    while let Some(ended) = sending.next().await {
        after_mail(&shared, ended);
    }
    "send"
}

fn after_mail(shared: &Shared, ended: Result<Handed, StoreError>) {
    match ended {
        Ok(handed) => shared.tally.attempted(handed),
        Err(error) => {
            shared.fail();
            tracing::error!(%error, "what became of a mail could not be stored: {error}");
        }
    }
}

pub(super) async fn retain_loop(
    shared: Shared,
    mut retainer: Retainer,
    keep: Keep,
) -> &'static str {
    let never = Notify::new();
    let mut next = shared.now().plus(BEFORE_FORGETTING);
    while !shared.stopping() {
        shared.rest(Some(next), &never).await;
        // After a wrong clock was set back the plan lies out of reach.
        next = next.min(shared.now().plus(FORGET_EVERY));
        if shared.now() < next || shared.stopping() {
            continue;
        }
        next = shared.now().plus(FORGET_EVERY);
        if let Err(error) = retainer.run(keep, &|| shared.stopping()).await {
            trouble(&shared, "forget what is past its time", &error);
        }
    }
    "retain"
}
