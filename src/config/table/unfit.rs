//! Why a text has not the form that its key wants, in words.

use crate::model::{Place, Problem};

/// Why a text has not the form that its key wants.
pub(in crate::config) struct Unfit {
    what: String,
    hint: Option<String>,
}

impl Unfit {
    pub(in crate::config) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    pub(in crate::config) fn problem(self, place: Option<Place>, named: &str) -> Problem {
        let problem = Problem::error(place, format!("{named}: {}", self.what));
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// The same with what is accepted.
    pub(in crate::config) fn accepts(self, accepted: &str) -> Self {
        self.hint(format!("accepted: {accepted}"))
    }

    /// The same with a remedy.
    pub(in crate::config) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}
