//! The wording of a remembered item, read when somebody first asks for it.
//!
//! Most items are never compared with another: nothing else speaks of their matter. Until then their
//! words are kept as they are, if they take no more room than what would be read from them.

use crate::model::{ItemText, Named};

use super::Candidate;
use super::wording::Wording;

/// Longer texts are read at once: their wording is far shorter than they are.
const LONGEST: usize = 2048;

/// A wording, read or not.
#[derive(Debug)]
pub(super) struct Later {
    unread: Option<Box<Unread>>,
    read: Option<Wording>,
}

#[derive(Debug)]
struct Unread {
    text: ItemText,
    companies: Box<[Named]>,
}

impl Later {
    /// Of an item that was compared.
    pub(super) fn read_already(wording: Wording) -> Self {
        Self { unread: None, read: Some(wording) }
    }

    /// Of an item that nobody was compared with.
    pub(super) fn of(candidate: &Candidate<'_>) -> Self {
        let text = candidate.text;
        let categories = text.categories.iter().map(String::len).sum::<usize>();
        let bytes = text.title.len() + text.summary.len() + text.content.len() + categories;
        if bytes > LONGEST {
            return Self::read_already(Wording::of(text, candidate.companies));
        }
        let companies = candidate.companies.into();
        Self { unread: Some(Box::new(Unread { text: text.clone(), companies })), read: None }
    }

    /// Reads it, if that was not done before.
    pub(super) fn read(&mut self) {
        if let Some(unread) = self.unread.take() {
            self.read = Some(Wording::of(&unread.text, &unread.companies));
        }
    }

    /// The wording, once read.
    pub(super) fn get(&self) -> Option<&Wording> {
        self.read.as_ref()
    }
}
