//! When an item was seen, in words: an edit is not the beginning of its item.

use super::show::seconds;
use crate::model::{Item, Timestamp};

/// When the item was first seen and, of an edit, when that was. `began` is the former, where it is known.
pub fn seen(item: &Item, began: Option<Timestamp>) -> String {
    let at = seconds(item.first_seen);
    match (item.revision, began.map(seconds)) {
        (1, _) => format!("first seen {at}"),
        (n, Some(began)) => format!("first seen {began}; revision {n}, an edit, seen {at}"),
        // Edited by an older program, which kept no instant of words that named nothing.
        (n, None) => {
            format!("revision {n}, an edit, seen {at}; when it was first seen is not known")
        }
    }
}
