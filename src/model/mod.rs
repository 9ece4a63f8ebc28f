//! The nouns that every room shares: plain data, no I/O, no clock, no decisions.
//!
//! A type lives here when at least two rooms hand it to each other. What only one stage understands
//! (a compiled matcher, a parsed schedule) stays with that stage.

pub mod action;
pub mod alert;
pub mod canary;
pub mod counted;
pub mod coverage;
pub mod difference;
pub mod edit;
pub mod hit;
pub mod id;
pub mod item;
pub mod left_out;
mod literal;
pub mod located;
pub mod looked;
pub mod mail;
pub mod reader;
pub mod record;
pub mod source;
pub mod time;
pub mod watchlist;
pub mod zone;

pub use action::{Action, Deed, Verdict};
pub use alert::{Alert, Judgement, Mark, Named, Notice, PendingNotice, Reason, Severity, Urgency};
pub use canary::{Canary, CanaryState};
pub use counted::counted;
pub use coverage::{Coverage, HeldHigh, Past, Pause, Recovered, SourceCoverage};
pub use difference::Difference;
pub use hit::{EntityKind, Field, Guard, HeldBack, Hit};
pub use id::{AlertId, ItemId, MailId, SourceId, StoryId};
pub use item::{Entry, Item, ItemText};
pub use left_out::LeftOut;
pub use located::{FileText, Level, Located, Place, Problem};
pub use mail::{MailKey, MailKind, MailState, SealedMail};
pub use reader::ReaderEntry;
pub use source::{FirstRun, Health, Source, SourceEntry};
pub use time::Timestamp;
pub use zone::Tz;
