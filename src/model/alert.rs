//! Judgements, alerts and notices: what an item means, that it is to be told, and to whom.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AlertId, HeldBack, Hit, Item, ItemId, ItemText, StoryId, Timestamp};

/// How grave: hits without an alert are low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A mention, or hits that make no alert.
    Low,
    /// An alert of ordinary weight.
    Medium,
    /// An alert of great weight.
    High,
}

impl Severity {
    /// The name in files, output and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|one| one.as_str() == name)
    }
}

/// A thing of the watchlist with the name that readers know: ids are never shown for topics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: Arc<str>,
    /// Its name as readers know it (a company's without its legal form).
    pub name: Arc<str>,
    /// The analysts' note, shown in the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
}

/// Why an item is an alert: the default or rule that said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's name, or `None` for the default (company and topic, or a topic alone).
    pub rule: Option<String>,
    /// The severity that this reason gives.
    pub severity: Severity,
    /// In words, for readers: "Alibaba ("BABA", title) with Delisting ("delist", title)".
    pub words: String,
    /// Readers whom the rule adds, by name; they bypass their filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readers: Vec<String>,
}

/// What the watchlist makes of one item's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Companies that count, sorted by id.
    pub companies: Vec<Named>,
    /// Topics that count, sorted by id, hidden ones left out.
    pub topics: Vec<Named>,
    /// Groups of these companies, sorted.
    pub groups: Vec<Arc<str>>,
    /// Hits that count, in text order: the first hundred of each company and topic. Hits of hidden topics are
    /// left out.
    pub hits: Vec<Hit>,
    /// Hits that a guard held back, in text order: as many at most.
    pub held_back: Vec<HeldBack>,
    /// `None` without hits; `Low` for hits without an alert.
    pub severity: Option<Severity>,
    /// Whether it is to be told.
    pub alert: bool,
    /// Why it is to be told (or, with a `hold`, why it would have been), gravest first.
    pub reasons: Vec<Reason>,
    /// The severity that it would have had if guards or a `hold` had not held it back.
    pub would_be: Option<Severity>,
}

/// What a reader is told beside an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It was there when the source was first read.
    AlreadyThere,
    /// Found by a term that is newer than the item.
    Late,
    /// The publisher changed it and the change matters.
    Updated,
    /// The first official source of its story.
    NowOfficial,
    /// It brings its story a company, a topic or a higher severity, so it waits for no follow-up.
    BringsMore,
    /// An earlier mail with it could not be delivered.
    UndeliveredEarlier,
    /// An urgent mail about it went out before.
    SentEarlier,
    /// It was published long before it was seen.
    Old,
}

impl Mark {
    /// Whether what bears it belongs to the digest, however grave it is.
    #[must_use]
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::AlreadyThere | Self::Late | Self::Old)
    }
}

/// The decision that an item (or its new revision) is to be told. It knows no reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id: of the item and the revision.
    pub id: AlertId,
    /// The item.
    pub item: ItemId,
    /// Which revision of it.
    pub revision: u32,
    /// The story it belongs to.
    pub story: StoryId,
    /// The item whose text it repeats, if it is a copy.
    pub copy_of: Option<ItemId>,
    /// How grave.
    pub severity: Severity,
    /// Why, and where in the text.
    pub judgement: Judgement,
    /// What to say beside it.
    pub marks: Vec<Mark>,
    /// Which version of the watchlist decided.
    pub watchlist: u64,
    /// When it was decided.
    pub at: Timestamp,
}

/// How soon a notice is to reach its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// With the next digest.
    Digest,
    /// By a mail of its own, now.
    Urgent,
}

/// One alert for one reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The alert.
    pub alert: AlertId,
    /// The reader, by name.
    pub reader: String,
    /// How soon.
    pub urgency: Urgency,
    /// An urgent mail is not sent before this instant (quiet hours, a story's follow-up, the hourly
    /// limit); the digest does not wait for it.
    pub not_before: Timestamp,
}

/// A notice that has not been told yet, with all that a mail says of it.
#[derive(Clone, Debug)]
pub struct PendingNotice {
    /// The notice.
    pub notice: Notice,
    /// Its alert.
    pub alert: Alert,
    /// The item at the alert's revision.
    pub item: Item,
    /// Earlier mails of this alert were refused or died: it is listed as *undelivered earlier*.
    pub undelivered: bool,
    /// What the servers said (`STAGE: reply`) as they refused the mail from which it came back.
    pub refusals: Vec<String>,
    /// Its publisher's words and its link are left out of it.
    pub withheld: bool,
    /// What earlier revisions of the item alerted on that the same mail settles, oldest first: found as a mail is made.
    pub earlier: Vec<Earlier>,
    /// What was known of an edited item before; `None` for one that is as it was first seen.
    pub before: Option<Before>,
    /// Of the operator's notices: the readers for whom the alert was and whom it did not reach in time.
    pub meant_for: Vec<MeantFor>,
}

/// What an item alerted on before it was edited again, told by one mail with what it alerts on now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Whom it named or, where no company, what it was about.
    pub named: Vec<Named>,
    /// How grave it was.
    pub severity: Severity,
    /// When it was first seen so.
    pub from: Timestamp,
    /// When it was seen edited.
    pub until: Timestamp,
}

/// A reader whom a mail with an alert did not reach, so that the operator is told as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeantFor {
    /// The reader, by name.
    pub reader: String,
    /// Whether a later mail has told the alert.
    pub told_since: bool,
}

/// What is kept of an item's earlier words: all of them where it was judged to say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// All of them.
    Whole(ItemText),
    /// The headline alone: they had named nothing.
    Title(String),
    /// Nothing.
    Gone,
}

/// What was known of an item before the revision that an alert tells.
#[derive(Clone, Debug)]
pub struct Before {
    /// When the item was first seen, in whatever words; `None`: older versions of this program did not keep it.
    pub first_seen: Option<Timestamp>,
    /// Its words as the same reader was told them or, without that, at the revision before.
    pub words: Words,
    /// The alert of these words that the same reader was told, or still is to be told.
    pub alert: Option<Alert>,
}
