//! The `memory` transport: letters are kept and can be read back, and answers can be laid out
//! beforehand. For tests of what sends mail; nothing leaves the process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::model::mail::Letter;

use super::attempt::{Attempt, Outcome, Stage};

/// What was received, and what is to be answered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    received: Mutex<Vec<Letter>>,
    answers: Mutex<VecDeque<Attempt>>,
}

impl Memory {
    /// Answers as laid out, else accepts. What may have arrived is kept: accepted and uncertain.
    pub(super) fn deliver(&self, letter: &Letter) -> Attempt {
        let laid_out = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let attempt = laid_out.unwrap_or_else(|| Attempt {
            outcome: Outcome::Accepted,
            stage: Stage::Memory,
            reply: "kept in memory".to_owned(),
        });
        if matches!(attempt.outcome, Outcome::Accepted | Outcome::Uncertain) {
            self.received.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        }
        attempt
    }

    pub(super) fn answer_next(&self, attempts: impl IntoIterator<Item = Attempt>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).extend(attempts);
    }

    pub(super) fn received(&self) -> Vec<Letter> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
