//! (in the making)

pub mod outbox;
pub mod smtp;
