//! What a person did by a command, as it stands in the record.

use serde::Serialize;

use super::{AlertId, Timestamp};

/// The kind of thing that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// An alert was looked at and judged.
    Acknowledged,
    /// An alert was called false, and a guard written against its like.
    Dismissed,
    /// A name, topic or company was silenced for a while.
    Muted,
    /// A file was edited by a command.
    Edited,
    /// A list was imported.
    Imported,
}

impl Deed {
    const ALL: [Self; 5] =
        [Self::Acknowledged, Self::Dismissed, Self::Muted, Self::Edited, Self::Imported];

    /// The name in the store and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Dismissed => "dismissed",
            Self::Muted => "muted",
            Self::Edited => "edited",
            Self::Imported => "imported",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What a person makes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It mattered.
    Relevant,
    /// It did not.
    Irrelevant,
    /// It went to somebody who decides.
    Escalated,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Relevant, Self::Irrelevant, Self::Escalated];

    /// The name in the store and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relevant => "relevant",
            Self::Irrelevant => "irrelevant",
            Self::Escalated => "escalated",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// When.
    pub at: Timestamp,
    /// Who, as they called themselves or as the system knows them.
    pub author: String,
    /// The kind of thing.
    pub deed: Deed,
    /// Of an acknowledgement.
    pub verdict: Option<Verdict>,
    /// The alert that it is about.
    pub alert: Option<AlertId>,
    /// What was changed: `company:ID`, `topic:ID`, `source:ID`.
    pub subject: Option<String>,
    /// What was done, in words.
    pub what: String,
    /// Why, in theirs.
    pub why: Option<String>,
    /// The last day on which it holds, if it ends by itself.
    pub until: Option<String>,
}
