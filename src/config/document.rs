//! One file as written: its TOML tree with the span of every value, and what does not parse.
//!
//! The parser recovers, so that one missing quote does not hide the mistakes below it. Invariant:
//! what is only a consequence of a syntax error is not told: problems on the same lines, problems
//! inside a list that swallowed what follows it, and keys that seem to be missing.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use toml::de::DeTable;

use super::syntax;
use super::table::Table;
use crate::model::{FileText, Place, Problem};

/// A parsed file.
pub(super) struct Document<'i> {
    desk: Desk,
    root: DeTable<'i>,
    errors: Vec<syntax::SyntaxError>,
}

/// Where the readers of one file lay down the problems they find.
pub(super) struct Desk {
    pub(super) file: Arc<FileText>,
    /// Wrong where it stands.
    pub(super) wrong: RefCell<Vec<Problem>>,
    /// Required and absent: uncertain when the file did not parse whole.
    pub(super) absent: RefCell<Vec<Problem>>,
}

impl Desk {
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(&self.file), span }
    }

    pub(super) fn wrong(&self, problem: Problem) {
        self.wrong.borrow_mut().push(problem);
    }

    pub(super) fn absent(&self, problem: Problem) {
        self.absent.borrow_mut().push(problem);
    }
}

impl<'i> Document<'i> {
    /// Parses a file's text; what is wrong with it is told by [`Document::read`].
    pub(super) fn parse(file: &'i Arc<FileText>) -> Self {
        let (root, found) = DeTable::parse_recoverable(&file.text);
        let root = root.into_inner();
        let errors = syntax::sort_out(&file.text, &root, &found);
        let desk =
            Desk { file: Arc::clone(file), wrong: RefCell::default(), absent: RefCell::default() };
        Self { desk, root, errors }
    }

    /// Whether the text is TOML.
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// Lets `take` read the root table and adds all problems of the file to `problems`.
    pub(super) fn read<T>(
        self,
        problems: &mut Vec<Problem>,
        take: impl FnOnce(Table<'_>) -> T,
    ) -> T {
        let value = take(Table::root(&self.desk, &self.root));
        let Self { desk, errors, .. } = self;
        let quiet: Vec<Range<usize>> =
            errors.iter().map(|one| one.touched(&desk.file.text)).collect();
        let told = |one: &Problem| {
            let at = one.place.as_ref().map_or(0, |place| place.span.start);
            !quiet.iter().any(|lines| lines.contains(&at))
        };
        problems.extend(desk.wrong.take().into_iter().filter(told));
        if errors.is_empty() {
            problems.extend(desk.absent.take());
        }
        problems.extend(errors.into_iter().map(|one| one.into_problem(&desk.file)));
        value
    }
}
