//! Any watchlist file: refused with places and words, or compiled and usable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchlistd::detect::{Origin, judge};
use watchlistd::model::ItemText;

#[path = "support.rs"]
mod support;

fuzz_target!(|input: &str| {
    if let Some(watchlist) = support::compile(input) {
        let text = ItemText { title: "Alibaba faces delisting".into(), summary: input.to_owned(), ..ItemText::default() };
        let _ = judge(&watchlist, &text, Origin { source: "wire", official: true, seen: None });
    }
});
