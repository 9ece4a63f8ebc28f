//! Poll: claim → fetch → parse → items → finish, many sources at once.
//!
//! Each source is a task of its own: one that hangs, drips or panics costs itself one poll and
//! nobody else anything. What a poll brought is written in one transaction with the validators that
//! vouch for it; polls that end at about the same time share one.

mod finish;
mod poller;
mod report;
mod round;
mod running;
mod scribe;

pub use poller::Poller;
pub use report::{PolledSum, Report};
pub use running::Running;
