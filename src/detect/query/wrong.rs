//! Why a search is refused.

use std::ops::Range;

/// Why a search is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Bytes of the search.
    pub(crate) span: Range<usize>,
    /// What is wrong.
    pub(crate) what: String,
    /// What to write instead.
    pub(crate) hint: Option<String>,
}

/// What is wrong where, and what to write instead.
pub(super) fn wrong(span: Range<usize>, what: impl Into<String>, hint: &str) -> Wrong {
    Wrong { span, what: what.into(), hint: Some(hint.to_owned()) }
}
