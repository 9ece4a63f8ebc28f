//! Today, as the program under test sees it.

use watchlistd::clock::{Clock, SystemClock};

/// The day in UTC.
pub(crate) fn today() -> chrono::NaiveDate {
    SystemClock.now().to_chrono().date_naive()
}
