//! watchlistd: feeds in, mails out, nothing lost on the way.
//!
//! The folder listing tells the story. Sources are **collected** ([`collect`]), their items are held
//! against the watchlist ([`detect`]), readers are **notified** ([`notify`]); [`store`] lies
//! underneath and [`pipeline`] is the sentence that joins the three. [`daemon`] keeps the pipeline
//! running, [`cli`] is what a person types, [`config`] reads what a person edits, and [`model`] holds
//! the nouns that all of them share.
//!
//! Imports go one way; `tests/layers.rs` holds the table. `ARCHITECTURE.md` is the longer map.

pub mod cli;
pub mod clock;
pub mod collect;
pub mod config;
pub mod daemon;
pub mod detect;
pub mod model;
pub mod notify;
pub mod pipeline;
pub mod store;
pub mod telemetry;
