//! Alerts by their ids alone: what a mail tells where those before it were refused for what they say, also without the
//! publishers' words (pure).
//!
//! Whatever a filter minds, it is not in such a mail: so it arrives, settles what it names, and the next one is in words
//! again. What it has no room for waits for that one.

use super::civil::count;
use super::page::{Note, Section};
use super::room::by_gravity;
use crate::model::{PendingNotice, Severity};

/// Alerts that one mail names: it is to be read, and to keep within the 20 kB that every server takes.
const MOST: usize = 300;

/// What of all that is owed a mail names, the gravest first; the revisions of an item go together.
pub(super) fn named(owed: &[PendingNotice]) -> Vec<PendingNotice> {
    let mut named = Vec::new();
    for of_item in by_gravity(owed) {
        if !named.is_empty() && named.len() + of_item.len() > MOST {
            break;
        }
        named.extend(of_item.into_iter().cloned());
    }
    named
}

/// The ids, a line for each severity.
pub(super) fn section(named: &[PendingNotice]) -> Section {
    let of = |severity: Severity| {
        let ids = named.iter().filter(|one| one.alert.severity == severity);
        let ids: Vec<&str> = ids.map(|one| one.alert.id.as_str()).collect();
        let words = severity.as_str().to_uppercase();
        (!ids.is_empty()).then(|| format!("{words}: {}", ids.join(", ")))
    };
    let lines = [Severity::High, Severity::Medium, Severity::Low].into_iter().filter_map(of);
    Section::of("Alerts, by their ids", lines)
}

/// Says why, and how each is read. `waiting` alerts are left for the next mail.
pub(super) fn note(waiting: usize) -> Note {
    let mut lines = vec![
        "The last mails like this one were refused by the mail server for what they say, and leaving out the \
         publishers' words did not help. So this one names alerts by their ids alone, and the next one is in words again."
            .to_owned(),
        "`watchlistd show ID`, on the machine of the service, tells an alert whole.".to_owned(),
    ];
    if waiting > 0 {
        let more = count(waiting, "more alert waits", "more alerts wait");
        lines.push(format!("{more} for the next mail."));
    }
    Note { label: "ONLY BY IDS".to_owned(), grave: true, lines }
}
