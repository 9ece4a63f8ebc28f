//! When the service counts as ready: while polls and deliveries make progress (pure).
//!
//! A source that fails, a refused edit, a reader whose server refuses are no reason: the work goes on
//! and mails tell of them. What is listed here means that somebody may be left untold.

use std::time::Duration;

use super::view::View;

/// A source may wait so long for its turn behind others.
const OVERDUE: Duration = Duration::from_secs(10 * 60);

/// A mail that waits longer is late.
const LATE: Duration = Duration::from_secs(3600);

/// A step that failed is tried again within this; after twice as long without trouble it works.
const TROUBLE: Duration = Duration::from_secs(30);

/// What stands in the way, one sentence each; empty while the service makes progress.
#[must_use]
pub fn obstacles(view: &View) -> Vec<String> {
    let now = view.now;
    let mut found = Vec::new();
    if !view.silent.is_empty() {
        found.push(format!("no progress in: {}", view.silent.join(", ")));
    }
    if let Some(at) = view.last_trouble.filter(|at| now.since(*at) < TROUBLE) {
        found.push(format!("a step failed at {at}; the log says which and why"));
    }
    if let Some(since) = view.network_out {
        found.push(format!("no host has answered since {since}: our own network is out"));
    }
    let last = view.last_poll.unwrap_or(view.started);
    if let Some(due) = view.next_due
        && now.since(due) > OVERDUE
        && now.since(last) > OVERDUE
    {
        found
            .push(format!("a source has been due since {due}, and no poll has ended since {last}"));
    }
    if let Some(at) = view.held {
        found.push(format!("mails are held since the restore of {at}; see restore --resume"));
    } else if let Some(since) = view.mail_down {
        found.push(format!("no mail gets out since {since}"));
    } else if let Some(sealed) = view.oldest_waiting.filter(|at| now.since(*at) > LATE) {
        found.push(format!("a mail has been waiting since {sealed}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn calm() -> View {
        View { now: at(1_000), started: at(0), last_poll: Some(at(999)), ..View::default() }
    }

    #[test]
    fn each_obstacle_is_told_and_calm_is_ready() {
        assert!(obstacles(&calm()).is_empty());
        let stuck = View { next_due: Some(at(980)), last_poll: Some(at(985)), ..calm() };
        let cases = [
            (View { silent: vec!["assess"], ..calm() }, "no progress in: assess"),
            (View { last_trouble: Some(at(1_000)), ..calm() }, "a step failed"),
            (View { network_out: Some(at(990)), ..calm() }, "our own network is out"),
            (stuck, "has been due since"),
            (View { mail_down: Some(at(999)), ..calm() }, "no mail gets out"),
            (View { held: Some(at(9)), mail_down: Some(at(9)), ..calm() }, "mails are held"),
            (View { oldest_waiting: Some(at(930)), ..calm() }, "a mail has been waiting"),
        ];
        for (view, words) in cases {
            let found = obstacles(&view);
            assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
        }
    }

    #[test]
    fn work_that_goes_on_is_ready() {
        let fine = [
            View { last_trouble: Some(at(998)), ..calm() },
            // A long queue that moves, and a quiet hour.
            View { next_due: Some(at(900)), ..calm() },
            View { next_due: Some(at(1_100)), last_poll: Some(at(900)), ..calm() },
            View { oldest_waiting: Some(at(950)), ..calm() },
            View { edit_refused: true, ..calm() },
            View { now: at(5), last_poll: None, next_due: Some(at(0)), ..calm() },
        ];
        for view in fine {
            assert!(obstacles(&view).is_empty(), "{view:?}");
        }
    }
}
