//! What the tests stand on: servers on loopback that behave, misbehave and keep count.

pub(crate) mod feeds;
pub mod smtp;
