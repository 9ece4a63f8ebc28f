//! Tests through the public doors, in one binary: real servers on loopback, real files, given time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, with the place")]

mod cli;
mod collect;
mod config;
mod crash;
mod daemon;
mod detect;
mod evaluate;
mod exim;
mod faults;
mod notify;
mod ordeals;
mod pipeline;
mod shipped;
mod smtp;
mod store;
mod support;
mod systemd;
