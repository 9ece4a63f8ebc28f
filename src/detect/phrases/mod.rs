//! The phrases of a watchlist: what a path's end still demands of the text, and which words lead there.
//!
//! A phrase is any sequence of words that somebody wrote: a name, a term, a word of a search, a
//! guard. Equal ones share a number, so that each is found once however often it is used.

mod collector;
mod crossings;
pub(crate) mod cue;
mod need;
mod prefixes;
mod seams;
mod signs;
mod table;
mod word;

pub(crate) use collector::{Collector, LONGEST};
pub(crate) use need::{Need, Reading, Suffixed, capitals, has_capitals};
pub(crate) use table::{Phrase, Phrases};
