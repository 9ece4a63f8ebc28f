//! What can go wrong in the store, sorted by what the caller should do about it.
//!
//! No caller decides on words: the attempt, what happened and the remedy are for people.

/// What can go wrong, by what the caller should do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds it; try later.
    #[error("{what}: held by process {pid}")]
    Held {
        /// What was attempted, on which file.
        what: String,
        /// The holder, 0 when it did not say.
        pid: u32,
    },
    /// It may work later (disk full, locked, an I/O error).
    #[error("{what}: {why}")]
    Later {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
        /// Whether the disk is full.
        full: bool,
    },
    /// We may not.
    #[error("{what}: {why}")]
    Permission {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
    },
    /// It is not ours, is damaged, or was written by a newer version: a person must look.
    #[error("{what}: {why}")]
    Unusable {
        /// What was attempted, on which file.
        what: String,
        /// What happened.
        why: String,
        /// What to do about it.
        hint: String,
    },
}

impl StoreError {
    /// What to do about it, for the line under the message.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Held { pid: 0, .. } => {
                Some("stop the other watchlistd first, or try again later".into())
            }
            Self::Held { pid, .. } => {
                Some(format!("stop process {pid} first, or try again when it is done"))
            }
            Self::Later { full: true, .. } => {
                Some("free some space; nothing was lost and work goes on by itself".into())
            }
            Self::Later { .. } => None,
            Self::Permission { .. } => {
                Some("run it as the user who owns the database and its folder; where two users do, give both to the \
                      service's (chown)".into())
            }
            Self::Unusable { hint, .. } => Some(hint.clone()),
        }
    }
}
