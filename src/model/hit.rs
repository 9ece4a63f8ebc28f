//! Hits: one term found in one field, and the guards that hold one back.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a hit names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A company.
    Company,
    /// A topic.
    Topic,
}

/// Where in an item's text something stands. Written `title`, `summary`, `content`, `categories[2]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The headline.
    Title,
    /// The summary.
    Summary,
    /// The content.
    Content,
    /// The n-th category, from 0.
    Category(usize),
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => out.write_str("title"),
            Self::Summary => out.write_str("summary"),
            Self::Content => out.write_str("content"),
            Self::Category(n) => write!(out, "categories[{n}]"),
        }
    }
}

impl std::str::FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "title" => Ok(Self::Title),
            "summary" => Ok(Self::Summary),
            "content" => Ok(Self::Content),
            _ => text
                .strip_prefix("categories[")
                .and_then(|rest| rest.strip_suffix(']'))
                .and_then(|n| n.parse().ok())
                .map(Self::Category)
                .ok_or_else(|| format!("'{text}' names no field of an item")),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One term found in one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Company or topic.
    pub kind: EntityKind,
    /// Id of the company or topic.
    pub entity: Arc<str>,
    /// The term of the watchlist, as written there.
    pub term: Arc<str>,
    /// The field.
    pub field: Field,
    /// First byte (UTF-8) in that field's original text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// What holds a hit back, in the watchlist's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// A weak name without a strong name or ticker of the same company beside it.
    Weak,
    /// `case = "exact"`, and the case differs.
    Case,
    /// None of these words is in the item.
    OnlyWith(Vec<String>),
    /// This phrase overlaps the match or stands in its sentence.
    NotWith(String),
    /// This phrase is somewhere in the item.
    NeverInItem(String),
    /// Part of a longer name of another company or a longer term.
    Inside(String),
    /// A rule's `hold`, with its reason and the rule's name: it holds the alert, not the hit.
    Hold(String),
    /// Any other reason that keeps a hit from counting, in words.
    Other(String),
}

impl fmt::Display for Guard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weak => out.write_str("weak name alone"),
            Self::Case => out.write_str("case = \"exact\""),
            Self::OnlyWith(words) => write!(out, "only_with {}", words.join(", ")),
            Self::NotWith(phrase) => write!(out, "not_with \"{phrase}\""),
            Self::NeverInItem(phrase) => write!(out, "never_in_item \"{phrase}\""),
            Self::Inside(longer) => write!(out, "part of \"{longer}\""),
            Self::Hold(reason) => write!(out, "hold: {reason}"),
            Self::Other(reason) => out.write_str(reason),
        }
    }
}

/// A hit that a guard keeps from counting, or an alert that a rule holds: counted, listed and searchable all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// What was found; nothing where a rule holds an item in which nothing else of the watchlist is named.
    #[serde(flatten)]
    pub hit: Option<Hit>,
    /// Which guard said no.
    pub guard: Guard,
}
