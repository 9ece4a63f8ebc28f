//! What a rule asks of an item.

use std::sync::Arc;

use crate::detect::query::{Ask, Part};

/// What a rule asks, with ids resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Words(u32),
    Near(u32, Box<Ask>, Box<Ask>),
    In(Part, Box<Condition>),
    /// In one sentence, whichever, or in two where the second refers back to the first.
    Sentence(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Company(Option<u32>),
    Group(Option<Arc<str>>),
    Topic(Option<u32>),
    Source(Option<String>),
    Official,
    /// Talk without an act.
    Talk,
}

/// A rule that can be asked; its words about itself stand in the
/// [`RuleInfo`](super::RuleInfo) of the same number.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) when: Condition,
}
