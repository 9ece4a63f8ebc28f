//! `show` and `search` of an item of which nothing is left after an edit.

use super::desk::Desk;
use crate::support::feeds::Reply;

fn feed(title: &str) -> Reply {
    Reply::body(format!(
        "<rss version=\"2.0\"><channel><title>Wire</title><item><guid isPermaLink=\"false\">1</guid>\
         <title>{title}</title></item></channel></rss>"
    ))
}

#[test]
fn of_an_edit_that_took_everything_out_nothing_is_held_back() {
    let desk = Desk::new();
    desk.site.put("/wire.xml", feed("Lawmakers urge the SEC to delist Alibaba"));
    desk.ask(&["once"]).ends(0).says("1 alert");
    desk.site.put("/wire.xml", feed("Lawmakers write to the SEC"));
    desk.ask(&["once", "--all"]).ends(0).says("1 changed");
    let found = desk.ask(&["search", "lawmakers", "--json"]).ends(0).out;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let id = found[0]["id"].as_str().unwrap_or_else(|| panic!("{found}"));
    let shown = desk.ask(&["show", id]).ends(0);
    assert!(!shown.out.contains("held back"), "{shown}");
    assert!(shown.out.contains("on revision 2: nothing of the watchlist is in it"), "{shown}");
    assert!(shown.out.contains("on revision 1: alert, high"), "{shown}");
}
