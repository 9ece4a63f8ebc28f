//! Where the readers of one file lay down the problems they find.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use super::lines::in_whole_signs;
use crate::model::{FileText, Level, Place, Problem};

/// Where the readers of one file lay down the problems they find.
pub(super) struct Desk {
    pub(super) file: Arc<FileText>,
    /// Whether the file was parsed whole; otherwise what seems to be absent may stand on a mistaken line.
    pub(super) whole: bool,
    /// Whether it can be told under which names its entries are known.
    named: Cell<bool>,
    /// Wrong where it stands.
    wrong: RefCell<Vec<Problem>>,
    /// Required and absent: uncertain when the file was not parsed whole.
    absent: RefCell<Vec<Problem>>,
}

impl Desk {
    /// An empty one for a file.
    pub(super) fn of(file: &Arc<FileText>, whole: bool) -> Self {
        let (wrong, absent) = Default::default();
        Self { file: Arc::clone(file), whole, named: Cell::new(whole), wrong, absent }
    }

    /// Takes what was laid down: what is wrong where it stands, and what is required and absent.
    pub(super) fn problems(&self) -> (Vec<Problem>, Vec<Problem>) {
        (self.wrong.take(), self.absent.take())
    }

    /// Errors laid down so far.
    pub(super) fn faults(&self) -> usize {
        let errors = |problems: &RefCell<Vec<Problem>>| {
            problems.borrow().iter().filter(|one| one.level == Level::Error).count()
        };
        errors(&self.wrong) + errors(&self.absent)
    }

    /// Whether it can be told under which names its entries are known.
    pub(super) fn is_named(&self) -> bool {
        self.named.get()
    }

    /// What was just refused may be the name, the id or the groups of an entry.
    pub(super) fn nameless(&self) {
        self.named.set(false);
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        let span = in_whole_signs(&self.file.text, span);
        Place { file: Arc::clone(&self.file), span }
    }

    pub(super) fn wrong(&self, problem: Problem) {
        self.wrong.borrow_mut().push(problem);
    }

    pub(super) fn absent(&self, problem: Problem) {
        self.absent.borrow_mut().push(problem);
    }
}
