//! Collecting: which source is due, one conditional GET, bytes to entries, entries to items.
//!
//! [`source`], [`parse`], [`item`] and [`decode`] are pure; [`fetch`] is the only part that does
//! I/O. Nothing here remembers: what a poll brought is handed on with the state that follows from it.

mod blanks;
pub mod decode;
pub mod fetch;
pub mod item;
pub mod parse;
mod plain;
pub mod source;
