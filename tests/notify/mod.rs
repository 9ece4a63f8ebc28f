//! Telling, through its public doors: schedules, readers, routing and the mails themselves.

mod by_ids;
mod edits;
mod hostile;
mod mails;
mod make;
mod message;
mod operator;
mod readers;
mod routing;
mod schedule;
mod welcome;
