//! Any text against a watchlist with every kind of term: nothing panics, spans lie within the text on
//! the boundaries of characters, and the same words get the same judgement.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use watchlistd::detect::{Origin, Watchlist, explain, judge};
use watchlistd::model::ItemText;
use support::compile;

#[path = "support.rs"]
mod support;

static WATCHLIST: LazyLock<Arc<Watchlist>> = LazyLock::new(|| {
    compile(
        r#"
[[company]]
name = "Alibaba Group Holding Limited"
aliases = ["Alibaba", "阿里巴巴", { name = "阿里", not_with = ["阿里地区"] }]
tickers = ["NYSE:BABA", "HKEX:9988"]
groups = ["china-tech"]
[[company]]
name = "Target Corporation"
aliases = [{ name = "Target", case = "exact", only_with = ["retailer", "TGT"], not_with = ["price target"] }]
[[company]]
name = "Крупный Завод"
[[topic]]
name = "Delisting"
terms = ["delist", "cancellation of listing", "military-civil fusion"]
exact = ["Form 25", "PLA"]
search = ["trading NEAR/5 (halt OR suspend)", "title:ban* AND NOT \"no ban\""]
severity = "high"
without_company = "action"
[[rule]]
name = "Both"
when = "company:* AND topic:delisting AND NOT manner:talk"
severity = "high"
"#,
    )
    .expect("the watchlist of this target is right")
});

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, '\u{1}').map(str::to_owned);
    let text = ItemText {
        title: parts.next().unwrap_or_default(),
        summary: parts.next().unwrap_or_default(),
        content: parts.next().unwrap_or_default(),
        ..ItemText::default()
    };
    let origin = Origin { source: "wire", official: input.len() % 2 == 0, seen: None };
    let judgement = judge(&WATCHLIST, &text, origin);
    let again = judge(&WATCHLIST, &text, origin);
    assert_eq!(format!("{judgement:?}"), format!("{again:?}"));
    let _ = explain(&WATCHLIST, &text, origin);
});
