//! Any search and any rule: refused in words or compiled, and then usable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchlistd::detect::{Origin, judge};
use watchlistd::model::ItemText;

#[path = "support.rs"]
mod support;

fuzz_target!(|input: &str| {
    let quoted = |text: &str| {
        let escaped: String = text
            .chars()
            .map(|one| match one {
                '"' => "\\\"".to_owned(),
                '\\' => "\\\\".to_owned(),
                one if one.is_control() => format!("\\u{:04x}", u32::from(one)),
                one => one.to_string(),
            })
            .collect();
        format!("\"{escaped}\"")
    };
    let query = quoted(input);
    let watchlist = format!(
        "[[company]]\nname = \"Alibaba\"\ngroups = [\"tech\"]\n\
         [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n\
         [[topic]]\nname = \"Searched\"\nsearch = [{query}]\n\
         [[rule]]\nname = \"Ruled\"\nwhen = {query}\nseverity = \"high\"\n"
    );
    if let Some(watchlist) = support::compile(&watchlist) {
        let text = ItemText { title: input.to_owned(), summary: "Alibaba delisted".into(), ..ItemText::default() };
        let _ = judge(&watchlist, &text, Origin { source: "wire", official: false, seen: None });
    }
});
