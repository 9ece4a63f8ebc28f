//! What the canary says, and the term that it is found by.
//!
//! The term is built in. It judges synthetic items and nothing else, and the analysts' watchlist never
//! judges those: a canary must fly whatever people watch, and must never look like news to them.

use std::sync::LazyLock;

use crate::detect::{Origin, Watchlist, judge};
use crate::model::canary::CANARY;
use crate::model::watchlist::{CompanyEntry, TopicEntry, WatchlistEntries};
use crate::model::{Item, Judgement, Located};

const COMPANY: &str = "Nightingale Canary Works";
const TOPIC: &str = "Canary";
const TERM: &str = "daily canary trial";

/// The item's summary.
pub(super) const SUMMARY: &str = "This item is synthetic. watchlistd puts it through its own feed \
     once a day to see that everything from reading to mailing works. It is no news.";

/// The item's headline.
pub(super) fn title(day: &str) -> String {
    format!("Synthetic item of {day}: {COMPANY}, {TERM}")
}

/// What the built-in term makes of a synthetic item.
pub(in crate::pipeline) fn judged(item: &Item) -> Judgement {
    static WATCHLIST: LazyLock<Watchlist> = LazyLock::new(watchlist);
    judge(&WATCHLIST, &item.text, Origin { source: CANARY, ..Origin::default() })
}

fn watchlist() -> Watchlist {
    let text = |text: &str| Located::nowhere(text.to_owned());
    let entries = WatchlistEntries {
        companies: vec![CompanyEntry {
            id: Some(text(CANARY)),
            ..CompanyEntry::named(text(COMPANY))
        }],
        topics: vec![TopicEntry {
            id: Some(text(CANARY)),
            exact: vec![text(TERM)],
            ..TopicEntry::named(text(TOPIC))
        }],
        rules: Vec::new(),
    };
    Watchlist::compile(&entries).0.with_defaults(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::Arrival;
    use crate::model::{ItemId, ItemText, Timestamp, canary};

    #[test]
    fn the_built_in_term_finds_the_canary() {
        let item = Item {
            id: ItemId::of(&["x"]),
            revision: 1,
            source: canary::source(),
            official: false,
            guid: Some(canary::guid("2026-11-26")),
            link: None,
            text: ItemText {
                title: title("2026-11-26"),
                summary: SUMMARY.to_owned(),
                ..ItemText::default()
            },
            text_hash: "h".to_owned(),
            published: None,
            first_seen: Timestamp::from_millis(1),
            arrival: Arrival::New,
        };
        let judged = judged(&item);
        assert!(judged.alert && judged.held_back.is_empty(), "{judged:?}");
        assert_eq!(judged.companies.len(), 1);
        assert_eq!(&*judged.companies[0].id, CANARY);
    }
}
