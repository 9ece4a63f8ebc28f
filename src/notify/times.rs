//! When a mail says that an item was published, first seen and edited.

use super::civil::{day, moment, near};
use crate::model::{PendingNotice, Timestamp, Tz};

/// A publication at the very beginning of the computers' calendar is a clock that was never set, in
/// milliseconds: no feed is that old.
const NEVER_SET: i64 = 2 * 24 * 3600 * 1000;

/// When an item was first seen, in whatever words, if that is known.
pub(super) fn first_seen(one: &PendingNotice) -> Option<Timestamp> {
    one.before.as_ref().map_or(Some(one.item.first_seen), |before| before.first_seen)
}

/// When an item says that it was published, unless that cannot be.
pub(super) fn published(one: &PendingNotice) -> Option<Timestamp> {
    one.item.published.filter(|at| at.millis() > NEVER_SET)
}

/// When an item was said, as far as that can be true: never after it was first seen.
pub(super) fn said_at(one: &PendingNotice) -> Timestamp {
    let seen = first_seen(one).unwrap_or(one.item.first_seen);
    published(one).map_or(seen, |at| at.min(seen))
}

/// `published Mon 23 Nov 07:12 EST, first seen 07:20, edited 11:36`: the day once where it is the same.
pub(super) fn times(one: &PendingNotice, now: Timestamp, zone: Tz) -> String {
    let Some(seen) = first_seen(one) else {
        let edited = one.item.first_seen;
        return match published(one) {
            None => format!("published without a date, edited {}", moment(edited, now, zone)),
            Some(at) => {
                format!("published {}, edited {}", moment(at, now, zone), near(edited, at, zone))
            }
        };
    };
    let edited = match one.before.is_some() {
        true => format!(", edited {}", near(one.item.first_seen, seen, zone)),
        false => String::new(),
    };
    let first = match published(one) {
        None => format!("published without a date, first seen {}", moment(seen, now, zone)),
        Some(at) if day(at, zone) == day(seen, zone) && at <= seen => {
            format!("published {}, first seen {}", moment(at, now, zone), near(seen, at, zone))
        }
        Some(at) => {
            format!("published {}, first seen {}", moment(at, now, zone), moment(seen, now, zone))
        }
    };
    first + &edited
}
