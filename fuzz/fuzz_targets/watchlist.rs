//! Any watchlist file: refused with places and words, or compiled and usable.
//!
//! What it is used on are its own words, so that it finds something: its last line is the title of an item, the
//! whole file its summary. The length says in which language and by whom they are spoken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchlistd::detect::{Origin, judge};
use watchlistd::model::{ItemText, Timestamp};

#[path = "support.rs"]
mod support;

const LANGS: [Option<&str>; 5] = [None, Some("de"), Some("fr"), Some("es"), Some("zh")];

/// A day before which and after which something may be muted.
const SEEN: Timestamp = Timestamp::from_millis(1_780_000_000_000);

fuzz_target!(|input: &str| {
    if let Some(watchlist) = support::compile(input) {
        let text = ItemText { title: "Alibaba faces delisting".into(), summary: input.to_owned(), ..ItemText::default() };
        let _ = judge(&watchlist, &text, Origin { source: "wire", official: true, seen: None });
        let title = input.lines().next_back().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
        let lang = LANGS[input.len() % LANGS.len()].map(str::to_owned);
        let text = ItemText { title, lang, ..text };
        let official = input.len() / LANGS.len() % 4 == 0;
        let _ = judge(&watchlist, &text, Origin { source: "other", official, seen: Some(SEEN) });
    }
});
