//! The second stage: what an item's words mean to the watchlist.
//!
//! Text becomes tokens once ([`text`]), tokens become hits ([`matching`]), hits become a judgement
//! ([`alert`]), and judged items become copies and stories ([`story`]). Everything here is pure:
//! the same watchlist and the same words give the same answer, at any time and on any machine.
//! Files, clocks and the store belong to others.

pub mod alert;
mod compare;
mod digest;
mod exchanges;
pub mod explain;
mod find;
mod hash;
mod legal;
mod lexicon;
mod likely;
mod manner;
mod matching;
mod paths;
mod phrases;
mod pieces;
mod query;
mod stem;
pub mod story;
mod talk;
mod text;
pub mod watchlist;
mod wordlist;

pub use alert::{Origin, adds, judge, still_adds, under_ids_of};
pub use compare::{Comparison, alert_of};
pub use explain::{Decision, Explanation, NearMiss, explain};
pub use matching::{Finder, Place};
pub use query::asks_as_a_rule;
pub use stem::inflects;
pub use story::{Candidate, CopyBook, Imprint, Placement, StoryBook};
pub use watchlist::{
    CompanyInfo, Edit, Form, Guarded, RuleInfo, TopicInfo, Version, Watchlist, renamed_entries,
};
