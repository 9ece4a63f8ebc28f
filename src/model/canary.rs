//! The canary: one synthetic item a day that goes the whole way, and what became of it.

use serde::{Deserialize, Serialize};

use super::{MailKey, SourceId, Timestamp};

/// The id of the synthetic source, and the name of whom its notices are for. No file can hold it: ids
/// of sources begin with a letter or digit, and names of readers do not begin so.
pub const CANARY: &str = "~canary";

/// The source that the canary comes from.
#[must_use]
pub fn source() -> SourceId {
    SourceId::new(CANARY)
}

/// Whether a source is synthetic: what it brings is no news and stands in no count.
#[must_use]
pub fn is_synthetic(source: &SourceId) -> bool {
    source.as_str() == CANARY
}

/// The key of the mail that a day's canary ends in.
#[must_use]
pub fn mail_key(day: &str) -> MailKey {
    MailKey::operator("canary", day)
}

/// Whether a mail is one that a canary ends in.
#[must_use]
pub fn is_mail(key: &MailKey) -> bool {
    key.as_str().starts_with("operator:canary:")
}

/// What a day's canary is known by in its feed.
#[must_use]
pub fn guid(day: &str) -> String {
    format!("{GUID}{day}")
}

/// The day of a canary, by what it is known by in its feed.
#[must_use]
pub fn day_of(guid: &str) -> Option<&str> {
    guid.strip_prefix(GUID)
}

const GUID: &str = "urn:watchlistd:canary:";

/// How a canary stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryState {
    /// On its way.
    Flying,
    /// Its mail was taken in time.
    Arrived,
    /// It was given up: the operator is told by the second channel.
    Missing,
    /// Its mail was taken after it was given up.
    Late,
}

impl CanaryState {
    /// The name in output and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flying => "flying",
            Self::Arrived => "arrived",
            Self::Missing => "missing",
            Self::Late => "late",
        }
    }

    /// Reads the name back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Flying, Self::Arrived, Self::Missing, Self::Late]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A day's canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// The local day, `2026-11-26`.
    pub day: String,
    /// When its feed was laid out.
    pub planted: Timestamp,
    /// How it stands.
    pub state: CanaryState,
    /// When it arrived or was given up.
    pub settled: Option<Timestamp>,
    /// The mail server's reply, or where it was lost.
    pub detail: String,
}
