//! Where the readers of one file lay down the problems they find.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{FileText, Place, Problem};

/// Where the readers of one file lay down the problems they find.
pub(super) struct Desk {
    pub(super) file: Arc<FileText>,
    /// Wrong where it stands.
    wrong: RefCell<Vec<Problem>>,
    /// Required and absent: uncertain when the file did not parse whole.
    absent: RefCell<Vec<Problem>>,
}

impl Desk {
    /// An empty one for a file.
    pub(super) fn of(file: &Arc<FileText>) -> Self {
        Self { file: Arc::clone(file), wrong: RefCell::default(), absent: RefCell::default() }
    }

    /// Takes what was laid down: what is wrong where it stands, and what is required and absent.
    pub(super) fn problems(&self) -> (Vec<Problem>, Vec<Problem>) {
        (self.wrong.take(), self.absent.take())
    }

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
