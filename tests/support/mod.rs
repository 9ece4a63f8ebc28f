//! What the tests stand on: servers on loopback that behave, misbehave and keep count.

pub(crate) mod certificates;
pub(crate) mod desk;
pub(crate) mod exim;
pub(crate) mod feeds;
pub(crate) mod newsroom;
pub(crate) mod older;
pub(crate) mod said;
pub(crate) mod smtp;
pub(crate) mod today;
