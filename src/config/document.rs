//! One file as written: its TOML tree with the span of every value, and what does not parse.
//!
//! Invariant: one missing quote neither hides the mistakes elsewhere nor makes others look wrong:
//! mistaken lines are taken out ([`syntax`]), the rest is judged, and a key that seems to be missing
//! is then not told, since it may stand on such a line.

use std::sync::Arc;

use toml::de::DeTable;

use super::desk::Desk;
use super::syntax;
use super::table::Table;
use crate::model::{FileText, Problem};

/// What reading the files brings to light beside their values.
pub(super) struct Findings {
    /// All problems so far.
    pub(super) problems: Vec<Problem>,
    /// Whether every file so far could be read and is TOML.
    pub(super) whole: bool,
    /// Whether every entry's name, id and groups could be read.
    pub(super) named: bool,
}

impl Findings {
    /// Nothing was found yet.
    pub(super) fn none() -> Self {
        Self { problems: Vec::new(), whole: true, named: true }
    }
}

/// Parses a file, lets `take` read its root table, and adds all its problems to the findings.
pub(super) fn read<T>(
    file: &Arc<FileText>,
    findings: &mut Findings,
    take: impl FnOnce(Table<'_>) -> T,
) -> T {
    let (root, errors) = DeTable::parse_recoverable(&file.text);
    let desk = Desk::of(file, errors.is_empty());
    if errors.is_empty() {
        let value = take(Table::root(&desk, root.get_ref()));
        let (wrong, absent) = desk.problems();
        findings.problems.extend(wrong);
        findings.problems.extend(absent);
        findings.named &= desk.is_named();
        return value;
    }
    drop(root);
    let mended = syntax::mend(&file.text);
    let (root, _) = DeTable::parse_recoverable(&mended.text);
    let value = take(Table::root(&desk, root.get_ref()));
    let sorted_out =
        |one: &Problem| one.place.as_ref().is_none_or(|place| place.span.start < mended.until);
    (findings.whole, findings.named) = (false, false);
    let (wrong, _) = desk.problems();
    findings.problems.extend(wrong.into_iter().filter(sorted_out));
    findings.problems.extend(mended.errors.into_iter().map(|one| one.into_problem(file)));
    value
}
