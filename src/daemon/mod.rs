//! Running: files become parts, parts become loops, signals become requests.
//!
//! [`wire`] is the one door from what people wrote to what can run, used by the service, `once`,
//! `check` and reload alike. [`start`] decides which version of the files is in force. [`run`]
//! keeps the three steps going until told to stop.

mod apart;
pub mod backup;
mod canary;
pub mod disk;
mod edits;
pub mod health;
pub mod lifecycle;
mod loops;
pub mod privilege;
pub mod run;
mod salvage;
mod service;
mod shared;
pub mod start;
pub mod status;
mod upgrade;
mod watch;
pub mod wire;
mod written;
