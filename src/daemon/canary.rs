//! The loop that looks after the canary: lays it out when its time has come, and follows it.

use tokio::sync::Notify;

use super::shared::{Shared, trouble};
use crate::pipeline::canary::Keeper;

/// Looks whenever something may be due, at least once a minute.
pub(super) async fn run(shared: Shared, keeper: Keeper) -> &'static str {
    let never = Notify::new();
    while !shared.stopping() {
        let schedule = shared.current.borrow().canary.clone();
        let pause = match keeper.look(schedule.as_ref()).await {
            Ok(looked) => {
                if looked.planted {
                    shared.adopted.notify_one();
                }
                looked.wake
            }
            Err(error) => Some(trouble(&shared, "look after the canary", &error)),
        };
        shared.rest(pause, &never).await;
    }
    "canary"
}
