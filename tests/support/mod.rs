//! What the tests stand on: servers on loopback that behave, misbehave and keep count.

pub mod feeds;
pub mod smtp;
